"""The categories of the registers as a Swedish reader sees them, out of ``labels.toml``."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

__all__ = ["BREAKDOWNS", "breakdown_label", "category_label"]

_CONTENT = tomllib.loads((Path(__file__).parent / "labels.toml").read_text(encoding="utf-8"))
BREAKDOWNS: dict[str, tuple[int, str]] = {
    id_: (one.get("block", 0), one["label"]) for id_, one in _CONTENT["breakdowns"].items()
}
"""Breakdown to the block of the KAA report it belongs to (0: none) and its name."""


def breakdown_label(breakdown: str) -> str:
    """Name a breakdown in Swedish.

    Examples
    --------
    >>> breakdown_label("ended_reason")
    'Grund för avregistrering'
    """
    return BREAKDOWNS.get(breakdown, (0, breakdown))[1]


def category_label(breakdown: str, category: str) -> str:
    """Name a category in Swedish; years and months stand as they are.

    Examples
    --------
    >>> category_label("contact", "within_60_days"), category_label("birth_year", "2008")
    ('inom 60 dagar', '2008')
    """
    days = re.fullmatch(r"(not_)?within_(\d+)_days", category)
    if days:
        return f"{'inte ' if days[1] else ''}inom {days[2]} dagar"
    if breakdown == "ended_reason" and category in _CONTENT["ended_reason"]:
        return str(_CONTENT["ended_reason"][category])
    return str(_CONTENT["categories"].get(category, category))
