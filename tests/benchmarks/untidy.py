"""An untidy copy of a catalogue, as sellers leave theirs: nothing may lean on tidy columns.

    python tests/benchmarks/untidy.py CATALOG.csv OUT.csv [--seed 1]

Each listing is spoilt on its own: attributes are lost, words of the title change places, a word is mistyped, selling
words are added, and some titles come in capitals or in full-width signs. Ids, prices, photos and order stay.
"""

import argparse
import csv
import json
import random
import re
from collections.abc import Mapping
from pathlib import Path

from dupcheck.catalog import format_attributes, parse_attributes

LOSE_ALL, LOSE_ONE = 0.15, 0.2
SHUFFLE, MISTYPE, SELL, CAPITALS, FULL_WIDTH = 0.3, 0.2, 0.35, 0.1, 0.04
SELLING = (
    "Hot Sale", "Free Shipping", "New", "2026 New Arrival", "Best Seller", "High Quality", "Wholesale", "Fast Delivery",
    "Limited Offer", "包邮", "热卖", "正品", "★★★", "🔥", "【特价】", "!!!",
)  # fmt: skip


def untidy_listing(row: Mapping[str, str], chance: random.Random) -> dict[str, str]:
    """Return one row of a catalogue as a careless seller would have written it."""
    spoilt = dict(row)
    if spoilt.get("attributes"):
        spoilt["attributes"] = lose_attributes(spoilt["attributes"], chance)
    words = spoilt["title"].split()
    if chance.random() < SHUFFLE:
        words = swap_words(words, chance)
    if chance.random() < MISTYPE:
        words = mistype_word(words, chance)
    if chance.random() < SELL:
        for text in chance.sample(SELLING, chance.choice((1, 1, 2))):
            words.insert(chance.choice((0, len(words))), text)
    title = " ".join(words)
    if chance.random() < CAPITALS:
        title = title.upper()
    if chance.random() < FULL_WIDTH:
        title = widen(title)
    spoilt["title"] = title
    return spoilt


def lose_attributes(text: str, chance: random.Random) -> str:
    """Return attributes of which each may be gone, or all."""
    if chance.random() < LOSE_ALL:
        return ""
    kept = {name: value for name, value in parse_attributes(text).items() if chance.random() >= LOSE_ONE}
    return json.dumps(kept, ensure_ascii=False) if text.lstrip().startswith("{") else format_attributes(kept)


def swap_words(words: list[str], chance: random.Random) -> list[str]:
    """Return a title's words with a run of them moved to another place."""
    if len(words) < 3:
        return words
    start = chance.randrange(len(words) - 1)
    end = min(len(words), start + chance.randint(1, 3))
    rest = words[:start] + words[end:]
    place = chance.randrange(len(rest) + 1)
    return rest[:place] + words[start:end] + rest[place:]


def mistype_word(words: list[str], chance: random.Random) -> list[str]:
    """Return a title's words, one long word of letters with a letter lost, doubled or swapped with the next."""
    long = [i for i, word in enumerate(words) if re.fullmatch(r"[A-Za-z]{5,}", word)]
    if not long:
        return words
    at = chance.choice(long)
    word, i = words[at], chance.randrange(1, len(words[at]) - 1)
    slip = chance.randrange(3)
    if slip == 0:
        word = word[:i] + word[i + 1 :]
    elif slip == 1:
        word = word[:i] + word[i] + word[i:]
    else:
        word = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    return [*words[:at], word, *words[at + 1 :]]


def widen(text: str) -> str:
    """Return a text with its ASCII letters, digits and signs in full-width form."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def write_untidy(source: Path, out: Path, seed: int = 1) -> None:
    """Write an untidy copy of the CSV file ``source``; the same seed gives the same copy."""
    chance = random.Random(seed)
    csv.field_size_limit(1 << 30)
    with source.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = [untidy_listing(row, chance) for row in reader]
        columns = list(reader.fieldnames or ())
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalog", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write_untidy(given.catalog, given.out, given.seed)


if __name__ == "__main__":
    main()
