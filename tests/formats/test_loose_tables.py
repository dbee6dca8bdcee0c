"""Tables of any file: workbook, CSV or web page; what is none of them is one clear error."""

from __future__ import annotations

from pathlib import Path

import pytest

from uvas_stats.errors import RawFileError
from uvas_stats.formats.loose_tables import loose_tables


def written(folder: Path, content: str) -> Path:
    path = folder / "fil.csv"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_web_page_gives_its_tables_and_nothing_of_its_scripts(tmp_path: Path) -> None:
    page = "<html><table><tr><td>meny</table><table><tr><th colspan=2>a<script>x</script><tr><td>1<td>2</table>"
    tables = [rows for _, rows in loose_tables(written(tmp_path, page))]
    assert tables == [[["meny"]], [["a", ""], ["1", "2"]]]


@pytest.mark.parametrize("span", ["²", "x", "-1", ""])
def test_a_span_that_is_no_number_is_one(tmp_path: Path, span: str) -> None:
    ((_, rows),) = loose_tables(written(tmp_path, f'<table><tr><td colspan="{span}">a<td>b</table>'))
    assert rows == [["a", "b"]]


def test_a_span_beyond_reason_is_cut(tmp_path: Path) -> None:
    ((_, rows),) = loose_tables(written(tmp_path, f'<table><tr><td colspan="{"9" * 5000}">a</table>'))
    assert len(rows[0]) == 100


def test_a_cell_that_never_ends_is_told_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(RawFileError, match=r"läsa som CSV .*fil\.csv, rad \d+\)"):
        loose_tables(written(tmp_path, 'a;b\n1;"' + "x\n" * 100_000))


@pytest.mark.parametrize("delimiter", ["\t", ";", ","])
@pytest.mark.parametrize("title", ["Arbetslösa 18-24 år; andel av befolkningen, procent", "Titel\tmed tabb"])
def test_the_delimiter_is_what_the_lines_agree_on(tmp_path: Path, title: str, delimiter: str) -> None:
    rows = [["Plats", "Kommun", "Andel"], ["1", "Ale", "29.8"], ["2", "Ydre", "7.1"]]
    content = "\n".join([title, *map(delimiter.join, rows)])
    ((_, read),) = loose_tables(written(tmp_path, content))
    assert read[1:] == rows


def test_a_title_with_a_semicolon_over_tabs(shared: Path) -> None:
    ((_, rows),) = loose_tables(shared / "cases" / "43-rank-tab-title-semicolon" / "lista.csv")
    assert rows[1] == ["Plats", "Kod", "Kommun", "Andel arbetslösa 18-24 år"]
