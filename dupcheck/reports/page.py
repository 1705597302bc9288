"""``report.html``: the whole audit as one page that needs nothing else.

The head, the rules and the problems are written here; the groups lie in the page as data and are drawn by the page's
own script, which makes every text of the catalogue a text node. A content policy names that script and the style sheet
by their hashes: nothing else can run, and nothing is loaded from anywhere.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from dupcheck.files.cells import show_number
from dupcheck.judging.differences import name_axis
from dupcheck.messages import Lang, say
from dupcheck.reports.comparison import say_comparison
from dupcheck.reports.documents import SettledAudit, encode_json, list_keys, pick_groups, pick_rows, settle_audit
from dupcheck.reports.phrases import (
    describe_decisions,
    describe_work,
    files_of,
    join_words,
    language,
    name_of,
    shorten,
    show_price,
    show_signal,
)
from dupcheck.reports.thumbnails import Thumbnail

_TITLE_CHARACTERS = 300
_PROBLEMS = 300
_PAIRS_A_GROUP = 30
_PHOTO_BYTES = 32_000_000  # of all photos in the page; what is beyond is left out, and said so

_KINDS = {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png", b"RIFF": "webp", b"GIF8": "gif"}

# What the script says. Its texts keep their placeholders: it fills them in.
SCRIPT_WORDS = (
    "action_merge_variants", "action_wholesale_tier", "action_remove_duplicates", "action_differentiate",
    "action_none", "action_ask", "do_ask", "role_ask", "ask_step", "do_merge_variants", "do_wholesale_tier",
    "do_remove_duplicates", "do_differentiate", "do_none", "role_keep", "role_fold", "role_remove",
    "role_differentiate", "role_allowed", "state_held", "state_failed", "state_skipped", "verdict_duplicate",
    "verdict_advice", "shown", "photos", "no_photo", "photo_of", "plan", "differs", "differs_nothing", "why_caught",
    "keep_step", "title_step", "wholesale_step", "fold_step", "remove_step", "differentiate_step", "allowed_step",
    "cautions", "changes_step", "skus", "column_photo", "column_price", "column_code", "column_listing", "weakest",
    "strength", "evidence", "what_was_learned",
    "more_pairs", "places", "also_measured", "show_all", "open_listing",
    "link_here", "decision", "decision_open", "decision_merge_accepted", "decision_not_duplicate",
    "decision_allowed", "decision_reason", "save_decisions",
)  # fmt: skip


def render_page(audit: Mapping[str, Any], thumbnail: Thumbnail | None = None) -> str:
    """Return the page. ``thumbnail`` gives the photos of the listings that stand in a group; each is held once."""
    settled = settle_audit(audit)
    lang = language(settled)
    style, script = read_asset("report.css"), read_asset("report.js")
    photos = _Photos(thumbnail)
    pairs, loose = group_pairs(settled)
    return load_template("report.html").render(
        audit=settled,
        lang=lang,
        locale=say("lang.locale", lang),
        files=files_of(settled, lang),
        style=Markup(style),
        script=Markup(script),
        policy=(
            f"default-src 'none'; script-src '{hash_asset(script)}'; style-src '{hash_asset(style)}'; img-src data:; "
            "base-uri 'none'; form-action 'none'"
        ),
        data=embed_json(_data(settled, pairs, photos, lang)),
        photos=embed_json(photos.addresses),
        groups_left_out=len(settled["groups"]) - len(pick_groups(settled["groups"])),
        photos_left_out=photos.left_out,
        problems=settled["problems"][:_PROBLEMS],
        advice=list(islice((plan for plan in settled.get("advice", ()) if plan["reasons"]), _PROBLEMS)),
        work=describe_work(settled["counts"], lang),
        to_do=settled["counts"]["groups"] - settled["counts"]["groups_by_action"].get("none", 0),
        actions={action: n for action, n in settled["counts"]["groups_by_action"].items() if n},
        proposed=[f"{name_of('signal', name, lang)} {n}" for name, n in settled["candidates"]["proposed_by"].items()],
        decisions=describe_decisions(settled, lang),
        trend=[run["groups"] for run in settled.get("since", {}).get("trend", ())],
        since=say_comparison(settled["since"], lang) if "since" in settled else [],
        lapsed=settled.get("decisions", {}).get("lapsed", [])[:_PROBLEMS],
        loose_pairs=loose,
        say=lambda name, /, **values: say(f"report.{name}", lang, **values),
        name_of=lambda kind, name: name_of(kind, name, lang),
        join=lambda words: join_words(list(words), lang),
        number=show_number,
    )


def embed_json(value: object) -> Markup:
    """Return JSON that may stand inside a ``script`` element: no character in it can end one, or start markup."""
    text = encode_json(value)  # of a large page every copy counts, and in UTF-8 it is half as long
    for character in "<>&\u2028\u2029":
        text = text.replace(character.encode(), f"\\u{ord(character):04x}".encode())
    return Markup(text.decode())


class _Photos:
    """The photos of the page as ``data:`` addresses, each once."""

    def __init__(self, thumbnail: Thumbnail | None) -> None:
        self.addresses: list[str] = []
        self.left_out = 0
        self._thumbnail = thumbnail
        self._places: dict[bytes, int] = {}
        self._size = 0

    def place(self, listing_id: str) -> int | None:
        """Return where the listing's photo stands in ``addresses``, or None."""
        picture = self._thumbnail(listing_id) if self._thumbnail else None
        kind = next((name for start, name in _KINDS.items() if picture and picture.startswith(start)), None)
        if not picture or kind is None:
            return None
        key = hashlib.sha256(picture).digest()
        if key not in self._places:
            if self._size + len(picture) > _PHOTO_BYTES:
                self.left_out += 1
                return None
            self._size += len(picture)
            self._places[key] = len(self.addresses)
            self.addresses.append(f"data:image/{kind};base64,{base64.b64encode(picture).decode()}")
        return self._places[key]


def _data(audit: SettledAudit, found: Mapping[str, list["_Ends"]], photos: _Photos, lang: Lang) -> dict[str, object]:
    groups = pick_groups(audit["groups"])
    place = {group_id: k for k, (group_id,) in enumerate(list_keys(audit["plans"], "group_id"))}
    plans = pick_rows(audit["plans"], [place[group["group_id"]] for group in groups])
    telling = [choose_pairs(group, found[group["group_id"]]) for group in groups]
    told = pick_rows(audit["pairs"], [k for chosen in telling for k in chosen])
    shown = dict.fromkeys(member["listing_id"] for group in groups for member in group["members"])
    signals, axes = dict[str, None](), dict[str, None]()
    described = []
    for group, plan, chosen in zip(groups, plans, telling, strict=True):
        inside = list(islice(told, len(chosen)))
        signals |= dict.fromkeys(signal for pair in inside for signal in pair["signals"])
        axes |= dict.fromkeys(difference["axis"] for pair in inside for difference in pair["differs_in"])
        described.append(describe_group(group, plan, inside, len(found[group["group_id"]]), lang))
    words = {name: say(f"report.{name}", lang, **_KEPT) for name in SCRIPT_WORDS}
    if audit["rules"].get("offers"):
        words["fold_step"] = say("report.join_step", lang)
    return {
        "words": words,
        "signals": {signal: name_of("signal", signal, lang) for signal in signals},
        "axes": {axis: name_axis(axis, lang) for axis in axes},
        "rules": {rule["code"]: rule["summary"] for rule in audit["rules"]["rules"]},
        "listings": {
            listing_id: describe_listing(audit["listings"].get(listing_id, {}), photos.place(listing_id), lang)
            for listing_id in shown
        },
        "groups": described,
    }


_KEPT = {name: f"{{{name}}}" for name in ("n", "of", "id", "percent", "what")}


def describe_listing(listing: Mapping[str, Any], photo: int | None, lang: Lang) -> dict[str, object]:
    """Return what a page shows of a listing; ``photo`` is where its photo stands among the page's."""
    facts = [
        say(f"report.{key}", lang, n=show_number(listing[column]))
        for key, column in (("sold", "sales"), ("reviews", "reviews"))
        if listing.get(column) is not None
    ]
    least = listing.get("min_order_quantity")
    if least is not None and least > 1:
        facts.append(say("report.from_pieces", lang, n=show_number(least)))
    url = str(listing.get("url") or "")
    return {
        "title": shorten(listing.get("title", ""), _TITLE_CHARACTERS),
        "price": show_price(listing.get("price"), listing.get("currency", ""), lang),
        "photo": photo,
        "file": shorten(listing.get("main_image", ""), _TITLE_CHARACTERS),
        "code": listing.get("sku_code", ""),
        "url": url if url.lower().startswith(("https://", "http://")) else "",
        "facts": [fact for fact in [listing.get("shop", ""), *facts] if fact],
    }


_Ends = tuple[int, str, str, str]  # where a pair stands, its listings and its rule


def choose_pairs(group: Mapping[str, Any], pairs: Sequence[_Ends]) -> list[int]:
    """The pair that the group hangs on first, then those with the listing to keep, then the rest."""
    weakest = group["weakest"] or {}
    ends = {weakest.get("listing_a"), weakest.get("listing_b")}
    telling = sorted(
        pairs, key=lambda p: (ends != {p[1], p[2]} or p[3] != weakest.get("rule"), group["keep"] not in (p[1], p[2]))
    )
    return [p[0] for p in telling[:_PAIRS_A_GROUP]]


def describe_group(
    group: Mapping[str, Any],
    plan: Mapping[str, Any],
    pairs: Sequence[Mapping[str, Any]],
    all_pairs: int,
    lang: Lang,
) -> dict[str, object]:
    """Return what a page shows of a group and its plan: ``pairs`` of its ``all_pairs`` are told in full."""
    weakest = group["weakest"] or {}
    return {
        "id": group["group_id"],
        "verdict": group["verdict"],
        "action": group["action"],
        "rules": group["rules"],
        "keep": group["keep"],
        "strength": weakest.get("strength"),
        "weakest": [weakest["listing_a"], weakest["listing_b"], weakest["rule"]] if weakest else None,
        "members": [
            {
                "id": member["listing_id"],
                "role": member["role"],
                "options": list(member["options"].items()),
                "why": member["explanation"],
            }
            for member in group["members"]
        ],
        "title": shorten(plan["title"], _TITLE_CHARACTERS),
        "plan_axes": [[axis["name"], axis["values"]] for axis in plan["axes"]],
        "skus": [
            {
                "id": sku["listing_id"],
                "options": sku["options"],
                "price": show_price(sku["price"], sku["currency"], lang),
                "code": sku["sku_code"],
                "file": sku["image"],
            }
            for sku in plan["skus"]
        ],
        "wholesale": plan["wholesale"],
        "question": plan.get("question"),
        "reasons": plan["reasons"],
        "cautions": plan["cautions"],
        "changes": [change["text"] for change in plan.get("changes", ())],
        "pairs": [_pair(pair, lang) for pair in pairs],
        "all_pairs": all_pairs,
    }


def _pair(pair: Mapping[str, Any], lang: Lang) -> dict[str, object]:
    judged = {condition["signal"] for condition in pair["conditions"]}
    return {
        "a": pair["listing_a"],
        "b": pair["listing_b"],
        "rule": pair["rule"],
        "differs": [[difference["axis"], *difference["shown"]] for difference in pair["differs_in"]],
        "conditions": [
            [c["signal"], c["side"], c["limit"], c["value"], c["state"], c["text"]] for c in pair["conditions"]
        ],
        "also": [
            [signal, show_signal(signal, value, lang)]
            for signal, value in pair["signals"].items()
            if signal not in judged
        ],
        "why": pair["explanation"],
        "titles": [say("audit.why_titles", lang), *pair["titles"]] if "titles" in pair else [],
        "weighed": [[step["text"], step["amount"], step["chance"]] for step in pair.get("weighed", ())],
    }


def group_pairs(audit: SettledAudit) -> tuple[dict[str, list[_Ends]], int]:
    """The pairs of each group: both listings are in it and it names the rule. And how many pairs are in none."""
    homes: dict[str, list[str]] = {}
    rules = {group["group_id"]: frozenset(group["rules"]) for group in audit["groups"]}
    for group in audit["groups"]:
        for member in group["members"]:
            homes.setdefault(member["listing_id"], []).append(group["group_id"])
    found: dict[str, list[_Ends]] = {group_id: [] for group_id in rules}
    loose = 0
    for k, (left, right, rule) in enumerate(list_keys(audit["pairs"], "listing_a", "listing_b", "rule")):
        others = homes.get(right, ())
        shared = [g for g in homes.get(left, ()) if g in others and rule in rules[g]]
        for group_id in shared:
            found[group_id].append((k, left, right, rule))
        loose += not shared
    return found, loose


@cache
def load_template(name: str) -> Template:
    """Return a page of this room, by its file's name."""
    environment = Environment(
        loader=PackageLoader("dupcheck.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


@cache
def read_asset(name: str) -> str:
    """Return a style sheet or script of this room, by its file's name."""
    return files("dupcheck.reports").joinpath("templates", name).read_text("utf-8").strip()


def hash_asset(text: str) -> str:
    """Return the hash by which a content policy names a script or style sheet."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
