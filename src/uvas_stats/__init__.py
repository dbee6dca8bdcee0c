"""Nuläge for young people who neither work nor study (UVAS): figures, charts and reports for Swedish kommuner.

What is named in ``__all__`` is public and listed in docs/api.md; all else is private. Importing the package reads
nothing and loads neither pandas nor matplotlib; the first use of a name does.

Examples
--------
>>> from uvas_stats import nulage
>>> n = nulage("soderhamn")
>>> n.programme.name
'Söderhamn'
>>> from uvas_stats import figures
>>> figures("N02797", kommun="Söderhamn", period=2024)["value"].tolist()
[9.15]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from uvas_stats.situation.computing import area, change, compare, interval, rank
    from uvas_stats.situation.facade import Nulage
    from uvas_stats.situation.finding import groups, kommuner, measures, programmes, sources
    from uvas_stats.situation.frames import figures

__all__ = [
    "__version__",
    "area",
    "change",
    "compare",
    "figures",
    "groups",
    "interval",
    "kommuner",
    "measures",
    "nulage",
    "programmes",
    "rank",
    "sources",
]
__version__ = "0.1.0"
_PLACES = {
    "situation.finding": ("groups", "kommuner", "measures", "programmes", "sources"),
    "situation.frames": ("figures",),
    "situation.computing": ("area", "change", "compare", "interval", "rank"),
}
"""Where the public names are, by module."""


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    for module, names in _PLACES.items():
        if name in names:
            globals()[name] = found = getattr(import_module(f"uvas_stats.{module}"), name)
            return found
    raise AttributeError(f"module 'uvas_stats' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names too, for completion."""
    return sorted({*globals(), *__all__})


def nulage(
    programme: str | None = None,
    *,
    kommun: str | int | None = None,
    group: str | None = None,
    period: str | None = None,
    workspace: Path | str | None = None,
) -> Nulage:
    """Return the nuläge of a programme or of any kommun.

    Parameters
    ----------
    programme
        Id or name of a programme: ``soderhamn``, ``storuman``, ``lidkoping``, ``ale``, ``ostra_sodertorn``, or one
        of your own in ``programmes/`` of the workspace.
    kommun
        Name or code of a kommun, instead of a programme.
    group
        Group to compare with, by id or name; None means the programme's own. A län is a group (``21``), and so are
        SKR's (``C8``), ``GR`` and those in ``groups.toml`` of the workspace.
    period
        The period to show, such as ``2023`` or ``2024/25``; None means the newest of each measure.
    workspace
        The folder that holds data/ and reports/; None means the one you stand in.

    Returns
    -------
    Nulage
        With ``summary()``, ``trend()``, ``place()``, ``compare()``, ``season()``, ``goals()``, ``documents()``,
        ``export()`` and more. Built from data/raw if data/processed is missing or old.

    Raises
    ------
    UvasStatsError
        With one line in Swedish: what is wrong, where, and what to do.

    Examples
    --------
    >>> n = nulage(kommun="Gävle", group="21")
    >>> print(n.compare("uvas_share_pct").about.title)
    UVAS 16–24 år: Gävle plats 10 av 10 bland kommunerna i Gävleborgs län
    """
    from uvas_stats.build.pipeline import ensure_processed
    from uvas_stats.situation import facade
    from uvas_stats.workspace import find_workspace

    folder = find_workspace(workspace)
    ensure_processed(folder)
    return facade.nulage(programme, kommun=kommun, group=group, period=period, workspace=folder)
