"""What the seller's answers teach: a model of this catalogue, and whether it may take over from the limits.

Until twenty pairs are answered the limits judge alone. From then on a model is fitted; it takes over where it judged
the answers no worse than the limits did, each answer by a model that had not learned from it.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

import numpy as np

from dupcheck.features import Features
from dupcheck.index.candidates import Candidates
from dupcheck.judging.differences import contradict
from dupcheck.judging.evidence import Evidence
from dupcheck.judging.model import PairModel, bind, load_trees, refit
from dupcheck.judging.twins import write_in_two
from dupcheck.judging.verdicts import measure_signals
from dupcheck.learned.answers import Answer, Answers, Replies, gather_answers
from dupcheck.learned.trees import read_odds
from dupcheck.messages import Message, message
from dupcheck.model import BoolArray, Catalog, FloatArray, IntArray, Reply
from dupcheck.rules import Limit, Rule, RulePack
from dupcheck.teaching.estimates import Answered, Estimate, key_pairs

LEAST = 20
"""Answered pairs from which on anything is learned."""
ONE, TWO = 0.5, 0.15
"""From the one on the model takes two listings for one product, below the other for two; between, the limits judge."""
_FOLDS = 10
_DRAWN = 4_000
"""Candidate pairs among which those are looked for that are in question: enough to tell what they mostly say."""
_AT_ONCE = 12
"""Pairs that one answer is about at most."""
_ONE_AT_LEAST = 0.25
_FOLLOWED = 0.5
"""As how many answers a pair counts of which only follows what it is."""
_WORSE, _SURELY = 0.01, 0.8
"""By how much the model's F1 may be worse than the limits', and how sure it must be that it is no more."""
_MORE_ERRORS = 1.5
"""So many times as many answers the model may have wrong as the limits: what is asked is what is in doubt, and there
limits that say no to everything are often right.
"""
_SURE = (0.99, 0.98, 0.95)
_SURE_FROM = 50
"""Answers that must all have been «one product» before the model may act from a probability on: by the rule of three at
most 6 % are otherwise, and what it may do then removes nothing without a proof."""
_LIFT, _LIFTED = 2, 0.25
"""So many pairs that differ in what the pack calls distinct must be one product, and so many for each that is not,
before that alone no longer makes two: what was learned then tells which are.
"""
_SLIP = 0.05
"""The share of answers that a seller gives by mistake."""
_BELIEVED = 0.5
"""An answer is asked again before anything is built on it where it is more probably a slip than meant …"""
_ACTED_ON = 0.98
"""Nothing is done by an answer alone that is less probably meant than this: it is asked once more where it matters."""
_BUILT = 0.5
"""… or where, of the pairs that are one product by it alone, so many would be expected not to be."""
Way = Literal["limits", "answers"]
_Told = TypeVar("_Told")


@dataclass(frozen=True)
class Lesson:
    """What was learned. ``way`` is who judges now; of ``judged`` answered pairs the limits took ``errors_limits`` for
    what they are not, the model ``errors_model``; from the probability ``one`` on it takes two for one. ``lifted`` are
    axes that the pack calls distinct and that this seller has as choices of one product.
    """

    answers: Answers
    replies: Replies
    way: Way = "limits"
    model: PairModel | None = None
    judged: int = 0
    errors_limits: int = 0
    errors_model: int = 0
    left: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    right: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    same: BoolArray = field(default_factory=lambda: np.empty(0, dtype=bool))
    before: FloatArray = field(default_factory=lambda: np.empty(0))
    label: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    sure: float = np.inf
    lifted: tuple[str, ...] = ()
    one: float = ONE
    bound: tuple[IntArray, IntArray, BoolArray] = field(
        default_factory=lambda: (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0, dtype=bool))
    )
    """What was answered and what follows from it."""
    doubted: tuple[tuple[str, str], ...] = ()
    """Pairs whose answer stands against all others, the least believed first: they are asked again, and nothing is
    built on them until they are answered twice alike."""
    weak: tuple[tuple[str, str], ...] = ()
    """Pairs that were answered to be one product by an answer that little else speaks for: they are grouped, and
    nothing is done with them until they are answered twice alike."""

    @property
    def implied(self) -> Mapping[tuple[str, str], Reply]:
        """What is known of pairs, by id."""
        return self.answers.imply(self.doubted)

    @property
    def answered(self) -> Answered:
        """What was answered, as an estimate takes it."""
        said = self.label[self.left] == self.label[self.right]
        would = _take_over(self.before, said, self.one) if self.way == "answers" else said
        return Answered(self.left, self.right, self.same, self.before, would, self.bound)

    def find_model(self, catalog: Catalog, features: Features, left: IntArray, right: IntArray) -> PairModel:
        """Return the model that was learned, or the start where too little was answered; the answers bind both.

        ``left`` and ``right`` are the candidate pairs of the catalogue.
        """
        if self.model is not None:
            return self.model
        evidence = Evidence.learn(catalog, features, left, right)
        return PairModel(load_trees(), evidence, *bind(len(features), *self.bound))

    def as_dict(self, stated: Estimate | None) -> dict[str, object]:
        """Return what was learned as ``audit.json`` holds it."""
        return {
            "answers": len(self.answers), "pairs": len(self.left), "judges": self.way,
            "judged": self.judged, "errors_limits": self.errors_limits, "errors_model": self.errors_model,
            "contradictions": [[list(a.pair or ()), list(b.pair or ())] for a, b in self.answers.find_contradictions()],
            "doubted": [list(pair) for pair in self.doubted],
            "stated": None if stated is None else stated.as_dict(),
        }  # fmt: skip

    def tell(self, stated: Estimate | None) -> tuple[Message, ...]:
        """Say what the answers led to, and how right the groups are thought to be."""
        if not len(self.answers):
            return ()
        count = len(self.answers.pairs) + len(self.answers.kinds)
        told = [message("questions.learned_count", answers=count)]
        if self.model is None:
            told.append(message("questions.learned_few", pairs=len(self.left), least=LEAST))
        else:
            told.append(
                message(
                    f"questions.learned_{self.way}", judged=self.judged, limits=self.errors_limits,
                    model=self.errors_model,
                )
            )  # fmt: skip
        contradictions = self.answers.find_contradictions()
        if contradictions:
            first, second = contradictions[0]
            told.append(
                message(
                    "questions.learned_contradict", count=len(contradictions), a=" – ".join(first.pair or ()),
                    b=" – ".join(second.pair or ()),
                )
            )  # fmt: skip
        if self.doubted:
            first_pair = " – ".join(self.doubted[0])
            told.append(message("questions.learned_doubted", count=len(self.doubted), pair=first_pair))
        told.append(message("questions.not_stated") if stated is None else stated.tell())
        return tuple(told)


def learn_answers(
    catalog: Catalog,
    features: Features,
    candidates: Candidates,
    clusters: Sequence[IntArray],
    answers: Iterable[Answer],
    decided: Iterable[Answer] = (),
    pack: RulePack | None = None,
) -> Lesson:
    """Return what the answers teach about a catalogue; ``clusters`` are the groups that the limits of ``pack`` make.

    ``decided`` are what decisions say of pairs: they teach too, and are heeded elsewhere. Answers about listings that
    the catalogue does not hold are passed over.
    """
    known = gather_answers(answers)
    place = catalog.positions
    seen = place_pairs(place, {(d.listing_a, d.listing_b): d.answer for d in decided})
    direct = place_pairs(place, {pair: answer.answer for pair, answer in known.pairs.items()})
    left, right, same = _list_one_script(catalog, seen | direct)
    plain = _bind(Lesson(known, Replies({}), left=left, right=right, same=same), catalog, seen)
    if len(left) < LEAST:
        return plain
    evidence = Evidence.learn(catalog, features, candidates.left, candidates.right)
    rows = evidence.measure(left, right)
    ends = list(zip(left.tolist(), right.tolist(), strict=True))
    said_pairs = place_pairs(place, known.pairs)
    of_answer = _name_answers(ends, said_pairs)
    many = np.bincount(of_answer)[of_answer].astype(np.float64)
    among = _draw_open(evidence, candidates)
    before = _judge_unseen(rows, same, among, of_answer)
    fixed = set(seen) | set(place_pairs(place, dict.fromkeys(known.confirmed, True)))
    belief = _believe(before, same)
    belief[[pair in fixed for pair in ends]] = 1.0
    by_pair = dict(zip(_name_pairs(catalog, left, right), belief.tolist(), strict=True))
    weak = tuple(
        pair for pair, answer in known.pairs.items() if answer.one_product and by_pair.get(pair, 1.0) < _ACTED_ON
    )
    plain = _bind(replace(plain, doubted=_find_doubted(known, by_pair), weak=weak), catalog, seen)
    bound = plain.bound
    label = np.arange(len(features)) + len(clusters)
    for k, members in enumerate(clusters):
        label[members] = k
    said = label[left] == label[right]
    follows = ~np.isin(key_pairs(bound[0], bound[1]), key_pairs(left, right))
    more = evidence.measure(bound[0][follows], bound[1][follows])
    trees = refit(
        np.concatenate([rows, more]), np.concatenate([same, bound[2][follows]]), among,
        np.concatenate([belief / np.sqrt(many), np.full(len(more), _FOLLOWED)]),
    )  # fmt: skip
    model = PairModel(trees, evidence, *bind(len(features), *bound))
    model = model.remember(candidates.left, candidates.right)
    chance = model.measure(candidates.left, candidates.right)
    grouped = label[candidates.left] == label[candidates.right]
    one = _find_one(chance)
    wrong_limits, wrong_model = int((said != same).sum()), int((_take_over(before, said, one) != same).sum())
    all_pairs, answered = (_take_over(chance, grouped, one), grouped), (_take_over(before, said, one), said)
    by_kind = [pair in said_pairs and said_pairs[pair].kind in known.kinds for pair in ends]
    better = _is_better(all_pairs, answered, same, np.where(by_kind, 0.0, 1.0 / many))
    way: Way = "answers" if wrong_model <= _MORE_ERRORS * wrong_limits and better else "limits"
    meant = belief >= _BELIEVED
    sure = _find_sure(before[meant], same[meant]) if way == "answers" else np.inf
    lifted: tuple[str, ...] = ()
    if pack is not None and way == "answers":
        lifted = find_lifted(features, pack, left[meant], right[meant], same[meant])
    judge = model.judge if way == "answers" else None
    replies = Replies(known.binding, known, plain.replies.pairs, judge, sure, lifted, plain.replies.unsure, model.judge)
    return replace(
        plain, replies=replies, way=way, model=model, judged=len(left), errors_limits=wrong_limits,
        errors_model=wrong_model, before=before, label=label, sure=sure, lifted=lifted,
        one=one,
    )  # fmt: skip


def _bind(lesson: Lesson, catalog: Catalog, seen: Mapping[tuple[int, int], Reply]) -> Lesson:
    """Return the lesson with what its answers say of pairs; ``seen`` is what decisions say."""
    pairs = place_pairs(catalog.positions, lesson.implied)
    known = lesson.answers
    unsure = place_pairs(catalog.positions, dict.fromkeys(known.find_unsure(lesson.doubted, lesson.weak), True))
    return replace(
        lesson, replies=Replies(known.binding, known, pairs, unsure=unsure),
        bound=_list_one_script(catalog, dict(seen) | pairs),
    )  # fmt: skip


def _believe(before: FloatArray, same: BoolArray) -> FloatArray:
    """How probable it is that each answer is meant and no slip, as a model has it that has not learned from it."""
    agreed = np.where(same, before, 1.0 - before)
    meant = (1.0 - _SLIP) * agreed
    belief: FloatArray = meant / (meant + _SLIP * (1.0 - agreed))
    return belief


def _name_pairs(catalog: Catalog, left: IntArray, right: IntArray) -> list[tuple[str, str]]:
    return [(min(p), max(p)) for p in zip(catalog.ids[left].tolist(), catalog.ids[right].tolist(), strict=True)]


def _find_doubted(known: Answers, belief: Mapping[tuple[str, str], float]) -> tuple[tuple[str, str], ...]:
    """The answers that are more probably slips than meant, for how much is built on them; and of those that cannot all
    be right the least believed.
    """
    doubted = {pair for pair in known.pairs if belief.get(pair, 1.0) < _BELIEVED}
    doubted |= {pair for pair, built in known.count_built().items() if (1.0 - belief.get(pair, 1.0)) * built > _BUILT}
    for tangle in known.find_tangles():
        open_ones = [pair for pair in tangle if pair not in known.confirmed]
        if open_ones and not doubted.intersection(tangle):
            doubted.add(min(open_ones, key=lambda pair: belief.get(pair, 1.0)))
    return tuple(sorted(doubted, key=lambda pair: (belief.get(pair, 1.0), pair)))


def place_pairs(place: Mapping[str, int], pairs: Mapping[tuple[str, str], _Told]) -> dict[tuple[int, int], _Told]:
    """Return what is said of pairs by where their listings stand, the lower first; those that are gone are left out."""
    found = ((place[a], place[b], reply) for (a, b), reply in pairs.items() if a in place and b in place)
    return {(min(a, b), max(a, b)): reply for a, b, reply in found}


def _list_one_script(catalog: Catalog, pairs: Mapping[tuple[int, int], Reply]) -> tuple[IntArray, IntArray, BoolArray]:
    """The pairs whose titles are in one script, as arrays: the others are judged by their meaning alone."""
    ends = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    left, right = ends[:, 0], ends[:, 1]
    same = np.array([reply != "different" for reply in pairs.values()], dtype=bool)
    if len(left):
        alike = ~write_in_two(catalog.column("title").tolist(), left, right)
        left, right, same = left[alike], right[alike], same[alike]
    return left, right, same


def find_lifted(
    features: Features, pack: RulePack, left: IntArray, right: IntArray, same: BoolArray
) -> tuple[str, ...]:
    """Return the axes on which two listings may differ and be one product all the same, as these answers have it."""
    signals = measure_signals(features, left, right)
    lifted = []
    for axis in pack.merge.distinct:
        alone = replace(pack, merge=replace(pack.merge, distinct=(axis,)))
        said = same[contradict(features, alone, left, right, signals)]
        if said.sum() >= max(_LIFT, _LIFTED * (~said).sum()):
            lifted.append(axis)
    return tuple(lifted)


def _name_answers(ends: Sequence[tuple[int, int]], said: Mapping[tuple[int, int], Answer]) -> IntArray:
    """Which answer each pair is from: pairs answered at once are of one, if they are no more than a question shows."""
    when = Counter(answer.when for answer in said.values())
    names: dict[Hashable, int] = {}
    keys = [
        said[pair].when if pair in said and said[pair].when and when[said[pair].when] <= _AT_ONCE else pair
        for pair in ends
    ]  # fmt: skip
    return np.array([names.setdefault(key, len(names)) for key in keys], dtype=np.int64)


def _draw_open(evidence: Evidence, candidates: Candidates) -> FloatArray:
    """Return what some of the pairs say that are in question before anything is answered; of all where none is."""
    count = len(candidates.left)
    some = np.sort(np.random.default_rng(0).permutation(count)[:_DRAWN])
    rows = evidence.measure(candidates.left[some], candidates.right[some])
    is_open = read_odds(load_trees().add_up(rows)) >= TWO
    return rows[is_open] if is_open.any() else rows


def _judge_unseen(rows: FloatArray, same: BoolArray, among: FloatArray, of_answer: IntArray) -> FloatArray:
    """What a model says of each answered pair that has learned from the other answers only."""
    chance = np.empty(len(same))
    weights = 1.0 / np.sqrt(np.bincount(of_answer)[of_answer])
    _, first = np.unique(of_answer, return_index=True)
    order = np.argsort(same[first], kind="stable")  # each part holds its share of both
    part = np.empty(len(first), dtype=np.int64)
    part[order] = np.arange(len(first)) % _FOLDS
    for k in range(_FOLDS):
        out = part[of_answer] == k
        if out.any():
            chance[out] = read_odds(refit(rows[~out], same[~out], among, weights[~out]).add_up(rows[out]))
    return chance


def _find_one(chance: FloatArray) -> float:
    """The probability from which on pairs are grouped so that the F1 to be expected is greatest: where little is known,
    fewer pairs would be found from one half on than are missed. What is done with a group asks for more.
    """
    best = np.sort(chance)[::-1]
    hits = np.cumsum(best)
    expected = 2 * hits / (np.arange(1, len(best) + 1) + best.sum())
    return float(np.clip(best[expected.argmax()], _ONE_AT_LEAST, ONE)) if len(best) else ONE


def _take_over(chance: FloatArray, grouped: BoolArray, one: float) -> BoolArray:
    """Which pairs are one product once the model has taken over: what it takes for one, and what the limits group as
    long as it does not take them for two.
    """
    return (chance >= one) | (grouped & (chance >= TWO))


def _is_better(
    all_pairs: tuple[BoolArray, BoolArray], answered: tuple[BoolArray, BoolArray], same: BoolArray, weights: FloatArray
) -> bool:
    """Whether the model's groups are surely as right as the limits': by F1 over all candidate pairs, of which each
    answer stands for those about which limits and model say the same. Of all pairs and of those answered: what the
    model says, and what the limits say; pairs that were answered at once are one answer together, by their ``weights``.
    """
    stratum, of_answer = (2 * limits + model for model, limits in (all_pairs, answered))
    size = np.bincount(stratum, minlength=4).astype(float)
    asked = np.bincount(of_answer, weights, minlength=4)
    yes = np.bincount(of_answer, weights * same, minlength=4)
    prior = np.array([0.02, 0.5, 0.5, 0.9])  # nothing is known beforehand of what they disagree about
    rate = np.random.default_rng(0).beta((yes + prior)[:, None], (asked - yes + 1 - prior)[:, None], size=(4, 2_000))
    true = size @ rate
    limits = 2 * (size[2:] @ rate[2:]) / np.maximum(size[2:].sum() + true, 1e-9)
    model = 2 * (size[[1, 3]] @ rate[[1, 3]]) / np.maximum(size[[1, 3]].sum() + true, 1e-9)
    return bool((model >= limits - _WORSE).mean() >= _SURELY)


def _find_sure(before: FloatArray, same: BoolArray) -> float:
    """The probability from which on all of many answers were «one product»; infinite where there is none."""
    for limit in _SURE:
        above = before >= limit
        if above.sum() >= _SURE_FROM and same[above].all():
            return limit
    return float(np.inf)


def teach_pack(pack: RulePack, lifted: Sequence[str] = (), one: float = ONE) -> RulePack:
    """Return a pack in which what was learned judges: duplicate rules no longer catch what it takes for two products,
    and the axes that are ``lifted`` no longer make two.

    Which pairs it takes for one is for the pack to say: rule L1 of the pack ``common``, or any limit on ``learned``. A
    limit of one half is what is usual, and gives way to ``one``.
    """
    floor = Limit("learned", "min", TWO, "skip")
    distinct = tuple(axis for axis in pack.merge.distinct if axis not in lifted)
    return replace(
        pack, rules=tuple(_add_floor(r, floor, one) for r in pack.rules), merge=replace(pack.merge, distinct=distinct)
    )


def _add_floor(rule: Rule, floor: Limit, one: float) -> Rule:
    if rule.verdict != "duplicate":
        return rule
    if "learned" not in rule.signals:
        return replace(rule, alternatives=tuple(replace(a, limits=(*a.limits, floor)) for a in rule.alternatives))
    return replace(
        rule,
        alternatives=tuple(replace(a, limits=tuple(_lower(x, one) for x in a.limits)) for a in rule.alternatives),
    )


def _lower(limit: Limit, one: float) -> Limit:
    return replace(limit, limit=one) if limit.signal == "learned" and limit.limit == ONE else limit
