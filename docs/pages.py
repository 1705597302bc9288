"""What the pages of the documentation are filled with from the code, so that it cannot go stale.

Some lines of pages stand for what is made here: ``<!-- commands -->`` for all commands as their ``--help`` tells them,
``<!-- names -->`` for the public names of the package, ``<!-- pack keys -->`` and ``<!-- format keys -->`` for the keys
of those files, ``<!-- packs -->`` for the shipped rule packs. Links to files that are not pages become their names.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import dupcheck
from dupcheck.catalog.formats import read_format_keys
from dupcheck.cli import main
from dupcheck.packs import list_packs
from dupcheck.rules.validation import read_pack_keys

WORDS = {
    "en": {"key": "key", "type": "what it is", "default": "without it", "means": "meaning"},
    "zh": {"key": "键", "type": "类型", "default": "不填时", "means": "含义"},
}


def show_commands(lang: str) -> str:
    """Return every command as its help tells it."""
    sys.argv = ["dupcheck", "--lang", lang]
    parts: list[str] = []

    def add(command: click.Command, path: str, parent: click.Context | None) -> None:
        context = click.Context(
            command, info_name=path.split()[-1], parent=parent, max_content_width=100, terminal_width=100
        )
        parts.append(f"## {path}\n\n```text\n{command.get_help(context)}\n```\n")
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                add(below, f"{path} {name}", context)

    add(main, "dupcheck", None)
    return "\n".join(parts)


def show_names(lang: str) -> str:
    """Return the public names, each from its docstring."""
    kinds: dict[str, list[str]] = {"functions": [], "classes": [], "errors": []}
    for name in dupcheck.__all__:
        held = getattr(dupcheck, name)
        if not hasattr(held, "__module__"):
            continue
        kind = "errors" if name.endswith("Error") else "classes" if isinstance(held, type) else "functions"
        kinds[kind].append(f"::: {held.__module__}.{name}\n")
    titles = {"functions": ("Functions", "函数"), "classes": ("Classes", "类"), "errors": ("Errors", "错误")}
    return "\n".join(f"## {titles[k][lang == 'zh']}\n\n" + "\n".join(parts) for k, parts in kinds.items())


def show_keys(keys: Mapping[str, Mapping[str, Mapping[str, str]]], lang: str, heads: Mapping[str, str]) -> str:
    """Return tables of keys."""
    words = WORDS[lang]
    parts = []
    for table, held in keys.items():
        defaults = any("default" in told for told in held.values())
        columns = ["key", "type", *(["default"] if defaults else []), "means"]
        rows = ["| " + " | ".join(words[c] for c in columns) + " |", "|" + "---|" * len(columns)]
        for key, told in held.items():
            cells = {"key": f"`{key}`", "type": told["type"], "default": told.get("default", ""), "means": told[lang]}
            rows.append("| " + " | ".join(cells[c].replace("|", "\\|") for c in columns) + " |")
        parts.append(f"## `{heads.get(table, f'[{table}]')}`\n\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def show_packs(lang: str) -> str:
    """Return the shipped rule packs as they describe themselves."""
    spoken: Any = lang
    packs = [dupcheck.read_pack(name) for name in list_packs()]
    return "\n".join(f"## {pack.name}\n\n```text\n{pack.describe(spoken)}\n```\n" for pack in packs)


def show_benchmarks(lang: str) -> str:
    """Return what the benchmarks measure, and how to read them."""
    text = (ROOT / "tests" / "benchmarks" / "README.md").read_text("utf-8")
    return text.partition("\n")[2]


PACK_HEADS = {
    "pack": "the file itself", "limit": "when.SIGNAL",
    **{name: f"[[{name}]]" for name in ("source", "rule", "exception", "category", "opposite")},
}  # fmt: skip
MADE = {
    "commands": show_commands,
    "names": show_names,
    "packs": show_packs,
    "benchmarks": show_benchmarks,
    "pack keys": lambda lang: show_keys(read_pack_keys(), lang, PACK_HEADS),
    "format keys": lambda lang: show_keys(read_format_keys(), lang, {"file": "the file itself"}),
}


def fill_in(text: str, lang: str) -> str:
    """Return a page with its marked lines filled in."""
    return re.sub(
        r"^<!-- ([a-z ]+) -->$", lambda m: MADE[m[1]](lang) if m[1] in MADE else m[0], text, flags=re.MULTILINE
    )


def keep_inside(text: str, page: Path) -> str:
    """Return a page whose links to files of the repository that are not pages are those files' names."""
    docs = ROOT / "docs"

    def look(match: re.Match[str]) -> str:
        words, target = match[1], match[2]
        place = target.partition("#")[0]
        there = (page.parent / place).resolve()
        if there.is_relative_to(docs) and there.suffix == ".md":
            if there.name.partition(".")[0] == page.name.partition(".")[0] and there.parent == page.parent:
                return ""  # the site changes languages by itself, and knows the pages by their English names
            return f"[{words}]({target.replace('.zh-CN.md', '.md')})"
        if there in (ROOT / "README.md", ROOT / "README.zh-CN.md"):
            start = docs / "index.md"
            way = "../" * len(page.relative_to(docs).parents[:-1]) + start.name
            return f"[{words}]({way})"
        if not there.exists():
            raise FileNotFoundError(f"{page}: {target}")
        name = f"`{there.relative_to(ROOT)}`"
        return name if words.strip("`") in name else f"{words} ({name})"

    return re.sub(r"\[([^\]]+)\]\((?!https?://|#|mailto:)([^)]+)\)", look, text)


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Any) -> str:
    """Fill a page in: called by MkDocs."""
    path = Path(page.file.abs_src_path)
    lang = "zh" if path.name.endswith(".zh-CN.md") or config.theme.get("language", "").startswith("zh") else "en"
    return fill_in(keep_inside(markdown, path), lang)
