"""Where the stages meet for a whole catalogue: ``audit``, and ``why`` for one pair of it."""

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dupcheck.catalog import read_catalog
from dupcheck.decisions import Decision, Settled, settle_decisions
from dupcheck.errors import UnknownListingError
from dupcheck.exports import Exported, carry_out, list_plans, write_exports
from dupcheck.features import Features
from dupcheck.files.cache import default_cache
from dupcheck.groups import cluster_listings
from dupcheck.index.candidates import Candidates, find_candidates, keep_same_seller
from dupcheck.index.opening import Progress, Source, find_kept, make_fetcher, measure_catalog, watch_stage
from dupcheck.judging.alignment import find_aligner
from dupcheck.judging.background import spell_few
from dupcheck.judging.differences import find_differences
from dupcheck.judging.likely import Likely, find_likely, find_worth
from dupcheck.judging.model import PairModel
from dupcheck.judging.sentences import draw_steps, list_steps, say_condition, say_differences, say_failed
from dupcheck.judging.spellings import Spellings
from dupcheck.judging.twins import find_twins
from dupcheck.judging.verdicts import (
    Findings,
    find_nearest_rule,
    is_near,
    judge_conditions,
    judge_pairs,
    measure_signals,
)
from dupcheck.learned.answers import Answer, Answers, Replies
from dupcheck.learned.labels import answer_by_labels, read_truth
from dupcheck.messages import Lang, Message, message, say
from dupcheck.messages.guessing import guess_name
from dupcheck.model import (
    BoolArray,
    Catalog,
    Condition,
    Difference,
    FloatArray,
    Group,
    IntArray,
    Plan,
    Problem,
    Reply,
    Verdict,
    Weighed,
)
from dupcheck.photos.descriptions import describe_pairs
from dupcheck.photos.verification import SAME, Worth
from dupcheck.plans import order_by_risk, plan_findings
from dupcheck.reports import format_summary, photo_thumbnails, render_cell, render_comparison, save_report
from dupcheck.reports.cell import render_explanation, watch_in_notebook
from dupcheck.reports.comparison import Known, compare_groups, list_groups
from dupcheck.reports.documents import SettledAudit
from dupcheck.reports.record import complete_record, describe_photos, list_sides, make_record, state_prices
from dupcheck.reports.tables import GROUP_COLUMNS, list_group_rows
from dupcheck.revisions import Revision
from dupcheck.rules import RulePack, read_pack, say_verdict
from dupcheck.run import SEARCH, uncollected
from dupcheck.signals import SIGNALS, get_signal
from dupcheck.signals.image import find_nearest
from dupcheck.teaching import (
    Estimate,
    Lesson,
    estimate_groups,
    keep_known,
    keep_lesson,
    learn_answers,
    open_taught,
    teach_pack,
)

if TYPE_CHECKING:
    import pandas as pd

    from dupcheck.ledger.book import Run
    from dupcheck.reports.plots import Plots

_TREND = 12
"""Earlier runs whose counts a report shows."""


@dataclass(frozen=True)
class Audit:
    """What an audit found. It shows itself in a notebook cell.

    Attributes:
        pairs: A DataFrame with a row a caught pair: the columns of ``pairs.csv``. A signal is in its own unit
            (image: bits of 64, color: ΔE, title: %, attributes: 0 to 1, price: %); NaN: cannot tell.
        groups: A DataFrame with a row a grouped listing: the columns of ``groups.csv``.
        plans: What to do with each group: :class:`Plan`.
        advice: Plans of the same kind for different products that look like one.
        problems: What was wrong in the input: :class:`Problem`.
        catalog: The catalogue.
        pack: The rules, with what was set.
        features: The columns that signals read. Like what follows it may change between versions.
        candidates: Which pairs were looked at, and what that may have missed.
        findings: Pairs that rules caught, as arrays.
        grouped: Groups, and the positions of their members.
        settings: How it was run.
        lang: The language of texts.
        cache: The folder where what was measured is kept.
        settled: What of the seller's decisions holds.
        lesson: What the seller's answers taught, None where there are none.
        likely: Pairs that no rule caught and that are asked about, because they are probably one product.
        model: What tells how probable it is that two listings are one; None where there was nothing to ask it.
        since: What is new, gone, changed and still open since an earlier report; None where none was named.

    Examples:
        >>> import dupcheck as dc
        >>> audit = dc.audit("sample_catalog/catalog.csv")
        >>> audit.fails("duplicate")
        True
        >>> len(audit.groups) == sum(len(plan.members) for plan in audit.plans)
        True
    """

    catalog: Catalog
    features: Features
    pack: RulePack
    candidates: Candidates
    findings: Findings
    grouped: tuple[tuple[Group, IntArray], ...]
    plans: tuple[Plan, ...]
    problems: tuple[Problem, ...]
    settings: Mapping[str, object] = field(default_factory=dict)
    lang: Lang = "en"
    advice: tuple[Plan, ...] = ()
    cache: Path | None = None
    settled: Settled | None = None
    since: Mapping[str, Any] | None = None
    lesson: Lesson | None = None
    likely: Likely | None = None
    model: PairModel | None = None

    @cached_property
    def pairs(self) -> "pd.DataFrame":
        """One row a caught pair: the columns of ``pairs.csv``, NaN where a signal cannot tell."""
        import pandas as pd

        rows = [
            {
                "listing_a": p["listing_a"],
                "listing_b": p["listing_b"],
                "rule": p["rule"],
                "verdict": p["verdict"],
                "differs_in": ";".join(d["axis"] for d in p["differs_in"]),
                **p["signals"],
                "explanation": p["explanation"],
            }
            for p in self.record()["pairs"]
        ]
        columns = ["listing_a", "listing_b", "rule", "verdict", "differs_in", *(s.name for s in SIGNALS), "explanation"]
        return pd.DataFrame(rows, columns=columns).astype({s.name: np.float64 for s in SIGNALS})

    @cached_property
    def groups(self) -> "pd.DataFrame":
        """One row a grouped listing: the columns of ``groups.csv``."""
        import pandas as pd

        return pd.DataFrame(list_group_rows(self.record()), columns=list(GROUP_COLUMNS)).astype({"price": np.float64})

    @cached_property
    def plans_frame(self) -> "pd.DataFrame":
        """One row a plan: what to do, which listing to keep, the others it is about, the options, and the question."""
        import pandas as pd

        rows = [_describe_plan(plan, self.lang) for plan in self.plans]
        return pd.DataFrame(rows, columns=_PLAN_COLUMNS)

    @cached_property
    def plot(self) -> "Plots":
        """Pictures: ``audit.plot.limits()``, ``.coverage()`` and ``.sizes()``; they need ``dupcheck[notebook]``."""
        from dupcheck.reports.plots import Plots

        return Plots(self)

    def group(self, group_id: str) -> Plan:
        """Return the plan of one group. Raises UnknownListingError where there is no such group."""
        for plan in self.plans:
            if plan.group_id == group_id:
                return plan
        raise UnknownListingError("audit.no_such_group", id=group_id)

    def why(self, listing_a: str, listing_b: str, lang: Lang | None = None) -> "Explanation":
        """Hold every rule against two listings, without measuring the catalogue again."""
        left, right = (find_position(self.catalog, i) for i in (listing_a, listing_b))
        return _explain(self.catalog, self.features, self.pack, left, right, lang or self.lang)

    def compare(self, listing_a: str, listing_b: str, lang: Lang | None = None) -> "Comparison":
        """Return two listings side by side, with their photos, as a notebook's cell shows them."""
        return Comparison(self, self.why(listing_a, listing_b, lang))

    def as_dict(self, lang: Lang | None = None) -> SettledAudit:
        """Return the whole result as one plain dict, as ``audit.json`` holds it."""
        lang = lang or self.lang
        if lang not in self._dicts:
            self._dicts[lang] = complete_record(self.record(lang))
        return self._dicts[lang]

    def record(self, lang: Lang | None = None) -> SettledAudit:
        """Return the result as reports read it: like :meth:`as_dict`, with rows that are made as they are read."""
        lang = lang or self.lang
        if lang not in self._records:
            self._records[lang] = make_record(
                self.catalog, self.features, self.pack, self.candidates, self.findings,
                [group for group, _ in self.grouped], self.plans, self.advice, self.problems, self.settings,
                lang, self.settled,
            )  # fmt: skip
            if self.since is not None:
                self._records[lang]["since"] = dict(self.since)
            if self.lesson is not None and len(self.lesson.answers):
                told = [text.say(lang) for text in self.lesson.tell(self.stated)]
                self._records[lang]["learned"] = {**self.lesson.as_dict(self.stated), "told": told}
        return self._records[lang]

    @cached_property
    def stated(self) -> Estimate | None:
        """How right the groups are thought to be; None where too few pairs were answered to say."""
        lesson = self.lesson
        if lesson is None or lesson.model is None:
            return None
        clusters = [members for _, members in self.grouped]
        return estimate_groups(lesson.model, lesson.answered, clusters, self.candidates.left, self.candidates.right)

    @cached_property
    def _records(self) -> dict[Lang, SettledAudit]:
        return {}

    @cached_property
    def _dicts(self) -> dict[Lang, SettledAudit]:
        return {}

    @uncollected()
    def save(self, out: str | Path, lang: Lang | None = None) -> list[Path]:
        """Write the report folder ``out`` and return its files. Raises OutputError where that cannot be done."""
        record = self.record(lang)
        thumbnail = photo_thumbnails(record, self.catalog.image_root, cache=self.cache)
        return save_report(record, Path(out), thumbnail, self.features.jobs)

    def export(
        self, *names: str, out: str | Path, all_plans: bool = False, templates: Sequence[str | Path] = ()
    ) -> Exported:
        """Write the accepted plans as files that marketplaces take (``EXPORTS``), and what to take offline.

        ``all_plans`` writes those too that nobody has looked at; plans that the seller rejected never. ``templates``
        are the seller's own, to be filled. The answer is the sequence of the files' paths, and tells what was left out
        and what the marketplaces would refuse::

            audit.export("shopify", "excel", out="out", all_plans=True)
        """
        plans = list_plans(self.plans, self.lang)
        return write_exports(
            names, self.catalog, plans, Path(out), self.lang, settled=self.settled, all_plans=all_plans,
            templates=[Path(t) for t in templates],
        )  # fmt: skip

    def compare_with(self, before: Sequence[Known], name: str, trend: Sequence[Mapping[str, Any]] = ()) -> "Audit":
        """Return the audit with what is new in it since an earlier one, as its reports then say.

        ``before`` is what :func:`~dupcheck.reports.comparison.read_groups` gives for an earlier report folder, ``name``
        what people call it, ``trend`` the counts of earlier runs, the oldest first.
        """
        now = list_groups(self.record()["groups"])
        found = compare_groups(before, now)
        runs = [*trend, {"at": time.time(), "groups": len(now)}] if trend else []
        return replace(self, since={"name": name, **found, "trend": runs})

    def compare_runs(self, runs: Sequence["Run"]) -> "Audit":
        """Return the audit with what is new since the last of earlier runs, and how many groups each had.

        ``runs`` are what ``Ledger.list_runs`` gives, the oldest first; where there are none, the audit stays as it is.
        """
        if not runs:
            return self
        trend = [{"at": run.at, "groups": len(run.groups)} for run in runs[-_TREND:]]
        return self.compare_with(runs[-1].groups, time.strftime("%Y-%m-%d %H:%M", time.localtime(runs[-1].at)), trend)

    def merge(self) -> Catalog:
        """Return the catalogue as it is once every plan is carried out; the audited one stays as it is."""
        return carry_out(self.catalog, list_plans((*self.plans, *self.advice)))

    def fails(self, verdict: Verdict) -> bool:
        """Return whether anything of this kind, or worse, was found that the seller has not allowed."""
        open_ones = self.findings
        if self.settled is not None:
            open_ones = open_ones[~self.settled.allow(open_ones)]
        return bool(open_ones.duplicate.any()) or (verdict == "advice" and len(open_ones) > 0)

    def summarize(self, out: Path | None = None, lang: Lang | None = None) -> str:
        """Return what was found in about a dozen lines."""
        return format_summary(self.record(lang), out)

    def __repr__(self) -> str:
        return f"<Audit of {len(self.catalog)} listings: {len(self.findings)} pairs, {len(self.plans)} groups>"

    def _repr_html_(self) -> str:
        return render_cell(self.record())


@uncollected()
def audit(
    catalog: Source,
    rules: str | Path | RulePack = "aliexpress",
    *,
    images: str | Path | None = None,
    settings: Sequence[str] = (),
    jobs: int = 0,
    cache: str | Path | None = None,
    fetch_images: bool = False,
    allow_hosts: Sequence[str] = (),
    lang: Lang = "en",
    progress: Progress | None = None,
    decisions: Iterable[Decision] | None = None,
    answers: Mapping[str, Reply] | Iterable[Answer] | None = None,
    labels: str | Path | Mapping[str, str] | None = None,
    revisions: Sequence[Revision] = (),
) -> Audit:
    """Check a whole catalogue against a marketplace's duplicate-listing rules.

    Args:
        catalog: A :class:`Catalog`, or a file or files that :func:`read_catalog` reads.
        rules: A shipped pack's name (see :func:`list_packs`), a TOML file, or a pack.
        images: The folder that photo paths start from, if it is not the catalogue's own.
        settings: Limits to change, each as ``"R2.title.min=85"``, in the signal's unit.
        jobs: The number of cores to use (0: all): threads, and for large catalogues, on Linux, processes.
        cache: The folder where what was measured is kept (None: ``DUPCHECK_CACHE``, or the user's cache folder).
        fetch_images: Whether photos that are web addresses are fetched; nothing else opens an address.
        allow_hosts: Hosts that may be fetched from although they are in a private network.
        lang: The language of texts.
        progress: Called with the stage (a key of the texts), how much of it is done, and of how much.
        decisions: What the seller has decided about pairs of listings: ``Ledger.list_decisions()``.
        answers: What the seller has answered: by the kind of question, or as records, from which more is learned.
        labels: Which listings are one product, listing_id → product_id or a CSV file with these columns: it teaches
            like answers do.
        revisions: What people changed in plans: the listing to keep, the title, the options.

    Returns:
        What was found: pairs, groups, plans, problems.

    Raises:
        CatalogError: A file cannot be read as a catalogue.
        RulesError: The pack or a setting is wrong.

    Examples:
        >>> import dupcheck as dc
        >>> audit = dc.audit("sample_catalog/catalog.csv", rules="aliexpress")
        >>> sorted(audit.pairs.columns[:5])
        ['differs_in', 'listing_a', 'listing_b', 'rule', 'verdict']
        >>> audit.plans[0].keep in audit.plans[0].listings
        True
    """
    pack = read_pack(rules).with_limit(*settings)
    progress = progress or watch_in_notebook(lang)
    read = _read(catalog, images)
    settled = settle_decisions(read, decisions or ())
    jobs = jobs or os.cpu_count() or 1
    kept = default_cache() if cache is None else Path(cache)
    features, photo_problems = measure_catalog(
        read, jobs=jobs, cache=kept, fetch=make_fetcher(fetch_images, allow_hosts), progress=progress
    )
    _tell(progress, "audit.stage_candidates", 0, 1)
    if answers is not None and not isinstance(answers, Mapping):
        answers = list(answers)
    taught = labels is not None or (isinstance(answers, list) and bool(answers))
    judged = taught or (isinstance(answers, list) and bool(settled.held))
    spelled = spell_few(read, len(read))
    worth = _choose_worth(read, features, pack, taught=judged)
    candidates = settled.thin(keep_same_seller(find_candidates(features, worth=worth, spelled=spelled), pack, read))
    _tell(progress, "audit.stage_candidates", 1, 1)
    findings = judge_pairs(features, pack, candidates, watch_stage(progress, "audit.stage_pairs"))
    _tell(progress, "audit.stage_groups", 0, 1)
    if labels is not None:
        products = labels if isinstance(labels, Mapping) else read_truth(labels)
        answers = [*answer_by_labels(read, products, candidates.left, candidates.right), *_list_answers(answers)]
    lesson = _learn(read, features, pack, candidates, findings, settled, answers)
    folder = find_kept(read, kept)
    if folder is not None and answers is not None and not isinstance(answers, Mapping):
        keep_lesson(folder, read, lesson)
    if lesson.way == "answers":
        features, pack = replace(features, learned=lesson.model), teach_pack(pack, lesson.lifted, lesson.one)
        findings = judge_pairs(features, pack, candidates)
    made: list[PairModel] = []

    def make_model() -> PairModel:
        made.append(lesson.find_model(read, features, candidates.left, candidates.right))
        return made[0]

    likely = find_likely(features, pack, candidates, findings, make_model, spelled)
    if made and folder is not None and len(read) > SEARCH.small:
        keep_known(folder, made[0])
    for model in made:
        if model is not lesson.model:
            model.evidence.forget()
    twins = find_twins(read, features, kept)
    likely = likely.add(twins)
    candidates = replace(candidates, may_miss=(*candidates.may_miss, *twins.told))
    remedies = plan_findings(
        read, features, pack, findings, settled, answers=lesson.replies, revisions=revisions, likely=likely
    )
    grouped, plans = order_by_risk(read, pack, remedies.grouped, remedies.plans)
    _tell(progress, "audit.stage_groups", 1, 1)
    return Audit(
        read, features, pack, candidates, findings, grouped, plans, (*read.problems, *photo_problems),
        {"engine": "local"}, lang, remedies.advice, kept, None if decisions is None else settled, lesson=lesson,
        likely=likely, model=next(iter(made), None),
    )  # fmt: skip


_TAUGHT: Mapping[str, Reply] = {"not_duplicate": "different", "merge_accepted": "option"}
"""What a decision about two listings says of them; what is allowed to stay may be one product or two."""


def _list_answers(answers: Mapping[str, Reply] | Iterable[Answer] | None) -> list[Answer]:
    if isinstance(answers, Mapping):
        return [Answer(reply, kind) for kind, reply in answers.items()]
    return list(answers or ())


def _choose_worth(catalog: Catalog, features: Features, pack: RulePack, *, taught: bool) -> Worth:
    """What says of which pairs of listings it matters what their photos show; where answers judge, any may count."""
    seller = pack.number_sellers(catalog.column("shop").tolist())

    def worth(left: IntArray, right: IntArray) -> BoolArray:
        asked: BoolArray = np.ones(len(left), dtype=np.bool_) if seller is None else seller[left] == seller[right]
        if not taught:
            asked[asked] = find_worth(features, pack, left[asked], right[asked])
        return asked

    return worth


def _learn(
    catalog: Catalog, features: Features, pack: RulePack, candidates: Candidates, findings: Findings, settled: Settled,
    answers: Mapping[str, Reply] | Iterable[Answer] | None,
) -> Lesson:  # fmt: skip
    """What the seller's answers teach; nothing where there are none."""
    if answers is None or isinstance(answers, Mapping):
        return Lesson(Answers(), Replies(answers or {}))
    clusters = cluster_listings(features, pack, findings, settled)
    decided = [
        Answer(_TAUGHT[d.decision], "", *d.listings, when=d.decided) for d in settled.held if d.decision in _TAUGHT
    ]
    return learn_answers(catalog, features, candidates, clusters, answers, decided, pack)


@dataclass(frozen=True)
class Explanation:
    """Every rule and every condition for one pair, held or not, and what the two differ in; ``str()`` is a text.

    Attributes:
        listing_a: The id of one listing.
        listing_b: The id of the other.
        rules: Code, summary, verdict, whether it fires, and the conditions of each rule.
        differences: What the two differ in.
        signals: Each signal's value, in its own unit; NaN: cannot tell.
        lang: The language of texts.
        photos: What was done to one photo to make the other, where that was seen.
        weighed: What the probability that the seller's answers teach is the sum of; None where they taught nothing.
        titles: Both titles token by token: matched, ``(noise)``, ``{axis: value}``, ``[not accounted for]``.
        nearest: Where no rule says that they are duplicates, and one narrowly misses: its code and its conditions.
        priced: Whether both state a price in one currency; where the price signal cannot tell all the same, what the
            two differ in explains any gap.

    Examples:
        >>> import dupcheck as dc
        >>> told = dc.why("sample_catalog/catalog.csv", "A-131", "A-132")
        >>> told.listing_a, told.listing_b
        ('A-131', 'A-132')
    """

    listing_a: str
    listing_b: str
    rules: tuple[tuple[str, str, Verdict, bool, tuple[Condition, ...]], ...]
    differences: tuple[Difference, ...]
    signals: Mapping[str, float]
    lang: Lang = "en"
    photos: Message | None = None
    titles: tuple[str, str] = ("", "")
    weighed: Weighed | None = None
    nearest: tuple[str, tuple[Condition, ...]] | None = None
    priced: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation as one plain dict; None: cannot tell."""
        return {
            "listing_a": self.listing_a,
            "listing_b": self.listing_b,
            "signals": {k: None if np.isnan(v) else v for k, v in self.signals.items()},
            "differs_in": list_sides(self.differences, self.lang),
            "photos": None if self.photos is None else self.photos.say(self.lang),
            "titles": list(self.titles),
            "nearest": None
            if self.nearest is None
            else {"rule": self.nearest[0], "text": say_failed(self.nearest[1], self.lang)},
            "weighed": None if self.weighed is None else list_steps(self.weighed, self.lang),
            "rules": [
                {
                    "code": code,
                    "fires": fires,
                    "conditions": [
                        {"signal": c.signal, "side": c.side, "limit": c.limit, "state": c.state,
                         "value": None if np.isnan(c.value) else c.value}
                        for c in conditions
                    ],
                }
                for code, _, _, fires, conditions in self.rules
            ],
        }  # fmt: skip

    def __str__(self) -> str:
        lang = self.lang
        lines = [f"{self.listing_a} ↔ {self.listing_b}", say_differences(self.differences, lang)]
        lines += ["", say("audit.why_titles", lang), *(f"  {marked}" for marked in self.titles)]
        if self.photos is not None:
            lines.append(say("audit.why_photos", lang, what=self.photos))
        if self.nearest is not None:
            code, conditions = self.nearest
            lines.append(say("audit.why_nearest", lang, code=code, failed=say_failed(conditions, lang)))
        lines.append("")
        for name, value in self.signals.items():
            shown = get_signal(name).show(value, lang)
            if name == "price" and self.priced and np.isnan(value):
                shown = say("verdicts.price_unused", lang)
            lines.append(f"  {say('audit.why_measured', lang, name=say(f'signals.{name}', lang), value=shown)}")
        for code, summary, verdict, fires, conditions in self.rules:
            key = "audit.why_fires" if fires else "audit.why_spares"
            lines += ["", say(key, lang, code=code, verdict=say_verdict(verdict, lang), summary=summary)]
            lines += [f"  {_MARKS[c.state]} {self._say(c)}" for c in conditions]
        if self.weighed is not None:
            lines += ["", *draw_steps(self.weighed, lang)]
        return "\n".join(lines)

    def _say(self, condition: Condition) -> str:
        if condition.signal == "price" and self.priced and np.isnan(condition.value):
            return say("verdicts.price_explained", self.lang)
        return say_condition(condition, self.lang)

    def _repr_html_(self) -> str:
        return render_explanation(str(self), [] if self.weighed is None else list_steps(self.weighed, self.lang))


_MARKS = {"held": "✓", "failed": "✗", "skipped": "–"}


def why(
    catalog: Source,
    listing_a: str,
    listing_b: str,
    rules: str | Path | RulePack = "aliexpress",
    *,
    images: str | Path | None = None,
    settings: Sequence[str] = (),
    cache: str | Path | None = None,
    fetch_images: bool = False,
    allow_hosts: Sequence[str] = (),
    lang: Lang = "en",
) -> Explanation:
    """Hold every rule against two listings of a catalogue and show each condition.

    Args:
        catalog: A :class:`Catalog`, or a file or files that :func:`read_catalog` reads.
        listing_a: The id of one listing.
        listing_b: The id of the other.
        rules: A shipped pack's name (see :func:`list_packs`), a TOML file, or a pack.
        images: The folder that photo paths start from, if it is not the catalogue's own.
        settings: Limits to change, each as ``"R2.title.min=85"``, in the signal's unit.
        cache: The folder where what was measured is kept (None: ``DUPCHECK_CACHE``, or the user's cache folder).
        fetch_images: Whether photos that are web addresses are fetched; nothing else opens an address.
        allow_hosts: Hosts that may be fetched from although they are in a private network.
        lang: The language of texts.

    Returns:
        Each rule with its conditions, held or not, and what the two differ in; ``str()`` of it is text for a person.

    Raises:
        UnknownListingError: The catalogue does not hold a listing; the nearest ids are named.
        CatalogError: A file cannot be read as a catalogue.
        RulesError: The pack or a setting is wrong.

    Examples:
        >>> import dupcheck as dc
        >>> told = dc.why("sample_catalog/catalog.csv", "A-131", "A-132")
        >>> {rule["code"] for rule in told.as_dict()["rules"]} >= {"R1", "R2"}
        True
    """
    pack = read_pack(rules).with_limit(*settings)
    read = _read(catalog, images)
    left, right = (find_position(read, i) for i in (listing_a, listing_b))
    kept = default_cache() if cache is None else Path(cache)
    fetch = make_fetcher(fetch_images, allow_hosts)
    features, _ = measure_catalog(read, jobs=os.cpu_count() or 1, cache=kept, fetch=fetch)
    taught = open_taught(find_kept(read, kept))
    if taught is not None:
        nothing = np.empty(0, dtype=np.int64)
        features, _ = taught.teach(read, features, nothing, nothing)
        pack = teach_pack(pack, taught.lifted, taught.one)
    return _explain(read, features, pack, left, right, lang)


def _explain(catalog: Catalog, features: Features, pack: RulePack, left: int, right: int, lang: Lang) -> Explanation:
    measured = measure_signals(features, np.array([left]), np.array([right]))
    signals = {name: float(values[0]) for name, values in measured.items()}
    return Explanation(
        str(catalog.ids[left]),
        str(catalog.ids[right]),
        tuple(
            (r.code, r.summary.say(lang), r.verdict, bool(r.fire(measured)[0]), judge_conditions(r, signals))
            for r in pack.rules
            if features.learned is not None or set(r.signals) != {"learned"}
        ),
        Spellings(catalog).spell(find_differences(features, left, right), left, right),
        signals,
        lang,
        _describe_photos(features, left, right),
        find_aligner(features.statistics).mark(catalog.column("title")[left], catalog.column("title")[right], lang),
        None if features.learned is None else features.learned.weigh(np.array([left]), np.array([right]))[0],
        _find_narrow_miss(pack, measured, signals),
        bool(state_prices(features, np.array([left]), np.array([right]))[0]),
    )


def _find_narrow_miss(
    pack: RulePack, measured: Mapping[str, FloatArray], signals: Mapping[str, float]
) -> tuple[str, tuple[Condition, ...]] | None:
    """The rule that a pair just does not break, with its conditions; None where it breaks one, or none is near."""
    if any(rule.verdict == "duplicate" and rule.fire(measured)[0] for rule in pack.rules):
        return None
    found = find_nearest_rule(pack, signals)
    return None if found is None or not is_near(found[1]) else (found[0].code, found[1])


def _describe_photos(features: Features, left: int, right: int) -> Message | None:
    """Say how the photos of two listings relate; nothing where that cannot be told."""
    ends = np.array([left]), np.array([right])
    bits, first, second = find_nearest(features.photos, *ends)
    if not bits[0] <= SAME and features.photos.share_extras(*ends)[0]:
        return message("photos.shared")
    if np.isnan(bits[0]):
        return None
    return describe_photos(features, *ends).get(0) or describe_pairs(features.photos, first, second)[0]


@dataclass(frozen=True)
class Comparison:
    """Two listings of an audit side by side; a notebook's cell shows their photos."""

    audit: Audit
    explanation: Explanation

    def __str__(self) -> str:
        return str(self.explanation)

    def _repr_html_(self) -> str:
        told = self.explanation
        steps = [] if told.weighed is None else list_steps(told.weighed, told.lang)
        return render_comparison(
            self.audit.record(told.lang), self.audit.catalog, told.listing_a, told.listing_b, str(told), steps
        )


_PLAN_COLUMNS = [
    "group_id", "action", "what_to_do", "keep", "title", "listings", "count", "options", "min_order_quantity",
    "discount_percent", "question", "reasons", "cautions",
]  # fmt: skip


def _describe_plan(plan: Plan, lang: Lang) -> tuple[object, ...]:
    options = "; ".join(f"{axis.name}: {', '.join(axis.values)}" for axis in plan.axes)
    tier = plan.wholesale
    return (
        plan.group_id, plan.action, say(f"report.action_{plan.action}", lang), plan.keep, plan.title,
        "; ".join(plan.listings), len(plan.listings), options, None if tier is None else tier.min_order_quantity,
        None if tier is None else tier.discount_percent, "" if plan.question is None else plan.question.text.say(lang),
        " ".join(m.say(lang) for m in plan.reasons), " ".join(m.say(lang) for m in plan.cautions),
    )  # fmt: skip


def find_position(catalog: Catalog, listing_id: str) -> int:
    """Return the position of a listing; an unknown id is an UnknownListingError that names the nearest."""
    if listing_id in catalog.positions:
        return catalog.positions[listing_id]
    near = guess_name(listing_id, catalog.ids.tolist(), most=3)
    raise UnknownListingError(
        "audit.no_such_listing" if near else "audit.no_such_listing_at_all", id=listing_id, nearest=", ".join(near)
    )


def _read(source: Source, images: str | Path | None) -> Catalog:
    return source if isinstance(source, Catalog) else read_catalog(source, images=images)


def _tell(progress: Progress | None, stage: str, done: int, total: int) -> None:
    if progress is not None:
        progress(stage, done, total)
