"""The charts: their data, labels, source lines and marks, and that nothing is clipped or overlaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from tests.situations import situation
from tests.slow import quick
from uvas_stats import nulage
from uvas_stats.catalog import Catalog
from uvas_stats.catalog.model import Break
from uvas_stats.errors import IndicatorError
from uvas_stats.indicators import pooled_share
from uvas_stats.indicators.chance import fit_chance
from uvas_stats.numbers import NO_BREAK, THIN_SPACE
from uvas_stats.present import charts
from uvas_stats.present.charts.pooled import PooledRow, about_pooled
from uvas_stats.present.charts.timeline import mark_breaks, pieces
from uvas_stats.present.figure import Chart
from uvas_stats.present.goals import GoalRow
from uvas_stats.present.view import View

SeriesOf = Callable[[str], pd.DataFrame]
ViewOf = Callable[..., View]
UVAS, JOBLESS, SCHOOL = "uvas_share_pct", "unemployed_youth_rate_pct", "eligible_vocational_share_pct"


def texts(chart: Chart) -> list[Text]:
    """Return all text that is drawn; matplotlib keeps tick labels outside the limits but does not draw them."""
    outside = {
        tick.label1
        for axes in chart.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    found = [text for text in chart.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [text for text in found if isinstance(text, Text) and text not in outside]


def words(chart: Chart) -> str:
    found = "\n".join(text.get_text() for text in texts(chart))
    return found.replace(THIN_SPACE, " ").replace(NO_BREAK, " ")


CHOICES: dict[str, dict[str, str]] = {
    "soderhamn": {"programme": "soderhamn"},
    "storuman": {"programme": "storuman"},
    "lidkoping": {"programme": "lidkoping"},
    "ale": {"programme": "ale"},
    "ostra_sodertorn": {"programme": "ostra_sodertorn"},
    "border kommun": {"kommun": "Eda"},
    "long name": {"kommun": "Upplands Väsby"},
    "large group": {"kommun": "Malung-Sälen", "group": "B4"},
}


@cache
def drawn(choice: str) -> tuple[Chart, ...]:
    """Draw every chart of a nuläge."""
    parts = [part for chapter in nulage(**CHOICES[choice]).chapters() for part in chapter.parts]  # type: ignore[arg-type]
    return tuple(part for part in parts if isinstance(part, Chart))


def faults(chart: Chart) -> Iterator[str]:
    """Find text outside the page, and labels on top of each other."""
    renderer = FigureCanvasAgg(chart).get_renderer()
    chart.draw_without_rendering()
    boxes = [(text.get_text(), Text.get_window_extent(text, renderer)) for text in texts(chart)]
    width, height = chart.bbox.width, chart.bbox.height
    for label, box in boxes:
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1:
            yield f"{label!r} is clipped"
    for (label, box), (other, against) in combinations(boxes, 2):
        wide = min(box.x1, against.x1) - max(box.x0, against.x0)
        high = min(box.y1, against.y1) - max(box.y0, against.y0)
        if wide > 1 and high > 0.3 * min(box.height, against.height):
            yield f"{label!r} overlaps {other!r}"


@pytest.mark.parametrize("choice", quick(CHOICES, "ostra_sodertorn", "long name"))
def test_no_text_is_clipped_and_no_labels_overlap(choice: str) -> None:
    found = [f"{chart.about.id}: {fault}" for chart in drawn(choice) for fault in faults(chart)]
    assert found == []


@pytest.mark.parametrize("choice", quick(CHOICES, "ostra_sodertorn", "long name"))
def test_every_chart_has_title_source_edition_and_alternative_text(choice: str) -> None:
    for chart in drawn(choice):
        about = chart.about
        assert about.source.startswith(("Källa:", "Egen bearbetning", "Mål:"))
        if len(about.data):  # goals that only the document has figures of have none
            published = about.data.loc[about.data["dataset"] != "programme_documents", "edition"].dropna()
            assert all(edition in about.source for edition in {published.min(), published.max()} if len(published))
        assert len(about.alt) > 20
        shown = words(chart).replace("\n", " ")
        assert about.title.split()[0] in shown
        assert about.source.split()[-1] in shown


@pytest.mark.parametrize("choice", quick(CHOICES, "ostra_sodertorn", "long name"))
def test_own_calculations_never_name_kolada_as_their_source(choice: str) -> None:
    for chart in drawn(choice):
        if chart.about.id.startswith(("plats", "jamforelse", "mal")):
            assert "Kolada" not in chart.about.source


def test_trend_shows_the_published_figures(series_of: SeriesOf, view_of: ViewOf) -> None:
    chart = charts.trend(series_of(UVAS), view_of(UVAS, "2182", group="21"))
    assert "Söderhamn 9,2 %" in words(chart)
    assert "Riket 6,2 %" in words(chart)
    line = next(line for line in chart.axes[0].lines if line.get_linewidth() == 2.2)
    assert list(line.get_ydata())[-1] == 9.15  # type: ignore[arg-type]
    assert next(iter(line.get_xdata())) == 2008  # type: ignore[arg-type]
    assert (
        chart.about.source
        == "Källa: MUCF via Kolada. Utgåva 2026-11-21. Gruppens median och fält: egen bearbetning."
    )


def test_trend_stops_at_a_declared_break(series_of: SeriesOf, view_of: ViewOf) -> None:
    chart = charts.trend(series_of(UVAS), view_of(UVAS, "1730"))
    pieces = [line for line in chart.axes[0].lines if line.get_linewidth() == 2.2]
    assert [(min(p.get_xdata()), max(p.get_xdata())) for p in pieces] == [(2008, 2014), (2015, 2024)]  # type: ignore[type-var]
    assert "brott" in words(chart)
    assert "gränspendlare" in chart.about.note


def test_no_line_crosses_a_break_where_the_figure_of_its_first_period_is_missing(
    series_of: SeriesOf, view_of: ViewOf, catalog: Catalog
) -> None:
    view = view_of(UVAS)
    view = replace(view, catalog=replace(catalog, breaks=(Break(id="x", measure=UVAS, at="2015", text=""),)))
    rows = series_of(UVAS).query("region_code == '2182'").sort_values("period_end")
    hidden = rows.assign(value=rows["value"].mask(rows["period"] == "2015"))
    halves = hidden.assign(period=[f"{2015 + at // 2}H{at % 2 + 1}" for at in range(len(hidden))])
    halves = halves.assign(value=halves["value"].mask(halves["period"] == "2018H2"))
    half_view = replace(
        view,
        measure=replace(view.measure, period_kind="half_year"),
        catalog=replace(catalog, breaks=(Break(id="x", measure=UVAS, at="2018H2", text=""),)),
    )
    for cut, one, at in ((hidden, view, "2014"), (halves, half_view, "2018H1")):
        before, after = pieces(cut, one, ["2182"])
        assert before["period"].iloc[-1] == at
        assert len(before) + len(after) == cut["value"].notna().sum()


def test_each_of_five_kommuner_has_a_line_and_a_label(series_of: SeriesOf, view_of: ViewOf) -> None:
    five = ("2182", "2101", "2104", "2121", "2132")
    view = replace(view_of(UVAS), focus=five, group=None)
    for draw in (charts.trend, charts.place_over_time):
        drawn_words = words(draw(series_of(UVAS), view))
        assert all(view.name(code) in drawn_words for code in five)


def test_trend_without_a_break_is_one_line(series_of: SeriesOf, view_of: ViewOf) -> None:
    chart = charts.trend(series_of(UVAS), view_of(UVAS, "1440"))
    assert len([line for line in chart.axes[0].lines if line.get_linewidth() == 2.2]) == 1
    assert "brott" not in words(chart)


def test_trend_is_not_drawn_across_a_missing_year(series_of: SeriesOf, view_of: ViewOf) -> None:
    series = series_of(UVAS)
    gone = (series["region_code"] == "1440") & (series["period"] == "2015")
    holed = series.assign(value=series["value"].mask(gone), status=series["status"].mask(gone, "suppressed"))
    chart = charts.trend(holed, view_of(UVAS, "1440"))
    assert len([line for line in chart.axes[0].lines if line.get_linewidth() == 2.2]) == 2


def test_trend_says_that_its_axis_does_not_start_at_zero(series_of: SeriesOf, view_of: ViewOf) -> None:
    chart = charts.trend(series_of(SCHOOL), view_of(SCHOOL, "2182"))
    assert chart.axes[0].get_ylim()[0] > 0
    assert "börjar inte vid noll" in chart.about.note


def test_trend_shows_the_documents_figure_beside_todays(series_of: SeriesOf, view_of: ViewOf) -> None:
    printed = pd.DataFrame({"period": ["2016"], "value": [8.0]})
    chart = charts.trend(series_of(UVAS), view_of(UVAS, "2421"), printed)
    assert "enligt dokumentet" in words(chart)
    assert any(line.get_marker() == "D" and list(line.get_ydata()) == [8.0] for line in chart.axes[0].lines)  # type: ignore[arg-type]


def test_place_shows_the_tie_range_and_how_many(series_of: SeriesOf, view_of: ViewOf) -> None:
    chart = charts.place(series_of(UVAS), view_of(UVAS, "2182"))
    assert chart.about.title == "UVAS 16–24 år: Söderhamn plats 27–28 av 290"
    assert "1 = högst andel" in chart.about.subtitle
    assert "n = 290 kommuner" in chart.about.source
    dots = sum(len(collection.get_offsets()) for collection in chart.axes[0].collections)
    assert dots >= 290


def test_place_turns_round_when_one_is_best(series_of: SeriesOf, view_of: ViewOf) -> None:
    chart = charts.place(series_of(UVAS), view_of(UVAS, "2182", order="best"))
    assert chart.about.title == "UVAS 16–24 år: Söderhamn plats 263–264 av 290"
    assert "1 = lägst andel" in chart.about.subtitle


def test_place_says_how_many_kommuner_lack_a_figure(series_of: SeriesOf, view_of: ViewOf) -> None:
    series = series_of(UVAS)
    gone = series["region_code"].isin(["0114", "0115"]) & (series["period"] == "2024")
    holed = series.assign(value=series["value"].mask(gone), status=series["status"].mask(gone, "suppressed"))
    chart = charts.place(holed, view_of(UVAS, "2182"))
    assert "2 kommuner saknar uppgift" in chart.about.note
    assert "n = 288" in chart.about.source


def test_place_over_time_has_one_place_a_year(series_of: SeriesOf, view_of: ViewOf) -> None:
    chart = charts.place_over_time(series_of(UVAS), view_of(UVAS, "2182"))
    assert chart.about.data["period"].tolist() == [str(year) for year in range(2008, 2025)]
    assert chart.axes[0].get_ylim()[0] < chart.axes[0].get_ylim()[1]
    assert "plats 27–28" in words(chart)


def test_compare_ranks_the_group_and_keeps_a_kommun_without_figure(series_of: SeriesOf, view_of: ViewOf) -> None:
    series = series_of(UVAS)
    gone = (series["region_code"] == "2180") & (series["period"] == "2024")
    holed = series.assign(value=series["value"].mask(gone), status=series["status"].mask(gone, "suppressed"))
    chart = charts.compare(holed, view_of(UVAS, "2182", group="21"))
    assert chart.about.title == "UVAS 16–24 år: Söderhamn plats 1 av 9 bland kommunerna i Gävleborgs län"
    assert "sekretess" in words(chart)
    assert "Gävle" in words(chart)
    assert len([bar for bar in chart.axes[0].patches if bar.get_width() > 0]) == 9  # type: ignore[attr-defined]


def test_season_compares_the_same_month_last_year(observations: pd.DataFrame) -> None:
    chart = situation("soderhamn").season("unemployment_place_rank")
    assert (
        chart.about.title
        == "Placering, arbetslösa ungdomar, november 2009 mot november 2008: Söderhamn +41 platser (bättre)"
    )
    assert "november 2008" in words(chart)
    assert "november 2009" in words(chart)


def test_season_refuses_when_last_year_is_missing(series_of: SeriesOf, view_of: ViewOf) -> None:
    with pytest.raises(IndicatorError, match="saknas för 2007 eller 2008"):
        charts.season(series_of(UVAS), view_of(UVAS, "2182", period="2008"))


def test_a_period_that_is_not_there_is_refused_with_what_is(series_of: SeriesOf, view_of: ViewOf) -> None:
    with pytest.raises(IndicatorError, match="Det finns 2008 till 2024"):
        charts.place(series_of(UVAS), view_of(UVAS, "2182", period="1999"))


def test_goal_board_says_in_words_what_the_face_shows() -> None:
    rows = [
        GoalRow("Ett mål", "", status, "Skäl.") for status in ("nått", "på väg", "inte nått", "kan inte bedömas")
    ]
    chart = charts.goal_board(rows, name="Ale", source="Mål: dokumentet.", data=pd.DataFrame(), date="2026-11-21")
    for row in rows:
        assert row.status in words(chart).split("\n")
    assert chart.about.subtitle.startswith(
        "Ett mål är nått, ett är på väg att nås, ett är inte nått och ett kan inte bedömas."
    )


def test_target_group_shows_the_bounds_of_the_union() -> None:
    chart = situation("storuman").target_group()
    assert chart.about.title == "Enligt dokumentet: målgruppen är 20–50 personer"
    assert "20–50" in words(chart)


def test_a_chart_shows_itself_in_a_notebook_with_its_text(series_of: SeriesOf, view_of: ViewOf) -> None:
    picture, metadata = charts.place(series_of(UVAS), view_of(UVAS, "2182"))._repr_mimebundle_()
    assert picture["image/png"].startswith(b"\x89PNG")
    assert "plats 27–28 av 290" in picture["text/plain"]
    assert metadata["image/png"]["alt"] == picture["text/plain"]


@pytest.mark.parametrize(("at", "x"), [("2018H2", 2017.75), ("2018-07", 2017.5416667)])
def test_a_break_is_marked_half_a_step_before_its_period(
    view_of: ViewOf, catalog: Catalog, at: str, x: float
) -> None:
    view = view_of(UVAS, "2182")
    item = Break(id="x", measure=UVAS, at=at, text="")
    view = replace(view, catalog=replace(catalog, breaks=(item,)))
    axes = Chart().add_subplot()
    axes.set_xlim(2015, 2020)
    mark_breaks(axes, view)
    assert [round(float(line.get_xdata()[0]), 4) for line in axes.lines] == [round(x, 4)]  # type: ignore[index]
    axes.set_xlim(2019, 2020)
    mark_breaks(axes, view)
    assert len(axes.lines) == 1  # what is outside the time shown is not marked


def test_a_break_of_others_in_the_group_is_said_to_be_theirs(series_of: SeriesOf, view_of: ViewOf) -> None:
    chart = charts.trend(series_of(UVAS), view_of(UVAS, "2506", group="25"))
    assert "tidsseriebrott\ni gruppen" in words(chart)
    assert "Grupp: kommunerna i Norrbottens län" in chart.about.subtitle
    own = charts.trend(series_of(UVAS), view_of(UVAS, "2583", group="25"))
    assert "tidsseriebrott" in words(own).split("\n")


def test_riket_is_within_the_axis_though_every_bar_is_shorter(series_of: SeriesOf, view_of: ViewOf) -> None:
    chart = charts.compare(series_of(JOBLESS), view_of(JOBLESS, "2506", group="25"))
    (line,) = chart.axes[0].lines
    riket = float(line.get_xdata()[0])  # type: ignore[index]
    assert max(bar.get_width() for bar in chart.axes[0].patches) < riket  # type: ignore[attr-defined]
    assert chart.axes[0].get_xlim()[1] > riket
    assert "Riket 7,8 %" in words(chart)


def test_the_line_of_riket_goes_through_no_value(series_of: SeriesOf, view_of: ViewOf) -> None:
    chart = charts.compare(series_of(UVAS), view_of(UVAS, "0136", group="01"))
    renderer = FigureCanvasAgg(chart).get_renderer()
    chart.draw_without_rendering()
    (line,) = chart.axes[0].lines
    x = chart.axes[0].transData.transform((line.get_xdata()[0], 0))[0]  # type: ignore[index]
    values = [text for text in texts(chart) if text.get_text().endswith("%") and "Riket" not in text.get_text()]
    assert len(values) == 26
    boxes = [text.get_window_extent(renderer) for text in values]
    assert not [box for box in boxes if box.x0 <= x <= box.x1]


@pytest.mark.parametrize("draw", [charts.place, charts.compare, charts.place_over_time])
def test_a_ranking_says_how_exact_the_ranked_values_are(
    series_of: SeriesOf, view_of: ViewOf, draw: Callable[..., Chart]
) -> None:
    note = "Rangordnat på publicerade värden med två decimaler."
    view = view_of(UVAS, "2182", group="21")
    assert note in draw(series_of(UVAS), view).about.note
    whole = series_of(UVAS).assign(value=lambda frame: frame["value"].round(1))
    assert note not in draw(whole, view).about.note


def test_a_share_of_few_is_cautioned_by_its_own_number_and_not_by_the_kommun(
    series_of: SeriesOf, view_of: ViewOf
) -> None:
    people = pd.DataFrame({"region_code": ["2506", "2182"], "period": "2025/26", "value": [18.0, 240.0]})
    few = charts.season(series_of(SCHOOL), replace(view_of(SCHOOL, "2506"), people=people)).about.note
    assert "läsåret 2025/26 bygger på 18 personer i Arjeplog, där en är 5,6 procentenheter." in few
    many = charts.season(series_of(SCHOOL), replace(view_of(SCHOOL, "2182"), people=people)).about.note
    assert "bygger på" not in many


def test_a_title_keeps_a_number_on_the_line_of_its_name(series_of: SeriesOf, view_of: ViewOf) -> None:
    chart = charts.trend(series_of(UVAS), view_of(UVAS, "0136", "0192", "0138"))
    assert (
        chart.about.title
        == "UVAS 16–24 år, 2024: Haninge 8,0 %, Nynäshamn 8,9 % och Tyresö 5,3 %; riket 6,2 %".replace(
            " %", f"{THIN_SPACE}%"
        )
    )
    lines = [text.get_text() for text in texts(chart)]
    assert not [line for line in lines if line[:1].isdigit() and line.endswith("riket")]
    assert f"Tyresö{NO_BREAK}5,3{THIN_SPACE}%" in " ".join(lines)


def test_place_over_time_among_few_kommuner_is_refused(series_of: SeriesOf, view_of: ViewOf) -> None:
    few = series_of(UVAS)
    few = few.loc[few["region_code"].isin(["2182", "2180", "2121"])]
    with pytest.raises(IndicatorError, match="minst 90 procent"):
        charts.place_over_time(few, view_of(UVAS, "2182"))


@pytest.mark.parametrize("offset", [-0.4, -0.05, 0.0, 0.05, 0.4])
def test_no_leader_goes_through_the_label_of_riket(series_of: SeriesOf, view_of: ViewOf, offset: float) -> None:
    series = series_of(UVAS)
    newest = series["period"] == series["period"].iloc[-1]
    own = newest & (series["region_code"] == "2182")
    riket = float(series.loc[newest & (series["region_code"] == "00"), "value"].iloc[0])
    series = series.assign(value=series["value"].mask(own, riket + offset))
    chart = charts.place(series, view_of(UVAS, "2182"))
    renderer = FigureCanvasAgg(chart).get_renderer()
    chart.draw_without_rendering()
    axes = chart.axes[0]
    label = next(text for text in texts(chart) if text.get_text().startswith("Riket"))
    box = label.get_window_extent(renderer)
    leader = next(text for text in axes.texts if getattr(text, "arrow_patch", None) is not None)
    start, end = axes.transData.transform([leader.xyann, leader.xy])
    share = (start[1] - (box.y0 + box.y1) / 2) / (start[1] - end[1])
    x = start[0] + share * (end[0] - start[0])
    assert not box.x0 < x < box.x1
    assert list(faults(chart)) == []


def test_a_group_and_a_lan_have_the_breaks_of_their_kommuner(series_of: SeriesOf, view_of: ViewOf) -> None:
    view = view_of(UVAS, "1715", group="17", period="2015")  # Kil has none of its own
    note = charts.season(series_of(UVAS), view).about.note
    assert "Tidsseriebrott i gruppen: Från 2015 räknas gränspendlare" in note
    assert "Karlstad, Hammarö" in note


def test_years_that_are_pooled_across_a_break_say_so(series_of: SeriesOf, view_of: ViewOf) -> None:
    def note(kommun: str, last: str) -> str:
        series = series_of(UVAS)
        series = series.loc[series["period"] <= last]
        own = pooled_share(series, None, kommun).iloc[0]
        row = PooledRow("UVAS", own, None, series.loc[series["region_code"] == kommun])
        return about_pooled([row], view_of(UVAS, kommun), "Tabell", ()).note

    assert "Tidsseriebrott mellan åren: Nivån skiftar 2015 även i Karlstad" in note("1780", "2016")
    assert "Tidsseriebrott" not in note("1780", "2017")
    assert "Tidsseriebrott" not in note("2182", "2016")


def test_a_comparison_marks_whom_chance_does_not_let_tell_from_the_one_in_focus(
    series_of: Callable[[str], pd.DataFrame], view_of: Callable[..., View], catalog: Catalog
) -> None:
    series, sizes = series_of("uvas_share_pct"), series_of("kolada_residents_16_19_count")
    chance = fit_chance(series, sizes, catalog.breaks_of("uvas_share_pct"), counted=False)
    view = replace(view_of("uvas_share_pct", "2182", group="21"), chance_of=lambda: chance)
    chart = charts.compare(series, view)
    assert chart.about.note.endswith("≈ går inte att skilja från Söderhamn: skillnaden ryms i slumpen.")
    marked = [text for text in words(chart).split("\n") if text.startswith("≈ ")]
    assert [text.split()[-1] for text in marked][:2] == ["Bollnäs", "Hofors"]
    assert not any("Gävle" in text for text in marked)
    assert "≈" not in words(charts.compare(series, replace(view, chance_of=None)))


def test_the_funnel_tells_who_is_outside_and_who_is_only_small(
    series_of: Callable[[str], pd.DataFrame], view_of: Callable[..., View], catalog: Catalog
) -> None:
    series, sizes = series_of(UVAS), series_of("kolada_residents_16_19_count")
    chance = fit_chance(series, sizes, catalog.breaks_of(UVAS), counted=False)
    view = replace(view_of(UVAS, "2421", "2182"), chance_of=lambda: chance)
    chart = charts.funnel(series, view)
    assert chart.about.title == (
        "UVAS 16–24 år: Storuman går inte att skilja från riket och Söderhamn säkert över riket"
    )
    assert chart.about.note.startswith(
        "127 av 290 kommuner går inte att skilja från riket; 118 ligger säkert över och 45 säkert under."
    )
    assert {"Storuman 5,6 %", "Söderhamn 9,2 %", "Riket 6,2 %", "300", "10 000"} <= set(words(chart).split("\n"))
    assert len(chart.about.derived) == 290
    assert list(faults(chart)) == []


def test_there_is_no_funnel_where_chance_is_not_known_or_riket_has_no_figure(
    series_of: Callable[[str], pd.DataFrame], view_of: Callable[..., View], catalog: Catalog
) -> None:
    series, sizes = series_of(UVAS), series_of("kolada_residents_16_19_count")
    chance = fit_chance(series, sizes, catalog.breaks_of(UVAS), counted=False)
    view = replace(view_of(UVAS, "2421"), chance_of=lambda: chance)
    with pytest.raises(IndicatorError, match="det går inte att räkna vad slumpen ger"):
        charts.funnel(series, view_of(UVAS, "2421"))
    with pytest.raises(IndicatorError, match="det går inte att räkna vad slumpen ger"):
        charts.funnel(series.loc[series["region_code"] != "00"], view)
    people = chance.people.copy()
    people.loc["2182"] = 0.0
    chart = charts.funnel(series, replace(view, chance_of=lambda: replace(chance, people=people)))
    assert len(chart.about.derived) == 289
