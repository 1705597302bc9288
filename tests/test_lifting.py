"""What a pack calls distinct may be a choice in one shop: answers say so, and it is still asked before any act."""

from collections.abc import Sequence

import numpy as np
import pytest

from dupcheck.catalog import make_catalog
from dupcheck.features import make_features
from dupcheck.index.candidates import find_candidates
from dupcheck.judging.verdicts import judge_pairs
from dupcheck.learned.answers import Replies
from dupcheck.model import Listing
from dupcheck.photos.reading import read_photos
from dupcheck.plans import make_plans
from dupcheck.rules import read_pack
from dupcheck.teaching import teach_pack
from dupcheck.teaching.lessons import find_lifted

MODELS = ("iPhone 13", "iPhone 14", "iPhone 15", "Galaxy S24")
CATALOG = make_catalog(
    [
        Listing(
            f"C{k}", f"Clear Shockproof Silicone Case for {model}", price=9.0, currency="USD",
            attributes={"Compatible Model": model, "Material": "Silicone"}, image_phash="a1b2c3d4e5f60718",
        )
        for k, model in enumerate(MODELS)
    ]
)  # fmt: skip
FEATURES = make_features(CATALOG, read_photos(CATALOG)[0])
PACK = read_pack("aliexpress")
PAIRS = np.array([(0, 1), (1, 2), (0, 3), (2, 3)])


@pytest.mark.parametrize(
    ("same", "lifted"),
    [
        ([True, True, True, True], True), ([True, True, True, False], True), ([True, True, False, False], True),
        ([True, False, False, False], False), ([False] * 4, False),
    ],
)  # fmt: skip
def test_it_takes_two_answers_and_not_most_of_them(same: Sequence[bool], lifted: bool) -> None:
    found = find_lifted(FEATURES, PACK, PAIRS[:, 0], PAIRS[:, 1], np.array(same))
    assert found == (("compatible",) if lifted else ())


def test_two_among_many_others_are_too_few() -> None:
    many = np.array([True, True, *[False] * 9])
    pairs = PAIRS[np.arange(11) % 4]
    assert find_lifted(FEATURES, PACK, pairs[:, 0], pairs[:, 1], many) == ()


def test_one_answer_is_none() -> None:
    assert find_lifted(FEATURES, PACK, PAIRS[:1, 0], PAIRS[:1, 1], np.array([True])) == ()


def test_what_is_lifted_no_longer_makes_two_and_the_rest_still_does() -> None:
    assert teach_pack(PACK).merge.distinct == PACK.merge.distinct
    taught = teach_pack(PACK, ("compatible",))
    assert set(PACK.merge.distinct) - set(taught.merge.distinct) == {"compatible"}
    candidates = find_candidates(FEATURES)
    assert not judge_pairs(FEATURES, teach_pack(PACK), candidates).duplicate.any()
    assert judge_pairs(FEATURES, taught, candidates).duplicate.any()


def test_it_is_asked_and_not_acted_on() -> None:
    pack = teach_pack(PACK, ("compatible",))
    findings = judge_pairs(FEATURES, pack, find_candidates(FEATURES))
    together = [np.arange(len(MODELS))]
    (_, [bare]) = make_plans(CATALOG, FEATURES, pack, findings, together, answers=Replies({}))
    assert bare.action == "merge_variants"  # were it not asked
    (_, [plan]) = make_plans(CATALOG, FEATURES, pack, findings, together, answers=Replies({}, lifted=["compatible"]))
    assert plan.action == "ask" and plan.question is not None and plan.question.kind == "axis:compatible"
    told = Replies({"axis:compatible": "option"}, lifted=["compatible"])
    (_, [done]) = make_plans(CATALOG, FEATURES, pack, findings, together, answers=told)
    assert done.action == "merge_variants"
