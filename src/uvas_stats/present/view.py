"""What a chart looks at: a measure, the kommuner in focus, the group to compare with, and the order of places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from uvas_stats.catalog import Catalog, Group, Measure
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import Change, change_between, direction_words, latest_period
from uvas_stats.indicators.chance import Chance
from uvas_stats.numbers import number_text
from uvas_stats.periods import period_text

__all__ = ["SEX_TEXT", "STATUS_TEXT", "View", "join_words"]

STATUS_TEXT = {
    "ok": "",
    "provisional": "preliminär",
    "true_zero": "",
    "suppressed": "sekretess",
    "not_applicable": "inte tillämpligt",
    "not_available": "uppgift saknas",
    "interval": "endast intervall känt",
}


SEX_TEXT = {"total": "båda könen", "women": "kvinnor", "men": "män"}


def join_words(words: list[str]) -> str:
    """Join words as in a Swedish sentence.

    Examples
    --------
    >>> join_words(["Haninge", "Nynäshamn", "Tyresö"])
    'Haninge, Nynäshamn och Tyresö'
    """
    return " och ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


@dataclass(frozen=True)
class View:
    """The choices shared by all charts of one measure."""

    catalog: Catalog
    measure: Measure
    focus: tuple[str, ...]
    group: Group | None = None
    order: str = "worst"
    period: str | None = None
    title: str = ""
    """Takes the place of the chart's own title where a programme file gives one."""
    age: str = ""
    """The age group, where the measure has several; the words of ``measure`` then hold it."""
    sex: str = "total"
    """The sex shown; the words of ``measure`` then hold it."""
    coverage: pd.DataFrame | None = field(default=None, compare=False, repr=False)
    """How complete the reporting is, where the measure names a measure of that."""
    people: pd.DataFrame | None = field(default=None, compare=False, repr=False)
    """What a share is of, where that is known."""
    chance_of: Callable[[], Chance | None] | None = field(default=None, compare=False, repr=False)
    """Fits the model of chance, which is asked for only where it is shown."""

    @property
    def chance(self) -> Chance | None:
        """What chance does to the measure, where it is known."""
        return None if self.chance_of is None else self.chance_of()

    @property
    def kommuner(self) -> tuple[str, ...]:
        """Codes of the 290 kommuner."""
        return tuple(region.code for region in self.catalog.kommuner)

    @property
    def focus_names(self) -> str:
        """The kommuner in focus, as in a sentence."""
        return join_words([self.name(code) for code in self.focus])

    @property
    def direction(self) -> str:
        """What place 1 means, in words."""
        return direction_words(self.measure, self.order)

    @property
    def place_one(self) -> str:
        """What place 1 means, as short as it can be said beside a place."""
        return self.direction.rpartition(" ")[0]

    @property
    def unit(self) -> str:
        """The unit as a word that begins a line."""
        return {"kkr": "Tusental kronor"}.get(self.measure.unit, self.measure.unit.capitalize())

    @property
    def difference_unit(self) -> str:
        """The unit of a difference, after its number and with a space before it; a count has none.

        Examples
        --------
        >>> from uvas_stats.catalog import load_catalog
        >>> catalog = load_catalog()
        >>> measures = [catalog.measures[id_] for id_ in ("uvas_share_pct", "bas_total_count")]
        >>> [View(catalog, measure, ()).difference_unit for measure in measures]
        [' procentenheter', '']
        """
        words = {"procent": "procentenheter", "plats": "platser", "antal": "", "kkr": "tkr"}
        return f" {words.get(self.measure.unit, self.measure.unit)}".rstrip()

    @property
    def in_difference_unit(self) -> str:
        """What a difference is told in, such as `` i procentenheter``; nothing for a count."""
        return f" i{self.difference_unit}" if self.difference_unit else ""

    def name(self, code: str) -> str:
        """Return the name of a region."""
        return self.catalog.names[code]

    def number(self, value: float | None) -> str:
        """Write a value with the measure's decimals and unit."""
        return number_text(value, self.measure.decimals, self.measure.unit)

    def at(self, series: pd.DataFrame) -> str:
        """Return the period to show: the one asked for, else the newest that a kommun in focus has.

        Raises
        ------
        IndicatorError
            If no kommun in focus has a figure, or none for the period asked for.
        """
        known = series.loc[series["region_code"].isin(self.focus) & series["value"].notna()]
        periods = list(dict.fromkeys(known.sort_values("period_end")["period"]))
        if not periods:
            raise IndicatorError(
                f"Uppgift saknas för {self.focus_names}: {self.measure.title}", todo="Välj ett annat mått"
            )
        if self.period is None:
            return str(latest_period(known))
        if self.period not in periods:
            raise IndicatorError(
                f"Perioden {self.period} saknas för {self.measure.short}, {self.focus_names}",
                todo=f"Det finns {periods[0]} till {periods[-1]}",
            )
        return self.period

    @property
    def group_name(self) -> str:
        """The group as a noun in a sentence; without a group, all kommuner."""
        if self.group is None:
            return "landets kommuner"
        return (
            self.group.name if self.group.kind in ("lan", "skr", "similar") else f"kommunerna i {self.group.name}"
        )

    @property
    def group_heading(self) -> str:
        """The group as it stands in a heading."""
        return self.group_name.removeprefix("kommunerna i ")

    def cautions(self, regions: tuple[str, ...] = ()) -> str:
        """Return the texts of the breaks that concern the regions shown, by default those in focus."""
        return " ".join(item.text for item in self.catalog.breaks_of(self.measure.id, regions or self.focus))

    def change(self, series: pd.DataFrame, code: str, period: str) -> Change:
        """Compare a kommun's figure with that of the same period the year before; a break between is named.

        Parameters
        ----------
        series
            Observations of the view's measure.
        code, period
            The kommun, and the later of the two periods.
        """
        breaks = self.catalog.breaks_of(self.measure.id, (code,))
        return change_between(series, self.measure, code, period, breaks=breaks, across_break=True)

    def when(self, period: str) -> str:
        """Write a period in words."""
        return period_text(period)
