"""Measures the photo signal on a folder of photos: which edits it sees through, and how often it is wrong.

usage: photos.py PHOTOS [WHITE_BACKGROUNDS] [--seed N] [--limit BITS] [--half even|odd|all]
       photos.py PHOTOS [WHITE_BACKGROUNDS] --scale 1000,2000,4000,8000 [--shop FOLDER] [--gallery]
       photos.py PHOTOS [WHITE_BACKGROUNDS] --different 5000 [--shop FOLDER]

Every photo is edited in every way of ``edits.py`` and looked for through the whole path: files on disk,
``read_photos``, ``find_neighbours`` among all originals and edited photos of one edit, then the distance at the limit.
Every pair of different photos of a folder tells the false rate; files that are equal byte for byte count as one. The
photos of PHOTOS must all show different things.

``--scale`` measures whole shops instead (``mixtures.py``): what photos cost at so many listings, in CPU seconds, beside
the decoding of the files and the same audit without them, cold and warm, and beside an audit that is told by hashes in
a column what the photos were found to be, so that it has as much to plan and to write; how many of the pairs that one
photo was made for are found, and how many others; what the check of one draft with a photo costs beside that of the
same draft without one, against the largest shop; and how near the nearest hashes of a shop's pictures are, beside those
of the real pictures. Each audit is told beside what it is held to; the last shop is audited by two threads as well, by
the clock and in CPU seconds. The pictures lie in FOLDER, to be gone on with. With ``--gallery`` each listing shows two
further photos, and what these cost is told.

``--different`` counts how many of so many photos of different products are taken for one, and how many of 150 real ones
and these.
"""

import argparse
import atexit
import csv
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np
from edits import EDITS, HARDEST, save_edited
from mixtures import Shop, write_shop, write_strangers
from PIL import Image
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from dupcheck.catalog import make_catalog, read_catalog
from dupcheck.model import BoolArray, Catalog, FloatArray, IntArray, Listing
from dupcheck.photos.neighbours import find_alike, find_neighbours
from dupcheck.photos.reading import read_photos
from dupcheck.photos.suspicion import measure_nearest
from dupcheck.photos.table import Photos
from dupcheck.photos.verification import SAME, compare_photos
from dupcheck.signals.color import Color
from dupcheck.signals.image import Image as ImageSignal

PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"}
OTHER_COLOR = 6.0
"""ΔE from which the benchmark takes a photo as re-coloured."""
RATE = 1e-5
CHECKS = 5
"""Of so many checks of one draft the median counts."""


@dataclass(frozen=True)
class Shown:
    """What the signals need of the features."""

    photos: Photos


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("photos", type=Path)
    options.add_argument("white", type=Path, nargs="?")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--limit", type=float, default=SAME)
    options.add_argument("--half", choices=("even", "odd", "all"), default="all")
    options.add_argument("--at-most", type=int, default=1000, help="photos to edit")
    options.add_argument("--scale", help="listings, by comma: measure whole shops")
    options.add_argument("--shop", type=Path, help="where their pictures lie")
    options.add_argument("--gallery", action="store_true", help="with two further photos a listing")
    options.add_argument("--different", type=int, help="photos of so many different products: which are taken for one")
    given = options.parse_args()
    folders = [f for f in (given.photos, given.white) if f]
    if given.scale or given.different:
        with tempfile.TemporaryDirectory() as room:
            shop = given.shop or Path(room)
            if given.different:
                measure_strangers(folders, given.different, shop, given.seed)
                return
            counts = sorted(map(int, given.scale.split(",")))
            if given.gallery:
                measure_galleries(folders, counts, shop, given.seed)
            else:
                measure_shops(folders, counts, shop, given.seed)
        return
    step = {"even": slice(0, None, 2), "odd": slice(1, None, 2), "all": slice(None)}[given.half]
    files = list_pictures(given.photos)[step][: given.at_most]
    false = measure_false_rates([f for f in (given.photos, given.white) if f is not None])
    limits = [
        bits for bits in np.arange(0.0, 16.5, 0.5) if all((d <= bits).sum() / n <= RATE for d, n in false.values())
    ]
    loosest = max(limits, default=0.0)
    print(f"{len(files)} photos edited, seed {given.seed}, the same photo is ≤ {given.limit:g} bits\n")
    print(
        f"| edit | candidates | recall ≤ {given.limit:g} | recall at false rate ≤ {RATE:g} (≤ {loosest:g}) | goal | |"
    )
    print("|---|---|---|---|---|---|")
    for name, (_, goal) in (EDITS | HARDEST).items():
        found, bits, color = measure_edit(name, files, given.seed)
        hit = found & (bits <= given.limit)
        if name.startswith("hue"):
            hit &= color >= OTHER_COLOR
        told, roc = 100 * hit.mean(), 100 * (found & (bits <= loosest)).mean()
        verdict = "" if told >= goal else "missed"
        print(f"| {name} | {100 * found.mean():.1f} | {told:.1f} | {roc:.1f} | {goal:g} | {verdict} |", flush=True)
    print("\n| all pairs of | pairs | false at the limit | rate |\n|---|---|---|---|")
    for folder, (distance, pairs) in false.items():
        wrong = int((distance <= given.limit).sum())
        print(f"| {folder} | {pairs:,} | {wrong} | {wrong / pairs:.1e} |")
    print()
    for folder in (given.photos, given.white):
        if folder is not None:
            measure_speed(folder)


def list_pictures(folder: Path) -> list[Path]:
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)
    return files or sys.exit(f"no pictures in {folder}")


def read(files: list[Path], root: Path) -> Photos:
    photos, problems = read_photos(make_shop(files, root))
    if problems:
        print(f"{len(problems)} problems, the first: {problems[0].text}", file=sys.stderr)
    return photos


def make_shop(files: list[Path], root: Path) -> Catalog:
    listings = [Listing(f"L-{i}", "", main_image=str(path.relative_to(root))) for i, path in enumerate(files)]
    return make_catalog(listings, image_root=root)


def decode(names: Sequence[Path]) -> None:
    """Do what no reading of photos can do without: decode each small."""
    for name in names:
        cv2.imdecode(np.frombuffer(name.read_bytes(), np.uint8), cv2.IMREAD_REDUCED_COLOR_8)


def measure_edit(name: str, files: list[Path], seed: int) -> tuple[BoolArray, FloatArray, FloatArray]:
    """Return for each photo whether its edited copy was a candidate, their distance and their colour difference."""
    rng = np.random.default_rng([seed, list(EDITS | HARDEST).index(name)])
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shop: list[Path] = []
        for i, path in enumerate(files):
            copy = root / f"{i:05}.original{path.suffix}"
            copy.write_bytes(path.read_bytes())
            shop.append(copy)
        for i, path in enumerate(files):
            other = files[(i + 1 + int(rng.integers(len(files) - 1))) % len(files)]
            edited = root / f"{i:05}.edited.jpg"
            with Image.open(path) as photo, Image.open(other) as beside:
                edited.write_bytes(save_edited(name, photo, beside, rng))
            shop.append(edited)
        photos = read(shop, root)
    left, right = find_neighbours(photos)
    candidates = set(zip(left.tolist(), right.tolist(), strict=True))
    count = len(files)
    first, second = photos.main[:count], photos.main[count:]
    found = np.array([a == b or (min(a, b), max(a, b)) in candidates for a, b in zip(first, second, strict=True)])
    originals, copies = np.arange(count), np.arange(count, 2 * count)
    bits = ImageSignal().measure(Shown(photos), originals, copies)
    color = Color().measure(Shown(photos), originals, copies)
    return found, np.where(np.isnan(bits), 64.0, bits), color


def measure_false_rates(folders: list[Path]) -> dict[str, tuple[FloatArray, int]]:
    """Return for each folder the distances of its near pairs of different photos, and how many pairs it has."""
    rates = {}
    for folder in folders:
        different = {hashlib.sha256(path.read_bytes()).digest(): path for path in list_pictures(folder)}
        photos = read(sorted(different.values()), folder)
        left, right = np.triu_indices(len(photos), 1)
        bits = ImageSignal().measure(Shown(photos), left, right)
        rates[folder.name] = bits[bits <= 16.0], len(left)
    return rates


def measure_speed(folder: Path) -> None:
    """Print the CPU time of hashing beside that of decoding the same JPEGs at an eighth of their size.

    That of all cores is by the clock, and means something on a quiet machine only.
    """
    files = [path for path in list_pictures(folder) if path.suffix.lower() in (".jpg", ".jpeg")]

    def decode() -> None:
        for path in files:
            cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_REDUCED_COLOR_8)

    shop = make_shop(files, folder)
    with tempfile.TemporaryDirectory() as cache:
        floor, cold, parallel, warm = [], [], [], []
        read_photos(shop, cache=Path(cache))
        for _ in range(3):
            floor.append(spend(decode))
            cold.append(spend(lambda: read_photos(shop, jobs=1)))
            parallel.append(clock(lambda: read_photos(shop)))
            warm.append(spend(lambda: read_photos(shop, jobs=1, cache=Path(cache))))
    decoded, hashed, both, kept = (
        float(np.median(times)) / len(files) * 1e3 for times in (floor, cold, parallel, warm)
    )
    print(
        f"{folder.name}: decode at 1/8 {decoded:.2f} ms a photo; hash, one thread {hashed:.2f} ms"
        f" = {hashed / decoded:.2f} ×; all cores, by the clock, {both:.2f} ms; warm cache {kept:.3f} ms"
    )


def measure_shops(folders: list[Path], counts: list[int], folder: Path, seed: int) -> None:
    """Print what photos cost at each number of listings, and how that grows."""
    files = [path for source in folders for path in list_pictures(source)]
    shop = write_shop(files, counts[-1], folder, seed)
    print("CPU seconds\n")
    print(
        "| listings | decoding at 1/8 | reading cold, warm | looking cold, warm | audit without photos cold, warm |"
        " audit cold, warm | peak, MB | photos found of those made from another | strangers |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    costs: dict[str, list[float]] = {"reading cold": [], "looking cold": [], "photos cold": [], "photos warm": []}
    held: list[str] = []
    for count in counts:
        shop = write_shop(files, count, folder, seed)
        names = sorted({folder / row["main_image"] for row in read_rows(shop.catalog)})
        floor = spend(partial(decode, names))
        told = []
        with tempfile.TemporaryDirectory() as cache:
            for _ in range(2):
                catalog = read_catalog(shop.catalog)
                started = time.process_time()
                photos, _ = read_photos(catalog, cache=Path(cache), jobs=1)
                between = time.process_time()
                left, right = find_alike(photos)
                told.append((between - started, time.process_time() - between))
        (cold, looking), (warm, recalling) = told
        found, others = count_found(photos, shop, left, right)
        with tempfile.TemporaryDirectory() as cache:
            told_of = write_told(shop, photos, left, right, folder / f"told-{count}.csv")
            ways = (shop.bare, shop.bare, shop.catalog, shop.catalog, told_of, told_of)
            audits = [run_audit(path, Path(cache)) for path in ways]
        bare_cold, bare, with_photos, again, _, hashed = (audit.used for audit in audits)
        for name, spent in zip(costs, (cold, looking, with_photos - bare_cold, again - bare), strict=True):
            costs[name].append(spent)
        print(
            f"| {count:,} | {floor:.1f} | {cold:.1f}, {warm:.2f} | {looking:.2f}, {recalling:.2f} |"
            f" {bare_cold:.1f}, {bare:.1f} | {with_photos:.1f}, {again:.1f} | {audits[2].peak:.0f} | {found} |"
            f" {others} |",
            flush=True,
        )
        held.append(
            f"{count:,}: reading {cold / floor:.2f} × decoding (goal 2.0), looking {looking / floor:.2f} × (0.25);"
            f" audit cold {with_photos / (floor + bare_cold):.2f} × decoding and an audit without photos (1.3),"
            f" warm {again / bare:.2f} × (1.15), of which reading and looking {(warm + recalling) / bare:.2f};"
            f" warm {again / hashed:.2f} × an audit told of the same by hashes ({hashed:.1f} s)"
        )
    print("", *held, sep="\n")
    tell_growth(costs, counts)
    measure_both_cores(shop)
    measure_checks(shop, folder)
    few = min(len(files), counts[-1])
    made = sorted({folder / row["main_image"] for row in read_rows(shop.catalog)})[:few]
    for name, pictures, root in (("real pictures", files[:few], Path("/")), ("the shop's", made, folder)):
        print(f"{name}: nearest of all hashes, bits → share of {len(pictures)}: {tell_nearest(read(pictures, root))}")


def write_told(shop: Shop, photos: Photos, left: IntArray, right: IntArray, path: Path) -> Path:
    """Write a shop without photos whose hashes say which listings show one photo, and return where."""
    same = compare_photos(photos, left, right) <= SAME
    _, one = connected_components(coo_matrix((same[same], (left[same], right[same])), shape=(len(photos),) * 2))
    hashes = np.random.default_rng(0).integers(0, 2**64, one.max() + 1, dtype=np.uint64)
    rows = read_rows(shop.catalog)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "image_phash"])
        writer.writeheader()
        for row, main in zip(rows, photos.main.tolist(), strict=True):
            hashed = f"{int(hashes[one[main]]):016x}" if main >= 0 else ""
            writer.writerow({**row, "main_image": "", "image_phash": hashed})
    return path


def tell_growth(costs: dict[str, list[float]], counts: list[int]) -> None:
    for name, series in costs.items():
        if len(counts) > 1 and min(series) > 0:
            exponents = np.diff(np.log(series)) / np.diff(np.log(counts))
            print(f"{name}: exponents {', '.join(f'{e:.2f}' for e in exponents)}")


def measure_both_cores(shop: Shop) -> None:
    """Print what an audit by two threads takes by the clock and of the processor; the clock needs a quiet machine."""
    with tempfile.TemporaryDirectory() as cache:
        for way in ("cold", "warm"):
            both = run_audit(shop.catalog, Path(cache), jobs=2)
            print(
                f"audit by two threads, {way}: {both.clock:.1f} s by the clock, {both.used:.1f} CPU s"
                f" = {both.clock / both.used:.2f} × (goal 0.6)"
            )


def measure_galleries(folders: list[Path], counts: list[int], folder: Path, seed: int) -> None:
    """Print what two further photos a listing cost, and how that grows."""
    files = [path for source in folders for path in list_pictures(source)]
    costs: dict[str, list[float]] = {"reading cold": [], "looking cold": [], "audit cold": [], "audit warm": []}
    print(f"| listings | {' | '.join(costs)} | photos |\n|---|---|---|---|---|---|")
    for count in counts:
        shop = write_shop(files, count, folder, seed)
        rows = read_rows(shop.catalog)
        rng = np.random.default_rng([seed, count])
        names = [row["main_image"] for row in rows]
        for k, row in enumerate(rows):  # what two of the next listings show first
            row["images"] = ";".join(names[int(j)] for j in (k + rng.integers(1, 200, 2)) % count)
        with tempfile.TemporaryDirectory() as name:
            path = folder / f"gallery-{count}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
            started = time.process_time()
            photos, _ = read_photos(read_catalog(path), jobs=1)
            between = time.process_time()
            find_alike(photos)
            spent = [between - started, time.process_time() - between]
            spent += [run_audit(path, Path(name)).used for _ in range(2)]
        for series, seconds in zip(costs.values(), spent, strict=True):
            series.append(seconds)
        print(f"| {count:,} | {' | '.join(f'{s:.1f}' for s in spent)} | {len(photos):,} |", flush=True)
    tell_growth(costs, counts)


def measure_strangers(folders: list[Path], count: int, folder: Path, seed: int) -> None:
    """Print how many pairs of photos of different products are taken for one photo."""
    files = [path for source in folders for path in list_pictures(source)]
    write_strangers(files, count, folder, seed)
    made = sorted((folder / "different").glob("*.jpg"))[:count]
    strangers = read(made, folder)
    left, right = find_alike(strangers)
    wrong = int((compare_photos(strangers, left, right) <= SAME).sum())
    print(f"{count:,} photos of different products: {wrong} of {count * (count - 1) // 2:,} pairs taken for one photo")
    for source in folders:
        few = list_pictures(source)[:150]
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            for number, path in enumerate([*few, *made]):
                shutil.copyfile(path, root / f"{number:06}{path.suffix}")
            photos = read(sorted(root.iterdir()), root)
        own = np.zeros(len(photos), dtype=np.bool_)
        own[photos.main[: len(few)]] = True
        left, right = find_alike(photos)
        across = own[left] != own[right]
        wrong = int((compare_photos(photos, left[across], right[across]) <= SAME).sum())
        print(f"{len(few)} of {source.name} × these: {wrong} of {len(few) * count:,} pairs")


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def spend(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


@dataclass(frozen=True)
class Run:
    """CPU seconds, seconds by the clock and peak megabytes of a whole command in a process of its own."""

    used: float
    clock: float
    peak: float


def run_audit(catalog: Path, cache: Path, jobs: int = 1) -> Run:
    with tempfile.TemporaryDirectory() as out:
        return run("audit", str(catalog), "--out", out, "--cache", str(cache), "--jobs", str(jobs))


def run(*words: str) -> Run:
    command = [sys.executable, "-m", "dupcheck", *words, "--no-ledger"]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=as_installed())
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # 1: a draft would be a duplicate
        sys.exit(f"{' '.join(command)} failed")
    return Run(used.ru_utime + used.ru_stime, time.perf_counter() - started, used.ru_maxrss / 1024)


@cache
def as_installed() -> dict[str, str]:
    """The environment of a command whose code is compiled and whose words are read, as after a first run."""
    room = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, room, ignore_errors=True)
    kept = {**os.environ, "PYTHONPYCACHEPREFIX": f"{room}/compiled", "DUPCHECK_CACHE": f"{room}/kept"}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "dupcheck", "audit", str(Path(__file__).parents[2] / "sample_catalog/catalog.csv")]
    for _ in range(2):
        subprocess.run([*command, "--out", f"{room}/out", "--no-ledger"], env=kept, check=True, capture_output=True)
    return kept


def measure_checks(shop: Shop, folder: Path) -> None:
    """Print what the check of a draft with a new photo costs beside that of one without, as whole processes, warm."""
    row = read_rows(shop.catalog)[-1]
    with Image.open(folder / row["main_image"]) as photo:
        photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "draft.jpg", quality=85)
    spent: dict[str, list[float]] = {"draft.jpg": [], "": []}
    with tempfile.TemporaryDirectory() as name:
        room = Path(name)
        for photo_name in spent:
            with (room / f"draft{photo_name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(row))
                writer.writeheader()
                writer.writerow({**row, "listing_id": "draft", "main_image": photo_name})
        for turn in range(CHECKS + 1):
            for photo_name, times in spent.items():
                draft = room / f"draft{photo_name}.csv"
                checked = run(
                    "check", str(draft), "--against", str(shop.catalog), "--images", str(folder), "--cache", str(room),
                    "--jobs", "1",
                )  # fmt: skip
                times += [checked.used] if turn else []  # the first one measures the catalogue
    seen, unseen = (float(np.median(times)) for times in spent.values())
    print(f"check of one draft, warm: {seen:.2f} s with a photo, {unseen:.2f} s without = {seen / unseen:.2f} × (1.2)")


def count_found(photos: Photos, shop: Shop, left: IntArray, right: IntArray) -> tuple[str, int]:
    """Return how many photos made from another lie beside it in ``left`` and ``right``, and how many strangers do."""
    same = compare_photos(photos, left, right) <= SAME
    product = np.full(len(photos), -1)
    second = np.full(len(photos), -1)
    product[photos.main], second[photos.main] = shop.shown, shop.beside
    ends = [np.stack([product[side[same]], second[side[same]]], axis=1) for side in (left, right)]
    known = (ends[0][:, :, None] == ends[1][:, None, :]).any(axis=(1, 2))
    first = {p: row for row, p in zip(range(len(photos) - 1, -1, -1), product[::-1].tolist(), strict=True)}
    pairs = set(zip(left[same].tolist(), right[same].tolist(), strict=True))
    made = [(first[p], row) for row, p in enumerate(product.tolist()) if first[p] != row]
    hit = sum((min(pair), max(pair)) in pairs for pair in made)
    return f"{hit} of {len(made)}", int((~known).sum())


def tell_nearest(photos: Photos) -> str:
    nearest = np.full(len(photos), 64)
    left, right = np.triu_indices(len(photos), 1)
    for begin in range(0, len(left), 200_000):
        part = slice(begin, begin + 200_000)
        bits = measure_nearest(photos, left[part], right[part]).min(axis=1)
        np.minimum.at(nearest, left[part], bits)
        np.minimum.at(nearest, right[part], bits)
    return ", ".join(f"{bits}: {(nearest == bits).mean():.2f}" for bits in range(0, 14, 2))


def clock(work: object) -> float:
    started = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
