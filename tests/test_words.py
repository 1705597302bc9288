"""Every text exists in both languages, is used, and is filled from what the code gives it."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import dupcheck
from dupcheck.messages import LANGS, Message, message, say

PACKAGE = Path(dupcheck.__file__).parent
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
    }


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def literals(tree: ast.AST) -> set[str]:
    """Every text in the code, but for the pieces of f-strings."""
    pieces = {id(part) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for part in n.values}
    found = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in pieces)
    return {n.value for n in found if isinstance(n.value, str)}


def patterns(tree: ast.AST) -> Iterator[re.Pattern[str]]:
    """The keys that an f-string can make: ``f"plans.keep_{name}"`` is ``plans\\.keep_(.+)``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else "(.+)" for p in node.values]
            if re.match(rf"(?:{'|'.join(SUBJECTS)})\\\.", parts[0]):
                yield re.compile("".join(parts))


ENGLISH, CHINESE_TEXTS = texts("en"), texts("zh")
TREES = list(sources())
# What a key's changing part may be: any word of the sources, the page's script and template included.
SPELLED = (
    {word for _, tree in TREES for text in literals(tree) for word in [text, *re.findall(r"\w+", text)]}
    | {
        word
        for path in (PACKAGE / "reports" / "templates").iterdir()
        for word in re.findall(r"\w+", path.read_text("utf-8"))
    }
    | {node.name for _, tree in TREES for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
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


@pytest.mark.parametrize(("english", "chinese"), [
    ("", "空"), ("full", " "), ("{a} is", "{b} 是"), ("a 红 one", "红的"), ("red one", "red two"),
])  # fmt: skip
def test_a_fault_of_a_text_is_seen(english: str, chinese: str) -> None:
    assert find_fault(english, chinese)


def test_few_texts_are_the_same_in_both_languages() -> None:
    same = {key for key in ENGLISH if ENGLISH[key] == CHINESE_TEXTS.get(key)}
    words = {key: re.findall(r"[A-Za-z]{2,}", re.sub(r"\{\w*\}", "", ENGLISH[key])) for key in same}
    assert {key for key, found in words.items() if len(found) > 1} == set()


def test_every_key_that_the_code_names_exists() -> None:
    named = {text: path for path, tree in TREES for text in literals(tree) if KEY.fullmatch(text)}
    missing = {f"{path.name}: {key}" for key, path in named.items() if key not in ENGLISH}
    assert {m for m in missing if not m.endswith(FILE_ENDINGS)} == set()
    assert len(named) > 150


def test_every_key_that_an_f_string_can_make_exists() -> None:
    made = [(path, pattern) for path, tree in TREES for pattern in patterns(tree)]
    assert len(made) >= 10
    for path, pattern in made:
        assert any(pattern.fullmatch(key) for key in ENGLISH), f"{path.name}: {pattern.pattern}"


def test_no_key_is_unused() -> None:
    named = {text for _, tree in TREES for text in literals(tree)}
    made = [pattern for _, tree in TREES for pattern in patterns(tree)]

    def used(key: str) -> bool:
        if key in named:
            return True
        return any(m and all(p in SPELLED for p in m.groups()) for m in (pattern.fullmatch(key) for pattern in made))

    assert [key for key in ENGLISH if not used(key)] == []


def calls() -> Iterator[tuple[str, str, set[str]]]:
    """Every call that names a key and spells out its values: where, the key, the names of the values."""
    for path, tree in TREES:
        for node in ast.walk(tree):
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


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("rules.no_such_text")
