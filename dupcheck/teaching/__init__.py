"""What the seller's answers teach: a model of this catalogue, whether it takes over, and how right the groups are."""

from dupcheck.teaching.estimates import STATED_FROM, Estimate, estimate_groups
from dupcheck.teaching.kept import Known, Taught, keep_known, keep_lesson, open_taught
from dupcheck.teaching.lessons import LEAST, Lesson, learn_answers, teach_pack

__all__ = [
    "LEAST", "STATED_FROM", "Estimate", "Known", "Lesson", "Taught", "estimate_groups", "keep_known", "keep_lesson",
    "learn_answers", "open_taught", "teach_pack",
]  # fmt: skip
