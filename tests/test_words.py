"""Every text exists in both languages, is used, and is filled from what the code gives it."""

import ast
import os
import re
import shutil
import string
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.plural import PluralRule
from hypothesis import given
from hypothesis import strategies as st
from test_structure import MODULES, PACKAGE, nodes

from dupcheck import messages
from dupcheck.marketplaces import list_homes
from dupcheck.messages import LANGS, Message, message, say
from dupcheck.packs import packs_folder
from dupcheck.titles.vocabulary import list_languages, read_language, read_words

WORDS = PACKAGE / "messages"
SUBJECTS = sorted(path.stem for path in (WORDS / "en").glob("*.toml"))
KEY = re.compile(rf"(?:{'|'.join(SUBJECTS)})\.[a-z][a-z0-9_]*")
CHINESE = re.compile(r"[\u3400-\u9fff]")
FILE_ENDINGS = (".html", ".css", ".js", ".json", ".csv", ".toml", ".sqlite", ".xlsx")
# Texts that are signs only, or a name that both languages write alike.
WITHOUT_LETTERS = re.compile(r"[\W\d_]*")


def texts(lang: str) -> dict[str, str]:
    return {
        f"{path.stem}.{name}": text
        for path in sorted((WORDS / lang).glob("*.toml"))
        for name, text in tomllib.loads(path.read_text("utf-8")).items()
        if isinstance(text, str) and path.stem != "lang"
    }


def placeholders(text: str) -> set[str]:
    """The names of what is filled in, those in the forms of a word beside a number among them."""
    fields = [(name, spec or "") for _, name, spec, _ in string.Formatter().parse(text) if name is not None]
    return {name for name, _ in fields}.union(*(placeholders(spec) for _, spec in fields))


Nodes = tuple[ast.AST, ...]


def sources() -> Iterator[tuple[Path, Nodes]]:
    yield from ((path, nodes(path)) for path in MODULES)


@cache
def literals(module: Nodes) -> set[str]:
    """Every text in the code, but for the pieces of f-strings."""
    pieces = {id(part) for n in module if isinstance(n, ast.JoinedStr) for part in n.values}
    found = (n for n in module if isinstance(n, ast.Constant) and id(n) not in pieces)
    return {n.value for n in found if isinstance(n.value, str)}


def patterns(module: Nodes) -> Iterator[re.Pattern[str]]:
    """The keys that an f-string can make: ``f"plans.keep_{name}"`` is ``plans\\.keep_(.+)``."""
    for node in module:
        if isinstance(node, ast.JoinedStr):
            parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else "(.+)" for p in node.values]
            if re.match(rf"(?:{'|'.join(SUBJECTS)})\\\.", parts[0]):
                yield re.compile("".join(parts))


ENGLISH, CHINESE_TEXTS = texts("en"), texts("zh")


def spelled() -> set[str]:
    """What a key's changing part may be: any word of the sources, the page's script and template included."""
    return (
        {word for _, module in sources() for text in literals(module) for word in [text, *re.findall(r"\w+", text)]}
        | {
            word
            for folder in ("reports/templates", "serve/review/templates")
            for path in (PACKAGE / folder).iterdir()
            for word in re.findall(r"\w+", path.read_text("utf-8"))
        }
        | {node.name for _, module in sources() for node in module if isinstance(node, ast.ClassDef)}
        | set(list_homes())
        | {kind for code in list_languages() for kind in read_language(code, "measures").get("container", {})}
        | set(read_words("units"))
    )


def test_both_languages_have_the_same_files_and_keys() -> None:
    assert {p.name for p in WORDS.iterdir() if p.is_dir() and p.name != "__pycache__"} == set(LANGS)
    assert set(ENGLISH) == set(CHINESE_TEXTS)
    assert len(ENGLISH) > 200


def find_fault(english: str, chinese: str) -> str:
    """Say what is wrong with one text in two languages; "" where nothing is."""
    if not (english.strip() and chinese.strip()):
        return "empty"
    if placeholders(english) != placeholders(chinese):
        return "other placeholders"
    if CHINESE.search(re.sub(r"=\S+", "", english)):
        return "an English text holds Chinese"
    bare = re.sub(r"\{\w*\}", "", chinese)
    if not (CHINESE.search(chinese) or WITHOUT_LETTERS.fullmatch(bare) or chinese == english):
        return "no Chinese in it"
    return ""


def test_each_text_is_one_in_both_languages() -> None:
    faults = {key: find_fault(text, CHINESE_TEXTS[key]) for key, text in ENGLISH.items() if key in CHINESE_TEXTS}
    assert {key: fault for key, fault in faults.items() if fault} == {}


def find_strays(held: dict[str, str]) -> dict[str, str]:
    """Say what is wrong with a further language's texts; those that it lacks are shown in English."""
    strays = {key: "no text of ours" for key in held if key not in ENGLISH}
    other = {k: "other placeholders" for k, t in held.items() if placeholders(t) != placeholders(ENGLISH.get(k, t))}
    return strays | other


def test_a_further_language_has_only_texts_of_ours_with_their_placeholders() -> None:
    assert {lang: faults for lang in LANGS if (faults := find_strays(texts(lang)))} == {}
    told = {"cli.stopped": ENGLISH["cli.stopped"], "cli.nowhere": "x", "catalog.bad_format_key": "{path} {keys}"}
    assert find_strays(told) == {"cli.nowhere": "no text of ours", "catalog.bad_format_key": "other placeholders"}


@pytest.mark.parametrize(("english", "chinese"), [
    ("", "空"), ("full", " "), ("{a} is", "{b} 是"), ("a 红 one", "红的"), ("red one", "red two"),
])  # fmt: skip
def test_a_fault_of_a_text_is_seen(english: str, chinese: str) -> None:
    assert find_fault(english, chinese)


HALF = re.compile(
    r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef}]\s?[,:;!?()]|[,:;!?()]\s?[\u3000-\u303f\u3400-\u9fff\uff00-\uffef{]"
)
"""A half-width sign beside a Chinese one, or beside what is filled in."""
FORM = re.compile(r"\{\w+:[^{}]*\}")


def list_chinese() -> Iterator[tuple[str, str]]:
    """Every Chinese text that a person reads: messages, rule packs, keys of packs and formats, words in code."""
    yield from ((key, FORM.sub("{n}", text)) for key, text in CHINESE_TEXTS.items())
    for path in [*sorted(packs_folder().glob("*.toml")), *sorted(PACKAGE.rglob("*_keys.toml"))]:
        for where, text in walk(tomllib.loads(path.read_text("utf-8")), path.name):
            if ".zh" in where:
                yield where, text
    for path, module in sources():
        for node in module:
            for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
                if isinstance(key, ast.Constant) and key.value == "zh" and isinstance(value, ast.Constant):
                    yield str(path), str(value.value)


def walk(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every text in a TOML document, with its place."""
    if isinstance(value, str):
        yield where, value
    for name, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from walk(part, f"{where}.{name}")


def test_chinese_has_full_width_signs() -> None:
    told = [(where, text) for where, text in list_chinese() if CHINESE.search(text)]
    assert len(told) > 700 and {where.partition(".")[0] for where, _ in told} >= {"aliexpress", "format_keys", "report"}
    assert {where: text for where, text in told if HALF.search(text)} == {}


NO_PROSE = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)\n]*\)|https?://\S+|<[^>\n]*>", re.DOTALL)


def test_chinese_pages_have_full_width_signs() -> None:
    pages = [PACKAGE.parent / "README.zh-CN.md", *sorted((PACKAGE.parent / "docs").rglob("*.zh-CN.md"))]
    assert len(pages) > 10
    lines = [(page.name, line) for page in pages for line in NO_PROSE.sub("x", page.read_text("utf-8")).split("\n")]
    assert [
        (name, line) for name, line in lines if re.search(r"[\u3400-\u9fff][,:;!?(]|[,:;!?)][\u3400-\u9fff]", line)
    ] == []


@pytest.mark.parametrize("text", ["标题:红", "红, 蓝", "共 {n} 个,完成", "SKU:{path} 红", "红(蓝)", "红?"])
def test_a_half_width_sign_is_seen(text: str) -> None:
    assert HALF.search(text)


def test_few_texts_are_the_same_in_both_languages() -> None:
    same = {key for key in ENGLISH if ENGLISH[key] == CHINESE_TEXTS.get(key)}
    words = {key: re.findall(r"[A-Za-z]{2,}", re.sub(r"\{\w*\}", "", ENGLISH[key])) for key in same}
    assert {key for key, found in words.items() if len(found) > 1} == set()


def is_module(name: str) -> bool:
    return PACKAGE.joinpath(*name.split(".")).with_suffix(".py").is_file()


def test_every_key_that_the_code_names_exists() -> None:
    named = {text: path for path, module in sources() for text in literals(module) if KEY.fullmatch(text)}
    named = {key: path for key, path in named.items() if not (key.startswith("lang.") or is_module(key))}
    missing = {f"{path.name}: {key}" for key, path in named.items() if key not in ENGLISH}
    assert {m for m in missing if not m.endswith(FILE_ENDINGS)} == set()
    assert len(named) > 150


def test_every_key_that_an_f_string_can_make_exists() -> None:
    made = [(path, pattern) for path, module in sources() for pattern in patterns(module)]
    assert len(made) >= 10
    for path, pattern in made:
        assert any(pattern.fullmatch(key) for key in ENGLISH), f"{path.name}: {pattern.pattern}"


def test_no_key_is_unused() -> None:
    named = {text for _, module in sources() for text in literals(module)}
    words = spelled()
    made = [pattern for _, module in sources() for pattern in patterns(module)]

    page = "".join(p.read_text("utf-8") for p in (PACKAGE / "serve" / "review" / "templates").iterdir())
    stems = (*re.findall(r"\bt\(`(\w+_)\$", page), "key_", "filter_", "answer_")

    def used(key: str) -> bool:
        subject, _, name = key.partition(".")
        if key in named or (subject == "review" and (f'"{name}"' in page or name.startswith(stems))):
            return True
        return any(m and all(p in words for p in m.groups()) for m in (pattern.fullmatch(key) for pattern in made))

    assert [key for key in ENGLISH if not used(key)] == []


def calls() -> Iterator[tuple[str, str, set[str]]]:
    """Every call that names a key and spells out its values: where, the key, the names of the values."""
    for path, module in sources():
        for node in module:
            if not isinstance(node, ast.Call) or any(k.arg is None for k in node.keywords) or not node.args:
                continue
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value in ENGLISH:
                yield f"{path.name}:{node.lineno}", first.value, {str(k.arg) for k in node.keywords}


def test_every_placeholder_is_given_a_value() -> None:
    found = list(calls())
    assert len(found) > 100
    wrong = [(where, key, placeholders(ENGLISH[key]) - given) for where, key, given in found]
    assert [w for w in wrong if w[2]] == []


def test_say_fills_in_values_in_the_language_asked_for() -> None:
    inner = message("rules.verdict_duplicate")
    assert say("rules.why", "en", text=inner) == "Why: duplicate"
    assert CHINESE.search(say("rules.why", "zh", text=inner))
    assert "duplicate" not in say("rules.why", "zh", text=inner)
    assert str(Message("rules.verdict_advice")) == "advice"


def test_values_are_never_read_as_placeholders() -> None:
    assert say("rules.why", "en", text="{text} {0} {x!r}") == "Why: {text} {0} {x!r}"


FOLDER = WORDS


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*/*.toml")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_file_of_texts_is_read_as_toml(file: Path) -> None:
    assert messages._read_texts(file.read_text("utf-8")) == tomllib.loads(file.read_text("utf-8"))


LINES = st.sampled_from(
    [
        "a",
        "b_1",
        "a.b",
        "é",
        " = ",
        "=",
        '"',
        "'",
        '"""',
        "\\n",
        '\\"',
        "\\\\",
        "\\u0041",
        "# no",
        "\n",
        "x|y {n}",
        "[t]",
        "中",
        "1",
        "\t",
        "\x85",
    ]
)


@given(st.lists(LINES, max_size=9).map("".join) | st.lists(st.tuples(LINES, LINES), max_size=4).map(
    lambda pairs: "".join(f'{name} = "{text}"\n' for name, text in pairs)
))  # fmt: skip
def test_what_is_read_at_once_is_what_toml_says(file: str) -> None:
    try:
        meant = tomllib.loads(file)
    except tomllib.TOMLDecodeError:
        with pytest.raises(tomllib.TOMLDecodeError):
            messages._read_texts(file)
    else:
        assert messages._read_texts(file) == meant


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("rules.no_such_text")


def count_forms(text: str) -> set[int]:
    """How many forms each word beside a number has."""
    return {spec.count("|") + 1 for _, name, spec, _ in string.Formatter().parse(text) if name is not None and spec}


def test_a_word_beside_a_number_has_the_forms_of_its_language() -> None:
    for lang, held in (("en", ENGLISH), ("zh", CHINESE_TEXTS)):
        wanted = len(tomllib.loads((WORDS / lang / "lang.toml").read_text("utf-8"))["plural"]) + 1
        counts = {key: count_forms(text) for key, text in held.items()}
        assert {key: n for key, n in counts.items() if n and n != {wanted}} == {}
    assert any(count_forms(text) for text in ENGLISH.values())


def test_one_is_one_and_two_are_two() -> None:
    told = [say("report.text_severity_error", "en", n=n) for n in (0, 1, 2, 1.5, 21, "many")]
    assert told == ["0 errors", "1 error", "2 errors", "1.5 errors", "21 errors", "many errors"]


def test_the_commonest_condition_holds_for_what_babel_says() -> None:
    rule = PluralRule({"one": messages._SINGULAR})
    holds = messages._read_condition(messages._SINGULAR)
    for number in (0, 1, 2, 11, 21, 101, -1, -2, 1.0, 1.5, 0.1, -1.0, 1e6):
        assert holds(number) == (rule(number) == "one"), number


@pytest.mark.slow
class TestAnotherLanguage:
    """A language is a folder: nothing else has to know of it."""

    CODE = """
import sys
from pathlib import Path
import dupcheck.messages as m
folder = Path(sys.argv[1])
m._FOLDER = str(folder)
print(m.say("report.text_severity_error", "ru", n=1), m.say("report.text_severity_error", "ru", n=3),
      m.say("report.text_severity_error", "ru", n=5), m.say("report.text_severity_error", "ru", n=21), sep="; ")
print(m.say("cli.stopped", "ru"))
print(m.say("lang.locale", "ru"))
"""

    def test_its_texts_are_said_and_english_stands_in(self, tmp_path: Path) -> None:
        shutil.copytree(WORDS / "en", tmp_path / "en")
        (tmp_path / "ru").mkdir()
        (tmp_path / "ru" / "report.toml").write_text('text_severity_error = "{n:ошибка|ошибки|ошибок}"', "utf-8")
        (tmp_path / "ru" / "lang.toml").write_text(
            'locale = "ru"\nplural = ["v = 0 and i % 10 = 1 and i % 100 != 11", '
            '"v = 0 and i % 10 = 2..4 and i % 100 != 12..14"]\n', "utf-8"
        )  # fmt: skip
        shown = subprocess.run(
            [sys.executable, "-c", self.CODE, str(tmp_path)], capture_output=True, encoding="utf-8", check=True,
            env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), "PYTHONIOENCODING": "utf-8"},
        ).stdout.splitlines()  # fmt: skip
        assert shown == ["1 ошибка; 3 ошибки; 5 ошибок; 21 ошибка", ENGLISH["cli.stopped"], "ru"]

    def test_a_folder_with_a_language_file_can_be_asked_for(self, tmp_path: Path) -> None:
        shutil.copytree(PACKAGE, tmp_path / "dupcheck", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(PACKAGE.parent / "rules", tmp_path / "rules")
        (tmp_path / "dupcheck" / "messages" / "qq").mkdir()
        (tmp_path / "dupcheck" / "messages" / "qq" / "lang.toml").write_text('locale = "fr"\nplural = []\n', "utf-8")
        (tmp_path / "dupcheck" / "messages" / "qq" / "cli.toml").write_text('help_why = "Dit pourquoi."\n', "utf-8")
        for args, preferred, wanted in (
            (["why", "--help", "--lang", "qq"], "en", "Dit pourquoi."),
            (["why", "--help"], "qq", "Dit pourquoi."),
            (["rules", "list", "--lang", "qq"], "en", "R1"),
            (["rules", "test", "--strict"], "qq", "Nothing is missing."),
        ):
            ran = subprocess.run(
                [sys.executable, "-m", "dupcheck", *args], capture_output=True, encoding="utf-8", cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "utf-8",
                     "DUPCHECK_LANG": preferred},
            )  # fmt: skip
            assert wanted in ran.stdout, ran.stderr
        pages = "from dupcheck.serve.review.page import *; print(render_shell('qq').decode())"
        shown = subprocess.run(
            [sys.executable, "-c", pages], capture_output=True, encoding="utf-8", cwd=tmp_path, check=True,
            env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
        ).stdout  # fmt: skip
        assert '<html lang="fr"' in shown


@pytest.mark.parametrize("lang", LANGS)
def test_no_text_names_an_index_to_install_from(lang: str) -> None:
    texts = {path.name: path.read_text("utf-8") for path in (WORDS / lang).glob("*.toml")}
    assert not [name for name, text in texts.items() if "pip install" in text]


# What a number stands for in a text: what some text gives forms to, and what is always called so.
NUMBERS = {"n", "count", "of"} | set(re.findall(r"\{(\w+):[^{}]*\|", " ".join(ENGLISH.values())))
NO_PLURAL = {"is", "was", "has", "its", "this", "as", "less", "times"}


def find_bare_plurals(text: str) -> list[str]:
    """Return the counts after which a plural stands, whatever the number: "{n} listings", "{n} of them were"."""
    found = []
    for name, after in re.findall(r"\{(\w+)\}((?: [a-z]+){1,6})", text):
        words = re.split(r" (?:as|a|and|that) ", f"{after} ")[0].split()
        noun = next((w for w in words[:2] if w.endswith("s") and w not in NO_PLURAL), "")
        if name in NUMBERS and (noun or {"are", "were", "have"} & set(words)):
            found.append(f"{{{name}}}{after}")
    return found


def test_every_count_has_a_singular() -> None:
    faults = {key: found for key, text in ENGLISH.items() if (found := find_bare_plurals(text))}
    assert faults == {}
    told = "{n} of your earlier decisions were applied"
    assert find_bare_plurals(told) == [told]
    assert find_bare_plurals("found {count} more listings") == ["{count} more listings"]
    assert find_bare_plurals("found {count:listing|listings}, {n} sold") == []


@pytest.mark.parametrize("count", [1, "1", "1,001", 2, 0])
def test_a_number_takes_its_word_along(count: object) -> None:
    told = say("catalog.account", "en", rows=count, listings=count, skus=count, told=count)
    word = "listing," if count in (1, "1") else "listings,"
    assert f"{count} {word}" in told
    assert say("catalog.account", "zh", rows=count, listings=count, skus=count, told=count).count(str(count)) == 4
