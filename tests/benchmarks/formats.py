"""Read a folder of real export files, hold the counts against an independent reading, and try to break the readers.

    python tests/benchmarks/formats.py FOLDER                       the table of files
    python tests/benchmarks/formats.py FOLDER --cases               folders with a case.toml: what each should give
    python tests/benchmarks/formats.py FOLDER --fuzz 20000 --seed 1 mutations of them and of our own fixtures

The independent readings use the standard library, and calamine's raw cells for spreadsheets: none of dupcheck's code.
"""

import argparse
import csv
import io
import itertools
import multiprocessing as mp
import random
import re
import resource
import sys
import time
import tomllib
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dupcheck.catalog import parse_attributes, read_catalog
from dupcheck.errors import CatalogError
from dupcheck.files.cells import show_number

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "formats"
Counts = tuple[int, int]

# --------------------------------------------------------------------------------------------------------------
# Independent readings: listings and SKUs


def _dicts(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(10**9)
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def _cells(path: Path) -> Sequence[Sequence[object]]:
    import python_calamine

    return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)


def count_shopify(path: Path) -> Counts:
    rows = _dicts(path)
    values = [r for r in rows if r["Option1 Value"] not in ("", "Default Title")]
    return len({r["Handle"] for r in rows}), len(values)


def count_woocommerce(path: Path) -> Counts:
    kinds = Counter(r["Type"].split(",")[0] for r in _dicts(path))
    return sum(kinds.values()) - kinds["variation"], kinds["variation"]


def count_etsy(path: Path) -> Counts:
    rows = _dicts(path)
    with_options = [r for r in rows if r["VARIATION 1 VALUES"]]
    return len(rows), sum(len(r["SKU"].split(",")) for r in with_options)  # a code stands there for every combination


def count_yml(path: Path) -> Counts:
    text = path.read_text("utf-8")
    offers = re.findall(r'<offer id="[^"]*"(?: group_id="([^"]*)")?', text)
    groups = Counter(g for g in offers if g)
    blocks = re.findall(r"<offer .*?</offer>", text, re.DOTALL)
    varied = 0
    for group, count in groups.items():
        members = [b for b in blocks if f'group_id="{group}"' in b]
        params = [tuple(re.findall(r'<param name="([^"]*)">([^<]*)<', b)) for b in members]
        varied += count if len(set(params)) > 1 else (count if count > 1 else 0)
    return len(groups) + sum(not g for g in offers), varied


def count_html(path: Path) -> Counts:
    rows = re.findall(r"<tr>(.*?)</tr>", path.read_text("utf-8"), re.DOTALL)
    table = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", r, re.DOTALL) for r in rows]
    at = table[0].index("ERP ID")
    return len({r[at] for r in table[1:]}), len(table) - 1


def count_flat_sheet(path: Path) -> Counts:
    return len([r for r in _cells(path)[1:] if any(str(c).strip() for c in r)]), 0


def count_dianxiaomi(path: Path) -> Counts:
    rows = [r for r in _cells(path)[1:] if any(str(c).strip() for c in r) and not str(r[1]).startswith("事项说明")]
    return len({(str(r[0]), str(r[1])) for r in rows}), sum(bool(str(r[7]).strip()) for r in rows)


INDEPENDENT: dict[str, Callable[[Path], Counts]] = {
    "shopify_jewelry_vi.csv": count_shopify,
    "shopify_variants.csv": count_shopify,
    "woocommerce.csv": count_woocommerce,
    "etsy.csv": count_etsy,
    "aliexpress_ru.yml.xml": count_yml,
    "erp_html.xls": count_html,
    "erp_cp936.xls": count_flat_sheet,
    "dianxiaomi_tiktok.xlsx": count_dianxiaomi,
    "tiktok_backend.xlsx": count_flat_sheet,
}


def print_table(folder: Path) -> bool:
    print(f"{'file':<26}{'read as':<24}{'listings':>9}{'expected':>9}{'SKUs':>7}{'expected':>9}{'problems':>9}{'s':>7}")
    right = True
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        started = time.perf_counter()
        try:
            catalog = read_catalog(path)
            counts, problems = (len(catalog), len(catalog.skus)), len(catalog.problems)
            read_as: list[Any] = [p.text.values["format"] for p in catalog.problems if "read_as" in p.text.key]
            known = str(read_as[0].key) if read_as else "canonical"
        except CatalogError as error:
            counts, problems, known = (0, 0), 1, error.text.key.partition(".")[2]
        seconds = time.perf_counter() - started
        expected = INDEPENDENT[path.name](path) if path.name in INDEPENDENT else ("?", "?")
        right = right and expected in (counts, ("?", "?"))
        line = f"{path.name:<26}{known:<24}{counts[0]:>9}{expected[0]:>9}{counts[1]:>7}{expected[1]:>9}"
        print(f"{line}{problems:>9}{seconds:>7.2f}")
    return right


# --------------------------------------------------------------------------------------------------------------
# Cases: a file, and in its case.toml what a person reads in it


def describe(path: Path, words: list[str]) -> dict[str, str]:
    """Return what was read of a file, a word or number a fact."""
    maps = dict(w.split("=", 1) for flag, w in itertools.pairwise(words) if flag == "--map")
    catalog = read_catalog(path, mapping=maps)
    count = len(catalog)
    priced = int((~np.isnan(catalog.numbers("price"))).sum())
    money = sorted(set(catalog.column("currency").tolist()) - {""})
    own = sum(not i.startswith("row-") for i in catalog.ids)
    axes = {name for t in catalog.skus["options"] for name in parse_attributes(t)}
    return {
        "format": ",".join(dict.fromkeys(t.format for t in catalog.tables)),
        "listings": str(count),
        "skus": str(len(catalog.sku_columns["listing"])),
        "prices": f"{priced}/{count}",
        "currency": ",".join(money) or "-",
        "options": str(len(axes)),
        "pictures": f"{int((catalog.column('main_image') != '').sum())}/{count}",
        "category": f"{int((catalog.column('category') != '').sum())}/{count}",
        "ids": f"{own}/{count}",
        "unused": str(sum(len(t.unused) for t in catalog.tables)),
    }


COLUMNS = ("format", "listings", "skus", "prices", "currency", "options", "pictures", "category", "ids", "unused")


def fall_short(path: Path, words: list[str], wanted: dict[str, Any], got: dict[str, str]) -> list[str]:
    """Say what of a case's expectation was not read."""
    short = [
        f"{n} {got[n]}, not {wanted[n]}" for n in ("format", "listings", "skus") if str(wanted.get(n, got[n])) != got[n]
    ]
    if "currency" in wanted and got["currency"] != wanted["currency"]:
        short.append(f"currency {got['currency']}, not {wanted['currency']}")
    maps = dict(w.split("=", 1) for flag, w in itertools.pairwise(words) if flag == "--map")
    catalog = read_catalog(path, mapping=maps)
    for name, cells in wanted.get("values", {}).items():
        place = catalog.positions.get(name)
        if place is None:
            short.append(f"no listing {name}")
            continue
        for field, value in cells.items():
            cell = catalog.columns[field][place] if field in catalog.columns else ""
            text = (
                show_number(cell)
                if isinstance(cell, float) and cell == cell
                else ""
                if isinstance(cell, float)
                else cell
            )
            if str(value)[1:] not in text if str(value).startswith("~") else text != str(value):
                short.append(f"{name}.{field} {text!r}, not {value!r}")
    return short


def print_cases(folder: Path) -> bool:
    """Print the table of cases; True where nothing falls short."""
    print(f"{'case':<34}" + "".join(f"{c:>{18 if c == 'format' else 10}}" for c in COLUMNS))
    right = True
    for path in sorted(folder.glob("*/case.toml")):
        facts = tomllib.loads(path.read_text("utf-8"))
        file, words = path.parent / facts["input"], facts.get("args", [])
        try:
            got = describe(file, words)
            short = fall_short(file, words, facts["expect"], got)
        except CatalogError as error:
            got, short = dict.fromkeys(COLUMNS, "-"), [str(error)[:160]]
        print(f"{path.parent.name:<34}" + "".join(f"{got[c][:17]:>{18 if c == 'format' else 10}}" for c in COLUMNS))
        for text in short:
            print(f"    falls short: {text}")
        right = right and not short
    return right


# --------------------------------------------------------------------------------------------------------------
# Mutations

WORDS = (
    *(
        '"',
        "\0",
        ",",
        ";",
        "\t",
        "\n",
        "\r\n",
        "<",
        ">",
        "&",
        "{",
        "[",
        "]",
        "}",
        "=",
        "'",
        "|",
        ":",
        "\\",
        "-1",
        "NaN",
    ),
    *("1e999", "9" * 18, "</", "<!--", "]]>", "\\u0000", "\ufeff", "（必填）", 'r="XFD1048576"'),
    "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;",
)
TOKENS = (*(word.encode() for word in WORDS), b"\xff", b"\xfe", b"\xe4")


def mutate_bytes(raw: bytes, rng: random.Random, others: list[bytes]) -> bytes:
    data = bytearray(raw)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        size = len(data)
        at = rng.randrange(size + 1)
        end = min(size, at + rng.choice((1, 2, 8, 64, 1024, size)))
        kind = rng.randrange(9)
        if kind == 0 and size:
            data[min(at, size - 1)] = rng.randrange(256)
        elif kind == 1:
            del data[at:end]
        elif kind == 2:
            data[at:at] = data[at : at + rng.choice((1, 16, 512, 4096))]
        elif kind == 3:
            data[at:at] = rng.choice(TOKENS) * rng.choice((1, 1, 2, 30))
        elif kind == 4:
            del data[at:]
        elif kind == 5:
            data[at : at + 32] = rng.randbytes(32)
        elif kind == 6:
            other = rng.choice(others)
            start = rng.randrange(len(other) + 1)
            data[at:end] = other[start : start + rng.choice((16, 256, 4096))]
        elif kind == 7:
            data[at:end] = bytes(reversed(data[at:end]))
        else:
            lines = bytes(data).split(b"\n")
            rng.shuffle(lines)
            data = bytearray(b"\n".join(lines))
    return bytes(data[:5_000_000])


def mutate(raw: bytes, rng: random.Random, others: list[bytes]) -> bytes:
    if raw.startswith(b"PK") and rng.random() < 0.7:  # past the checksums: mutate a member and pack it again
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(raw)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as again:
            names = packed.namelist()
            target = rng.choice([n for n in names if n.endswith(".xml")] or names)
            for name in names:
                body = packed.read(name)
                again.writestr(name, mutate_bytes(body, rng, others) if name == target else body)
        return out.getvalue()
    if rng.random() < 0.1:
        try:
            return mutate_bytes(raw, rng, others).decode("utf-8").encode(rng.choice(("utf-16", "gb18030", "utf-16-be")))
        except UnicodeError:
            return raw[: rng.randrange(len(raw) + 1)]
    return mutate_bytes(raw, rng, others)


def make_canonical(rng: random.Random) -> bytes:
    rows = ["listing_id,title,price,currency,category,main_image,attributes"]
    rows += [f"ID{i:05d}X,Shirt {i},{i % 90 + 1}.50,USD,Shirts,img/{i}.jpg,Color=Red; Size=M" for i in range(60)]
    return "\r\n".join(rows).encode() if rng.random() < 0.5 else "\n".join(rows).encode() + b"\n"


def check_rows(raw: bytes, mutated: bytes, path: Path) -> str:
    """Say which row of the canonical file is whole in the mutated one, but neither read nor told of."""
    catalog = read_catalog(path)
    lines = [line for line in re.split(rb"[\r\n]+", raw)[1:] if line]
    there = set(re.split(rb"[\r\n]+", mutated))
    known = " ".join(str(t) for column in ("listing_id", "title", "attributes", "category", "main_image", "images")
                     for t in catalog.column(column))  # fmt: skip
    known += " ".join(catalog.column("description")) + " ".join(str(c) for c in catalog.skus.to_numpy().ravel())
    told = " ".join(p.text.say("en") for p in catalog.problems)
    cut = any(
        p.text.key in ("catalog.row_long", "catalog.above_header", "catalog.row_skipped") for p in catalog.problems
    )
    for line in lines:
        name = line.split(b",")[0].decode()
        if line in there and name not in known and name not in told and not cut:
            return f"row {name} is lost without a word"
    return ""


def try_case(seed: int, bases: list[bytes], path: Path) -> str:
    rng = random.Random(seed)
    canonical = seed % 5 == 0
    raw = make_canonical(rng) if canonical else rng.choice(bases)
    mutated = mutate(raw, rng, bases)
    path.write_bytes(mutated)
    try:
        if canonical:
            return check_rows(raw, mutated, path)
        catalog = read_catalog(path)
        for problem in catalog.problems:
            problem.text.say("en"), problem.text.say("zh")
    except CatalogError as error:
        error.say("zh")
    except Exception:
        return traceback.format_exc()
    return ""


def work(pipe: Connection, seeds: range, bases: list[bytes], scratch: str) -> None:
    for seed in seeds:
        started = time.perf_counter()
        fault = try_case(seed, bases, Path(scratch))
        both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        rss = max(resource.getrusage(who).ru_maxrss for who in both) / 1024
        pipe.send((seed, fault, time.perf_counter() - started, rss))
    pipe.close()


def fuzz(folder: Path, count: int, first: int, keep: Path) -> bool:
    keep.mkdir(parents=True, exist_ok=True)
    bases = [p.read_bytes() for p in sorted([*folder.iterdir(), *FIXTURES.iterdir()]) if p.is_file()]
    bases = [b[:300_000] if len(b) > 300_000 else b for b in bases]
    slowest = largest = 0.0
    faults: list[tuple[int, str]] = []
    done = 0
    seed = first
    last = first + count
    started = time.perf_counter()
    while seed < last:
        ours, theirs = mp.Pipe(duplex=False)
        scratch = keep / f"case-{mp.current_process().pid}.dat"
        seeds = range(seed, min(seed + 500, last))
        process = mp.get_context("fork").Process(target=work, args=(theirs, seeds, bases, str(scratch)))
        process.start()
        theirs.close()
        while seed < seeds.stop:
            try:
                if not ours.poll(15):
                    raise TimeoutError
                at, fault, seconds, rss = ours.recv()
            except (EOFError, TimeoutError) as error:
                faults.append((seed, f"{type(error).__name__}: the process hung or died"))
                (keep / f"fault-{seed}.dat").write_bytes(scratch.read_bytes())
                seed += 1
                break
            slowest, largest = max(slowest, seconds), max(largest, rss)
            if fault or seconds > 10 or rss > 1024:
                faults.append((at, fault or f"{seconds:.1f} s, {rss:.0f} MB"))
                (keep / f"fault-{at}.dat").write_bytes(scratch.read_bytes())
                if rss > 1024:
                    seed = at + 1
                    break
            seed = at + 1
            done += 1
        process.kill()
        process.join()
    passed = time.perf_counter() - started
    print(f"{done} mutated inputs in {passed:.0f} s; slowest {slowest:.2f} s; most memory {largest:.0f} MB")
    print(f"faults: {len(faults)}")
    for kind, number in Counter(f.strip().splitlines()[-1][:160] for _, f in faults).most_common(12):
        example = next((s, f) for s, f in faults if f.strip().splitlines()[-1][:160] == kind)
        print(f"  {number} × {kind}  (seed {example[0]})")
        print("    " + "\n    ".join(example[1].strip().splitlines()[-6:]))
    return not faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", action="store_true")
    parser.add_argument("--fuzz", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-cases"), help="where inputs that fail are kept")
    args = parser.parse_args()
    if args.fuzz:
        right = fuzz(args.folder, args.fuzz, args.seed, args.keep)
    else:
        right = print_cases(args.folder) if args.cases else print_table(args.folder)
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()
