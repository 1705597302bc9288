"""Catalog → Features: columns, one row a listing, computed once; and the statistics of the whole catalogue.

Two kinds of knowledge meet here. A listing's own (its title read into words and axis values, its attributes, codes,
prices, photos) needs no other listing. The catalogue's (how rare a word is, which words its option columns use, which
word is another's misspelling) is kept in :class:`Statistics`.
"""

from dupcheck.features.attributes import Attributes, read_attributes
from dupcheck.features.building import make_features
from dupcheck.features.rewording import Rewording
from dupcheck.features.schema import (
    MATRICES,
    NUMBERS,
    AxisColumn,
    Base,
    Books,
    Features,
    MatrixColumn,
    PairJudge,
    Statistics,
    join_features,
    reorder_features,
    weigh_titles,
)
from dupcheck.features.tokens import ReadTitles

__all__ = [
    "MATRICES",
    "NUMBERS",
    "Attributes",
    "AxisColumn",
    "Base",
    "Books",
    "Features",
    "MatrixColumn",
    "PairJudge",
    "ReadTitles",
    "Rewording",
    "Statistics",
    "join_features",
    "make_features",
    "read_attributes",
    "reorder_features",
    "weigh_titles",
]
