"""What the commands have in common: options, languages, how an error or progress is shown.

The list of commands waits for all that this module imports, and for little else: so it imports little.
"""

import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import click

from dupcheck.cli.console import OutputLostError, close_streams, is_deaf, open_streams, tell
from dupcheck.cli.preferences import guess_language, read_preferences
from dupcheck.errors import DupcheckError
from dupcheck.messages import LANGS, Lang, Message, message, say

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem
    from tqdm import tqdm

    from dupcheck.index.opening import Progress
    from dupcheck.model import Catalog
    from dupcheck.rules import RulePack


def say_language(context: click.Context | None) -> Lang:
    """The language of this run: ``--lang``, wherever it stands, else what the user or the machine prefers."""
    given = sys.argv[1:]
    for i, word in enumerate(given):
        value = (
            word.partition("=")[2]
            if word.startswith("--lang=")
            else given[i + 1]
            if word == "--lang" and i + 1 < len(given)
            else ""
        )
        if value in LANGS:
            return value
    return guess_language(given)


class Known(click.Choice[str]):
    """A choice among names that are looked up when they are needed: to read one, to explain or to complete."""

    def __init__(self, find: Callable[[], Iterable[str]]) -> None:
        self.find = find
        self.case_sensitive = True

    def __getattr__(self, name: str) -> Any:
        if name != "choices":
            raise AttributeError(name)
        self.choices = tuple(self.find())
        return self.choices

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the choice that is meant; what stands there by default needs no looking up."""
        return str(value) if param is not None and value == param.default else super().convert(value, param, ctx)


class Option(click.Option):
    """An option whose help is a key of the texts, said in the language asked for."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option and its help."""
        key, self.help = self.help, say(f"cli.{self.help}", say_language(ctx)) if self.help else None
        record = super().get_help_record(ctx)
        self.help = key
        return record


def shorten_help(text: str) -> str:
    """Return the line that stands for a help where many are listed: its first."""
    return text.split("\n")[0]


_HEADINGS = {"Options": "heading_options", "Commands": "heading_commands"}
_HELPS = {"Show this message and exit.": "opt_show_help", "Show the version and exit.": "opt_show_version"}
"""What click says by itself, and the keys of our texts for it."""


class _Formatter(click.HelpFormatter):
    """Lays a help out, as wide as the terminal."""

    def __init__(self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None) -> None:
        wide = width or click.formatting.FORCED_WIDTH or max(min(_measure_terminal(), max_width or 80) - 2, 50)
        super().__init__(indent_increment, wide, max_width)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line that shows how a command is typed."""
        super().write_usage(prog, args, f"{say('cli.usage', say_language(None))} " if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """Write what stands over a list; click has English names for its own."""
        if heading not in _HEADINGS:
            super().write_heading(heading)
        else:
            self.write(f"{'':>{self.current_indent}}{say(f'cli.{_HEADINGS[heading]}', say_language(None))}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of options or commands, each with its help."""
        told = [
            (name, say(f"cli.{_HELPS[text]}", say_language(None)) if text in _HELPS else text) for name, text in rows
        ]
        super().write_dl(told, col_max, col_spacing)


def _measure_terminal() -> int:
    """The columns of the terminal, as :func:`shutil.get_terminal_size` finds them; with shutil come its archives."""
    with contextlib.suppress(ValueError):
        if (columns := int(os.environ.get("COLUMNS", ""))) > 0:
            return columns
    with contextlib.suppress(ValueError, OSError):
        return os.get_terminal_size().columns or 80
    return 80


class _Context(click.Context):
    formatter_class = _Formatter


class Spoken:
    """A command whose help is a key of the texts, said in the language asked for."""

    help: str | None
    context_class: type[click.Context] = _Context

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(say(f"cli.{self.help}", say_language(ctx)))

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the first line of the help."""
        return shorten_help(say(f"cli.{self.help}", say_language(None)))


class Command(Spoken, click.Command):
    """A command that speaks, knows what the user prefers, and writes over nothing that it was given to read."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Take what is not typed from the user's preferences."""
        return super().make_context(info_name, args, parent, **{"default_map": read_preferences(args), **extra})

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        from dupcheck.files.writing import protect_inputs

        _hear_doubts(say_language(ctx))
        with protect_inputs(_list_inputs(ctx.params)):
            return super().invoke(ctx)


def _list_inputs(given: Mapping[str, Any]) -> list[str]:
    """Whatever was named on the command line, save where to write, and the ledger; not all of it are files."""
    from pathlib import Path

    from dupcheck.ledger.address import default_ledger

    texts = [
        str(one)
        for name, value in given.items()
        if name != "out"
        for one in (value if isinstance(value, tuple) else (value,))
        if isinstance(one, str | Path) and str(one)
    ]
    return [*texts, str(default_ledger()), *(t.partition(":///")[2] for t in texts if t.startswith("sqlite:///"))]


class Group(Spoken, click.Group):
    """A group of commands that speaks; what went wrong becomes one line."""

    command_class = Command

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command; whatever goes wrong becomes one line and exit code 2, Ctrl-C one line and 130.

        Exit code 1 is an answer, and never means trouble.
        """
        lang = say_language(None)
        open_streams()
        _Interrupt.watch()
        code = _call(lambda: super(Group, self).main(*args, **{**extra, "standalone_mode": False}), lang)
        try:
            close_streams()
        except OutputLostError as lost:
            tell(f"dupcheck: {say('cli.output_lost', lang, reason=lost)}", err=True)
            code = 2
        gc.freeze()  # all goes at once now: a large audit need not be looked through for what could go
        sys.exit(code)


def _hear_doubts(lang: Lang) -> None:
    """Say in this run's language what is told along the way."""
    from dupcheck.files.doubts import hear_doubts

    hear_doubts(lambda text: tell(f"dupcheck: {text.say(lang)}", err=True))


def _call(command: Callable[[], Any], lang: Lang) -> int:
    """Run a command and return its exit code; what went wrong is told in one line."""
    try:
        return _read_code(command())
    except SystemExit as stop:
        return 0 if is_deaf() else _read_code(stop.code)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.UsageError as error:
        if error.ctx is not None:
            tell(error.ctx.get_usage(), err=True)
        tell(f"dupcheck: {error.format_message()}", err=True)
    except click.ClickException as error:
        tell(f"dupcheck: {error.format_message()}", err=True)
    except DupcheckError as error:
        tell(f"dupcheck: {error.say(lang)}", err=True)
    except (KeyboardInterrupt, click.Abort):
        return _stop(lang)
    except Exception as error:
        if _Interrupt.seen:  # some libraries make an error of their own of it
            return _stop(lang)
        tell(f"dupcheck: {_explain(error).say(lang)}", err=True)
        if os.environ.get("DUPCHECK_DEBUG"):
            raise
    return 2


def _stop(lang: Lang) -> int:
    tell(say("cli.stopped", lang), err=True)
    return 130


def _read_code(code: object) -> int:
    return code if isinstance(code, int) else 0


def _explain(error: Exception) -> Message:
    """Say of an error that nobody expected what can be said without quoting what it came upon."""
    if isinstance(error, MemoryError):
        return message("cli.no_memory")
    if isinstance(error, OSError):
        where = error.filename if isinstance(error.filename, str) else ""
        return message("cli.system_error", path=where or "-", reason=error.strerror or type(error).__name__)
    if isinstance(error, UnicodeEncodeError):  # half of a sign that no system takes in a name
        name = error.object.encode("utf-8", "replace").decode()
        return message("cli.system_error", path=name or "-", reason=error.reason)
    if isinstance(error, ValueError) and str(error).startswith("embedded null"):  # no system takes it in a name either
        return message("cli.system_error", path="\\0", reason=str(error))
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "-" if trace is None else f"{trace.tb_frame.f_code.co_filename.rpartition(os.sep)[2]}:{trace.tb_lineno}"
    return message("cli.defect", error=type(error).__name__, place=place)


class _Interrupt:
    """Remembers Ctrl-C: a library that swallows it, as some do while they are imported, only delays it."""

    seen = False

    @classmethod
    def watch(cls) -> None:
        cls.seen = False
        if threading.current_thread() is threading.main_thread() and callable(signal.getsignal(signal.SIGINT)):
            signal.signal(signal.SIGINT, cls._note)

    @classmethod
    def _note(cls, number: int, frame: FrameType | None) -> NoReturn:
        cls.seen = True
        raise KeyboardInterrupt

    @classmethod
    def heed(cls) -> None:
        if cls.seen:
            raise KeyboardInterrupt


def fail(text: str) -> NoReturn:
    """Say what is wrong, and end with exit code 2."""
    tell(f"dupcheck: {text}", err=True)
    sys.exit(2)


Group.group_class = Group


def option(*names: str, **extra: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare an option whose help is a key of the texts."""
    extra = {"envvar": _VARIABLES[names[0]], **extra} if names[0] in _VARIABLES else extra
    return click.option(*names, cls=Option, **extra)


_VARIABLES = {
    f"--{name}": f"DUPCHECK_{name.upper()}" for name in ("lang", "rules", "images", "jobs", "account")
}  # fmt: skip


def complete_files(context: click.Context, param: click.Parameter, begun: str) -> "list[CompletionItem]":
    """Let the shell complete the name of a file."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(begun, type="file")]


def complete_packs(context: click.Context, param: click.Parameter, begun: str) -> "list[CompletionItem]":
    """Complete the name of a shipped rule pack, or of a file."""
    from click.shell_completion import CompletionItem

    from dupcheck.packs import list_packs

    known = [CompletionItem(name) for name in list_packs() if name.startswith(begun)]
    return known or complete_files(context, param, begun)


def _read_rules(context: click.Context) -> "list[Mapping[str, Any]]":
    """The tables of the rules of the pack that was named, none where it cannot be read; signals are not loaded."""
    from dupcheck.pack_files import find_pack, list_rules, load_tables

    try:
        return list_rules(load_tables(find_pack(str(context.params.get("rules") or "aliexpress")), []))
    except DupcheckError:
        return []


def complete_codes(context: click.Context, param: click.Parameter, begun: str) -> "list[CompletionItem]":
    """Complete the code of a rule of the pack that was named."""
    from click.shell_completion import CompletionItem

    lang, found = say_language(context), []
    for rule in _read_rules(context):
        told = rule.get("summary")
        text = (told.get(lang) or told.get("en")) if isinstance(told, dict) else None
        if (code := str(rule.get("code", ""))).startswith(begun):
            found.append(CompletionItem(code, help=text))
    return found


def complete_settings(context: click.Context, param: click.Parameter, begun: str) -> "list[CompletionItem]":
    """Complete which limit is to be set: the codes of the rules first, then the limits of the one that was begun."""
    from click.shell_completion import CompletionItem

    from dupcheck.pack_files import list_limits

    code, dot, _ = begun.partition(".")
    rules = _read_rules(context)
    if not dot:
        named = [f"{rule.get('code', '')}." for rule in rules]
    else:
        named = [f"{code}.{limit}=" for rule in rules if rule.get("code") == code for limit in list_limits(rule)]
    return [CompletionItem(name) for name in named if name.startswith(begun)]


def set_option(command: Callable[..., None]) -> Callable[..., None]:
    """Declare ``--set``."""
    return option(
        "--set", "settings", multiple=True, metavar="R2.title.min=85", help="opt_set", shell_complete=complete_settings
    )(command)


class File(click.Path):
    """A place in the file system, as :class:`pathlib.Path`: loaded when one is named, not where one may be."""

    def convert(self, value: "str | os.PathLike[str]", param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the place; where a word is completed nobody goes there."""
        named = super().convert(value, param, ctx)
        if ctx is not None and ctx.resilient_parsing:
            return named
        from pathlib import Path

        return Path(os.fsdecode(named))


def rules_option(command: Callable[..., None]) -> Callable[..., None]:
    """Declare ``--rules``."""
    return option(
        "--rules", default="aliexpress", show_default=True, metavar="PACK|FILE", help="opt_rules",
        shell_complete=complete_packs,
    )(command)  # fmt: skip


class Manner(NamedTuple):
    """What the user says of how a catalogue's files are read: for every command that reads one."""

    images: "Path | None"
    mapping: Mapping[str, str]
    encoding: str
    delimiter: str
    currency: str

    def read(self, catalog: "str | Sequence[str]") -> "Catalog":
        """Read a catalogue so."""
        from dupcheck.catalog import read_catalog

        return read_catalog(catalog, **self.as_arguments())

    def as_arguments(self) -> dict[str, Any]:
        """Return it as what functions that read a catalogue are called with."""
        return self._asdict()


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Declare how a catalogue is read: ``--images``, ``--map``, ``--encoding``, ``--delimiter``, ``--currency``.

    The command is given all of them as one: ``how``, a :class:`Manner`.
    """

    @wraps(command)
    def call(
        *args: Any, images: "Path | None", maps: Sequence[str], encoding: str, delimiter: str, currency: str,
        lang: Lang, **more: Any,
    ) -> None:  # fmt: skip
        how = Manner(images, read_maps(maps, lang), encoding, delimiter, currency)
        command(*args, how=how, lang=lang, **more)

    told: Callable[..., None] = call
    for add in reversed(
        (
            option("--images", type=File(), metavar="DIR", help="opt_images"),
            option("--map", "maps", multiple=True, metavar="FIELD=HEADER", help="opt_map"),
            option("--encoding", default="", metavar="NAME", help="opt_encoding"),
            option("--delimiter", default="", metavar="SIGN", help="opt_delimiter"),
            option("--currency", default="", metavar="CODE", help="opt_currency"),
        )
    ):
        told = add(told)
    return told


def shared_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that audit, check and why have in common."""
    for add in reversed(
        (
            reading_options,
            rules_option,
            set_option,
            option("--jobs", type=click.IntRange(0), default=0, metavar="N", help="opt_jobs"),
            option("--cache", type=File(), metavar="DIR", help="opt_cache"),
            option("--fetch-images", is_flag=True, help="opt_fetch_images"),
            option("--allow-host", "allow_hosts", multiple=True, metavar="NAME", help="opt_allow_host"),
            lang_option,
        )
    ):
        command = add(command)
    return command


def lang_option(command: Callable[..., None]) -> Callable[..., None]:
    """Declare ``--lang``."""
    return option("--lang", type=click.Choice(LANGS), default=lambda: say_language(None), help="opt_lang")(command)


def ledger_option(command: Callable[..., None]) -> Callable[..., None]:
    """Declare ``--ledger`` and ``--account``."""
    command = option("--account", default="", envvar="DUPCHECK_ACCOUNT", metavar="NAME", help="opt_account")(command)
    return option("--ledger", metavar="FILE|URL", help="opt_ledger", callback=_take_ledger)(command)


class Preferred(str):
    """A ledger that a file of preferences names: it need not be there yet."""

    __slots__ = ()


def _take_ledger(context: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Return the ledger that was named; what a variable says goes before what the file of preferences does."""
    from click.core import ParameterSource

    if value is None or context.get_parameter_source(str(param.name)) is not ParameterSource.DEFAULT_MAP:
        return value
    return None if os.environ.get("DUPCHECK_LEDGER") else Preferred(value)


def person_option(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare the option by which a person names themselves; without it, it is the user of this machine."""
    return option(*names, "person", default=find_user, envvar="DUPCHECK_AS", metavar="NAME", help="opt_person")


def find_user() -> str:
    """Return the name of who uses this machine, "" where it has none."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def open_pack(rules: str, settings: Sequence[str], lang: Lang) -> "RulePack":
    """Return the rule pack with limits changed as ``--set`` says, and say which limits those are."""
    from dupcheck.rules import read_pack

    pack = read_pack(rules).with_limit(*settings)
    for change in pack.changed:
        tell(change.say(lang), err=True)
    return pack


def read_maps(maps: Sequence[str], lang: Lang) -> dict[str, str]:
    """Return ``--map FIELD=HEADER`` as a mapping."""
    pairs = {}
    for text in maps:
        field, equals, header = text.partition("=")
        if not (field and equals and header):
            fail(say("cli.bad_map", lang, text=text))
        pairs[field.strip()] = header.strip()
    return pairs


class Bars:
    """Progress on a terminal: one bar over all stages, with the time that is left; silent elsewhere.

    Stages take about the share of the time that ``_SHARES`` says. While one says nothing the clock goes on.
    """

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self.stage, self.start, self.share = "", 0.0, 0.0
        self.bar: tqdm[NoReturn] | None = None
        self._over = threading.Event()
        self.tell: Progress = self._show if sys.stderr is not None and sys.stderr.isatty() else self._ignore

    def __enter__(self) -> "Bars":
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self.bar is not None:
            self.bar.close()

    def _ignore(self, stage: str, done: int, total: int) -> None:
        _Interrupt.heed()

    def _show(self, stage: str, done: int, total: int) -> None:
        _Interrupt.heed()
        if self.bar is None:
            from tqdm import tqdm  # only where a person watches

            form = "{desc}: {percentage:3.0f}%|{bar}| {elapsed} < {remaining}"
            self.bar = tqdm(total=1_000, leave=False, dynamic_ncols=True, bar_format=form)
            threading.Thread(target=self._tick, daemon=True).start()
        if stage != self.stage:
            self.start = min(self.start + self.share, 1.0)
            self.stage, self.share = stage, _SHARES.get(stage, 0.02)
            self.bar.set_description_str(say(stage, self.lang), refresh=False)
        reached = self.start + self.share * (done / total if total else 1.0)
        self.bar.update(max(round(1_000 * min(reached, 1.0)) - self.bar.n, 0))

    def _tick(self) -> None:
        while not self._over.wait(_TICK_SECONDS):
            if self.bar is not None:
                self.bar.refresh()


_TICK_SECONDS = 0.5
_SHARES = {
    "audit.stage_photos": 0.35, "audit.stage_features": 0.25, "audit.stage_candidates": 0.08,
    "audit.stage_pairs": 0.1, "audit.stage_groups": 0.1, "audit.stage_report": 0.12,
}  # fmt: skip
