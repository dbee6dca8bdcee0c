"""The tables: each takes frames and gives a Table of values with Swedish headings."""

from uvas_stats.present.tables.counts import counts
from uvas_stats.present.tables.documents import Nearest, consistency, documents, nearest_figure
from uvas_stats.present.tables.follow_up import kkik, summary
from uvas_stats.present.tables.kartlaggning import kartlaggning
from uvas_stats.present.tables.participants import participants
from uvas_stats.present.tables.pooled import pooled
from uvas_stats.present.tables.programme import activities, economy, goals
from uvas_stats.present.tables.rank_summary import standing
from uvas_stats.present.tables.register import PublishedBeside, register_parts, registers

__all__ = [
    "Nearest",
    "PublishedBeside",
    "activities",
    "consistency",
    "counts",
    "documents",
    "economy",
    "goals",
    "kartlaggning",
    "kkik",
    "nearest_figure",
    "participants",
    "pooled",
    "register_parts",
    "registers",
    "standing",
    "summary",
]
