"""What the young people in KAA do, and how they came in and out of the register: parts that make a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from uvas_stats.catalog.kaa import category_titles
from uvas_stats.catalog.programme import SMALLEST_SHOWN
from uvas_stats.indicators import NOT_SHOWN, parts_of_whole
from uvas_stats.numbers import number_text
from uvas_stats.present.cautions import coverage_note
from uvas_stats.present.charts.kaa import kaa_when
from uvas_stats.present.charts.labels import beside
from uvas_stats.present.figure import About, Chart
from uvas_stats.present.source import source_line
from uvas_stats.present.style import GREY, INK, SMALL, canvas, line_of
from uvas_stats.present.view import STATUS_TEXT, View, join_words

__all__ = ["kaa_flow", "kaa_occupation"]

UNKNOWN = "unknown"
NOT_SHOWN_TEXT = "Redovisas inte (för få personer)"
ROW = 0.235
"""Inches for one bar."""


@dataclass(frozen=True)
class _Bar:
    label: str
    value: float | None
    text: str
    code: str
    hatched: bool = False
    strong: bool = False
    tick: float | None = None
    """Riket's share, drawn as a line across the bar."""


def _whole(parts: pd.DataFrame, code: str, whole: float, keep: tuple[str, ...] = ()) -> pd.DataFrame:
    return parts_of_whole(parts.loc[parts["region_code"] == code], whole, keep)


def _value(rows: pd.DataFrame, code: str) -> float | None:
    known = rows.loc[(rows["region_code"] == code) & rows["value"].notna(), "value"]
    return None if known.empty else float(known.iloc[0])


def kaa_occupation(parts: pd.DataFrame, counts: pd.DataFrame, view: View) -> Chart:
    """Draw the known occupations of those in KAA as parts of a hundred, the unknown always among them.

    Parameters
    ----------
    parts
        Observations of a KAA share with a breakdown, for the kommuner in focus and riket, all periods.
    counts
        How many were registered, for n.

    Returns
    -------
    Chart
        A bar for each category and kommun, a line for riket. What is hidden is a bar of its own, so that the bars
        of a kommun are together 100 percent; a single hidden part takes another with it.
    """
    period = view.at(parts)
    now = parts.loc[parts["period"] == period]
    titles = category_titles(str(now["breakdown"].iloc[0])) | {NOT_SHOWN: NOT_SHOWN_TEXT}
    shown = {code: _whole(now, code, 100.0, (UNKNOWN,)) for code in (*view.focus, "00")}
    riket = dict(shown["00"][["category", "value"]].to_numpy())
    present = {UNKNOWN, *(category for frame in shown.values() for category in frame["category"])}
    bars = [
        _share_bar(shown[code], code, category, titles[category], riket, view, several=len(view.focus) > 1)
        for category in [one for one in titles if one in present]
        for code in view.focus
    ]
    unknown = [_known_text(shown[code], code, view) for code in view.focus]
    registered = counts.loc[counts["period"] == period]
    data = pd.concat([frame.loc[frame["category"] != NOT_SHOWN] for frame in shown.values()], ignore_index=True)
    about = About(
        id=f"kaa_sysselsattning_{view.measure.id}",
        title=view.title or f"Okänd sysselsättning i KAA: {join_words(unknown)}",
        subtitle=f"Andel av de rapporterade, {kaa_when(period)}. {_n(registered, view)} Strecket är riket.",
        source=source_line(data, view.catalog, computed=False),
        alt=f"Liggande staplar. {_parts_alt(shown, titles, view)}",
        note=_note(
            _hidden_note(shown),
            "Den som arbetar kan omfattas av KAA.",
            coverage_note(view, period),
            _new(view, period),
        ),
        data=data,
        derived=_derived(shown, titles, view),
    )
    return _drawn(about, bars, view, left=2.25)


def _share_bar(
    rows: pd.DataFrame,
    code: str,
    category: str,
    title: str,
    riket: Mapping[str, float],
    view: View,
    *,
    several: bool,
) -> _Bar:
    hit = rows.loc[rows["category"] == category]
    label = f"{title}, {view.name(code)}" if several else title
    if hit.empty:
        return _Bar(label, None, "0" if category == NOT_SHOWN else STATUS_TEXT["not_available"], code)
    value, status = hit[["value", "status"]].iloc[0]
    known = None if pd.isna(value) else float(value)
    text = STATUS_TEXT[status] if known is None else view.number(known)
    tick = riket.get(category)
    if tick is not None and not pd.isna(tick) and category != NOT_SHOWN:
        text = f"{text} (riket {view.number(tick)})"
    else:
        tick = None
    return _Bar(label, known, text, code, hatched=category in (UNKNOWN, NOT_SHOWN), tick=tick)


def _known_text(rows: pd.DataFrame, code: str, view: View) -> str:
    hit = rows.loc[rows["category"] == UNKNOWN]
    if hit.empty or pd.isna(hit["value"].iloc[0]):
        return f"{view.name(code)} {STATUS_TEXT['not_available' if hit.empty else hit['status'].iloc[0]]}"
    return f"{view.name(code)} {view.number(hit['value'].iloc[0])}"


def _n(counts: pd.DataFrame, view: View) -> str:
    texts = []
    for code in view.focus:
        value = _value(counts, code)
        texts.append(f"{view.name(code)} {'okänt' if value is None else number_text(value, 0)}")
    return f"Rapporterade: {join_words(texts)}."


def _hidden_note(shown: Mapping[str, pd.DataFrame]) -> str:
    hidden = any(frame["value"].isna().any() for frame in shown.values())
    text = "Där en enda del är dold är även den minsta andra delen det, så att den inte kan räknas fram."
    return text if hidden else ""


def _note(*parts: str) -> str:
    return " ".join(filter(None, parts))


def _new(view: View, period: str) -> str:
    """Say what the question is since this very period; the chart shows no other."""
    return " ".join(item.text for item in view.catalog.breaks_of(view.measure.id) if item.at == period)


def _parts_alt(shown: Mapping[str, pd.DataFrame], titles: Mapping[str, str], view: View) -> str:
    sentences = []
    for code, frame in shown.items():
        parts = [
            f"{titles[category].lower()} {STATUS_TEXT[status] if pd.isna(value) else view.number(value)}"
            for category, value, status in frame[["category", "value", "status"]].itertuples(index=False)
        ]
        sentences.append(f"{view.name(code)}: {', '.join(parts)}.")
    return " ".join(sentences)


def _derived(shown: Mapping[str, pd.DataFrame], titles: Mapping[str, str], view: View) -> pd.DataFrame:
    rows = [
        {"Område": view.name(code), "Del": titles[category], "Värde": value}
        for code, frame in shown.items()
        for category, value in frame[["category", "value"]].itertuples(index=False)
    ]
    return pd.DataFrame(rows)


def kaa_flow(counts: pd.DataFrame, left: pd.DataFrame, grounds: pd.DataFrame, view: View) -> Chart:
    """Draw how many were registered, how many were deregistered and on what ground, in persons.

    Parameters
    ----------
    counts, left
        Observations of the registered and the deregistered, all periods.
    grounds
        Observations of the deregistered by ground, as counts with a breakdown.

    Returns
    -------
    Chart
        The grounds and what is not shown make the deregistered; those and the others make the registered.
    """
    period = view.at(left)
    now = {name: frame.loc[frame["period"] == period] for name, frame in (("in", counts), ("out", left))}
    parts = grounds.loc[grounds["period"] == period]
    titles = category_titles("deregistration") | {NOT_SHOWN: NOT_SHOWN_TEXT}
    bars, shown, sentences = [], {}, []
    for code in view.focus:
        inside, out = _value(now["in"], code), _value(now["out"], code)
        if len(view.focus) > 1:
            bars.append(_Bar(view.name(code), None, "", code, strong=True))
        bars += _totals(now, code, inside, out)
        if out is not None:
            shown[code] = _whole(parts, code, out)
            bars += _ground_bars(shown[code], titles, code, out)
        sentences.append(f"{view.name(code)} {_of(out, inside)}")
    data = pd.concat([*now.values(), *shown.values()], ignore_index=True)
    data = data.loc[data["region_code"].isin(view.focus) & (data["category"] != NOT_SHOWN)]
    about = About(
        id="kaa_in_och_ut",
        title=view.title or f"Avregistrerade ur KAA: {join_words(sentences)}",
        subtitle=f"Antal personer, {kaa_when(period)}. Grunderna är tillsammans alla avregistrerade.",
        source=source_line(data, view.catalog, computed=False),
        alt=f"Liggande staplar. {' '.join(f'{bar.label}: {bar.text}.' for bar in bars if bar.text)}",
        note=_note(_hidden_note(shown), "Nyregistrerade publiceras inte per kommun.", coverage_note(view, period)),
        data=data.reset_index(drop=True),
        derived=_derived(shown, titles, view) if shown else pd.DataFrame(),
    )
    return _drawn(about, bars, view, left=2.55)


def _of(out: float | None, inside: float | None) -> str:
    if out is None or inside is None:
        return "uppgift saknas"
    return f"{number_text(out, 0)} av {number_text(inside, 0)} rapporterade"


def _totals(now: Mapping[str, pd.DataFrame], code: str, inside: float | None, out: float | None) -> list[_Bar]:
    bars = [_count_bar("Rapporterade någon gång", inside, now["in"], code)]
    bars.append(_count_bar("Avregistrerade", out, now["out"], code))
    if inside is not None and out is not None and inside - out >= SMALLEST_SHOWN:
        text = f"{number_text(inside - out, 0)} (beräknat)"
        bars.insert(1, _Bar("Inte avregistrerade", inside - out, text, code, hatched=True))
    return bars


def _count_bar(label: str, value: float | None, rows: pd.DataFrame, code: str) -> _Bar:
    if value is not None:
        return _Bar(label, value, number_text(value, 0), code, strong=True)
    status = rows.loc[rows["region_code"] == code, "status"]
    return _Bar(label, None, STATUS_TEXT[status.iloc[0] if len(status) else "not_available"], code, strong=True)


def _ground_bars(rows: pd.DataFrame, titles: Mapping[str, str], code: str, out: float) -> list[_Bar]:
    order = {category: at for at, category in enumerate(titles)}
    bars = []
    for _, row in rows.assign(order=rows["category"].map(order)).sort_values("order").iterrows():
        value = None if pd.isna(row["value"]) else float(row["value"])
        text = STATUS_TEXT[row["status"]] if value is None else number_text(value, 0)
        if value is not None and out:
            text = f"{text} ({number_text(100 * value / out, 0, 'procent')})"
        label = f"– {titles[row['category']][:1].lower()}{titles[row['category']][1:]}"
        bars.append(_Bar(label, value, text, code, hatched=row["category"] in (UNKNOWN, NOT_SHOWN)))
    return bars


def _drawn(about: About, bars: list[_Bar], view: View, left: float) -> Chart:
    chart, axes = canvas(about, ROW * len(bars) + 0.1, left=left, right=1.35, below=0.1)
    highest = max([bar.value or 0 for bar in bars] + [bar.tick or 0 for bar in bars] + [1.0])
    for row, bar in enumerate(bars):
        _bar(axes, row, bar, line_of(bar.code, view.focus).colour)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.set_xlim(0, highest * 1.02)
    axes.set_yticks([])
    axes.set_xticks([])
    return chart


def _bar(axes: Axes, row: int, bar: _Bar, colour: str) -> None:
    beside(axes, bar.label, (0, row), -6, bold=bar.strong, size=SMALL + 0.5)
    end = 0.0
    if bar.value is not None:
        end = bar.value
        face = "white" if bar.hatched else colour
        axes.barh(
            row, bar.value, height=0.66, facecolor=face, edgecolor=colour, linewidth=0.8, zorder=2,
            hatch="////" if bar.hatched else None,
        )  # fmt: skip
    if bar.tick is not None:
        axes.plot([bar.tick, bar.tick], [row - 0.42, row + 0.42], color="white", linewidth=3.4, zorder=3)
        axes.plot([bar.tick, bar.tick], [row - 0.42, row + 0.42], color=INK, linewidth=1.6, zorder=4)
        end = max(end, bar.tick)
    known = bar.value is not None
    style: dict[str, Any] = {"color": INK if known else GREY, "style": "normal" if known else "italic"}
    beside(axes, bar.text, (end, row), 5, bold=bar.strong, annotation_clip=False, **style)
