"""What a seller takes away from the page: accepted plans as files of a marketplace, a list to work through, or the
merged catalogue. The page itself changes nothing but the ledger.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dupcheck.catalog import write_catalog
from dupcheck.exports import (
    EXPORTS,
    Admission,
    carry_out,
    list_moves,
    list_steps,
    make_work,
    restore_markup,
    write_exports,
    write_moves,
    write_steps,
)
from dupcheck.messages import Lang, list_texts, say
from dupcheck.model import Catalog

MERGED = "catalogue"
KINDS: tuple[str, ...] = (*EXPORTS, MERGED)
"""What can be taken away, by name: one of the exports, or the catalogue as it will be."""
_NAMES: Mapping[str, str] = {
    "google": "Google Merchant", "shopify": "Shopify", "ebay": "eBay", "woocommerce": "WooCommerce",
    "yml": "Yandex (YML)", "etsy": "Etsy", "lazada": "Lazada", "ozon": "Ozon", "tiktok": "TikTok Shop",
    "meta": "Meta (Facebook, Instagram)", "wildberries": "Wildberries",
}  # fmt: skip
"""Marketplaces that are called alike in every language; what the others are called is said in the reader's."""
_WORKLIST = "excel"
_TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "zip": "application/zip"}
_MADE = (1980, 1, 1, 0, 0, 0)  # equal plans give equal bytes


@dataclass(frozen=True, slots=True)
class Download:
    """A file with its name and its media type."""

    name: str
    data: bytes

    @property
    def media_type(self) -> str:
        """What a browser takes it for."""
        return _TYPES[self.name.rpartition(".")[2]]


def pack_download(kind: str, catalog: Catalog, admission: Admission, lang: Lang) -> Download:
    """Return the plans that were granted, as ``kind`` holds them: one workbook, or several files in one ZIP file.

    Raises OutputError where a file of it cannot be written.
    """
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        out.mkdir()
        if kind == MERGED:
            merged = carry_out(catalog, admission.granted)
            steps = list_steps(make_work(catalog, admission.granted, lang), merged)
            write_catalog(restore_markup(merged, catalog), out / "merged.csv", spread=True)
            write_moves(list_moves(catalog, admission.granted), out / "merged-moved.csv")
            write_steps(steps, out / "merged-steps.csv", lang)
        else:
            write_exports([kind], catalog, admission.granted, out, lang, all_plans=True)
        files = {path.name: path.read_bytes() for path in sorted(out.iterdir())}
    book = f"export-{_WORKLIST}.xlsx"
    if kind == _WORKLIST and book in files:
        return Download("dupcheck-worklist.xlsx", files[book])
    return Download(f"dupcheck-{kind}.zip", _zip(files))


def _zip(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _MADE), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def name_kind(kind: str, lang: Lang) -> str:
    """Return what a kind of file is called: by the name of its marketplace, or in words."""
    if kind in _NAMES:
        return _NAMES[kind]
    return say(f"review.carry_{kind}", lang) if f"carry_{kind}" in list_texts("review") else kind


def mark_files(paths: Sequence[str]) -> dict[str, Any]:
    """Return what files are like now, to see later whether they have changed; one that is not there has no mark."""
    marks: dict[str, Any] = {}
    for path in paths:
        try:
            found = Path(path).stat()
        except (OSError, ValueError):
            continue
        marks[path] = (found.st_mtime_ns, found.st_size)
    return marks
