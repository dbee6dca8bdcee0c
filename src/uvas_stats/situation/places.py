"""The part of a nuläge that is about places, seasons, projections, pooled years and other countries."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import pandas as pd

from uvas_stats.catalog import Group, Measure
from uvas_stats.catalog.sources import SWEDISH_REGIONS
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import RankSummary, pooled_share, rank_summary
from uvas_stats.periods import same_period_last_year
from uvas_stats.present import charts, tables
from uvas_stats.present.charts.pooled import PooledRow
from uvas_stats.present.figure import Chart, Missing
from uvas_stats.present.table import Table
from uvas_stats.present.view import View
from uvas_stats.situation.series import DOCUMENTS, Holdings

__all__ = ["MONTHLY", "Places"]

MONTHLY = "af_unemployed_18_24_rate_pct"
NEET = "neet_15_29_share_pct"
UVAS = "uvas_share_pct"
MUCF = "mucf_uvas_share_pct"
POOLED = ((MUCF, ("16-24", "25-29", "16-29")), (UVAS, ("16-24",)))
"""Shares that are pooled over years and their ages, MUCF's own first; each for the sexes that are known."""
LEAST_DRAWN = 3
"""Points that a chart is worth; fewer are a table."""
_SEXES = {"total": "", "women": "kvinnor ", "men": "män "}


@dataclass(frozen=True)
class Places(Holdings):
    """Charts and tables of places and of what lies behind them."""

    @abstractmethod
    def view(
        self, measure: str | None = None, group: str | None = None, title: str = "", age: str = "", sex: str = ""
    ) -> View:
        """Return what a chart of the measure looks at."""

    def place(
        self, measure: str | None = None, group: str | None = None, title: str = "", age: str = "", sex: str = ""
    ) -> Chart:
        """Draw the place among all kommuner; ``group`` makes no difference."""
        view = self.view(measure, group, title, age, sex)
        return charts.place(self._fetched(view), view)

    def season(
        self,
        measure: str | None = None,
        group: str | None = None,
        title: str = "",
        age: str = "",
        sex: str = "",
        *,
        across_break: bool = False,
    ) -> Chart:
        """Draw the same period last year and now; across a declared break only with ``across_break``, marked."""
        view = self.view(measure, group, title, age, sex)
        return charts.season(self._fetched(view), view, across_break=across_break)

    def place_over_time(
        self, measure: str | None = None, group: str | None = None, title: str = "", age: str = "", sex: str = ""
    ) -> Chart:
        """Draw the place among all kommuner year by year, with the range that ties leave open."""
        view = self.view(measure, group, title, age, sex)
        return charts.place_over_time(self._fetched(view), view)

    def strip(
        self, measure: str = MONTHLY, group: str | None = None, title: str = "", age: str = "", sex: str = ""
    ) -> Chart:
        """Draw all kommuner month by month, with the places of those in focus and of riket."""
        view = self.view(measure, group, title, age, sex)
        return charts.strip(self._fetched(view), view)

    def ranking_list(
        self, measure: str | None = None, group: str | None = None, title: str = "", age: str = "", sex: str = ""
    ) -> Chart:
        """Draw the ranking list of one period, with the place that riket's figure corresponds to."""
        view = self.view(measure, group, title, age, sex)
        return charts.ranking_list(self._fetched(view), view)

    def profile(
        self, measure: str = MONTHLY, group: str | None = None, title: str = "", age: str = "", sex: str = ""
    ) -> Chart:
        """Draw the pattern of the year: how far each calendar month usually lies from the kommun's own level."""
        view = self.view(measure, group, title, age, sex)
        return charts.profile(self._fetched(view), view)

    def standing(
        self,
        measure: str | None = None,
        group: str | None = None,
        title: str = "",
        age: str = "",
        sex: str = "",
        *,
        across_break: bool = False,
    ) -> Table:
        """Set out the place: beside riket, in persons, last year, over twelve months, in län and groups.

        The year before is compared across a declared break only with ``across_break``, and that is marked.
        """
        view = self.view(measure, group, title, age, sex)
        series = self._fetched(view)
        period = view.at(series)
        found = self._standings(view, series, period, across_break=across_break)
        people = self._denominators(view.measure.id, view.age, view.sex)
        shown = series.loc[series["period"].isin([period, same_period_last_year(period)])]
        return tables.standing(found, view, shown, self._not_known(people, view))

    def _standings(
        self, view: View, series: pd.DataFrame, period: str, *, across_break: bool = False
    ) -> list[RankSummary]:
        """Say where each kommun in focus that has a figure stands."""
        id_ = view.measure.id
        counts, people = self._counts_of(id_, view.sex), self._denominators(id_, view.age, view.sex)
        known = series.loc[(series["period"] == period) & series["value"].notna(), "region_code"]
        return [
            rank_summary(
                series,
                self.catalog.measures[id_],
                code,
                period,
                view.kommuner,
                order=view.order,
                groups=self._groups_of(code),
                similar=self._similar_to(code),
                counts=counts,
                denominators=None if people is None or people.empty else people,
                breaks=self.catalog.breaks_of(id_, (code,)),
                across_break=across_break,
            )
            for code in view.focus
            if code in set(known)
        ]

    def pooled(self) -> Chart | Table:
        """Draw UVAS by sex and age with three years pooled; what is too little to draw is a table."""
        code = self.programme.municipalities[0]
        view = self.view(UVAS)
        rows = next(filter(None, (self._pooled_rows(id_, ages, code) for id_, ages in POOLED)), [])
        if not rows:
            raise IndicatorError(f"{view.measure.short} saknas för tre år i följd, {self.catalog.names[code]}")
        people = self._denominators(UVAS)
        missing = []
        if people is None or people.empty:
            missing.append(Missing("Antal och intervall för UVAS över tre år", "uvas fetch scb_population"))
        if len(rows) == 1:
            missing.append(Missing("UVAS efter kön", "uvas fetch kolada"))
            missing.append(Missing("UVAS 25–29 år", "uvas adopt mucf FIL"))
        show = charts.pooled if len(rows) >= LEAST_DRAWN else tables.pooled
        return show(rows, view, tuple(missing))

    def europe(self) -> Chart:
        """Draw NEET in Sweden and the kommun's region among European countries; NEET is not UVAS."""
        if self._ages_of(NEET).empty:
            raise IndicatorError(
                "Uppgifter om NEET i andra länder saknas",
                todo="Hämta dem med",
                command=f"uvas fetch {self._dataset(NEET)}",
            )
        lan = self.catalog.region(self.programme.municipalities[0]).lan
        region = next(code for code, members in SWEDISH_REGIONS.items() if lan in members)
        return charts.europe(self.series(NEET), self.view(NEET), region)

    def _fetched(self, view: View) -> pd.DataFrame:
        """Return the measure's series, or say how to fetch it where there is nothing of it at all."""
        dataset = self._dataset(view.measure.id)
        if self._ages_of(view.measure.id, view.sex).empty and self.until is None and dataset != DOCUMENTS:
            raise IndicatorError(
                f"{view.measure.short}: uppgifter saknas", todo="Hämta dem med", command=f"uvas fetch {dataset}"
            )
        return self.series(view.measure.id, view.age, view.sex)

    def _counts_of(self, measure: str, sex: str) -> pd.DataFrame | None:
        """Return the numerators of a share, where the catalog has them under the share's own name."""
        for ending in ("_rate_pct", "_share_pct"):
            id_ = f"{measure.removesuffix(ending)}_count"
            beside = measure.endswith(ending) and id_ in self.catalog.measures
            if beside and self._dataset(id_) == self._dataset(measure) and not self._ages_of(id_, sex).empty:
                return self.series(id_, sex=sex)
        return None

    def _groups_of(self, code: str) -> dict[str, Group]:
        names = {"lan": "lan", "skr": "kommungrupp"}
        own = [one for one in self.catalog.groups.values() if one.kind in names and code in one.members]
        return {names[one.kind]: one for one in own}

    def _similar_to(self, code: str) -> tuple[str, ...]:
        """Return the kommuner that are like one, as Kolada has them, where they have been fetched."""
        own = [one for one in self.catalog.groups.values() if one.id.startswith(f"similar_{code}_")]
        own.sort(key=lambda one: ("overgripande" not in one.id, "arbetsmarknad" not in one.id, one.id))
        return own[0].members if own else ()

    def _not_known(self, people: pd.DataFrame | None, view: View) -> tuple[Missing, ...]:
        steps = []
        if people is not None and people.empty:
            dataset = self._dataset(view.measure.denominator_measure)
            steps.append(Missing("Avståndet till riket i personer", f"uvas fetch {dataset}"))
        if not any(self._similar_to(code) for code in view.focus):
            steps.append(Missing("Platsen bland liknande kommuner", "uvas fetch kolada"))
        return tuple(steps)

    def _pooled_rows(self, measure: str, ages: tuple[str, ...], code: str) -> list[PooledRow]:
        chosen = self.catalog.measures[measure]
        rows = (self._pooled_row(chosen, age, sex, code) for age in ages for sex in _SEXES)
        return [row for row in rows if row is not None]

    def _pooled_row(self, measure: Measure, age: str, sex: str, code: str) -> PooledRow | None:
        series = self._ages_of(measure.id, sex)
        series = series.loc[series["age_group"] == age]
        if series.empty:
            return None
        people = self._denominators(measure.id, age, sex) if measure.denominator_measure else None
        found = pooled_share(series, people, code)
        if found.empty:
            return None
        own = found.iloc[0]
        riket = pooled_share(series, people if bool(own["pooled"]) else None, "00")
        same = len(riket) > 0 and (riket["first"].iloc[0], bool(riket["pooled"].iloc[0])) == (
            own["first"],
            own["pooled"],
        )
        label = f"{_SEXES[sex]}{age.replace('-', '–')} år"
        return PooledRow(
            label[:1].upper() + label[1:],
            own,
            float(riket["share"].iloc[0]) if same else None,
            pd.concat([_part(series, code, own), *([_part(people, code, own)] if bool(own["pooled"]) else [])]),
        )


def _part(frame: pd.DataFrame | None, code: str, own: pd.Series) -> pd.DataFrame:
    """Take the years that are pooled, of the kommun and riket."""
    if frame is None:
        return pd.DataFrame()
    return frame.loc[frame["period"].between(own["first"], own["last"]) & frame["region_code"].isin([code, "00"])]
