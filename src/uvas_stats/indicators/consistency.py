"""Do the printed figures of a document agree with themselves? 3 of 146 is not 1.9 percent."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from uvas_stats.catalog import Check, PrintedFigure, Programme
from uvas_stats.indicators.shares import overlap_bounds

__all__ = ["Finding", "check_printed", "printed_decimals"]


@dataclass(frozen=True)
class Finding:
    """What one check of printed figures found; :mod:`uvas_stats.present.verdicts` puts it in words."""

    kind: str
    """``share`` of a figure's own counts, or the kind of the declared check."""
    text: str
    ok: bool
    parts: tuple[PrintedFigure, ...]
    total: PrintedFigure | None = None
    computed: tuple[float, ...] = ()
    """The true share, the sum of the parts, or the least and the most that a union can be."""
    upper_bound: bool = False
    """The document prints the sum of overlapping parts: not wrong, but the most it can be."""

    @property
    def figures(self) -> tuple[str, ...]:
        """Ids of the printed figures it concerns."""
        return tuple(figure.id for figure in (*self.parts, *([self.total] if self.total else [])))

    @property
    def masked(self) -> bool:
        """Whether to tell it would write out a masked figure; of a partition only the total is written."""
        written = () if self.kind == "partition" else self.parts
        return any(figure.masked for figure in (*written, *([self.total] if self.total else [])))


def printed_decimals(as_printed: str) -> int:
    """Return with how many decimals a figure is printed.

    Examples
    --------
    >>> printed_decimals("1,9 %"), printed_decimals("cirka 50")
    (1, 0)
    """
    match = re.search(r"\d,(\d+)", as_printed)
    return len(match[1]) if match else 0


def _share(figure: PrintedFigure, numerator: float, denominator: float, printed: float) -> Finding:
    true = 100 * numerator / denominator
    ok = abs(true - printed) <= 0.5 * 10 ** -printed_decimals(figure.as_printed) + 1e-9
    return Finding("share", f"{figure.text} {figure.period}", ok, (figure,), computed=(true,))


def _values(parts: tuple[PrintedFigure, ...]) -> list[float]:
    return [part.value for part in parts if part.value is not None]


def _relation(check: Check, printed: Mapping[str, PrintedFigure]) -> Finding:
    parts = tuple(printed[id_] for id_ in check.figures)
    values = _values(parts)
    if check.kind == "same":
        return Finding("same", check.text, len(set(values)) == 1, parts, printed.get(check.total))
    total = printed[check.total]
    if check.kind == "partition":
        whole = math.fsum(values)  # plain sums of decimals end in ...04
        ok = total.value is not None and math.isclose(whole, total.value)
        return Finding("partition", check.text, ok, parts, total, (whole,))
    low, high = overlap_bounds(values)
    inside = total.value is not None and low <= total.value <= high
    sum_used = total.value == high and len(values) > 1
    return Finding("union", check.text, inside and not sum_used, parts, total, (low, high), sum_used)


def check_printed(programme: Programme) -> list[Finding]:
    """Check every printed share against its counts, and the relations the programme file declares.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> findings = check_printed(load_catalog().programme("storuman"))
    >>> [(one.text, round(one.computed[0], 2)) for one in findings if one.kind == "share" and not one.ok][0]
    ('Studieavbrott 2013/14', 2.05)
    """
    printed = {figure.id: figure for figure in programme.printed}
    shares = [
        _share(figure, figure.numerator, figure.denominator, figure.value)
        for figure in programme.printed
        if figure.numerator is not None and figure.denominator and figure.value is not None
    ]
    return [*shares, *(_relation(check, printed) for check in programme.checks)]
