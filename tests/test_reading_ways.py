"""The same goods read in another way are the same goods: the fast reader and the careful one, a table as XML, units."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dupcheck as dc
from dupcheck.catalog import tables
from dupcheck.titles.electronics import spell_parts
from dupcheck.titles.stream import cut_title

CELLS = st.text(st.sampled_from('ab1,;"\n\r é'), max_size=8)
HEADERS = ["listing_id", "title", "price", "category", "description"]


def read_all(path: Path) -> tuple[object, ...]:
    catalog = dc.read_catalog(path)
    told = [(p.row, p.listing_id, p.field, p.severity, p.text.say("en")) for p in catalog.problems]
    return catalog.ids.tolist(), [[str(cell) for cell in catalog.column(name)] for name in HEADERS[1:]], told


class TestTables:
    @given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6), st.booleans(), st.booleans())
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
    def test_the_fast_reader_reads_what_the_careful_one_reads(
        self, tmp_path: Path, rows: list[tuple[str, str, str]], cut: bool, odd: bool
    ) -> None:
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(HEADERS)
        for number, (title, category, description) in enumerate(rows):
            writer.writerow([f"L-{number}", f"Mug {title}", f"{number}.5", category, description])
        text = out.getvalue()
        if cut:
            text = text[:-9]
        if odd:
            text += "L-9,Lamp\r\n"
        path = tmp_path / "goods.csv"
        path.write_bytes(text.encode())
        careful = read_all(path)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tables, "_LARGE", 1)
            assert read_all(path) == careful

    def test_a_workbook_that_is_xml_is_read_cell_by_cell(self, tmp_path: Path) -> None:
        space = "urn:schemas-microsoft-com:office:spreadsheet"

        def row(*cells: str) -> str:
            return f"<Row>{''.join(cells)}</Row>"

        def cell(text: str, at: int = 0) -> str:
            place = f' ss:Index="{at}"' if at else ""
            return f'<Cell{place}><Data ss:Type="String">{text}</Data></Cell>'

        lines = [
            row(*map(cell, ("listing_id", "title", "price", "currency"))),
            row(cell("A-1"), cell("Silk tie &amp; pin"), cell("9.5"), cell("USD")),
            row(cell("A-2"), cell("Wool scarf"), cell("EUR", at=4)),
        ]
        sheets = f'<Worksheet ss:Name="Goods"><Table>{"".join(lines)}</Table></Worksheet><Worksheet ss:Name="Empty"/>'
        path = tmp_path / "goods.xml"
        path.write_text(
            f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}">{sheets}</Workbook>', "utf-8"
        )
        catalog = dc.read_catalog(path)
        assert catalog.ids.tolist() == ["A-1", "A-2"]
        assert list(catalog.column("title")) == ["Silk tie & pin", "Wool scarf"]
        assert list(catalog.column("currency")) == ["USD", "EUR"], "a cell that was skipped shifts none"
        assert [str(p) for p in catalog.column("price")] == ["9.5", "nan"]


class TestParts:
    @pytest.mark.parametrize(
        "spellings",
        [
            ("4k7", "4.7k", "4700 ohm", "4,7 kω"),
            ("2r2", "2.2 ohm"),
            ("500r", "500 ohm"),
            ("10 kohm", "10k", "10000 ohm"),
            ("100nf", "0.1uf", "0,1 мкф", "100000pf"),
            ("4n7", "4.7nf", "4700pf"),
            ("10uh", "10000nh"),
        ],
    )
    def test_one_value_of_a_part_has_one_spelling(self, spellings: tuple[str, ...]) -> None:
        assert len({spell_parts(text) for text in spellings}) == 1, [spell_parts(text) for text in spellings]

    @given(st.integers(1, 999), st.sampled_from(["p", "n", "u"]))
    def test_a_value_in_the_next_larger_unit_is_the_same(self, amount: int, prefix: str) -> None:
        larger = {"p": "n", "n": "u", "u": "m"}[prefix]
        shown = f"{amount / 1000:.3f}".rstrip("0")
        if prefix != "u":
            assert spell_parts(f"{shown}{larger}f") == spell_parts(f"{amount}{prefix}f")
        assert spell_parts(f"{amount}{prefix}f") != spell_parts(f"{amount + 1}{prefix}f")

    def test_bytes_that_an_export_wrote_out_are_what_they_spell(self) -> None:
        assert cut_title(r"Love \xe2\x9d\xa4 Mug") == ("love", "mug")
        assert cut_title(r"Caf\xc3\xa9 Mug") == ("cafe", "mug")
        assert "28" in cut_title(r"Bad \xe2\x28 Mug"), "what spells nothing stays as it is"
