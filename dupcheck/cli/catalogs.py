"""``merge``, ``convert`` and ``formats``: catalogues in and out."""

from pathlib import Path

import click

from dupcheck.cli.console import tell
from dupcheck.cli.options import (
    Command,
    complete_files,
    lang_option,
    option,
    read_maps,
)
from dupcheck.messages import Lang, say


@click.command("merge", cls=Command, help="help_merge")
@click.argument("catalog", nargs=-1, required=True, shell_complete=complete_files)
@option("--plans", required=True, type=click.Path(path_type=Path), metavar="FILE", help="opt_plans")
@option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="opt_merged")
@option("--images", type=click.Path(path_type=Path), metavar="DIR", help="opt_images")
@option("--map", "maps", multiple=True, metavar="FIELD=HEADER", help="opt_map")
@lang_option
def _merge(
    catalog: tuple[str, ...], plans: Path, out: Path, images: Path | None, maps: tuple[str, ...], lang: Lang
) -> None:
    from dupcheck.catalog import read_catalog, write_catalog
    from dupcheck.exports import carry_out, list_moves, read_plans, write_moves
    from dupcheck.files.writing import check_target

    moved = out.with_name(f"{out.stem}-moved.csv")
    for place in (out, moved):
        check_target(place)
    read = read_catalog(catalog, images=images, mapping=read_maps(maps, lang))
    wanted = read_plans(plans)
    merged = carry_out(read, wanted)
    write_catalog(merged, out)
    moves = write_moves(list_moves(read, wanted), moved)
    tell(say("exports.merged", lang, before=len(read), after=len(merged), skus=merged.count_skus(), path=out))
    tell(say("exports.moved", lang, path=moves))
    if merged.image_root is not None and merged.image_root.resolve() != out.parent.resolve():
        tell(say("exports.photo_root", lang, folder=merged.image_root))


@click.command("convert", cls=Command, help="help_convert")
@click.argument("catalog", nargs=-1, required=True, shell_complete=complete_files)
@option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="opt_convert_out")
@option("--map", "maps", multiple=True, metavar="FIELD=HEADER", help="opt_map")
@lang_option
def _convert(catalog: tuple[str, ...], out: Path, maps: tuple[str, ...], lang: Lang) -> None:
    from dupcheck.catalog import read_catalog, write_catalog
    from dupcheck.files.writing import check_target

    check_target(out)
    read = read_catalog(catalog, mapping=read_maps(maps, lang))
    write_catalog(read, out)
    for problem in read.problems:
        row = f"{problem.row}: " if problem.row is not None else ""
        tell(f"{row}{problem.text.say(lang)}", err=True)
    tell(say("cli.converted", lang, listings=len(read), skus=len(read.sku_columns["listing"]), path=out))


@click.command("formats", cls=Command, help="help_formats")
@lang_option
def _formats(lang: Lang) -> None:
    from dupcheck.catalog import describe_formats

    for name, text in describe_formats(lang):
        tell(f"{name}: {text}")
