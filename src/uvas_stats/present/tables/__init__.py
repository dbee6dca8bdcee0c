"""The tables: each takes frames and gives a Table of finished Swedish text."""

from uvas_stats.present.tables.documents import consistency, documents, nearest_figure
from uvas_stats.present.tables.follow_up import area_note, kkik, summary
from uvas_stats.present.tables.programme import activities, economy, goals

__all__ = [
    "activities",
    "area_note",
    "consistency",
    "documents",
    "economy",
    "goals",
    "kkik",
    "nearest_figure",
    "summary",
]
