"""The page itself: a shell in the reader's language, its style and its script. It holds nothing of the catalogue."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from dupcheck.messages import Lang, list_texts, say
from dupcheck.reports.page import embed_json

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ASSETS = {"review.js": "text/javascript; charset=utf-8", "review.css": "text/css; charset=utf-8"}
_BORROWED = ("action", "role", "state", "decision", "verdict", "severity")
"""Of the report's texts the page takes those that begin so."""


@cache
def render_shell(lang: Lang) -> bytes:
    """Return the page without any data: the script asks for that."""
    environment = Environment(
        loader=PackageLoader("dupcheck.serve.review"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    words = dict(list_texts("review", lang))
    words |= {n: t for n, t in list_texts("report", lang).items() if n.partition("_")[0] in _BORROWED}
    page = environment.get_template("review.html").render(
        locale=say("lang.locale", lang), lang=lang, words=embed_json(words), say=list_texts("review", lang).__getitem__
    )
    return page.encode()


@cache
def read_asset(name: str) -> bytes:
    """Return the script or the style sheet."""
    return files("dupcheck.serve.review").joinpath("templates", name).read_bytes()
