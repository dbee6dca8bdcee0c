"""Plan the fetch of Kolada's key figures: few calls, every id looked at before it is used, all or nothing.

What is beside the figures that are needed stops nothing: optional key figures and groups of similar kommuner that
Kolada has not, or that cannot be trusted, are left out and told.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from uvas_stats.catalog import Dataset, Region, load_catalog
from uvas_stats.catalog.names import tidy
from uvas_stats.catalog.similar import sort_groups
from uvas_stats.catalog.sources import FORM, GROUPS_FILE, KPI_FILE, KoladaKpi, load_kolada_kpis, load_web_sources
from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import Http
from uvas_stats.fetch.kolada_pages import LARGEST_PAGE, LARGEST_SEGMENT, Pages, get_pages, joined
from uvas_stats.fetch.sources import Clients
from uvas_stats.raw.files import FilePlan, Wanted
from uvas_stats.raw.snapshot import Snapshot

__all__ = ["Box", "boxes", "plan", "resolve_kpis"]

FIRST_YEAR = 2007
RIKET = "0000"
MOST_ABSENT = 2
"""Kommuner that may be left out of the answers: more would move the places of the others."""
SOURCE = "kolada"


@dataclass(frozen=True)
class Box:
    """What one call for figures asks for."""

    kpis: tuple[str, ...]
    units: tuple[str, ...]
    years: tuple[str, ...]

    @property
    def path(self) -> str:
        """The path; the form with a query answers nothing, without an error."""
        kpis, units, years = (",".join(part) for part in (self.kpis, self.units, self.years))
        return f"/data/kpi/{kpis}/municipality/{units}/year/{years}"


def _chunks(items: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(items[start : start + size]) for start in range(0, len(items), size)]


def _even(items: Sequence[str], most: int) -> list[tuple[str, ...]]:
    """Cut into as few parts as possible, of about the same length."""
    parts = math.ceil(len(items) / most)
    return _chunks(items, math.ceil(len(items) / parts)) if parts else []


def _calls(units: int, size: int, rows: int) -> int:
    whole, rest = divmod(units, size)
    return whole * math.ceil(size * rows / LARGEST_PAGE) + math.ceil(rest * rows / LARGEST_PAGE)


def boxes(kpis: Sequence[str], units: Sequence[str], years: Sequence[str]) -> tuple[Box, ...]:
    """Cut a question so that it takes the fewest calls, pages counted.

    Parameters
    ----------
    kpis, units, years
        Ids of key figures and areas, and years.

    Notes
    -----
    At most 25 of each in a call; key figures and years stay together as far as that lets them, so that each unit
    is in one answer with all its figures.

    Examples
    --------
    >>> units = [f"{number:04d}" for number in range(291)]
    >>> cut = boxes([f"N{n:05d}" for n in range(12)], units, [str(year) for year in range(2008, 2025)])
    >>> len(cut), len(cut[0].units), sum(len(box.units) for box in cut)
    (13, 24, 291)
    """
    calls = []
    for some in _even(kpis, LARGEST_SEGMENT):
        for span in _even(years, LARGEST_SEGMENT):
            rows = len(some) * len(span)
            sizes = range(1, min(LARGEST_SEGMENT, len(units)) + 1)
            _, largest = min((_calls(len(units), size, rows), -size) for size in sizes)
            calls += [Box(some, part, span) for part in _chunks(units, -largest)]
    return tuple(calls)


def resolve_kpis(
    http: Http, declared: str, kpis: Iterable[KoladaKpi]
) -> tuple[dict[str, str], list[Pages], dict[str, str]]:
    """Find the key figures and look at their titles.

    Parameters
    ----------
    http, declared
        The connection, and the catalog's address of the service.
    kpis
        The key figures as declared.

    Returns
    -------
    tuple
        Measure by Kolada's id; the answers; and why, by measure, an optional key figure is left out.

    Raises
    ------
    FetchError
        If an id that is needed does not exist or has another title than the declared one, or its title fits
        several.
    """
    kpis = tuple(kpis)
    known = {kpi.id: kpi for kpi in kpis if kpi.id}
    answers = [get_pages(http, f"/kpi/{','.join(ids)}", declared) for ids in _even(list(known), LARGEST_SEGMENT)]
    titles = {str(value.get("id")): str(value.get("title")) for pages in answers for value in pages.values}
    meaning: dict[str, str] = {}
    absent: dict[str, str] = {}
    for id_, kpi in known.items():
        title = titles.get(id_)
        if title is not None and kpi.fits(title):
            meaning[id_] = kpi.measure
        elif kpi.optional:
            absent[kpi.measure] = f"{id_} finns inte" if title is None else f"{id_} heter ”{title}”"
        else:
            raise _not_meant(kpi, title)
    for kpi in (one for one in kpis if not one.id):
        pages = get_pages(http, "/kpi", declared, {"title": max(kpi.title_words, key=len)})
        titles = {str(value.get("id")): str(value.get("title")) for value in pages.values}
        hits = sorted(id_ for id_, title in titles.items() if kpi.fits(title) and id_ not in known)
        if len(hits) == 1:
            meaning[hits[0]] = kpi.measure
            answers.append(pages)
        elif kpi.optional:
            absent[kpi.measure] = f"kan vara {', '.join(hits[:3])}" if hits else "finns inte"
        else:
            raise _not_one(kpi, hits)
    return meaning, answers, absent


def _not_meant(kpi: KoladaKpi, title: str | None) -> FetchError:
    """Tell that a key figure that is needed is gone or renamed."""
    if title is None:
        return FetchError(
            f"Nyckeltalet {kpi.id} finns inte hos Kolada", where=kpi.measure, todo="Rätta id i kolada_kpis.toml"
        )
    return FetchError(
        f"Nyckeltalet {kpi.id} heter ”{title}” hos Kolada, som inte är det som menas",
        where=kpi.measure,
        todo=f"Titeln ska innehålla {', '.join(kpi.title_words)}; rätta kolada_kpis.toml",
    )


def _not_one(kpi: KoladaKpi, hits: Sequence[str]) -> FetchError:
    """Tell that the title of a key figure that is needed fits none or several."""
    if hits:
        return FetchError(
            f"Flera nyckeltal hos Kolada kan vara {kpi.measure}: {', '.join(hits)}",
            todo="Skriv det rätta id:t i kolada_kpis.toml",
        )
    return FetchError(
        f"Inget nyckeltal hos Kolada heter {' … '.join(kpi.title_words)}",
        where=kpi.measure,
        todo="Rätta title_words i kolada_kpis.toml",
    )


def _check_units(pages: Pages, kommuner: Iterable[Region]) -> None:
    """Compare Kolada's kommuner with the catalog's: an id that is not there is left out of answers in silence."""
    titles = {str(value.get("id")): str(value.get("title")) for value in pages.values}
    wanted = {kommun.code: kommun.name for kommun in kommuner} | {RIKET: "Riket"}
    missing = sorted(set(wanted) - set(titles))
    if missing:
        raise FetchError(
            f"Kolada saknar områdena {', '.join(missing[:5])}", where=pages.url, todo="Uppdatera regions.csv"
        )
    renamed = [code for code, name in wanted.items() if tidy(titles[code]) != tidy(name)]
    if renamed:
        code = renamed[0]
        raise FetchError(
            f"Kolada kallar {code} ”{titles[code]}” och katalogen ”{wanted[code]}”",
            where=pages.url,
            todo="Uppdatera regions.csv",
        )


def _check_box(pages: Pages, box: Box, needed: Iterable[str], gone: set[str]) -> None:
    """Compare what was asked for with what was answered; add to ``gone`` what may be told when it is read.

    Areas that were not asked for are left out and told there too.
    """
    for name, asked, key in (("nyckeltal", box.kpis, "kpi"), ("områden", box.units, "municipality")):
        got = {str(value.get(key)) for value in pages.values}
        other = sorted(got - set(asked)) if key == "kpi" else []
        absent = [one for one in asked if one not in got and (key == "municipality" or one in needed)]
        if key == "municipality" and RIKET not in absent and len(gone.union(absent)) <= MOST_ABSENT:
            gone.update(absent)
            absent = []
        if other or absent:
            what = f"{name} som inte frågades efter: {', '.join(other[:5])}" if other else ""
            raise FetchError(
                f"Kolada svarade med {what}" if other else f"Kolada utelämnade {name}: {', '.join(absent[:5])}",
                where=pages.url,
                todo="Kör igen; inget har lagrats",
            )
    years = {str(value.get("period")) for value in pages.values} - set(box.years)
    if years:
        raise FetchError(
            f"Kolada svarade med andra år: {', '.join(sorted(years))}", where=pages.url, todo="Kör igen"
        )


@dataclass(frozen=True)
class _Groups:
    """The comparison groups that were had, and what is said of them."""

    bodies: tuple[bytes, ...]
    """The answers; none where they could not be had."""
    url: str
    note: str
    left_out: str
    """One line on what was left out and why; empty if nothing was."""


def _get_groups(http: Http, declared: str, regions: tuple[Region, ...]) -> _Groups:
    """Get the groups of similar kommuner, beside the figures: where they cannot be had, that is told."""
    try:
        pages = get_pages(http.brief(), "/municipality_groups", declared, {"title": "Liknande kommuner"})
    except FetchError as error:
        reason = error.reason.rstrip(".")
        kept = "de som hämtats tidigare gäller"
        return _Groups((), "", "", f"Grupper av liknande kommuner kunde inte hämtas ({reason}); {kept}.")
    made = sort_groups(pages.values, regions)
    other = f" {made.of_regions} grupper gäller regioner." if made.of_regions else ""
    note = f"{len(made.groups)} grupper av liknande kommuner.{other}"
    return _Groups(pages.bodies, pages.url, note, made.told)


def _told_absent(absent: Mapping[str, str]) -> str:
    """Say which optional key figures were left out and why; empty if none were."""
    if not absent:
        return ""
    what = "1 nyckeltal" if len(absent) == 1 else f"{len(absent)} nyckeltal"
    each = "; ".join(f"{measure} ({why})" for measure, why in absent.items())
    return f"{what} lämnades utanför, som Kolada inte har under väntad titel: {each}."


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def plan(clients: Clients, dataset: Dataset, held: Snapshot | None) -> FilePlan:
    """Ask Kolada what there is, and plan the calls for the figures.

    Parameters
    ----------
    clients
        The connections.
    dataset
        The dataset as declared.
    held
        Not used: Kolada does not tell what has changed.

    Raises
    ------
    FetchError
        If a key figure that is needed or a kommun is not what the catalog says; nothing has then been stored.
    """
    http, declared = clients.http(SOURCE), load_web_sources()[SOURCE].url
    catalog, kpis, today = load_catalog(), load_kolada_kpis(), _today()
    meaning, answers, absent = resolve_kpis(http, declared, kpis)
    _check_units(get_pages(http, "/municipality", declared), catalog.kommuner)
    groups = _get_groups(http, declared, catalog.regions)
    units = [RIKET, *(kommun.code for kommun in catalog.kommuner)]
    cut = boxes(list(meaning), units, [str(year) for year in range(FIRST_YEAR, today.year + 1)])
    needed = {
        id_ for id_, measure in meaning.items() if measure in {kpi.measure for kpi in kpis if not kpi.optional}
    }
    ready = {KPI_FILE: joined([body for pages in answers for body in pages.bodies])}
    metadata = [Wanted(KPI_FILE, f"{http.base_url}/kpi", role="metadata")]
    if groups.bodies:
        ready[GROUPS_FILE] = joined(groups.bodies)
        metadata.append(Wanted(GROUPS_FILE, groups.url, role="metadata"))
    left_out = tuple(filter(None, (_told_absent(absent), groups.left_out)))
    by_name = {f"values_{number:03d}.json": box for number, box in enumerate(cut, start=1)}

    gone: set[str] = set()

    def get(one: Wanted) -> bytes:
        if one.name in ready:
            return ready[one.name]
        box = by_name[one.name]
        pages = get_pages(http, box.path, declared)
        try:
            _check_box(pages, box, needed, gone)
        except FetchError as error:
            error.body = joined(pages.bodies)
            raise
        return joined(pages.bodies)

    return FilePlan(
        dataset=replace(dataset, title="Kolada: nyckeltal för alla kommuner och riket"),
        wanted=(*metadata, *(Wanted(name, http.base_url + box.path) for name, box in by_name.items())),
        get=get,
        note=" ".join(filter(None, ("Hämtad ur Koladas tjänst, version 3.", groups.note))),
        left_out=left_out,
        edition=f"{today.isoformat()}_{FORM}",  # beside a transcribed edition of the same day, and after it
        options={"form": FORM, **meaning},
    )
