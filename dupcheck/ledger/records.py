"""Listings, tokens and times as the ledger keeps and shows them."""

import hashlib
import json
import re
import time
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from dupcheck.errors import TokenError
from dupcheck.model import Listing, Sku

TOKEN_MAX = 200
TTL = 900.0
"""Seconds for which a claim is kept for its holder."""
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
"""What no database takes in a text: NUL and halves of characters."""
_BLANK_LETTERS = re.compile("[\u115f\u1160\u3164\uffa0]")
"""Letters of which nothing is seen."""
_NUMBERED = re.compile(r"row-\d+")
"""The name that a draft gets whose client gave it none."""
_FIELDS = frozenset(f.name for f in fields(Listing))
_SKU_FIELDS = frozenset(f.name for f in fields(Sku))


@dataclass(frozen=True, slots=True)
class Kept:
    """By what a ledger holds a listing: the claim's name, whether it is "published" or "claimed", who did so, and when
    it was claimed, in seconds since 1970.
    """

    listing: Listing
    key: str
    state: str
    person: str
    at: float


def index_kept(kept: Iterable[Kept]) -> dict[tuple[str, str], Kept]:
    """Return what a ledger holds by id and title, so that the source of a listing is found again."""
    return {(one.listing.listing_id, one.listing.title): one for one in kept}


def clean_text(text: str) -> str:
    """Return a text that every database takes."""
    return _UNWRITABLE.sub("\ufffd", text)


def clean_id(text: str) -> str:
    """Return an id without what cannot be seen in it: what looks like one id is one.

    >>> clean_id(" X1\\u200b "), clean_id("Ｘ1")
    ('X1', 'X1')
    """
    seen = "".join(c for c in clean_text(text) if unicodedata.category(c) not in ("Cf", "Cc"))
    return unicodedata.normalize("NFKC", seen).strip()


def is_reason(text: str) -> bool:
    """Whether a text says something: two letters at least that can be seen."""
    return sum(letter.isalpha() for letter in _BLANK_LETTERS.sub("", text)) > 1


def is_numbered(listing_id: str) -> bool:
    """Whether an id is only the number of a row."""
    return _NUMBERED.fullmatch(listing_id) is not None


def check_token(token: str) -> str:
    """Return the token, or raise TokenError: 1 to 200 characters that can be seen, no space."""
    if not 0 < len(token) <= TOKEN_MAX or not token.isprintable() or " " in token:
        raise TokenError("ledger.bad_token", max=TOKEN_MAX)
    return token


def show_time(seconds: float) -> str:
    """Return a time as ISO 8601 in UTC, to the second: ``2026-05-01T09:30:00Z``."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def write_listing(listing: Listing) -> str:
    """Return a listing as JSON; :func:`read_listing_record` reads it back."""
    return json.dumps({n: v for n, v in asdict(listing).items() if n != "source"}, sort_keys=True)


def read_listing_record(text: str) -> Listing:
    """Return the listing that :func:`write_listing` wrote. Fields of a newer dupcheck are left out."""
    kept: dict[str, Any] = json.loads(text)
    known = {name: value for name, value in kept.items() if name in _FIELDS}
    known["images"] = tuple(known.get("images", ()))
    known["skus"] = tuple(
        Sku(**{name: value for name, value in sku.items() if name in _SKU_FIELDS}) for sku in known.get("skus", ())
    )
    return Listing(**known)


def write_json(value: Mapping[str, Any]) -> str:
    """Return a dict as JSON that every database takes, whatever is in its texts."""
    return json.dumps(value, allow_nan=False)


def identify_draft(listing: Listing, content: str) -> str:
    """Return what tells a draft from every other: a hash of all its fields, and of its photos through ``content``."""
    return hashlib.blake2b(f"{content} {write_listing(listing)}".encode(), digest_size=16).hexdigest()


def identify_listing(listing_id: str, content: str) -> str:
    """Return what two drafts of one listing have in common: a hash of id and content."""
    return hashlib.blake2b(json.dumps([listing_id, content]).encode(), digest_size=16).hexdigest()


def carry_photo(listing: Listing, image_root: Path | None) -> Listing:
    """Return the listing as it can be compared elsewhere: with the hash of its main photo in place of a file's path."""
    from dupcheck.photos.files import is_address

    if not listing.main_image or is_address(listing.main_image):
        return replace(listing, images=tuple(filter(is_address, listing.images)))
    known = listing.image_phash or _hash_photo(listing.main_image, image_root)
    return replace(listing, main_image="", images=tuple(filter(is_address, listing.images)), image_phash=known)


def _hash_photo(name: str, image_root: Path | None) -> str:
    if image_root is None:
        return ""
    from dupcheck.photos.files import OutsideError, PhotoFolder
    from dupcheck.photos.fingerprints import take_fingerprints
    from dupcheck.photos.pictures import PictureError, open_picture

    try:
        picture = open_picture(Path(PhotoFolder(image_root).find(name)[0]).read_bytes())
    except (OutsideError, OSError, PictureError):
        return ""
    (record,) = take_fingerprints([picture])
    return "" if record["blank"] else f"{int(record['phash']):016x}"
