"""Observations from Skolverket's SIRIS exports: one reader for CSV, workbook and XML, and for all years at once.

Pupils are counted in the kommun where the school is (skolkommun). What the marks mean is in
:mod:`uvas_stats.formats.markers`; here each gets the threshold of its läsår and the pupils of its row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from uvas_stats.catalog import Catalog
from uvas_stats.catalog.siris import SirisColumn, SirisReport, siris_reports
from uvas_stats.clean.siris_files import open_tables
from uvas_stats.clean.siris_ids import Rows, check_keys, check_sums, stack_rows
from uvas_stats.clean.siris_match import pick_report
from uvas_stats.clean.siris_rows import EVERYONE, NATIONAL, Part, parts_of
from uvas_stats.clean.siris_table import RawTable
from uvas_stats.errors import RawFileError
from uvas_stats.formats.markers import Cells, MarkerRule, read_cells, suppression_threshold
from uvas_stats.formats.reading import note
from uvas_stats.observations.coded import Ints, concat_observations, repeat_text, text_column
from uvas_stats.observations.contract import COLUMNS, STATUSES
from uvas_stats.observations.validate import validate
from uvas_stats.periods import period_end
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["read_siris", "read_siris_edition"]

Floats = NDArray[np.float64]
MOST_REFUSED = 4
"""One file may be left out, or one in so many: else the export has changed."""


def read_siris_edition(snapshot: Snapshot, catalog: Catalog) -> pd.DataFrame:
    """Read all files of an edition to validated observations.

    Raises
    ------
    RawFileError
        If a file is not what it should be; nothing of the edition is then read.
    """
    files = {snapshot.origin(file): snapshot.path(file) for file in snapshot.files if file.role == "data"}
    return read_siris(files, snapshot.dataset, snapshot.edition, catalog)


def read_siris(files: Mapping[str, Path], dataset: str, edition: str, catalog: Catalog) -> pd.DataFrame:
    """Read export files to validated observations.

    Parameters
    ----------
    files
        Paths by origin. All must be reports of the dataset.
    dataset, edition
        Written in the observations.
    catalog
        Knows the kommuner.

    Returns
    -------
    pandas.DataFrame
        ``attrs["provenance"]`` holds for each origin what stands around its tables: preamble, raw headings,
        definitions and what was put right.

    Raises
    ------
    RawFileError
        In one line with file, sheet and cell; of a file among several that is not such a report there is a note.
    """
    reports = siris_reports(dataset)
    parts: dict[str, list[tuple[str, Part]]] = {}
    around: dict[str, list[dict[str, object]]] = {origin: [] for origin in files}
    refused: list[RawFileError] = []
    for origin, path in files.items():
        try:
            found = [(pick_report(table, reports), table) for table in open_tables(path)]
            read = [(report, parts_of(table, report, catalog)) for report, table in found]
        except RawFileError as error:
            refused.append(error)
            continue
        for report, rows in read:
            parts.setdefault(report.name, []).extend((origin, part) for part in rows)
            around[origin].append(_provenance(rows[0].table))
    if refused and (not parts or len(refused) > max(1, len(files) // MOST_REFUSED)):
        raise refused[0]
    for one in refused:
        note(f"En fil lästes inte. {one}")
    if not parts:
        raise RawFileError("Utgåvan har inga filer", where=f"{dataset}/{edition}", todo="Hämta den igen")
    keys = {"dataset": dataset, "edition": edition}
    frames = [_frame(report, parts[report.name], keys, catalog) for report in reports if report.name in parts]
    frame = validate(frames[0] if len(frames) == 1 else concat_observations(frames))
    frame.attrs["provenance"] = {origin: {"sheets": tables} for origin, tables in around.items()}
    return frame


def _provenance(table: RawTable) -> dict[str, object]:
    return {
        "preamble": list(table.preamble),
        "headings": list(table.headings),
        "definitions": table.definitions,
        "notes": list(table.notes),
    }


@dataclass(frozen=True)
class _Piece:
    """Figures of one measure: which rows they are of, what they say, and the breakdown of each row."""

    measure: str
    at: Ints
    cells: Cells
    kinds: Ints


def _frame(
    report: SirisReport, parts: Sequence[tuple[str, Part]], keys: Mapping[str, str], catalog: Catalog
) -> pd.DataFrame:
    """Read the cells of all files of a report, measure by measure, the pupils first."""
    rows = stack_rows(parts, report, catalog)
    check_keys(rows)
    limits = np.array(
        [float(report.threshold or suppression_threshold(text, report.level)) for text in rows.period.texts]
    )[rows.period.codes]
    kinds = _Kinds(rows)
    pupils = next((column.measure for column in report.measures if column.pupils), "")
    values: dict[str, Floats] = {}
    pieces: list[_Piece] = []
    for column in sorted(report.measures, key=lambda column: column.measure != pupils):
        at, cells = _read(column, rows, values.get(pupils), limits)
        values[column.measure] = np.full(rows.count, np.nan)
        values[column.measure][at] = cells.value
        pieces += kinds.pieces(column, at, cells)
    check_sums(report, rows, values, pupils)
    return _assemble(rows, [piece for piece in pieces if len(piece.at)], kinds.texts, keys)


def _read(column: SirisColumn, rows: Rows, n: Floats | None, limits: Floats) -> tuple[Ints, Cells]:
    at, listed = rows.cells(column.measure)
    cells = read_cells(
        listed,
        MarkerRule(count=column.count, dot=column.dot, dash=column.dash),
        n=None if n is None else n[at],
        threshold=limits[at],
        place=lambda number: rows.place(int(at[number]), column.measure),
    )
    if column.divisor != 1:
        by = column.divisor
        cells = Cells(cells.value / by, cells.lower / by, cells.upper / by, cells.status)
    return at, cells


class _Kinds:
    """Which breakdown and category each row has.

    Of all schools together a programme is the breakdown ``programme``; of one huvudman ``organiser_programme``.
    """

    def __init__(self, rows: Rows) -> None:
        size = len(rows.programme.texts)
        pairs_held, places = np.unique(rows.organiser.codes * size + rows.programme.codes, return_inverse=True)
        pairs = [
            (rows.organiser.texts[code // size], rows.programme.texts[code % size]) for code in pairs_held.tolist()
        ]
        kinds = [_kind(organiser, programme) for organiser, programme in pairs]
        alone = [_kind(organiser, "") for organiser, _ in pairs]
        self.texts = tuple(dict.fromkeys([*kinds, *alone]))
        self._kinds = np.array([self.texts.index(kind) for kind in kinds], dtype=np.intp)[places]
        self._alone = np.array([self.texts.index(kind) for kind in alone], dtype=np.intp)[places]
        self._rows = rows

    def pieces(self, column: SirisColumn, at: Ints, cells: Cells) -> list[_Piece]:
        """Give the figures of a column; the rows of all and of all national programmes also under their own."""
        pieces = [_Piece(column.measure, at, cells, self._kinds[at])]
        programme = self._rows.programme
        for measure, name in ((column.national, NATIONAL), (column.everyone, EVERYONE)):
            if measure and name in programme.texts:
                keep = np.flatnonzero(programme.codes[at] == programme.texts.index(name))
                chosen = Cells(cells.value[keep], cells.lower[keep], cells.upper[keep], cells.status[keep])
                pieces.append(_Piece(measure, at[keep], chosen, self._alone[at[keep]]))
        return pieces


def _kind(organiser: str, programme: str) -> tuple[str | None, str | None]:
    if organiser and programme:
        return "organiser_programme", f"{organiser}: {programme}"
    if programme:
        return "programme", programme
    return ("organiser", organiser) if organiser else (None, None)


def _assemble(
    rows: Rows, pieces: Sequence[_Piece], kinds: Sequence[tuple[str | None, str | None]], keys: Mapping[str, str]
) -> pd.DataFrame:
    at = np.concatenate([piece.at for piece in pieces])
    kind = np.concatenate([piece.kinds for piece in pieces])
    sizes = [len(piece.at) for piece in pieces]
    status = np.concatenate([piece.cells.status for piece in pieces])
    ends = np.array([period_end(text) for text in rows.period.texts], dtype="datetime64[us]")
    columns: dict[str, object] = {
        "dataset": repeat_text([keys["dataset"]], len(at)),
        "edition": repeat_text([keys["edition"]], len(at)),
        "region_code": text_column(rows.region.codes[at], rows.region.texts),
        "period": text_column(rows.period.codes[at], rows.period.texts),
        "period_end": ends[rows.period.codes[at]],
        "sex": text_column(rows.sex.codes[at], rows.sex.texts),
        "age_group": repeat_text(["total"], len(at)),
        "breakdown": text_column(kind, [name for name, _ in kinds]),
        "category": text_column(kind, [name for _, name in kinds]),
        "measure": repeat_text([piece.measure for piece in pieces], sizes),
        "value": np.concatenate([piece.cells.value for piece in pieces]),
        "lower": np.concatenate([piece.cells.lower for piece in pieces]),
        "upper": np.concatenate([piece.cells.upper for piece in pieces]),
        "status": text_column(status, STATUSES),
        "noise": np.zeros(len(at), dtype=bool),
        "origin": text_column(rows.origin.codes[at], rows.origin.texts),
    }
    return pd.DataFrame({name: columns[name] for name in COLUMNS}, copy=False)
