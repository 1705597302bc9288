import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from report_example import Audit, draw_photos, example_audit

from dupcheck.errors import OutputError
from dupcheck.reports import photo_thumbnails, save_report
from dupcheck.reports.page import render_page
from dupcheck.reports.thumbnails import FILE_NAME
from dupcheck.reports.workbook import render_workbook

NAMES = {
    "pairs.csv",
    "groups.csv",
    "merges.json",
    "report.xlsx",
    "take-offline.csv",
    "problems.csv",
    "report.html",
    "audit.json",
}
NEEDS_RIGHTS = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def audit_named(name: str) -> Audit:
    audit = example_audit()
    audit["catalog"]["files"] = [name]
    return audit


def held_by(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_new_folder_holds_every_file_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "some" / "where" / "report"
    paths = save_report(example_audit(), out)
    assert {path.name for path in paths} == NAMES == names(out)
    assert names(out.parent) == {"report"}
    assert all(path.stat().st_size for path in paths)


@pytest.mark.slow
def test_the_same_audit_gives_the_same_bytes(tmp_path: Path) -> None:
    audit = example_audit()
    draw_photos(audit, tmp_path)
    for name in ("a", "b"):
        save_report(audit, tmp_path / name, photo_thumbnails(audit, tmp_path))
    assert held_by(tmp_path / "a") == held_by(tmp_path / "b")


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_helper_has_begun_is_begun_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    here = os.getpid()

    def hinder(write: Callable[..., Any]) -> Callable[..., Any]:
        def fail(*args: Any) -> Any:
            if os.getpid() != here:
                raise OSError(errno.ENOSPC, "full")
            time.sleep(0.2)
            return write(*args)

        return fail

    save_report(example_audit(), tmp_path / "alone")
    monkeypatch.setattr("dupcheck.reports.folder.render_workbook", hinder(render_workbook))
    monkeypatch.setattr("dupcheck.reports.folder.render_page", hinder(render_page))
    monkeypatch.setattr("dupcheck.reports.folder._LARGE", 0)
    save_report(example_audit(), tmp_path / "shared", jobs=jobs)
    assert held_by(tmp_path / "shared") == held_by(tmp_path / "alone")
    assert names(tmp_path) == {"alone", "shared"}


def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep me")
    (tmp_path / "pairs.csv.bak").write_text("me too")
    save_report(audit_named("first.csv"), tmp_path)
    save_report(audit_named("second.csv"), tmp_path)
    assert names(tmp_path) == NAMES | {"mine", "pairs.csv.bak"}
    assert (tmp_path / "mine" / "notes.txt").read_text() == "keep me"
    assert "second.csv" in (tmp_path / "audit.json").read_text("utf-8")
    assert "second.csv" in (tmp_path / "report.html").read_text("utf-8")


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_run_broken_off_leaves_what_was_there(tmp_path: Path, there: bool, error: type[BaseException]) -> None:
    out = tmp_path / "report"
    if there:
        save_report(audit_named("first.csv"), out)
    before = held_by(out) if there else {}

    def broken(_: str) -> bytes:
        raise error

    with pytest.raises(error):
        save_report(audit_named("second.csv"), out, broken)
    assert out.exists() == there
    assert (held_by(out) if there else {}) == before
    assert names(tmp_path) == ({"report"} if there else set())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("there", [False, True])
def test_a_killed_run_leaves_what_was_there(tmp_path: Path, there: bool) -> None:
    out = tmp_path / "report"
    if there:
        save_report(audit_named("first.csv"), out)
    before = held_by(out) if there else {}
    script = textwrap.dedent(f"""
        import os, signal, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from pathlib import Path
        from report_example import example_audit
        from dupcheck.reports import save_report
        save_report(example_audit(), Path({str(out)!r}), lambda _: os.kill(os.getpid(), signal.SIGKILL))
    """)
    done = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parent.parent, check=False)
    assert done.returncode == -signal.SIGKILL
    assert out.exists() == there
    assert (held_by(out) if there else {}) == before
    # What it left behind is swept up by a later run, once it is old enough to be nobody's.
    place = out if there else tmp_path
    (left,) = [path for path in place.iterdir() if path.name.startswith(".dupcheck-unfinished-")]
    save_report(example_audit(), out)
    assert left.exists()
    os.utime(left, (1, 1))
    save_report(example_audit(), out if there else tmp_path / "other")
    assert not left.exists()


def test_where_the_files_cannot_all_be_put_in_place_the_mark_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "report"
    save_report(audit_named("first.csv"), out)
    replace = Path.replace

    def busy(self: Path, target: Path) -> Path:
        if Path(target).name == "problems.csv":  # as where a spreadsheet program holds the file open
            raise PermissionError(errno.EACCES, "busy", str(self), None, str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", busy)
    with pytest.raises(OutputError, match=r"problems\.csv cannot be written"):
        save_report(audit_named("second.csv"), out)
    assert names(out) == NAMES - {"audit.json"}


@pytest.mark.parametrize(
    ("code", "said", "said_zh"),
    [
        (errno.ENOSPC, "The disk is full", "磁盘已满"),
        (errno.EROFS, "cannot be written: permission denied", "没有权限"),
        (errno.EIO, "cannot be written: ", "无法写入"),
    ],
)
@pytest.mark.parametrize("there", [False, True])
def test_a_disk_that_does_not_take_it_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str, said_zh: str, there: bool
) -> None:
    out = tmp_path / "report"
    if there:
        save_report(audit_named("first.csv"), out)
    before = held_by(out) if there else {}

    def fail(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutputError) as caught:
        save_report(audit_named("second.csv"), out)
    assert said in caught.value.say("en")
    assert said_zh in caught.value.say("zh")
    assert str(out) in caught.value.say("en")
    assert out.exists() == there
    assert (held_by(out) if there else {}) == before
    assert names(tmp_path) == ({"report"} if there else set())


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("mine")
    with pytest.raises(OutputError, match="a file of that name is there"):
        save_report(example_audit(), tmp_path / "report")
    with pytest.raises(OutputError, match="a file of that name is there"):
        save_report(example_audit(), tmp_path / "report" / "deeper")
    assert (tmp_path / "report").read_text() == "mine"


def test_a_folder_in_the_place_of_a_file_is_named_before_anything_is_touched(tmp_path: Path) -> None:
    save_report(audit_named("first.csv"), tmp_path)
    (tmp_path / "groups.csv").unlink()
    (tmp_path / "groups.csv").mkdir()
    with pytest.raises(OutputError, match=r"groups\.csv, but a folder"):
        save_report(audit_named("second.csv"), tmp_path)
    assert "first.csv" in (tmp_path / "audit.json").read_text("utf-8")


@NEEDS_RIGHTS
def test_a_folder_without_the_right_to_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="permission denied"):
            save_report(example_audit(), tmp_path / "report")
    finally:
        tmp_path.chmod(0o700)


# ---- thumbnails ----


def listed(*names: str) -> dict[str, Any]:
    """An audit of one group whose listings have these main images; a listing's id is its image's name."""
    return {
        "listings": {name: {"main_image": name} for name in names},
        "groups": [{"group_id": "G", "verdict": "duplicate", "members": [{"listing_id": name} for name in names]}],
    }


def save_picture(path: Path, mode: str = "RGB", size: tuple[int, int] = (300, 200), **options: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, 0 if len(mode) == 1 or mode == "I;16" else None).save(path, **options)


@pytest.mark.parametrize(
    ("mode", "name"),
    [("RGB", "a.jpg"), ("CMYK", "a.jpg"), ("RGBA", "a.png"), ("I;16", "a.png"), ("P", "a.gif"), ("L", "a.webp")],
)
def test_photos_of_every_kind_become_small_pictures(tmp_path: Path, mode: str, name: str) -> None:
    save_picture(tmp_path / "in" / name, mode)
    small = photo_thumbnails(listed(f"in/{name}"), tmp_path)(f"in/{name}")
    assert small is not None
    small_path = tmp_path / "small"
    small_path.write_bytes(small)
    with Image.open(small_path) as picture:
        assert 120 <= max(picture.size) <= 160
        assert picture.format in ("WEBP", "JPEG")


def test_no_path_leads_out_of_the_folder_and_no_bad_file_stops_the_page(tmp_path: Path) -> None:
    root = tmp_path / "root"
    save_picture(tmp_path / "secret.png")
    save_picture(root / "good.png")
    (root / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (root / "empty.jpg").write_bytes(b"")
    (root / "folder.png").mkdir()
    names = ["../secret.png", str(tmp_path / "secret.png"), "bad.png", "empty.jpg", "folder.png", "missing.png", "",
             "https://shop.example/a.png", "a\0b.png", "x" * 5000, "good.png"]  # fmt: skip
    try:
        (root / "link.png").symlink_to(tmp_path / "secret.png")
        names.insert(0, "link.png")
    except OSError:
        pass
    thumbnail = photo_thumbnails(listed(*names), root)
    assert [name for name in names if thumbnail(name)] == ["good.png"]
    assert thumbnail("no such listing") is None
    assert photo_thumbnails(listed("good.png"), None)("good.png") is None


def count_decoding(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    from dupcheck.photos import pictures
    from dupcheck.reports import thumbnails

    calls: list[int] = []
    real = pictures.open_picture

    def count(data: bytes) -> Any:
        calls.append(1)
        return real(data)

    monkeypatch.setattr(thumbnails, "open_picture", count)
    return lambda: len(calls)


def test_thumbnails_are_kept_between_runs_until_the_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = count_decoding(monkeypatch)
    root, cache = tmp_path / "root", tmp_path / "cache"
    save_picture(root / "a.png")
    first = photo_thumbnails(listed("a.png"), root, cache=cache)("a.png")
    again = photo_thumbnails(listed("a.png"), root, cache=cache)("a.png")
    assert first == again is not None
    assert decoded() == 1
    Image.new("RGB", (300, 200), "red").save(root / "a.png")
    assert photo_thumbnails(listed("a.png"), root, cache=cache)("a.png") != first
    photo_thumbnails(listed("a.png"), root, cache=cache, edge=50)("a.png")
    assert decoded() == 3


def test_a_cache_that_cannot_be_used_is_done_without(tmp_path: Path) -> None:
    save_picture(tmp_path / "a.png")
    (tmp_path / "file").write_text("")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / FILE_NAME).write_bytes(b"no database at all" * 100)
    for cache in (tmp_path / "file", tmp_path / "cache"):
        assert photo_thumbnails(listed("a.png"), tmp_path, cache=cache)("a.png")


def test_a_photo_that_many_listings_share_is_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = count_decoding(monkeypatch)
    save_picture(tmp_path / "a.png")
    audit = listed("L1", "L2", "L3")
    for listing in audit["listings"].values():
        listing["main_image"] = "a.png"
    thumbnail = photo_thumbnails(audit, tmp_path)
    assert thumbnail("L1") == thumbnail("L2") == thumbnail("L3") is not None
    assert decoded() == 1


def test_the_audit_in_the_folder_is_the_audit(tmp_path: Path) -> None:
    save_report(example_audit("zh"), tmp_path)
    assert json.loads((tmp_path / "audit.json").read_text("utf-8"))["lang"] == "zh"
