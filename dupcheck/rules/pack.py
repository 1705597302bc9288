"""A rule pack: one marketplace's rules, exceptions, and what one of its listings can hold."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import numpy as np

from dupcheck.errors import RulesError
from dupcheck.messages import Lang, Message, message
from dupcheck.model import IntArray
from dupcheck.rules.limits import Limit, Rule
from dupcheck.rules.settings import change_limit
from dupcheck.rules.wording import NO_WORDS, Words, describe_pack, explain_rule, find_gaps, join_messages

Scope = Literal["account", "shop"]
Alphabet = Literal["any", "ascii"]
SOURCE_KINDS = ("policy", "help page", "forum", "article")
KEEP_KEYS = ("available", "sales", "reviews", "created", "completeness", "stock", "price")


@dataclass(frozen=True, slots=True)
class RuleException:
    """What the marketplace allows although a rule fires: up to ``allow`` listings, None for any number.

    Either the listings differ only in the axes ``differ_only_in``; or every two of them differ in ``at_least`` of the
    ``axes`` and the ``limits`` (each a limit that holds where a signal differs significantly). ``categories`` are
    texts, one of which must be found in the category; none: every category. An exception without a test is one that
    only the seller can judge: it is told, never applied.
    """

    name: str
    differ_only_in: tuple[str, ...] = ()
    allow: int | None = None
    categories: tuple[str, ...] = ()
    at_least: int = 0
    axes: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    summary: Words = NO_WORDS

    @property
    def testable(self) -> bool:
        """Whether dupcheck can see that the exception applies."""
        return bool(self.differ_only_in or self.at_least)

    def covers(self, category: str) -> bool:
        """Return whether the exception is for listings of this category: one that names it as a step of its path."""
        return not self.categories or bool(_name_steps(category) & {_plain_step(c) for c in self.categories})


_STEP = re.compile(r"\s*(?:[/\\|,;>»›→、・·]|\s-\s)\s*")
_PART = re.compile(r"\s*(?:&|\+|\band\b|\bund\b|\bet\b|\by\b|和|及|与)\s*")


def _plain_step(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split())


def _name_steps(category: str) -> set[str]:
    """Return the steps of a category's path, and the parts of a step that names several: «Luggage & Bags»."""
    steps = [s for s in _STEP.split(_plain_step(category)) if s]
    return {*steps, *(p for s in steps for p in _PART.split(s) if p)}


def _has_words(category: str, pattern: str) -> bool:
    """Whether a category's path names a pattern as whole words; where a script parts no words, as a piece of text."""
    plain = re.escape(_plain_step(pattern))
    edge = r"\b" if pattern.isascii() else ""
    return re.search(f"{edge}{plain}{edge}", _plain_step(category)) is not None


class CategoryFacts(NamedTuple):
    """What the seller knows of a category: the axes for which it offers no option, so that no listing can hold them."""

    match: str
    no_option: tuple[str, ...] = ()


class Opposite(NamedTuple):
    """A fault that a wrong merge would be: options on these ``axes`` are looked at with suspicion."""

    name: str
    axes: tuple[str, ...] = ()
    summary: Words = NO_WORDS


@dataclass(frozen=True, slots=True)
class Seller:
    """Whose listings are held against one another: all of an account's shops, or each shop's own.

    ``groups`` names shops that count as one although the scope is the shop.
    """

    scope: Scope = "account"
    groups: tuple[tuple[str, ...], ...] = ()
    summary: Words = NO_WORDS


@dataclass(frozen=True, slots=True)
class MergeLimits:
    """What one listing can hold on the marketplace, and which differences forbid a merge.

    ``values_max`` caps the values of single axes (fitments, say), ``axis_values_max`` those of any; an ``alphabet`` of
    "ascii" means English letters, digits and signs only. Where ``offers`` is true every variant stays an offer of its
    own: a merge joins them, and ends none but copies.
    """

    max_axes: int = 3
    price_tiers: int = 1
    discount_max: int = 99
    min_order_max: int = 100_000
    title_max: int = 128
    title_alphabet: Alphabet = "any"
    option_name_max: int = 20
    option_alphabet: Alphabet = "any"
    sku_code_max: int = 20
    skus_max: int = 10_000
    images_max: int = 100
    price_spread_max: float = math.inf
    distinct: tuple[str, ...] = ()
    values_max: Mapping[str, int] = field(default_factory=dict)
    axis_values_max: int = 10_000
    offers: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where a pack's policy was read: the page, its address, its date, when it was read, what kind of page it is."""

    text: str = ""
    date: str = ""
    url: str = ""
    read: str = ""
    kind: str = ""

    def show(self, lang: Lang) -> str:
        """Return the source in a line."""
        kind = message(f"rules.source_{self.kind.split()[0]}").say(lang) if self.kind else ""
        known = "read" if self.read else "unread" if self.url else ""
        read = message(f"rules.source_{known}", date=self.read).say(lang) if known else ""
        told = [t for t in (self.date, kind, read) if t]
        url = self.url.removeprefix("https://")
        text = self.text if url in self.text else f"{self.text} {self.url}"
        return f"{text} ({', '.join(told)})" if told else text


@dataclass(frozen=True, slots=True)
class RulePack:
    """One marketplace's rules. The reference of rule packs tells what each part means.

    Attributes:
        name: What ``rules=`` takes.
        rules: The rules.
        exceptions: What is allowed although a rule fires.
        categories: What the seller knows of categories.
        opposites: Faults that a wrong merge would be.
        seller: Whose listings are held against one another.
        merge: What one listing can hold: characters, pieces, SKUs, options.
        keep: What decides which listing of a group stays, the first first.
        title: The marketplace and its policy.
        note: What whoever uses the pack should know.
        penalty: What the marketplace does about a breach, the mildest first.
        sources: Where the policy was read.
        changes: The limits that were changed, as they were set.
        changed: Which limit each of them changed, from what to what, and which others of the rule stay.
        inherited: The tables that every marketplace has its own of, and that this file leaves to the pack it extends.

    Examples:
        >>> import dupcheck as dc
        >>> pack = dc.read_pack("aliexpress").with_limit("R2.title.min=91")
        >>> print(str(pack.changed[0]).partition(". ")[0])
        R2.title.min: 80 → 91
    """

    name: str
    rules: tuple[Rule, ...]
    exceptions: tuple[RuleException, ...] = ()
    categories: tuple[CategoryFacts, ...] = ()
    opposites: tuple[Opposite, ...] = ()
    seller: Seller = Seller()
    merge: MergeLimits = MergeLimits()
    keep: tuple[str, ...] = ("sales", "reviews", "created", "completeness")
    title: Words = NO_WORDS
    note: Words = NO_WORDS
    penalty: Words = NO_WORDS
    sources: tuple[Source, ...] = ()
    changes: tuple[str, ...] = ()
    changed: tuple[Message, ...] = ()
    inherited: tuple[str, ...] = ()

    @property
    def signals(self) -> tuple[str, ...]:
        """The names of the signals that any rule looks at."""
        return tuple(dict.fromkeys(name for rule in self.rules for name in rule.signals))

    def rule(self, code: str) -> Rule:
        """Return the rule ``code``; an unknown one is a RulesError that names the nearest."""
        for rule in self.rules:
            if rule.code == code:
                return rule
        raise RulesError("rules.no_such_rule", code=code, pack=self.name, codes=", ".join(r.code for r in self.rules))

    def no_option(self, category: str) -> frozenset[str]:
        """Return the axes for which a category offers no option."""
        return frozenset(a for c in self.categories if _has_words(category, c.match) for a in c.no_option)

    def number_sellers(self, shops: Sequence[str]) -> IntArray | None:
        """Return a number for each listing's shop, equal where they count as one seller; None where all are one."""
        if self.seller.scope == "account":
            return None
        home = {shop.casefold(): f"\x1f{k}" for k, group in enumerate(self.seller.groups) for shop in group}
        names = [home.get(shop.casefold(), shop.casefold()) for shop in shops]
        codes = {name: i for i, name in enumerate(dict.fromkeys(names))}
        return np.array([codes[name] for name in names], dtype=np.int64)

    def with_limit(self, *settings: str) -> "RulePack":
        """Return the pack with limits changed, each written ``R2.title.min=85``, or ``R2.same-code.title.min=20`` for a
        named alternative of the rule.

        Each changes exactly one limit, that of the rule itself unless an alternative is named; ``changed`` says which.
        Every setting that is wrong is named in one RulesError.
        """
        pack, told, wrong = self, list[Message](), list[Message]()
        for setting in settings:
            try:
                pack, change = change_limit(pack, setting)
                told.append(change)
            except RulesError as error:
                wrong.append(error.text)
        if wrong:
            raise RulesError("rules.bad_settings", problems=join_messages(wrong))
        return replace(pack, changes=self.changes + tuple(settings), changed=self.changed + tuple(told))

    def explain(self, code: str, lang: Lang = "en") -> str:
        """Return a rule's code, meaning, reason, limits and known mistakes as text for a person."""
        return explain_rule(self, self.rule(code), lang)

    def describe(self, lang: Lang = "en") -> str:
        """Return the whole pack as text for a person: rules, exceptions, what a listing can hold, penalties."""
        return describe_pack(self, lang)

    def list_gaps(self) -> list[Message]:
        """Return what others need of a pack and this one lacks: sources, penalty, seller, texts, examples."""
        return find_gaps(self)

    def run_examples(self) -> tuple[Message, ...]:
        """Run every rule's ``fires`` and ``spares`` examples; return one message for each that comes out wrong."""
        return tuple(wrong for rule in self.rules for wrong in rule.run_examples())

    def count_examples(self) -> int:
        """Return how many examples the rules have."""
        return sum(rule.count_examples() for rule in self.rules)
