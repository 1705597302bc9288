"""Nothing of the seller's is overwritten: inputs, photos, devices, links, other programs' files."""

import json
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dupcheck.errors import OutputError
from dupcheck.files.writing import protect_inputs, write_file

ROWS = "listing_id,title,price\na,Steel pan 20 cm,3\nb,Steel pan 20 cm,3\n"
Run = Callable[..., Any]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog.csv").write_text(ROWS)
    return tmp_path


def spell(place: Path) -> list[Path]:
    """The same file by other names."""
    (place.parent / "link.csv").symlink_to(place)
    os.link(place, place.parent / "hard.csv")
    (place.parent / "sub").mkdir()
    (place.parent / "folder").symlink_to(place.parent)
    return [
        place, Path(place.name), place.parent / "link.csv", place.parent / "hard.csv",
        place.parent / "sub" / ".." / place.name, place.parent / "folder" / place.name,
    ]  # fmt: skip


class TestInputs:
    @pytest.mark.parametrize("number", range(6))
    def test_no_name_of_the_catalogue_is_written_over(self, desk: Path, run: Run, number: int) -> None:
        name = spell(desk / "catalog.csv")[number]
        for words in (("convert", "catalog.csv"), ("convert", name)):
            ended = run(*words, "--out", name)
            assert ended.code == 2 and "is read in this run" in ended.err
        assert (desk / "catalog.csv").read_text() == ROWS

    def test_what_a_command_writes_beside_is_looked_at_too(self, desk: Path, run: Run) -> None:
        run("audit", "catalog.csv", "--out", "r", "--no-ledger")
        (desk / "catalog.csv").rename(desk / "x-moved.csv")
        ended = run("merge", "x-moved.csv", "--plans", "r/merges.json", "--out", "x.csv")
        assert ended.code == 2 and "x-moved.csv" in ended.err and not (desk / "x.csv").exists()
        assert (desk / "x-moved.csv").read_text() == ROWS
        ended = run("merge", "x-moved.csv", "--plans", "r/merges.json", "--out", "r/merges.json")
        assert ended.code == 2

    @pytest.mark.parametrize(
        ("words", "name"),
        [
            (("merge", "catalog.csv", "--plans", "r/merges.json", "--all", "--out", "m.csv"), "m-moved.csv"),
            (("convert", "bad.csv", "--out", "c.csv"), "c-problems.csv"),
            (("check", "catalog.csv", "--against", "catalog.csv", "--no-ledger", "--out", "."), "check.csv"),
            (("check", "catalog.csv", "--against", "catalog.csv", "--no-ledger", "--out", "."), "check.html"),
            (("audit", "catalog.csv", "--out", ".", "--export", "ebay", "--all", "--no-ledger"), "export-ebay.csv"),
        ],
    )  # fmt: skip
    def test_what_nobody_named_is_no_place_to_write(
        self, desk: Path, run: Run, words: tuple[str, ...], name: str
    ) -> None:
        run("audit", "catalog.csv", "--out", "r", "--no-ledger")
        (desk / "bad.csv").write_text(f"{ROWS},,7\n")
        (desk / name).write_text("precious")
        before = {f: f.read_bytes() for f in desk.iterdir() if f.is_file()}
        ended = run(*words)
        assert ended.code == 2 and name in ended.err
        assert {f: f.read_bytes() for f in desk.iterdir() if f.is_file()} == before
        (desk / name).unlink()
        for _ in range(2):  # what an earlier run has written is renewed
            assert run(*words).code != 2 and (desk / name).is_file()

    def test_a_few_letters_are_no_ledger(self, desk: Path, run: Run) -> None:
        (desk / "note.txt").write_text("buy milk\n")
        ended = run("decide", "catalog.csv", "a", "b", "--as", "allowed", "--ledger", "note.txt")
        assert ended.code == 2 and "note.txt" in ended.err
        assert (desk / "note.txt").read_text() == "buy milk\n"

    @pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device")
    @pytest.mark.parametrize("option", ["--template", "--since", "--decisions", "--answers", "--labels", "--rules"])
    def test_a_device_is_read_by_no_option(self, desk: Path, run: Run, option: str) -> None:
        ended = run("audit", "catalog.csv", option, "/dev/zero", "--out", "r", "--no-ledger")
        assert ended.code == 2 and "/dev/zero" in ended.err and "memory" not in ended.err

    def test_the_ledger_is_one(self, desk: Path, run: Run) -> None:
        run("decide", "catalog.csv", "a", "b", "--as", "allowed", "--ledger", "l.sqlite")
        for name in ("l.sqlite", "l.sqlite-seal"):
            before = (desk / name).read_bytes()
            for ledger in ("l.sqlite", f"sqlite:///{desk}/l.sqlite"):
                assert run("decisions", "export", "--ledger", ledger, "--out", name).code == 2
            assert (desk / name).read_bytes() == before

    def test_photos_stay(self, desk: Path, run: Run, draw_photo: Callable[..., Path]) -> None:
        photo = draw_photo(desk / "a.JPG", 1)
        before = photo.read_bytes()
        assert run("convert", "catalog.csv", "--out", "a.JPG").code == 2
        assert photo.read_bytes() == before

    def test_protection_ends_with_the_run(self, desk: Path) -> None:
        with protect_inputs([desk / "catalog.csv"]), pytest.raises(OutputError):
            write_file(desk / "catalog.csv", b"x")
        write_file(desk / "catalog.csv", b"x")
        assert (desk / "catalog.csv").read_bytes() == b"x"


class TestReports:
    @pytest.mark.parametrize("name", ["groups.csv", "pairs.csv", "merges.json", "report.html", "problems.csv"])
    def test_a_folder_of_another_program_is_left_alone(self, desk: Path, run: Run, name: str) -> None:
        (desk / "in").mkdir()
        (desk / "in" / name).write_text(ROWS)
        for mark in (None, "[]", '{"format": 3, "project": "an audit of something else"}'):
            if mark is not None:
                (desk / "in" / "audit.json").write_text(mark)
            ended = run("audit", "catalog.csv", "--out", "in", "--no-ledger")
            assert ended.code == 2 and "audit.json" in ended.err
            assert (desk / "in" / name).read_text() == ROWS
            assert mark is None or (desk / "in" / "audit.json").read_text() == mark

    def test_the_catalogue_among_our_own_is_left_alone(self, desk: Path, run: Run) -> None:
        run("audit", "catalog.csv", "--out", "r", "--no-ledger")
        (desk / "r" / "groups.csv").write_text(ROWS)
        ended = run("audit", "r/groups.csv", "--out", "r", "--no-ledger")
        assert ended.code == 2 and (desk / "r" / "groups.csv").read_text() == ROWS

    def test_our_own_is_renewed_even_after_a_kill(self, desk: Path, run: Run) -> None:
        for _ in range(2):
            assert run("audit", "catalog.csv", "--out", "r", "--no-ledger").code == 0
        left = desk / "r" / ".dupcheck-unfinished-12345678"
        left.mkdir()
        (desk / "r" / "audit.json").rename(left / "audit.json")
        assert run("audit", "catalog.csv", "--out", "r", "--no-ledger").code == 0
        assert json.loads((desk / "r" / "audit.json").read_text())["format"] >= 1

    def test_other_files_in_a_folder_do_not_matter(self, desk: Path, run: Run) -> None:
        (desk / "r").mkdir()
        (desk / "r" / "notes.txt").write_text("mine")
        assert run("audit", "catalog.csv", "--out", "r", "--no-ledger").code == 0
        assert (desk / "r" / "notes.txt").read_text() == "mine"

    def test_a_link_to_a_folder_and_links_in_it_are_followed(self, desk: Path, run: Run) -> None:
        (desk / "real").mkdir()
        (desk / "r").symlink_to(desk / "real")
        assert run("audit", "catalog.csv", "--out", "r", "--no-ledger").code == 0
        (desk / "real" / "groups.csv").rename(desk / "elsewhere.csv")
        (desk / "real" / "groups.csv").symlink_to(desk / "elsewhere.csv")
        (desk / "elsewhere.csv").write_text("old")
        assert run("audit", "catalog.csv", "--out", "r", "--no-ledger").code == 0
        assert (desk / "r").is_symlink() and (desk / "real" / "groups.csv").is_symlink()
        assert (desk / "elsewhere.csv").read_text() != "old"


class TestWhatIsNoOrdinaryFile:
    def test_a_device_stays_one(self, desk: Path) -> None:
        (desk / "null").symlink_to("/dev/null")
        write_file(desk / "null", b"x")
        write_file("/dev/null", b"x")
        assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
    def test_a_pipe_gets_the_bytes_or_is_told(self, desk: Path) -> None:
        os.mkfifo(desk / "pipe")
        with pytest.raises(OutputError):
            write_file(desk / "pipe", b"x")
        got: list[bytes] = []
        number = os.open(desk / "pipe", os.O_RDWR | os.O_NONBLOCK)
        os.set_blocking(number, True)
        reader = threading.Thread(target=lambda: got.append(os.read(number, 10)))
        reader.start()
        write_file(desk / "pipe", b"x")
        reader.join(10)
        os.close(number)
        assert got == [b"x"] and stat.S_ISFIFO((desk / "pipe").stat().st_mode)

    def test_a_link_is_followed_and_rights_stay(self, desk: Path) -> None:
        (desk / "real.csv").write_text("old")
        (desk / "real.csv").chmod(0o640)
        (desk / "link.csv").symlink_to("real.csv")
        (desk / "new.csv").symlink_to("made.csv")
        write_file(desk / "link.csv", b"new")
        write_file(desk / "new.csv", b"new")
        assert (desk / "link.csv").is_symlink() and (desk / "real.csv").read_bytes() == b"new"
        assert stat.S_IMODE((desk / "real.csv").stat().st_mode) == 0o640
        assert (desk / "made.csv").read_bytes() == b"new"

    @pytest.mark.parametrize("name", ["sub", "loop", "x" * 300, "a\0b", "catalog.csv/below"])
    def test_odd_places_are_one_clear_error(self, desk: Path, name: str) -> None:
        (desk / "sub").mkdir()
        (desk / "loop").symlink_to("loop")
        with pytest.raises(OutputError):
            write_file(desk / name, b"x")
        assert sorted(p.name for p in desk.iterdir()) == ["catalog.csv", "loop", "sub"]

    def test_what_fails_half_way_leaves_what_was_there(self, desk: Path) -> None:
        def pieces() -> Any:
            yield b"half"
            raise OSError(28, "No space left on device")

        with pytest.raises(OutputError, match="disk is full"):
            write_file(desk / "catalog.csv", pieces())
        assert (desk / "catalog.csv").read_text() == ROWS
        assert [p.name for p in desk.iterdir()] == ["catalog.csv"]


class TestEndings:
    """A file is what its name says, or it is said what is possible."""

    @pytest.mark.parametrize("lang", ["en", "zh"])
    @pytest.mark.parametrize("ending", [".xlsx", ".JSON", ".html"])
    def test_a_catalogue_is_a_table_and_says_so(self, desk: Path, run: Run, ending: str, lang: str) -> None:
        assert run("audit", "catalog.csv", "--out", "report", "--no-ledger").code == 0
        for words in (("merge", "catalog.csv", "--plans", "report/merges.json", "--all"), ("convert", "catalog.csv")):
            ended = run(*words, "--out", f"new{ending}", "--lang", lang)
            assert ended.code == 2 and f"new{ending}" in ended.err and ".csv" in ended.err
        assert not list(desk.glob("new*"))

    @pytest.mark.parametrize("name", ["x.html", "x.xlsx", "x.csv"])
    def test_a_folder_is_not_called_like_a_file(self, desk: Path, run: Run, name: str) -> None:
        for words in (("audit", "catalog.csv"), ("check", "catalog.csv", "--against", "catalog.csv")):
            ended = run(*words, "--out", name, "--no-ledger")
            assert ended.code == 2 and name in ended.err and "folder" in ended.err
        assert not (desk / name).exists()

    @pytest.mark.parametrize("name", ["2026.11", "shop.example", "out"])
    def test_other_names_are_folders(self, desk: Path, run: Run, name: str) -> None:
        assert run("check", "catalog.csv", "--against", "catalog.csv", "--out", name, "--no-ledger").code == 1
        assert (desk / name / "check.html").is_file()
