"""Who of several people does what: the groups split by shop, by category or evenly."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args

from dupcheck.ledger.book import Act

By = Literal["even", "shop", "category"]
WAYS: tuple[By, ...] = get_args(By)
MOST_PEOPLE = 100


def share_out(rows: Sequence[Mapping[str, Any]], by: By, people: Sequence[str]) -> dict[str, str]:
    """Return who does each group, by group. Groups of one shop, or of one category, go to one person; whoever has
    least so far gets the largest lot that is left.

    >>> rows = [{"id": f"G{k}", "shops": [shop], "categories": []} for k, shop in enumerate("AAB")]
    >>> share_out(rows, "shop", ["Mei", "Jo"])
    {'G0': 'Mei', 'G1': 'Mei', 'G2': 'Jo'}
    """
    if by == "even":
        return {row["id"]: people[k % len(people)] for k, row in enumerate(rows)}
    field = "shops" if by == "shop" else "categories"
    lots: dict[str, list[str]] = {}
    for row in rows:
        lots.setdefault((row[field] or [""])[0], []).append(row["id"])
    had: Counter[str] = Counter(dict.fromkeys(people, 0))
    found: dict[str, str] = {}
    for _, groups in sorted(lots.items(), key=lambda lot: (-len(lot[1]), lot[0])):
        person = min(people, key=lambda p: had[p])
        had[person] += len(groups)
        found |= dict.fromkeys(groups, person)
    return {row["id"]: found[row["id"]] for row in rows}


def read_shares(acts: Iterable[Act]) -> tuple[int, dict[str, str]]:
    """Return the act that shared the work out last, 0 for none, and who does each group by it."""
    for act in sorted(acts, key=lambda a: -a.number):
        of = act.details.get("share", {}).get("of") if act.undone is None else None
        if isinstance(of, dict):
            return act.number, {group: person for person, groups in of.items() for group in groups}
    return 0, {}


def write_share(by: By, shares: Mapping[str, str]) -> dict[str, Any]:
    """Return a split as an act's details hold it."""
    of: dict[str, list[str]] = {}
    for group, person in shares.items():
        of.setdefault(person, []).append(group)
    return {"share": {"by": by, "of": of}}
