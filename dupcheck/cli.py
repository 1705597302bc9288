"""The command line: open, call one verb, translate the error, set the exit code."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, get_args

import click
from tqdm import tqdm

from dupcheck.catalog import describe_formats, read_catalog, write_catalog
from dupcheck.checking import Checker
from dupcheck.decisions import DECISION_KINDS, Decision, DecisionKind, hash_listings
from dupcheck.errors import DupcheckError, LedgerError, OutputError
from dupcheck.exports import EXPORTS, carry_out, list_moves, read_plans, write_moves
from dupcheck.ledger import Address, Memory, find_address, open_ledger, recall
from dupcheck.ledger.documents import Saying, read_sayings, spell_out, write_decisions
from dupcheck.ledger.records import TTL, show_time
from dupcheck.measuring import Progress, make_fetcher
from dupcheck.model import Verdict
from dupcheck.pipeline import ENGINES, audit, find_position, why
from dupcheck.reports.tables import render_table
from dupcheck.rules import RulePack, list_packs, read_pack, say_verdict
from dupcheck.words import LANGS, Lang, say

if TYPE_CHECKING:
    from dupcheck.ledger.book import Claim

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _language(context: click.Context | None) -> Lang:
    """The language of this run: ``--lang``, wherever it stands, else English."""
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
            return "zh" if value == "zh" else "en"
    return "en"


class _Option(click.Option):
    """An option whose help is a key of the texts, said in the language asked for."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        key, self.help = self.help, say(f"cli.{self.help}", _language(ctx)) if self.help else None
        record = super().get_help_record(ctx)
        self.help = key
        return record


class _Spoken:
    """A command whose help is a key of the texts, said in the language asked for."""

    help: str | None

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(say(f"cli.{self.help}", _language(ctx)))

    def get_short_help_str(self, limit: int = 45) -> str:
        return say(f"cli.{self.help}", _language(None)).split("\n")[0]


class _Command(_Spoken, click.Command):
    pass


class _Group(_Spoken, click.Group):
    command_class = _Command

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command; an error meant for a person becomes one line and exit code 2, Ctrl-C one line and 130."""
        lang = _language(None)
        try:
            return super().main(*args, **{**extra, "standalone_mode": False}) or 0
        except click.exceptions.Exit as stop:
            sys.exit(stop.exit_code)
        except click.ClickException as error:
            error.show()
            sys.exit(2)
        except DupcheckError as error:
            _fail(error.say(lang))
        except (KeyboardInterrupt, click.Abort):
            click.echo(say("cli.stopped", lang), err=True)
            sys.exit(130)
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(0)


def _fail(text: str) -> NoReturn:
    click.echo(f"dupcheck: {text}", err=True)
    sys.exit(2)


_Group.group_class = _Group


def _option(*names: str, **extra: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(*names, cls=_Option, **extra)


def _shared(command: Callable[..., None]) -> Callable[..., None]:
    """The options that audit, check and why have in common."""
    for option in reversed(
        (
            _option("--images", type=click.Path(path_type=Path), metavar="DIR", help="opt_images"),
            _option("--rules", default="aliexpress", show_default=True, metavar="PACK|FILE", help="opt_rules"),
            _option("--set", "settings", multiple=True, metavar="R2.title.min=85", help="opt_set"),
            _option("--map", "maps", multiple=True, metavar="FIELD=HEADER", help="opt_map"),
            _option("--jobs", type=click.IntRange(0), default=0, metavar="N", help="opt_jobs"),
            _option("--cache", type=click.Path(path_type=Path), metavar="DIR", help="opt_cache"),
            _option("--fetch-images", is_flag=True, help="opt_fetch_images"),
            _option("--allow-host", "allow_hosts", multiple=True, metavar="NAME", help="opt_allow_host"),
            _lang_option,
        )
    ):
        command = option(command)
    return command


def _lang_option(command: Callable[..., None]) -> Callable[..., None]:
    return _option("--lang", type=click.Choice(LANGS), default="en", show_default=True, help="opt_lang")(command)


def _ledger_option(command: Callable[..., None]) -> Callable[..., None]:
    return _option("--ledger", metavar="FILE|URL", help="opt_ledger")(command)


def _find_ledger(ledger: str | None) -> Address:
    """Return the place of a ledger that must be there already."""
    address = find_address(ledger)
    if not address.exists():
        raise LedgerError("ledger.missing", ledger=address)
    return address


def _recall(ledger: str | None, no_ledger: bool = False) -> Memory | None:
    """Return what the ledger that was named knows, or else the user's own, if there is one."""
    if no_ledger or (ledger is None and not find_address(None).exists()):
        return None
    return recall(_find_ledger(ledger))


def _list_decided(ledger: str | None) -> Sequence[Decision]:
    known = _recall(ledger)
    return () if known is None else known.decisions


@click.group(cls=_Group, context_settings=_CONTEXT, help="help")
@click.version_option(package_name="dupcheck", prog_name="dupcheck")
def main() -> None:
    """Run the command ``dupcheck``."""


@main.command("audit", help="help_audit")
@click.argument("catalog", nargs=-1, required=True)
@_shared
@_option(
    "--out",
    type=click.Path(path_type=Path),
    default="dupcheck-report",
    show_default=True,
    metavar="DIR",
    help="opt_out",
)
@_option("--engine", type=click.Choice(ENGINES), default="local", show_default=True, help="opt_engine")
@_option("--export", "exports", type=click.Choice(list(EXPORTS)), multiple=True, help="opt_export")
@_option("--fail-on", type=click.Choice(get_args(Verdict)), help="opt_fail_on")
@_ledger_option
@_option("--no-ledger", is_flag=True, help="opt_no_ledger")
def _audit(
    catalog: tuple[str, ...], images: Path | None, rules: str, settings: tuple[str, ...], maps: tuple[str, ...],
    jobs: int, cache: Path | None, fetch_images: bool, allow_hosts: tuple[str, ...], lang: Lang, out: Path,
    engine: Any, exports: tuple[str, ...], fail_on: Verdict | None, ledger: str | None,
    no_ledger: bool,
) -> None:  # fmt: skip
    pack = read_pack(rules).with_limit(*settings)
    known = _recall(ledger, no_ledger)
    with _Bars(lang) as bars:
        read = read_catalog(catalog, images=images, mapping=_read_maps(maps, lang))
        result = audit(
            read, pack, engine=engine, jobs=jobs, cache=cache, fetch_images=fetch_images, allow_hosts=allow_hosts,
            lang=lang, progress=bars.tell, decisions=None if known is None else known.decisions,
        )  # fmt: skip
        bars.tell("audit.stage_report", 0, 1)
        result.save(out)
        written = result.export(*exports, out=out) if exports else []
    click.echo(result.summarize(out))
    for path in written:
        click.echo(say("cli.export_written", lang, path=path))
    if fail_on is not None and result.fails(fail_on):
        sys.exit(1)


@main.command("check", help="help_check")
@click.argument("draft", nargs=-1, required=True)
@_option("--against", required=True, metavar="CATALOG", multiple=True, help="opt_against")
@_shared
@_option("--json", "as_json", is_flag=True, help="opt_json")
@_option("--claim", "token", metavar="TOKEN", help="opt_claim")
@_option("--ttl", type=click.FloatRange(1, 86400 * 31), default=TTL, show_default=True, metavar="SECONDS",
         help="opt_ttl")  # fmt: skip
@_option("--override", default="", metavar="REASON", help="opt_override")
@_ledger_option
@_option("--no-ledger", is_flag=True, help="opt_no_ledger")
def _check(
    draft: tuple[str, ...], against: tuple[str, ...], images: Path | None, rules: str, settings: tuple[str, ...],
    maps: tuple[str, ...], jobs: int, cache: Path | None, fetch_images: bool, allow_hosts: tuple[str, ...],
    lang: Lang, as_json: bool, token: str | None, ttl: float, override: str, ledger: str | None, no_ledger: bool,
) -> None:  # fmt: skip
    mapping = _read_maps(maps, lang)
    if token is None:
        known = _recall(ledger, no_ledger) or Memory()
    elif no_ledger:
        raise LedgerError("ledger.claim_needs_one")
    else:
        address = find_address(ledger)
        known = recall(address) if address.exists() else Memory()
    if override and token is None:
        raise LedgerError("ledger.override_needs_claim")
    with _Bars(lang) as bars:
        checker = Checker(
            list(against), rules, images=images, mapping=mapping, settings=settings, jobs=jobs, cache=cache,
            fetch=make_fetcher(fetch_images, allow_hosts), lang=lang, progress=bars.tell, decisions=known.decisions,
        )  # fmt: skip
        if token is not None:
            with open_ledger(ledger) as opened:
                claim = checker.claim(opened, token, draft, ttl=ttl, override=override)
        else:
            answers = checker.check(draft, also=known.list_added(checker))
    if token is not None:
        _tell_claim(claim, as_json, lang)
        return
    for answer in answers:
        click.echo(json.dumps(answer.as_dict(), ensure_ascii=False, allow_nan=False) if as_json else str(answer))
    if any(a.verdict == "duplicate" for a in answers):
        sys.exit(1)


def _tell_claim(claim: "Claim", as_json: bool, lang: Lang) -> None:
    answer = claim.answer
    if as_json:
        click.echo(json.dumps({**answer, "claim": claim.as_dict()}, ensure_ascii=False, allow_nan=False))
    else:
        key = "replayed" if claim.replayed else "overridden" if claim.override else claim.state
        click.echo(f"{answer['listing_id']}: {answer['advice']}")
        for pair in answer["pairs"][:5]:
            click.echo(f"  {pair['listing_a']} – {pair['listing_b']}: {pair['explanation']}")
        state = say(f"ledger.state_{claim.state}", lang)
        until = show_time(claim.expires)
        click.echo(say(f"ledger.claim_{key}", lang, token=claim.token, until=until, state=state))
    if not claim.granted:
        sys.exit(1)


@main.command("why", help="help_why")
@click.argument("catalog")
@click.argument("listing_a", metavar="ID")
@click.argument("listing_b", metavar="ID")
@_shared
def _why(
    catalog: str, listing_a: str, listing_b: str, images: Path | None, rules: str, settings: tuple[str, ...],
    maps: tuple[str, ...], jobs: int, cache: Path | None, fetch_images: bool, allow_hosts: tuple[str, ...],
    lang: Lang,
) -> None:  # fmt: skip
    del jobs
    read = read_catalog(catalog, images=images, mapping=_read_maps(maps, lang))
    explained = why(
        read, listing_a, listing_b, rules, settings=settings, cache=cache, fetch_images=fetch_images,
        allow_hosts=allow_hosts, lang=lang,
    )  # fmt: skip
    click.echo(str(explained))


@main.command("merge", help="help_merge")
@click.argument("catalog", nargs=-1, required=True)
@_option("--plans", required=True, type=click.Path(path_type=Path), metavar="FILE", help="opt_plans")
@_option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="opt_merged")
@_option("--images", type=click.Path(path_type=Path), metavar="DIR", help="opt_images")
@_option("--map", "maps", multiple=True, metavar="FIELD=HEADER", help="opt_map")
@_lang_option
def _merge(
    catalog: tuple[str, ...], plans: Path, out: Path, images: Path | None, maps: tuple[str, ...], lang: Lang
) -> None:
    if out.resolve() in {plans.resolve(), *(Path(c).resolve() for c in catalog)}:
        raise OutputError("exports.same_file", path=str(out))
    read = read_catalog(catalog, images=images, mapping=_read_maps(maps, lang))
    wanted = read_plans(plans)
    merged = carry_out(read, wanted)
    write_catalog(merged, out)
    moves = write_moves(list_moves(read, wanted), out.with_name(f"{out.stem}-moved.csv"))
    click.echo(say("exports.merged", lang, before=len(read), after=len(merged), skus=merged.count_skus(), path=out))
    click.echo(say("exports.moved", lang, path=moves))
    if merged.image_root is not None and merged.image_root.resolve() != out.parent.resolve():
        click.echo(say("exports.photo_root", lang, folder=merged.image_root))


@main.command("convert", help="help_convert")
@click.argument("catalog", nargs=-1, required=True)
@_option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="opt_convert_out")
@_option("--map", "maps", multiple=True, metavar="FIELD=HEADER", help="opt_map")
@_lang_option
def _convert(catalog: tuple[str, ...], out: Path, maps: tuple[str, ...], lang: Lang) -> None:
    read = read_catalog(catalog, mapping=_read_maps(maps, lang))
    write_catalog(read, out)
    for problem in read.problems:
        row = f"{problem.row}: " if problem.row is not None else ""
        click.echo(f"{row}{problem.text.say(lang)}", err=True)
    click.echo(say("cli.converted", lang, listings=len(read), skus=len(read.sku_columns["listing"]), path=out))


@main.command("formats", help="help_formats")
@_lang_option
def _formats(lang: Lang) -> None:
    for name, text in describe_formats(lang):
        click.echo(f"{name}: {text}")


@main.group("rules", help="help_rules", invoke_without_command=True)
@click.pass_context
def _rules(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        context.invoke(_rules_list, rules="aliexpress", settings=(), lang=_language(context))


def _pack_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        _lang_option,
        _option("--set", "settings", multiple=True, metavar="R2.title.min=85", help="opt_set"),
        _option("--rules", default="aliexpress", show_default=True, metavar="PACK|FILE", help="opt_rules"),
    ):
        command = option(command)
    return command


def _pack(rules: str, settings: Sequence[str]) -> RulePack:
    return read_pack(rules).with_limit(*settings)


@_rules.command("list", help="help_rules_list")
@_pack_options
def _rules_list(rules: str, settings: tuple[str, ...], lang: Lang) -> None:
    pack = _pack(rules, settings)
    click.echo(f"{pack.name}: {pack.title.say(lang)}")
    for rule in pack.rules:
        click.echo(f"  {rule.code}  {say_verdict(rule.verdict, lang)}  {rule.summary.say(lang)}")
    click.echo(say("cli.packs", lang, packs=", ".join(list_packs())))


@_rules.command("show", help="help_rules_show")
@click.argument("code", required=False)
@_pack_options
def _rules_show(code: str | None, rules: str, settings: tuple[str, ...], lang: Lang) -> None:
    pack = _pack(rules, settings)
    click.echo(pack.explain(code, lang) if code else pack.describe(lang))


@_rules.command("test", help="help_rules_test")
@_pack_options
def _rules_test(rules: str, settings: tuple[str, ...], lang: Lang) -> None:
    pack = _pack(rules, settings)
    wrong = pack.run_examples()
    for text in wrong:
        click.echo(text.say(lang))
    count = sum(len(r.fires) + len(r.spares) for r in pack.rules)
    click.echo(say("cli.examples", lang, pack=pack.name, passed=count - len(wrong), failed=len(wrong)))
    if wrong:
        sys.exit(1)


@main.command("decide", help="help_decide")
@click.argument("catalog")
@click.argument("ids", metavar="[ID ID …]", nargs=-1)
@_option("--as", "kind", type=click.Choice(DECISION_KINDS), help="opt_as")
@_option("--reason", default="", metavar="TEXT", help="opt_reason")
@_option("--from", "source", type=click.Path(path_type=Path), metavar="FILE", help="opt_from")
@_option("--draft", "drafts", multiple=True, metavar="DRAFT", help="opt_with_draft")
@_option("--images", type=click.Path(path_type=Path), metavar="DIR", help="opt_images")
@_option("--map", "maps", multiple=True, metavar="FIELD=HEADER", help="opt_map")
@_ledger_option
@_lang_option
def _decide(
    catalog: str, ids: tuple[str, ...], kind: DecisionKind | None, reason: str, source: Path | None,
    drafts: tuple[str, ...], images: Path | None, maps: tuple[str, ...], ledger: str | None, lang: Lang,
) -> None:  # fmt: skip
    if source is None and kind is not None and len(set(ids)) > 1:
        sayings = [Saying(ids, kind, reason)]
    elif source is not None and not ids and kind is None:
        sayings = read_sayings(source)
    else:
        raise LedgerError("ledger.how_to_decide")
    read = read_catalog(catalog, images=images, mapping=_read_maps(maps, lang))
    wanted = [i for saying in sayings if not saying.contents for i in saying.listings]
    contents: dict[str, str] = {}
    for path in drafts:
        contents |= hash_listings(read_catalog(path, images=images), wanted)
    contents |= hash_listings(read, wanted)
    decisions = []
    for saying in sayings:
        unknown = [i for i in saying.listings if not saying.contents and i not in contents]
        if unknown and source is None:
            find_position(read, unknown[0])
        for listing_id in unknown:
            click.echo(say("ledger.not_in_catalogue", lang, id=listing_id), err=True)
        known = tuple(i for i in dict.fromkeys(saying.listings) if i not in unknown)
        if len(known) > 1:
            decisions += spell_out(replace(saying, listings=known), contents)
    if not decisions:
        raise LedgerError("ledger.nothing_decided")
    with open_ledger(ledger) as opened:
        count = opened.decide(decisions)
        click.echo(say("ledger.decided", lang, count=count, ledger=opened.address))


@main.group("decisions", help="help_decisions", invoke_without_command=True)
@click.pass_context
def _decisions(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        context.invoke(_decisions_list, form="text", ledger=None, lang=_language(context))


@_decisions.command("list", help="help_decisions_list")
@_option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True,
         help="opt_format")  # fmt: skip
@_ledger_option
@_lang_option
def _decisions_list(form: str, ledger: str | None, lang: Lang) -> None:
    rows = [
        (d.listing_a, d.listing_b, d.decision, d.reason, show_time(d.decided)) for d in _list_decided(ledger)
    ]  # fmt: skip
    columns = ("listing_a", "listing_b", "decision", "reason", "decided")
    if form == "csv":
        click.echo(render_table(columns, rows).decode("utf-8"), nl=False)
    for row in rows if form != "csv" else ():
        if form == "json":
            click.echo(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False))
        else:
            a, b, kind, reason, decided = row
            click.echo(f"{decided}  {a} – {b}: {say(f'report.decided_{kind}', lang)}{reason and f' ({reason})'}")


@_decisions.command("export", help="help_decisions_export")
@_option("--out", type=click.Path(path_type=Path), metavar="FILE", help="opt_decisions_out")
@_ledger_option
@_lang_option
def _decisions_export(out: Path | None, ledger: str | None, lang: Lang) -> None:
    del lang
    text = write_decisions(_list_decided(ledger))
    if out is None:
        click.echo(text, nl=False)
    else:
        try:
            out.write_text(text, "utf-8")
        except OSError as error:
            raise OutputError("catalog.no_write", path=out, reason=error.strerror or error) from error


@_decisions.command("withdraw", help="help_decisions_withdraw")
@click.argument("listing_a", metavar="ID")
@click.argument("listing_b", metavar="ID")
@_option("--reason", default="", metavar="TEXT", help="opt_reason")
@_ledger_option
@_lang_option
def _decisions_withdraw(listing_a: str, listing_b: str, reason: str, ledger: str | None, lang: Lang) -> None:
    with open_ledger(_find_ledger(ledger)) as opened:
        if not opened.withdraw(listing_a, listing_b, reason):
            raise LedgerError("ledger.not_decided", a=listing_a, b=listing_b)
    click.echo(say("ledger.withdrawn", lang, a=listing_a, b=listing_b))


@_decisions.command("history", help="help_decisions_history")
@_ledger_option
@_lang_option
def _decisions_history(ledger: str | None, lang: Lang) -> None:
    with open_ledger(_find_ledger(ledger)) as opened:
        for event in opened.list_history():
            subject = " – ".join(event.listings)
            named = f"{event.token}: {subject}" if event.token else subject
            what = say(f"ledger.event_{event.event}", lang)
            click.echo(f"{show_time(event.at)}  {what}  {named}{event.reason and f' ({event.reason})'}")


@main.command("publish", help="help_publish")
@click.argument("token")
@_option("--id", "listing_id", default="", metavar="ID", help="opt_id")
@_option("--override", default="", metavar="REASON", help="opt_override_publish")
@_ledger_option
@_lang_option
def _publish(token: str, listing_id: str, override: str, ledger: str | None, lang: Lang) -> None:
    with open_ledger(_find_ledger(ledger)) as opened:
        claim = opened.publish(token, listing_id=listing_id, override=override)
    key = "ledger.published_before" if claim.replayed else "ledger.published"
    click.echo(say(key, lang, id=claim.listing.listing_id, token=token))


@main.command("release", help="help_release")
@click.argument("token")
@_option("--override", default="", metavar="REASON", help="opt_override_release")
@_ledger_option
@_lang_option
def _release(token: str, override: str, ledger: str | None, lang: Lang) -> None:
    with open_ledger(_find_ledger(ledger)) as opened:
        claim = opened.release(token, override=override)
    state = say(f"ledger.state_{claim.state}", lang)
    key = "ledger.nothing_to_release" if claim.replayed else "ledger.released"
    click.echo(say(key, lang, id=claim.listing.listing_id, token=token, state=state))


def _read_maps(maps: Sequence[str], lang: Lang) -> dict[str, str]:
    pairs = {}
    for text in maps:
        field, equals, header = text.partition("=")
        if not (field and equals and header):
            _fail(say("cli.bad_map", lang, text=text))
        pairs[field.strip()] = header.strip()
    return pairs


class _Bars:
    """Progress on a terminal, one bar a stage; silent elsewhere."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self.stage = ""
        self.bar: tqdm[NoReturn] | None = None
        self.tell: Progress = self._show if sys.stderr.isatty() else self._ignore

    def __enter__(self) -> "_Bars":
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()

    def _ignore(self, stage: str, done: int, total: int) -> None:
        pass

    def _show(self, stage: str, done: int, total: int) -> None:
        if stage != self.stage or self.bar is None:
            self.__exit__()
            self.stage = stage
            self.bar = tqdm(total=total, desc=say(stage, self.lang), leave=False, dynamic_ncols=True)
        self.bar.total = total
        self.bar.update(done - self.bar.n)
