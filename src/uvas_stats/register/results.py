"""From what disclosure control lets out to observations; nothing here sees a count that was suppressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from uvas_stats.disclosure import Derived, Key, Protected, make_key, suppress_derived
from uvas_stats.observations.validate import make_observations
from uvas_stats.register.fields import UNKNOWN
from uvas_stats.register.kaa import KaaCounts
from uvas_stats.register.participants import ParticipantCounts
from uvas_stats.register.shares import COUNTS, SHARES
from uvas_stats.register.tables import kaa_context, participants_context

__all__ = ["Population", "kaa_observations", "participant_observations", "quantiles"]

KINDS = {"school_year": "", "half_year": "half_year_", "year": "calendar_year_"}
QUARTILES = {"q25": 0.25, "median": 0.5, "q75": 0.75}
_AGES = "16-19"


@dataclass(frozen=True)
class Population:
    """The published number of persons that a share is of."""

    value: float
    period: str
    text: str


def quantiles(days: Mapping[int, int]) -> dict[str, float]:
    """Return quartiles and median from how many have lasted how many days, as numpy's linear method does.

    Examples
    --------
    >>> quantiles({10: 2, 20: 1, 40: 1})
    {'q25': 10.0, 'median': 15.0, 'q75': 25.0}
    """
    values, weights = np.array(sorted(days)), np.array([days[day] for day in sorted(days)])
    ends = np.cumsum(weights)
    if not len(values):
        return {}
    quartiles = {}
    for name, share in QUARTILES.items():
        position = share * (ends[-1] - 1)
        low, high = values[np.searchsorted(ends, [np.floor(position), np.ceil(position)], side="right")]
        quartiles[name] = float(low + (high - low) * (position - np.floor(position)))
    return quartiles


def kaa_observations(
    protected: Protected, counts: KaaCounts, kommun: str, edition: str, people: Population | None
) -> dict[str, pd.DataFrame]:
    """Return what may be shown of the KAA, by the name of the store's file.

    Parameters
    ----------
    protected
        What disclosure control lets out.
    counts
        The exact counts; only the days are read, for what may be shown of them.
    kommun, edition
        Its code, and the day of counting.
    people
        What the share is of, None where it is not known.
    """
    span = counts.span
    kind = KINDS[span.kind]
    rows = protected.frame()
    rows["measure"] = rows["counted"].map(lambda about: _kaa_measure(str(about), kind))
    rows["period"] = rows["period"].where(rows["counted"] != "kaa_stock", f"{span.at:%Y-%m}")
    rows = pd.concat([rows, _kaa_derived(protected, counts, kommun, kind, people)], ignore_index=True)
    stock = (rows["measure"] == "register_kaa_stock_count").to_numpy()
    flow_name, stock_name = f"kaa_{span.period.replace('/', '-')}", f"kaa_stock_{span.at}"
    return {
        name: _finished(rows.loc[part], kommun, edition, f"register/{kommun}/{name}", _AGES)
        for name, part in ((flow_name, ~stock), (stock_name, stock))
    }


def _kaa_measure(counted: str, kind: str) -> str:
    about = counted.removeprefix("kaa_")
    return "register_kaa_stock_count" if about == "stock" else f"register_kaa_{kind}{about}_count"


def _kaa_derived(
    protected: Protected, counts: KaaCounts, kommun: str, kind: str, people: Population | None
) -> pd.DataFrame:
    """Give the share of the population, and the quartiles of days, as their counts allow."""
    span, rows = counts.span, counts.days.loc[counts.days["region"] == kommun]
    flow = make_key(kaa_context(kommun, "flow", span))
    figures = []
    names: dict[str, tuple[str, str | None, str | None]] = {}
    if people is not None:
        value = protected.value(flow)
        share = None if value is None else 100 * value / people.value
        figures.append(Derived("share", share, (flow,)))
        names["share"] = (f"register_kaa_{kind}share_pct", None, None)
    for state in ("ended", "open"):
        key = make_key(kaa_context(kommun, state, span))
        if key not in protected.kinds or protected.value(key) == 0:
            continue  # everybody sees that there is nobody; a hidden count has its rows whether it is 0 or not
        part = rows.loc[rows["state"] == state]
        quartiles = quantiles(dict(zip(part["days"].astype(int), part["n"].astype(int), strict=True)))
        for name, at in QUARTILES.items():
            id_ = f"{state} {name}"
            figures.append(Derived(id_, quartiles.get(name), (key,), at))
            names[id_] = (f"register_kaa_{kind}days_number", f"days_{state}", name)
    return _derived_rows(suppress_derived(protected, figures), names, span.period)


def _derived_rows(
    figures: Iterable[Derived], names: Mapping[str, tuple[str, str | None, str | None]], period: str
) -> pd.DataFrame:
    rows: list[dict[str, object]] = [
        dict(zip(("measure", "breakdown", "category"), names[one.id], strict=True))
        | {
            "period": period,
            "value": one.value,
            "status": "true_zero" if one.value == 0 else one.status,
            "sex": "total",
        }
        for one in figures
    ]
    return pd.DataFrame(rows)


def _finished(rows: pd.DataFrame, kommun: str, edition: str, origin: str, ages: str) -> pd.DataFrame:
    """Make observations: a condition of one dimension becomes a breakdown, and each count stands once."""
    plain = rows.assign(
        dataset=f"register:{kommun}", edition=edition, region_code=kommun, origin=origin, age_group=ages
    )
    plain["value"] = plain["value"].astype("float64")
    columns = ["dataset", "edition", "region_code", "period", "sex", "age_group", "breakdown", "category",
               "measure", "value", "status", "origin"]  # fmt: skip
    keys = [name for name in columns if name not in ("value", "status", "origin", "edition")]
    return make_observations(_broken_down(plain)[columns].drop_duplicates(keys, ignore_index=True))


def _broken_down(rows: pd.DataFrame) -> pd.DataFrame:
    """Write the one dimension of a table, besides sex, as breakdown and category."""
    known = {"dataset", "edition", "region_code", "origin", "age_group", "kommun", "counted", "period",
             "measure", "table", "value", "lower", "upper", "status", "sex", "at", "since", "breakdown",
             "category"}  # fmt: skip
    result = rows.copy()
    for name in ("breakdown", "category", "sex"):
        if name not in result:
            result[name] = None
    result["sex"] = result["sex"].where(result["sex"].notna(), "total")
    for name in [column for column in rows.columns if column not in known]:
        divided = result[name].notna() & (result[name] != "total") & _innermost(result, name)
        result.loc[divided, "breakdown"], result.loc[divided, "category"] = name, result.loc[divided, name]
    return result.astype({"breakdown": "object", "category": "object"})


def _innermost(rows: pd.DataFrame, name: str) -> pd.Series:
    """Tell where a condition is what the row is about, and not the group that another condition divides."""
    inner = {"measure_type": ("measure_after", "measure_reason"), "outcome": ("place", "followed"),
             "examen": ("study_plan",)}  # fmt: skip
    open_ = pd.Series(data=True, index=rows.index)
    for other in inner.get(name, ()):
        if other in rows:
            open_ &= rows[other].isna() | (rows[other] == "total")
    return open_


def participant_observations(
    protected: Protected,
    counts: Iterable[ParticipantCounts],
    kommun: str,
    edition: str,
    cost: Callable[[ParticipantCounts], float | None],
) -> dict[str, pd.DataFrame]:
    """Return what may be shown of the participants, by the name of the store's file.

    Parameters
    ----------
    protected
        What disclosure control lets out.
    counts
        The exact counts of each term.
    kommun, edition
        Its code, and the day of counting.
    cost
        Gives what is known of the cost at a term's end in kronor, None where nothing is.
    """
    results = {}
    for one in counts:
        rows = [_participant_rows(protected, one, kommun, cost(one))]
        cells = protected.frame()
        cells = cells.loc[(cells["period"] == one.term.period) & ~cells["table"].str.endswith("left_assistance")]
        rows.append(cells.assign(measure="participants_count"))
        name = f"participants_{one.term.period}"
        whole = pd.concat(rows, ignore_index=True)
        results[name] = _finished(whole, kommun, edition, f"register/{kommun}/{name}", "total")
    return results


def _participant_rows(
    protected: Protected, one: ParticipantCounts, kommun: str, cost: float | None
) -> pd.DataFrame:
    base = dict(participants_context(kommun, one.term.period, one.term.since.isoformat()))
    figures = []
    for measure, conditions in COUNTS.items():
        key = make_key(base, conditions)
        if key in protected.kinds:
            figures.append(Derived(measure, protected.value(key), (key,)))
    for measure, (part, whole) in SHARES.items():
        keys = make_key(base, part), make_key(base, whole)
        if not set(keys) <= set(protected.kinds):
            continue  # the list does not tell
        n, of = (protected.value(key) for key in keys)
        if of != 0:  # a share of nobody is no figure
            figures.append(Derived(measure, None if n is None or of is None else 100 * n / of, keys))
    figures += _assistance_change(protected, base)
    started = make_key(base)
    n = protected.value(started)
    if cost is not None and n != 0:
        value = None if n is None else round(cost / 1000 / n, 1)
        figures.append(Derived("participants_cost_kkr", value, (started,)))
    names = {figure.id: (figure.id, None, None) for figure in figures}
    return _derived_rows(suppress_derived(protected, figures), names, one.term.period)


def _assistance_change(protected: Protected, base: Mapping[str, str]) -> Iterator[Derived]:
    """Give the change in how many have ekonomiskt bistånd since the start, of those of whom both are known."""

    def key(start: str = "", now: str = "") -> Key:
        wanted = {"assistance_start": start, "assistance_now": now}
        return make_key(base, {name: code for name, code in wanted.items() if code})

    had, has = key("yes"), key(now="yes")
    if not {had, has, key("yes", "no")} <= set(protected.kinds):
        return  # the list does not tell
    if all(protected.value(one) == 0 for one in (key(UNKNOWN), key(now=UNKNOWN))):
        keys: tuple[Key, ...] = (had, has)
        before, after = (protected.value(one) or 0 for one in keys)
    else:
        keys = (key("yes", "yes"), key("yes", "no"), key("no", "yes"))
        kept, left, came = (protected.value(one) or 0 for one in keys)
        before, after = kept + left, kept + came
    if any(protected.value(one) is None for one in keys):
        yield Derived("participants_assistance_change_pct", None, keys)
    elif before:
        yield Derived("participants_assistance_change_pct", 100 * (after - before) / before, keys)
