"""Ranks, changes, comparisons, areas and intervals of any tidy frame, by the functions that the reports use.

A frame has ``region_code, period, value`` and, where they differ, ``measure, sex, age_group``; each measure, sex
and age is computed by itself. Of a measure that the catalog does not have nothing is assumed: the highest value is
place 1, and there are no breaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype

from uvas_stats import indicators
from uvas_stats.catalog import Catalog, Measure, load_catalog
from uvas_stats.errors import IndicatorError, ObservationError, UnknownNameError
from uvas_stats.observations.contract import TEXT_RULES
from uvas_stats.periods import period_end
from uvas_stats.present.source import source_line
from uvas_stats.situation.frames import Texts, open_figures, region_codes
from uvas_stats.workspace import find_workspace

__all__ = ["area", "change", "compare", "interval", "rank"]

_SERIES = ("measure", "sex", "age_group")
_DEFAULTS = {"measure": "own_value_number", "sex": "total", "age_group": "total", "status": "ok"}


def _open(workspace: Path | str | None) -> Catalog:
    return load_catalog(find_workspace(workspace))


def _tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Complete a frame with what a series needs, and refuse text for numbers and codes without their zeros."""
    for name in ("region_code", "period", "value"):
        if name not in frame.columns:
            raise ObservationError(
                f"Tabellen saknar kolumnen {name}", todo="Den ska ha minst region_code, period och value"
            )
    if not is_numeric_dtype(frame["value"]) and frame["value"].notna().any():
        raise ObservationError("Kolumnen value har annat än tal", todo="Gör om den till tal")
    for name in ("region_code", "period"):
        texts = frame[name].astype("str").unique()
        wrong = [text for text in texts if not TEXT_RULES[name].fits([text])]
        if wrong:
            row = int((frame[name].astype("str") == wrong[0]).to_numpy().argmax())
            lost = name == "region_code" and wrong[0].isdecimal() and len(wrong[0]) < 4
            todo = f"Läs koderna som text, så att nollan finns kvar: {wrong[0].zfill(4)}" if lost else "Rätta den"
            raise ObservationError(f"”{wrong[0]}” kan inte stå i kolumnen {name}", where=f"rad {row}", todo=todo)
    added = {name: value for name, value in _DEFAULTS.items() if name not in frame.columns}
    full = frame.assign(**added)
    for name in ("region_code", "period"):
        if frame[name].dtype != "str":
            full[name] = frame[name].astype("str")
    if "period_end" not in full.columns:
        ends = {period: pd.Timestamp(period_end(period)) for period in full["period"].unique()}
        full["period_end"] = full["period"].map(ends)
    return full


def _measure(catalog: Catalog, id_: str) -> Measure:
    """Give a measure of the catalog, or one of which no more is known than its unit."""
    if id_ in catalog.measures:
        return catalog.measures[id_]
    unit = {"pct": "procent", "count": "antal", "points": "poäng", "kkr": "kkr", "rank": "plats"}
    ending = unit.get(id_.rpartition("_")[2], "poäng")
    return Measure(id_, id_, id_, ending, "", "", "", "none", "", "")


def _each(frame: pd.DataFrame) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """Give each measure, sex and age of a frame by itself."""
    keys = [name for name in _SERIES if len(frame[name].unique()) > 1]
    first = {name: str(frame[name].iloc[0]) for name in _SERIES} if len(frame) else dict(_DEFAULTS)
    if not keys:
        yield first, frame
        return
    for values, part in frame.groupby(keys, sort=False, observed=True):
        yield first | dict(zip(keys, map(str, values), strict=True)), part


def _result(parts: list[pd.DataFrame], frame: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Put the parts together, with the source line of what they were computed from."""
    out = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    out.attrs = {"source": _source(frame, catalog)}
    return out


def _source(frame: pd.DataFrame, catalog: Catalog) -> str:
    known = {"measure", "dataset", "edition", "origin"} <= set(frame.columns)
    if known and set(frame["measure"].unique()) <= set(catalog.measures):
        return source_line(frame.loc[frame["origin"].notna()], catalog, computed=True)
    return f"Egen bearbetning. {frame.attrs.get('source', '')}".strip()


def rank(
    frame: pd.DataFrame, group: str | None = None, order: str = "worst", *, workspace: Path | str | None = None
) -> pd.DataFrame:
    """Rank the kommuner in each period, on the published values.

    Parameters
    ----------
    frame
        Figures of all kommuner, as from :func:`uvas_stats.figures`, or a frame of one's own.
    group
        Rank only the kommuner of a group. None: all kommuner of the frame.
    order
        ``worst``: place 1 is the least favourable value; ``best``: the other way. Of a measure where neither is
        better, ``worst`` is the highest.
    workspace
        Where ``groups.toml`` is; None means the folder you stand in.

    Returns
    -------
    pandas.DataFrame
        The frame's columns for the kommuner ranked, with ``rank, rank_low, rank_high`` (equal values share a
        place, between the two), ``n`` (how many were ranked) and ``percentile`` (percent of them with a lower
        value). A kommun without a figure keeps its row without a place. ``attrs["direction"]`` says what place 1
        is.

    Examples
    --------
    >>> from uvas_stats import figures, rank
    >>> places = rank(figures("uvas_share_pct", period="2024"))
    >>> places.loc[places["region_name"] == "Söderhamn", ["rank", "n"]].values.tolist()
    [[27.0, 290.0]]
    >>> places.attrs["direction"]
    '1 = högst andel'
    """
    catalog, full = _open(workspace), _tidy(frame)
    if group is not None:
        members = list(catalog.group(group).members)
    else:
        members = [code for code in full["region_code"].unique() if len(code) == 4]
    parts, words = [], []
    for key, series in _each(full):
        measure = _measure(catalog, key["measure"])
        parts.append(indicators.rank(series, measure, members, order))
        words.append(indicators.direction_words(measure, order))
    out = _result(parts, frame, catalog)[[*frame.columns, "rank", "rank_low", "rank_high", "n", "percentile"]]
    out.attrs["direction"] = "; ".join(dict.fromkeys(words))
    return out


def change(
    frame: pd.DataFrame,
    period: str | None = None,
    since: str | None = None,
    *,
    across_break: bool = False,
    workspace: Path | str | None = None,
) -> pd.DataFrame:
    """Compare two periods of each area.

    Parameters
    ----------
    frame
        Figures of one measure or several, as from :func:`uvas_stats.figures`, or a frame of one's own.
    period
        The later period. None: the newest that each measure has a value for.
    since
        The earlier period. None: the same period the year before, the only fair one where there is a season.
    across_break
        Compute the difference also where the series is broken in between; ``broken_by`` says so in any case.
    workspace
        Where data/ is; None means the folder you stand in.

    Returns
    -------
    pandas.DataFrame
        One row an area: ``measure, region_code, region_name, sex, age_group, since, period, earlier, value,
        difference, direction, broken_by``. ``difference`` is in the measure's unit, percentage points for shares;
        ``direction`` is upp, ned, lika or okänd, by the decimals that the measure is shown with.

    Examples
    --------
    >>> from uvas_stats import change, figures
    >>> frame = figures("uvas_share_pct", kommun=["Söderhamn", "riket"])
    >>> change(frame)[["region_name", "since", "period", "difference"]].round(2).values.tolist()
    [['Söderhamn', '2023', '2024', 0.97], ['Riket', '2023', '2024', 0.4]]
    """
    catalog, full = _open(workspace), _tidy(frame)
    rows = []
    for key, series in _each(full):
        measure = _measure(catalog, key["measure"])
        at = period or indicators.latest_period(series)
        if at is None or at not in set(series["period"]):
            there = sorted(series["period"].unique())
            todo = f"Det finns {there[0]} till {there[-1]}" if there else "Tabellen är tom"
            raise UnknownNameError(f"Perioden ”{at or ''}” saknas för {measure.short}", todo=todo)
        for code, own in series.groupby("region_code", sort=False, observed=True):
            breaks = catalog.breaks_of(measure.id, (str(code),))
            moved = indicators.change_between(own, measure, str(code), at, since, breaks, across_break=True)
            hidden = bool(moved.broken_by) and not across_break
            rows.append(
                {
                    "measure": key["measure"],
                    "region_code": code,
                    "region_name": catalog.names.get(str(code), str(code)),
                    "sex": key["sex"],
                    "age_group": key["age_group"],
                    "since": moved.earlier_period,
                    "period": moved.period,
                    "earlier": moved.earlier,
                    "value": moved.value,
                    "difference": None if hidden else moved.difference,
                    "direction": "okänd" if hidden else moved.direction,
                    "broken_by": moved.broken_by,
                }
            )
    numbers = dict.fromkeys(("earlier", "value", "difference"), "float64")
    return _result([pd.DataFrame(rows).astype(numbers)], frame, catalog)


def _denominators(
    measure: Measure, key: dict[str, str], given: pd.DataFrame | None, workspace: Path | str | None
) -> pd.DataFrame | None:
    """Give what a share is of: what the user gives, else what is held; None where it is not known."""
    if given is not None:
        people = _tidy(given)
        same = people["sex"] == key["sex"]
        return people.loc[same] if "sex" in given.columns else people
    if not measure.denominator_measure:
        return None
    held = open_figures(workspace=workspace).denominators(measure.id, key["age_group"], key["sex"])
    return None if held is None or held.empty else held


def _no_denominator(measure: Measure) -> IndicatorError:
    return IndicatorError(
        f"Nämnaren är inte känd för {measure.short}",
        todo="Ange den i denominators, eller hämta folkmängden med",
        command="uvas fetch scb_population",
    )


def compare(
    frame: pd.DataFrame,
    kommun: Texts | None = None,
    group: str | None = None,
    denominators: pd.DataFrame | None = None,
    *,
    workspace: Path | str | None = None,
) -> pd.DataFrame:
    """Set each area beside riket and beside a group's median, quartiles and weighted figure.

    Parameters
    ----------
    frame
        Figures that hold the areas compared, riket (``00``) and the group's kommuner.
    kommun
        The areas that rows are wanted for. None: all in the frame but riket.
    group
        The group to compare with. None: all kommuner of the frame.
    denominators
        What a share is of: ``region_code, period, value``. None: what is held, where the measure names it.
    workspace
        Where data/ is; None means the folder you stand in.

    Returns
    -------
    pandas.DataFrame
        ``measure, region_code, region_name, sex, age_group, period, value, riket, difference, weighted, q1,
        median, q3, n``. ``difference`` is to riket, in percentage points for shares. ``weighted`` is the group's
        share by its denominators, null where one is missing; ``median`` counts each kommun once, ``n`` of them.

    Examples
    --------
    >>> from uvas_stats import compare, figures
    >>> frame = figures("uvas_share_pct", period="2024")
    >>> beside = compare(frame, kommun="Söderhamn", group="21")
    >>> beside[["value", "riket", "difference", "median"]].round(2).values.tolist()
    [[9.15, 6.16, 2.99, 7.83]]
    """
    catalog, full = _open(workspace), _tidy(frame)
    codes = region_codes(catalog, kommun)
    parts = []
    for key, series in _each(full):
        measure = _measure(catalog, key["measure"])
        there = list(series["region_code"].unique())
        members = catalog.group(group).members if group else tuple(code for code in there if len(code) == 4)
        spread = indicators.quartiles(series, members)[["period", "q1", "median", "q3", "n"]]
        people = _denominators(measure, key, denominators, workspace) if measure.unit == "procent" else None
        pooled = None if people is None else indicators.area_share(series, people, members)[0]
        weighted = dict(zip(pooled["period"], pooled["value"], strict=True)) if pooled is not None else {}
        riket = series.loc[series["region_code"] == "00"]
        for code in codes if codes is not None else [one for one in there if one != "00"]:
            own = series.loc[series["region_code"] == code, ["period", "period_end", "value"]]
            both = own.merge(spread, on="period", how="left", validate="1:1")
            both["riket"] = both["period"].map(dict(zip(riket["period"], riket["value"], strict=True)))
            parts.append(
                both.assign(
                    measure=key["measure"],
                    region_code=code,
                    region_name=catalog.names.get(code, code),
                    sex=key["sex"],
                    age_group=key["age_group"],
                    difference=both["value"] - both["riket"],
                    weighted=both["period"].map(weighted).astype("float64"),
                )
            )
    columns = [
        "measure",
        "region_code",
        "region_name",
        "sex",
        "age_group",
        "period",
        "value",
        "riket",
        "difference",
    ]
    out = _result(parts, frame, catalog) if parts else pd.DataFrame(columns=[*columns, "period_end"])
    return out[[*columns, "weighted", "q1", "median", "q3", "n"]]


def area(
    frame: pd.DataFrame,
    kommun: Texts | None = None,
    group: Texts | None = None,
    denominators: pd.DataFrame | None = None,
    name: str = "Tillsammans",
    *,
    workspace: Path | str | None = None,
) -> pd.DataFrame:
    """Pool the shares of several kommuner into one area, weighted by what the shares are of.

    Parameters
    ----------
    frame
        Shares of the kommuner, as from :func:`uvas_stats.figures`, or a frame of one's own.
    kommun, group
        Which kommuner the area is. None: all kommuner of the frame.
    denominators
        What the shares are of: ``region_code, period, value`` in persons. None: what is held.
    name
        What the area is called, in ``region_name``.
    workspace
        Where data/ is; None means the folder you stand in.

    Returns
    -------
    pandas.DataFrame
        One row a period: ``measure, region_code, region_name, period, period_end, sex, age_group, value,
        numerator, denominator, status, reason``. A period that a kommun lacks its share or denominator in has no
        value, and its reason; the mean of percentages is never a substitute.

    Raises
    ------
    IndicatorError
        If no denominator is known.

    Examples
    --------
    >>> import pandas as pd
    >>> from uvas_stats import area, figures
    >>> frame = figures("uvas_share_pct", kommun=["Söderhamn", "Hudiksvall"], period="2024")
    >>> people = pd.DataFrame({"region_code": ["2182", "2184"], "period": "2024", "value": [2300.0, 3600.0]})
    >>> area(frame, denominators=people)[["period", "value"]].round(2).values.tolist()
    [['2024', 8.19]]
    """
    catalog, full = _open(workspace), _tidy(frame)
    codes = region_codes(catalog, kommun, group) or [
        code for code in full["region_code"].unique() if len(code) == 4
    ]
    parts = []
    for key, series in _each(full):
        measure = _measure(catalog, key["measure"])
        people = _denominators(measure, key, denominators, workspace)
        if people is None:
            raise _no_denominator(measure)
        pooled, refused = indicators.area_share(series, people, codes)
        none = pd.DataFrame({"period": list(refused), "reason": list(refused.values())}, dtype="str")
        both = pd.concat([pooled.assign(status="ok", reason=""), none.assign(status="not_available")])
        ends = {period: pd.Timestamp(period_end(period)) for period in both["period"]}
        both = both.assign(
            **key, region_code="_".join(codes), region_name=name, period_end=both["period"].map(ends)
        ).sort_values("period_end")
        parts.append(both)
    columns = ["measure", "region_code", "region_name", "period", "period_end", "sex", "age_group"]
    out = _result(parts, frame, catalog)
    return out[[*columns, "value", "numerator", "denominator", "status", "reason"]].reset_index(drop=True)


def interval(
    frame: pd.DataFrame, denominators: pd.DataFrame | None = None, *, workspace: Path | str | None = None
) -> pd.DataFrame:
    """Give the persons behind shares, and how much chance may have moved each.

    Parameters
    ----------
    frame
        Shares in percent, as from :func:`uvas_stats.figures`, or a frame of one's own.
    denominators
        What the shares are of: ``region_code, period, value`` in persons. None: what is held.
    workspace
        Where data/ is; None means the folder you stand in.

    Returns
    -------
    pandas.DataFrame
        The frame's columns with ``denominator`` and ``count`` in persons, ``lower_pct`` and ``upper_pct``: the 95
        percent Wilson interval. The shares are full counts: it is random variation between years, no survey error.

    Raises
    ------
    IndicatorError
        If no denominator is known.

    Examples
    --------
    >>> import pandas as pd
    >>> from uvas_stats import figures, interval
    >>> frame = figures("uvas_share_pct", kommun="Söderhamn", period="2024")
    >>> people = pd.DataFrame({"region_code": ["2182"], "period": ["2024"], "value": [2300.0]})
    >>> interval(frame, people)[["count", "lower_pct", "upper_pct"]].round(1).values.tolist()
    [[210.0, 8.0, 10.4]]
    """
    catalog, full = _open(workspace), _tidy(frame)
    parts = []
    for key, series in _each(full):
        measure = _measure(catalog, key["measure"])
        people = _denominators(measure, key, denominators, workspace)
        if people is None:
            raise _no_denominator(measure)
        decimals = indicators.published_decimals(series["value"])
        of = indicators.share_intervals(
            series, people, indicators.SHARE_DECIMALS if decimals is None else decimals
        )
        new = {name: of[name].to_numpy() for name in ("denominator", "count", "lower_pct", "upper_pct")}
        parts.append(series.assign(**new))
    out = _result(parts, frame, catalog)
    return out[[*frame.columns, "denominator", "count", "lower_pct", "upper_pct"]]
