"""What the checks of a document's figures found, in words."""

from __future__ import annotations

from uvas_stats.catalog.programme import SMALLEST_SHOWN
from uvas_stats.indicators.consistency import Finding, printed_decimals
from uvas_stats.numbers import number_text

__all__ = ["finding_result", "finding_text"]


def finding_result(finding: Finding) -> str:
    """Say in a word or two what a check came to."""
    if finding.upper_bound:
        return "övre gräns"
    return "stämmer" if finding.ok else "stämmer inte"


def _share(finding: Finding) -> str:
    (figure,), (true,) = finding.parts, finding.computed
    printed = number_text(figure.value, printed_decimals(figure.as_printed), "procent")
    counts = f"{number_text(figure.numerator, 0)} av {number_text(figure.denominator, 0)}"
    return f"{counts} är {number_text(true, 2, 'procent')}; dokumentet anger {printed}."


def _partition(finding: Finding) -> str:
    assert finding.total is not None
    if finding.ok and any(part.masked for part in finding.parts):  # an exact sum would narrow down the masked
        return f"Delarna går ihop med dokumentets {finding.total.as_printed}."
    whole = number_text(finding.computed[0], 0)
    return f"Delarna blir tillsammans {whole}; dokumentet anger {finding.total.as_printed}."


def _union(finding: Finding) -> str:
    assert finding.total is not None
    listed = " + ".join(number_text(part.value, 0) for part in finding.parts if part.value is not None)
    low, high = (number_text(bound, 0) for bound in finding.computed)
    return (
        f"{listed} är en summa med överlapp: gruppen är minst {low} och högst {high}. "
        f"Dokumentet anger {finding.total.as_printed}"
        f"{', alltså den övre gränsen' if finding.upper_bound else ''}."
    )


def _same(finding: Finding) -> str:
    shown = " och ".join(f"”{part.as_printed}” ({part.section})" for part in finding.parts)
    return f"Samma uppgift anges som {shown}."


_TEXTS = {"share": _share, "partition": _partition, "union": _union, "same": _same}


def finding_text(finding: Finding) -> str:
    r"""Explain a finding in a sentence, without the figures where one of them is masked.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> from uvas_stats.indicators import check_printed
    >>> findings = check_printed(load_catalog().programme("storuman"))
    >>> print([finding_text(finding) for finding in findings if not finding.ok][0].replace("\u202f", " "))
    3 av 146 är 2,05 %; dokumentet anger 1,9 %.
    """
    if finding.masked:
        return f"En av uppgifterna är färre än {SMALLEST_SHOWN} och återges inte."
    return _TEXTS[finding.kind](finding)
