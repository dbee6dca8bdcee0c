"""Do the printed figures of a document agree with themselves? 3 of 146 is not 1.9 percent."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from uvas_stats.catalog import Check, PrintedFigure, Programme
from uvas_stats.catalog.programme import SMALLEST_SHOWN
from uvas_stats.indicators.shares import overlap_bounds
from uvas_stats.numbers import number_text

__all__ = ["Finding", "check_printed"]


@dataclass(frozen=True)
class Finding:
    """What one check of printed figures found."""

    text: str
    ok: bool
    message: str
    figures: tuple[str, ...]
    """Ids of the printed figures it concerns."""
    upper_bound: bool = False
    """The document prints the sum of overlapping parts: not wrong, but the most it can be."""

    @property
    def result(self) -> str:
        """The result in words."""
        if self.upper_bound:
            return "övre gräns"
        return "stämmer" if self.ok else "stämmer inte"


def _decimals(as_printed: str) -> int:
    match = re.search(r"\d,(\d+)", as_printed)
    return len(match[1]) if match else 0


def _share(figure: PrintedFigure, numerator: float, denominator: float, printed: float) -> Finding:
    true = 100 * numerator / denominator
    decimals = _decimals(figure.as_printed)
    ok = abs(true - printed) <= 0.5 * 10**-decimals + 1e-9
    counts = f"{number_text(numerator, 0)} av {number_text(denominator, 0)}"
    message = (
        f"{counts} är {number_text(true, 2, 'procent')}; dokumentet anger "
        f"{number_text(printed, decimals, 'procent')}."
    )
    return Finding(f"{figure.text} {figure.period}", ok, message, (figure.id,))


def _values(check: Check, printed: Mapping[str, PrintedFigure]) -> list[float]:
    values = [printed[id_].value for id_ in check.figures]
    return [value for value in values if value is not None]


def _partition(check: Check, printed: Mapping[str, PrintedFigure]) -> Finding:
    total = printed[check.total]
    parts = math.fsum(_values(check, printed))  # plain sums of decimals end in ...04
    ok = total.value is not None and math.isclose(parts, total.value)
    if ok and any(printed[id_].masked for id_ in check.figures):  # an exact sum would narrow down the masked
        message = f"Delarna går ihop med dokumentets {total.as_printed}."
        return Finding(check.text, ok, message, (*check.figures, check.total))
    message = f"Delarna blir tillsammans {number_text(parts, 0)}; dokumentet anger {total.as_printed}."
    return Finding(check.text, ok, message, (*check.figures, check.total))


def _union(check: Check, printed: Mapping[str, PrintedFigure]) -> Finding:
    parts = _values(check, printed)
    low, high = overlap_bounds(parts)
    total = printed[check.total]
    inside = total.value is not None and low <= total.value <= high
    sum_used = total.value == high and len(parts) > 1
    listed = " + ".join(number_text(part, 0) for part in parts)
    message = (
        f"{listed} är en summa med överlapp: gruppen är minst {number_text(low, 0)} och högst "
        f"{number_text(high, 0)}. Dokumentet anger {total.as_printed}"
        f"{', alltså den övre gränsen' if sum_used else ''}."
    )
    return Finding(check.text, inside and not sum_used, message, (*check.figures, check.total), sum_used)


def _same(check: Check, printed: Mapping[str, PrintedFigure]) -> Finding:
    values = _values(check, printed)
    shown = " och ".join(f"”{printed[id_].as_printed}” ({printed[id_].section})" for id_ in check.figures)
    return Finding(check.text, len(set(values)) == 1, f"Samma uppgift anges som {shown}.", check.figures)


_KINDS = {"partition": _partition, "union": _union, "same": _same}


def check_printed(programme: Programme) -> list[Finding]:
    r"""Check every printed share against its counts, and the relations the programme file declares.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> findings = check_printed(load_catalog().programme("storuman"))
    >>> print([finding.message for finding in findings if not finding.ok][0].replace("\u202f", " "))
    3 av 146 är 2,05 %; dokumentet anger 1,9 %.
    """
    printed = {figure.id: figure for figure in programme.printed}
    shares = [
        _share(figure, figure.numerator, figure.denominator, figure.value)
        for figure in programme.printed
        if figure.numerator is not None and figure.denominator and figure.value is not None
    ]
    relations = [
        _discreet(_KINDS[check.kind](check, printed), _shown(check), printed) for check in programme.checks
    ]
    return [*[_discreet(finding, finding.figures, printed) for finding in shares], *relations]


def _shown(check: Check) -> tuple[str, ...]:
    """Name the figures that the message of a check writes out: of a partition only the total."""
    return (check.total,) if check.kind == "partition" else (*check.figures, check.total)


def _discreet(finding: Finding, shown: Iterable[str], printed: Mapping[str, PrintedFigure]) -> Finding:
    """Leave the figures out of a message that would write out a masked one."""
    if not any(printed[id_].masked for id_ in shown if id_):
        return finding
    return replace(finding, message=f"En av uppgifterna är färre än {SMALLEST_SHOWN} och återges inte.")
