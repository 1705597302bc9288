"""The command line: exit codes, messages, languages, and nothing but a message whatever the input."""

import contextlib
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dupcheck

CHINESE = re.compile(r"[\u3400-\u9fff]")
HEADER = "listing_id,title,price,currency,category,main_image,attributes\n"
TWINS = (
    HEADER + "A-1,Brass violin stand,9.90,USD,Music,,Finish=Matt\n"
    "A-2,Brass violin stand,9.90,USD,Music,,Finish=Matt\n"
    "B-1,Oak garden ladder,59.00,USD,Garden,,Steps=5\n"
)
REPORT = {
    "pairs.csv",
    "groups.csv",
    "merges.json",
    "report.xlsx",
    "take-offline.csv",
    "problems.csv",
    "audit.json",
    "report.html",
}
Run = Callable[..., Any]


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str | bytes, name: str = "catalog.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    return write


@pytest.fixture
def twins(put: Callable[..., Path]) -> Path:
    return put(TWINS)


def refused(result: Any, *says: str) -> str:
    """The command refused its input with one message and wrote nothing to its output."""
    assert result.code == 2, result.out + result.err
    assert result.out == ""
    assert result.err.strip()
    assert "Traceback" not in result.err
    for text in says:
        assert text in result.err, result.err
    return str(result.err)


class TestAudit:
    def test_it_writes_the_report_and_says_where(self, run: Run, twins: Path, tmp_path: Path) -> None:
        result = run("audit", twins, "--out", tmp_path / "out")
        assert result.code == 0
        assert {p.name for p in (tmp_path / "out").iterdir()} == REPORT
        assert str(tmp_path / "out" / "report.html") in result.out
        assert "3 listings" in result.out
        assert len(result.out.splitlines()) <= 20
        assert result.err == "", "no progress where nobody watches"

    def test_its_folder_has_a_name_of_its_own(
        self, run: Run, twins: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert run("audit", twins).code == 0
        assert (tmp_path / "dupcheck-report" / "audit.json").is_file()

    @pytest.mark.parametrize(
        ("rows", "fail_on", "code"),
        [
            (TWINS, "duplicate", 1),
            (TWINS, "advice", 1),
            (TWINS, None, 0),
            # one title and one set of attributes at quite another price, by hashes of quite other photos: advice
            (
                HEADER.replace("main_image", "image_phash")
                + "A-1,Brass violin stand,9.90,USD,Music,f0f0a5a5c3c3b1d2,Finish=Matt\n"
                "A-2,Brass violin stand,99.0,USD,Music,0f1e2d3c4b5a6978,Finish=Matt\n",
                "duplicate",
                0,
            ),
            (
                HEADER.replace("main_image", "image_phash")
                + "A-1,Brass violin stand,9.90,USD,Music,f0f0a5a5c3c3b1d2,Finish=Matt\n"
                "A-2,Brass violin stand,99.0,USD,Music,0f1e2d3c4b5a6978,Finish=Matt\n",
                "advice",
                1,
            ),
            (HEADER + "A-1,Brass violin stand,9.90,USD,Music,,\nB-1,Oak ladder,5,USD,Garden,,\n", "advice", 0),
        ],
    )
    def test_fail_on(
        self, run: Run, put: Callable[..., Path], tmp_path: Path, rows: str, fail_on: str | None, code: int
    ) -> None:
        more = ["--fail-on", fail_on] if fail_on else []
        assert run("audit", put(rows), "--out", tmp_path / "out", *more).code == code
        assert (tmp_path / "out" / "audit.json").is_file(), "the report is written all the same"

    def test_chinese(self, run: Run, twins: Path, tmp_path: Path) -> None:
        result = run("audit", twins, "--out", tmp_path / "out", "--lang", "zh")
        assert result.code == 0
        assert all(CHINESE.search(line) or line.lstrip().startswith("G-") for line in result.out.splitlines() if line)
        text = (tmp_path / "out" / "groups.csv").read_text("utf-8-sig")
        assert CHINESE.search(text) and "Closest" not in text

    def test_settings_and_mapping_are_heeded(self, run: Run, put: Callable[..., Path], tmp_path: Path) -> None:
        odd = put(TWINS.replace("title", "Wie es heißt").replace("price", "Preis"))
        more = ["--map", "title=Wie es heißt", "--map", "price=Preis", "--set", "R2.title.min=99.5"]
        assert run("audit", odd, "--out", tmp_path / "out", *more).code == 0
        whole = json.loads((tmp_path / "out" / "audit.json").read_text("utf-8"))
        assert whole["rules"]["set"] == ["R2.title.min=99.5"]
        assert whole["counts"]["groups"] == 1

    def test_a_pack_of_ones_own(self, run: Run, twins: Path, put: Callable[..., Path], tmp_path: Path) -> None:
        pack = put('format = 1\n[[rule]]\ncode = "MINE"\nwhen.title = { min = 90 }\n', "mine.toml")
        assert run("audit", twins, "--rules", pack, "--out", tmp_path / "out").code == 0
        assert ",MINE," in (tmp_path / "out" / "pairs.csv").read_text("utf-8-sig")

    @pytest.mark.slow
    def test_two_runs_write_the_same_bytes(
        self, launch: Callable[..., Any], sample_folder: Path, tmp_path: Path
    ) -> None:
        """In processes whose sets and dicts are ordered differently, with one core and with two."""
        runs = [
            launch(
                "audit", sample_folder / "catalog.csv", "--out", tmp_path / seed, "--jobs", seed, PYTHONHASHSEED=seed
            )
            for seed in ("1", "2")
        ]
        for process in runs:
            _, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
        for name in REPORT:
            assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes(), name


class TestWrongInput:
    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", ["empty"]),
            (b"\xef\xbb\xbf", ["empty"]),
            (HEADER, ["header"]),
            ("name,cost\nBrass violin stand,9.90\n", ["cost"]),
            ("id,titel_xx,price\nA-1,Brass,9.90\n", ["titel_xx"]),
            (b"\x89PNG\r\n\x1a\n" + bytes(200), []),
            (bytes(5000), []),
            (b"PK\x03\x04" + b"x" * 100, []),
            ('{"listings": 5', []),
        ],
    )
    def test_a_file_that_is_no_catalogue(
        self, run: Run, put: Callable[..., Path], tmp_path: Path, content: str | bytes, says: list[str]
    ) -> None:
        path = put(content)
        refused(run("audit", path, "--out", tmp_path / "out"), *says)
        assert not (tmp_path / "out").exists()

    def test_missing_columns_are_told_with_those_found_and_the_nearest(
        self, run: Run, put: Callable[..., Path], tmp_path: Path
    ) -> None:
        text = refused(run("audit", put("listing_id,titl,cost\nA-1,Brass,9\n"), "--out", tmp_path / "out"))
        assert "title" in text and "titl" in text and "--map" in text

    def test_no_such_file_and_a_folder(self, run: Run, tmp_path: Path) -> None:
        refused(run("audit", tmp_path / "gone.csv"), "gone.csv")
        refused(run("audit", tmp_path), str(tmp_path))
        assert CHINESE.search(refused(run("audit", tmp_path / "gone.csv", "--lang", "zh"), "gone.csv"))

    def test_the_report_cannot_be_a_file_that_is_there(self, run: Run, twins: Path, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("mine")
        refused(run("audit", twins, "--out", tmp_path / "taken"), "taken", "--out")
        assert (tmp_path / "taken").read_text() == "mine"

    @pytest.mark.parametrize(
        ("more", "says"),
        [
            (["--rules", "aliexpres"], "aliexpress"),
            (["--rules", "gone.toml"], "gone.toml"),
            (["--set", "R2.titel.min=5"], "title"),
            (["--set", "nonsense"], "R2.title.min=85"),
            (["--map", "title"], "--map"),
            (["--map", "titel=title"], "title"),
            (["--map", "title=gone"], "gone"),
            (["--lang", "de"], "en"),
            (["--jobs", "-1"], "--jobs"),
            (["--engine", "abacus"], "spark"),
            (["--fail-on", "anything"], "duplicate"),
            (["--frobnicate"], "--frobnicate"),
        ],
    )  # fmt: skip
    def test_wrong_options(self, run: Run, twins: Path, tmp_path: Path, more: list[str], says: str) -> None:
        refused(run("audit", twins, "--out", tmp_path / "out", *more), says)
        assert not (tmp_path / "out").exists()

    def test_no_arguments(self, run: Run) -> None:
        refused(run("audit"))
        refused(run("frobnicate"), "frobnicate")

    def test_bad_rows_are_told_and_the_rest_goes_on(
        self, run: Run, put: Callable[..., Path], tmp_path: Path, read_report: Callable[[Path], Any],
        draw_photo: Callable[..., Path],
    ) -> None:  # fmt: skip
        draw_photo(tmp_path / "good.jpg", 1)
        put(b"this is no picture", "broken.jpg")
        catalog = put(
            HEADER + "A-1,Brass violin stand,9.90,USD,Music,good.jpg,\n"
            "A-1,Brass violin stand with a lamp,9.90,USD,Music,good.jpg,\n"
            "A-3,Oak garden ladder,,USD,Garden,broken.jpg,\n"
            "A-4,Tin kettle,cheap,USD,Kitchen,gone.jpg,\n"
            "A-5,,5,USD,Kitchen,../../etc/passwd,\n"
            ",Canvas hammock,5,USD,Garden,,\n"
        )
        result = run("audit", catalog, "--out", tmp_path / "out")
        assert result.code == 0, result.err
        report = read_report(tmp_path / "out")
        problems = {(p["row"], p["field"]): p for p in report.rows("problems.csv")}
        for row, field in (
            ("3", "listing_id"), ("4", "price"), ("4", "main_image"), ("5", "price"), ("5", "main_image"),
            ("6", "title"), ("6", "main_image"), ("7", "listing_id"),
        ):  # fmt: skip
            assert (row, field) in problems, (row, field, sorted(problems))
        assert all(p["message"] and p["severity"] in ("error", "warning", "info") for p in problems.values())
        assert problems["4", "main_image"]["severity"] == "error"
        assert "broken.jpg" in problems["4", "main_image"]["message"]
        whole = json.loads((tmp_path / "out" / "audit.json").read_text("utf-8"))
        assert whole["counts"]["listings"] == 6
        assert whole["counts"]["groups"] == 1

    def test_hostile_texts_go_through(
        self, run: Run, put: Callable[..., Path], tmp_path: Path, read_report: Callable[[Path], Any]
    ) -> None:
        title = '=HYPERLINK(""http://x"") {0} {title} %s </script><b> \u202e brass \'stand\' ☠'
        catalog = put(HEADER + "".join(f'"={i}","{title}",1,USD,"@SUM(1)",,"=a=b; +c=-d"\n' for i in (1, 2)))
        assert run("audit", catalog, "--out", tmp_path / "out").code == 0
        cells = [c for row in read_report(tmp_path / "out").rows("groups.csv") for c in row.values()]
        assert cells and not any(c.startswith(("=", "+", "-", "@")) for c in cells)


class TestCheck:
    @pytest.mark.parametrize(
        ("draft", "code", "verdict"),
        [
            ("N-1,Brass violin stand,9.90,USD,Music,,Finish=Matt\n", 1, "duplicate"),
            ("N-1,Canvas hammock,9.90,USD,Music,,\n", 0, "publish"),
            ("A-1,Brass violin stand,9.90,USD,Music,,Finish=Matt\n", 1, "duplicate"),
        ],
    )
    def test_would_publishing_break_a_rule(
        self, run: Run, twins: Path, put: Callable[..., Path], draft: str, code: int, verdict: str
    ) -> None:
        path = put(HEADER + draft, "draft.csv")
        result = run("check", path, "--against", twins, "--json")
        assert result.code == code, result.err
        (line,) = result.out.splitlines()
        answer = json.loads(line)
        assert answer["verdict"] == verdict
        shown = run("check", path, "--against", twins)
        assert shown.code == code
        assert "Traceback" not in shown.err and shown.out.strip()

    def test_json_is_one_object_a_line(self, run: Run, twins: Path, put: Callable[..., Path]) -> None:
        one = put(HEADER + "N-1,Brass violin stand,,,,,\nN-2,Canvas hammock,,,,,\n", "one.csv")
        two = put(HEADER + "N-3,Tin kettle,,,,,\n", "two.csv")
        result = run("check", one, two, "--against", twins, "--json", "--lang", "zh")
        answers = [json.loads(line, parse_constant=pytest.fail) for line in result.out.splitlines()]
        assert [a["listing_id"] for a in answers] == ["N-1", "N-2", "N-3"]
        assert result.code == (1 if any(a["verdict"] == "duplicate" for a in answers) else 0)

    def test_chinese(self, run: Run, twins: Path, put: Callable[..., Path]) -> None:
        path = put(HEADER + "N-1,Brass violin stand,9.90,USD,Music,,Finish=Matt\n", "draft.csv")
        result = run("check", path, "--against", twins, "--lang=zh")
        assert result.code == 1
        assert CHINESE.search(result.out) and "publish" not in result.out

    def test_wrong_input(self, run: Run, twins: Path, put: Callable[..., Path], tmp_path: Path) -> None:
        refused(run("check", tmp_path / "gone.csv", "--against", twins), "gone.csv")
        refused(run("check", twins, "--against", tmp_path / "gone.csv"), "gone.csv")
        refused(run("check", put(b"", "empty.csv"), "--against", twins), "empty")
        refused(run("check", twins), "--against")


class TestUnseen:
    """A check never says yes to what it has not seen."""

    def test_a_photo_that_is_named_and_not_there(self, run: Run, twins: Path, put: Callable[..., Path]) -> None:
        draft = put(HEADER + "N-1,Canvas hammock,9.90,USD,Garden,gone.jpg,Size=2 m\n", "draft.csv")
        result = run("check", draft, "--against", twins)
        assert result.code == 2
        assert "Not fully checked" in result.out and "It can be published" not in result.out
        assert "gone.jpg" in result.out and "--allow-missing-photos" in result.err
        allowed = run("check", draft, "--against", twins, "--allow-missing-photos")
        assert allowed.code == 0 and "Not fully checked" in allowed.out

    def test_a_copy_is_a_copy_whether_its_photo_is_there_or_not(
        self, run: Run, twins: Path, put: Callable[..., Path]
    ) -> None:
        draft = put(HEADER + "N-1,Brass violin stand,9.90,USD,Music,gone.jpg,Finish=Matt\n", "draft.csv")
        assert run("check", draft, "--against", twins).code == 1

    def test_title_only_is_said(self, run: Run, twins: Path, put: Callable[..., Path]) -> None:
        draft = put(HEADER + "N-1,Canvas hammock,,,,,\n", "draft.csv")
        result = run("check", draft, "--against", twins)
        assert "Checked by title only" in result.out and "It can be published" not in result.out
        assert "仅核对了标题" in run("check", draft, "--against", twins, "--lang", "zh").out

    def test_every_problem_of_a_draft_is_told(self, run: Run, twins: Path, put: Callable[..., Path]) -> None:
        draft = put(HEADER + "N-1,Canvas hammock,cheap,USD,Garden,,\n", "draft.csv")
        result = run("check", draft, "--against", twins)
        assert "cheap" in result.out

    def test_a_reservation_needs_the_photo_too(
        self, run: Run, twins: Path, put: Callable[..., Path], tmp_path: Path
    ) -> None:
        draft = put(HEADER + "N-1,Canvas hammock,9.90,USD,Garden,gone.jpg,Size=2 m\n", "draft.csv")
        claim = ["check", draft, "--against", twins, "--ledger", tmp_path / "l.sqlite", "--claim"]
        assert run(*claim, "t-1").code == 1
        assert run(*claim, "t-2", "--allow-missing-photos").code == 0

    def test_a_batch_gets_a_page_and_a_line_that_counts(
        self, run: Run, twins: Path, put: Callable[..., Path], tmp_path: Path
    ) -> None:
        rows = (
            "N-1,Canvas hammock,9.90,USD,Garden,,Size=2 m\nN-2,Brass violin stand,9.90,USD,Music,,Finish=Matt\n"
            'N-3,"<script>alert(1)</script> kettle",9.90,USD,Music,gone.jpg,Finish=Matt\n'
        )
        result = run("check", put(HEADER + rows, "draft.csv"), "--against", twins, "--out", tmp_path / "out")
        assert "3 checked: 1 can be published, 1 not fully checked, 1 must not be published." in result.out
        page = (tmp_path / "out" / "check.html").read_text("utf-8")
        assert "A-1" in page and "<script>" not in page
        assert (tmp_path / "out" / "check.csv").read_text("utf-8-sig").count("\n") == 4

    def test_the_nearest_is_named_only_where_it_is_near(self, run: Run, twins: Path, put: Callable[..., Path]) -> None:
        far = put(HEADER + "N-1,Brass kettle with a whistle,9.90,USD,Kitchen,,Volume=2 l\n", "far.csv")
        assert "Closest" not in run("check", far, "--against", twins).out
        near = put(HEADER + "N-1,Brass violin stand,99.0,USD,Music,,Finish=Matt\n", "near.csv")
        told = run("check", near, "--against", twins).out
        assert "A-1 “Brass violin stand”" in told


class TestMeasured:
    """What is said was measured."""

    def test_a_rule_that_was_not_checked_is_said_first(
        self, run: Run, twins: Path, put: Callable[..., Path], tmp_path: Path
    ) -> None:
        result = run("audit", twins, "--out", tmp_path / "out")
        assert "Rule R1 was not checked: none of 3 listings has a photo" in result.out
        assert "Rule R1 was not checked" in (tmp_path / "out" / "report.html").read_text("utf-8")
        wrong = put(TWINS.replace("Music,,", "Music,gone.jpg,"), "wrong.csv")
        assert "--images" in run("audit", wrong, "--out", tmp_path / "out").out
        remote = put(TWINS.replace("Music,,", "Music,https://example.com/a.jpg,"), "remote.csv")
        assert "--fetch-images" in run("audit", remote, "--out", tmp_path / "out").out

    def test_no_word_where_every_listing_has_its_photo(
        self, run: Run, put: Callable[..., Path], draw_photo: Callable[..., Path], tmp_path: Path
    ) -> None:
        draw_photo(tmp_path / "a.jpg", 1)
        shop = put(HEADER + "A-1,Brass violin stand,9.90,USD,Music,a.jpg,\n")
        assert "not checked" not in run("audit", shop, "--out", tmp_path / "out").out

    def test_what_was_not_compared_is_named(
        self, run: Run, twins: Path, tmp_path: Path, read_report: Callable[[Path], Any]
    ) -> None:
        run("audit", twins, "--out", tmp_path / "out")
        (pair,) = read_report(tmp_path / "out").rows("pairs.csv")
        assert "Not compared: photos" in pair["explanation"] and "photo identical" not in pair["explanation"]
        assert "Nothing they both state differs." in pair["explanation"]

    def test_what_only_one_states_is_no_difference(
        self, run: Run, put: Callable[..., Path], tmp_path: Path, read_report: Callable[[Path], Any]
    ) -> None:
        one_sided = put(TWINS.replace("Finish=Matt\nB-1", "Finish=Matt; Material=Oak\nB-1"))
        run("audit", one_sided, "--out", tmp_path / "out")
        (pair,) = read_report(tmp_path / "out").rows("pairs.csv")
        assert "Only one of them states: Material Oak." in pair["explanation"]

    def test_chinese_texts_have_chinese_punctuation(self) -> None:
        half = re.compile(r"[\u3400-\u9fff][,;:?!()]|[,;:?!()][\u3400-\u9fff]")
        texts = Path(dupcheck.__file__).parent / "messages" / "zh"
        said = [line for p in texts.glob("*.toml") for line in p.read_text("utf-8").splitlines() if "=" in line]
        assert [line for line in said if not line.startswith("#") and half.search(line)] == []


@pytest.mark.parametrize("name", ["x" * 300 + ".csv", "a\udcff.csv"])
def test_a_name_that_no_system_takes_is_one_clear_error(run: Run, name: str) -> None:
    ended = run("audit", name)
    assert ended.code == 2 and "Traceback" not in ended.err


class TestWhy:
    def test_it_shows_every_condition(self, run: Run, twins: Path) -> None:
        result = run("why", twins, "A-1", "A-2")
        assert result.code == 0
        assert all(code in result.out for code in ("R1", "R2", "R3", "R4"))
        assert "✓" in result.out and "100 %" in result.out

    def test_chinese(self, run: Run, twins: Path) -> None:
        result = run("why", twins, "A-1", "B-1", "--lang", "zh")
        assert result.code == 0
        lines = result.out.splitlines()[1:]
        titles = next(i for i, line in enumerate(lines) if "逐词" in line) + 1
        del lines[titles : titles + 2]  # the seller's own words
        assert all(CHINESE.search(line) for line in lines if line)

    def test_an_unknown_id_names_the_nearest(self, run: Run, twins: Path) -> None:
        refused(run("why", twins, "A-1", "A-9"), "A-9", "A-1")
        assert CHINESE.search(refused(run("why", twins, "A-1", "A-9", "--lang", "zh")))

    def test_wrong_input(self, run: Run, twins: Path, tmp_path: Path) -> None:
        refused(run("why", tmp_path / "gone.csv", "A-1", "A-2"), "gone.csv")
        refused(run("why", twins, "A-1"))
        refused(run("why", twins, "A-1", "A-2", "--rules", "aliexpres"), "aliexpress")


class TestRules:
    def test_list(self, run: Run) -> None:
        for args in (("rules",), ("rules", "list")):
            result = run(*args)
            assert result.code == 0
            assert all(code in result.out for code in ("R1", "R2", "R3", "R4", "aliexpress"))

    def test_show(self, run: Run) -> None:
        result = run("rules", "show", "R2", "--set", "R2.title.min=91")
        assert result.code == 0
        assert "title ≥ 91 %" in result.out
        chinese = run("rules", "show", "R2", "--lang", "zh")
        assert CHINESE.search(chinese.out) and "Known mistakes" not in chinese.out
        refused(run("rules", "show", "R9"), "R1, R2")

    def test_the_shipped_examples_pass(self, run: Run) -> None:
        result = run("rules", "test")
        assert result.code == 0
        assert "0 failed" in result.out

    def test_an_example_that_fails_is_told(self, run: Run, put: Callable[..., Path]) -> None:
        pack = put('format = 1\n[[rule]]\ncode = "X"\nwhen.title = { min = 80 }\nfires = [{ title = 5 }]\n', "x.toml")
        result = run("rules", "test", "--rules", pack)
        assert result.code == 1
        assert "X should catch title=5" in result.out
        assert run("rules", "test", "--set", "R1.title.min=100").code == 1

    def test_a_wrong_pack_is_one_error_with_every_problem(self, run: Run, put: Callable[..., Path]) -> None:
        pack = put('format = 1\n[[rule]]\ncode = "X"\nwhen.titel = { min = 80 }\nwhy.xx = "x"\n', "x.toml")
        for words in (["rules", "test"], ["rules", "list"], ["rules", "show", "X"]):
            text = refused(run(*words, "--rules", pack), "Did you mean title?")
            assert "xx" in text
        refused(run("rules", "test", "--rules", "aliexpres"), "aliexpress")


class TestHelp:
    @pytest.mark.parametrize(
        "words", [[], ["audit"], ["check"], ["why"], ["rules"], ["rules", "list"], ["rules", "show"], ["rules", "test"]]
    )
    def test_every_command_explains_itself_in_both_languages(self, run: Run, words: list[str]) -> None:
        english, short = run(*words, "--help"), run(*words, "-h")
        assert english.code == 0
        assert english.out == short.out
        assert "help_" not in english.out and "opt_" not in english.out
        assert not CHINESE.search(english.out.replace("商品名", ""))
        if "rules" not in words[:1] or len(words) > 1:
            chinese = run(*words, "--lang", "zh", "--help") if words else None
            assert chinese is None or CHINESE.search(chinese.out)

    def test_the_version(self, run: Run) -> None:
        assert re.search(r"\d+\.\d+", run("--version").out)


@pytest.fixture
def big_catalog(tmp_path: Path) -> Path:
    """A catalogue whose audit takes a few seconds after the photos are done."""
    random = np.random.default_rng(1)
    words = ["".join(random.choice(list("bdfgklmnprstvz"), 6)) for _ in range(400)]

    def rows() -> Iterator[str]:
        for i in range(12_000):
            photo = "" if i else "none.jpg"
            yield f"L-{i},{' '.join(random.choice(words, 7))},{i % 90 + 1},USD,Things,{photo},Finish={words[i % 50]}\n"

    path = tmp_path / "big.csv"
    path.write_text(HEADER + "".join(rows()), "utf-8")
    return path


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_ctrl_c_leaves_nothing_behind(launch: Callable[..., Any], big_catalog: Path, tmp_path: Path) -> None:
    process = launch("audit", big_catalog, "--out", tmp_path / "out", "--cache", tmp_path / "cache", cwd=tmp_path)
    sign = tmp_path / "cache" / "photos.sqlite"
    while not sign.exists() and process.poll() is None:  # the catalogue is read, the measuring has begun
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err and "stopped" in err
    assert out == ""
    assert {p.name for p in tmp_path.iterdir()} == {"big.csv", "cache"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_ctrl_c_that_a_library_swallows_is_heeded_later(
    run: Run, sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def swallow(*_: object, progress: Callable[[str, int, int], None], **__: object) -> None:
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        progress("audit.stage_photos", 0, 1)
        pytest.fail("the audit went on")

    monkeypatch.setattr("dupcheck.pipeline.audit", swallow)
    shown = run("audit", sample_folder / "catalog.csv", "--out", tmp_path / "out")
    assert shown.code == 130 and "stopped" in shown.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_ctrl_c_of_which_a_library_makes_an_error_is_heeded(
    run: Run, sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object, **__: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        except KeyboardInterrupt as stop:
            raise ImportError("a part could not be loaded") from stop

    monkeypatch.setattr("dupcheck.pipeline.audit", stumble)
    shown = run("audit", sample_folder / "catalog.csv", "--out", tmp_path / "out")
    assert shown.code == 130 and "stopped" in shown.err
    assert "defect" not in shown.err


READERS = {
    "audit": ["audit", "FILE", "--out", "OUT", "--no-ledger"], "why": ["why", "FILE", "A", "B"],
    "check": ["check", "DRAFT", "--against", "FILE", "--no-ledger"], "convert": ["convert", "FILE", "--out", "OUT.csv"],
    "inspect": ["inspect", "FILE"], "ask": ["ask", "FILE"], "token": ["token", "DRAFT", "--against", "FILE"],
    "decide": ["decide", "FILE", "A", "B", "--as", "not_duplicate"],
    "decisions": ["decisions", "list", "--against", "FILE"],
    "merge": ["merge", "FILE", "--plans", "PLANS", "--out", "OUT.csv", "--all", "--no-ledger"],
}  # fmt: skip


class TestHowFilesAreRead:
    """Every command that reads a catalogue can be told how."""

    @pytest.mark.parametrize("name", READERS)
    def test_every_command_takes_the_same_options(
        self, name: str, run: Run, put: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DUPCHECK_LEDGER", str(tmp_path / "ledger.db"))
        monkeypatch.setenv("DUPCHECK_CACHE", str(tmp_path / "cache"))
        rows = "id~Wort~price\nA~Kočárek modrý~9,90\nB~Žebřík dubový~59,00\n"
        file, plans = put(rows.encode("cp1250"), "shop.txt"), put("[]", "plans.json")
        draft = put('{"title": "Garden gnome", "price": 9}', "draft.json")
        known = {"FILE": file, "DRAFT": draft, "OUT": tmp_path / "out", "OUT.csv": tmp_path / "out.csv", "PLANS": plans}
        words = [str(known.get(w, w)) for w in READERS[name]]
        how = ["--map", "title=Wort", "--encoding", "cp1250", "--delimiter", "~", "--currency", "CZK"]
        done = run(*words, *how, "--images", tmp_path)
        # what is checked against itself is a duplicate, and no plan was accepted: both are answers
        assert (done.code in (0, 1)) or "no plan" in done.err.casefold() or "accepted" in done.err
        for option, value, says in (
            ("--encoding", "klingon", "klingon"), ("--delimiter", "xy", "xy"), ("--currency", "QQQ", "QQQ"),
        ):  # fmt: skip
            refused = run(*words, option, value)
            assert refused.code == 2
            assert says in refused.err

    @pytest.mark.parametrize("name", ["serve", "review", *READERS])
    def test_help_names_them(self, name: str, run: Run) -> None:
        text = run(name, *(["list"] if name == "decisions" else []), "--help").out
        assert all(f"--{o} " in text for o in ("images", "map", "encoding", "delimiter", "currency"))

    def test_what_is_said_is_heeded(self, run: Run, put: Callable[..., Path], tmp_path: Path) -> None:
        rows = "id~Wort~price\nA~Kočárek modrý~9,90\nB~Žebřík dubový~59,00\n"
        file = put(rows.encode("cp1250"), "shop.txt")
        how = ["--map", "title=Wort", "--encoding", "cp1250", "--delimiter", "~", "--currency", "CZK"]
        run("convert", file, "--out", tmp_path / "out.csv", *how)
        text = (tmp_path / "out.csv").read_text("utf-8-sig")
        assert "A,Kočárek modrý,9.9,CZK" in text
        (tmp_path / "dupcheck.toml").write_text(
            'currency = "CZK"\nencoding = "cp1250"\ndelimiter = "~"\n[map]\ntitle = "Wort"\n', "utf-8"
        )
        run("convert", file, "--out", tmp_path / "again.csv")
        assert (tmp_path / "again.csv").read_text("utf-8-sig") == text


@pytest.mark.parametrize("words", [(), ("check",), ("ledger",), ("decisions", "list")])
def test_a_help_is_in_one_language(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DUPCHECK_LANG", "zh")
    told = run(*words, "--help").out
    assert "用法：" in told and "选项：" in told
    assert not [word for word in ("Usage", "Options:", "Commands:", "Show this", "Show the") if word in told]
    monkeypatch.setenv("DUPCHECK_LANG", "en")
    assert "Usage: dupcheck" in run(*words, "--help").out
