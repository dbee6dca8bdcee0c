"""Read MUCF's figures of UVAS as they are copied from its site: workbooks pasted by hand, and the table as HTML.

MUCF has no other form. A pasted sheet may be moved a row or have its headings a column too far to the left, shares
are fractions in a workbook and percent with a sign on the site, and three asterisks are suppressed. The year and
the area stand in a title row; where it has been lost, the sheet's name and the year of the rest of the book tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import pandas as pd

from uvas_stats.catalog import Catalog
from uvas_stats.clean.mucf_words import age_of, area_of, category_of, figure_of, heading_of, title_of
from uvas_stats.errors import RawFileError
from uvas_stats.formats.area_codes import AreaCodes
from uvas_stats.formats.grid import Headings, Rows, cell_name, cell_text, column, find_headings, holds, is_text
from uvas_stats.formats.html_tables import read_page
from uvas_stats.formats.reading import note
from uvas_stats.formats.workbook import read_sheets
from uvas_stats.observations.validate import make_observations
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["read_mucf"]

TIDY = ("år", "ålder", "bakgrund", "kön", "andel")
AREA_HEADINGS = ("län", "kommun", "område", "region")
FIGURES = {"antal": "mucf_uvas_count", "andel": "mucf_uvas_share_pct"}
KEY = ["region_code", "period", "sex", "age_group", "breakdown", "category", "measure"]
_COPY = "Kopiera tabellen igen från MUCF:s sida"


@dataclass(frozen=True)
class _Sheet:
    name: str
    rows: Rows
    where: str
    title: str = ""
    """The title row, where it stands outside of the rows."""


@dataclass(frozen=True)
class _Row:
    """One figure; the year is filled in when all sheets of the file have been seen."""

    year: str
    region: str
    sex: str
    age: str
    category: str | None
    measure: str
    value: float
    status: str
    where: str


def _sheets(path: Path) -> list[_Sheet]:
    start = path.read_bytes()[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith((b"<", b"[")):
        return [_Sheet(name, rows, f"{path}, {name}") for name, rows in read_sheets(path).items()]
    try:
        text = path.read_text(encoding="utf-8-sig")
        if start.startswith(
            b"["
        ):  # what the site answers to its own form: commands, of which one inserts the table
            text = "".join(
                str(one.get("data", "")) for one in orjson.loads(text) if one.get("command") == "insert"
            )
    except (UnicodeDecodeError, orjson.JSONDecodeError, AttributeError) as error:
        raise RawFileError("Filen är inte MUCF:s tabell", where=path, todo=_COPY) from error
    page = read_page(text)
    title = next((line for line in page.lines if title_of(line) is not None), "")
    return [_Sheet(path.stem, rows, str(path), title) for rows in page.tables]


def _are_counts_and_shares(texts: Sequence[str]) -> bool:
    """Tell whether a row says Antal and Andel in turn."""
    words = [word for text in texts if (word := heading_of(text))]
    return words in (["antal", "andel"] * times for times in range(1, 4))


def _ages(sheet: _Sheet, headings: Headings) -> dict[int, tuple[str, str]]:
    """Give age and figure of each column; the ages stand over the counts, or one column to the left of them."""
    columns = {at: word for at, name in enumerate(headings.names) if (word := heading_of(name))}
    above = sheet.rows[headings.row - 1] if headings.row else []
    ages = [(at, age) for at, cell in enumerate(above) if (age := age_of(cell_text(cell)))]
    counts = [at for at, word in columns.items() if word == "antal"]
    moves = {count - at for count, (at, _) in zip(counts, ages, strict=False)}
    distinct = len({age for _, age in ages}) == len(ages) == len(counts)
    if not distinct or len(moves) != 1 or not moves <= {0, 1}:
        raise RawFileError(
            f"Åldrarna står inte över Antal och Andel: {', '.join(age for _, age in ages) or 'inga åldrar'}",
            where=f"{sheet.where}, {cell_name(max(headings.row - 1, 0), 0)}",
            todo=_COPY,
        )
    return {
        at: (age, FIGURES[columns[at]])
        for count, (_, age) in zip(counts, ages, strict=True)
        for at in (count, count + 1)
    }


def _year_and_region(sheet: _Sheet, head: int, areas: AreaCodes) -> tuple[str, str]:
    """Tell the year and area of a sheet from its title row, and the area from its name where there is none."""
    lines = [sheet.title, *(cell_text(cell) for row in sheet.rows[:head] for cell in row)]
    titles = [title for line in lines if (title := title_of(line)) is not None]
    fitting = areas.fitting(sheet.name)
    named = fitting[0] if len(fitting) == 1 else None
    if not titles:
        if named is None:
            raise RawFileError(
                "Området framgår inte",
                where=sheet.where,
                todo="Låt titelraden följa med, eller döp bladet till länet",
            )
        return "", named
    region = titles[0].region(areas, sheet.where)
    if named is not None and named != region:
        raise RawFileError(
            f"Bladet heter {sheet.name} men titelraden gäller {areas.names[region]}",
            where=sheet.where,
            todo=_COPY,
        )
    return titles[0].year, region


def _read_table(sheet: _Sheet, headings: Headings, areas: AreaCodes) -> Iterator[_Row]:
    year, region = _year_and_region(sheet, headings.row, areas)
    columns = _ages(sheet, headings)
    first = min(columns)
    for number, row in enumerate(sheet.rows[headings.row + 1 :], start=headings.row + 1):
        label = next((cell_text(cell) for cell in row[:first] if isinstance(cell, str) and cell.strip()), "")
        if not label:
            if any(cell != "" for cell in row):
                raise RawFileError(
                    "En rad saknar rubrik", where=f"{sheet.where}, {cell_name(number, 0)}", todo=_COPY
                )
            continue
        sex, category = category_of(label, f"{sheet.where}, {cell_name(number, 0)}")
        for at, (age, measure) in columns.items():
            where = f"{sheet.where}, {cell_name(number, at)}"
            value, status = figure_of(row[at] if at < len(row) else "", measure.endswith("_pct"), where)
            yield _Row(year, region, sex, age, category, measure, value, status, where)


def _read_tidy(sheet: _Sheet, headings: Headings, areas: AreaCodes) -> Iterator[_Row]:
    columns = headings.columns
    area = next((name for name in AREA_HEADINGS if name in columns), None)
    unknown = set(columns) - {*TIDY, *AREA_HEADINGS, "antal"}
    texts = {name for name in unknown if is_text(column(sheet.rows[headings.row + 1 :], columns[name]))}
    if texts:
        note(f"{sheet.where}: textkolumnerna {', '.join(sorted(texts))} är okända och lästes inte.")
    unknown -= texts
    if area is None or unknown:
        raise RawFileError(
            f"Okända rubriker: {', '.join(sorted(unknown)) or 'området saknas'}", where=sheet.where, todo=_COPY
        )
    for number, row in enumerate(sheet.rows[headings.row + 1 :], start=headings.row + 1):
        if all(cell == "" for cell in row):
            continue
        where = f"{sheet.where}, {cell_name(number, 0)}"
        cells = {name: row[at] for name, at in columns.items()}
        year = f"{cells['år']:.0f}" if isinstance(cells["år"], (int, float)) else cell_text(cells["år"])
        region = area_of(f"{cell_text(cells[area])}{' län' if area == 'län' else ''}", areas, where)
        age = age_of(cell_text(cells["ålder"]))
        sex, category = category_of(f"{cell_text(cells['kön'])} {cell_text(cells['bakgrund'])}", where)
        if age is None or len(year) != 4:
            raise RawFileError("Raden har inget år eller ingen ålder", where=where, todo=_COPY)
        for name in ("antal", "andel"):
            if name in columns:
                value, status = figure_of(cells[name], name == "andel", where)
                yield _Row(year, region, sex, age, category, FIGURES[name], value, status, where)


def _read_file(path: Path, areas: AreaCodes, period: str) -> pd.DataFrame:
    rows: list[_Row] = []
    for sheet in _sheets(path):
        if headings := find_headings(sheet.rows, _are_counts_and_shares, within=None):
            rows += _read_table(sheet, headings, areas)
        elif headings := find_headings(sheet.rows, holds(*TIDY), within=None):
            rows += _read_tidy(sheet, headings, areas)
        elif any(isinstance(cell, (int, float)) for row in sheet.rows for cell in row):
            head = max(sheet.rows[:8], key=lambda row: sum(isinstance(cell, str) and cell != "" for cell in row))
            listed = ", ".join(filter(None, map(cell_text, head)))
            note(f"{path.name}, bladet {sheet.name} lästes inte: Antal och Andel saknas; där står {listed}.")
    if not rows:
        raise RawFileError("Ingen tabell med Antal och Andel efter ålder finns i filen", where=path, todo=_COPY)
    year = _year(rows, path, period)
    frame = pd.DataFrame(
        {
            "region_code": [row.region for row in rows],
            "period": year,
            "sex": [row.sex for row in rows],
            "age_group": [row.age for row in rows],
            "breakdown": [None if row.category is None else "origin" for row in rows],
            "category": [row.category for row in rows],
            "measure": [row.measure for row in rows],
            "value": [row.value for row in rows],
            "status": [row.status for row in rows],
            "where": [row.where for row in rows],
        }
    )
    return _check_sums(_once(frame), path)


def _year(rows: list[_Row], path: Path, period: str) -> str:
    """Give the only year of a file; a sheet from another year stops the reading."""
    years = {row.year: row.where for row in reversed(rows) if row.year}
    wanted = period or next(iter(sorted(years)), "")
    if not wanted:
        raise RawFileError("Året framgår inte av filen", where=path, todo="Ange det med --period 2022")
    others = {year: where for year, where in years.items() if year != wanted}
    if others:
        year, where = next(iter(others.items()))
        raise RawFileError(
            f"Ett blad gäller {year} och inte {wanted}",
            where=where,
            todo="Lägg in ett år i taget, med rätt --period",
        )
    return wanted


def _once(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep one of equal figures, as the same table stands twice in a book; refuse figures that differ."""
    whole = frame.drop_duplicates([*KEY, "value", "status"], ignore_index=True)
    double = whole.duplicated(KEY, keep=False)
    if double.any():
        first = whole.loc[double].sort_values(KEY, kind="stable").iloc[:2]
        raise RawFileError(
            "Samma uppgift har två olika värden: " + " och ".join(f"{value:g}" for value in first["value"]),
            where="; ".join(first["where"]),
            todo=_COPY,
        )
    return whole


def _check_sums(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Demand that women and men make the total: columns that have been mixed up do not."""
    counts = frame.loc[(frame["measure"] == FIGURES["antal"]) & frame["value"].notna() & frame["breakdown"].isna()]
    wide = counts.pivot(index=["region_code", "age_group"], columns="sex", values="value")  # noqa: PD010
    if not {"women", "men", "total"} <= set(wide.columns):
        return frame
    wrong = wide.loc[
        wide[["women", "men", "total"]].notna().all(axis=1) & (wide["women"] + wide["men"] != wide["total"])
    ]
    if len(wrong):
        code, age = wrong.index[0]
        raise RawFileError(
            f"Kvinnor och män blir inte alla: {code}, {age} år",
            where=path,
            todo="Är kolumnerna förskjutna? " + _COPY,
        )
    return frame


def read_mucf(snapshot: Snapshot, catalog: Catalog) -> pd.DataFrame:
    """Read an edition of MUCF's tables; ``period`` in its options is the year, where no sheet says it.

    Returns
    -------
    pandas.DataFrame
        Validated observations: counts, and shares in percent, by sex and origin for the ages of the tables.
        Nothing is summed: 16-29 is there if MUCF's own table has it.

    Raises
    ------
    RawFileError
        If headings, year, area or a cell cannot be understood, a sheet is of another year, or figures contradict
        each other.
    """
    frames, areas = [], AreaCodes(catalog)
    for file in snapshot.files:
        read = _read_file(snapshot.path(file), areas, snapshot.options.get("period", ""))
        frames.append(read.assign(origin=snapshot.origin(file)))
    frame = _once(pd.concat(frames, ignore_index=True)).drop(columns="where")
    return make_observations(frame.assign(dataset=snapshot.dataset, edition=snapshot.edition))
