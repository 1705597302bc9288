"""The table of axes: whole, and the only place where axes are listed."""

import ast
from dataclasses import fields

import pytest
from test_structure import MODULES, PACKAGE, nodes

from dupcheck.axes import AXES, HEAD, HIDDEN, NATURAL, OPTION_AXES, SCRIPT, SIDE_AXES, Axis, pick_axes
from dupcheck.messages import LANGS

KEYED_BY_MARKETPLACE = {"exports/amazon.py", "exports/aliexpress.py", "exports/yml.py", "exports/google.py"}
"""What a marketplace calls an axis is that marketplace's own."""
TRAINED = {"judging/evidence.py"}
"""The columns of a trained model, in the order in which it was trained."""


def test_every_axis_has_a_name_in_each_language_but_for_those_nobody_sees() -> None:
    assert all(facts.say(lang) for facts in AXES.values() for lang in LANGS)
    assert {HEAD, SCRIPT} == HIDDEN
    assert not HIDDEN & AXES.keys()


def test_options_come_in_a_buyers_order_and_apart_from_what_goes_along() -> None:
    assert OPTION_AXES[:3] == ("color", "size", "pack")
    assert not set(OPTION_AXES) & set(SIDE_AXES)


def test_a_natural_value_is_a_value_of_its_axis() -> None:
    assert NATURAL == {"pack": "1", "tier": "retail"}


def test_every_key_of_the_table_holds_of_some_axis_and_not_of_all() -> None:
    for key in (f.name for f in fields(Axis) if f.name not in ("id", "role", "name")):
        plain = next(f.default for f in fields(Axis) if f.name == key)
        held = pick_axes(lambda axis, key=key, plain=plain: getattr(axis, key) != plain)  # type: ignore[misc]
        assert 0 < len(held) < len(AXES), key


def test_a_key_that_nobody_reads_is_refused() -> None:
    with pytest.raises(TypeError):
        Axis(id="color", role="option", colour=True)  # type: ignore[call-arg]


def test_no_other_file_lists_axes() -> None:
    """Four axes in one tuple, list, set or keys of a dict are a list of axes: it belongs into the table."""
    found = []
    for path in MODULES:
        place = str(path.relative_to(PACKAGE))
        if place in KEYED_BY_MARKETPLACE | TRAINED or place.startswith("catalog/"):
            continue
        for node in nodes(path):
            if not isinstance(node, ast.Dict | ast.Tuple | ast.List | ast.Set):
                continue
            listed = node.keys if isinstance(node, ast.Dict) else node.elts
            texts = {e.value for e in listed if isinstance(e, ast.Constant) and isinstance(e.value, str)}
            if isinstance(node, ast.Dict) and all(isinstance(v, ast.Name) for v in node.values):
                continue  # an axis and the function that reads it
            if len(texts & AXES.keys() - {"gtin", "condition"}) > 3 and len(texts - AXES.keys()) < 2:
                found.append(f"{place}:{node.lineno}")
    assert found == []
