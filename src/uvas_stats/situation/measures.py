"""The part of a nuläge that is about one measure: over time, its place, its season, pooled years, Europe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import pandas as pd

from uvas_stats.catalog import Group
from uvas_stats.catalog.kinds import Kind
from uvas_stats.catalog.sources import SWEDISH_REGIONS
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import RankSummary, pooled_share, rank_summary
from uvas_stats.periods import same_period_last_year
from uvas_stats.present import charts, tables
from uvas_stats.present.charts.pooled import PooledRow
from uvas_stats.present.figure import Chart, Missing
from uvas_stats.present.place_words import level_text
from uvas_stats.present.table import Table
from uvas_stats.present.view import View
from uvas_stats.situation.series import Figures, Part

__all__ = ["Measures", "rank_summaries"]

SIGNAL = "register_outside_share_pct"
NEET = "neet_15_29_share_pct"
UVAS = "uvas_share_pct"
MUCF = "mucf_uvas_share_pct"
POOLED = ((MUCF, ("16-24", "25-29", "16-29")), (UVAS, ("16-24",)))
"""Shares that are pooled over years and their ages, MUCF's own first; each for the sexes that are known."""
LEAST_DRAWN = 3
"""Points that a chart is worth; fewer are a table."""
_SEXES = {"total": "", "women": "kvinnor ", "men": "män "}


@dataclass(frozen=True)
class Measures(Part):
    """Charts and tables of one measure and of what lies behind it."""

    def chart(self, kind: Kind) -> Callable[..., Chart]:
        """Return the function that draws a kind of chart, in the module of its name, for any measure."""
        draw = getattr(import_module(f"uvas_stats.present.charts.{kind.name}"), kind.name)

        def drawn(
            measure: str | None = kind.measure,
            group: str | None = None,
            title: str = "",
            age: str = "",
            sex: str = "",
        ) -> Chart:
            view = self.figures.view(measure, group, title, age, sex)
            chart: Chart = draw(self.figures.fetched(view), view)
            return chart

        drawn.__name__ = drawn.__qualname__ = kind.name
        (what, *_), (_, options) = (str(one.__doc__).split("\n\n", 1) for one in (draw, Measures.trend))
        drawn.__doc__ = f"{what}\n\n{options}"
        return drawn

    def trend(
        self, measure: str | None = None, group: str | None = None, title: str = "", age: str = "", sex: str = ""
    ) -> Chart:
        """Draw the measure over time against riket and the middle half of the group.

        Parameters
        ----------
        measure, group, title, age, sex
            As for :meth:`uvas_stats.situation.series.Figures.view`.
        """
        view = self.figures.view(measure, group, title, age, sex)
        printed = self.figures.document_figures
        printed = printed.loc[(printed["measure"] == view.measure.id) & (printed["sex"] == view.sex)]
        return charts.trend(self.figures.fetched(view), view, printed, view.people, self.programme.name)

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
        """Draw the same period last year and now.

        Parameters
        ----------
        measure, group, title, age, sex
            As for :meth:`uvas_stats.situation.series.Figures.view`.
        across_break
            Compare across a declared break all the same, marked.
        """
        view = self.figures.view(measure, group, title, age, sex)
        return charts.season(self.figures.fetched(view), view, across_break=across_break)

    def months(self, measure: str = SIGNAL, group: str | None = None, title: str = "", age: str = "") -> Chart:
        """Draw a monthly measure with one line a year.

        Parameters
        ----------
        measure, group, title, age
            As for :meth:`uvas_stats.situation.series.Figures.view`; ``group`` makes no difference.
        """
        view = self.figures.view(measure, group, title, age)
        if view.measure.period_kind != "month":
            raise IndicatorError(f"{view.measure.title} finns inte per månad", todo="Välj ett månadsmått")
        if self.figures.ages_of(view.measure.id).empty:
            command = f"uvas fetch {self.figures.dataset(view.measure.id)}"
            if view.measure.id == SIGNAL:
                raise IndicatorError("Månadssignalen saknas", todo="Hämta den med", command=command)
            raise IndicatorError(f"{view.measure.short}: uppgifter saknas", todo="Hämta dem med", command=command)
        return charts.months(self.figures.series(view.measure.id, view.age), view)

    def counts(self, measure: str = UVAS, group: str | None = None, title: str = "", age: str = "") -> Table:
        """List the computed number of persons behind a share, with its interval.

        Parameters
        ----------
        measure, group, title, age
            As for :meth:`uvas_stats.situation.series.Figures.view`; ``group`` makes no difference.
        """
        view = self.figures.view(measure, group, title, age)
        people = self.figures.denominators(view.measure.id)
        if people is None or view.measure.period_kind != "year":
            raise IndicatorError(f"Nämnaren är inte känd för {view.measure.short}", todo="Välj ett annat mått")
        if people.empty:
            what = f"Folkmängden {view.measure.ages.replace('-', '–')} år saknas, så antalet personer visas inte"
            dataset = self.figures.dataset(view.measure.denominator_measure)
            raise IndicatorError(what, todo="Hämta den med", command=f"uvas fetch {dataset}")
        return tables.counts(self.figures.series(view.measure.id, view.age), people, view)

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

        Parameters
        ----------
        measure, group, title, age, sex
            As for :meth:`uvas_stats.situation.series.Figures.view`.
        across_break
            Compare the year before across a declared break all the same, marked.
        """
        view = self.figures.view(measure, group, title, age, sex)
        series = self.figures.fetched(view)
        period = view.at(series)
        summaries = rank_summaries(self.figures, view, series, period, across_break=across_break)
        shown = series.loc[series["period"].isin([period, same_period_last_year(period)])]
        return tables.standing(summaries, view, shown, _not_known(self.figures, view))

    def pooled(self) -> Chart | Table:
        """Draw UVAS by sex and age with three years pooled; what is too little to draw is a table."""
        code = self.programme.municipalities[0]
        view = self.figures.view(UVAS)
        rows = next(filter(None, (self._rows_of_same_years(id_, ages, code) for id_, ages in POOLED)), [])
        if not rows:
            name = self.catalog.names[code]
            raise IndicatorError(f"{view.measure.short} saknas för tre år i följd, {name}")
        people = self.figures.denominators(UVAS)
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
        if self.figures.ages_of(NEET).empty:
            dataset = self.figures.dataset(NEET)
            raise IndicatorError(
                "Uppgifter om NEET i andra länder saknas", todo="Hämta dem med", command=f"uvas fetch {dataset}"
            )
        lan = self.catalog.region(self.programme.municipalities[0]).lan
        region = next(code for code, members in SWEDISH_REGIONS.items() if lan in members)
        return charts.europe(self.figures.series(NEET), self.figures.view(NEET), region)

    def _rows_of_same_years(self, measure: str, ages: tuple[str, ...], code: str) -> list[PooledRow]:
        rows = self._pooled_rows(measure, ages, code)
        last = {str(row.own["last"]) for row in rows}
        return rows if len(last) < 2 else self._pooled_rows(measure, ages, code, min(last))

    def _pooled_rows(self, measure: str, ages: tuple[str, ...], code: str, until: str = "9999") -> list[PooledRow]:
        rows = (self._pooled_row(measure, age, sex, code, until) for age in ages for sex in _SEXES)
        return [row for row in rows if row is not None]

    def _pooled_row(self, measure: str, age: str, sex: str, code: str, until: str) -> PooledRow | None:
        series = self.figures.ages_of(measure, sex)
        series = series.loc[(series["age_group"] == age) & (series["period"] <= until)]
        if series.empty:
            return None
        people = self.figures.denominators(measure, age, sex)
        pooled = pooled_share(series, people, code)
        if pooled.empty:
            return None
        share = pooled.iloc[0]
        with_people = bool(share["pooled"])
        riket = pooled_share(series, people if with_people else None, "00")
        same = len(riket) > 0 and (riket["first"].iloc[0], bool(riket["pooled"].iloc[0])) == (
            share["first"],
            share["pooled"],
        )
        label = f"{_SEXES[sex]}{age.replace('-', '–')} år"
        used = [series, people] if with_people and people is not None else [series]
        shown = [
            frame.loc[
                frame["period"].between(share["first"], share["last"]) & frame["region_code"].isin([code, "00"])
            ]
            for frame in used
        ]
        return PooledRow(
            label[:1].upper() + label[1:],
            share,
            float(riket["share"].iloc[0]) if same else None,
            pd.concat(shown),
            level_text(self.figures.series(measure, age, sex), self.figures.view(measure, age=age, sex=sex), code)
            if sex == "total"
            else "",
        )


def rank_summaries(
    figures: Figures, view: View, series: pd.DataFrame, period: str, *, across_break: bool = False
) -> list[RankSummary]:
    """Say where each kommun in focus that has a figure stands.

    Parameters
    ----------
    figures
        Where groups, numerators and breaks are looked up.
    view, series
        What is ranked: a view, and the observations that it looks at.
    period
        The period to rank in.
    across_break
        Compare the year before across a declared break all the same.
    """
    id_, catalog, people = view.measure.id, figures.catalog, view.people
    counts = _counts_of(figures, id_, view.sex)
    known = series.loc[(series["period"] == period) & series["value"].notna(), "region_code"]
    return [
        rank_summary(
            series,
            catalog.measures[id_],
            code,
            period,
            view.kommuner,
            order=view.order,
            groups=_groups_of(figures, code),
            similar=_similar_to(figures, code),
            counts=counts,
            denominators=None if people is None or people.empty else people,
            breaks=catalog.breaks_of(id_, (code,)),
            across_break=across_break,
            chance=view.chance,
        )
        for code in view.focus
        if code in set(known)
    ]


def _counts_of(figures: Figures, measure: str, sex: str) -> pd.DataFrame | None:
    """Return the numerators of a share, where the catalog has them under the share's own name."""
    for ending in ("_rate_pct", "_share_pct"):
        id_ = f"{measure.removesuffix(ending)}_count"
        beside = measure.endswith(ending) and id_ in figures.catalog.measures
        same = beside and figures.dataset(id_) == figures.dataset(measure)
        if same and not figures.ages_of(id_, sex).empty:
            return figures.series(id_, sex=sex)
    return None


def _groups_of(figures: Figures, code: str) -> dict[str, Group]:
    names = {"lan": "lan", "skr": "kommungrupp"}
    groups = figures.catalog.groups.values()
    return {names[one.kind]: one for one in groups if one.kind in names and code in one.members}


def _similar_to(figures: Figures, code: str) -> tuple[str, ...]:
    """Return the kommuner that are like one, as Kolada has them, where they have been fetched."""
    groups = [one for one in figures.catalog.groups.values() if one.id.startswith(f"similar_{code}_")]
    groups.sort(key=lambda one: ("overgripande" not in one.id, "arbetsmarknad" not in one.id, one.id))
    return groups[0].members if groups else ()


def _not_known(figures: Figures, view: View) -> tuple[Missing, ...]:
    steps = []
    if view.people is not None and view.people.empty:
        dataset = figures.dataset(view.measure.denominator_measure)
        steps.append(Missing("Avståndet till riket i personer", f"uvas fetch {dataset}"))
    if not any(_similar_to(figures, code) for code in view.focus):
        steps.append(Missing("Platsen bland liknande kommuner", "uvas fetch kolada"))
    return tuple(steps)
