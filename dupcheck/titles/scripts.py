"""Names in two scripts: what sounds alike may be one name, Makita and Макита, Philips and フィリップス."""

import re
from functools import lru_cache

from anyascii import anyascii

_SOUNDS = tuple(
    (re.compile(sound), plain)
    for sound, plain in (
        ("ph", "f"), ("s?ch|sh|sy|^x|z|ts", "s"), ("x", "ks"), ("ck|c|q", "k"), ("r", "l"), ("[wv]", "b"),
        ("[aeiouyjh']", ""), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip
"""What is one sound in the other script: Japanese has one letter for r and l, Greek and Spanish one for b and v."""
_DOUBLED = dict.fromkeys(map(ord, "ッっ"))
"""Signs that only double the consonant behind them."""
ALIKE = 75
"""Percent of likeness from which two spellings may be one name."""


@lru_cache(maxsize=100_000)
def spell_latin(word: str) -> str:
    """Return a word in small Latin letters, as its sounds are best told by them.

    >>> spell_latin("Макита"), spell_latin("フィリップス")
    ('makita', 'fuiripusu')
    """
    return str(anyascii(word.translate(_DOUBLED))).casefold()


@lru_cache(maxsize=100_000)
def keep_consonants(word: str) -> str:
    """Return the consonants of a word in Latin letters as most scripts can tell them.

    >>> keep_consonants("nike"), keep_consonants("najk")
    ('nk', 'nk')
    """
    for sound, plain in _SOUNDS:
        word = sound.sub(plain, word)
    return word


def compare_letters(one: str, other: str) -> float:
    """Return in percent how alike the letters of two words are."""
    from rapidfuzz.fuzz import ratio  # a check of one draft seldom asks, and loads it only then

    return ratio(one, other)


def sound_alike(one: str, other: str) -> bool:
    """Whether two words in Latin letters may be one name: spelt nearly alike, or of the same consonants."""
    frame = keep_consonants(one)
    return compare_letters(one, other) >= ALIKE or (len(frame) > 1 and frame == keep_consonants(other))
