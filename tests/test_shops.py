"""Shops of our own hand that nothing is fitted to: obeying the plans does no harm, and little is missed.

The floors are below what was measured when they were set (``tests/benchmarks/acts.py`` prints that): they catch a
change for the worse and promise nothing.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
from acts import Acts, measure_shop

pytestmark = pytest.mark.slow
APART = Path(__file__).parent / "shops" / "apart"


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Acts]:
    homes = sorted(p for p in APART.iterdir() if p.is_dir())
    return {home.name: measure_shop(home, tmp_path_factory.mktemp("cache")) for home in homes}


def test_nothing_is_removed_of_which_nothing_stays(measured: dict[str, Acts]) -> None:
    assert {name: found.wrong for name, found in measured.items() if found.wrong} == {}


def test_acts_are_right(measured: dict[str, Acts]) -> None:
    assert sum(found.precision for found in measured.values()) / len(measured) >= 0.96
    assert min(found.precision for found in measured.values()) >= 0.85


def test_little_is_missed(measured: dict[str, Acts]) -> None:
    assert sum(found.found for found in measured.values()) / len(measured) >= 0.72
    assert min(found.found for found in measured.values()) >= 0.45
