"""The workspace's ``aliases.toml``: what publishers have come to write, and what the readers know it as."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from uvas_stats.catalog.names import tidy
from uvas_stats.catalog.toml import build, read_toml
from uvas_stats.errors import CatalogError

__all__ = ["KINDS", "Aliases", "read_aliases"]

KINDS = {"headings": "rubriken", "categories": "kategorin", "areas": "området"}
"""The tables of the file, and what one line of each is called."""


@dataclass(frozen=True)
class Aliases:
    """For each kind, what stands in a file and what it is read as.

    Examples
    --------
    >>> Aliases(areas={"Malung-Sälens kn": "Malung-Sälen"}).of("areas")
    {'malung sälens kn': 'Malung-Sälen'}
    """

    headings: dict[str, str] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)

    def of(self, kind: str) -> dict[str, str]:
        """Give the aliases of a kind by their folded text."""
        texts: dict[str, str] = getattr(self, kind)
        return {tidy(text): target for text, target in texts.items()}


def read_aliases(path: Path) -> Aliases:
    """Read the file; none where there is no such file. What the targets are is checked when an edition is read.

    Raises
    ------
    CatalogError
        If a table or a value is not what it should be, or one text stands twice.
    """
    if not path.is_file():
        return Aliases()
    aliases = build(Aliases, read_toml(path), path)
    for kind, what in KINDS.items():
        if len(aliases.of(kind)) < len(getattr(aliases, kind)) or "" in aliases.of(kind):
            raise CatalogError(f"{kind}: {what} står två gånger eller är tom", where=path, todo="Ta bort den ena")
    return aliases
