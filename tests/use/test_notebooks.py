"""The notebooks: committed without outputs, thin, and running from the first cell to the last."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from uvas_stats.workspace import Workspace

FOLDER = Path(__file__).parents[1] / "notebooks"
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


@pytest.mark.parametrize("path", NOTEBOOKS[:-1], ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_its_charts(
    path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UVAS_WORKSPACE", str(workspace.root))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    tables = [output for output in outputs if "text/html" in output.get("data", {})]
    assert not [output for output in outputs if output.output_type in ("error", "stream")]
    assert len(tables) >= 1
    assert len(pictures) >= (0 if path.stem.startswith("00") else 6)
    (exported,) = workspace.reports.iterdir()
    assert (exported / "rapport.html").exists()


def test_the_notebook_of_the_registers_runs_on_invented_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    notebook = nbformat.read(FOLDER / "06_register.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert len([output for output in outputs if "text/html" in output.get("data", {})]) >= 2
    (page,) = tmp_path.glob("*/reports/*/rapport.html")
    assert "KAA under läsåret" in page.read_text(encoding="utf-8")
