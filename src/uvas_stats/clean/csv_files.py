"""Read the CSV files of the first editions: Kolada's figures, published ranks and single national figures."""

from __future__ import annotations

import io
import lzma
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from uvas_stats.catalog import Catalog, Measure
from uvas_stats.errors import ObservationError, RawFileError
from uvas_stats.periods import period_kind

__all__ = ["SEXES", "kolada_period", "read_kolada_csv", "read_ranks_csv", "read_tidy_csv"]

LONGEST = 120
"""Characters of a wrong heading that are shown; a web page saved as CSV is one long heading."""
LARGEST = 64 * 1024 * 1024
"""Bytes of a file, unpacked where it is a packed one (``.csv.xz``)."""
SEXES = {"T": "total", "K": "women", "M": "men"}


def kolada_period(year: int, kind: str) -> str:
    """Write a year of Kolada's as a period of a kind: a school year is the one that ends in it.

    Examples
    --------
    >>> kolada_period(2024, "year"), kolada_period(2000, "school_year")
    ('2024', '1999/00')
    """
    return str(year) if kind == "year" else f"{year - 1}/{year % 100:02d}"


def _content(path: Path) -> bytes:
    """Read a file, unpacked, and no more of it than there is room for."""
    with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise RawFileError(f"Filen är större än {LARGEST // 2**20} MB", where=path, todo="Är det rätt fil?")
    return content


def _read(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Read a CSV as text and demand exactly the columns expected."""
    try:
        content = io.BytesIO(_content(path))
        # pyarrow refuses a row with too few or too many cells; pandas' own reader fills them in silence
        frame = pd.read_csv(content, dtype=str, keep_default_na=False, encoding="utf-8", engine="pyarrow")
    except (
        OSError, EOFError, UnicodeDecodeError, lzma.LZMAError, pd.errors.ParserError, pd.errors.EmptyDataError,
    ) as error:  # fmt: skip
        raise RawFileError("Filen går inte att läsa som CSV", where=path, todo="Hämta den igen") from error
    if tuple(frame.columns) != columns:
        headings = ", ".join(frame.columns)
        shown = headings if len(headings) <= LONGEST else f"{headings[:LONGEST]}…"
        raise RawFileError(f"Rubrikerna är {shown}", where=path, todo=f"De ska vara {', '.join(columns)}")
    if frame.empty:
        raise RawFileError("Filen saknar rader", where=path, todo="Hämta den igen")
    return frame


def _numbers(frame: pd.DataFrame, column: str, path: Path) -> pd.Series:
    """Read a column of numbers with decimal point; an empty cell is unknown, anything else stops the reading."""
    text = frame[column]
    _demand(text.str.fullmatch(r"-?[0-9]+(\.[0-9]+)?|"), text, "inget tal", path)
    return text.where(text != "").astype("float64")


def _demand_years(frame: pd.DataFrame, path: Path) -> None:
    _demand(frame["year"].str.fullmatch("(19|20|21)[0-9]{2}"), frame["year"], "inget år", path)


def _demand(holds: pd.Series, text: pd.Series, what: str, path: Path) -> None:
    """Stop at the first cell that does not hold, and say which: the file, its row and its column."""
    bad = ~holds.fillna(False).astype("bool").to_numpy()  # a row that ends too early has null cells
    if bad.any():
        row = int(bad.argmax())
        cell = "" if pd.isna(text.iloc[row]) else text.iloc[row]
        raise RawFileError(
            f"”{cell}” är {what}", where=f"{path}, rad {row + 2}, {text.name}", todo="Hämta filen igen"
        )


def _status(values: pd.Series) -> pd.Series:
    return pd.Series("ok", index=values.index).where(values.notna(), "not_available")


def _measures(frame: pd.DataFrame, catalog: Catalog, path: Path, meaning: Mapping[str, str]) -> dict[str, Measure]:
    known = {measure.source_id: measure for measure in catalog.measures.values() if measure.source_id}
    known |= {kpi: catalog.measures[id_] for kpi, id_ in meaning.items() if id_ in catalog.measures}
    unknown = sorted(set(frame["kpi"].unique()) - set(known))
    if unknown:
        raise RawFileError(
            f"Okända nyckeltal: {', '.join(unknown)}", where=path, todo=f"Kända är {', '.join(sorted(known))}"
        )
    return {kpi: known[kpi] for kpi in frame["kpi"].unique()}


def _regions(codes: pd.Series, catalog: Catalog, path: Path) -> pd.Series:
    """Turn Kolada's 0000 into 00 and refuse codes that are no region."""
    regions = codes.map({code: "00" if code == "0000" else code for code in codes.unique()})
    known = {region.code for region in catalog.regions}
    unknown = sorted(set(regions.unique()) - known)
    if unknown:
        raise RawFileError(
            f"Okända områdeskoder: {', '.join(unknown[:5])}", where=path, todo="Kontrollera koderna"
        )
    return regions


def read_kolada_csv(
    path: Path, catalog: Catalog, meaning: Mapping[str, str] = MappingProxyType({})
) -> pd.DataFrame:
    """Read ``kpi,region,year,gender,value``: one figure a row, region 0000 for riket.

    A measure whose period is a school year gets the one that ends in Kolada's year.

    Parameters
    ----------
    path, catalog
        The file, which may be packed (``.csv.xz``), and where the measures are.
    meaning
        The measures of key figures that meant something else when the file was made than they do today.
    """
    names = ("kpi", "region", "year", "gender")
    frame = _read(path, (*names, "value")).astype(dict.fromkeys(names, "category"))  # a text a name, not a row
    measures = _measures(frame, catalog, path, meaning)
    values = _numbers(frame, "value", path)
    _demand_years(frame, path)
    years = {
        kind: frame["year"].map({year: kolada_period(int(year), kind) for year in frame["year"].cat.categories})
        for kind in {measure.period_kind for measure in measures.values()}
    }
    periods = pd.Series("", index=frame.index, dtype="str")
    for kind, written in years.items():
        of_kind = frame["kpi"].isin([kpi for kpi, measure in measures.items() if measure.period_kind == kind])
        periods = periods.mask(of_kind, written.astype("str"))
    unknown = sorted(set(frame["gender"].cat.categories) - set(SEXES))
    if unknown:
        raise RawFileError(f"Okänt kön: {', '.join(unknown)}", where=path, todo="Tillåtna är T, K och M")
    return pd.DataFrame(
        {
            "region_code": _regions(frame["region"], catalog, path),
            "period": periods,
            "sex": frame["gender"].map(SEXES),
            "age_group": frame["kpi"].map({kpi: measure.ages for kpi, measure in measures.items()}),
            "measure": frame["kpi"].map({kpi: measure.id for kpi, measure in measures.items()}),
            "value": values,
            "status": _status(values),
        }
    )


def read_ranks_csv(path: Path, catalog: Catalog) -> pd.DataFrame:
    """Read ``kpi,region,year,rank,n``: places as another publisher computed them."""
    frame = _read(path, ("kpi", "region", "year", "rank", "n"))
    ranked = catalog.measures["uvas_share_pct"].source_id
    _demand(frame["kpi"] == ranked, frame["kpi"], f"inte {ranked}, som placeringarna gäller", path)
    _demand_years(frame, path)
    values = _numbers(frame, "rank", path)
    return pd.DataFrame(
        {
            "region_code": _regions(frame["region"], catalog, path),
            "period": frame["year"],
            "age_group": catalog.measures["uvas_place_rank"].ages,
            "measure": "uvas_place_rank",
            "value": values,
            "status": _status(values),
        }
    )


def _is_period(text: str, kind: str) -> bool:
    try:
        return period_kind(text) == kind
    except ObservationError:
        return False


def read_tidy_csv(path: Path, catalog: Catalog) -> pd.DataFrame:
    """Read ``measure,region_code,period,age_group,value,publisher``: figures already in the catalog's terms."""
    frame = _read(path, ("measure", "region_code", "period", "age_group", "value", "publisher"))
    unknown = sorted(set(frame["measure"]) - set(catalog.measures))
    if unknown:
        raise RawFileError(f"Okända mått: {', '.join(unknown)}", where=path, todo="Lägg till dem i measures.toml")
    kinds = frame["measure"].map({id_: measure.period_kind for id_, measure in catalog.measures.items()})
    fits = [_is_period(period, kind) for period, kind in zip(frame["period"], kinds, strict=True)]
    _demand(pd.Series(fits), frame["period"], "inte det slags period som måttet har", path)
    values = _numbers(frame, "value", path)
    return frame[["measure", "period", "age_group"]].assign(
        region_code=_regions(frame["region_code"], catalog, path), value=values, status=_status(values)
    )
