"""A catalogue of any size with its truth, invented: for measuring speed and memory.

    python tests/benchmarks/bulk.py 200000 OUT_FOLDER [--seed 1]

Writes ``catalog.csv`` (dupcheck's columns; photos as ``image_phash`` only) and ``truth.csv``. Products are sold in one
listing, or in one a colour, size, colour and size, or pack; some listings are posted again with other words and
another photo, some products of one brand differ in their model number only, and some share a stock photo.

Titles draw on a long tail of words, as real ones do: what nearest-title search costs is the sum over words of the
square of how many titles hold each, and a short word list would make it many times dearer than it is in a shop.
"""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

COLUMNS = ("listing_id", "title", "price", "currency", "category", "image_phash", "attributes", "sales", "created")
COLORS = ("Black", "White", "Red", "Navy Blue", "Grey", "Green", "Pink", "Beige", "Purple", "Yellow", "Brown", "Khaki")
SIZES = ("XS", "S", "M", "L", "XL", "XXL")
PACKS = (1, 2, 5, 10, 20)
SELLING = ("Hot Sale", "Free Shipping", "New Arrival 2026", "Top Quality", "Wholesale", "Fast Delivery")
MATERIALS = (
    "Cotton", "Linen", "Stainless Steel", "Bamboo", "Silicone", "Leather", "Ceramic", "Acrylic", "Oak Wood",
    "Polyester", "Glass", "Aluminium", "Wool", "Canvas", "Rattan", "Velvet",
)  # fmt: skip
STATED = 0.25  # the share of titles that name their material
# category → what is sold in it; clothes come in sizes
KINDS = {
    "Clothing > Tops": ("T-Shirt", "Hoodie", "Blouse", "Polo Shirt", "Cardigan", "Tank Top"),
    "Clothing > Bottoms": ("Jeans", "Shorts", "Skirt", "Leggings", "Cargo Pants"),
    "Bags": ("Backpack", "Tote Bag", "Crossbody Bag", "Wallet", "Duffel Bag", "Pencil Case"),
    "Kitchen": ("Mug", "Cutting Board", "Lunch Box", "Storage Jar", "Water Bottle", "Spatula Set", "Teapot"),
    "Home": ("Curtain", "Cushion Cover", "Throw Blanket", "Wall Clock", "Desk Lamp", "Shower Mat", "Picture Frame"),
    "Electronics": ("Phone Case", "Power Bank", "USB Cable", "Earbuds", "Phone Holder", "Keyboard", "LED Strip"),
    "Beauty": ("Makeup Brush", "Hair Clip", "Nail File", "Comb", "Cosmetic Bag", "Mirror"),
    "Sports": ("Yoga Mat", "Jump Rope", "Resistance Band", "Knee Pad", "Bike Light", "Swim Goggles"),
    "Jewelry": ("Necklace", "Bracelet", "Stud Earrings", "Ring", "Anklet", "Brooch"),
    "Tools": ("Screwdriver Set", "Tape Measure", "Utility Knife", "Wrench", "Drill Bit", "Work Gloves"),
}
SYLLABLES = (
    ("B", "C", "D", "F", "G", "H", "K", "L", "M", "N", "P", "R", "S", "T", "V", "Z", "Br", "Cl", "Dr", "Fl", "Gr"),
    ("a", "e", "i", "o", "u", "ai", "ea", "or", "an", "el", "ist"),
    ("ba", "da", "do", "ka", "la", "lin", "lo", "ma", "mon", "na", "nor", "ra", "ro", "sa", "ta", "ter", "ton", "va"),
)  # fmt: skip
STOCK_PHOTO_SHARE, STOCK_PHOTO_USERS = 0.01, 40
REPOST_SHARE = 0.06
MODEL_SHARE, SIBLING_SHARE = 0.3, 0.2  # of products; of those with a model number


def list_brands(count: int, rng: np.random.Generator) -> list[str]:
    """Return invented names, each once: they stand for brands, series and designs."""
    starts, middles, ends = SYLLABLES
    found: dict[str, None] = {}
    while len(found) < count:
        name = rng.choice(starts) + rng.choice(middles) + rng.choice(ends)
        if len(found) > 2_000:
            name += rng.choice(ends)
        if len(found) > 40_000:
            name += rng.choice(ends)
        found.setdefault(name)
    return list(found)


class Generator:
    """Makes the listings of one product after another."""

    def __init__(self, seed: int, brands: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.names = list_brands(brands, self.rng)
        self.kinds = [(category, kind) for category, kinds in KINDS.items() for kind in kinds]
        self.stock: list[int] = []

    def pick(self, choices: tuple[str, ...]) -> str:
        """Return one of ``choices``."""
        return choices[int(self.rng.integers(len(choices)))]

    def name(self) -> str:
        """Return an invented name; a few are common, most are rare."""
        return self.names[int(len(self.names) * self.rng.random() ** 2.5)]

    def hash(self) -> int:
        """Return the hash of a photo nobody else has."""
        return int(self.rng.integers(0, 2**64, dtype=np.uint64))

    def near(self, photo: int) -> int:
        """Return the hash of the same photo, as another file."""
        for bit in self.rng.integers(0, 64, int(self.rng.integers(0, 5))):
            photo ^= 1 << int(bit)
        return photo

    def photo(self) -> int:
        """Return a product's photo: its own, or a stock photo."""
        if self.rng.random() >= STOCK_PHOTO_SHARE:
            return self.hash()
        if not self.stock:
            self.stock = [self.hash()] * STOCK_PHOTO_USERS
        return self.stock.pop()

    def products(self) -> Iterator[list[dict[str, str]]]:
        """Give the listings of one product after another, without end."""
        rng = self.rng
        while True:
            category, kind = self.kinds[int(rng.integers(len(self.kinds)))]
            brand, material = self.name(), self.pick(MATERIALS)
            words = [brand, self.name(), self.name(), kind, self.name(), self.name(), self.name()]
            if rng.random() < STATED:
                words[1] = material
            if rng.random() < MODEL_SHARE:
                words[4] = self.model()
            attributes = {"Brand": brand, "Material": material, "Type": kind}
            price = float(np.exp(rng.normal(2.6, 0.8)))
            yield list(self.product(words, price, category, attributes))
            if words[4][-1].isdigit() and rng.random() < SIBLING_SHARE:
                sibling = [*words[:4], self.model(), *words[5:]]
                yield list(self.product(sibling, price * rng.uniform(0.8, 1.3), category, attributes))

    def model(self) -> str:
        """Return a model code: a letter and a number."""
        return f"{self.pick(tuple('ABCDEHKLMRSTX'))}{int(self.rng.integers(10, 990))}"

    def product(
        self, words: list[str], price: float, category: str, attributes: dict[str, str]
    ) -> Iterator[dict[str, str]]:
        """Give the listings of one product."""
        rng, photo = self.rng, self.photo()
        for options, factor in self.variants(category.startswith("Clothing")):
            own = self.near(photo) if rng.random() > 0.12 else self.hash()
            yield self.listing(words, options, price * factor, category, attributes, own)
        while rng.random() < REPOST_SHARE:
            other = words.copy()
            rng.shuffle(other)
            other.append(self.pick(SELLING))
            own = self.near(photo) if rng.random() < 0.6 else self.hash()
            yield self.listing(other, {}, price * rng.uniform(0.95, 1.05), category, attributes, own)

    def variants(self, sized: bool) -> list[tuple[dict[str, str], float]]:
        """Return the options of each listing of a product, and its price beside the product's."""
        rng, draw = self.rng, self.rng.random()
        colors = [str(c) for c in rng.choice(COLORS, int(rng.integers(2, 7)), replace=False)]
        sizes = SIZES[int(rng.integers(0, 2)) : int(rng.integers(3, 7))] if sized else ("Small", "Medium", "Large")
        if draw < 0.45:
            return [({}, 1.0)]
        if draw < 0.7:
            return [({"Color": c}, 1.0) for c in colors]
        if draw < 0.82:
            return [({"Size": s}, 1.0 + 0.04 * k * (not sized)) for k, s in enumerate(sizes)]
        if draw < 0.9:
            return [({"Color": c, "Size": s}, 1.0) for c in colors[:4] for s in sizes]
        return [({"Pack": f"{n} pcs"}, n * 0.95**k) for k, n in enumerate(PACKS[: int(rng.integers(2, 5))])]

    def listing(
        self, words: list[str], options: dict[str, str], price: float, category: str, attributes: dict[str, str],
        photo: int,
    ) -> dict[str, str]:  # fmt: skip
        """Return one listing: an option's value stands at the end of its title, the start or between the words."""
        words = words.copy()
        for value in options.values():
            draw = self.rng.random()
            words.insert(len(words) if draw < 0.6 else 0 if draw < 0.75 else int(self.rng.integers(len(words))), value)
        if self.rng.random() < 0.15:
            words.append(self.pick(SELLING))
        return {
            "title": " ".join(words),
            "price": f"{price:.2f}",
            "currency": "USD",
            "category": category,
            "image_phash": f"{photo:016x}",
            "attributes": "; ".join(f"{k}={v}" for k, v in {**attributes, **options}.items()),
            "sales": str(int(self.rng.pareto(1.0) * 5)),
            "created": f"2025-{int(self.rng.integers(1, 13)):02d}-{int(self.rng.integers(1, 29)):02d}",
        }


def write_bulk(count: int, folder: Path, seed: int = 1) -> None:
    """Write ``count`` listings in mixed order to ``folder/catalog.csv``, and which product each is of."""
    generator = Generator(seed, brands=max(2_000, count // 4))
    listings: list[tuple[dict[str, str], int]] = []
    for number, product in enumerate(generator.products()):
        listings += [(listing, number) for listing in product]
        if len(listings) >= count:
            break
    listings = listings[:count]
    generator.rng.shuffle(listings)
    folder.mkdir(parents=True, exist_ok=True)
    with (
        (folder / "catalog.csv").open("w", encoding="utf-8", newline="") as catalog,
        (folder / "truth.csv").open("w", encoding="utf-8", newline="") as truth,
    ):
        rows, products = csv.DictWriter(catalog, COLUMNS), csv.writer(truth)
        rows.writeheader()
        products.writerow(("listing_id", "product_id"))
        for i, (listing, owner) in enumerate(listings):
            rows.writerow({"listing_id": f"B{i:07d}", **listing})
            products.writerow((f"B{i:07d}", f"P{owner}"))


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write_bulk(given.count, given.folder, given.seed)


if __name__ == "__main__":
    main()
