"""What is declared about services that answer with files or JSON of their own kind: who they are and where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from uvas_stats.catalog.toml import build, read_toml
from uvas_stats.errors import CatalogError

__all__ = ["WebSource", "load_web_sources"]

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True)
class WebSource:
    """A service that is not a PxWeb database."""

    id: str
    title: str
    publisher: str
    licence: str
    url: str
    """What all its paths are put after. No other host is called."""
    landing_page: str = ""
    calls: int = 10
    """Calls in a window of seconds that are made at most; none of these services says what it allows."""
    seconds: float = 10.0


@cache
def load_web_sources() -> dict[str, WebSource]:
    """Read the declared services by id.

    Raises
    ------
    CatalogError
        If two have the same id.

    Examples
    --------
    >>> load_web_sources()["siris"].publisher
    'Skolverket'
    """
    path = DATA / "web_sources.toml"
    sources = [build(WebSource, table, path) for table in read_toml(path)["sources"]]
    found = {source.id: source for source in sources}
    if len(found) < len(sources):
        raise CatalogError("Två källor har samma id", where=path, todo="Ge den ena ett annat id")
    return found
