"""The seller's own template is filled and otherwise left alone; the workbook to work from holds a sheet a step."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast
from zipfile import ZipFile

import pytest
from export_imports import rows
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from plan_catalogs import make_catalogs, write_foreign, write_own

import dupcheck as dc
from dupcheck.catalog import make_catalog
from dupcheck.errors import CatalogError
from dupcheck.exports.books import Book
from dupcheck.exports.headings import Heading, find_goods, read_headings
from dupcheck.exports.parcels import _UNITS, _read_amount, find_side
from dupcheck.exports.templates import _Definition, _read_definitions
from dupcheck.model import Catalog

CATALOGS = make_catalogs()
SHOPEE = ["ps_category", "ps_product_name", "ps_product_description", "ps_sku_parent_short",
          "et_title_variation_integration_no", "et_title_variation_1", "et_title_option_for_variation_1",
          "et_title_image_per_variation", "et_title_variation_2", "et_title_option_for_variation_2", "ps_price",
          "ps_stock", "ps_sku_short", "ps_item_cover_image", "ps_item_image_1", "ps_weight"]  # fmt: skip
AMAZON = ["feed_product_type", "item_sku", "brand_name", "item_name", "standard_price", "quantity", "parent_child",
          "parent_sku", "relationship_type", "variation_theme", "update_delete", "color_name", "size_name",
          "product_description", "main_image_url"]  # fmt: skip
TIKTOK = ["*分类id\n（必填）", "*产品标题\n（必填）", "*产品描述\n（必填）", "品牌", "SKU", "变种属性名称一",
          "变种属性值一", "变种属性名称二", "变种属性值二", "*本地展示价(站点币种)\n（必填）", "*库存\n（必填）",
          "*产品主图(URL)地址\n（必填）", "附图一", "*重量(kg)\n（必填）", "*仓库名称\n（必填）"]  # fmt: skip

LAZADA = ["Group No", "catId", "*Package Weight (kg)", "*Package Length(cm) * Width(cm) * Height(cm)-Length (cm)",
          "*Package Length(cm) * Width(cm) * Height(cm)-Width (cm)",
          "*Package Length(cm) * Width(cm) * Height(cm)-Height (cm)", "*Color Family", "Size", "*Product Name(English)",
          "*Product Images1", "Product Images2", "originalLocalName", "currencyCode", "*Brand", "Main Description",
          "*What's in the box", "Images1", "*Quantity", "SpecialPrice", "*Price", "SellerSKU"]  # fmt: skip
LAZADA_THAI = ["Group No", "catId", "*Package Weight (kg)", "*แพคเกจขนาด (ซม.)-ความยาว (ซม.)",
               "*แพคเกจขนาด (ซม.)-ความกว้าง (ซม.)", "*แพคเกจขนาด (ซม.)-สูง (ซม.)", "Color Family", "ไซส์",
               "*ชื่อผลิตภัณฑ์", "*รูปของสินค้า1", "currencyCode", "*ยี่ห้อ", "Long Description (Lorikeet)", "ภาพ1",
               "*จำนวน", "SpecialPrice", "*ราคา", "SellerSKU"]  # fmt: skip
"""Columns of the templates of Lazada and Daraz, as public programs that fill them name them."""
TIKTOK_KEYS = ["category", "brand", "product_name", "product_description", "parcel_weight", "property_value_1",
               "property_1_image", "property_value_2", "price", "quantity", "seller_sku", "main_image"]  # fmt: skip


def save(path: Path, sheets: dict[str, Sequence[Sequence[str]]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    book.save(path)
    return path


def read(path: Path, sheet: str) -> list[list[Any]]:
    return [list(r) for r in load_workbook(path)[sheet].iter_rows(values_only=True)]


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> dc.Audit:
    return dc.audit(write_own("shopify", CATALOGS["merge into simple"], tmp_path_factory.mktemp("own")))


def fill(audit: dc.Audit, template: Path, out: Path) -> Path:
    audit.export(out=out, all_plans=True, templates=[template])
    (file,) = out.glob("export-*-filled.*")
    return file


class TestTemplates:
    def test_shopee_rows_go_below_the_notes_and_all_else_stays(self, audit: dc.Audit, tmp_path: Path) -> None:
        notes = [["Category"] * len(SHOPEE), ["Mandatory"] * len(SHOPEE), ["Choose"] * len(SHOPEE)]
        own = save(tmp_path / "mine.xlsx", {"Guide": [["Read this first"]], "Template": [SHOPEE, *notes]})
        done = fill(audit, own, tmp_path / "out")
        assert read(done, "Guide") == [["Read this first"]]
        lines = read(done, "Template")
        assert lines[:4] == read(own, "Template")
        filled = [dict(zip(SHOPEE, line, strict=True)) for line in lines[4:]]
        assert len(filled) == 4 and len({r["et_title_variation_integration_no"] for r in filled}) == 1
        assert {(r["et_title_option_for_variation_1"], r["et_title_option_for_variation_2"]) for r in filled} == {
            ("Black", "M"), ("Black", "L"), ("White", "M"), ("White", "L"),
        }  # fmt: skip
        assert {r["ps_price"] for r in filled} == {18.5} and {r["ps_stock"] for r in filled} == {7}
        assert {r["ps_product_description"] for r in filled} == {"Care\nWash cold"}, "Shopee shows markup as it stands"

    def test_amazon_takes_the_theme_from_the_templates_own_list(self, audit: dc.Audit, tmp_path: Path) -> None:
        above = [["TemplateType=fptcustom", "Version=2025.0717", "TemplateSignature=U1RJQ0tFUg=="],
                 [c.title() for c in AMAZON]]  # fmt: skip
        valid = [["Field", "Values"], ["Variation Theme - [ shirt ]", "color", "SizeName-ColorName", "StyleName"]]
        own = save(tmp_path / "flat.xlsx", {"Template": [*above, AMAZON], "Valid Values": valid})
        lines = read(fill(audit, own, tmp_path / "out"), "Template")
        assert lines[0][2] == "TemplateSignature=U1RJQ0tFUg=="
        parent, *children = [dict(zip(AMAZON, line, strict=True)) for line in lines[3:]]
        assert {r["variation_theme"] for r in (parent, *children)} == {"SizeName-ColorName"}
        assert (parent["parent_child"], parent["update_delete"]) == ("Parent", "Update")
        assert {r["update_delete"] for r in children} == {"PartialUpdate"} and len(children) == 4
        assert all(r["standard_price"] is None and r["item_name"] is None for r in children)

    @pytest.mark.parametrize(("most", "told"), [(100, False), (20, True)])
    def test_what_is_longer_than_the_template_takes_is_said(
        self, most: int, told: bool, audit: dc.Audit, tmp_path: Path
    ) -> None:
        above = [["TemplateType=fptcustom", "Version=2025.0717", "TemplateSignature=U1RJQ0tFUg=="],
                 [c.title() for c in AMAZON]]  # fmt: skip
        heads = ["Group Name", "Field Name", "Local Label Name", "Accepted Values", "Required?"]
        define = [
            ["How to"],
            heads,
            ["", "item_name", "Name", f"A text; 1 character minimum and {most} characters maximum."],
        ]
        own = save(tmp_path / "flat.xlsx", {"Data Definitions": define, "Template": [*above, AMAZON]})
        fill(audit, own, tmp_path / "out")
        cautions = rows((tmp_path / "out" / "export-cautions.csv").read_text("utf-8-sig"))
        found = [r for r in cautions if "item_name (35 > 20)" in r["caution"]]
        assert bool(found) == told and all(r["refused"] == "yes" for r in found)

    def test_amazons_real_layout_is_filled_and_every_other_part_stays_the_same_bytes(self, tmp_path: Path) -> None:
        shop = dc.audit(write_own("amazon", CATALOGS["merge into simple"], tmp_path))
        signed = ["TemplateType=fptcustom", "Version=2025.0717", "TemplateSignature=U1RJQ0tFUg=="]
        codes = [*AMAZON, "manufacturer", "item_type", "part_number"]
        labels = [f"Label {k}" for k in range(len(codes))]
        example = [["1. In addition to this Example"], labels, codes, ["shirt", "EX-1"]]
        told = "Describes the parameter(s) by which the parent product may vary, told in more words than a theme has."
        define = [["How to complete your inventory template"],
                  ["Group Name", "Field Name", "Local Label Name", "Definition and Use", "Example", "Required?"],
                  ["", "variation_theme", "Variation Theme", told, "Size/Color", "Optional"],
                  ["", "manufacturer", "Manufacturer", "Who made it.", "Acme", "Required"],
                  ["", "part_number", "Part Number", "Its number.", "P-1", "Required"],
                  ["", "standard_price", "Your Price", "Of an item.", "9.99", "Required"]]  # fmt: skip
        valid = [["Variation Theme - [ shirt ]", "Color", "color-size"]]
        own = save(tmp_path / "flat.xlsx", {"Example": example, "Data Definitions": define,
                                            "Template": [signed, labels, codes], "Valid Values": valid})  # fmt: skip
        done = fill(shop, own, tmp_path / "out")
        with ZipFile(own) as before, ZipFile(done) as after:
            assert before.namelist() == after.namelist()
            changed = [n for n in before.namelist() if before.read(n) != after.read(n)]
        assert [n for n in changed if n != "docProps/core.xml"] == ["xl/worksheets/sheet3.xml"]
        parent, *children = [dict(zip(codes, line, strict=True)) for line in read(done, "Template")[3:]]
        assert {r["variation_theme"] for r in (parent, *children)} == {"color-size"}
        assert (parent["manufacturer"], parent["item_type"]) == ("Eclat Ltd", "wall-decor-stickers")
        assert parent["standard_price"] is parent["color_name"] is children[0]["manufacturer"] is None
        cautions = rows((tmp_path / "out" / "export-cautions.csv").read_text("utf-8"))
        needed = [r["caution"] for r in cautions if r["export"] == own.name and r["refused"] == "yes"]
        assert needed == ["Fill in what the marketplace must have: part_number."]

    def test_a_cell_keeps_the_look_that_its_column_or_it_had(self, audit: dc.Audit, tmp_path: Path) -> None:
        own = save(tmp_path / "mine.xlsx", {"Template": [SHOPEE]})
        book = load_workbook(own)
        sheet = book["Template"]
        sheet.cell(2, 3).font = Font(bold=True)
        sheet.cell(3, 20).value = ""
        book.save(own)
        done = load_workbook(fill(audit, own, tmp_path / "out"))["Template"]
        assert (
            done.cell(2, 3).font.bold and done.cell(2, 3).value == "Care\nWash cold" and not done.cell(3, 3).font.bold
        )

    def test_dianxiaomi_headers_are_matched_and_what_it_needs_is_said(self, audit: dc.Audit, tmp_path: Path) -> None:
        own = save(tmp_path / "dxm.xlsx", {"Sheet1": [TIKTOK]})
        done = fill(audit, own, tmp_path / "out")
        filled = [dict(zip(TIKTOK, line, strict=True)) for line in read(done, "Sheet1")[1:]]
        assert {(r["变种属性值一"], r["变种属性值二"]) for r in filled} >= {("Black", "M")} and len(filled) == 4
        assert {r["品牌"] for r in filled} == {"Eclat"}
        told = rows((tmp_path / "out" / "export-cautions.csv").read_text("utf-8-sig"))
        assert {r[TIKTOK[-2]] for r in filled} == {0.8}
        assert any("仓库名称" in r["caution"] and "重量" not in r["caution"] and r["refused"] == "yes" for r in told)

    def test_what_a_template_says_below_its_keys_is_heeded(self, audit: dc.Audit, tmp_path: Path) -> None:
        keys = [*SHOPEE, "channel_id.8003"]
        names = [f"Name {n}" for n in range(len(SHOPEE) - 1)] + ["Berat", "Reguler"]
        marks = ["Opsional"] * (len(keys) - 2) + ["Wajib", "Wajib Bersyarat"]
        marks[3] = "Wajib"
        marks[SHOPEE.index("et_title_variation_1")] = "Masukkan 1 sampai 4 karakter untuk nama variasi."
        marks[SHOPEE.index("et_title_variation_2")] = "Masukkan 1 sampai 4 karakter untuk nama variasi."
        hints = ["Isi"] * (len(keys) - 2) + ["Masukkan berat produk (gram) dengan bilangan positif.", "Aktif/ Nonaktif"]
        sold = ["1"] * len(keys)
        own = save(
            tmp_path / "mine.xlsx", {"Contoh Upload": [keys, names, sold], "Template": [keys, names, marks, hints]}
        )
        filled = [
            dict(zip(keys, line, strict=True)) for line in read(fill(audit, own, tmp_path / "out"), "Template")[4:]
        ]
        assert {r["ps_weight"] for r in filled} == {800}, "grams, as the words below the key say"
        told = [r["caution"] for r in rows((tmp_path / "out" / "export-cautions.csv").read_text("utf-8-sig"))]
        assert "Fill in what the marketplace must have: channel_id.8003 (Reguler)." in told
        assert any("et_title_variation_1 (Name 5) (5 > 4)" in t for t in told), "longer than the template says"
        assert not any("et_title_variation_2" in t for t in told), "«Size» has just the four that it takes"
        assert any("makes a new listing" in t and audit.plans[0].keep in t for t in told)

    def test_tiktok_options_stand_where_the_template_names_them(self, audit: dc.Audit, tmp_path: Path) -> None:
        keys = ["category", "brand", "product_name", "product_description", "parcel_weight", "property_value_1",
                "property_1_image", "property_value_2", "price", "quantity", "seller_sku", "main_image"]  # fmt: skip
        named = ["Category", "Brand", "Product Name", "Product Description", "Package weight(lb)", "Variation 1 (Size)",
                 "Image of Variation 1", "Variation 2 (Colour)", "Retail Price", "Quantity", "Seller SKU",
                 "Main Product Image"]  # fmt: skip
        marks = ["Mandatory"] * 5 + ["Optional"] * 7
        shown = [
            "Lights",
            "ORAIMO",
            "An example lamp",
            "Bright",
            "2",
            "L",
            "",
            "Black",
            "12",
            "100",
            "X-1",
            "https://x",
        ]
        own = save(tmp_path / "tt.xlsx", {"Template": [keys, ["V2", "create_product", "metric"], named, marks, shown]})
        lines = read(fill(audit, own, tmp_path / "out"), "Template")
        assert lines[:5] == read(own, "Template")
        filled = [dict(zip(keys, line, strict=True)) for line in lines[5:]]
        assert {(r["property_value_1"], r["property_value_2"]) for r in filled} == {
            ("M", "Black"), ("L", "Black"), ("M", "White"), ("L", "White"),
        }  # fmt: skip
        assert {r["parcel_weight"] for r in filled} == {1.7637}, "pounds"
        told = rows((tmp_path / "out" / "export-cautions.csv").read_text("utf-8-sig"))
        assert any("«An example lamp»" in r["caution"] and r["refused"] == "no" for r in told)

    def test_nothing_is_written_into_joined_cells(self, audit: dc.Audit, tmp_path: Path) -> None:
        own = save(tmp_path / "dxm.xlsx", {"Sheet1": [TIKTOK, [], ["", "事项说明：每条数据为一条变种信息"]]})
        book = load_workbook(own)
        book["Sheet1"].merge_cells("B3:F6")
        book.save(own)
        done = load_workbook(fill(audit, own, tmp_path / "out"))["Sheet1"]
        codes = [done.cell(n, TIKTOK.index("SKU") + 1).value for n in range(7, 11)]
        assert None not in codes and len(set(codes)) == 4

    @pytest.mark.parametrize("keys", [LAZADA, LAZADA_THAI], ids=["english", "thai"])
    def test_lazada_takes_each_side_of_the_parcel_and_the_options_by_their_own_names(
        self, keys: list[str], tmp_path: Path
    ) -> None:
        source = write_foreign(CATALOGS["merge into simple"], tmp_path)
        own = save(tmp_path / "laz.xlsx", {"Guide": [["Read this first"]], "Tees": [["Basics"], keys]})
        lines = read(fill(dc.audit(source), own, tmp_path / "out"), "Tees")
        assert lines[:2] == read(own, "Tees")
        filled = [dict(zip(keys, line, strict=True)) for line in lines[2:]]
        length, width, height = keys[3:6]
        assert {r[length] for r in filled} == {30} and {r[height] for r in filled} == {4}
        assert [r[width] for r in filled].count(25) == 3, "one listing does not say how wide its parcel is"
        assert {(r[keys[6]], r[keys[7]]) for r in filled} == {
            ("Black", "M"),
            ("Black", "L"),
            ("White", "M"),
            ("White", "L"),
        }
        assert len({r["SellerSKU"] for r in filled}) == 4 and len({r["Group No"] for r in filled}) == 1
        assert {r["SpecialPrice"] for r in filled} == {None}, "nobody knows of one"
        told = rows((tmp_path / "out" / "export-cautions.csv").read_text("utf-8-sig"))
        assert any(width in r["caution"] and r["refused"] == "yes" for r in told)
        assert not any(length in r["caution"] for r in told)

    @pytest.mark.parametrize(("keys", "above", "code"), [
        (SHOPEE, [], "ps_sku_short"),
        (AMAZON, [["TemplateType=fptcustom", "Version=2025.0717", "TemplateSignature=U1RJQ0tFUg=="], ["Label"]],
         "item_sku"),
        (TIKTOK, [], "SKU"),
        (LAZADA, [["Basics"]], "SellerSKU"),
        (TIKTOK_KEYS, [], "seller_sku"),
    ], ids=["shopee", "amazon", "dianxiaomi", "lazada", "tiktok"])  # fmt: skip
    def test_only_the_sheet_that_takes_the_rows_changes_and_only_below_what_it_holds(
        self, keys: list[str], above: list[list[str]], code: str, audit: dc.Audit, tmp_path: Path
    ) -> None:
        notes = (
            [["V2", "create_product", "metric"], [f"Name {k}" for k in range(len(keys))]]
            if code == "seller_sku"
            else []
        )
        own = save(
            tmp_path / "mine.xlsx",
            {"Guide": [["Read this first"]], "Sheet": [*above, keys, *notes], "Lists": [["No Brand", "None"], ["1"]]},
        )
        done = fill(audit, own, tmp_path / "out")
        with ZipFile(own) as one, ZipFile(done) as other:
            assert one.namelist() == other.namelist()
            differing = [n for n in one.namelist() if one.read(n) != other.read(n) and n != "docProps/core.xml"]
        assert differing == ["xl/worksheets/sheet2.xml"]
        lines, before = read(done, "Sheet"), read(own, "Sheet")
        assert lines[: len(before)] == before
        place = keys.index(code)
        there = [line[place] for line in lines[len(before) :]]
        assert {f"C-{n}" for n in range(1010, 1014)} <= set(there) and None not in there

    def test_an_option_that_the_template_cannot_hold_is_said(self, audit: dc.Audit, tmp_path: Path) -> None:
        keys = ["Group No", "catId", "*Product Name", "*Product Images1", "*Brand", "*Package Weight (kg)",
                "Color Family", "*Quantity", "*Price", "SellerSKU"]  # fmt: skip
        own = save(tmp_path / "laz.xlsx", {"template": [keys]})
        filled = [
            dict(zip(keys, line, strict=True)) for line in read(fill(audit, own, tmp_path / "out"), "template")[1:]
        ]
        assert {r["Color Family"] for r in filled} == {"Black", "White"} and {r["Group No"] for r in filled} == {
            audit.plans[0].keep
        }
        told = rows((tmp_path / "out" / "export-cautions.csv").read_text("utf-8-sig"))
        lost = [r["caution"] for r in told if "No column of the template" in r["caution"] and r["refused"] == "yes"]
        assert len(lost) == 1 and "Size" in lost[0] and "Color" not in lost[0]

    def test_own_product_objects_keep_what_the_catalogue_does_not_know(self, tmp_path: Path) -> None:
        listings = CATALOGS["merge into simple"]
        own = write_own("aliexpress", listings, tmp_path)
        products = json.loads(own.read_text("utf-8"))
        plain = tmp_path / "plain.csv"
        lines = ["listing_id,title,price,currency,attributes,sku_code,stock"]
        for x, p in zip(listings, products, strict=True):
            facts = "; ".join(f"{n}={v}" for n, v in x.attributes.items())
            lines.append(f"{p['product_id']},{x.title},{x.price},USD,{facts},{x.sku_code},7")
        plain.write_text("\n".join(lines), "utf-8")
        (product,) = json.loads(fill(dc.audit(plain), own, tmp_path / "out").read_text("utf-8"))
        before = {p["product_id"]: p for p in products}[product["product_id"]]
        changed = {k for k in before if before[k] != product[k]}
        assert changed == {"subject", "aeop_ae_product_s_k_us"} and set(product) == set(before)

    @pytest.mark.parametrize(
        ("content", "says"), [(b"no workbook", "cannot be read"), (b"{broken", "cannot be read"), (None, "no template")]
    )
    def test_what_is_no_template_is_one_clear_error(
        self, content: bytes | None, says: str, audit: dc.Audit, tmp_path: Path
    ) -> None:
        path = tmp_path / "x.xlsx"
        if content is None:
            save(path, {"Sheet": [["a", "b"], ["1", "2"]]})
        else:
            path.write_bytes(content)
        with pytest.raises(CatalogError, match=says):
            audit.export(out=tmp_path / "out", all_plans=True, templates=[path])

    def test_the_command_takes_it(self, tmp_path: Path, run: Callable[..., Any]) -> None:
        source = write_own("shopify", CATALOGS["merge into simple"], tmp_path)
        own = save(tmp_path / "mine.xlsx", {"Template": [SHOPEE]})
        shown = run("audit", source, "--no-ledger", "--all", "--out", tmp_path / "r", "--template", own)
        assert "export-mine-filled.xlsx" in shown.out and shown.code == 0
        filled = read(tmp_path / "r" / "export-mine-filled.xlsx", "Template")[1:]
        assert {line[SHOPEE.index("ps_weight")] for line in filled} == {0.8}
        bare = write_own("ebay", CATALOGS["merge into simple"], tmp_path)
        shown = run("audit", bare, "--no-ledger", "--all", "--out", tmp_path / "s", "--template", own)
        assert "export-mine-filled.xlsx" in shown.out and shown.code == 1, "Shopee wants the weight"
        gone = run("audit", source, "--no-ledger", "--all", "--out", tmp_path / "r", "--template", tmp_path / "no.xlsx")
        assert gone.code == 2 and "no.xlsx" in gone.err and "Traceback" not in gone.err


class TestWorkbook:
    def test_a_sheet_a_step_in_the_order_that_loses_nothing(self, audit: dc.Audit, tmp_path: Path) -> None:
        (file, *_) = audit.export("excel", out=tmp_path, all_plans=True)
        book = load_workbook(file)
        assert book.sheetnames[:6] == ["1 Back up", "2 Edit", "3 Verify SKUs", "4 Hide", "5 End", "6 Redirect"]
        keep = audit.plans[0].keep
        hidden = [r[1].value for r in book["4 Hide"].iter_rows(min_row=2)]
        assert set(hidden) == set(audit.plans[0].offline) and all(isinstance(i, str) for i in hidden), "ids are text"
        assert {r[3].value for r in book["4 Hide"].iter_rows(min_row=2)} == {keep}
        assert len(list(book["3 Verify SKUs"].iter_rows(min_row=2))) == 4
        edit = next(r for r in book["2 Edit"].iter_rows(min_row=2) if r[4].value == "title")
        added = {r[3].value: str(r[6].value) for r in book["2 Edit"].iter_rows(min_row=2) if r[4].value == "new option"}
        (plan,) = audit.plans
        assert set(added) == {s.sku_code for s in plan.skus if s.listing_id != keep}
        assert all("Color=" in told and "18.50" in told for told in added.values())
        assert edit[5].fill.fgColor.rgb != edit[6].fill.fgColor.rgb, "old and new differ in colour"
        boxes = book["2 Edit"].data_validations.dataValidation
        assert boxes and "☐" in boxes[0].formula1 and edit[0].value == "☐"

    def test_it_speaks_chinese_and_is_the_same_every_time(self, tmp_path: Path) -> None:
        catalog = make_catalog(CATALOGS["merge into simple"])
        found = dc.audit(catalog, lang="zh")
        one, two = (found.export("excel", out=tmp_path / n, all_plans=True)[0] for n in ("a", "b"))
        assert load_workbook(one).sheetnames[:2] == ["1 备份", "2 修改"]
        assert one.read_bytes() == two.read_bytes()

    def test_photos_of_this_machine_are_shown(self, sample_audit: dc.Audit, tmp_path: Path) -> None:
        (file, *_) = sample_audit.export("excel", out=tmp_path, all_plans=True)
        import zipfile

        assert any(n.startswith("xl/media/") for n in zipfile.ZipFile(file).namelist())

    def test_no_more_photos_are_shown_than_a_workbook_bears(
        self, sample_audit: dc.Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shown = {}
        for most in (2, 3):
            monkeypatch.setattr("dupcheck.exports.worklist._MOST_PHOTOS", most)
            (file, *_) = sample_audit.export("excel", out=tmp_path / str(most), all_plans=True)
            with ZipFile(file) as packed:
                shown[most] = sum(n.startswith("xl/media/") for n in packed.namelist())
            named = [str(r[2].value) for r in load_workbook(file)["2 Edit"].iter_rows(min_row=2)]
            assert any(n.endswith((".jpg", ".png")) for n in named), "where it lies is said of the others"
        assert shown == {2: 2, 3: 3}

    def test_a_row_with_a_photo_is_high_enough_for_it_and_for_its_words(
        self, tmp_path: Path, make_shop: Callable[..., Catalog], draw_photo: Callable[..., Path]
    ) -> None:
        draw_photo(tmp_path / "a.png", 1)
        long = "Linen Curtain Panel " + " ".join(f"with pocket {n}" for n in range(20))
        heights: list[float] = []
        for title in ("Linen Curtain Panel", long):
            rows = [{"title": f"{title} {c}", "attributes": {"Color": c}} for c in ("Red", "Blue")]
            shop = make_shop(*rows, price=9.0, currency="USD", main_image="a.png", image_root=tmp_path)
            (file, *_) = dc.audit(shop).export("excel", out=tmp_path / f"out {len(title)}", all_plans=True)
            sheet: Any = load_workbook(file)["2 Edit"]
            (row,) = {
                p.anchor._from.row + 1 for p in sheet._images if sheet.cell(p.anchor._from.row + 1, 5).value == "title"
            }
            heights.append(sheet.row_dimensions[row].height)
        assert heights[0] == 0.78 * 64 and heights[1] > heights[0] and heights[1] % 16.5 == 0

    def test_an_address_is_never_looked_for_on_this_machine(
        self, tmp_path: Path, make_shop: Callable[..., Catalog], draw_photo: Callable[..., Path]
    ) -> None:
        address = "https://i.example/a.png"
        draw_photo(tmp_path / "https:" / "i.example" / "a.png", 1)
        rows = [{"title": f"Linen Curtain Panel {c}", "attributes": {"Color": c}} for c in ("Red", "Blue")]
        shop = make_shop(*rows, price=9.0, currency="USD", main_image=address, image_root=tmp_path)
        (file, *_) = dc.audit(shop).export("excel", out=tmp_path / "out", all_plans=True)
        book: Any = load_workbook(file)
        assert not any(sheet._images for sheet in book)
        assert address in {cell.value for sheet in book for line in sheet.iter_rows() for cell in line}

    def test_a_row_is_as_high_as_its_longest_text_and_its_photo(self, audit: dc.Audit, tmp_path: Path) -> None:
        (file, *_) = audit.export("excel", out=tmp_path, all_plans=True)
        sheet = load_workbook(file)["2 Edit"]
        heights = {
            str(sheet.cell(n, 5).value): float(sheet.row_dimensions[n].height or 0) for n in range(2, sheet.max_row + 1)
        }
        assert heights["title"] >= 2 * 16.5, "a reason of several lines is not cut"
        assert all(h % 16.5 == 0 and h <= 24 * 16.5 for h in heights.values()), heights

    def test_texts_that_a_spreadsheet_would_run_stay_words(
        self, tmp_path: Path, make_shop: Callable[..., Catalog]
    ) -> None:
        vase = '=HYPERLINK("x") Hand Thrown Ceramic Bud Vase\x0b'
        shop = make_shop(vase, vase, price=9.0, currency="USD", attributes={"Material": "Clay"})
        (file, *_) = dc.audit(shop).export("excel", out=tmp_path, all_plans=True)
        for sheet in load_workbook(file):
            assert all(c.data_type != "f" for line in sheet.iter_rows() for c in line)

    def test_what_tells_listings_apart_stands_in_it(self, tmp_path: Path) -> None:
        found = dc.audit(make_catalog(CATALOGS["two currencies"]))
        if not any(p.changes for p in found.plans):
            pytest.skip("nothing to tell apart")
        (file, *_) = found.export("excel", out=tmp_path, all_plans=True)
        fields = {r[4].value for r in load_workbook(file)["2 Edit"].iter_rows(min_row=2)}
        assert fields == {c.field for p in found.plans for c in p.changes}


class TestColumns:
    """What a template's own words say of its columns, and a seller's words of a parcel."""

    @pytest.mark.parametrize(
        ("header", "words", "needed"),
        [
            ("*Name", (), True), (" * Name", (), True), ("Name", ("Mandatory",), True), ("名称(必填)", (), True),
            ("Name", ("  bắt  BUỘC ",), True), ("Name", ("not mandatory",), False), ("k|1|2", (), True),
            ("k|1", (), True), ("k|0|1", (), True), ("k|0|2", (), False), ("k|10|2", (), False), ("Name *", (), False),
        ],
    )  # fmt: skip
    def test_what_must_be_filled_is_marked(self, header: str, words: tuple[str, ...], needed: bool) -> None:
        assert Heading(header, words).is_needed is needed

    @pytest.mark.parametrize(("words", "longest"), [
        (("Up to 1,000 characters", "50 Zeichen"), 1000), (("max. 2.000 Zeichen",), 2000), (("30个字符",), 30),
        (("30 pieces",), 0), ((), 0),
    ])  # fmt: skip
    def test_how_long_a_cell_may_be_is_read(self, words: tuple[str, ...], longest: int) -> None:
        assert Heading("a", words).longest == longest

    @pytest.mark.parametrize(("header", "label", "shown"), [
        ("a\nb", "Title x", "a b (Title x)"), ("a", "a", "a"), ("a", "", "a"), ("a  b", "a b", "a b"),
    ])  # fmt: skip
    def test_a_key_is_shown_with_what_people_call_it(self, header: str, label: str, shown: str) -> None:
        assert Heading(header, (), label).shown == shown

    @pytest.mark.parametrize(("words", "axis"), [
        (("(Colour)",), "color"), (("(two words)", "【Size】"), "size"), (("Colour",), ""), ((), ""),
    ])  # fmt: skip
    def test_words_in_brackets_name_an_axis(self, words: tuple[str, ...], axis: str) -> None:
        assert Heading("Variation 1", words).axis == axis

    @pytest.mark.parametrize(("header", "parcel", "size"), [
        ("Weight (g)", {"weight": "2"}, 2000.0), ("Weight (g)", {"length": "2"}, None), ("Name", {"weight": "2"}, None),
        ("Length (in)", {"length": "10"}, 3.937), ("Length", {"length": "10"}, 10.0), ("Weight", {"weight": ""}, None),
    ])  # fmt: skip
    def test_a_measure_is_written_in_the_unit_of_its_column(
        self, header: str, parcel: dict[str, str], size: float | None
    ) -> None:
        assert Heading(header).measure(parcel) == size

    @pytest.mark.parametrize(("header", "side"), [
        ("ps_weight", "weight"), ("Package Weight (kg)", "weight"), ("Width", "width"), ("size", ""),
        ("Package Length(cm) * Width(cm) * Height(cm)-Height (cm)", "height"), ("Package dimensions - Width", "width"),
        ("Shoe - Width", ""), ("a-b-Length", ""),
    ])  # fmt: skip
    def test_a_column_takes_one_side_of_the_parcel(self, header: str, side: str) -> None:
        assert find_side(header) == side

    @pytest.mark.parametrize(
        ("kind", "name", "value", "number"),
        [
            ("weight", "weight", "2", 2.0), ("weight", "weight", "2 kg", 2.0), ("weight", "weight", "500 g", 0.5),
            ("weight", "weight g", "500", 0.5), ("weight", "variant grams", "500", 0.5),
            ("weight", "weight kg", "500 g", 0.5), ("length", "length", "12,5 cm", 12.5),
            ("length", "length", " 1.5 m. ", 150.0), ("length", "length mm", "30", 3.0),
            ("length", "length", "3 stone", None), ("length", "length", "abc", None),
            ("length", "length", "..", None), ("length", "length", "", None),
        ],
    )  # fmt: skip
    def test_a_measure_has_the_unit_that_it_or_its_name_tells(
        self, kind: str, name: str, value: str, number: float | None
    ) -> None:
        assert _read_amount(name, value, _UNITS[kind]) == (None if number is None else pytest.approx(number))

    def test_rows_under_the_headers_are_words_until_goods_begin(self) -> None:
        grid = [
            ["x"], ["Title", "Price", "Note"], ["the title", "the price", "a note"], ["need", "", ""],
            ["Cup", "9.5", ""], ["", "9", ""], ["Pot", "abc", ""], ["Pan", "1,200 ", ""], ["Short"],
        ]  # fmt: skip
        assert read_headings(grid, 2, 5) == [
            Heading("Title", ("the title", "need"), "the title"), Heading("Price", ("the price",), "the price"),
            Heading("Note", ("a note",), "a note"),
        ]  # fmt: skip
        assert read_headings(grid, 2, 3) == [Heading(h) for h in grid[1]]
        assert find_goods(grid, 2, [1], [0]) == find_goods(grid, 2, [1, 5], [7, 0]) == [5, 8]
        assert find_goods(grid, 5, [1], [0]) == [8]
        assert find_goods(grid, 2, [], [0]) == find_goods(grid, 2, [1], []) == []

    @pytest.mark.parametrize(
        ("cells", "columns", "names"),
        [
            (["a", "b", ""], 3, True), (["a", "", ""], 3, False), (["a", "b"], 4, False), (["a", "b", "c"], 4, True),
            (["a", "a", "b"], 3, False), (["a", "b" * 60, "c"], 3, True), (["a", "b" * 61, "c"], 3, False),
        ],
    )  # fmt: skip
    def test_a_row_of_names_is_short_words_for_most_columns(self, cells: list[str], columns: int, names: bool) -> None:
        grid = [["h"] * columns, cells]
        assert [h.label for h in read_headings(grid, 1, 3)] == ([*cells, ""][:columns] if names else [""] * columns)

    @pytest.mark.parametrize(
        ("heads", "line", "definition"),
        [
            (["Field Name", "Accepted Values", "Required?"], ["item_name", "200 characters maximum", "Required"],
             _Definition("item_name", True, 200)),
            (["Required?", "Field Name"], ["optional", "item_name"], _Definition("item_name", False, 0)),
            (["Field Name", "Required", "Accepted values"], ["item_name", " REQUIRED "],
             _Definition("item_name", True, 0)),
            (["x", "Field name", "Required"], ["y", "brand", ""], _Definition("brand", False, 0)),
        ],
    )  # fmt: skip
    def test_a_sheet_of_definitions_tells_what_a_field_takes(
        self, heads: list[str], line: list[str], definition: _Definition
    ) -> None:
        class Sheets:
            def __init__(self, *grids: list[list[str]]) -> None:
                self.sheets, self.grids = list(range(len(grids))), grids

            def read(self, name: int) -> list[list[str]]:
                return self.grids[name]

        def read(*grids: list[list[str]]) -> list[_Definition]:
            return _read_definitions(cast(Book, Sheets(*grids)))

        assert read([["Guide"]], [["a"], ["b"], heads, line, [], [""]]) == [definition]
        assert read([["a"], ["b"], ["c"], heads, line]) == [], "heads stand in the first three rows"
        assert read([["Field name"], ["x"]]) == []
