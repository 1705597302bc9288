"""What signals say of two listings: the same whether a rule caught them and it is known, or it is measured."""

from typing import get_args

import numpy as np
import pytest

import dupcheck as dc
from dupcheck.plans.measured import Measured, SignalName


@pytest.fixture(scope="module")
def audit() -> dc.Audit:
    return dc.audit("sample_catalog/catalog.csv")


@pytest.mark.parametrize("signal", get_args(SignalName))
def test_what_is_known_of_a_pair_is_what_is_measured(audit: dc.Audit, signal: SignalName) -> None:
    known, alone = Measured(audit.features, audit.findings), Measured(audit.features)
    pairs = [
        *zip(audit.findings.left.tolist(), audit.findings.right.tolist(), strict=True),
        (0, len(audit.catalog) - 1),
    ]
    for left, right in pairs:
        told = [m.tell(signal, *ends) for m in (known, alone) for ends in ((left, right), (right, left))]
        assert np.array_equal(told, [told[0]] * 4, equal_nan=True)


def test_a_pair_that_was_caught_is_not_measured_again(audit: dc.Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Measured(audit.features, audit.findings)
    monkeypatch.setattr("dupcheck.plans.measured.get_signal", lambda name: pytest.fail(f"{name} is measured"))
    left, right = int(audit.findings.left[0]), int(audit.findings.right[0])
    assert known.tell("image", right, left) == audit.findings.signals["image"][0]
