"""What is known of the place that a goal is about: by month, beside riket, a year ago, and the season."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from uvas_stats.catalog import Break
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import RankSummary, place_panel, seasonal_profile
from uvas_stats.indicators.series import period_after
from uvas_stats.numbers import MISSING, number_text
from uvas_stats.periods import in_period, period_text
from uvas_stats.present.place_words import distance_text, earlier_texts, persons_text, place_text, ranked_text
from uvas_stats.present.view import View

__all__ = ["MONTHS", "NO_PLACE", "GoalPlace", "goal_place"]

MONTHS = 13
"""A year, and the same month of the year before."""
_PLACES = ["period", "rank_low", "rank_high", "riket_low", "riket_high"]


@dataclass(frozen=True)
class GoalPlace:
    """The place a goal is about, as sentences under headings and as a row of months."""

    facts: tuple[tuple[str, str], ...] = ()
    months: tuple[tuple[str, str, str], ...] = ()
    """Month, place and the place that riket's figure corresponds to; none for a measure by year."""
    data: pd.DataFrame | None = None
    """The observations it rests on."""
    n: int | None = None
    """How many kommuner were ranked."""

    @property
    def text(self) -> str:
        """All of it in sentences."""
        sentences = [f"{name}: {text.rstrip('.')}." for name, text in self.facts]
        if self.months:
            listed = "; ".join(
                f"{period_text(month)} {rank} (riket {riket})" for month, rank, riket in self.months
            )
            sentences.append(f"Plats månad för månad: {listed}.")
        return " ".join(sentences)


NO_PLACE = GoalPlace()
"""For a goal that is about something else."""


def goal_place(series: pd.DataFrame, view: View, one: RankSummary, breaks: Iterable[Break] = ()) -> GoalPlace:
    """Say where the kommun stands and how it came there.

    Parameters
    ----------
    series
        Observations of the measure for all kommuner and riket.
    view
        The measure; only the kommun of ``one`` is in focus.
    one
        Where it stands in the newest period.
    breaks
        Declared breaks of the measure: nothing is compared or summed across one.
    """
    breaks = list(breaks)
    period = one.period
    monthly = view.measure.period_kind == "month"
    facts = [(f"Plats {in_period(period)}", _now(one, view)), ("Avstånd till riket", _distance(one, view))]
    facts.append((f"Samma {'månad' if monthly else 'tid'} året innan", _earlier(one, view)))
    months: list[tuple[str, str, str]] = []
    used = series.loc[series["period"].isin([period, one.earlier_period])]
    if monthly:
        facts += [("Tolv månader", _year(one, view)), ("Säsong", _season(series, view, one, breaks))]
        shown = [period_after(period, step) for step in range(1 - MONTHS, 1)]
        months = _months(series.loc[series["period"].isin(shown)], view, one.region_code, shown, breaks)
        beside = series["region_code"].isin([one.region_code, "00"])
        used = pd.concat([used, series.loc[beside & series["period"].isin(shown)]]).drop_duplicates()
    if one.within:
        facts.append(("Plats i grupper", _within(one)))
    return GoalPlace(tuple(facts), tuple(months), used, one.place.n)


def _now(one: RankSummary, view: View) -> str:
    tied = " (delad)" if one.place.low != one.place.high else ""
    now = f"{ranked_text(one.place)}{tied}, {view.number(one.value)}. {view.direction}."
    if one.riket is None or one.riket_place is None:
        return f"{now} Uppgift för riket saknas."
    there = place_text(one.riket_place.low, one.riket_place.high)
    return f"{now} Riksgenomsnittet, {view.number(one.riket)}, motsvarar plats {there}."


def _distance(one: RankSummary, view: View) -> str:
    if one.riket_place is None:
        return "uppgift för riket saknas"
    persons = "" if one.persons is None else f"; {persons_text(one, view)}"
    return f"{distance_text(one, view)}{persons}"


def _earlier(one: RankSummary, view: View) -> str:
    when = period_text(one.earlier_period)
    if one.refused:
        return f"{when} jämförs inte: ett tidsseriebrott ligger emellan. {one.broken_by}"
    value, place = earlier_texts(one, view)
    return f"{when}: {value if one.earlier_place is None else f'plats {place}, {value}'}"


def _year(one: RankSummary, view: View) -> str:
    if one.year_mean is None:
        return "kan inte bedömas: tolv månader i följd saknas sedan senaste tidsseriebrott eller lucka"
    kind = "vägt" if one.year_weighted else "ovägt"
    riket = "" if one.year_riket is None else f"; riket {view.number(one.year_riket)}"
    return f"plats {ranked_text(one.year_place)}, {kind} medel {view.number(one.year_mean)}{riket}"


def _within(one: RankSummary) -> str:
    return "; ".join(f"{ranked_text(place)} bland {name}" for name, place in (one.within or {}).values())


def _season(series: pd.DataFrame, view: View, one: RankSummary, breaks: list[Break]) -> str:
    """Say what May to September are for the kommun, and what the newest month usually is."""
    try:
        profile = seasonal_profile(series, one.region_code, breaks, one.period)
    except IndicatorError as error:
        return error.reason
    effects = profile.effects.set_index("month")["effect"]
    month = period_text(one.period).split()[0]
    effect = float(effects.to_dict()[int(one.period[5:])])
    cleaned = float(profile.adjusted["adjusted"].iloc[-1])
    return (
        f"maj–september ligger normalt {_side(profile.summer, view)} övriga månader och {month} "
        f"{_side(effect, view)} årets nivå; utan säsong {view.number(cleaned)} i {period_text(one.period)} "
        f"(STL på {profile.months} månader)"
    )


def _side(value: float, view: View) -> str:
    distance = f"{number_text(abs(value), view.measure.decimals)}{view.difference_unit}"
    return f"{distance} {'över' if value >= 0 else 'under'}"


def _months(
    shown: pd.DataFrame, view: View, code: str, months: list[str], breaks: list[Break]
) -> list[tuple[str, str, str]]:
    """List the places of the months; those before a break are of another list and are left out."""
    first = max((item.at for item in breaks if months[0] < item.at <= months[-1]), default=months[0])
    panel = place_panel(shown, view.catalog.measures, view.kommuner, view.order)
    ranked = panel.loc[(panel["region_code"] == code) & panel["rank_low"].notna()]
    places = {
        str(month): (place_text(low, high), MISSING if pd.isna(riket) else place_text(riket, last))
        for month, low, high, riket, last in ranked[_PLACES].itertuples(index=False, name=None)
    }
    return [(month, *places.get(month, (MISSING, MISSING))) for month in months if month >= first]
