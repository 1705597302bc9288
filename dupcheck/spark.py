"""The same pairs, measured and judged on Spark. Imported only when asked for.

The driver blocks and clusters; the executors run the very functions of the local engine over batches of pairs. Each
reads the features once, from a broadcast. What comes back is what a rule caught, not the candidate pairs.
"""

import os
import sys
from collections.abc import Iterator

import numpy as np

from dupcheck.errors import DupcheckError
from dupcheck.features import Features
from dupcheck.index.candidates import Candidates
from dupcheck.judging.verdicts import Findings, join_findings, judge_pairs, thin_advice
from dupcheck.rules import RulePack

BATCH = 100_000
"""Pairs a task measures."""


def judge_on_spark(features: Features, pack: RulePack, candidates: Candidates) -> Findings:
    """Measure and judge every candidate pair on Spark; the result is that of ``judge_pairs``, row for row.

    Uses the active session, or makes one with Spark's own settings (``SPARK_HOME``, ``spark-defaults.conf``). Raises
    DupcheckError where pyspark is not installed.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise DupcheckError("audit.no_spark") from None
    # Local workers must run in this environment, not in whatever python3 the path finds first.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = SparkSession.builder.appName("dupcheck").getOrCreate()
    shared = session.sparkContext.broadcast((features, pack))
    batches = [
        (k, candidates.left[start : start + BATCH], candidates.right[start : start + BATCH])
        for k, start in enumerate(range(0, max(len(candidates), 1), BATCH))
    ]

    def judge(parts: Iterator[tuple[int, np.ndarray, np.ndarray]]) -> Iterator[tuple[int, Findings]]:
        columns, rules = shared.value
        for k, left, right in parts:
            yield k, judge_pairs(columns, rules, Candidates(left, right, {}, ()))

    found = session.sparkContext.parallelize(batches, len(batches)).mapPartitions(judge).collect()
    return thin_advice(join_findings([findings for _, findings in sorted(found, key=lambda part: part[0])]))
