"""The categories of the registers as a Swedish reader sees them."""

from __future__ import annotations

import re

__all__ = ["BREAKDOWNS", "breakdown_label", "category_label"]

BREAKDOWNS = {
    "birth_year": (1, "Födelseår"),
    "schooling": (1, "Senaste sysselsättning i form av utbildning"),
    "month": (1, "Månad"),
    "occupation": (2, "Känd sysselsättning"),
    "contact": (2, "Kontakt efter registrering"),
    "measure_type": (3, "Senaste åtgärd"),
    "measure_after": (4, "Sysselsättning efter åtgärd"),
    "measure_reason": (4, "Grund för upphörd åtgärd"),
    "ended_reason": (5, "Grund för avregistrering"),
    "ended_to": (5, "Sysselsättning vid avregistrering"),
    "days_ended": (5, "Dagar, avslutade registreringar"),
    "days_open": (5, "Dagar hittills, pågående registreringar"),
    "outcome": (0, "Utfall"),
    "place": (0, "Ort för arbete eller studier"),
    "examen": (0, "Gymnasieexamen vid start"),
    "study_plan": (0, "Studieplan, utan gymnasieexamen"),
    "assistance_start": (0, "Ekonomiskt bistånd vid start"),
    "assistance_now": (0, "Ekonomiskt bistånd vid terminens slut"),
    "followed": (0, "Vid uppföljning"),
}
"""Breakdown to the block of the KAA report it belongs to (0: none) and its name."""
_COMMON = {
    "unknown": "okänd",
    "total": "totalt",
    "women": "kvinnor",
    "men": "män",
    "work": "arbete",
    "education": "utbildning",
    "study": "studier",
    "none": "ingen sysselsättning",
    "other": "annat",
    "im": "introduktionsprogram",
    "yes": "ja",
    "no": "nej",
    "q25": "undre kvartil",
    "median": "median",
    "q75": "övre kvartil",
    "compulsory_only": "bara grundskola",
    "dropped_national": "avbrott från nationellt program",
    "study_certificate": "studiebevis",
    "never_studied": "aldrig studerat",
    "im_studies": "studier på introduktionsprogram",
    "guidance": "studie- och yrkesvägledning",
    "practice": "praktik",
    "folk_high_school": "folkhögskola",
    "no_measure": "ingen åtgärd",
    "in_measure": "i åtgärd",
    "going_on": "pågår",
    "interrupted": "avbruten",
    "completed": "fullföljd",
    "national": "börjat nationellt program",
    "turned_20": "fyllt 20 år",
    "moved": "flyttat",
    "too_early": "för tidigt att säga",
    "due": "kontakt kan bedömas",
    "within": "inom sex månader",
    "not_within": "inte inom sex månader",
    "no_contact": "ingen första kontakt",
    "ongoing": "pågår",
    "ended": "avslutade",
    "to_work_or_study": "till arbete eller studier",
    "same": "samma kommun",
    "elsewhere": "annan ort",
    "in_occupation": "i sysselsättning",
    "not_in_occupation": "inte i sysselsättning",
    "not_followed": "inte uppföljd",
    "followed_up": "uppföljda",
}
_CLOSED = {"im": "börjat introduktionsprogram", "completed": "fullföljt utbildning"}


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
    if breakdown == "ended_reason" and category in _CLOSED:
        return _CLOSED[category]
    return _COMMON.get(category, category)
