"""What there is to ask for: measures, kommuner, groups, programmes and sources, as frames to search in."""

from __future__ import annotations

import difflib
from pathlib import Path

import pandas as pd

from uvas_stats.catalog import Catalog, Dataset, load_catalog
from uvas_stats.catalog.names import fold, nearest
from uvas_stats.errors import UnknownNameError
from uvas_stats.observations.editions import latest_edition
from uvas_stats.observations.store import read_observations
from uvas_stats.raw.snapshot import list_snapshots
from uvas_stats.situation.frames import open_figures
from uvas_stats.situation.series import DOCUMENTS, REGISTER, no_figures
from uvas_stats.workspace import find_workspace

__all__ = ["groups", "kommuner", "measures", "programmes", "sources"]

_LIKE_ENOUGH = 0.75


def _search(frame: pd.DataFrame, text: str | None, columns: list[str], what: str) -> pd.DataFrame:
    """Take the rows that have every word of a text somewhere in the columns, or a word spelt much like it."""
    if text is None:
        return frame
    texts = [" ".join(map(fold, row)) for row in frame[columns].astype("str").itertuples(index=False)]
    vocabulary = sorted({word.strip("(),.") for line in texts for word in line.split()})
    keep = pd.Series(True, index=frame.index)
    for word in fold(text).split():
        fits = [word in line for line in texts]
        if not any(fits):
            like = difflib.get_close_matches(word, vocabulary, n=3, cutoff=_LIKE_ENOUGH)
            fits = [any(one in line for one in like) for line in texts]
        keep &= pd.Series(fits, index=frame.index)
    if not keep.any():
        close = ", ".join(nearest(text, frame[columns[1]]))
        raise UnknownNameError(f"{what} som passar ”{text}” finns inte", todo=f"Närmast: {close}")
    return frame.loc[keep].reset_index(drop=True)


def measures(text: str | None = None, *, workspace: Path | str | None = None) -> pd.DataFrame:
    """List the measures: what each number is, from whom, and what is held of it.

    Parameters
    ----------
    text
        Words to look for in id, title, definition, publisher and the publisher's id. None: all.
    workspace
        The folder that holds data/; None means the one you stand in.

    Returns
    -------
    pandas.DataFrame
        ``measure, title, short, unit, ages, period_kind, direction, publisher, source_id, held, first, last, get,
        definition``. ``held`` is the number of figures held, ``first`` and ``last`` their periods, and ``get`` how
        the figures are got where none is held. ``direction`` is which is better: ``lower``, ``higher``, ``none``.

    Raises
    ------
    UnknownNameError
        If nothing fits; with the nearest titles.

    Examples
    --------
    >>> from uvas_stats import measures
    >>> measures("högskola inom 3 år hemkommun")["measure"].tolist()
    ['eligible_university_3y_share_pct']
    >>> measures("arbetslosa bas")["short"].tolist()[0]
    'Arbetslösa 18–24 år'
    """
    held = open_figures(workspace=workspace)
    catalog = held.catalog
    assert held.processed is not None
    stored = read_observations(held.processed)
    ends = (
        stored.sort_values("period_end").groupby("measure", observed=True)["period"].agg(["size", "first", "last"])
    )
    there = ends.to_dict("index")
    rows = [
        {
            "measure": one.id,
            "title": one.title,
            "short": one.short,
            "unit": one.unit,
            "ages": one.ages,
            "period_kind": one.period_kind,
            "direction": one.direction,
            "publisher": f"{one.publisher} via {one.route}" if one.route else one.publisher,
            "source_id": one.source_id,
            "held": int(there[one.id]["size"]) if one.id in there else 0,
            "first": str(there[one.id]["first"]) if one.id in there else "",
            "last": str(there[one.id]["last"]) if one.id in there else "",
            "get": "" if one.id in there else str(no_figures(catalog, one).todo),
            "definition": one.definition,
        }
        for one in catalog.measures.values()
    ]
    columns = ["measure", "title", "short", "publisher", "source_id", "definition"]
    return _search(pd.DataFrame(rows), text, columns, "Mått")


def kommuner(text: str | None = None) -> pd.DataFrame:
    """List the 290 kommuner.

    Parameters
    ----------
    text
        Part of the name of a kommun, its län or its SKR group, or a code. None: all.

    Returns
    -------
    pandas.DataFrame
        ``region_code, region_name, lan_code, lan_name, group, group_name``; the group is SKR's.

    Examples
    --------
    >>> from uvas_stats import kommuner
    >>> kommuner("soderhamn").values.tolist()
    [['2182', 'Söderhamn', '21', 'Gävleborgs län', 'C8', 'landsbygdskommuner (C8)']]
    >>> len(kommuner("Gävleborg"))
    10
    """
    catalog = load_catalog()
    skr = {code: one for one in catalog.groups.values() if one.kind == "skr" for code in one.members}
    rows = [
        (one.code, one.name, one.lan, catalog.names[one.lan], skr[one.code].id, skr[one.code].name)
        for one in catalog.kommuner
    ]
    columns = ["region_code", "region_name", "lan_code", "lan_name", "group", "group_name"]
    return _search(pd.DataFrame(rows, columns=columns), text, columns, "Kommun")


def groups(text: str | None = None, *, workspace: Path | str | None = None) -> pd.DataFrame:
    """List the groups to compare with: län, SKR's groups, cooperations, networks and your own.

    Parameters
    ----------
    text
        Part of a group's id or name, or the name of a kommun in it. None: all but similar kommuner, which are
        asked for as ``"liknande"``.
    workspace
        The folder that holds ``groups.toml``; None means the one you stand in.

    Returns
    -------
    pandas.DataFrame
        ``group, name, kind, n, members``; ``members`` are the names of the ``n`` kommuner.

    Examples
    --------
    >>> from uvas_stats import groups
    >>> groups("göteborgsregionen")[["group", "n"]].values.tolist()
    [['GR', 13]]
    """
    catalog = load_catalog(find_workspace(workspace))
    rows = [
        (one.id, one.name, one.kind, len(one.members), ", ".join(catalog.names[code] for code in one.members))
        for one in catalog.listed_groups
    ]
    frame = pd.DataFrame(rows, columns=["group", "name", "kind", "n", "members"])
    return _search(frame, text, ["group", "name", "members"], "Grupp")


def programmes(*, workspace: Path | str | None = None) -> pd.DataFrame:
    """List the programmes that ``nulage`` takes.

    Parameters
    ----------
    workspace
        The folder that holds ``programmes/``; None means the one you stand in.

    Returns
    -------
    pandas.DataFrame
        ``programme, name, title, members, measure, document``; ``members`` are the names of its kommuner.

    Examples
    --------
    >>> from uvas_stats import programmes
    >>> sorted(programmes()["programme"])
    ['ale', 'lidkoping', 'ostra_sodertorn', 'soderhamn', 'storuman']
    """
    catalog = load_catalog(find_workspace(workspace))
    rows = [
        (id_, one.name, one.title, _named(catalog, one.municipalities), one.main_measure, one.document)
        for id_, one in catalog.programmes.items()
    ]
    return pd.DataFrame(rows, columns=["programme", "name", "title", "members", "measure", "document"])


def _named(catalog: Catalog, codes: tuple[str, ...]) -> str:
    return ", ".join(catalog.names[code] for code in codes)


def sources(*, workspace: Path | str | None = None) -> pd.DataFrame:
    """List the sources: whose they are, which edition is held, and how a newer one is got.

    Parameters
    ----------
    workspace
        The folder that holds data/; None means the one you stand in.

    Returns
    -------
    pandas.DataFrame
        ``dataset, title, publisher, edition, figures, licence, cadence, get``; ``edition`` is the newest held,
        empty where none is, and ``figures`` how many figures of the newest editions there are.

    Examples
    --------
    >>> from uvas_stats import sources
    >>> sources().set_index("dataset").loc[["kolada", "mucf"], "get"].tolist()
    ['uvas fetch kolada', 'uvas adopt mucf FIL']
    """
    held = open_figures(workspace=workspace)
    assert held.processed is not None
    newest = latest_edition(read_observations(held.processed), held.catalog.replaces)
    counts = newest["dataset"].astype("str").str.partition(":")[0].value_counts()
    editions: dict[str, str] = {}
    for snapshot in list_snapshots(find_workspace(workspace).raw_roots):
        editions[snapshot.dataset] = max(editions.get(snapshot.dataset, ""), snapshot.edition)
    rows = [
        (
            *(one.id, one.title, one.publisher, editions.get(one.id, ""), int(counts.get(one.id, 0))),
            *(one.licence, one.cadence, _command(held.catalog, one)),
        )
        for one in held.catalog.datasets.values()
    ]
    names = ["dataset", "title", "publisher", "edition", "figures", "licence", "cadence", "get"]
    return pd.DataFrame(rows, columns=names)


def _command(catalog: Catalog, dataset: Dataset) -> str:
    """Give the command that brings in a newer edition; empty where there is none."""
    if dataset.id in (DOCUMENTS, REGISTER):
        return ""
    of_dataset = [one for one in catalog.measures.values() if one.dataset == dataset.id]
    return no_figures(catalog, of_dataset[0]).command.replace("uvas build", "") if of_dataset else ""
