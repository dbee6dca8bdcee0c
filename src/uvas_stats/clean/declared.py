"""Read a workbook whose layout the catalog declares: a table with a row for each area, period, sex and age.

What stands under which heading is said in the dataset's ``layout`` (:class:`uvas_stats.catalog.Layout`); a source
of this kind needs no code. Every heading must be known, every area, sex and age be one, and every cell hold a
number or a mark that :mod:`uvas_stats.formats.markers` knows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from uvas_stats.catalog import Catalog, Layout
from uvas_stats.errors import RawFileError
from uvas_stats.formats.area_codes import AreaCodes
from uvas_stats.formats.grid import Headings, Rows, cell_name, cell_text, column, find_headings, holds, is_text
from uvas_stats.formats.markers import MarkerRule, read_cells, status_texts
from uvas_stats.formats.reading import note
from uvas_stats.formats.sex_and_age import age_group, sex_of
from uvas_stats.formats.workbook import read_sheets
from uvas_stats.observations.validate import make_observations
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["read_declared"]

_TODO = "Är det rätt fil? Har utgivaren ändrat tabellen ändras layout i katalogen"


def _headings(rows: Rows, where: str, layout: Layout) -> Headings | None:
    """Find the declared headings on a sheet; None if it has others. A further column of figures is refused."""
    wanted = (*layout.columns.values(), *layout.values)
    headings = find_headings(rows, holds(*wanted))
    if headings is None:
        return None
    known = {name.casefold() for name in (*wanted, *layout.passed_over)}
    unknown = [name for name in headings.columns if name not in known]
    texts = [name for name in unknown if is_text(column(rows[headings.row + 1 :], headings.column(name)))]
    if texts:
        note(f"{where}: textkolumnerna {', '.join(texts)} är okända och lästes inte.")
    wrong = [*(name for name in unknown if name not in texts), *headings.repeated]
    if wrong:
        raise RawFileError(
            f"Okända eller upprepade rubriker: {', '.join(wrong)}",
            where=f"{where}, {headings.cell()}",
            todo=f"Väntade är {', '.join((*wanted, *layout.passed_over))}. {_TODO}",
        )
    return headings


def _key(body: Rows, headings: Headings, where: str, layout: Layout, areas: AreaCodes) -> pd.DataFrame:
    """Read of whom and when each row is; stop at the first cell that does not say so."""
    readers: dict[str, Callable[[object], str]] = {
        "area": areas.area_cell,
        "year": cell_text,
        "month": lambda cell: cell_text(cell).zfill(2),
        "sex": sex_of,
        "age": age_group,
    }
    key: dict[str, list[str]] = {}
    for role, heading in layout.columns.items():
        at = headings.column(heading)
        key[role] = [readers[role](cell) for cell in column(body, at)]
        if "" in key[role]:
            number = key[role].index("")
            raise RawFileError(
                f"”{cell_text(body[number][at])}” går inte att förstå under rubriken {heading}",
                where=_cell(where, headings.row + 1, at, number),
                todo=_TODO,
            )
    frame = pd.DataFrame(key).rename(columns={"area": "region_code", "year": "period", "age": "age_group"})
    return frame.assign(period=frame["period"] + "-" + frame.pop("month")) if "month" in key else frame


def _cell(where: str, first: int, at: int, row: int) -> str:
    return f"{where}, {cell_name(first + row, at)}"


def _sheet(rows: Rows, where: str, layout: Layout, catalog: Catalog) -> list[pd.DataFrame]:
    """Read the figures of a sheet, a frame for each measure; none if it has other headings."""
    headings = _headings(rows, where, layout)
    if headings is None:
        return []
    first = headings.row + 1
    end = max(number for number, row in enumerate(rows, start=1) if any(map(cell_text, row)))
    body = rows[first:end]
    key = _key(body, headings, where, layout, AreaCodes(catalog))
    frames = []
    for heading, id_ in layout.values.items():
        at, measure = headings.column(heading), catalog.measures[id_]
        cells = read_cells(
            column(body, at),
            MarkerRule(count=measure.unit == "antal", blank=""),  # an error such as #REF! is read as an empty cell
            place=partial(_cell, where, first, at),
        )
        figures = {"value": cells.value, "lower": cells.lower, "upper": cells.upper, "status": status_texts(cells)}
        frames.append(pd.DataFrame({"age_group": measure.ages, "measure": id_} | dict(key.items()) | figures))
    return frames


def read_declared(snapshot: Snapshot, catalog: Catalog) -> pd.DataFrame:
    """Read an edition of workbooks of the layout that the catalog declares to validated observations.

    Raises
    ------
    RawFileError
        If no sheet has the declared headings, there are others, or a cell is not what its heading says.
    """
    layout = catalog.datasets[snapshot.dataset].layout
    if layout is None:
        raise RawFileError("Datamängden har ingen layout", where=snapshot.folder, todo="Ange den i katalogen")
    parts = []
    for file in snapshot.files:
        path = snapshot.path(file)
        sheets = read_sheets(path)
        read = [_sheet(rows, f"{path}, blad {name}", layout, catalog) for name, rows in sheets.items()]
        if not any(read):
            raise RawFileError(
                f"Inget blad har rubrikerna {', '.join((*layout.columns.values(), *layout.values))}",
                where=path,
                todo=f"Bladen är {', '.join(sheets)}. {_TODO}",
            )
        parts += [part.assign(origin=snapshot.origin(file)) for sheet in read for part in sheet]
    frame = pd.concat(parts, ignore_index=True)
    return make_observations(frame.assign(dataset=snapshot.dataset, edition=snapshot.edition))
