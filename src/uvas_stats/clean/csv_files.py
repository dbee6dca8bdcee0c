"""Read the small CSV files of the first edition: Kolada's figures, published ranks and single national figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from uvas_stats.catalog import Catalog, Measure
from uvas_stats.errors import RawFileError

__all__ = ["read_kolada_csv", "read_ranks_csv", "read_tidy_csv"]

_SEX = {"T": "total", "K": "women", "M": "men"}
_PERIOD = {"year": lambda year: str(year), "school_year": lambda year: f"{year - 1}/{year % 100:02d}"}


def _read(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Read a CSV as text and demand exactly the columns expected."""
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise RawFileError(
            f"Filen går inte att läsa som CSV: {error}", where=path, todo="Hämta den igen"
        ) from error
    if tuple(frame.columns) != columns:
        raise RawFileError(
            f"Rubrikerna är {', '.join(frame.columns)}", where=path, todo=f"De ska vara {', '.join(columns)}"
        )
    if frame.empty:
        raise RawFileError("Filen saknar rader", where=path, todo="Hämta den igen")
    return frame


def _numbers(frame: pd.DataFrame, column: str, path: Path) -> pd.Series:
    """Read a column of numbers with decimal point; an empty cell is unknown, anything else stops the reading."""
    text = frame[column]
    bad = ~text.str.fullmatch(r"-?\d+(\.\d+)?|")
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise RawFileError(
            f"”{text.iloc[row]}” är inget tal", where=f"{path}, rad {row + 2}, {column}", todo="Hämta filen igen"
        )
    return text.where(text != "").astype("float64")


def _status(values: pd.Series) -> pd.Series:
    return pd.Series("ok", index=values.index).where(values.notna(), "not_available")


def _measures(frame: pd.DataFrame, catalog: Catalog, path: Path) -> dict[str, Measure]:
    known = {measure.source_id: measure for measure in catalog.measures.values() if measure.source_id}
    unknown = sorted(set(frame["kpi"]) - set(known))
    if unknown:
        raise RawFileError(
            f"Okända nyckeltal: {', '.join(unknown)}", where=path, todo=f"Kända är {', '.join(sorted(known))}"
        )
    return {kpi: known[kpi] for kpi in frame["kpi"].unique()}


def _regions(codes: pd.Series, catalog: Catalog, path: Path) -> pd.Series:
    """Turn Kolada's 0000 into 00 and refuse codes that are no region."""
    regions = codes.where(codes != "0000", "00")
    known = {region.code for region in catalog.regions}
    unknown = sorted(set(regions) - known)
    if unknown:
        raise RawFileError(
            f"Okända områdeskoder: {', '.join(unknown[:5])}", where=path, todo="Kontrollera koderna"
        )
    return regions


def read_kolada_csv(path: Path, catalog: Catalog) -> pd.DataFrame:
    """Read ``kpi,region,year,gender,value``: one figure a row, region 0000 for riket.

    A measure whose period is a school year gets the one that ends in Kolada's year.
    """
    frame = _read(path, ("kpi", "region", "year", "gender", "value"))
    measures = _measures(frame, catalog, path)
    values = _numbers(frame, "value", path)
    years = _numbers(frame, "year", path).astype("int64")
    periods = {
        (kpi, year): _PERIOD[measures[kpi].period_kind](year)
        for kpi, year in pd.DataFrame({"kpi": frame["kpi"], "year": years})
        .drop_duplicates()
        .itertuples(index=False)
    }
    unknown = sorted(set(frame["gender"]) - set(_SEX))
    if unknown:
        raise RawFileError(f"Okänt kön: {', '.join(unknown)}", where=path, todo="Tillåtna är T, K och M")
    return pd.DataFrame(
        {
            "region_code": _regions(frame["region"], catalog, path),
            "period": [periods[key] for key in zip(frame["kpi"], years, strict=True)],
            "sex": frame["gender"].map(_SEX),
            "age_group": frame["kpi"].map({kpi: measure.ages for kpi, measure in measures.items()}),
            "measure": frame["kpi"].map({kpi: measure.id for kpi, measure in measures.items()}),
            "value": values,
            "status": _status(values),
        }
    )


def read_ranks_csv(path: Path, catalog: Catalog) -> pd.DataFrame:
    """Read ``kpi,region,year,rank,n``: places as another publisher computed them."""
    frame = _read(path, ("kpi", "region", "year", "rank", "n"))
    _measures(frame, catalog, path)
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


def read_tidy_csv(path: Path, catalog: Catalog) -> pd.DataFrame:
    """Read ``measure,region_code,period,age_group,value,publisher``: figures already in the catalog's terms."""
    frame = _read(path, ("measure", "region_code", "period", "age_group", "value", "publisher"))
    unknown = sorted(set(frame["measure"]) - set(catalog.measures))
    if unknown:
        raise RawFileError(f"Okända mått: {', '.join(unknown)}", where=path, todo="Lägg till dem i measures.toml")
    values = _numbers(frame, "value", path)
    return frame[["measure", "period", "age_group"]].assign(
        region_code=_regions(frame["region_code"], catalog, path), value=values, status=_status(values)
    )
