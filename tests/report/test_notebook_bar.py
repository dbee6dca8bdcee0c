"""An export shows how far it has come in a notebook, and is silent elsewhere."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

from uvas_stats.report.export import notebook_bar
from uvas_stats.workspace import Workspace

CELL = """
from uvas_stats.report.export import notebook_bar
with notebook_bar(2) as bar:
    bar("Diagram 1 av 1: Läget")
    bar("rapport.docx")
"""


def test_there_is_no_bar_outside_a_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    with notebook_bar(2) as bar:
        assert bar is None
    assert capsys.readouterr() == ("", "")


def test_a_notebook_has_a_bar(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UVAS_WORKSPACE", str(workspace.root))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = notebook.cells[0].outputs
    assert {output.output_type for output in outputs} == {"display_data"}  # no error, and nothing printed
    assert "application/vnd.jupyter.widget-view+json" in outputs[0].data
