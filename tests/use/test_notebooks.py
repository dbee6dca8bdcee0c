"""The notebooks: committed without outputs, thin, and running from the first cell to the last."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from tests.slow import quick
from uvas_stats.present.chapter import Chapter
from uvas_stats.present.figure import Chart
from uvas_stats.present.table import Table
from uvas_stats.workspace import Workspace

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def test_the_notebooks_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "00_jamfor_kommuner", "01_soderhamn", "02_storuman", "03_lidkoping", "04_ale", "05_ostra_sodertorn",
        "06_register",
    ]  # fmt: skip


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_thin_and_clean(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert code[0].metadata["tags"] == ["parameters"]
    assert code[-1].source == "n.export()"
    for cell in code:
        tree = ast.walk(ast.parse(cell.source))
        assert not any(isinstance(node, (ast.FunctionDef, ast.Lambda, ast.For, ast.While)) for node in tree)
        assert "pandas" not in cell.source


def run_cells(path: Path) -> list[object]:
    """Run the cells of a notebook in this process; return what they show, the values of their last lines."""
    names: dict[str, object] = {}
    shown = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, path.name, "exec"), names)
        if isinstance(last, ast.Expr):
            shown.append(eval(compile(ast.Expression(last.value), path.name, "eval"), names))
    return shown


@pytest.mark.parametrize("path", quick(NOTEBOOKS[2:-1], NOTEBOOKS[4]), ids=lambda path: path.stem)
def test_the_cells_of_a_notebook_show_charts_and_tables(
    path: Path, built: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UVAS_WORKSPACE", str(built.root))
    monkeypatch.setattr("sys.displayhook", lambda _: None)
    shown = run_cells(path)
    parts = [part for one in shown for part in (one.parts if isinstance(one, Chapter) else (one,))]
    pictures = [one for one in parts if isinstance(one, Chart) and one._repr_mimebundle_()[0]["image/png"]]
    tables = [one for one in parts if isinstance(one, Table) and one._repr_html_()]
    assert len(tables) >= 1
    assert len(pictures) >= 6
    (exported,) = built.reports.iterdir()
    assert (exported / "rapport.html").exists()


@pytest.mark.parametrize("path", quick(NOTEBOOKS[:2]), ids=lambda path: path.stem)
def test_a_notebook_runs_in_a_kernel_of_its_own_and_shows_its_charts(
    path: Path, built: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UVAS_WORKSPACE", str(built.root))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    tables = [output for output in outputs if "text/html" in output.get("data", {})]
    assert not [output for output in outputs if output.output_type in ("error", "stream")]
    assert len(tables) >= 1
    assert len(pictures) >= (0 if path.stem.startswith("00") else 6)
    (exported,) = built.reports.iterdir()
    assert (exported / "rapport.html").exists()


@pytest.mark.slow
def test_the_notebook_of_the_registers_runs_on_invented_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    shown = run_cells(FOLDER / "06_register.ipynb")
    assert len([one for one in shown if hasattr(one, "_repr_html_") or isinstance(one, pd.DataFrame)]) >= 2
    (page,) = tmp_path.glob("*/reports/*/rapport.html")
    assert "KAA under läsåret" in page.read_text(encoding="utf-8")
