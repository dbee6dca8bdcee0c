"""A caution where a share is of so few that one of them moves it much: by its own denominator."""

from __future__ import annotations

from uvas_stats.numbers import number_text
from uvas_stats.present.view import View, join_words

__all__ = ["cohort_note"]

FEW = 100
"""Persons: of so few, each is one percentage point or more."""


def cohort_note(view: View, period: str) -> str:
    """Say of how few persons the shares in focus are; empty where they are many, or where that is not known."""
    if view.people is None or view.people.empty or view.measure.unit != "procent":
        return ""
    now = view.people.loc[(view.people["period"] == period) & view.people["region_code"].isin(view.focus)]
    few = now.loc[now["value"].between(2, FEW)]
    if few.empty:
        return ""
    noun = "elever" if view.measure.dataset.startswith("siris") else "personer"
    told = [
        f"{number_text(value, 0)} {noun} i {view.name(code)}, där en är {number_text(100 / value)} procentenheter"
        for code, value in few[["region_code", "value"]].itertuples(index=False, name=None)
    ]
    return f"Andelen {view.when(period)} bygger på {join_words(told)}. Små tal svänger mycket."
