"""Ways to pass one listing off as another, by name: each is seen through, or the rule says that it is not.

The list is what Taobao's and 1688's rules on repeated listings name: reworded titles, shuffled words and attributes,
added symbols and digits, another unit, price or background, a meaningless gift.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

import dupcheck as dc
from dupcheck.model import Catalog

Shop = Callable[..., Catalog]

LAMP = "Nordic LED Desk Lamp Adjustable Swing Arm Reading Light 7W"
ORIGINALS: Mapping[str, Mapping[str, Any]] = {
    "lamp": {"title": LAMP, "price": 29.9, "attributes": {"Material": "Iron", "Power": "7W", "Height": "45cm"}},
    "cream": {
        "title": "Hydrating Face Cream Hyaluronic Acid Moisturizer 50ml",
        "price": 15.8,
        "attributes": {"Net Volume": "50ml", "Skin Type": "All"},
    },
    "bottle": {
        "title": "Insulated Water Bottle 1L Leakproof Sports Flask",
        "price": 12.5,
        "attributes": {"Material": "Stainless Steel", "Capacity": "1L"},
    },
    "rice": {
        "title": "Organic Jasmine Rice Long Grain Fragrant 2kg",
        "price": 9.0,
        "attributes": {"Weight": "2kg", "Origin": "Thailand"},
    },
    "cable": {
        "title": "Nylon Braided USB C Charging Cable 60W Data Cord 2m",
        "price": 4.4,
        "attributes": {"Length": "2m", "Power": "60W"},
    },
    "rug": {
        "title": "Shaggy Plush Bedroom Rug 100x150cm",
        "price": 33.0,
        "attributes": {"Size": "100x150cm", "Material": "Polyester"},
    },
    "towel": {"title": "加厚纯棉毛巾柔软吸水洗脸巾家用", "price": 2.1, "attributes": {"材质": "纯棉"}},
    "bank": {
        "title": "Slim Power Bank 20000mAh Fast Charging Mobile Phone Supply",
        "price": 19.9,
        "attributes": {"Capacity": "20000mAh"},
    },
}


@pytest.fixture
def publish_twin(make_shop: Shop) -> Callable[..., dc.Audit]:
    """Audit a shop in which one of the ``ORIGINALS`` stands twice, the second time changed."""

    def publish(original: str, **changes: Any) -> dc.Audit:
        rows = [{"listing_id": name, **fields} for name, fields in ORIGINALS.items()]
        twin = {**ORIGINALS[original], **changes, "listing_id": "twin"}
        return dc.audit(make_shop(*rows, twin, currency="USD", category="Home"))

    return publish


def groups(audit: dc.Audit) -> list[set[str]]:
    return [set(g.listings) for g, _ in audit.grouped]


TITLES = {
    "shuffled words": ("lamp", "Reading Light Adjustable LED Nordic 7W Swing Arm Desk Lamp"),
    "capitals": ("lamp", LAMP.upper()),
    "full-width signs": ("lamp", "".join(chr(ord(c) + 0xFEE0) if c != " " else c for c in LAMP)),
    "symbols": ("lamp", "★Nordic★ LED Desk Lamp!!! Adjustable ~ Swing Arm / Reading Light 7W 🔥🔥【】"),
    "added selling words": ("lamp", f"Hot Sale {LAMP} Free Shipping Best Price"),
    "dots for blanks": ("lamp", LAMP.replace(" ", ".")),
    "underscores for blanks": ("lamp", LAMP.replace(" ", "_")),
    "a word letter by letter": ("lamp", LAMP.replace("Nordic", "N o r d i c")),
    "invisible signs": ("lamp", LAMP.replace("d", "d\u200b")),
    "letters of another alphabet": ("lamp", LAMP.translate(str.maketrans("oaecp", "оаеср"))),
    "accents": ("lamp", LAMP.replace("o", "ó").replace("e", "è")),
    "gift (en)": ("lamp", f"{LAMP} + Free Gift"),
    "named gift (en)": ("lamp", f"{LAMP} with Free Keychain Gift"),
    "bracketed gift (en)": ("lamp", f"{LAMP} (Gift: Cleaning Cloth)"),
    "gift (zh)": ("towel", "加厚纯棉毛巾柔软吸水洗脸巾家用 买一送一 赠品"),
    "named gift (zh)": ("towel", "加厚纯棉毛巾柔软吸水洗脸巾家用【送挂钩】"),
    "gift (ru)": ("lamp", f"{LAMP} подарок в комплекте"),
    "gift (es)": ("lamp", f"{LAMP} con regalo gratis"),
    "gift (pt)": ("lamp", f"{LAMP} brinde grátis"),
    "gift (id)": ("lamp", f"{LAMP} bonus hadiah gratis"),
}  # fmt: skip


@pytest.mark.parametrize(("original", "title"), TITLES.values(), ids=TITLES)
def test_another_title_for_one_product_is_seen_through(
    publish_twin: Callable[..., dc.Audit], original: str, title: str
) -> None:
    audit = publish_twin(original, title=title)
    assert groups(audit) == [{original, "twin"}]
    assert {p.action for p in audit.plans} == {"remove_duplicates"}


MORE = {
    "added digits": ("lamp", f"{LAMP} 8861"),
    "added code": ("lamp", f"{LAMP} X-21"),
    "added letters": ("lamp", f"{LAMP} abc"),
    "added year": ("lamp", f"2026 {LAMP} New Arrival"),
    "synonyms": ("bank", "Slim Powerbank 20000mAh Quick Charge Smartphone Supply"),
    "synonym of the thing": ("rug", "Shaggy Plush Bedroom Carpet 100x150cm"),
}


@pytest.mark.parametrize(("original", "title"), MORE.values(), ids=MORE)
def test_what_one_title_says_more_is_seen_and_asked_about(
    publish_twin: Callable[..., dc.Audit], original: str, title: str
) -> None:
    audit = publish_twin(original, title=title)
    assert groups(audit) == [{original, "twin"}]
    (plan,) = audit.plans
    assert plan.action == "ask" and plan.question is not None and not plan.offline
    assert {*plan.question.only_here, *plan.question.only_there}


UNITS = {
    "ml as l": ("cream", "Hydrating Face Cream Hyaluronic Acid Moisturizer 0.05L", {"Net Volume": "0.05 L"}),
    "ml as fl oz": ("cream", "Hydrating Face Cream Hyaluronic Acid Moisturizer 1.7 fl oz", {"Net Volume": "1.7 fl oz"}),
    "l as ml": ("bottle", "Insulated Water Bottle 1000ml Leakproof Sports Flask", {"Capacity": "1000 ml"}),
    "kg as g": ("rice", "Organic Jasmine Rice Long Grain Fragrant 2000g", {"Weight": "2000 g"}),
    "kg as lb": ("rice", "Organic Jasmine Rice Long Grain Fragrant 4.4 lb", {"Weight": "4.4 lb"}),
    "m as cm": ("cable", "Nylon Braided USB C Charging Cable 60W Data Cord 200cm", {"Length": "200 cm"}),
    "m as feet": ("cable", "Nylon Braided USB C Charging Cable 60W Data Cord 6.6ft", {"Length": "6.6 ft"}),
    "m as inches": ("cable", "Nylon Braided USB C Charging Cable 60W Data Cord 79 inch", {"Length": "79 inch"}),
    "cm as inches": ("rug", 'Shaggy Plush Bedroom Rug 39.4x59"', {"Size": "39.4x59 inch"}),
    "cm as mm": ("rug", "Shaggy Plush Bedroom Rug 1000x1500mm", {"Size": "1000 x 1500 mm"}),
    "cm as m": ("rug", "Shaggy Plush Bedroom Rug 1x1.5m", {"Size": "1x1.5m"}),
}  # fmt: skip


@pytest.mark.parametrize(("original", "title", "changed"), UNITS.values(), ids=UNITS)
def test_another_unit_is_the_same_amount(
    publish_twin: Callable[..., dc.Audit], original: str, title: str, changed: dict[str, str]
) -> None:
    audit = publish_twin(original, title=title, attributes={**ORIGINALS[original]["attributes"], **changed})
    assert groups(audit) == [{original, "twin"}]
    assert {p.action for p in audit.plans} == {"remove_duplicates"}
    assert audit.pairs["differs_in"].tolist() == [""]


@pytest.mark.parametrize(("left", "right"), [("2m", "2.1m"), ("6 ft", "6.6 ft"), ("200cm", "6 ft"), ("1.5m", "6.6 ft")])
def test_another_amount_is_another_value(make_shop: Shop, left: str, right: str) -> None:
    rows = [
        {"title": f"Nylon Braided Charging Cable Data Cord {x}", "attributes": {"Length": x}} for x in (left, right)
    ]
    audit = dc.audit(make_shop(*rows, price=5.0, currency="USD"))
    assert [p.action for p in audit.plans] == ["merge_variants"]
    assert audit.pairs["differs_in"].tolist() == ["length"]


@pytest.mark.parametrize("price", [26.9, 31.5, 39.9])
def test_another_price_is_seen_through(publish_twin: Callable[..., dc.Audit], price: float) -> None:
    assert groups(publish_twin("lamp", price=price)) == [{"lamp", "twin"}]


def test_another_order_of_attributes_is_seen_through(publish_twin: Callable[..., dc.Audit]) -> None:
    attributes = dict(reversed(ORIGINALS["lamp"]["attributes"].items()))
    assert groups(publish_twin("lamp", attributes=attributes)) == [{"lamp", "twin"}]


def test_attributes_in_other_words_are_seen_through(publish_twin: Callable[..., dc.Audit]) -> None:
    attributes = {"材质": "铁", "Wattage": "7 W", "Item Height": "450 mm"}
    assert groups(publish_twin("lamp", attributes=attributes)) == [{"lamp", "twin"}]


def draw_lamp(path: Path, ground: tuple[int, int, int], striped: bool) -> str:
    picture = Image.new("RGB", (400, 400), ground)
    pen = ImageDraw.Draw(picture)
    for x in range(0, 400, 40) if striped else ():
        pen.rectangle((x, 0, x + 18, 400), fill=(120, 90, 60))
    pen.polygon([(150, 80), (250, 80), (300, 190), (100, 190)], fill=(190, 40, 40))
    pen.rectangle((190, 190, 210, 340), fill=(40, 40, 40))
    pen.ellipse((120, 320, 280, 370), fill=(60, 60, 60))
    picture.save(path)
    return path.name


def test_another_background_is_seen_through(make_shop: Shop, tmp_path: Path) -> None:
    plain = draw_lamp(tmp_path / "plain.png", (255, 255, 255), striped=False)
    wall = draw_lamp(tmp_path / "wall.png", (205, 180, 150), striped=True)
    rows = [{**ORIGINALS["lamp"], "main_image": photo} for photo in (plain, wall)]
    audit = dc.audit(make_shop(*rows, image_root=tmp_path, currency="USD", category="Home"))
    assert groups(audit) == [{"L-1", "L-2"}]
    assert audit.pairs["rule"].tolist() == ["R2"]


class TestWhatIsMissedIsSaid:
    REWORDED = "Scandinavian Table Luminaire Bendable Study Lighting 7W"

    def test_a_reworded_title_is_seen_through_by_its_photo(
        self, make_shop: Shop, tmp_path: Path, draw_photo: Callable[..., Path]
    ) -> None:
        photo = draw_photo(tmp_path / "a.jpg", 1).name
        twin = {**ORIGINALS["lamp"], "title": "Scandi LED Desk Lamp Bendable Arm Study Light 7W"}
        rows = [{**row, "main_image": photo} for row in (ORIGINALS["lamp"], twin)]
        audit = dc.audit(make_shop(*rows, image_root=tmp_path, currency="USD", category="Home"))
        assert groups(audit) == [{"L-1", "L-2"}]

    def test_a_title_reworded_throughout_under_another_photo_is_a_known_mistake(
        self, publish_twin: Callable[..., dc.Audit]
    ) -> None:
        assert groups(publish_twin("lamp", title=self.REWORDED)) == []
        (rule,) = [r for r in dc.read_pack("aliexpress").rules if r.code == "R2"]
        assert "synonyms" in rule.mistakes.say("en")
        assert "同义词" in rule.mistakes.say("zh")

    def test_twice_the_price_under_another_photo_is_no_duplicate_and_asked_about(
        self, make_shop: Shop, tmp_path: Path, draw_photo: Callable[..., Path]
    ) -> None:
        rows = [
            {"title": LAMP, "price": price, "main_image": draw_photo(tmp_path / f"{price}.jpg", seed).name}
            for seed, price in enumerate((29.9, 62.0))
        ]
        audit = dc.audit(make_shop(*rows, image_root=tmp_path, currency="USD"))
        assert [p.action for p in audit.plans] == ["ask"]
        assert audit.pairs["rule"].tolist() == ["R4"]
        (rule,) = [r for r in dc.read_pack("aliexpress").rules if r.code == "R2"]
        assert "price" in rule.mistakes.say("en")
