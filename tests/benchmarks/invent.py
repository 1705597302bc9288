"""Invents labelled catalogues of many kinds and habits: what the shipped start of the pair model is made from.

    python tests/benchmarks/invent.py OUT_FOLDER [--count 36] [--seed 1]

Every catalogue is a folder with ``catalog.csv`` and ``truth.csv``. Each is drawn anew: what is sold, how titles are
built, what stands in attributes, whether prices, codes and descriptions are there, how many sellers word one thing in
their own way, and above all **the habit**: on which axes this seller counts two listings as one product, and on which
as two. All words are our own or invented syllables; no catalogue of anybody goes into it.
"""

import argparse
import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from bulk import COLORS, KINDS, MATERIALS, SELLING, list_brands

COLUMNS = (
    "listing_id", "title", "price", "currency", "category", "attributes", "shop", "image_phash", "sku_code",
    "description",
)  # fmt: skip
_AXES: dict[str, Sequence[str]] = {
    "Color": COLORS,
    "Size": ("XS", "S", "M", "L", "XL", "XXL"),
    "Length": ("30 cm", "50 cm", "80 cm", "1 m", "1.5 m", "2 m", "3 m"),
    "Width": ('10"', '14"', '18"', '20"', '24"', '30"', '36"'),
    "Volume": ("250ml", "350ml", "500ml", "750ml", "1L", "1.2L"),
    "Capacity": ("32GB", "64GB", "128GB", "256GB", "512GB", "1TB"),
    "Power": ("5W", "9W", "12W", "18W", "40W", "60W"),
    "Pack": ("1 pc", "2 pcs", "5 pcs", "10 pcs", "20 pcs", "50 pcs"),
    "Material": MATERIALS,
    "Flavour": ("Mint", "Mango", "Blueberry Ice", "Watermelon", "Peach", "Strawberry Kiwi", "Vanilla", "Cola"),
    "Finish": ("Matte", "Glossy", "Satin", "Brushed", "Antique", "Polished"),
    "Ring size": ("5", "6", "7", "8", "9", "10"),
    "Grade": ("A", "AA", "AAA", "B"),
    "Paper": ("Linen", "Pearl", "Matte card", "Cotton paper"),
    "Format": ("Invitation", "Reply card", "Thank you card", "Menu", "Address label"),
    "Quantity": ("25", "50", "70", "100", "120", "150"),
    "Fitting": ("for X10", "for X11", "for X11 Pro", "for X12", "for Nova 5", "for Nova 6"),
}
_GROUPS = (
    ("Color", "Size"), ("Color", "Volume"), ("Flavour", "Pack"), ("Format", "Quantity", "Paper"), ("Width", "Power"),
    ("Length", "Color"), ("Material", "Grade", "Ring size"), ("Capacity", "Color"), ("Finish", "Length"), ("Pack",),
    ("Fitting", "Color"), ("Power", "Length"), ("Material", "Finish", "Color"), ("Size",), ("Color",), (),
)  # fmt: skip
_SHORT = {"Stainless": "SS", "Black": "Blk", "White": "Wht", "with": "w/", "and": "&", "Set": "Kit", "Case": "Cover"}
_EXTRA = ("Portable", "Modern", "Classic", "Heavy Duty", "Professional", "Mini", "Deluxe", "Premium", "Lightweight")


@dataclass
class Shop:
    """One catalogue as it is drawn: what it sells and its habits."""

    rng: np.random.Generator
    names: list[str]
    axes: tuple[str, ...] = ()
    apart: frozenset[str] = frozenset()
    rows: list[dict[str, str]] = field(default_factory=list)
    truth: list[tuple[str, str]] = field(default_factory=list)

    def draw(self, size: int) -> None:
        """Fill it with about ``size`` listings."""
        rng = self.rng
        self.axes = _GROUPS[int(rng.integers(len(_GROUPS)))]
        self.apart = frozenset(a for a in self.axes if rng.random() < 0.35)
        self.kinds = [KINDS[c][int(rng.integers(len(KINDS[c])))] for c in rng.choice(list(KINDS), 4)]
        self.brands = [self.word() for _ in range(int(rng.integers(1, 6)))]
        self.priced, self.coded, self.told = rng.random() < 0.75, rng.random() < 0.35, rng.random() < 0.3
        self.stated, self.pictured = float(rng.choice([0, 0, 0.4, 0.9, 1])), rng.random() < 0.25
        self.mark = str(rng.choice([" - ", " / ", " ", ", ", " | ", "-"]))
        self.in_title = float(rng.choice([0.3, 0.9, 1.0]))
        self.shops = int(rng.choice([1, 1, 2, 4]))
        self.reworded = 1.0 if self.shops > 1 else float(rng.choice([0.05, 0.3]))
        self.reposted = float(rng.choice([0.05, 0.2, 0.6])) if self.shops == 1 else 0.8
        self.modelled, self.siblings = float(rng.choice([0, 0.3, 0.9])), float(rng.choice([0.1, 0.5, 0.9]))
        self.step = float(rng.choice([0.0, 0.05, 0.3]))
        self.one_word = rng.random() < 0.4
        self.noisy = float(rng.choice([0, 0.1, 0.3]))
        self.common = [str(w) for w in rng.choice(_EXTRA, 3, replace=False)]
        while len(self.rows) < size:
            self.family()

    def word(self) -> str:
        return self.names[int(self.rng.integers(len(self.names)))]

    def model(self) -> str:
        rng = self.rng
        letters = "".join(rng.choice(list("ABCDEGHKLMNPRSTVWX"), int(rng.integers(1, 4))))
        mark = str(rng.choice(["", "-", ""]))
        return f"{letters}{mark}{int(rng.integers(10, 9999))}" + str(rng.choice(["", "", "B", "S", "XL"]))

    def family(self) -> None:
        """Products that share their words but one or two: names, models or numbers of one series."""
        rng = self.rng
        kind, brand = str(rng.choice(self.kinds)), str(rng.choice(self.brands))
        series = [self.word() for _ in range(int(rng.integers(0, 2)))]
        tail = [w for w in self.common if rng.random() < 0.5]
        price = float(np.exp(rng.normal(3.2, 0.9)))
        count = 1 + int(rng.geometric(0.35)) if rng.random() < self.siblings else 1
        numbered, modelled = rng.random() < 0.25, rng.random() < self.modelled
        used: set[str] = set()
        for k in range(count):
            name = [] if (numbered or modelled) and rng.random() < 0.7 else [self.word()]
            if not self.one_word and name and rng.random() < 0.4:
                name.append(self.word())
            if numbered:
                name.append(str(int(rng.integers(1, 30)) * (10 if k % 2 else 1)))
            if modelled:
                name.append(self.model())
            if " ".join(name) in used or not name:
                name.append(self.word())
            used.add(" ".join(name))
            self.product([brand, *series, *name, kind, *tail], brand, kind, price * rng.uniform(0.75, 1.3))

    def product(self, words: list[str], brand: str, kind: str, price: float) -> None:
        rng = self.rng
        choices = [rng.permutation(np.arange(len(_AXES[a])))[: int(rng.integers(1, 5))] for a in self.axes]
        combos: list[tuple[int, ...]] = [()]
        for values in choices:
            combos = [(*c, int(v)) for c in combos for v in values]
        combos = [combos[i] for i in rng.permutation(len(combos))[: int(rng.integers(1, 9))]]
        home = f"P{len(self.truth)}"
        photo = int(rng.integers(0, 2**63))
        for combo in combos:
            chosen = {a: _AXES[a][v] for a, v in zip(self.axes, combo, strict=True)}
            product = home + "".join(f"/{chosen[a]}" for a in self.axes if a in self.apart)
            own = price * (1 + self.step * sum(combo) / 3)
            code = self.model() + str(int(rng.integers(100)))
            times = 1 + (rng.random() < self.reposted) + (rng.random() < self.reposted * 0.3)
            for k in range(times):
                self.listing(words, chosen, product, brand, kind, own, photo, code, k)

    def listing(
        self,
        words: list[str],
        values: dict[str, str],
        product: str,
        brand: str,
        kind: str,
        price: float,
        photo: int,
        code: str,
        k: int,
    ) -> None:
        rng = self.rng
        core = list(words) if k == 0 or rng.random() > self.reworded else self.reword(words)
        shown = [v for v in values.values() if rng.random() < self.in_title]
        if k and len(shown) > 1 and rng.random() < 0.3:
            shown.reverse()
        title = " ".join(core) + "".join(f"{self.mark}{v}" for v in shown)
        if rng.random() < self.noisy:
            title = f"{rng.choice(SELLING)} {title}" if rng.random() < 0.5 else f"{title} {rng.choice(SELLING)}"
        facts = {"Brand": brand, "Type": kind, **values}
        attributes = "; ".join(f"{n}={v}" for n, v in facts.items() if rng.random() < self.stated)
        shaken = price * (1 if k == 0 else float(rng.choice([1.0, 1.0, rng.uniform(0.9, 1.1), rng.uniform(0.7, 1.4)])))
        near = photo ^ (1 << int(rng.integers(0, 63))) if rng.random() < 0.7 else int(rng.integers(0, 2**63))
        said = " ".join(self.reword([*words, *words[:2], *self.common, *values.values()]))
        self.rows.append({
            "listing_id": f"L{len(self.rows):05d}", "title": title,
            "price": f"{shaken:.2f}" if self.priced and rng.random() > 0.05 else "",
            "currency": "USD" if self.priced else "",
            "category": kind if self.stated > 0.5 else "", "attributes": attributes,
            "shop": f"shop {k % self.shops}" if self.shops > 1 else "",
            "image_phash": f"{near:016x}" if self.pictured else "",
            "sku_code": code if self.coded and rng.random() < 0.7 else "",
            "description": said if self.told and rng.random() < 0.8 else "",
        })  # fmt: skip
        self.truth.append((self.rows[-1]["listing_id"], product))

    def reword(self, words: Sequence[str]) -> list[str]:
        """The same thing as another hand words it."""
        rng = self.rng
        said = [w for w in words if len(words) < 4 or rng.random() > 0.12]
        said = [_SHORT.get(w, w) if rng.random() < 0.5 else w for w in said]
        said = [w.replace("-", "") if rng.random() < 0.4 else w for w in said]
        said = [_misspell(w, rng) if len(w) > 4 and rng.random() < 0.03 else w for w in said]
        if rng.random() < 0.4:
            i, j = rng.integers(0, len(said), 2)
            said[i], said[j] = said[j], said[i]
        if rng.random() < 0.5:
            said += [str(w) for w in rng.choice(_EXTRA, int(rng.integers(1, 3)), replace=False)]
        return said


def _misspell(word: str, rng: np.random.Generator) -> str:
    k = int(rng.integers(1, len(word) - 1))
    return word[:k] + word[k + 1] + word[k] + word[k + 2 :] if rng.random() < 0.5 else word[:k] + word[k + 1 :]


def write_catalogs(out: Path, count: int, seed: int, size: int = 400, photos: bool = False) -> None:
    """Write ``count`` catalogues into folders below ``out``; of them only those with ``photos``, if so wished."""
    names = list_brands(3000, np.random.default_rng(seed))
    for k in range(count):
        shop = Shop(np.random.default_rng((seed, k)), names)
        shop.draw(size)
        if photos and not shop.pictured:
            continue
        folder = out / f"{k:02d}"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "catalog.csv").open("w", encoding="utf-8", newline="") as f:
            writer = csv.DictWriter(f, COLUMNS)
            writer.writeheader()
            writer.writerows(shop.rows)
        with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as f:
            csv.writer(f).writerows([("listing_id", "product_id"), *shop.truth])


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=36)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--photos", action="store_true", help="leave out the catalogues without photos")
    given = parser.parse_args()
    write_catalogs(given.out, given.count, given.seed, photos=given.photos)


if __name__ == "__main__":
    main()
