"""The shell completes what can stand at a place, and neither that nor a help waits for what commands work with."""

import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import platformdirs
import pytest
from click.shell_completion import CompletionItem, ShellComplete
from small_files import Put

from dupcheck.cli import auditing, main, preferences
from dupcheck.exports import EXPORTS
from dupcheck.messages import LANGS
from dupcheck.model import Verdict
from dupcheck.packs import list_packs
from dupcheck.rules import read_pack

PROJECT = Path(__file__).resolve().parent.parent
HEAVY = (
    "numpy",
    "pandas",
    "scipy",
    "cv2",
    "lxml",
    "PIL",
    "sqlalchemy",
    "jinja2",
    "dupcheck.pipeline",
    "dupcheck.titles",
)
LIGHT = ("pathlib", "tomllib", "dupcheck.run")
"""What is loaded soon, and is a tenth of a completion all the same."""


def complete(*words: str) -> list[CompletionItem]:
    """What can stand for the last word, as it was begun."""
    return ShellComplete(main, {}, "dupcheck", "_DUPCHECK_COMPLETE").get_completions(list(words[:-1]), words[-1])


def values(*words: str) -> list[str]:
    return [item.value for item in complete(*words)]


def test_commands_with_their_helps() -> None:
    assert values("au") == ["audit"]
    assert set(values("")) >= {"audit", "cache", "check", "rules", "sample", "why"}
    assert all(item.help for item in complete(""))
    assert values("rules", "t") == ["test"]


def test_options() -> None:
    assert values("audit", "--ru") == ["--rules"]
    assert "--strict" in values("rules", "test", "--")


def test_rule_packs_or_else_files() -> None:
    assert values("audit", "--rules", "") == list(list_packs())
    assert values("check", "--rules", "e") == [name for name in list_packs() if name.startswith("e")]
    (file,) = complete("rules", "list", "--rules", "./mine")
    assert (file.type, file.value) == ("file", "./mine")


def test_codes_of_the_pack_that_was_named() -> None:
    assert values("rules", "show", "R") == ["R1", "R2", "R3", "R4"]
    assert values("rules", "show", "--rules", "no-such-pack", "R") == []
    assert all(item.help for item in complete("rules", "show", "R"))


def test_the_limits_that_can_be_set() -> None:
    assert values("audit", "--set", "R2") == ["R2."]
    assert values("audit", "--set", "") == ["R1.", "R2.", "R3.", "R4.", "L1."]
    offered = values("check", "--set", "R2.")
    assert {"R2.title.min=", "R2.same-code.title.min="} <= set(offered)
    assert values("rules", "list", "--set", "R2.title") == ["R2.title.min="]
    assert values("audit", "--set", "X9.") == []
    assert values("audit", "--rules", "no-such-pack", "--set", "R2.") == []


@pytest.mark.parametrize("name", list_packs())
def test_what_is_offered_of_a_pack_is_what_it_takes(name: str) -> None:
    pack = read_pack(name)
    shown = {item.value: item.help for item in complete("rules", "show", "--rules", name, "")}
    assert shown == {rule.code: rule.summary.say("en") for rule in pack.rules}
    assert list(shown) == [rule.code for rule in pack.rules]
    for rule in pack.rules:
        limits = [
            f"{rule.code}.{f'{a.name}.' if a.name else ''}{limit.signal}.{limit.side}={limit.limit:g}"
            for a in rule.alternatives for limit in a.limits
        ]  # fmt: skip
        offered = values("audit", "--rules", name, "--set", f"{rule.code}.")
        assert offered == [limit.rpartition("=")[0] + "=" for limit in limits]
        for limit in limits:  # each is one that can be set, were it to what it is already
            assert pack.with_limit(limit).changed


def test_a_pack_of_ones_own_is_completed_as_it_will_be_read(put: Put) -> None:
    own = put("own.toml", """
        format = 1
        extends = "aliexpress"
        drop = ["R3"]
        [[rule]]
        code = "R1"
        when = [{ image = { max = 3 } }, { title = { min = 99 } }]
        [[rule]]
        code = "X1"
        like = "common.R2"
    """)  # fmt: skip
    codes = [rule.code for rule in read_pack(own).rules]
    assert values("rules", "show", "--rules", str(own), "") == codes
    assert "R3" not in codes and "X1" in codes and codes[-1] == "L1"
    assert values("audit", "--rules", str(own), "--set", "R1.") == ["R1.image.max=", "R1.2.title.min="]
    broken = put("broken.toml", "rule = 3\n")
    assert values("rules", "show", "--rules", str(broken), "") == []


@pytest.mark.parametrize(("words", "one", "more"), [
    ("dupcheck rules show ", "plain,R2", LIGHT[:1]), ("dupcheck audit --set R2.", "plain,R2.title.min=", LIGHT[:1]),
    ("dupcheck audit --rules e", "plain,ebay", LIGHT), ("dupcheck audit --ru", "plain,--rules", LIGHT),
])  # fmt: skip
def test_a_completion_waits_for_nothing_that_it_does_not_need(words: str, one: str, more: tuple[str, ...]) -> None:
    code = (
        "import sys\nthere = set(sys.modules)\nfrom dupcheck.cli import main\n"
        f"try:\n    main(prog_name='dupcheck')\nfinally:\n"
        f"    print([m for m in {HEAVY + more} if m in sys.modules.keys() - there])"
    )
    count = str(len(words.split(" ")) - 1)
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT,
        env={**os.environ, "_DUPCHECK_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": count},
    )  # fmt: skip
    *offered, loaded = ran.stdout.splitlines()
    assert loaded == "[]"
    assert one in offered


def test_formats_and_other_choices() -> None:
    assert values("audit", "--export", "") == list(EXPORTS)
    assert values("audit", "--fail-on", "d") == ["duplicate"]
    assert values("audit", "--lang", "") == list(LANGS)
    assert values("decide", "catalog.csv", "--as", "n") == ["not_duplicate"]


def test_catalogues_are_files() -> None:
    for words in (("audit", "cat"), ("check", "dr"), ("check", "draft.csv", "--against", "cat"), ("merge", "cat")):
        assert [item.type for item in complete(*words)] == ["file"], words


@pytest.mark.parametrize("words", [
    ["--help"], ["check", "--help"], ["serve", "--help"], ["rules", "--help"], ["cache", "--help"], ["convert", "-h"],
])  # fmt: skip
def test_a_help_waits_for_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\nsys.argv = ['dupcheck', *sys.argv[1:]]\nfrom dupcheck.cli import main\n"
        f"try:\n    main()\nfinally:\n    print([m for m in {HEAVY} if m in sys.modules], file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, cwd=PROJECT)
    assert ran.stdout.startswith("Usage: ")
    assert ran.stderr.strip() == "[]"


@pytest.mark.parametrize(("columns", "widest"), [("30", 50), ("60", 58), ("500", 98), ("0", 78), ("wide", 78)])
def test_a_help_is_as_wide_as_the_terminal(columns: str, widest: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "dupcheck", "--help"], capture_output=True, text=True, cwd=PROJECT,
        env={**os.environ, "COLUMNS": columns, "DUPCHECK_LANG": "en"}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    lines = [line for line in ran.stdout.splitlines() if " " in line.strip()]
    assert widest - 12 < max(map(len, lines)) <= widest


def test_what_audit_offers_is_what_there_is() -> None:
    assert get_args(Verdict) == auditing.VERDICTS


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere platformdirs is asked")
@pytest.mark.parametrize("place", ["", "  ", "/elsewhere/settings"])
def test_settings_lie_where_the_system_has_them(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", place)
    assert preferences._find_folder() == platformdirs.user_config_dir("dupcheck", appauthor=False)
