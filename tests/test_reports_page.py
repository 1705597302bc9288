import base64
import hashlib
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from report_example import HOSTILE, Audit, draw_photos, example_audit, large_audit

import dupcheck.reports.documents as documents
import dupcheck.reports.page as page
from dupcheck.messages import LANGS, list_whole
from dupcheck.reports import format_summary, photo_thumbnails, render_cell, render_page
from dupcheck.reports.page import SCRIPT_WORDS, embed_json

PIXEL = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)


class Reader(HTMLParser):
    """Reads a page as a browser would: elements, attributes, and the text of each script and style."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.text: list[str] = []
        self._in = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in self.raw:
            self._in = tag
            self.raw[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._in:
            self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in:
            self.raw[self._in][-1] += data
        else:
            self.text.append(data)

    def of(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.elements if name == tag)

    @property
    def data(self) -> Any:
        return json.loads(self.raw["script"][0])


def read(audit: Audit, **options: Any) -> Reader:
    return Reader(render_page(audit, **options))


def hash_of(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_nothing_is_loaded_from_anywhere() -> None:
    reader = read(example_audit())
    assert not [tag for tag, _ in reader.elements if tag in ("link", "img", "iframe", "object", "embed", "base")]
    assert [attributes.get("src") for attributes in reader.of("script")] == [None] * 3
    assert "url(" not in reader.raw["style"][0]
    assert "@import" not in reader.raw["style"][0]


def test_the_policy_names_the_script_and_the_style_and_nothing_else() -> None:
    reader = read(example_audit())
    (policy,) = [a["content"] or "" for a in reader.of("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": f"'{hash_of(reader.raw['script'][2])}'",
        "style-src": f"'{hash_of(reader.raw['style'][0])}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_hostile_texts_are_texts() -> None:
    audit = example_audit()
    evil = "</script><script>alert(1)</script>"
    audit["rules"]["title"] = audit["rules"]["note"] = audit["catalog"]["files"][0] = evil
    audit["rules"]["rules"][0]["summary"] = audit["rules"]["rules"][0]["code"] = evil + "\"'"
    audit["problems"][0].update(message=evil, listing_id=evil, field=evil, severity=evil)
    audit["candidates"]["may_miss"] = audit["versions"]["dupcheck"] = evil
    audit["groups"][0]["group_id"] = audit["plans"][0]["group_id"] = evil
    reader = read(audit)
    assert len(reader.raw["script"]) == 3
    assert not [tag for tag, _ in reader.elements if tag in ("img", "i")]
    assert not [name for _, attributes in reader.elements for name in attributes if name.startswith("on")]
    titles = {listing_id: listing["title"] for listing_id, listing in reader.data["listings"].items()}
    assert titles["H-1"] == HOSTILE["H-1"]
    assert titles["H-2"] == HOSTILE["H-2"]
    assert len(titles["H-4"]) == 300


def test_only_web_addresses_become_links() -> None:
    listings = read(example_audit()).data["listings"]
    assert listings["A-101"]["url"].startswith("https://shop.example/")
    assert listings["B-78"]["url"] == ""


@pytest.mark.parametrize("text", ["</script>", "<!--", "\u2028\u2029", "&amp;<script", "]]>"])
def test_embedded_json_can_end_nothing(text: str) -> None:
    embedded = str(embed_json({text: [text]}))
    assert not set("<>&\u2028\u2029") & set(embedded)
    assert json.loads(embedded) == {text: [text]}


def test_a_photo_is_in_the_page_once() -> None:
    audit = example_audit()
    reader = read(audit, thumbnail=lambda listing_id: PIXEL + listing_id[:1].encode())
    photos = json.loads(reader.raw["script"][1])
    listings = reader.data["listings"]
    assert len(photos) == len({listing_id[:1].encode() for listing_id in listings}) == len(set(photos))
    for listing_id, listing in listings.items():
        start, _, data = photos[listing["photo"]].partition(",")
        assert start == "data:image/gif;base64"
        assert base64.b64decode(data) == PIXEL + listing_id[:1].encode()


@pytest.mark.parametrize("data", [b"<svg onload=alert(1)>", b"", b"PK\x03\x04", None])
def test_what_is_no_picture_is_not_shown(data: bytes | None) -> None:
    reader = read(example_audit(), thumbnail=lambda _: data)
    assert json.loads(reader.raw["script"][1]) == []
    assert {listing["photo"] for listing in reader.data["listings"].values()} == {None}


def test_too_many_photos_are_left_out_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_PHOTO_BYTES", 100)
    reader = read(example_audit(), thumbnail=lambda listing_id: PIXEL + listing_id.encode())
    shown = json.loads(reader.raw["script"][1])
    assert 0 < len(shown) < 10
    left_out = len(reader.data["listings"]) - len(shown)
    assert f"{left_out} photos were left out" in " ".join(reader.text)


def test_too_many_groups_are_left_out_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "GROUPS_SHOWN", 2)
    reader = read(example_audit())
    assert [len(group["members"]) for group in reader.data["groups"]] == [5, 30]
    assert "7 more groups" in " ".join(reader.text)


def test_every_group_lies_in_the_page_with_its_plan_and_its_pairs() -> None:
    audit = example_audit()
    data = read(audit).data
    assert [group["id"] for group in data["groups"]] == [group["group_id"] for group in audit["groups"]]
    for shown, group, plan in zip(data["groups"], audit["groups"], audit["plans"], strict=True):
        n = len(group["members"])
        assert [m["id"] for m in shown["members"]] == [m["listing_id"] for m in group["members"]]
        assert shown["all_pairs"] == n * (n - 1) // 2
        assert len(shown["pairs"]) == min(shown["all_pairs"], 30)
        weakest = group["weakest"]
        assert {shown["pairs"][0]["a"], shown["pairs"][0]["b"]} == {weakest["listing_a"], weakest["listing_b"]}
        assert shown["wholesale"] == plan["wholesale"]
        assert [sku["code"] for sku in shown["skus"]] == [sku["sku_code"] for sku in plan["skus"]]


def test_a_missing_price_is_said_and_never_zero() -> None:
    data = read(example_audit()).data
    assert data["listings"]["TIE-STR"]["price"] == "no price"
    assert data["listings"]["TIE-PAI"]["price"] == "12 USD"
    assert data["listings"]["A-101"]["price"] == "5.99 USD"
    assert data["groups"][0]["pairs"][0]["conditions"][2][3] is None


def test_pairs_that_share_no_group_are_counted() -> None:
    audit = example_audit()
    audit["pairs"].append({**audit["pairs"][0], "listing_a": "A-101", "listing_b": "P-1"})
    assert "1 caught pair stands in no group together" in " ".join(read(audit).text)


def test_an_audit_without_groups_is_calm() -> None:
    audit = example_audit()
    audit.update(groups=[], plans=[], pairs=[], listings={})
    audit["counts"].update(
        groups=0, grouped=0, violations=0, questions=0, pairs=0, pairs_by_rule={}, groups_by_action={}
    )
    text = " ".join(read(audit).text)
    assert "No listing breaks a rule" in text
    assert "Search" not in text
    assert "No listing breaks a rule." in format_summary(audit)
    assert "<table" not in render_cell(audit)


def test_the_page_speaks_the_language_of_the_audit() -> None:
    reader = read(example_audit("zh"))
    assert next(reader.of("html"))["lang"] == "zh-CN"
    assert "有 8 组商品需要处理" in " ".join(reader.text)
    assert reader.data["words"]["role_keep"] == "保留"


def test_a_large_page_stays_light() -> None:
    assert len(render_page(large_audit(groups=300))) < 1_800_000


def test_both_languages_hold_the_same_words_and_all_that_the_script_says() -> None:
    words = {
        lang: tomllib.loads(files("dupcheck.messages").joinpath(lang, "report.toml").read_text("utf-8"))
        for lang in LANGS
    }
    assert words["en"].keys() == words["zh"].keys()
    for name, text in words["en"].items():
        assert set(re.findall(r"\{(\w+)", text)) == set(re.findall(r"\{(\w+)", words["zh"][name])), name
    script = files("dupcheck.reports").joinpath("templates", "report.js").read_text("utf-8")
    said = set(re.findall(r'\bt\("(\w+)"', script)) | set(re.findall(r'"(\w+_step)"', script))
    assert said <= set(SCRIPT_WORDS)
    stems = set(re.findall(r"\bt\(`(\w+_)\$", script))
    assert all(name in said or name.startswith(tuple(stems)) for name in SCRIPT_WORDS)
    sources = [file.read_text("utf-8") for file in files("dupcheck.reports").iterdir() if file.name.endswith(".py")]
    sources.append(files("dupcheck.files").joinpath("writing.py").read_text("utf-8"))
    text = "".join([*sources, files("dupcheck.reports").joinpath("templates", "report.html").read_text("utf-8")])
    shared = (
        "action_", "decided_", "severity_", "verdict_", "tile_", "text_severity_", "cell_", "unchecked_", "offline_",
        "book_", "answer_", "compare_", *stems,
    )  # fmt: skip
    unused = [n for n in words["en"] if n not in SCRIPT_WORDS and not n.startswith(shared) and n not in text]
    assert not unused


# ---- the notebook cell and the terminal ----


def test_the_cell_shows_the_largest_groups_as_text() -> None:
    cell = render_cell(example_audit())
    reader = Reader(cell)
    assert len(list(reader.of("tr"))) == 10
    assert not [tag for tag, _ in reader.elements if tag in ("script", "img", "i")]
    assert "<script>" in " ".join(reader.text)
    assert "56" in reader.text
    assert "1 more groups" not in cell
    assert "2 more groups" in render_cell(large_audit(groups=12))


@pytest.mark.parametrize("lang", list_whole())
def test_the_summary_is_a_dozen_plain_lines(lang: str) -> None:
    text = format_summary(example_audit(lang), Path("out"))
    assert 10 <= len(text.splitlines()) <= 15
    assert str(Path("out") / "report.html") in text.splitlines()[-1]
    assert "G-0008" in text
    assert "77" in text.splitlines()[0]


def test_the_summary_obeys_no_title() -> None:
    audit = example_audit()
    audit["groups"] = [group for group in audit["groups"] if group["keep"] == "H-1"]
    audit["listings"]["H-1"]["title"] = "\x1b[2J\x1b]0;evil\x07\r\u202ered\nmug"
    text = format_summary(audit)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", text)
    assert "red mug" in text


# ---- in a browser, where there is one ----


def run_chromium(path: Path, folder: Path) -> str:
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--disable-sync",
               f"--user-data-dir={folder}", "--enable-logging=stderr", "--window-size=1280,6000",
               "--virtual-time-budget=3000", "--dump-dom", path.as_uri()]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert "CONSOLE" not in done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
def test_a_browser_draws_the_cards_and_runs_no_title(tmp_path: Path) -> None:
    audit = example_audit()
    for part in ("groups", "plans"):
        audit[part] = [one for one in audit[part] if one["keep"] in ("H-1", "A-101", "B-77")]
    draw_photos(audit, tmp_path / "catalog", edge=64)
    path = tmp_path / "report.html"
    path.write_text(render_page(audit, photo_thumbnails(audit, tmp_path / "catalog")), "utf-8", newline="\n")
    dom = run_chromium(path, tmp_path / "profile")
    reader = Reader(dom)
    cards = [a for a in reader.of("article") if (a.get("class") or "").startswith("card")]
    assert len(cards) == 3
    assert all("drawn" in (card["class"] or "") for card in cards)
    assert HOSTILE["H-1"] in reader.text
    assert all((image["src"] or "").startswith("data:image/") for image in reader.of("img"))
    assert len(list(reader.of("img"))) > 10
    assert "<title>Duplicate listings: catalog.csv</title>" in dom
    assert "3 of 3 groups shown" in " ".join(reader.text)
