"""The catalog as a whole: everything that is declared, and how it is found by what an analyst would type.

A nuläge is of a declared programme, or of the pattern filled in for any kommun.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from uvas_stats.catalog.aliases import Aliases
from uvas_stats.catalog.model import Break, Correction, Dataset, Group, Measure, Region
from uvas_stats.catalog.names import bare_name, find, find_region, fold
from uvas_stats.catalog.programme import Programme
from uvas_stats.catalog.similar import NETWORK, SIMILAR, is_similar, pick_similar
from uvas_stats.errors import CatalogError, UnknownNameError

__all__ = ["Catalog", "choose_programme"]

MOST_NAMED = 3
"""Measures that a message lists where several fit."""
FEWEST_LETTERS = 3
"""Of a word that is looked for in titles."""


def _words_of(measure: Measure) -> str:
    return " ".join((measure.id.replace("_", " "), measure.title, measure.short, measure.source_id))


@dataclass(frozen=True)
class Catalog:
    """Everything that is declared, with lookups that are kind to the one who types.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> catalog = load_catalog()
    >>> catalog.region("soderhamns kommun").code, catalog.region("Malung").name
    ('2182', 'Malung-Sälen')
    >>> len(catalog.kommuner), len(catalog.group("GR").members)
    (290, 13)
    """

    regions: tuple[Region, ...]
    groups: Mapping[str, Group]
    datasets: Mapping[str, Dataset]
    measures: Mapping[str, Measure]
    breaks: tuple[Break, ...]
    programmes: Mapping[str, Programme]
    any_kommun: Programme
    """The pattern for a kommun without a programme of its own."""
    corrections: tuple[Correction, ...] = ()
    aliases: Aliases = field(default_factory=Aliases)
    """The workspace's own names for headings, categories and areas."""
    broken: Mapping[str, CatalogError] = field(default_factory=dict)
    """What is wrong with each of the workspace's programme files that could not be read, by its name."""

    @property
    def kommuner(self) -> tuple[Region, ...]:
        """The 290 kommuner of today, by code."""
        return tuple(region for region in self.regions if region.kind == "kommun" and region.current)

    def kommuner_in(self, month: str) -> tuple[Region, ...]:
        """Return the kommuner of today that there were in a month, under whatever code, name or län.

        Examples
        --------
        >>> from uvas_stats.catalog import load_catalog
        >>> [len(load_catalog().kommuner_in(month)) for month in ("1996-01", "2002-12", "2003-01", "2006-12")]
        [288, 289, 290, 290]
        """
        return tuple(region for region in self.kommuner if self._since(region.code) <= month)

    def _since(self, code: str) -> str:
        """Give the first month of a kommun; empty if it was always there."""
        spans = [row.valid_from for row in self.regions if code in (row.code, row.successor)]
        return min(f"{day:%Y-%m}" if day else "" for day in spans)

    @property
    def names(self) -> dict[str, str]:
        """Names by code of all current regions, and of the groups by id."""
        names = {region.code: region.name for region in self.regions if region.current}
        return names | {group.id: group.name for group in self.listed_groups if group.kind != "lan"}

    @property
    def replaces(self) -> dict[str, str | tuple[str, ...]]:
        """Within what a newer edition replaces an older one, by the datasets where that is not all of it."""
        within = {dataset.id: dataset.parts or dataset.replaces for dataset in self.datasets.values()}
        return {id_: of for id_, of in within.items() if of}

    @property
    def listed_groups(self) -> tuple[Group, ...]:
        """The groups to choose among, without the thousands that Kolada makes of similar kommuner."""
        return tuple(group for group in self.groups.values() if group.kind != SIMILAR)

    def region(self, text: str) -> Region:
        """Find a kommun by code or name."""
        return find_region(text, self.regions)

    def area(self, text: str) -> Region:
        """Find riket, a län or a kommun by code or name."""
        return find_region(text, self.regions, ("riket", "lan", "kommun"))

    def group(self, text: str, kommuner: tuple[str, ...] = ()) -> Group:
        """Find a group by id or name; ``liknande`` is the kommuner that are like the only one of ``kommuner``."""
        if is_similar(text):
            return pick_similar(text, self.groups, kommuner)
        if text in self.groups:
            return self.groups[text]
        for region in self.regions:
            if region.kind == "lan" and bare_name(region.name) == bare_name(text):
                return self.groups[region.code]
        return find(text, self.groups, {group.id: group.name for group in self.listed_groups}, "Gruppen")

    def measure(self, text: str) -> Measure:
        """Find a measure by id, title, the publisher's id, short title or words that only its titles have.

        A measure that only a document has is found by id and title.

        Raises
        ------
        UnknownNameError
            If there is none, with the nearest; or if several fit, with them.

        Examples
        --------
        >>> from uvas_stats.catalog import load_catalog
        >>> [load_catalog().measure(text).id for text in ("N02797", "uvas", "öppet arbetslösa registerbaserade")]
        ['uvas_share_pct', 'uvas_share_pct', 'openly_unemployed_youth_rate_pct']
        """
        for measure in self.measures.values():
            if measure.source_id and measure.source_id.casefold() == text.strip().casefold():
                return measure
        wanted = fold(text)
        published = [item for item in self.measures.values() if item.dataset != "programme_documents"]
        hits = [measure for measure in published if wanted in map(fold, measure.known_as)]
        hits = hits or [measure for measure in published if fold(measure.short) == wanted]
        if len(hits) == 1:
            return hits[0]
        try:
            return find(text, self.measures, {id_: item.title for id_, item in self.measures.items()}, "Måttet")
        except UnknownNameError:
            if not hits and wanted and min(map(len, wanted.split())) >= FEWEST_LETTERS:
                hits = [measure for measure in self.measures_with(text) if measure in published]
            if not hits:
                raise
        if len(hits) > 1:
            first = sorted(hits, key=lambda measure: not measure.id.endswith("_pct"))[:MOST_NAMED]
            listed = "; ".join(f"{measure.id} ({measure.title})" for measure in first)
            rest = f"; alla {len(hits)} med: uvas measures {text}" if len(hits) > len(first) else ""
            raise UnknownNameError(f"”{text}” kan vara flera mått", todo=f"Välj ett av dem: {listed}{rest}")
        return hits[0]

    def measures_with(self, text: str) -> list[Measure]:
        """Return the measures that have a word beginning with each of the words of a text."""
        wanted = fold(text).split()
        return [
            measure
            for measure in self.measures.values()
            if all(
                any(word.strip("(),:").startswith(begun) for word in fold(_words_of(measure)).split())
                for begun in wanted
            )
        ]

    def programme(self, text: str) -> Programme:
        """Find a programme by id or name.

        Raises
        ------
        UnknownNameError
            If there is none, with the nearest.
        CatalogError
            If its file is wrong.
        """
        for name, error in self.broken.items():
            if fold(name) == fold(text):
                raise error
        return find(text, self.programmes, {id_: item.name for id_, item in self.programmes.items()}, "Programmet")

    def breaks_of(self, measure: str, regions: tuple[str, ...] = ()) -> tuple[Break, ...]:
        """Return the breaks of a measure that concern all regions or one of those named."""
        return tuple(
            item
            for item in self.breaks
            if item.measure == measure and (not item.regions or set(item.regions) & set(regions))
        )

    def own_groups(self, kommun: str) -> tuple[Group, ...]:
        """Return the groups a kommun belongs to: its län, its SKR group, then others that are no mere network."""
        order = {"lan": 0, "skr": 1}
        hits = [one for one in self.listed_groups if kommun in one.members and one.kind != NETWORK]
        return tuple(sorted(hits, key=lambda group: order.get(group.kind, 2)))


def _for_kommun(catalog: Catalog, kommun: str) -> Programme:
    region = catalog.region(kommun.zfill(4) if kommun.isdecimal() else kommun)  # as a number 0114 is 114
    return replace(
        catalog.any_kommun,
        id=f"kommun_{region.code}",
        name=region.name,
        municipalities=(region.code,),
        groups=tuple(group.id for group in catalog.own_groups(region.code)),
    )


def _named(catalog: Catalog, text: str) -> Programme:
    """Find a programme or, where there is none of the name, the kommun of that name or code."""
    try:
        return catalog.programme(text)
    except UnknownNameError:
        with suppress(UnknownNameError):
            return _for_kommun(catalog, text)
        raise


def choose_programme(
    catalog: Catalog, programme: str | None = None, kommun: str | int | None = None, group: str | None = None
) -> Programme:
    """Choose a programme by name, or make one for a kommun; a group given takes the place of all others.

    Parameters
    ----------
    catalog
        What there is.
    programme, kommun
        Id or name of one of the two; the name of a kommun is understood where a programme is asked for.
    group
        A group to compare with instead of the declared ones.

    Raises
    ------
    UnknownNameError
        If neither or both are given, or a name does not exist.

    Examples
    --------
    >>> from uvas_stats.catalog import load_catalog
    >>> [choose_programme(load_catalog(), kommun=kommun).name for kommun in ("gavle", 2180)]
    ['Gävle', 'Gävle']
    >>> choose_programme(load_catalog(), "Gävle").id, choose_programme(load_catalog(), "Ale").id
    ('kommun_2180', 'ale')
    """
    if (programme is None) == (kommun is None):
        raise UnknownNameError(
            "Ange antingen ett program eller en kommun",
            todo=f"Programmen är {', '.join(sorted(catalog.programmes))}",
        )
    chosen = _named(catalog, programme) if programme is not None else _for_kommun(catalog, str(kommun))
    if group is None:
        return chosen
    picked = catalog.group(group, chosen.municipalities)
    sections = tuple(
        replace(section, items=tuple(replace(item, group="") for item in section.items))
        for section in chosen.sections
    )
    return replace(chosen, groups=(picked.id, *chosen.groups), sections=sections)
