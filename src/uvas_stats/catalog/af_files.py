"""Which of the employment service's workbooks belong to a dataset, and how their names are known."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from uvas_stats.catalog.toml import build, read_toml
from uvas_stats.errors import RawFileError

__all__ = ["AfFile", "AfPage", "af_kind", "load_af_page", "month_of"]

_MONTH = "((?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2]))"
_PATH = Path(__file__).resolve().parent / "data" / "af_files.toml"


@dataclass(frozen=True)
class AfFile:
    """One kind of workbook."""

    dataset: str
    role: str
    title: str
    pattern: str
    """Regular expression for the whole file name, with ``{month}`` where the month stands."""

    def month(self, name: str) -> str | None:
        """Return the month that a file name tells; None if the file is of another kind.

        Examples
        --------
        >>> AfFile("d", "r", "t", r"web-sok-lan-kom-{month}[.]xlsx").month("web-sok-lan-kom-2026-08.xlsx")
        '2026-08'
        """
        plain = unicodedata.normalize("NFC", name).lower()
        match = re.fullmatch(self.pattern.replace("{month}", _MONTH), plain)
        return match[1] if match else None


@dataclass(frozen=True)
class AfPage:
    """The page that links to the workbooks."""

    page: str
    not_in_name: tuple[str, ...]
    """What the name of a monthly workbook never holds: those are yearly means."""
    files: tuple[AfFile, ...]

    def excluded(self, name: str) -> bool:
        """Tell whether a file is of yearly means."""
        plain = unicodedata.normalize("NFC", name).lower()
        return any(word in plain for word in self.not_in_name)

    def of(self, dataset: str) -> tuple[AfFile, ...]:
        """Return the kinds of workbooks of a dataset."""
        return tuple(file for file in self.files if file.dataset == dataset)


@cache
def load_af_page() -> AfPage:
    """Load what is declared of the page and its files.

    Examples
    --------
    >>> [file.role for file in load_af_page().of("af_share")]
    ['running', 'closed']
    """
    return build(AfPage, read_toml(_PATH), _PATH)


def af_kind(name: str, dataset: str) -> AfFile:
    """Return the kind of a workbook of a dataset.

    Raises
    ------
    RawFileError
        If the name is of none, or is that of yearly means.
    """
    page = load_af_page()
    kinds = [kind for kind in page.of(dataset) if kind.month(name) and not page.excluded(name)]
    if not kinds:
        wanted = ", ".join(
            kind.pattern.replace("{month}", "ÅÅÅÅ-MM").replace("\\", "") for kind in page.of(dataset)
        )
        raise RawFileError(
            "Filnamnet är inget av dem som Arbetsförmedlingens arbetsböcker har",
            where=name,
            todo=f"Kända är {wanted}",
        )
    return kinds[0]


def month_of(name: str) -> str:
    """Return the month at the end of a file name; empty if there is none.

    Examples
    --------
    >>> month_of("web-sok-lan-kom-2026-08.xlsx")
    '2026-08'
    """
    match = re.search(rf"{_MONTH}\.\w+$", name)
    return match[1] if match else ""
