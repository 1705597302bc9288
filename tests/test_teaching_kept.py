"""What was learned is kept beside the measured catalogue: checks and ``why`` judge as the audit did; labels teach."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import dupcheck as dc
from dupcheck.cli import main
from dupcheck.errors import CatalogError
from dupcheck.files.arrays import load_arrays
from dupcheck.learned.answers import Answer

pytestmark = pytest.mark.slow
NAMES = ("Prima", "Lalu", "Weston", "Ravello", "Oriel", "Tamsin")
THINGS = (
    "Stoneware Mug with Bamboo Lid", "Oak Serving Tray with Rope Handles", "Linen Cushion Cover Piped Edge",
    "Glass Carafe with Cork Stopper", "Wool Throw Blanket Fringed Ends", "Copper Watering Can Long Spout",
)  # fmt: skip
TRUTH = {f"{k}-{name}": str(k) for k in range(len(THINGS)) for name in NAMES}
DRAFT = {"listing_id": "new", "title": "Stoneware Mug with Bamboo Lid by Nerine Home", "price": "20", "currency": "USD"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose names are finishes, which no limit can know; and its truth."""
    home = tmp_path_factory.mktemp("shop")
    rows = [f"{k}-{name},{name} {thing},{20 + 7 * k},USD" for k, thing in enumerate(THINGS) for name in NAMES]
    (home / "catalog.csv").write_text("listing_id,title,price,currency\n" + "\n".join(rows), "utf-8")
    (home / "truth.csv").write_text(
        "listing_id,product_id\n" + "\n".join(f"{i},{p}" for i, p in TRUTH.items()), "utf-8"
    )
    return home


@pytest.fixture(scope="module")
def taught(shop: Path) -> dc.Audit:
    return dc.audit(shop / "catalog.csv", labels=shop / "truth.csv", cache=shop / "cache")


class TestLabels:
    def test_they_teach_like_answers(self, taught: dc.Audit) -> None:
        assert taught.lesson is not None and taught.lesson.way == "answers"
        assert taught.lesson.judged >= 20
        assert dc.evaluate(taught, TRUTH)["f1"] > 0.9

    def test_an_answer_stands_above_a_label(self, shop: Path) -> None:
        given = [Answer("different", "", "0-Prima", "0-Lalu", when=1.0)]
        audit = dc.audit(shop / "catalog.csv", labels=TRUTH, answers=given, cache=shop / "elsewhere")
        assert audit.lesson is not None
        assert audit.lesson.answers.pairs["0-Lalu", "0-Prima"].answer == "different"

    def test_labels_of_another_catalogue_are_refused(self, shop: Path) -> None:
        with pytest.raises(CatalogError):
            dc.audit(shop / "catalog.csv", labels={"gone": "1"}, cache=shop / "elsewhere")

    def test_the_commands_take_a_table(self, shop: Path, tmp_path: Path) -> None:
        place = str(shop / "catalog.csv")
        more = ["--cache", str(tmp_path / "cache"), "--labels", str(shop / "truth.csv")]
        run = CliRunner().invoke(main, ["audit", place, "--out", str(tmp_path / "out"), "--no-ledger", *more])
        assert run.exit_code == 0, run.output
        assert "Your answers judge now" in run.output
        run = CliRunner().invoke(main, ["ask", place, "--answers", str(tmp_path / "a.jsonl"), *more], input="q\n")
        assert run.exit_code == 0, run.output


class TestKept:
    def test_a_check_judges_as_the_audit_did(self, shop: Path, taught: dc.Audit) -> None:
        assert taught.lesson is not None
        checker = dc.Checker(shop / "catalog.csv", cache=shop / "cache")
        assert checker.taught is not None
        (answer,) = checker.check(DRAFT)
        assert answer.verdict == "duplicate"
        assert "L1" in {p["rule"] for p in answer.pairs}
        assert "one product with" in answer.pairs[0]["explanation"]
        (plain,) = dc.Checker(shop / "catalog.csv", cache=shop / "untaught").check(DRAFT)
        assert "L1" not in {p["rule"] for p in plain.pairs}
        assert all("one product with" not in p["explanation"] for p in plain.pairs)

    def test_why_judges_as_the_audit_did(self, shop: Path, taught: dc.Audit) -> None:
        there, kept = (
            taught.why("0-Prima", "0-Lalu"),
            dc.why(shop / "catalog.csv", "0-Prima", "0-Lalu", cache=shop / "cache"),
        )
        assert there.weighed is not None and kept.weighed is not None
        assert kept.weighed.chance == pytest.approx(there.weighed.chance, abs=1e-6)
        assert kept.weighed.said is True
        assert kept.signals["learned"] == pytest.approx(there.signals["learned"])

    def test_what_was_learned_is_arrays_without_text(self, shop: Path, taught: dc.Audit) -> None:
        kept = next((shop / "cache" / "catalogs").glob("*-learned"))
        found = load_arrays(kept)
        assert found is not None and {array.dtype.kind for array in found[0].values()} <= set("biuf")

    def test_what_no_longer_holds_is_forgotten(self, shop: Path, tmp_path: Path) -> None:
        place = shop / "catalog.csv"
        dc.audit(place, labels=TRUTH, cache=tmp_path)
        assert dc.Checker(place, cache=tmp_path).taught is not None
        dc.audit(place, cache=tmp_path)
        assert dc.Checker(place, cache=tmp_path).taught is not None, "an audit that is told nothing forgets nothing"
        dc.audit(place, answers=[], cache=tmp_path)
        assert dc.Checker(place, cache=tmp_path).taught is None
