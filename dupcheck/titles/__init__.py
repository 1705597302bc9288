"""Reading titles and the values of options and attributes, in several languages.

:func:`normalise` gives one spelling, :func:`read_title` tokens with the axes their words state, :func:`read_value` the
comparable form of one value. All knowledge of words is data: ``vocabularies/*.toml``.
"""

from dupcheck.axes import AXES
from dupcheck.titles.measures import equate_units, read_quantity
from dupcheck.titles.normalising import normalise
from dupcheck.titles.reading import Title, Token, read_title, read_titles
from dupcheck.titles.showing import join_shown, show_value
from dupcheck.titles.values import align_name, guess_value, order_values, read_value, read_values

__all__ = [
    "AXES",
    "Title",
    "Token",
    "align_name",
    "equate_units",
    "guess_value",
    "join_shown",
    "normalise",
    "order_values",
    "read_quantity",
    "read_title",
    "read_titles",
    "read_value",
    "read_values",
    "show_value",
]
