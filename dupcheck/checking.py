"""Before publishing: drafts held against a catalogue, and against each other.

A :class:`Checker` keeps its catalogue measured, so that a draft costs milliseconds; :func:`check` makes one for a
single question. Both ask the rules the very way an audit does, of the few listings that matter.
"""

import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np

from dupcheck.catalog import get_listing, make_catalog, merge_catalogs, read_catalog, read_listing, take_listings
from dupcheck.catalog.frames import are_rows, is_frame
from dupcheck.decisions import Decision, Settled, hash_content, settle_decisions
from dupcheck.errors import CatalogError
from dupcheck.features import Features
from dupcheck.files.arrays import is_among
from dupcheck.files.cache import default_cache
from dupcheck.index.candidates import Candidates, find_candidates, keep_same_seller
from dupcheck.index.kept import Neighbourhood, Store
from dupcheck.index.opening import Progress, Source, find_kept_files, make_fetcher, open_store, place_lesson
from dupcheck.judging.background import spell_few
from dupcheck.judging.likely import NONE_LIKELY, Likely, find_likely
from dupcheck.judging.sentences import say_failed
from dupcheck.judging.verdicts import (
    Findings,
    find_nearest_rule,
    is_near,
    judge_pairs,
    measure_signals,
    measure_strength,
)
from dupcheck.learned.answers import Answers, Replies
from dupcheck.ledger.records import TTL, Kept, carry_photo, index_kept, show_time
from dupcheck.messages import Lang, message, say
from dupcheck.model import BoolArray, Catalog, IntArray, Listing, Plan, Problem
from dupcheck.photos.reading import Fetcher, read_photos
from dupcheck.plans import plan_findings
from dupcheck.plans.doubts import doubt_drafts
from dupcheck.reports.record import Aligned, list_pairs
from dupcheck.rules import RulePack, read_pack

if TYPE_CHECKING:  # pandas is slow to load, and opening a ledger takes longer than a check
    import pandas as pd

    from dupcheck.judging.model import PairModel
    from dupcheck.ledger.book import Claim, Ledger, Ticket
    from dupcheck.teaching import Known, Taught

Unseen = Literal["photo", "price", "attributes"]
UNSEEN: tuple[Unseen, ...] = get_args(Unseen)
_PAIRS_TOLD = 5
_WORTH_A_LOOK = 0.3
"""A draft that is less probably any listing, as far as titles tell, is not looked at any closer."""
_TITLE_TOLD = 60

_One: TypeAlias = Listing | Mapping[str, object] | str | Path
Draft: TypeAlias = "_One | Catalog | Sequence[_One] | pd.DataFrame"


@dataclass(frozen=True)
class Answer:
    """What would happen if a draft were published; ``str()`` of it is text for a person.

    Attributes:
        listing_id: The draft's id.
        verdict: "publish", "advice" or "duplicate".
        pairs: The findings as in ``audit.json``, the strongest first.
        plan: What to do instead of publishing a duplicate; None where there is nothing to do.
        problems: What was wrong in the draft.
        lang: The language of texts.
        nearest: The listing that comes nearest to a rule without breaking it, with that rule's conditions.
        proved: Whether doing what the plan says was seen to break no rule any more; None: it was not tried, or it takes
            a photo or a fact that only the seller has.
        decided: What the seller has decided about the draft and others, and whether that is in force.
        unseen: What could not be compared because the draft has none, or none that could be read: photo, price,
            attributes.
        titles: The titles of the draft and of the listings that the answer names, by id.
        kept: Which listings that the answer names are known from the ledger only, with what holds them there.
        likely: The listing that the draft is probably one product with though no rule says so, how probable that is,
            and what an audit would ask; None where nothing is in doubt.
        discreet: Whether strangers read it: then neither who holds a listing is told, nor what only the ledger's keeper
            can do.

    Examples:
        >>> import dupcheck as dc
        >>> (answer,) = dc.check({"title": "Ceramic garden gnome", "price": 9}, "sample_catalog/catalog.csv")
        >>> answer.verdict, answer.advise(), answer.unseen
        ('publish', 'It can be published: no rule is broken.', ('photo', 'attributes'))
    """

    listing_id: str
    verdict: Literal["publish", "advice", "duplicate"]
    pairs: tuple[Mapping[str, Any], ...]
    plan: Plan | None
    problems: tuple[Problem, ...]
    lang: Lang = "en"
    nearest: Mapping[str, Any] | None = None
    proved: bool | None = None
    decided: tuple[tuple[Decision, bool], ...] = ()
    unseen: tuple[Unseen, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Kept] = field(default_factory=dict)
    discreet: bool = False
    likely: Mapping[str, Any] | None = None

    @property
    def lost_photos(self) -> tuple[Problem, ...]:
        """What was wrong with photos that the draft names: nobody has looked at these."""
        return tuple(p for p in self.problems if p.field in ("main_image", "images") and p.severity != "info")

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as one plain dict."""
        return {
            "listing_id": self.listing_id,
            "title": self.titles.get(self.listing_id, ""),
            "verdict": self.verdict,
            "advice": self.advise(),
            "pairs": list(self.pairs),
            "nearest": self.nearest,
            "likely": self.likely,
            "plan": None if self.plan is None else self.plan.as_dict(self.lang),
            "proved": self.proved,
            "unseen": list(self.unseen),
            "problems": [
                {"field": p.field, "severity": p.severity, "message": p.text.say(self.lang)} for p in self.problems
            ],
            "decisions": [
                {"listing_id": self._partner(d), "decision": d.decision, "reason": d.reason, "in_force": held}
                for d, held in self.decided
            ],
            "ledger": [
                {
                    "listing_id": i, "state": k.state, "since": show_time(k.at),
                    **({} if self.discreet else {"key": k.key, "person": k.person}),
                }
                for i, k in self.kept.items()
            ],
        }  # fmt: skip

    def advise(self) -> str:
        """Return in one sentence what to do."""
        if self.verdict == "publish":
            if any(held and d.decision == "allowed" for d, held in self.decided):
                return say("check.answer_allowed", self.lang)
            if self.lost_photos:
                return say("check.answer_photo_lost", self.lang)
            if self.likely is not None:
                return str(self.likely["text"])
            if self.unseen == UNSEEN:
                return say("check.answer_title_only", self.lang)
            return say("audit.answer_allowed" if self.pairs else "audit.answer_publish", self.lang)
        others = list(dict.fromkeys(self._other(p) for p in self.pairs))
        if self.verdict == "advice" or self.plan is None:
            return say(f"audit.answer_{self.verdict}", self.lang, ids=", ".join(others[:5]))
        role = next((m for m in self.plan.members if m.listing_id == self.listing_id), None)
        if self.plan.wholesale is not None and role is not None and not _is_sku(self.plan, self.listing_id):
            tier = self.plan.wholesale
            return say("audit.answer_tier", self.lang, keep=self.plan.keep, minimum=tier.min_order_quantity,
                       percent=tier.discount_percent)  # fmt: skip
        if role is not None and role.role == "fold":
            options = "; ".join(f"{k}={v}" for k, v in role.options.items())
            return say("audit.answer_merge", self.lang, keep=self.plan.keep, options=options)
        if role is not None and role.role == "ask":
            asked = role.explanation if self.plan.question is None else self.plan.question.text
            return say("check.answer_ask", self.lang, ids=", ".join(others[:5]), question=asked.say(self.lang))
        if role is not None and role.role == "differentiate":
            return say("audit.answer_differentiate", self.lang, ids=", ".join(others[:5]))
        copied = [s.listing_id for s in self.plan.skus if self.listing_id in s.replaces]  # not of the other choices
        return say("audit.answer_copy", self.lang, ids=", ".join((copied or others)[:5]))

    def _other(self, pair: Mapping[str, Any]) -> str:
        return str(pair["listing_b"] if pair["listing_a"] == self.listing_id else pair["listing_a"])

    def _partner(self, decision: Decision) -> str:
        return decision.listing_b if decision.listing_a == self.listing_id else decision.listing_a

    def _name(self, listing_id: str) -> str:
        title = _cut(self.titles.get(listing_id, ""))
        return say("check.named", self.lang, id=listing_id, title=title) if title else listing_id

    def _tell(self, decision: Decision, held: bool) -> str:
        kind = say(f"report.decided_{decision.decision}", self.lang)
        text = say(
            "check.decided" if held else "check.lapsed", self.lang, id=self._partner(decision), kind=kind,
            reason=decision.reason and f" ({decision.reason})",
        )  # fmt: skip
        if self.discreet or not decision.decided:
            return text
        a, b = decision.listings
        undo = say("check.decided_source", self.lang, person=self._name_person(decision.person),
                   when=show_time(decision.decided), a=a, b=b)  # fmt: skip
        return f"{text} {undo}"

    def _tell_kept(self, listing_id: str, kept: Kept) -> str:
        """Say that a listing is known from the ledger only, since when, and how that is undone."""
        when, state = show_time(kept.at), say(f"ledger.state_{kept.state}", self.lang)
        if self.discreet:
            return say("check.kept", self.lang, id=listing_id, state=state, when=when)
        return say_kept(listing_id, kept.state, kept.key, kept.person, when, self.lang)

    def _name_person(self, person: str) -> str:
        return person or say("ledger.somebody", self.lang)

    def __str__(self) -> str:
        lines = [f"{self.listing_id}: {self.advise()}"]
        changes = () if self.plan is None else self.plan.changes
        lines += [f"  → {c.text.say(self.lang)}" for c in changes if c.listing_id == self.listing_id]
        if self.proved is not None:
            lines.append(f"  {say('check.proved' if self.proved else 'check.not_proved', self.lang)}")
        for pair in self.pairs[:1]:
            lines.append(f"  {self._name(self._other(pair))}: {pair['explanation']}")
            lines += [f"    {marked}" for marked in pair["titles"]]
        others = list(dict.fromkeys(self._other(p) for p in self.pairs[1:]))
        if others:
            named = [self._name(i) for i in others[:_PAIRS_TOLD]] + ["…"] * (len(others) > _PAIRS_TOLD)
            lines.append(f"  {say('check.also', self.lang, ids=say('verdicts.comma', self.lang).join(named))}")
        if self.nearest is not None and not self.pairs and self.nearest["near"]:
            lines.append(f"  {self.nearest['text']}")
        if self.unseen:
            what = say("verdicts.comma", self.lang).join(say(f"check.unseen_{name}", self.lang) for name in self.unseen)
            lines.append(f"  {say('check.unseen', self.lang, what=what)}")
        lines += [f"  {p.text.say(self.lang)}" for p in self.problems if p.listing_id == self.listing_id]
        lines += [f"  {self._tell_kept(i, kept)}" for i, kept in self.kept.items()]
        lines += [f"  {self._tell(d, held)}" for d, held in self.decided]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        first, *rest = str(self).split("\n")
        lines = "".join(f"<div>{escape(line.strip())}</div>" for line in rest)
        return f'<div class="dupcheck"><p><b>{escape(first)}</b></p>{lines}</div>'


def say_kept(listing_id: str, state: str, key: str, person: str, when: str, lang: Lang) -> str:
    """Say that a listing is known from a ledger only, by whom and since when, and how that is undone."""
    who = f" --as {shlex.quote(person)}" if person else ""
    named = person or say("ledger.somebody", lang)
    return say(f"check.kept_{state}", lang, id=listing_id, when=when, key=key, person=named, who=who)


def _leave_repeated(problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems without what two readers say of one photo: the one that tells what to do is enough."""
    told = {p.listing_id for p in problems if p.text.key == "photos.outside"}
    return [p for p in problems if p.text.key != "catalog.image_outside" or p.listing_id not in told]


def _hush(problem: Problem) -> Problem:
    """Say of a photo only that it could not be used."""
    about_photo = problem.text.key.startswith("photos.") or problem.field in ("main_image", "images", "image")
    return replace(problem, severity="warning", text=message("check.photo_unusable")) if about_photo else problem


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())


def _cut(title: str) -> str:
    return title if len(title) <= _TITLE_TOLD else f"{title[: _TITLE_TOLD - 1].rstrip()}…"


def _is_sku(plan: Plan, listing_id: str) -> bool:
    return any(s.listing_id == listing_id for s in plan.skus)


class Checker:
    """Holds drafts against one catalogue, again and again.

    Of files it keeps what measuring them made, and takes up what changed when it is made or told to :meth:`refresh`;
    then only changed rows are measured.

    Threads may share a checker as long as none of them calls :meth:`refresh`: whoever does so gives each thread
    :meth:`vary` of it first.

    Args:
        catalog: A :class:`Catalog`, or a file or files that :func:`read_catalog` reads.
        rules: A shipped pack's name (see :func:`list_packs`), a TOML file, or a pack.
        images: The folder that photo paths start from, if it is not the catalogue's own.
        mapping: Which header holds which field: ``{"title": "商品名"}``.
        encoding: That of the catalogue's text files, where it is not found out right, as in "cp1250".
        delimiter: What parts the cells of the catalogue's text files, where it is not found out right.
        currency: That of prices without one, the drafts' too, as in "EUR" (ISO 4217).
        settings: Limits to change, each as ``"R2.title.min=85"``, in the signal's unit.
        jobs: The number of threads that one check may use (0: one a core).
        cache: The folder where what was measured is kept (None: ``DUPCHECK_CACHE``, or the user's cache folder).
        lang: The language of texts.
        fetch: What gets photos from web addresses; None: they are left alone.
        progress: Called with the stage (a key of the texts), how much of it is done, and of how much.
        decisions: What the seller has decided about pairs of listings.
        kept: By what a ledger holds listings that the catalogue need not show (``Memory.kept``): answers name it.

    Raises:
        CatalogError: A file cannot be read as a catalogue.
        RulesError: The pack or a setting is wrong.

    Examples:
        >>> import dupcheck as dc
        >>> checker = dc.Checker("sample_catalog/catalog.csv")
        >>> drafts = [{"title": "Ceramic garden gnome"}, {"title": "Rubber boots with a lining of fleece"}]
        >>> [answer.verdict for answer in checker.check(drafts)]
        ['publish', 'publish']
    """

    def __init__(
        self,
        catalog: Source,
        rules: str | Path | RulePack = "aliexpress",
        *,
        images: str | Path | None = None,
        mapping: Mapping[str, str] | None = None,
        encoding: str = "",
        delimiter: str = "",
        currency: str = "",
        settings: Sequence[str] = (),
        jobs: int = 0,
        cache: str | Path | None = None,
        lang: Lang = "en",
        fetch: Fetcher | None = None,
        progress: Progress | None = None,
        decisions: Iterable[Decision] = (),
        kept: Iterable[Kept] = (),
    ) -> None:
        self.decisions = tuple(decisions)
        self.kept = index_kept(kept)
        self.limits = self.pack = read_pack(rules).with_limit(*settings)
        self.taught: Taught | None = None
        if is_frame(catalog) or are_rows(catalog):
            catalog = read_catalog(catalog, images=images, mapping=mapping, currency=currency)
        self.catalog, self.images, self.currency = catalog, images, currency
        self.manner: dict[str, Any] = {
            "images": images, "mapping": mapping, "encoding": encoding, "delimiter": delimiter, "currency": currency,
        }  # fmt: skip
        self.jobs = jobs or os.cpu_count() or 1
        self.cache = default_cache() if cache is None else Path(cache)
        self.lang: Lang = lang
        self.discreet = False
        self.fetch, self.progress = fetch, progress
        self.store = self._open()

    def _open(self) -> Store:
        self.__dict__.pop("_known", None)
        self.taught, self.pack = None, self.limits
        kept = find_kept_files(self.files, self.images, self.cache)
        if kept is not None and place_lesson(kept).exists():
            from dupcheck.teaching import open_taught, teach_pack  # with the model, which most checks have no use for

            self.taught = open_taught(kept)
            if self.taught is not None:
                self.pack = teach_pack(self.limits, self.taught.lifted, self.taught.one)
        return open_store(
            self.catalog, **self.manner, jobs=self.jobs, cache=self.cache,
            fetch=self.fetch, progress=self.progress,
        )  # fmt: skip

    def refresh(self) -> None:
        """Look whether the catalogue's files changed, and take up what they hold now."""
        if not isinstance(self.catalog, Catalog):
            self.store = self._open()

    @property
    def files(self) -> list[str | Path]:
        """The catalogue's files; none where it is in memory."""
        if isinstance(self.catalog, Catalog):
            return []
        paths = [self.catalog] if isinstance(self.catalog, str | Path) else self.catalog
        return [path for path in paths if isinstance(path, str | Path)]

    def vary(
        self, *, lang: Lang | None = None, decisions: Iterable[Decision] | None = None,
        kept: Iterable[Kept] | None = None, discreet: bool = False,
    ) -> "Checker":  # fmt: skip
        """Return a checker of the same catalogue as it is now, for another language or other decisions.

        A ``discreet`` one answers strangers: of a photo that it could not use it does not say why, for that would tell
        what lies on this machine and around it.

        Threads may share a checker as long as none refreshes it: who does so varies it first.
        """
        other = copy(self)
        other.lang, other.discreet = lang or self.lang, discreet
        other.decisions = self.decisions if decisions is None else tuple(decisions)
        other.kept = self.kept if kept is None else index_kept(kept)
        return other

    def check(self, draft: Draft, *, also: Sequence[Listing] = (), update: bool = False) -> list[Answer]:
        """Say of each draft whether publishing it would break a rule, with what, why, and what to do instead.

        ``also`` are listings that count as part of the catalogue. With ``update`` a draft whose id the catalogue holds
        is a new version of that listing, which then does not count; else it is another listing.
        """
        drafts = self.read_drafts(draft)
        if not len(drafts):
            return []
        replaced = tuple(str(i) for i in drafts.ids) if update else ()
        others = [x for x in also if x.listing_id not in replaced]
        added = make_catalog(others, image_root=drafts.image_root)
        known = drafts if not len(added) else merge_catalogs([added, drafts])
        found = self._judge(known, len(drafts), without=replaced)
        called = found.features.ids[len(found.features.ids) - len(known) :].tolist()
        kept = {
            str(i): self.kept[x.listing_id, x.title]
            for i, x in zip(called, others, strict=False)
            if (x.listing_id, x.title) in self.kept
        }
        return self._answer(found, self._prove(found), kept)

    def shows(self, listings: Sequence[Listing]) -> list[bool]:
        """Say of each listing whether the catalogue holds it now: one of this id, and of this title.

        Of what the marketplace may have changed since, price, photos, attributes, nothing is asked; another title
        is another listing, whatever its id.
        """
        at = self.store.find_ids([x.listing_id for x in listings])
        held = self.store.take_catalog(at)
        titles = {str(i): _plain(str(t)) for i, t in zip(held.ids, held.column("title"), strict=True)}
        return [titles.get(x.listing_id) == _plain(x.title) for x in listings]

    def issue(self, ledger: "Ledger", draft: Draft, *, person: str = "", ttl: float = TTL) -> "tuple[Ticket, Answer]":
        """Check one draft and draw a one-time token for it, with which ``person`` can claim it for ``ttl`` seconds.

        Raises CatalogError where ``draft`` is not exactly one.
        """
        drafts, carried, content = self._read_one(draft)
        (answer,) = self.check(drafts, also=ledger.list_live(self.shows))
        return ledger.issue(carried, content=content, person=person, ttl=ttl), answer

    def _read_one(self, draft: Draft) -> tuple[Catalog, Listing, str]:
        """Return the one draft, as a catalogue and as the ledger keeps it, and the hash of its content."""
        drafts = self.read_drafts(draft)
        if len(drafts) != 1:
            raise CatalogError("check.one_draft", count=len(drafts))
        listing = get_listing(drafts, 0)
        return drafts, carry_photo(listing, drafts.image_root), hash_content(listing, drafts.image_root)

    def claim(
        self,
        ledger: "Ledger",
        key: str,
        draft: Draft,
        *,
        token: str = "",
        person: str = "",
        ttl: float = TTL,
        override: str = "",
        need_photos: bool = False,
    ) -> "Claim":
        """Check one draft and reserve the right to publish it, so that nobody else can publish the same meanwhile.

        It is reserved for ``ttl`` seconds. What the ledger holds as reserved or published counts as part of the
        catalogue. ``key``, ``token``, ``person``, ``override`` and the claim are those of
        :meth:`~dupcheck.ledger.book.Ledger.claim`; its ``answer`` is :meth:`Answer.as_dict`. Raises CatalogError where
        ``draft`` is not exactly one.
        """
        drafts, carried, content = self._read_one(draft)

        def ask(others: Sequence[Listing]) -> tuple[bool, dict[str, Any]]:
            (answer,) = self.check(drafts, also=others)
            return answer.verdict != "duplicate" and not (need_photos and answer.lost_photos), answer.as_dict()

        # The long part is done before others have to wait; under the lock only what came in between is looked at anew.
        before = ledger.list_live(self.shows)
        known = None if key and ledger.get_claim(key) else ask(before)

        def judge(others: Sequence[Listing]) -> tuple[bool, dict[str, Any]]:
            return known if known and list(others) == before else ask(others)

        return ledger.claim(
            key, carried, judge, token=token, person=person, shows=self.shows, content=content, ttl=ttl,
            override=override,
        )  # fmt: skip

    def read_drafts(self, draft: Draft) -> Catalog:
        """Return the drafts as one catalogue; photo paths of plain listings start from the catalogue's photo folder."""
        if isinstance(draft, Catalog):
            return draft
        if is_frame(draft):
            return read_catalog(
                draft, images=self.images or self.store.image_root, need_ids=False, currency=self.currency
            )
        if isinstance(draft, str | Path) and not str(draft).lstrip().startswith(("{", "[")):
            return read_catalog(draft, images=self.images, need_ids=False, currency=self.currency)
        if isinstance(draft, Listing | Mapping | str | Path):
            return make_catalog(read_listing(draft, self.currency), image_root=self.store.image_root)
        if isinstance(draft, Sequence):
            return merge_catalogs([self.read_drafts(d) for d in draft]) if len(draft) else make_catalog(())
        raise CatalogError("catalog.bad_draft", came=type(draft).__name__)

    def _judge(self, known: Catalog, last: int, without: Sequence[str] = ()) -> "_Found":
        """Hold the last ``last`` of ``known`` listings, that are not in the catalogue, against it and each other."""
        photos, problems = read_photos(known, cache=self.cache, jobs=self.jobs, fetch=self.fetch)
        around = self.store.measure_with(known, photos, without=without, jobs=self.jobs)
        catalog, features, pack = around.catalog, around.features, self.pack
        drafts = np.arange(len(catalog) - last, len(catalog))
        settled = settle_decisions(catalog, self.decisions)
        candidates = settled.thin(keep_same_seller(_pair_up(around), pack, catalog))
        new = candidates.right >= drafts[0]
        candidates = replace(candidates, left=candidates.left[new], right=candidates.right[new])
        replies: Replies | None = None
        model: PairModel | None = None
        if self.taught is not None:
            model, replies = self.taught.judge(catalog, features, candidates.left, candidates.right)
            features = replace(features, learned=model)
        findings = judge_pairs(features, pack, candidates)
        later = frozenset(range(len(catalog) - len(known), len(catalog)))
        remedies = plan_findings(catalog, features, pack, findings, settled, drafts=later, answers=replies)
        home = {i: plan for plan in (*remedies.plans, *remedies.advice) for i in plan.concerned}
        told = (*catalog.problems, *problems)
        return _Found(
            catalog, features, candidates, findings, home, drafts, told, settled, tuple(without), replies,
            around.alone is None, model,
        )  # fmt: skip

    def _answer(self, found: "_Found", proved: Mapping[str, bool], kept: Mapping[str, Kept]) -> list[Answer]:
        first = np.array([pairs[0] for pairs in found.pairs.values() if len(pairs)], dtype=np.int64)
        ends = (found.features.ids[side[first]].tolist() for side in (found.findings.left, found.findings.right))
        shown = Aligned(found.catalog, found.features, set(zip(*ends, strict=True)), self.lang)
        rows = list(list_pairs(found.catalog, found.features, self.pack, found.findings, self.lang, shown))
        problems: dict[str, list[Problem]] = {}
        noted = _leave_repeated(found.problems)
        for problem in map(_hush, noted) if self.discreet else noted:
            problems.setdefault(problem.listing_id, []).append(problem)
        titles = found.catalog.column("title")
        general = tuple(problems.get("", ()))
        free = [d for d, pairs in found.pairs.items() if not len(pairs)]
        nearest, likely = self._find_nearest(found, free), self._find_likely(found, free)
        answers = []
        for draft, pairs in found.pairs.items():
            listing_id = str(found.features.ids[draft])
            named = {i for k in pairs.tolist() for i in (rows[k]["listing_a"], rows[k]["listing_b"])} | {listing_id}
            if draft in nearest:
                named.add(nearest[draft]["listing_id"])
            if draft in likely:
                named.add(likely[draft]["listing_id"])
            answers.append(
                Answer(
                    listing_id,
                    found.verdict(draft),
                    tuple(rows[k] for k in pairs.tolist()),
                    found.home.get(listing_id),
                    (*problems.get(listing_id, ()), *general),
                    self.lang,
                    nearest.get(draft),
                    proved.get(listing_id),
                    found.settled.tell_about(listing_id),
                    found.list_unseen(draft),
                    {i: str(titles[found.catalog.positions[i]]) for i in sorted(named)},
                    {i: kept[i] for i in sorted(named) if i in kept and i != listing_id},
                    self.discreet,
                    likely.get(draft),
                )
            )
        return answers

    def _find_nearest(self, found: "_Found", drafts: Sequence[int]) -> dict[int, dict[str, Any]]:
        """The candidate of each draft that comes nearest to a duplicate rule, and how far it is from its limits."""
        left, right = found.candidates.left, found.candidates.right
        asked = np.flatnonzero(is_among(left, drafts) | is_among(right, drafts))
        strength, _ = measure_strength(found.features, self.pack, left[asked], right[asked])
        asked = asked[np.argsort(-strength, kind="stable")]
        best: dict[int, int] = {}
        for k, a, b in zip(asked.tolist(), left[asked].tolist(), right[asked].tolist(), strict=True):
            best.setdefault(a, k)
            best.setdefault(b, k)
        chosen = {draft: best[draft] for draft in drafts if draft in best}
        at = np.array(list(chosen.values()), dtype=np.int64)
        measured = measure_signals(found.features, left[at], right[at])
        told = {}
        for i, (draft, k) in enumerate(chosen.items()):
            other = int(left[k] + right[k]) - draft
            signals = {name: float(values[i]) for name, values in measured.items()}
            nearest = self._tell_nearest(str(found.features.ids[other]), found.catalog.column("title")[other], signals)
            if nearest is not None:
                told[draft] = nearest
        return told

    def _find_likely(self, found: "_Found", drafts: Sequence[int]) -> dict[int, dict[str, Any]]:
        """What each draft is probably one product with, and what to ask, as an audit would."""
        likely = self._judge_likely(found, drafts, photos=False) if drafts else NONE_LIKELY
        if found.whole and (likely.chance >= _WORTH_A_LOOK).any():  # what an audit would see costs more than a check
            likely = self._judge_likely(found, drafts, photos=True)
        titles, told = found.catalog.column("title"), dict[int, dict[str, Any]]()
        doubts = doubt_drafts(found.catalog, found.features, likely, np.array(drafts), found.replies)
        for draft, doubt in doubts.items():
            other = str(found.features.ids[doubt.listing])
            question = doubt.question.say(self.lang)
            text = say(
                "check.answer_likely", self.lang, id=other, title=_cut(titles[doubt.listing]), question=question
            )  # fmt: skip
            told[draft] = {
                "listing_id": other, "chance": round(doubt.chance, 3), "question": question, "text": text,
            }  # fmt: skip
        return told

    def _judge_likely(self, found: "_Found", drafts: Sequence[int], photos: bool) -> Likely:
        near, known = found.candidates, None
        spelled = spell_few(found.catalog, len(found.catalog)) if found.whole else None
        if found.whole:  # all is measured together: an audit would see just this
            near = find_candidates(found.features, photos=photos, spelled=spelled)
            near = found.settled.thin(keep_same_seller(near, self.pack, found.catalog))
        elif found.model is None:
            known = self._known
        mine = is_among(near.left, drafts) | is_among(near.right, drafts)
        if not mine.any() or not (found.whole or found.model is not None or known is not None):
            return NONE_LIKELY

        def make_model() -> "PairModel":
            if found.model is not None:
                return found.model
            if known is not None:
                return known.judge(found.catalog, found.features, near.left, near.right)
            from dupcheck.teaching import Lesson

            return Lesson(Answers(), Replies({})).find_model(found.catalog, found.features, near.left, near.right)

        asked = replace(near, left=near.left[mine], right=near.right[mine])
        likely = find_likely(found.features, self.pack, asked, found.findings, make_model, spelled)
        return likely[~found.settled.part(likely.left, likely.right)]

    @cached_property
    def _known(self) -> "Known | None":
        """What the last audit kept of the catalogue, opened once it is asked for."""
        from dupcheck.teaching import Known

        folder = find_kept_files(self.files, self.images, self.cache)
        return None if folder is None else Known.open(folder)

    def _tell_nearest(self, other: str, title: str, signals: Mapping[str, float]) -> dict[str, Any] | None:
        found = find_nearest_rule(self.pack, signals)
        if found is None:
            return None
        rule, conditions = found
        text = say(
            "check.nearest", self.lang, id=other, title=_cut(title), code=rule.code,
            failed=say_failed(conditions, self.lang),
        )  # fmt: skip
        return {
            "listing_id": other,
            "rule": rule.code,
            "conditions": [
                {
                    "signal": c.signal,
                    "side": c.side,
                    "limit": c.limit,
                    "value": None if np.isnan(c.value) else round(c.value, 4),
                    "state": c.state,
                }
                for c in conditions
            ],
            "near": is_near(conditions),
            "text": text,
        }

    def _prove(self, found: "_Found") -> dict[str, bool]:
        """Carry out the plans of the drafts that are duplicates, and see whether what then stands breaks a rule.

        Plans that need a photo or a fact from the seller are left out; not to publish a copy needs no proof.
        """
        plans = {}
        for position in found.drafts.tolist():
            plan = found.home.get(str(found.features.ids[position]))
            if (
                plan is None
                or plan.action in ("remove_duplicates", "ask")
                or str(found.features.ids[position]) not in plan.listings
                or found.verdict(position) != "duplicate"
            ):
                continue
            if all(c.value for c in plan.changes):
                plans[plan.group_id] = plan
        if not plans:
            return {}
        from dupcheck.exports import carry_out, list_plans

        wanted = [i for plan in plans.values() for i in plan.listings]
        where = np.array([found.catalog.positions[i] for i in wanted], dtype=np.int64)
        after = carry_out(take_listings(found.catalog, where), list_plans(tuple(plans.values())))
        again = self._judge(after, len(after), without=[*found.without, *wanted])
        left = {str(i) for i in again.features.ids[again.findings.duplicates.left]}
        right = {str(i) for i in again.features.ids[again.findings.duplicates.right]}
        allowed = {m.listing_id for p in again.home.values() for m in p.members if m.role == "allowed"}
        bad = (left | right) - allowed
        return {i: bad.isdisjoint(plan.listings) for plan in plans.values() for i in plan.listings}


def _pair_up(around: Neighbourhood) -> Candidates:
    """The pairs worth measuring: each draft with what it is near to, and drafts with each other."""
    left, right = around.left, around.right
    if around.alone is not None and len(around.alone) > 1:
        mutual = find_candidates(around.alone)
        first = len(around.catalog) - len(around.alone)
        left, right = np.concatenate([left, first + mutual.left]), np.concatenate([right, first + mutual.right])
    order = np.lexsort((right, left))
    return Candidates(left[order], right[order], {}, ())


@dataclass(frozen=True)
class _Found:
    """Drafts held against what is around them: ``drafts`` are their positions, ``home`` is each listing's plan.

    ``without`` are the ids of the catalogue's listings that did not count; ``whole``: the others are all here;
    ``model`` is what the seller's answers taught.
    """

    catalog: Catalog
    features: Features
    candidates: Candidates
    findings: Findings
    home: Mapping[str, Plan]
    drafts: IntArray
    problems: tuple[Problem, ...]
    settled: Settled
    without: tuple[str, ...]
    replies: Replies | None = None
    whole: bool = False
    model: "PairModel | None" = None

    @cached_property
    def pairs(self) -> dict[int, IntArray]:
        """For each draft the positions of its findings, duplicates first, the strongest first."""
        found = self.findings
        listing = np.concatenate([found.left, found.right])
        row = np.tile(np.arange(len(found)), 2)
        order = np.lexsort((-found.strength[row], ~found.duplicate[row], listing))
        start = np.searchsorted(listing[order], [*self.drafts.tolist(), int(self.drafts[-1]) + 1])
        return {d: row[order[start[k] : start[k + 1]]] for k, d in enumerate(self.drafts.tolist())}

    def list_unseen(self, draft: int) -> tuple[Unseen, ...]:
        """Return what of a draft could not be compared with anything."""
        photos, row = self.features.photos, int(self.features.photos.main[draft])
        stated: dict[Unseen, bool] = {
            "photo": row >= 0 and bool(photos.usable[row]),
            "price": not np.isnan(self.features.price_low[draft]),
            "attributes": bool(self.catalog.column("attributes")[draft]) or draft in self.catalog.with_skus,
        }
        return tuple(name for name in UNSEEN if not stated[name])

    @cached_property
    def _counted(self) -> BoolArray:
        """Which findings count: not those that the seller has allowed."""
        return ~self.settled.allow(self.findings)

    def verdict(self, draft: int) -> Literal["publish", "advice", "duplicate"]:
        """What the findings say of one draft; what the marketplace or the seller allows is no duplicate."""
        mine = self.pairs[draft]
        duplicate = self.findings.duplicate[mine[self._counted[mine]]]
        listing_id = str(self.features.ids[draft])
        plan = self.home.get(listing_id)
        allowed = plan is not None and any(m.listing_id == listing_id and m.role == "allowed" for m in plan.members)
        if duplicate.any() and not allowed:
            return "duplicate"
        return "advice" if (~duplicate).any() else "publish"


def check(
    draft: Draft,
    catalog: Source,
    rules: str | Path | RulePack = "aliexpress",
    *,
    images: str | Path | None = None,
    mapping: Mapping[str, str] | None = None,
    encoding: str = "",
    delimiter: str = "",
    currency: str = "",
    settings: Sequence[str] = (),
    jobs: int = 0,
    cache: str | Path | None = None,
    fetch_images: bool = False,
    allow_hosts: Sequence[str] = (),
    lang: Lang = "en",
    progress: Progress | None = None,
    also: Sequence[Listing] = (),
    update: bool = False,
    decisions: Iterable[Decision] = (),
) -> list[Answer]:
    """Say of each draft whether publishing it would break a rule, with what, why, and what to do instead.

    Args:
        draft: A :class:`Listing`, a dict with the fields of one, JSON text, a file of drafts, or several of these.
            Drafts are checked against each other, too. A photo path starts from the catalogue's photo folder, or, for a
            file of drafts, from ``images`` or else that file's own folder.
        catalog: What the drafts would join: a :class:`Catalog`, or a file or files that :func:`read_catalog` reads.
        rules: A shipped pack's name (see :func:`list_packs`), a TOML file, or a pack.
        images: The folder that photo paths start from, if it is not the catalogue's own.
        mapping: Which header holds which field: ``{"title": "商品名"}``.
        encoding: That of the catalogue's text files, where it is not found out right, as in "cp1250".
        delimiter: What parts the cells of the catalogue's text files, where it is not found out right.
        currency: That of prices without one, the drafts' too, as in "EUR" (ISO 4217).
        settings: Limits to change, each as ``"R2.title.min=85"``, in the signal's unit.
        jobs: The number of threads (0: one a core).
        cache: The folder where what was measured is kept (None: ``DUPCHECK_CACHE``, or the user's cache folder).
        fetch_images: Whether photos that are web addresses are fetched; nothing else opens an address.
        allow_hosts: Hosts that may be fetched from although they are in a private network.
        lang: The language of texts.
        progress: Called with the stage (a key of the texts), how much of it is done, and of how much.
        also: Listings that count as part of the catalogue.
        update: Whether a draft whose id the catalogue holds is a new version of that listing.
        decisions: What the seller has decided about pairs of listings.

    Returns:
        One answer a draft, in their order.

    Raises:
        CatalogError: A file cannot be read, or a draft is none.
        RulesError: The pack or a setting is wrong.

    Examples:
        >>> import dupcheck as dc
        >>> draft = {"title": "Ceramic garden gnome with lantern 30 cm", "price": 15}
        >>> (answer,) = dc.check(draft, "sample_catalog/catalog.csv")
        >>> answer.verdict
        'publish'
    """
    checker = Checker(
        catalog, rules, images=images, mapping=mapping, encoding=encoding, delimiter=delimiter, currency=currency,
        settings=settings, jobs=jobs, cache=cache, lang=lang,
        fetch=make_fetcher(fetch_images, allow_hosts), progress=progress, decisions=decisions,
    )  # fmt: skip
    return checker.check(draft, also=also, update=update)
