"""Figures as plain pandas frames: of any measures, areas, periods, sexes and ages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from uvas_stats.build.pipeline import ensure_processed
from uvas_stats.catalog import Catalog, Measure, load_catalog
from uvas_stats.catalog.names import fold
from uvas_stats.errors import UnknownNameError
from uvas_stats.observations.contract import SEXES, TEXT_RULES, select
from uvas_stats.observations.store import read_observations, read_origins
from uvas_stats.periods import period_end, period_kind
from uvas_stats.present.source import source_line
from uvas_stats.present.view import SEX_TEXT, STATUS_TEXT
from uvas_stats.situation.series import DOCUMENTS, WHO, Figures, no_figures, pick_age
from uvas_stats.workspace import find_workspace

__all__ = ["COLUMNS", "Texts", "as_list", "figures", "of_sexes", "open_figures", "region_codes"]

Texts = str | Sequence[str]
"""One name, or several."""
COLUMNS = (
    *("measure", "region_code", "region_name", "period", "sex", "age_group", "value", "status", "reason"),
    *("lower", "upper", "noise", "period_end", "dataset", "edition", "origin"),
)
"""The columns of a frame of figures: the contract's, with the area's name and, in Swedish, why one is missing."""
_KEY = ["region_code", "period", "sex", "age_group"]
_SEX_WORDS = {"kvinnor": "women", "män": "men", "båda": "total", "båda könen": "total", "totalt": "total"}
_SPAN = re.compile(r"(?P<since>\d{4}[\w/-]*?)?\s*(?:[-–]|\.\.)\s*(?P<until>\d{4}[\w/-]*)?")


def as_list(given: object) -> list[str]:
    """Give one name or several as a list of texts."""
    several = given if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    return [str(one) for one in several]


def open_figures(codes: tuple[str, ...] = (), workspace: Path | str | None = None) -> Figures:
    """Give what is held for kommuner of one's own choice, built first where it is missing or old.

    Parameters
    ----------
    codes
        The kommuner in focus, for charts.
    workspace
        The folder that holds data/; None means the one you stand in.
    """
    folder = find_workspace(workspace)
    ensure_processed(folder)
    catalog = load_catalog(folder)
    shown = replace(
        catalog.any_kommun,
        id="urval",
        municipalities=codes,
        groups=(),
        sections=(),
        goals=(),
        printed=(),
        main_measure="",
        summary_measures=(),
    )
    origins = read_origins(folder.processed)["files"]
    nothing = read_observations(folder.processed, [""])
    return Figures(shown, catalog, nothing, folder.processed, origins=origins)


def region_codes(catalog: Catalog, kommun: Texts | None = None, group: Texts | None = None) -> list[str] | None:
    """Give the codes of the areas that are named, a group's kommuner after those named; None for all areas.

    Parameters
    ----------
    catalog
        Where names are looked up.
    kommun
        Names or codes of kommuner, län or ``riket``; a group stands for its kommuner, ``alla`` for the 290.
    group
        Ids or names of groups; ``liknande`` are those like the one kommun that is named.

    Raises
    ------
    UnknownNameError
        With the nearest names.
    """
    if kommun is None and group is None:
        return None
    codes: list[str] = []
    for text in [] if kommun is None else as_list(kommun):
        codes += [region.code for region in catalog.kommuner] if fold(text) == "alla" else _area(catalog, text)
    named = tuple(code for code in codes if len(code) == 4)
    for text in [] if group is None else as_list(group):
        codes += catalog.group(text, named).members
    return list(dict.fromkeys(codes))


def _area(catalog: Catalog, text: str) -> tuple[str, ...]:
    try:
        return (catalog.area(text).code,)
    except UnknownNameError as error:
        try:
            return catalog.group(text).members
        except UnknownNameError:
            raise error from None


def figures(
    measure: Texts,
    kommun: Texts | None = None,
    group: Texts | None = None,
    period: Texts | int | None = None,
    sex: Texts = "total",
    age: Texts | None = None,
    *,
    wide: bool = False,
    workspace: Path | str | None = None,
) -> pd.DataFrame:
    """Return the newest published figures of one measure or several, one row a figure.

    Parameters
    ----------
    measure
        Id, title, short title or the publisher's id (``"N02797"``), or a list of them.
    kommun
        Names or codes: kommuner, län, ``"riket"``, ``"alla"``, or a group for its kommuner. None: all areas held.
    group
        Groups whose kommuner are wanted too, such as ``"GR"``, ``"21"`` or ``"liknande"``.
    period
        ``"2024"``, ``"2015-"``, ``"-2020"``, ``"2015-2020"``, ``"senaste"``, or a list of such. None: all.
        Of school years and months a year means those that end in it.
    sex
        ``"total"``, ``"women"``, ``"men"`` (or in Swedish), a list, or ``"alla"``.
    age
        Age groups such as ``"20-24"``, or ``"alla"``. None: the measure's own.
    wide
        Periods across instead of down; missing figures are then empty cells.
    workspace
        The folder that holds data/; None means the one you stand in.

    Returns
    -------
    pandas.DataFrame
        ``measure, region_code, region_name, period, sex, age_group, value, status, reason, lower, upper, noise,
        period_end, dataset, edition, origin``. ``value`` is in the measure's unit (percent for ``_pct``);
        ``lower`` and ``upper`` where only bounds are known. A figure that is missing keeps its row, with the cause
        in ``reason``. ``attrs["source"]`` is the source line.

    Raises
    ------
    UnknownNameError
        If a name fits nothing or several, or a period, sex or age is not held; with what there is.
    IndicatorError
        If nothing is held of a measure; with the command that fetches it.

    Examples
    --------
    >>> from uvas_stats import figures
    >>> frame = figures("uvas_share_pct", kommun=["Söderhamn", "riket"], period="2023-")
    >>> frame[["region_name", "period", "value"]].values.tolist()
    [['Söderhamn', '2023', 8.18], ['Söderhamn', '2024', 9.15], ['Riket', '2023', 5.76], ['Riket', '2024', 6.16]]
    >>> frame.attrs["source"]
    'Källa: MUCF via Kolada. Utgåva 2026-11-21.'
    """
    held = open_figures(workspace=workspace)
    catalog = held.catalog
    chosen = list(dict.fromkeys(catalog.measure(text).id for text in as_list(measure)))
    codes = region_codes(catalog, kommun, group)
    parts = [_of_measure(held, catalog.measures[id_], codes, period, sex, age) for id_ in chosen]
    frame = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    frame = frame.assign(
        region_name=frame["region_code"].map(catalog.names).fillna(frame["region_code"]),
        reason=frame["status"].map(STATUS_TEXT),
    )[list(COLUMNS)]
    frame.attrs["source"] = source_line(frame.loc[frame["origin"].notna()], catalog, computed=False)
    return _widened(frame) if wide else frame


def _widened(frame: pd.DataFrame) -> pd.DataFrame:
    rows = [name for name in ("measure", "sex", "age_group") if len(frame[name].unique()) > 1]
    index = ["region_code", "region_name", *rows]
    order = frame.drop_duplicates(index)[index]
    ends = frame.drop_duplicates("period").sort_values("period_end")["period"]
    wide = frame.set_index([*index, "period"])["value"].unstack()  # noqa: PD010 - each cell is one figure
    wide = wide.reindex(index=pd.MultiIndex.from_frame(order), columns=ends.tolist())
    wide.columns.name = None
    wide.attrs = dict(frame.attrs)
    return wide.reset_index()


def _of_measure(
    held: Figures,
    measure: Measure,
    codes: list[str] | None,
    period: Texts | int | None,
    sex: Texts,
    age: Texts | None,
) -> pd.DataFrame:
    rows = of_sexes(held, measure, sex)
    rows = _of_ages(rows, measure, age)
    if period is not None:
        rows = rows.loc[_periods(rows, measure, as_list(period))]
    if codes is None:
        return rows.sort_values(["region_code", "sex", "age_group", "period_end"], ignore_index=True)
    return _complete(rows, codes)


def of_sexes(held: Figures, measure: Measure, sex: Texts) -> pd.DataFrame:
    """Give the figures of a measure for the sexes wanted, or say how they are got where there is none."""
    every = isinstance(sex, str) and fold(sex) == "alla"
    wanted = list(SEXES) if every else [_SEX_WORDS.get(one.casefold(), one) for one in as_list(sex)]
    unknown = [one for one in wanted if one not in SEXES]
    if unknown:
        raise UnknownNameError(f"Könet ”{unknown[0]}” finns inte", todo=f"Välj {', '.join(SEXES)} eller alla")
    if measure.dataset == DOCUMENTS and held.processed is not None:
        printed = select(read_observations(held.processed, [measure.id]), sex=wanted)
        parts = {one: printed.loc[(printed["sex"] == one) & printed["breakdown"].isna()] for one in wanted}
    else:
        parts = {one: held.ages_of(measure.id, one) for one in wanted}
    if all(part.empty for part in parts.values()):
        raise no_figures(held.catalog, measure, ", ".join(WHO[one] for one in wanted if one in WHO))
    absent = [one for one, part in parts.items() if part.empty]
    if absent and not every:
        there = ", ".join(one for one, part in parts.items() if len(part))
        raise UnknownNameError(f"{measure.short} finns inte för {SEX_TEXT[absent[0]]}", todo=f"Det finns {there}")
    return pd.concat([part for part in parts.values() if len(part)], ignore_index=True)


def _of_ages(rows: pd.DataFrame, measure: Measure, age: Texts | None) -> pd.DataFrame:
    if age is None:
        return pick_age(rows, measure)
    if isinstance(age, str) and fold(age) == "alla":
        return rows
    return pd.concat([pick_age(rows, measure, one.replace("–", "-")) for one in as_list(age)])


def _periods(rows: pd.DataFrame, measure: Measure, wanted: list[str]) -> np.ndarray:
    """Tell which rows are of the periods wanted; each of these must be there."""
    keep = np.zeros(len(rows), dtype=bool)
    for text in wanted:
        fits = _fitting(rows, text.strip())
        if not fits.any():
            there = rows.drop_duplicates("period").sort_values("period_end")["period"].tolist()
            raise UnknownNameError(
                f"Perioden ”{text}” saknas för {measure.short}", todo=f"Det finns {there[0]} till {there[-1]}"
            )
        keep |= fits
    return keep


def _fitting(rows: pd.DataFrame, text: str) -> np.ndarray:
    if fold(text) == "senaste":
        known = rows.loc[rows["value"].notna() | rows["lower"].notna() | rows["upper"].notna(), "period_end"]
        return rows["period_end"].eq(known.max()).to_numpy(dtype=bool)
    if TEXT_RULES["period"].fits([text]):
        exact = rows["period"].eq(text)
        if not exact.any() and period_kind(text) == "year":
            exact = rows["period_end"].dt.year.eq(int(text))
        return exact.to_numpy(dtype=bool)
    span = _SPAN.fullmatch(text)
    if span is None or not any(span.groups()):
        raise UnknownNameError(
            f"Perioden ”{text}” går inte att förstå",
            todo="Skriv 2024, 2024/25, 2024-11, 2015-, 2015-2020 eller senaste",
        )
    keep = np.ones(len(rows), dtype=bool)
    if span["since"]:
        year = period_kind(span["since"]) == "year"
        first = dt.date(int(span["since"]), 1, 1) if year else period_end(span["since"])
        keep &= (rows["period_end"] >= pd.Timestamp(first)).to_numpy()
    if span["until"]:
        keep &= (rows["period_end"] <= pd.Timestamp(period_end(span["until"]))).to_numpy()
    return keep


def _complete(rows: pd.DataFrame, codes: list[str]) -> pd.DataFrame:
    """Take the areas wanted in their order, with a row of status not_available where there is none."""
    others = rows[["period", "period_end", "sex", "age_group", "measure"]].drop_duplicates()
    grid = others.merge(pd.DataFrame({"region_code": codes}), how="cross")
    part = rows.loc[rows["region_code"].isin(codes)].drop(columns=["period_end", "measure"])
    full = grid.merge(part, on=_KEY, how="left", validate="1:m")  # two documents may print it
    full["status"] = full["status"].fillna("not_available")
    full["noise"] = full["noise"].eq(True)
    order = {code: number for number, code in enumerate(codes)}
    full["order"] = full["region_code"].map(order)
    full["of_sex"] = full["sex"].astype("str").map({sex: number for number, sex in enumerate(SEXES)})
    full = full.sort_values(["order", "of_sex", "age_group", "period_end"], ignore_index=True)
    return full.drop(columns=["order", "of_sex"])
