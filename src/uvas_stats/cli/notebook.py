"""A panel for a notebook: pick any kommun, measure and group, and see the charts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from uvas_stats import nulage
from uvas_stats.catalog import Catalog, load_catalog
from uvas_stats.errors import UvasStatsError
from uvas_stats.workspace import find_workspace

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["panel"]

EVERY_KOMMUN = 200
"""A measure is offered if at least this many kommuner have a figure."""


def _measures(catalog: Catalog, observations: pd.DataFrame) -> list[tuple[str, str]]:
    """List the measures that most kommuner have, as title and id."""
    kommuner = observations.loc[
        observations["value"].notna() & observations["region_code"].isin([one.code for one in catalog.kommuner])
    ]
    counts = kommuner.groupby("measure", observed=True)["region_code"].nunique()
    return [(catalog.measures[str(id_)].title, str(id_)) for id_ in counts.index[counts >= EVERY_KOMMUN]]


def panel(kommun: str = "Söderhamn", measure: str = "uvas_share_pct", group: str | None = None) -> Any:
    """Return a panel with three menus and three charts: over time, place, and within the group.

    Parameters
    ----------
    kommun, measure, group
        What is chosen at first; ``group`` None means the kommun's län.

    Returns
    -------
    ipywidgets.VBox
        Show it as the last line of a cell.
    """
    import ipywidgets as widgets
    from IPython.display import display

    from uvas_stats.observations.editions import latest_edition
    from uvas_stats.observations.store import read_observations

    place = find_workspace()
    catalog = load_catalog(place)
    start = catalog.region(kommun)
    chosen = catalog.group(group) if group else catalog.own_groups(start.code)[0]
    nulage(kommun=start.code)  # builds what is missing
    observations = latest_edition(read_observations(place.processed), catalog.replaces)
    kommun_menu = widgets.Dropdown(
        options=[(region.name, region.code) for region in sorted(catalog.kommuner, key=lambda one: one.name)],
        value=start.code,
        description="Kommun",
    )
    measure_menu = widgets.Dropdown(
        options=_measures(catalog, observations),
        value=catalog.measure(measure).id,
        description="Mått",
        layout={"width": "36em"},
    )
    group_menu = widgets.Dropdown(
        options=[(one.name, one.id) for one in catalog.listed_groups], value=chosen.id, description="Grupp"
    )

    def show(kommun: str, measure: str, group: str) -> None:
        one = nulage(kommun=kommun, group=group)
        for draw in (one.trend, one.place, one.compare):
            try:
                display(draw(measure))  # type: ignore[no-untyped-call]
            except UvasStatsError as error:
                advice = f" {error.todo}." if error.command else ""
                display(widgets.HTML(f"<p>{escape(error.reason + '.' + advice)}</p>"))  # type: ignore[no-untyped-call]

    picture = widgets.interactive_output(
        show, {"kommun": kommun_menu, "measure": measure_menu, "group": group_menu}
    )
    return widgets.VBox([kommun_menu, measure_menu, group_menu, picture])
