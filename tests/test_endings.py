"""A catalogue's file that is still being written, or was cut off, is told from a whole one, in every format."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupcheck.errors import CatalogError
from dupcheck.serve.endings import check_ends

HEAD = "listing_id,title,price,currency\n"
ROWS = "".join(f"L{i},w{i}ab lamp of z{i * 7}cd no,{i + 3},USD\n" for i in range(40))
TALES = "listing_id,title,description\n" + "".join(f'L{i},lamp {i},"long, text\nof two lines"\n' for i in range(40))
THINGS = [{"id": f"L{i}", "title": f"w{i}ab lamp", "price": i + 3} for i in range(40)]
LINES = "\n".join(map(json.dumps, THINGS)) + "\n"
ITEMS = "".join(f"<item><id>L{i}</id><title>w{i}ab lamp</title></item>" for i in range(40))
MARKUP = f"<?xml version='1.0'?>\n<!-- made today -->\n<items>{ITEMS}</items>\n"
STRAY = HEAD + "".join(f'L{i},lamp of 12" no {i},3,USD\n' for i in range(41))
WHOLE = {
    "table": HEAD + ROWS, "no line end": HEAD + ROWS.rstrip("\n"), "texts of two lines": TALES,
    "texts of two lines, no line end": TALES.rstrip("\n"), "list": json.dumps(THINGS, indent=1),
    "object": json.dumps({"products": THINGS}), "lines": LINES, "lines, no line end": LINES.rstrip("\n"),
    "markup": MARKUP, "markup and a comment": f"{MARKUP}<!-- the end -->", "inches": STRAY,
    "an open quote far above": HEAD + 'L0,"lamp,3,USD\n' + ROWS, "one row": f"{HEAD}a,Mug,1,USD", "header only": HEAD,
    "semicolons": (HEAD + ROWS).replace(",", ";"), "a title above": f"My shop\n{HEAD}{ROWS}",
    "empty": "", "blank": "\n\n",
}  # fmt: skip
CUT = {
    "row": (HEAD + ROWS)[:-60], "row with zeros behind": (HEAD + ROWS)[:1200] + "\0" * 400, "text": TALES[:-12],
    "text at its line end": TALES[: TALES.rindex("of two")], "list": json.dumps(THINGS)[:-25],
    "list behind an entry": json.dumps(THINGS).rpartition(",")[0], "object": json.dumps({"products": THINGS})[:-1],
    "line": LINES[:-20], "element": MARKUP[:-40], "end tag": MARKUP.rstrip()[:-1], "one row": f"{HEAD}a,Mu",
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_whole_file_is_taken(name: str, encoding: str, tmp_path: Path) -> None:
    place = tmp_path / "catalog.any"
    place.write_bytes(WHOLE[name].encode(encoding))
    check_ends([place])


@pytest.mark.parametrize("name", CUT)
def test_a_file_that_breaks_off_is_not(name: str, tmp_path: Path) -> None:
    place = tmp_path / "catalog.any"
    place.write_bytes(CUT[name].encode())
    with pytest.raises(CatalogError, match=r"catalog\.any ends in the middle"):
        check_ends([place])


def test_two_bytes_a_letter_are_read_as_such(tmp_path: Path) -> None:
    place = tmp_path / "catalog.csv"
    place.write_bytes((HEAD + ROWS).encode("utf-16"))
    check_ends([place])
    place.write_bytes((HEAD + ROWS).encode("utf-16")[:-120])
    with pytest.raises(CatalogError):
        check_ends([place])


def test_what_is_missing_or_packed_is_for_its_reader_to_tell(tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04 cut off")
    check_ends([tmp_path / "book.xlsx", tmp_path / "gone.csv"])


@given(st.lists(st.lists(st.text("ab,\n\"' ", max_size=6), min_size=3, max_size=3), max_size=12), st.booleans())
def test_what_a_program_writes_ends_well(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], end: bool
) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["listing_id", "title", "price"], *rows])
    place = tmp_path_factory.mktemp("made") / "catalog.csv"
    place.write_text(out.getvalue() if end else out.getvalue().removesuffix("\n"), newline="")
    check_ends([place])


@given(st.integers(1, 40), st.integers(2, 30))
def test_wherever_a_list_breaks_off_it_is_seen(tmp_path_factory: pytest.TempPathFactory, count: int, less: int) -> None:
    place = tmp_path_factory.mktemp("cut") / "catalog.json"
    place.write_text(json.dumps(THINGS[:count])[:-less])
    with pytest.raises(CatalogError):
        check_ends([place])
