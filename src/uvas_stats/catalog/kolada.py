"""What is declared about Kolada's key figures: which measure each is, and what its title must say.

An id alone is not trusted: lists of ids hold wrong ones, and an id can change its meaning. A key figure is used
when its title holds the declared words; where no id is known it is found by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from uvas_stats.catalog.names import fold
from uvas_stats.catalog.toml import build, read_toml
from uvas_stats.errors import CatalogError

__all__ = ["FORM", "GROUPS_FILE", "KPI_FILE", "KoladaKpi", "load_kolada_kpis"]

DATA = Path(__file__).resolve().parent / "data"
FORM = "v3"
"""What ``form`` says in the origin.toml of an edition that was fetched from the service."""
KPI_FILE, GROUPS_FILE = "kpi.json", "groups.json"
"""Names of the files, beside the values, that every fetched edition has."""


@dataclass(frozen=True)
class KoladaKpi:
    """One key figure of Kolada that is fetched."""

    measure: str
    """Id of the measure it becomes."""
    title_words: tuple[str, ...]
    """Words that the title must hold, whatever their case and hyphens."""
    id: str = ""
    """Kolada's id; empty where it is to be found by its title."""
    not_titled: tuple[str, ...] = ()
    """Words that the title must not hold."""
    optional: bool = False
    """Passed over, and said so, where Kolada no longer has it."""

    def fits(self, title: str) -> bool:
        """Tell whether a title is the one that is meant.

        Examples
        --------
        >>> kpi = KoladaKpi("uvas_share_pct", ("16-24", "varken arbetar"), not_titled=("17-24",))
        >>> kpi.fits("Invånare 16–24 år som varken arbetar eller studerar"), kpi.fits("Invånare 17-24 år")
        (True, False)
        """
        folded = fold(title)
        holds = all(fold(word) in folded for word in self.title_words)
        return holds and not any(fold(word) in folded for word in self.not_titled)


def _check(kpis: Iterable[KoladaKpi], path: Path) -> None:
    seen: Mapping[str, set[str]] = {"measure": set(), "id": set()}
    for kpi in kpis:
        for name, value in (("measure", kpi.measure), ("id", kpi.id)):
            if value and value in seen[name]:
                raise CatalogError(f"{name} ”{value}” finns två gånger", where=path, todo="Ta bort den ena")
            seen[name].add(value)
        if not kpi.title_words:
            raise CatalogError(f"{kpi.measure}: title_words är tom", where=path, todo="Skriv ord ur titeln")


@cache
def load_kolada_kpis() -> tuple[KoladaKpi, ...]:
    """Read the declared key figures.

    Raises
    ------
    CatalogError
        If a measure or an id stands twice, or a key figure has no words of its title.

    Examples
    --------
    >>> load_kolada_kpis()[0].id
    'N02797'
    """
    path = DATA / "kolada_kpis.toml"
    kpis = tuple(build(KoladaKpi, table, path) for table in read_toml(path)["kpis"])
    _check(kpis, path)
    return kpis
