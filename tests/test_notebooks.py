"""Every notebook runs from top to bottom and shows what it promises."""

import os
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib")

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every notebook, executed once in its own folder, without touching the user's cache."""
    settings = {
        "DUPCHECK_CACHE": str(tmp_path_factory.mktemp("cache")),
        "MPLCONFIGDIR": str(tmp_path_factory.mktemp("matplotlib")),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        found = {}
        for path in NOTEBOOKS:
            notebook = read(path)
            client = nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}})
            client.execute()
            found[path.name] = notebook
        return found


def outputs(notebook: Any, kind: str) -> list[str]:
    """Return every output of one media type, "stream" for what was printed."""
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    if kind == "stream":
        return [output.text for output in shown if output.output_type == "stream"]
    return [output.data[kind] for output in shown if kind in output.get("data", {})]


def test_there_are_notebooks() -> None:
    assert "01_explore.ipynb" in [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_it_imports_nothing_from_the_inside(path: Path) -> None:
    code = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "code")
    assert "from dupcheck" not in code and "import dupcheck." not in code


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_is_kept_with_its_outputs_and_speaks_both_languages(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.execution_count is not None
            assert not any(output.output_type == "error" for output in cell.outputs)
        else:
            assert any("\u4e00" <= c <= "\u9fff" for c in cell.source), f"no Chinese in: {cell.source[:60]}"


class TestExplore:
    @pytest.fixture
    def notebook(self, ran: dict[str, Any]) -> Any:
        return ran["01_explore.ipynb"]

    def test_audit_shows_itself(self, notebook: Any) -> None:
        audit = next(html for html in outputs(notebook, "text/html") if 'class="dupcheck"' in html)
        assert "69" in audit and "A-103" in audit

    def test_figure_is_drawn(self, notebook: Any) -> None:
        assert len(outputs(notebook, "image/png")) == 1

    def test_why_is_shown_in_both_languages(self, notebook: Any) -> None:
        pair = [html for html in outputs(notebook, "text/html") if "A-131" in html and "A-132" in html and "✓" in html]
        assert len(pair) == 2
        assert "R2 is broken" in pair[0] and "违反 R2" in pair[1]

    def test_plan_has_six_skus_on_two_axes(self, notebook: Any) -> None:
        assert any("merge_variants → keep A-162" in text for text in outputs(notebook, "stream"))
        table = next(html for html in outputs(notebook, "text/html") if "<th>Color</th>" in html)
        assert "<th>Size</th>" in table
        assert all(f"<td>A-16{i}</td>" in table for i in range(1, 7))

    def test_scores_are_shown(self, notebook: Any) -> None:
        scores = next(html for html in outputs(notebook, "text/html") if "candidate_recall" in html)
        assert all(name in scores for name in ("precision", "recall", "f1", "row_f1", "largest_true"))

    def test_nothing_goes_wrong_quietly(self, notebook: Any) -> None:
        printed = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs if o.get("name") == "stderr"]
        assert printed == []


class TestTeach:
    @pytest.fixture
    def notebook(self, ran: dict[str, Any]) -> Any:
        return ran["02_teach.ipynb"]

    def test_answers_raise_what_is_found(self, notebook: Any) -> None:
        curve = next(text for text in outputs(notebook, "text/plain") if "judges" in text)
        found = [float(line.split()[5]) for line in curve.splitlines()[1:]]
        assert len(found) == 4 and found[-1] > found[0]

    def test_the_curve_is_drawn_and_what_was_learned_is_told(self, notebook: Any) -> None:
        assert len(outputs(notebook, "image/png")) == 1
        assert any("Your answers judge now" in text for text in outputs(notebook, "stream"))

    def test_the_sum_is_shown_in_both_languages(self, notebook: Any) -> None:
        shown = [html for html in outputs(notebook, "text/html") if "width:220px" in html]
        assert len(shown) == 2
        assert "What your answers taught" in shown[0] and "根据您的回答所学" in shown[1]
