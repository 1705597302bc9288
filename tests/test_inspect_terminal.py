"""``inspect`` at a terminal: what it asks, what it makes of the answers, and what it keeps."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from dupcheck.catalog import read_catalog
from dupcheck.catalog.inspection import save_mapping

pty = pytest.importorskip("pty")
pytestmark = pytest.mark.slow

SHOP = "ID;Produktname;Preis;Abwaschbar;Lagerort\nK1;Silk Tie;9,90;nein;A-1\nK2;Enamel Mug;12,50;ja;B-7\n"
Sit = Callable[..., tuple[int, str]]


@pytest.fixture
def sit(tmp_path: Path) -> Sit:
    """Run a command at a terminal and answer what it asks; return its exit code and all that was seen."""

    def run(words: Sequence[object], answers: Sequence[str]) -> tuple[int, str]:
        master, slave = pty.openpty()
        env = {k: v for k, v in os.environ.items() if not k.startswith("DUPCHECK_")}
        env |= {"DUPCHECK_FORMATS": str(tmp_path / "own"), "DUPCHECK_LANG": "en", "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-m", "dupcheck", *map(str, words)]
        process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=env, cwd=tmp_path)
        os.close(slave)
        seen, answered, left = b"", 0, list(answers)
        over = time.monotonic() + 120
        while time.monotonic() < over:
            ready, _, _ = select.select([master], [], [], 0.2)
            if ready:
                try:
                    piece = os.read(master, 4096)
                except OSError:  # Linux says so where the other end is closed
                    break
                if not piece:
                    break
                seen += piece
            elif seen[answered:].endswith(b": "):
                os.write(master, (left.pop(0) if left else "\x04").encode() + b"\n")
                answered = len(seen)
        os.close(master)
        return process.wait(60), seen.decode().replace("\r\n", "\n")

    return run


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.csv"
    path.write_text(SHOP, "utf-8")
    return path


def test_an_answer_is_read_shown_kept_and_used_again(
    sit: Sit, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, seen = sit(["inspect", shop], ["atribute:Washable", "attribute:Washable", "", "My Shop"])
    assert code == 0
    assert "Abwaschbar (for example nein, ja)" in seen
    assert "Did you mean" in seen  # a slip of the pen is no answer
    assert "attributes: Washable=nein" in seen
    assert '--map "attribute:Washable=Abwaschbar"' in seen
    assert str(tmp_path / "own" / "my-shop.toml") in seen
    monkeypatch.setenv("DUPCHECK_FORMATS", str(tmp_path / "own"))
    again = read_catalog(shop)
    assert again.tables[0].format == "my-shop"
    assert again.column("attributes").tolist() == ["Washable=nein", "Washable=ja"]
    assert again.tables[0].unused == ("Lagerort",)
    code, seen = sit(["inspect", shop], [""])
    assert "Read as: My Shop." in seen
    assert "Abwaschbar (for" not in seen


def test_what_a_table_lacks_is_asked_for(sit: Sit, shop: Path) -> None:
    told = SHOP.replace("ID;Produktname", "Kennung;Wortlaut").replace("Lagerort", "Anmerkung")
    shop.write_text(told.replace("A-1", "For the evening").replace("B-7", "For the morning"), "utf-8")
    code, seen = sit(["inspect", shop], ["kenung", "kennung", "Wortlaut", "q", ""])
    assert code == 0
    assert "Which column is the title?" in seen
    assert "Did you mean Kennung?" in seen
    assert "listing_id: K1" in seen
    assert "title: Silk Tie" in seen
    assert '--map "listing_id=Kennung" --map "title=Wortlaut"' in seen


@pytest.mark.parametrize("answers", [["q", ""], [], ["", ""]])
def test_whoever_answers_nothing_changes_nothing(answers: list[str], sit: Sit, shop: Path, tmp_path: Path) -> None:
    code, seen = sit(["inspect", shop], answers)
    assert code == 0
    assert "Traceback" not in seen
    assert "The same without questions" not in seen
    assert not (tmp_path / "own").exists()


def test_nobody_is_asked_for_json(sit: Sit, shop: Path) -> None:
    code, seen = sit(["inspect", shop, "--json"], [])
    assert code == 0
    assert "for example" not in seen


def test_a_format_that_is_kept_stays_what_it_was_besides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUPCHECK_FORMATS", str(tmp_path / "own"))
    path = tmp_path / "export.csv"
    header = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Width"
    rows = ["tee,Tee,Size,S,T-S,9.00,https://x.example/t.jpg,40", "tee,,,M,T-M,9.50,,42"]
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    said = {"attribute:Width": "Width"}
    before = read_catalog(path, mapping=said)
    save_mapping(before.tables[0], said, "Mine")
    again = read_catalog(path)
    assert again.tables[0].format == "mine"
    assert len(again) == 1
    assert again.sku_columns["sku_code"].tolist() == before.sku_columns["sku_code"].tolist() == ["T-S", "T-M"]
    assert again.column("attributes").tolist() == before.column("attributes").tolist()
