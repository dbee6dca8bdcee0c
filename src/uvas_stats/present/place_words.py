"""A kommun's place in words: among how many, how far from riket, and how it was the year before."""

from __future__ import annotations

import pandas as pd

from uvas_stats.indicators import Place, RankSummary, latest_period, published_decimals
from uvas_stats.numbers import MISSING, count_word, number_text, signed_text
from uvas_stats.periods import in_period
from uvas_stats.present.view import View

__all__ = [
    "chance_text",
    "distance_text",
    "earlier_texts",
    "level_text",
    "persons_text",
    "place_text",
    "ranked_on",
    "ranked_text",
]


def place_text(low: float, high: float) -> str:
    """Write a place, or the range of a tie.

    Examples
    --------
    >>> place_text(28, 28), place_text(34, 36)
    ('28', '34–36')
    """
    return f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"


def ranked_text(place: Place | None) -> str:
    """Write a place and among how many it is.

    Examples
    --------
    >>> ranked_text(Place(27, 28, 290)), ranked_text(None)
    ('27–28 av 290', '–')
    """
    return MISSING if place is None else f"{place_text(place.low, place.high)} av {place.n}"


def ranked_on(values: pd.Series, view: View) -> str:
    """Say with how many decimals the ranked values are published, where fewer are shown."""
    decimals = published_decimals(values)
    if decimals is None or decimals <= view.measure.decimals:
        return ""
    return f"Rangordnat på publicerade värden med {count_word(decimals)} decimaler."


def chance_text(likely: tuple[float, float] | None, usual_move: float | None) -> str:
    """Say what chance leaves open of a place, and how far it usually moves; empty where neither is known.

    Examples
    --------
    >>> chance_text((8, 70), 23), chance_text((8, 70), None), chance_text(None, None)
    ('slumpen räknad troligen 8–70; platsen flyttar sig vanligen 23 mellan år', 'slumpen räknad troligen 8–70', '')
    """
    parts = []
    if likely is not None and not pd.isna(likely[0]):
        parts.append(f"slumpen räknad troligen {place_text(*likely)}")
    if usual_move is not None and not pd.isna(usual_move):
        parts.append(f"platsen flyttar sig vanligen {number_text(usual_move, 0)} mellan år")
    return "; ".join(parts)


def level_text(series: pd.DataFrame, view: View, code: str) -> str:
    """Say what level lies behind a kommun's newest share, counted with the years before; empty if it is not known.

    Parameters
    ----------
    series, view, code
        Observations of the measure, the measure, and the kommun.
    """
    period = latest_period(series, code)
    chance = view.chance
    if chance is None or period is None:
        return ""
    level, middle = chance.level(code, period), chance.estimate(code, period)
    if level is None:
        return ""
    of_period = (series["region_code"] == code) & (series["period"] == period)
    low, high = (number_text(bound, view.measure.decimals) for bound in (level.low, level.high))
    share = view.number(float(series.loc[of_period, "value"].iloc[0]))
    return (
        f"Andelen {in_period(period)} är {share}. Med tidigare år inräknade ligger nivån bakom den omkring "
        f"{view.number(middle)}, troligen {low}–{high}. Det är intervallet som är värt något: nästa år gissas "
        "knappt bättre med nivån än med årets andel."
    )


def persons_text(one: RankSummary, view: View) -> str:
    """Say how many persons fewer (or more) it takes to be better than riket."""
    if one.persons is None:
        return "antal saknas"
    if one.persons == 0:
        return "redan bättre än riksgenomsnittet"
    lower = view.measure.direction == "lower"
    about = "" if one.persons_exact else "högst "
    noun = view.measure.persons[one.persons > 1]
    return f"{about}{number_text(one.persons, 0)} {'färre' if lower else 'fler'} {noun} skulle räcka"


def distance_text(one: RankSummary, view: View) -> str:
    """Say how many places there are to the one that riket's figure corresponds to, and on which side."""
    gap = one.places_to_riket
    if gap is None:
        return MISSING
    if gap == 0:
        return "samma plats"
    better = (gap < 0) == (view.order == "worst")
    noun = "plats" if abs(gap) == 1 else "platser"
    return f"{number_text(abs(gap), 0)} {noun} {'bättre' if better else 'sämre'}"


def earlier_texts(one: RankSummary, view: View) -> tuple[str, str]:
    """Give the figure of the same period the year before with the change since, and its place."""
    if one.refused:
        return "jämförs inte: tidsseriebrott emellan", MISSING
    mark = "*" if one.broken_by else ""
    if one.earlier is None:
        return "uppgift saknas", MISSING
    change = signed_text(one.value - one.earlier, view.measure.decimals)
    return f"{view.number(one.earlier)} ({change}){mark}", f"{ranked_text(one.earlier_place)}{mark}"
