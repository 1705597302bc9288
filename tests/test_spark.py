"""Spark measures and judges as the local engine does, pair for pair."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dupcheck as dc
from dupcheck.errors import DupcheckError
from dupcheck.model import Catalog

pytestmark = pytest.mark.slow

MISSING = importlib.util.find_spec("pyspark") is None or shutil.which("java") is None
needs_spark = pytest.mark.skipif(MISSING, reason="pyspark or Java is missing")


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("test").config("spark.ui.enabled", "false")
    made = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("PYTHONPATH", str(Path(dc.__file__).parent.parent), prepend=os.pathsep)
        session = made.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()


@needs_spark
@pytest.mark.usefixtures("session")
def test_spark_finds_what_the_local_engine_finds(
    sample: Catalog, sample_audit: dc.Audit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from dupcheck import spark

    monkeypatch.setattr(spark, "BATCH", 20)
    assert len(sample_audit.candidates) > 2 * 20, "more than one batch, or nothing is shown"
    found = dc.audit(sample, engine="spark")
    local = sample_audit.findings
    for name in ("left", "right", "rule", "strength", "duplicate", "distinct"):
        np.testing.assert_array_equal(getattr(found.findings, name), getattr(local, name))
    for name, values in local.signals.items():
        np.testing.assert_array_equal(found.findings.signals[name], values)
    assert [p.as_dict() for p in found.plans] == [p.as_dict() for p in sample_audit.plans]
    found.save(tmp_path / "spark")
    sample_audit.save(tmp_path / "local")
    for name in ("pairs.csv", "groups.csv", "merges.json"):
        assert (tmp_path / "spark" / name).read_bytes() == (tmp_path / "local" / name).read_bytes()


@needs_spark
@pytest.mark.usefixtures("session")
def test_a_catalogue_without_pairs_is_judged_too() -> None:
    from dupcheck.catalog import make_catalog

    assert len(dc.audit(make_catalog([]), engine="spark").findings) == 0


def test_without_pyspark_the_error_says_how_to_get_it(sample: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.partition(".")[0] == "pyspark"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(DupcheckError, match=r"dupcheck\[spark\]") as caught:
        dc.audit(sample, engine="spark")
    assert "Java" in caught.value.say("zh")
