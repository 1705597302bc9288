"""Work that several processes share: the same answers, in the same order, whatever becomes of a helper."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dupcheck as dc
from dupcheck.errors import OutputError
from dupcheck.files.forks import can_fork, share_work

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing is forked elsewhere")
HERE = os.getpid()


def wait(k: int) -> tuple[int, int]:
    time.sleep(0.02)
    return k * k, os.getpid()


def test_several_processes_share_the_work_and_its_order_stays() -> None:
    done = share_work(wait, 30, 3)
    assert [square for square, _ in done] == [k * k for k in range(30)]
    assert len({process for _, process in done}) == 3
    assert {process for _, process in share_work(wait, 5, 1)} == {HERE}
    assert share_work(wait, 0, 2) == []


def test_more_than_a_pipe_holds_is_given_back() -> None:
    assert [len(text) for text in share_work(lambda k: "x" * (300_000 + k), 6, 2)] == [300_000 + k for k in range(6)]


def test_what_a_killed_helper_has_not_done_is_done_here() -> None:
    def work(k: int) -> int:
        if os.getpid() != HERE:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.02)
        return k

    assert share_work(work, 8, 3) == list(range(8))


def test_what_cannot_be_handed_over_is_made_here() -> None:
    def work(k: int) -> Callable[[], int]:
        time.sleep(0.02)
        return lambda: k

    assert [make() for make in share_work(work, 6, 2)] == list(range(6))


def test_an_error_of_a_helper_is_raised_here_as_it_is() -> None:
    def work(k: int) -> int:
        time.sleep(0.02)
        if k == 3:
            raise OutputError("report.disk_full", path="out")
        return k

    with pytest.raises(OutputError, match="disk is full"):
        share_work(work, 6, 2)


def test_a_thread_beside_others_forks_nothing() -> None:
    seen: list[tuple[int, int]] = []
    thread = threading.Thread(target=lambda: seen.extend(share_work(wait, 4, 2)))
    thread.start()
    thread.join()
    assert can_fork()
    assert [process for _, process in seen] == [HERE] * 4


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_helper_ends_with_the_process_that_asked_for_it(tmp_path: Path, number: int) -> None:
    script = textwrap.dedent(f"""
        import os, time
        from pathlib import Path
        from dupcheck.files.forks import share_work

        def work(k):
            (Path({str(tmp_path)!r}) / str(os.getpid())).touch()
            time.sleep(0.1)

        share_work(work, 600, 2)
    """)
    process = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parent.parent, stderr=-3)
    limit = time.monotonic() + 30
    while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < limit:
        time.sleep(0.05)
    (helper,) = {int(path.name) for path in tmp_path.iterdir()} - {process.pid}
    process.send_signal(number)
    assert process.wait(30) == -number
    while Path(f"/proc/{helper}/cmdline").exists() and Path(f"/proc/{helper}/cmdline").read_bytes():
        assert time.monotonic() < limit
        time.sleep(0.05)


@pytest.mark.slow
def test_an_audit_of_several_processes_is_that_of_one(
    sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes: set[int] = set()

    def see(work: Callable[[int], Any], count: int, jobs: int, *_: object) -> list[Any]:
        done = share_work(lambda k: (work(k), os.getpid()), count, jobs)
        processes.update(process for _, process in done)
        return [made for made, _ in done]

    def run(name: str, jobs: int) -> dict[str, bytes]:
        result = dc.audit(sample_folder / "catalog.csv", jobs=jobs, cache=tmp_path / f"{name}-cache")
        return {path.name: path.read_bytes() for path in result.save(tmp_path / name)}

    alone = run("alone", 1)
    for name in ("features.building._PIECE", "plans.clusters._PIECE", "reports.folder._PIECE"):
        monkeypatch.setattr(f"dupcheck.{name}", 3)
    for name in ("features.building._MANY", "plans.clusters._MANY", "reports.folder._LARGE"):
        monkeypatch.setattr(f"dupcheck.{name}", 0)
    for name in ("features.building", "plans.clusters", "reports.folder"):
        monkeypatch.setattr(f"dupcheck.{name}.share_work", see)
    assert run("pieces", 1) == alone
    assert processes == {HERE}
    assert run("shared", 3) == alone
    assert len(processes) > 1
    assert {path.name for path in (tmp_path / "shared").iterdir()} == alone.keys()
