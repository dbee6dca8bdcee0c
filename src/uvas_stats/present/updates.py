"""What a report leaves out for want of figures, and how they are got."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from uvas_stats.present.chapter import Chapter
from uvas_stats.present.figure import About
from uvas_stats.present.table import Table
from uvas_stats.present.view import join_words

__all__ = ["HEADING", "how_to_update", "is_empty", "left_out"]

HEADING = "Så uppdateras underlaget"


def is_empty(chapter: Chapter) -> bool:
    """Tell whether nothing of a chapter could be shown."""
    return bool(chapter.missing) and not chapter.parts


def left_out(chapters: Sequence[Chapter]) -> str:
    """Say in a sentence which chapters are left out; empty where none is."""
    names = [f"”{chapter.heading}”" for chapter in chapters if is_empty(chapter)]
    if not names:
        return ""
    many = "Kapitlet" if len(names) == 1 else "Kapitlen"
    return f"{many} {join_words(names)} är inte med, eftersom underlag saknas; se ”{HEADING}”."


def how_to_update(chapters: Sequence[Chapter], name: str) -> Chapter | None:
    """List what is missing, what to do about it and which chapters it is for; None where nothing is missing."""
    rows: dict[str, dict[str, None]] = {}
    places: dict[str, dict[str, None]] = {}
    for chapter in chapters:
        for one in chapter.every_missing:
            rows.setdefault(one.todo, {})[one.what] = None
            places.setdefault(one.todo, {})[chapter.heading] = None
    if not rows:
        return None
    cells = pd.DataFrame(
        {
            "Saknas": ["; ".join(what) for what in rows.values()],
            "Gör så": [todo or "–" for todo in rows],
            "Kapitel": ["; ".join(places[todo]) for todo in rows],
        }
    )
    about = About(
        id="uppdatera",
        title=f"{name}: det som saknas",
        subtitle="",
        source="",
        alt=" ".join(f"{one['Saknas']}. {one['Gör så']}." for _, one in cells.iterrows()),
    )
    text = "För den som tar fram rapporten. Kommandona körs i ett terminalfönster; därefter görs rapporten om."
    return Chapter(HEADING, text, (Table(about, cells, ("left",) * len(cells.columns)),))
