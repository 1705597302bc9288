"""Twelve catalogues of plans, and each as the marketplaces' own files hold it, with what only such a file knows.

Nothing here uses the exports: what they change is held against rows that they did not write.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from dupcheck.model import Listing, Sku

TEE = "Unisex Organic Cotton Crew Neck Tee"
HTML = "<h2>Care</h2><ul><li>Wash <b>cold</b></li></ul>"
WEB = "https://img.example/"
CLOCK = "Walnut Wall Clock Silent Sweep"
Row = dict[str, str]


def one(number: int, title: str, **fields: Any) -> Listing:
    """A listing with everything that a marketplace asks for."""
    known: dict[str, Any] = {
        "price": 18.5, "currency": "USD", "category": "15687", "main_image": f"{WEB}{number}.jpg",
        "sku_code": f"C-{number}", "gtin": "", "stock": 7.0, "url": f"https://shop.example/{number}", "shop": "North",
        "description": HTML, "sales": float(100 - number % 100),
    }  # fmt: skip
    attributes = {"Brand": "Eclat", "Fabric": "Jersey", **fields.pop("attributes", {})}
    return Listing(listing_id=str(number), title=title, attributes=attributes, **{**known, **fields})


def vary(first: int, title: str, axes: Mapping[str, Sequence[str]], **fields: Any) -> list[Listing]:
    """One listing for each combination of values."""
    combos: list[dict[str, str]] = [{}]
    for name, values in axes.items():
        combos = [{**c, name: v} for c in combos for v in values]
    return [one(first + k, f"{title} {' '.join(c.values())}", attributes=c, **fields) for k, c in enumerate(combos)]


def make_catalogs() -> dict[str, list[Listing]]:
    """Return the twelve, by name; ids are numbers, as WooCommerce's and eBay's are."""
    tees = {"Color": ("Black", "White"), "Size": ("M", "L")}
    simple = vary(1010, TEE, tees)
    skus = tuple(Sku({"Color": "Black", "Size": s}, 18.5, "USD", f"V-{s}", "", 5.0, f"{WEB}v.jpg") for s in ("M", "L"))
    held = replace(one(1100, f"{TEE} Black", attributes={"Color": "Black"}, sku_code="", sales=500.0), skus=skus)
    bottle = "Vacuum Insulated Water Bottle Leakproof Thermos"
    vase = "Hand Thrown Ceramic Bud Vase Minimalist"
    camera = {"Brand": "Nikon", "Model": "FM2", "Condition": "Used"}
    many = [f"Shade {k:03d}" for k in range(1, 121)]
    return {
        "merge into simple": simple,
        "merge into variants": [held, one(1101, f"{TEE} White M", attributes={"Color": "White", "Size": "M"})],
        "tier": [one(1200, bottle, price=12.5), one(1201, f"Wholesale {bottle}", price=10.0, min_order_quantity=20.0,
                                                    stock=200.0)],
        "removal": [one(1300, vase), one(1301, vase, sales=1.0)],
        "three axes": vary(1400, f"{TEE} Pocket", {"Color": ("Black", "White"), "Size": ("M", "L"),
                                                   "Material": ("Cotton", "Linen")}),
        "120 values": [
            replace(one(1500, "Matte Liquid Lipstick Long Wear", sku_code="", sales=500.0),
                    skus=tuple(Sku({"Color": v}, 6.0, "USD", f"L-{k}", "", 3.0) for k, v in enumerate(many[:119]))),
            one(1501, f"Matte Liquid Lipstick Long Wear {many[119]}", price=6.0, attributes={"Color": many[119]}),
        ],
        "accents": vary(1700, "Écharpe Châle Cachemire Écru Façonné", {"Color": ("Crème", "Rosé")}),
        "cyrillic": vary(1800, "Шарф кашемировый тёплый зимний", {"Цвет": ("Красный", "Синий")}),
        "codes that repeat": vary(1900, f"{TEE} Heavy", {"Color": ("Black", "White")}, sku_code="SAME"),
        "missing photos": vary(2000, f"{TEE} Raglan", {"Color": ("Black", "White")}, main_image=""),
        "two currencies": [one(2100, f"{TEE} Henley Black", attributes={"Color": "Black"}),
                           one(2101, f"{TEE} Henley White", attributes={"Color": "White"}, currency="EUR")],
        "used goods": [replace(one(2200 + k, "Nikon FM2 Film SLR Camera Body Black", price=310.0, sales=9.0 - k),
                               attributes=camera) for k in (0, 1)],
    }  # fmt: skip


def make_rarer_catalogs() -> dict[str, list[Listing]]:
    """Return nine more, of kinds that sellers have less often, and that files get wrong more often."""
    towel = "Waffle Weave Cotton Bath Towel Quick Dry"
    mug = "Stoneware Latte Mug Reactive Glaze"
    held = (
        replace(one(3100 + k, mug, sku_code="", sales=500.0 - k, attributes={}), skus=tuple(
            Sku({"Color": c, "Size": s}, 14.0, "USD", f"M{k}-{c}-{s}", "", 4.0, f"{WEB}m{c}.jpg") for s in ("S", "L")
        ))
        for k, c in enumerate(("Teal", "Sand"))
    )  # fmt: skip
    signs = (
        "Salt & Pepper",
        "Red, White",
        'Oak "Old"',
        "Black/Grey",
        "Navy|Gold",
        "Blue; Green",
        "Tan = Sand",
        "50% Gr",
    )
    cup = "Enamel Camping Cup Speckled"
    return {
        "pieces and packs": [
            one(3000, "Microfibre Lens Cloth Lint Free", price=2.0),
            *(one(3000 + n, f"{n} pcs Microfibre Lens Cloth Lint Free", price=1.5 * n) for n in (5, 10, 20)),
        ],
        "options by two names": [
            one(3050 + k, f"{towel} {value}", attributes={name: value})
            for k, (name, value) in enumerate((("Color", "Sage"), ("colour", "Coral"), ("COLOR", "Ivory")))
        ],
        "variants into variants": list(held),
        "signs in values": vary(3200, "Linen Cushion Cover Zip", {"Color": signs}),
        "nothing in stock": [replace(x, stock=0.0) for x in vary(3300, f"{towel} XL", {"Color": ("Sage", "Coral")})],
        "a copy among variants": [
            *vary(3400, cup, {"Color": ("Teal", "Cream")}),
            replace(one(3410, f"{cup} Teal", attributes={"Color": "Teal"}), sku_code="", sales=1.0),
        ],
        "long words": [
            replace(x, sku_code=f"{x.sku_code}-WAREHOUSE-NORTH-BAY-{k:032d}") for k, x in enumerate(
                vary(3500, f"{towel} Hotel Collection Extra Large Absorbent Bathroom Spa Guest Gym Beach Travel",
                     {"Color": ("Forest Green", "Sand")})
            )
        ],
        "chinese": vary(3600, "加厚纯棉浴巾酒店款吸水速干", {"颜色": ("白色", "深灰色"), "尺码": ("M", "L")}),
        "codes that look like numbers": [
            replace(x, sku_code=c, gtin=g) for x, c, g in zip(
                vary(3700, "Bamboo Toothbrush Soft Bristle", {"Color": ("Natural", "Black", "Mint")}),
                ("0012", "1E5", "=1+1"), ("0012345678905", "4006381333931", ""), strict=True,
            )
        ],
    }  # fmt: skip


def make_rich_catalog() -> list[Listing]:
    """Return one catalogue with every kind of plan, and with what sellers leave out or write in other ways."""
    known = make_catalogs() | make_rarer_catalogs()
    boot = "Waterproof Hiking Boots Suede Upper"
    lamp = "Rattan Pendant Lamp Shade Boho"
    bag = "Vintage Leather Satchel Messenger Bag Buckle"
    bare = replace(one(4000, CLOCK, gtin="", stock=None), sku_code="", price=None, description="")
    return [
        *(x for name, listings in known.items() if name != "120 values" for x in listings),
        bare,
        one(4001, CLOCK, gtin="4006381333931", stock=3.0, sales=1.0, main_image=bare.main_image,
            description="Runs for a year.\nTwo hands."),
        *(replace(x, attributes={n: v for n, v in x.attributes.items() if n != "Brand"}, category="Shoes > Boots",
                  main_image="boots.jpg", images=(f"{WEB}sole.jpg",), url="", description="")
          for x in vary(4100, boot, {"Size": ("EU 38", "EU 39")})),
        *(replace(x, gtin=g, sku_code=x.sku_code if k else "") for k, (x, g) in enumerate(zip(
            vary(4200, lamp, {"Color": ("Natural", "Black"), "Diameter": ("30 cm", "40 cm")}, category="Lamps"),
            ("4012345678901", "012345678905", "04012345678918", ""), strict=True,
        ))),
        *(replace(x, attributes={**x.attributes, "Condition": c}) for x, c in zip(
            vary(4300, bag, {"Color": ("Tan", "Cognac")}), ("Used", "Used"), strict=True,
        )),
        *(replace(x, price=p, stock=s) for x, p, s in zip(
            vary(4400, "Silicone Baking Mat Non Stick", {"Size": ("S", "M", "L")}), (5.0, None, 7.0), (0.0, None, 4.0),
            strict=True,
        )),
        *(replace(x, listing_id=f"RW-É{k} {'x' * 60}", title=f"=1+1 {x.title}")
          for k, x in enumerate(vary(4500, "Hammered Copper Mug Moscow Mule", {"Color": ("Copper", "Silver")}))),
        one(4600, "Recycled Paper Gift Bags Kraft", price=3.0, lot_size=10.0),
        one(4601, "Recycled Paper Gift Bags Kraft", price=3.0, lot_size=10.0, sales=0.0,
            description="Plain words only."),
        one(4700, "Nothing Beside It At All"),
        replace(one(4800, "Canvas Market Tote Zip Pocket", sku_code="", sales=500.0), skus=tuple(
            Sku({"Color": c}, 12.0 + k, "USD", "", "", 4.0, f"{WEB}tote{k}.jpg")
            for k, c in enumerate(("Olive", "Rust"))
        )),
        one(4801, "Canvas Market Tote Zip Pocket Navy", attributes={"Color": "Navy"}, price=14.0),
    ]  # fmt: skip


def parts(listing: Listing) -> list[Sku]:
    """What a listing sells: its SKUs, or itself."""
    x = listing
    return list(x.skus) or [Sku({}, x.price, x.currency, x.sku_code, x.gtin, x.stock, x.main_image)]


def text(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def count(value: float | None) -> str:
    return "" if value is None else str(int(value))


def table(rows: Sequence[Row], delimiter: str = ",") -> str:
    out = io.StringIO()
    headers = list(dict.fromkeys(h for r in rows for h in r))
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows([r.get(h, "") for h in headers] for r in rows)
    return out.getvalue()


# --------------------------------------------------------------------------------------------------------------
# The marketplaces' own files


def shopify_rows(listings: Sequence[Listing]) -> list[Row]:
    """A product export as Shopify writes it: product cells in the first row, one row a variant."""
    rows: list[Row] = []
    for x in listings:
        for k, sku in enumerate(parts(x)):
            row: Row = {"Handle": f"p-{x.listing_id}"}
            row |= dict.fromkeys(("Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published"), "")
            for n, (name, value) in enumerate(sku.options.items() or (("Title", "Default Title"),), 1):
                row |= {f"Option{n} Name": name if k == 0 else "", f"Option{n} Value": value}
            row |= {
                "Variant SKU": sku.sku_code, "Variant Grams": f"{800 + k}", "Variant Inventory Tracker": "shopify",
                "Variant Inventory Qty": count(sku.stock), "Variant Inventory Policy": "continue",
                "Variant Fulfillment Service": "manual", "Variant Price": text(sku.price),
                "Variant Compare At Price": "99.00", "Variant Requires Shipping": "TRUE", "Variant Taxable": "TRUE",
                "Variant Barcode": sku.gtin, "Image Src": sku.image if k == 0 else "",
                "Image Position": "1" if k == 0 else "",
                "SEO Title": "", "Variant Weight Unit": "g", "Cost per item": "9.00", "Status": "",
            }  # fmt: skip
            if k == 0:
                row |= {"Title": x.title, "Body (HTML)": x.description, "Vendor": x.attributes.get("Brand", ""),
                        "Type": "Goods", "Tags": "sale, new", "Published": "FALSE", "SEO Title": "Buy it",
                        "Status": "draft"}  # fmt: skip
            rows.append(row)
    return rows


def woocommerce_rows(listings: Sequence[Listing]) -> list[Row]:
    """A product export as WooCommerce writes it; a shop holds no code twice."""
    rows: list[Row] = []
    codes: set[str] = set()
    for x in listings:
        if x.sku_code in codes:
            x = replace(x, sku_code="")
        codes.add(x.sku_code)
        top: Row = {
            "ID": x.listing_id, "Type": "variable" if x.skus else "simple", "SKU": "" if x.skus else x.sku_code,
            "GTIN, UPC, EAN, or ISBN": "" if x.skus else x.gtin, "Name": x.title, "Published": "1",
            "Is featured?": "0", "Visibility in catalog": "visible",
            "Short description": "Soft", "Description": x.description, "Tax status": "taxable", "In stock?": "1",
            "Stock": "" if x.skus else count(x.stock), "Weight (kg)": "0.2",
            "Regular price": "" if x.skus else text(x.price), "Categories": "Goods", "Tags": "sale",
            "Images": "", "Parent": "", "Position": "0",
        }  # fmt: skip
        axes = list(dict.fromkeys(n for s in x.skus for n in s.options))
        values = {a: ", ".join(dict.fromkeys(s.options[a] for s in x.skus)) for a in axes}
        facts = {**values, **{n: v for n, v in x.attributes.items() if n not in values}}
        for n, (name, value) in enumerate(facts.items(), 1):
            top |= {f"Attribute {n} name": name, f"Attribute {n} value(s)": value, f"Attribute {n} visible": "1",
                    f"Attribute {n} global": "0"}  # fmt: skip
        rows.append(top)
        for k, sku in enumerate(x.skus, 1):
            row: Row = {**dict.fromkeys(top, ""), "ID": str(int(x.listing_id) * 1000 + k), "Type": "variation",
                        "SKU": sku.sku_code, "GTIN, UPC, EAN, or ISBN": sku.gtin, "Name": x.title,
                        "Published": "1", "Visibility in catalog": "visible",
                        "Tax status": "taxable", "In stock?": "1", "Stock": count(sku.stock), "Weight (kg)": "0.3",
                        "Regular price": text(sku.price), "Parent": f"id:{x.listing_id}",
                        "Position": str(k)}  # fmt: skip
            for n, name in enumerate(sku.options, 1):
                row |= {f"Attribute {n} name": name, f"Attribute {n} value(s)": sku.options[name],
                        f"Attribute {n} global": "0"}  # fmt: skip
            rows.append(row)
    return rows


def google_rows(listings: Sequence[Listing]) -> list[Row]:
    """A product feed."""
    rows: list[Row] = []
    for x in listings:
        for sku in parts(x):
            facts = {**x.attributes, **sku.options}
            rows.append({
                "id": f"O-{x.listing_id}" if not x.skus else sku.sku_code, "title": x.title,
                "description": "Warm and soft.", "link": f"{x.url}?v={sku.sku_code}", "image_link": sku.image,
                "price": f"{text(sku.price)} {x.currency}", "availability": "in_stock", "brand": facts.get("Brand", ""),
                "gtin": sku.gtin, "condition": facts.get("Condition", "new").lower(),
                "color": facts.get("Color", facts.get("Цвет", "")), "size": facts.get("Size", ""),
                "material": facts.get("Material", ""), "item_group_id": f"G-{x.listing_id}" if x.skus else "",
                "shipping_weight": "0.2 kg", "custom_label_0": "summer",
            })  # fmt: skip
    return rows


def meta_rows(listings: Sequence[Listing]) -> list[Row]:
    """A feed for the catalogue of Facebook and Instagram, which parts the names and values of further options."""
    words = {
        "in_stock": "in stock",
        "shipping_weight": "quantity_to_sell_on_facebook",
        "custom_label_0": "fb_product_category",
    }
    rows = [{words.get(h, h): words.get(v, v) for h, v in r.items()} for r in google_rows(listings)]
    label = {
        "additional_variant_attribute[0].variant_label": "Fit",
        "additional_variant_attribute[0].variant_value": "Slim",
    }
    return [{**r, **label} for r in rows]


def amazon_template(listings: Sequence[Listing]) -> str:
    """A category template: two rows of words, the field codes, then an item a row, parents before their children."""
    rows: list[Row] = []
    for x in listings:
        parent = f"P-{x.listing_id}"
        if x.skus:
            rows.append({"item_sku": parent, "item_name": x.title, "parent_child": "Parent",
                         "feed_product_type": "stickerdecal", "brand_name": x.attributes.get("Brand", ""),
                         "variation_theme": "ColorSize"})  # fmt: skip
        for k, sku in enumerate(parts(x)):
            facts = {**x.attributes, **sku.options}
            rows.append({
                "feed_product_type": "stickerdecal", "item_sku": sku.sku_code or f"S-{x.listing_id}{k}",
                "brand_name": facts.get("Brand", ""), "item_name": " ".join((x.title, *sku.options.values())),
                "standard_price": text(sku.price), "quantity": count(sku.stock), "main_image_url": sku.image,
                "parent_child": "Child" if x.skus else "", "parent_sku": parent if x.skus else "",
                "variation_theme": "ColorSize" if x.skus else "",
                "color_name": facts.get("Color", facts.get("Цвет", "")),
                "size_name": facts.get("Size", ""), "material_type": facts.get("Material", ""),
                "product_description": "Warm and soft.", "bullet_point1": "Soft", "manufacturer": "Eclat Ltd",
                "item_type": "wall-decor-stickers", "unit_count": "1", "unit_count_type": "Count",
            })  # fmt: skip
    headers = list(dict.fromkeys(h for r in rows for h in r))
    above = "TemplateType=fptcustom\tVersion=2024.1\n" + "\t".join(f"Label {k}" for k in range(len(headers))) + "\n"
    return above + table(rows, "\t")


def aliexpress_products(listings: Sequence[Listing]) -> list[dict[str, Any]]:
    """Product objects as the product interface gives them."""
    numbers = {"Color": 14, "Цвет": 14, "Size": 5, "Material": 10}
    return [
        {
            "product_id": int(f"100500{x.listing_id}"), "subject": x.title, "category_id": 200000801,
            "freight_template_id": 720003001, "promise_template_id": 0, "gross_weight": "0.350", "package_length": 30,
            "package_width": 25, "package_height": 4, "product_unit": 100000015, "delivery_time": 7,
            "ws_valid_num": 30, "currency_code": x.currency, "image_u_r_ls": x.main_image, "detail": x.description,
            "package_type": False, "lot_num": 1,
            **({"bulk_order": int(x.min_order_quantity)} if x.min_order_quantity else {}),
            "aeop_ae_product_propertys": [
                {"attr_name_id": 2 if n == "Brand" else 100 + k, "attr_value_id": 7000 + k, "attr_name": n,
                 "attr_value": v}
                for k, (n, v) in enumerate(x.attributes.items())
            ],
            "aeop_ae_product_s_k_us": [
                {
                    "id": f"14:{900 + k}", "sku_price": text(s.price), "sku_code": s.sku_code,
                    "ipm_sku_stock": int(s.stock or 0), "barcode": "kept",
                    "aeop_s_k_u_property": [
                        {"sku_property_id": numbers[n], "property_value_id": 9000 + hash_text(v),
                         "property_value_definition_name": v}
                        for n, v in (s.options or {n: v for n, v in x.attributes.items() if n in numbers}).items()
                    ],
                }
                for k, s in enumerate(parts(x))
            ],
        }
        for x in listings
    ]  # fmt: skip


def hash_text(value: str) -> int:
    """A number for a value, the same in every run."""
    return sum(ord(c) * (k + 1) for k, c in enumerate(value)) % 10_000


def yml_feed(listings: Sequence[Listing]) -> str:
    """A feed as Russian marketplaces take it."""
    offers = []
    for x in listings:
        for s in parts(x):
            facts = {**x.attributes, **s.options}
            group = f' group_id="{x.listing_id}"' if x.skus else ""
            params = "".join(
                f"<param name={quoteattr(n)}>{escape(v)}</param>" for n, v in facts.items() if n != "Brand"
            )
            name = s.sku_code if x.skus else f"O{x.listing_id}"
            offers.append(
                f'<offer id={quoteattr(name)}{group} available="true"><url>{escape(x.url)}</url>'
                f"<price>{text(s.price)}</price><currencyId>{x.currency}</currencyId><categoryId>7</categoryId>"
                + (f"<picture>{s.image}</picture>" if s.image else "")
                + f"<name>{escape(x.title)}</name><vendor>Eclat</vendor><vendorCode>{escape(s.sku_code)}</vendorCode>"
                f"<description>Warm and soft.</description><quantity>{count(s.stock)}</quantity><weight>0.35</weight>"
                f"<length>30</length><width>25</width><height>4</height><tnved>6109100000</tnved>{params}</offer>"
            )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><yml_catalog date="2026-01-01T00:00:00+03:00"><shop><name>North</name>'
        '<company>North Ltd</company><url>https://shop.example</url><currencies><currency id="USD" rate="1"/>'
        f'</currencies><categories><category id="7">Goods</category></categories><offers>{"".join(offers)}</offers>'
        "</shop></yml_catalog>"
    )


def canonical_rows(listings: Sequence[Listing]) -> list[Row]:
    """dupcheck's own columns, for marketplaces whose own file tells too little (eBay)."""
    rows: list[Row] = []
    for x in listings:
        row: Row = {
            "listing_id": x.listing_id, "title": x.title, "price": text(x.price), "currency": x.currency,
            "category": x.category, "main_image": x.main_image, "shop": x.shop, "sku_code": x.sku_code, "gtin": x.gtin,
            "attributes": "; ".join(f"{n}={v}" for n, v in x.attributes.items()), "stock": count(x.stock),
            "min_order_quantity": count(x.min_order_quantity), "url": x.url, "description": x.description,
            "sales": count(x.sales),
        }  # fmt: skip
        if x.skus:
            row["skus"] = json.dumps([
                {"options": dict(s.options), "price": s.price, "sku_code": s.sku_code, "stock": s.stock,
                 "currency": s.currency, "image": s.image} for s in x.skus
            ])  # fmt: skip
        rows.append(row)
    return rows


FILES: Mapping[str, tuple[str, Callable[[Sequence[Listing]], str]]] = {
    "shopify": ("csv", lambda x: table(shopify_rows(x))),
    "woocommerce": ("csv", lambda x: table(woocommerce_rows(x))),
    "google": ("tsv", lambda x: table(google_rows(x), "\t")),
    "meta": ("csv", lambda x: table(meta_rows(x))),
    "amazon": ("txt", amazon_template),
    "aliexpress": ("json", lambda x: json.dumps(aliexpress_products(x), ensure_ascii=False)),
    "yml": ("xml", yml_feed),
    "ebay": ("csv", lambda x: table(canonical_rows(x))),
}
"""For each marketplace how its own file ends, and what stands in it."""


def write_own(name: str, listings: Sequence[Listing], folder: Path) -> Path:
    """Write a catalogue as a marketplace's own file."""
    ending, write = FILES[name]
    path = folder / f"own.{ending}"
    path.write_text(write(listings), "utf-8")
    return path


def foreign_rows(listings: Sequence[Listing]) -> list[Row]:
    """dupcheck's own columns, and others that only some marketplaces know."""
    return [
        {**row, "lot_size": count(x.lot_size), "images": ";".join(x.images), "Package weight (g)": "350",
         "Package length": "30", "Package width": "25 cm" if k % 5 else "", "Package height": "40 mm",
         "compare_at_price": "99.00", "Tags": "sale, new", "Short description": "Soft", "Sale price": "1.00",
         "SEO Title": "Buy it"}
        for k, (x, row) in enumerate(zip(listings, canonical_rows(listings), strict=True))
    ]  # fmt: skip


def write_foreign(listings: Sequence[Listing], folder: Path) -> Path:
    """Write a catalogue as a file of no marketplace."""
    path = folder / "foreign.csv"
    path.write_text(table(foreign_rows(listings)), "utf-8")
    return path
