"""Audit dicts as the reports get them: one of every kind of group, and one with thousands of groups."""

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

Audit = dict[str, Any]

HOSTILE = {
    "H-1": "<script>document.title='PWNED'</script><img src=x onerror=\"document.title='PWNED'\"> mug",
    "H-2": "=cmd|'/C calc'!A0 </script><!-- <b>bold</b> {{ 7*7 }} ${7*7} mug",
    "H-3": "\u202egum der\u202c كوب أحمر للقهوة 🫖👩‍👩‍👧 mug \x00\x07\ud800",
    "H-4": "Very long mug title " * 60,
}
UNITS = {"image": "bits", "title": "%", "attributes": "", "price": "%", "codes": ""}
LIMITS: dict[str, list[tuple[str, str, float, str]]] = {
    "R1": [("image", "max", 6, "fail"), ("title", "min", 80, "fail"), ("attributes", "min", 0.7, "skip")],
    "R2": [("title", "min", 90, "fail"), ("attributes", "min", 0.8, "skip"), ("price", "max", 15, "fail")],
    "R3": [("image", "max", 4, "fail"), ("title", "max", 60, "fail")],
}
TEXTS = {
    "en": {
        "why": "{a} and {b} show the same photo and read alike; they differ in {axes}.",
        "same": "{a} and {b} show the same photo and read alike in every point.",
        "place": "Shows the same photo as {keep} and reads alike; differs in {axes}.",
        "keep": "It has the most sales and the most reviews.",
        "caution": "“{axis}” must be a price attribute of the category; if it is not, state it in the title instead.",
    },
    "zh": {
        "why": "{a} 与 {b} 图片相同、文字雷同；差异在于{axes}。",
        "same": "{a} 与 {b} 图片相同、文字完全雷同。",
        "place": "与 {keep} 图片相同、文字雷同；差异在于{axes}。",
        "keep": "销量最高，评价最多。",
        "caution": "“{axis}”必须是该类目的价格属性；如果不是，请改写在标题末尾。",
    },
}


def example_audit(lang: str = "en") -> Audit:
    """About ten groups: every action and every role, missing values, hostile texts."""
    made = _Maker(lang)
    sizes = ["5.0 in", "5.5 in", "6.0 in", "6.5 in", "7.0 in"]
    made.group(
        [f"A-10{i}" for i in range(1, 6)],
        [f"Professional Hair Cutting Scissors Barber Shears Japan 440C Steel {size} Hot Sale" for size in sizes],
        "merge_variants",
        "Size",
        sizes,
        prices=[5.99, 6.49, 6.99, 7.49, 7.99],
        photo="scissors",
    )
    patterns = ["Paisley", "Striped", "Polka Dot", "Argyle"]
    made.group(
        [f"TIE-{p[:3].upper()}" for p in patterns],
        [f"Classic Men's Silk Tie Jacquard Woven 8 cm Necktie, {p}" for p in patterns],
        "merge_variants",
        "Pattern",
        patterns,
        prices=[12.0] * 4,
        rule="R2",
    )
    made.group(
        ["MUG-1", "MUG-100PCS"],
        ["Enamel Camping Mug 350 ml", "100 pcs Enamel Camping Mug 350 ml Wholesale Bulk"],
        "wholesale_tier",
        "Price tier",
        ["1 piece", "100 pieces"],
        prices=[4.5, 3.6],
        photo="mug",
        rule="R2",
    )
    made.group(
        ["B-77", "B-78", "B-79"], ["Canvas Tote Bag with Zip"] * 3, "remove_duplicates", "", ["", "", ""], photo="bag"
    )
    made.group(
        ["C-1", "C-2"],
        ["Phone case for iPhone 14", "Garden hose 15 m"],
        "differentiate",
        "Model",
        ["iPhone 14", ""],
        rule="R3",
        photo="case",
    )
    packs = ["1 pc", "2 pcs", "3 pcs"]
    made.group(
        ["P-1", "P-2", "P-3"], [f"Cotton kitchen towel, {p}" for p in packs], "none", "Pack", packs, photo="towel"
    )
    colors = ["深蓝色", "酒红色", "墨绿色"]
    made.group(
        ["女包-蓝", "女包-红", "女包-绿"],
        [f"2024新款真皮女士手提包大容量单肩斜挎包 {c}" for c in colors],
        "merge_variants",
        "颜色",
        colors,
        prices=[199.0, 199.0, None],
        currency="CNY",
    )
    made.group(
        list(HOSTILE),
        list(HOSTILE.values()),
        "merge_variants",
        "<b>Color</b>",
        ["=Red", "<i>Blue</i>", "\u202eneerG", ""],
        rule="R1",
    )
    many = [f"Color {i:02d}" for i in range(1, 31)]
    made.group(
        [f"YARN-{i:02d}" for i in range(1, 31)],
        [f"Soft cotton yarn 50 g {c}" for c in many],
        "merge_variants",
        "Color",
        many,
        photo="yarn",
    )
    audit = made.audit()
    audit["listings"]["B-78"].update(main_image="../../etc/passwd", url="javascript:alert(1)")
    audit["listings"]["A-101"].update(url="https://shop.example/item/A-101?a=1&b=2", sales=1520.0, reviews=310.0)
    audit["listings"]["TIE-STR"]["price"] = float("nan")
    audit["problems"] = [
        {
            "row": 3,
            "listing_id": "A-103",
            "field": "price",
            "severity": "warning",
            "message": "<b>no</b> price: '=1+1'",
        },
        {
            "row": 9,
            "listing_id": "=HYPERLINK(1)",
            "field": "listing_id",
            "severity": "error",
            "message": "listed twice\nin it",
        },
        {
            "row": None,
            "listing_id": "",
            "field": "",
            "severity": "info",
            "message": "2 columns were not used: Foo, Bar",
        },
    ]
    audit["counts"]["problems"] = 3
    audit["counts"]["problems_by_severity"] = {"error": 1, "warning": 1, "info": 1}
    return audit


def large_audit(groups: int = 2_000, size: int = 4, lang: str = "en") -> Audit:
    """Many groups, each of as many listings, each listing with a photo of its own."""
    chance = random.Random(7)
    made = _Maker(lang)
    nouns = ["lamp", "chair", "mug", "scarf", "hoodie", "kettle", "wallet", "puzzle"]
    actions = ["merge_variants"] * 6 + ["remove_duplicates", "wholesale_tier", "differentiate", "none"]
    for number in range(groups):
        sizes = [f"{10 + i} cm" for i in range(size)]
        noun = chance.choice(nouns)
        made.group(
            [f"L{number:05d}-{i}" for i in range(size)],
            [f"Handmade {noun} number {number} with a title of common length, {s}" for s in sizes],
            actions[number % len(actions)],
            "Size",
            sizes,
            rule=chance.choice(["R1", "R2"]),
        )
    return made.audit()


def draw_photos(audit: Audit, folder: Path, edge: int = 320) -> None:
    """Draw a shaded, textured picture for each main image that lies inside the folder."""
    for name in {listing["main_image"] for listing in audit["listings"].values()}:
        if not name or ".." in name or "://" in name:
            continue
        chance = random.Random(name)
        tint = tuple(chance.randrange(40, 220) for _ in range(3))
        photo = Image.radial_gradient("L").resize((edge, edge))
        photo = Image.merge("RGB", [photo.point(lambda v, c=c: 255 - v * (255 - c) // 400) for c in tint])
        draw = ImageDraw.Draw(photo)
        for _ in range(5):
            x, y, r = (chance.randrange(edge // 5, edge * 4 // 5) for _ in range(3))
            shade = tuple(min(255, c + chance.randrange(-40, 90)) for c in tint)
            draw.ellipse([x - r // 3, y - r // 4, x + r // 3, y + r // 4], fill=shade)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        photo.filter(ImageFilter.GaussianBlur(edge / 160)).save(path, quality=85)


class _Maker:
    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.listings: Audit = {}
        self.pairs: list[Audit] = []
        self.groups: list[Audit] = []
        self.plans: list[Audit] = []

    def group(
        self,
        ids: list[str],
        titles: list[str],
        action: str,
        axis: str,
        values: list[str],
        *,
        prices: Iterable[float | None] = (),
        photo: str = "",
        rule: str = "R1",
        currency: str = "USD",
    ) -> None:
        texts = TEXTS[self.lang]
        keep, group_id = ids[0], f"G-{len(self.groups):04x}"
        listed = list(prices) or [9.99] * len(ids)
        for listing_id, title, value, price in zip(ids, titles, values, listed, strict=True):
            number = len(self.listings)
            self.listings[listing_id] = {
                "title": title,
                "price": price,
                "currency": currency,
                "category": "Home",
                "shop": "",
                "main_image": f"photos/{photo or f'n{number}'}.jpg",
                "url": "",
                "sku_code": f"SKU{number:05d}",
                "sales": None,
                "reviews": None,
                "created": "",
                "min_order_quantity": None,
                "attributes": {axis: value} if value else {},
            }
        for i, a in enumerate(ids):
            for j in range(i + 1, len(ids)):
                self.pairs.append(self._pair(a, ids[j], rule, axis, values[i], values[j]))
        role = {
            "merge_variants": "fold",
            "wholesale_tier": "fold",
            "remove_duplicates": "remove",
            "differentiate": "differentiate",
            "none": "allowed",
        }[action]
        first_role = role if action in ("differentiate", "none") else "keep"
        self.groups.append(
            {
                "group_id": group_id,
                "verdict": "advice" if rule == "R3" else "duplicate",
                "action": action,
                "rules": [rule],
                "keep": keep,
                "weakest": {"listing_a": keep, "listing_b": ids[-1], "rule": rule, "strength": 0.83},
                "members": [
                    {
                        "listing_id": listing_id,
                        "role": first_role if listing_id == keep else role,
                        "rule": rule,
                        "options": {axis: value} if axis and value else {},
                        "explanation": texts["keep"]
                        if listing_id == keep
                        else texts["place"].format(keep=keep, axes=axis),
                    }
                    for listing_id, value in zip(ids, values, strict=True)
                ],
            }
        )
        merge = action == "merge_variants"
        self.plans.append(
            {
                "group_id": group_id,
                "action": action,
                "keep": keep,
                "listings": ids,
                "title": titles[0] if merge else "",
                "axes": [{"name": axis, "values": [v for v in values if v]}] if merge else [],
                "skus": [
                    {
                        "listing_id": listing_id,
                        "options": {axis: value} if value else {},
                        "price": price,
                        "currency": currency,
                        "sku_code": self.listings[listing_id]["sku_code"],
                        "image": self.listings[listing_id]["main_image"],
                    }
                    for listing_id, value, price in zip(ids, values, listed, strict=True)
                ]
                if merge
                else [],
                "wholesale": {"min_order_quantity": 100, "discount_percent": 20}
                if action == "wholesale_tier"
                else None,
                "reasons": [texts["keep"]],
                "cautions": [texts["caution"].format(axis=axis)] if merge else [],
            }
        )

    def _pair(self, a: str, b: str, rule: str, axis: str, left: str, right: str) -> Audit:
        signals = {"image": 2.0, "title": 96.5, "attributes": float("nan"), "price": 100 / 3, "codes": None}
        if rule == "R3":
            signals["title"] = 12.0
        if rule == "R2":
            signals["price"] = 8.25
        conditions = [
            {
                "signal": signal,
                "side": side,
                "limit": limit,
                "value": signals[signal],
                "state": "skipped" if signal == "attributes" else "held",
                "text": self._said(signal, side, limit, signals[signal]),
            }
            for signal, side, limit, _ in LIMITS[rule]
        ]
        text = TEXTS[self.lang]["why" if axis else "same"].format(a=a, b=b, axes=axis)
        return {
            "listing_a": a,
            "listing_b": b,
            "rule": rule,
            "verdict": "advice" if rule == "R3" else "duplicate",
            "differs_in": [{"axis": axis.lower().replace(" ", "_"), "a": left, "b": right, "shown": [left, right]}]
            if axis
            else [],
            "signals": signals,
            "conditions": conditions,
            "explanation": text,
        }

    def _said(self, signal: str, side: str, limit: float, value: Any) -> str:
        if signal == "attributes":
            return f"{signal}: cannot tell"
        return f"{signal} {value:g} {UNITS[signal]} {'≤' if side == 'max' else '≥'} {limit} {UNITS[signal]}"

    def audit(self) -> Audit:
        zh = self.lang == "zh"
        by_rule: dict[str, int] = {}
        for pair in self.pairs:
            by_rule[pair["rule"]] = by_rule.get(pair["rule"], 0) + 1
        by_action: dict[str, int] = {}
        for group in self.groups:
            by_action[group["action"]] = by_action.get(group["action"], 0) + 1
        return {
            "format": 1,
            "lang": self.lang,
            "versions": {"dupcheck": "0.1.0", "python": "3.11"},
            "rules": {
                "pack": "aliexpress",
                "title": "速卖通 AliExpress" if zh else "AliExpress",
                "note": "",
                "set": ["R2.title.min=90"],
                "changed": ["R2.title.min: 80 → 90."],
                "sources": [
                    {"text": "《重复铺货规则》" if zh else "Rules on duplicate listings", "date": "2024-05-01"}
                ],
                "rules": [
                    {
                        "code": code,
                        "name": name,
                        "verdict": "advice" if code == "R3" else "duplicate",
                        "summary": summary[zh],
                        "why": "" if zh else "Buyers see the same thing many times.",
                        "mistakes": "" if zh else "Two colours of one model sold under one stock photo.",
                        "ways": [{"name": "", "summary": ""}],
                        "when": [
                            [
                                {"signal": signal, "side": side, "limit": limit, "missing": missing}
                                for signal, side, limit, missing in LIMITS[code]
                            ]
                        ],
                    }
                    for code, name, summary in [
                        (
                            "R1",
                            "same-main-image",
                            (
                                "Same main image, and title and attributes nearly identical.",
                                "商品主图完全相同，且标题、属性等关键信息雷同。",
                            ),
                        ),
                        (
                            "R2",
                            "other-main-image",
                            (
                                "Other main image, but title, attributes and price highly similar.",
                                "商品主图不同，但标题、属性、价格等关键信息高度雷同。",
                            ),
                        ),
                        (
                            "R3",
                            "borrowed-image",
                            (
                                "A different product that reuses another listing's main image.",
                                "不同商品直接引用了已有商品的主图。",
                            ),
                        ),
                    ]
                ],
            },
            "settings": {"engine": "local"},
            "catalog": {
                "files": ["/home/me/catalog.csv"],
                "listings": len(self.listings) + 21,
                "skus": len(self.listings) + 21,
                "photos": len(self.listings),
                "image_root": None,
                "mapping": {},
            },
            "counts": {
                "listings": len(self.listings) + 21,
                "flagged": len(self.listings),
                "pairs": len(self.pairs),
                "pairs_by_rule": by_rule,
                "groups": len(self.groups),
                "grouped": len(self.listings),
                "violations": len(self.listings) - len(self.groups),
                "questions": 0,
                "groups_by_action": by_action,
                "problems": 0,
                "problems_by_severity": {"error": 0, "warning": 0, "info": 0},
            },
            "candidates": {
                "pairs": 4 * len(self.pairs),
                "proposed_by": {"title": 3 * len(self.pairs), "image": len(self.pairs)},
                "may_miss": "两个商品若标题与图片都不相近，则不会被比较。"
                if zh
                else "Two listings alike in neither title nor photo are not compared.",
            },
            "listings": self.listings,
            "pairs": self.pairs,
            "groups": self.groups,
            "plans": self.plans,
            "problems": [],
        }
