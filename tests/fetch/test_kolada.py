"""Kolada is asked in few calls, every id is looked at, and a fetch is whole or nothing."""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.kolada import KoladaFake
from tests.fakes.web import serving
from tests.fetch.conftest import QUICK
from uvas_stats.build.pipeline import edition_check
from uvas_stats.catalog import Catalog
from uvas_stats.catalog.sources import KoladaKpi, load_kolada_kpis
from uvas_stats.errors import FetchError, RawFileError
from uvas_stats.fetch import kolada as kolada_module
from uvas_stats.fetch import kolada_pages
from uvas_stats.fetch.kolada import boxes, resolve_kpis
from uvas_stats.fetch.kolada_pages import get_pages, values_of
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.sources import Clients, file_plan
from uvas_stats.raw.files import FilePlan, fetch_files
from uvas_stats.raw.publish import Outcome
from uvas_stats.raw.snapshot import list_snapshots, verify

Fetch = Callable[[], Outcome[FilePlan]]

WIDE = Limits(calls=1000, seconds=1.0)
DECLARED = "https://api.kolada.se/v3"


@pytest.fixture
def kolada() -> Iterator[KoladaFake]:
    few = {id_: KoladaFake().titles[id_] for id_ in ("N02797", "N03942", "N15428", "N17473")}
    with serving(KoladaFake(titles=few)) as served:
        yield served


@pytest.fixture
def kolada_clients(kolada: KoladaFake) -> Iterator[Clients]:
    with Clients({"kolada": kolada.v3}, QUICK, WIDE) as made:
        yield made


@pytest.fixture
def fetch(kolada_clients: Clients, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fetch:
    """Give what fetches Kolada as the command does, into ``tmp_path``, of a few years."""
    monkeypatch.setattr(kolada_module, "FIRST_YEAR", 2019)

    def run() -> Outcome[FilePlan]:
        plan = file_plan(kolada_clients, catalog.datasets["kolada"], tmp_path)
        return fetch_files(plan, tmp_path, before=edition_check(catalog))

    return run


def nothing_stored(raw: Path) -> bool:
    return not list(raw.glob("kolada/2*"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"titles": {"N02797": "Invånare 17-24 år som varken arbetar eller studerar"}}, "inte är det som menas"),
        ({"titles": {}}, "N02797 finns inte hos Kolada"),
        ({"lost_units": ("0000",)}, "utelämnade områden: 0000"),
        ({"lost_units": ("0114", "1480", "2182")}, "utelämnade områden: 2182"),
        ({"same_page": True, "page_size": 200}, "en gång till"),
        ({"wrong_count": True}, "värden men gav"),
        ({"differing": True}, "två olika värden"),
    ],
)
def test_what_is_wrong_stops_the_fetch_and_nothing_is_stored(
    kolada: KoladaFake,
    fetch: Fetch,
    tmp_path: Path,
    change: dict[str, object],
    message: str,
) -> None:
    for name, value in change.items():
        setattr(kolada, name, value)
    with pytest.raises((FetchError, RawFileError), match=message):
        fetch()
    assert nothing_stored(tmp_path)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"lost_units": ("0114", "2182")}, "Områden som Kolada inte har några uppgifter om: 2, först 0114, 2182."),
        ({"stray": True}, "Koladas uppgifter om 0180C1A03 lästes inte: inga områden som finns i katalogen."),
        ({"text_value": True}, ""),
    ],
)
def test_what_makes_no_figure_wrong_is_at_most_a_note(
    kolada: KoladaFake, fetch: Fetch, change: dict[str, object], told: str
) -> None:
    usual = set(fetch().notes)
    for name, value in change.items():
        setattr(kolada, name, value)
    outcome = fetch()
    assert outcome.edition is not None
    new = {line for line in outcome.notes if not line.startswith("Av kommunerna saknas")} - usual
    assert new == set(filter(None, [told]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"group_titles": "broken"}, "2024”: titeln har fel teckenkodning."),
        ({"group_titles": "unknown"}, "gäller en okänd kommun, ”Söderköpstad”"),
        ({"group_titles": "member"}, "har okända medlemmar: 0014"),
        ({"group_titles": "clash"}, "2 jämförelsegrupper lämnades utanför: "),
        ({"groups_gone": True}, "Grupper av liknande kommuner kunde inte hämtas (Kolada svarar 404); de som"),
    ],
)
def test_a_fault_in_the_groups_stops_no_figure_and_is_told(
    kolada: KoladaFake, fetch: Fetch, change: dict[str, object], message: str
) -> None:
    for name, value in change.items():
        setattr(kolada, name, value)
    outcome = fetch()
    assert outcome.edition is not None
    origin = tomllib.loads((outcome.edition / "origin.toml").read_text(encoding="utf-8"))
    assert message in " ".join(origin["notes"])
    assert message in outcome.plan.left_out[-1]
    assert (outcome.edition / "groups.json").is_file() != kolada.groups_gone
    assert len(list(outcome.edition.glob("values_*.json"))) > 1


def test_with_the_real_lists_of_march_2026_everything_is_fetched(
    kolada: KoladaFake, fetch: Fetch, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uvas_stats.fetch.kolada.FIRST_YEAR", 2024)  # the lists are the real ones, not the years
    folder = shared / "data" / "kolada"
    lists = {}
    for name in ("kpi_list", "municipalities"):
        with (folder / f"{name}_2026-03.csv").open(encoding="utf-8", newline="") as file:
            lists[name] = list(csv.DictReader(file))
    groups = json.loads((folder / "municipality_groups_2026-03.json").read_text(encoding="utf-8"))
    kolada.titles = {row["id"]: row["title"] for row in lists["kpi_list"]}
    kolada.listed_units = lists["municipalities"]
    kolada.listed_groups = [{**one, "members": [{"member_id": code} for code in one["members"]]} for one in groups]
    outcome = fetch()
    assert outcome.edition is not None
    assert outcome.plan.left_out == ()
    assert "3479 grupper av liknande kommuner. 21 grupper gäller regioner." in outcome.plan.note
    assert len(outcome.plan.options) == 1 + len(load_kolada_kpis())


def test_groups_of_regions_are_counted(fetch: Fetch) -> None:
    plan = fetch().plan
    assert "580 grupper av liknande kommuner. 21 grupper gäller regioner." in plan.note
    assert not any("jämförelsegrupp" in line for line in plan.left_out)


@pytest.mark.parametrize("fault", ["fail", "html", "not_json", "truncated", "dropped"])
def test_a_batch_that_keeps_failing_fails_the_fetch(
    kolada: KoladaFake, fetch: Fetch, tmp_path: Path, fault: str
) -> None:
    setattr(kolada.faults, fault, 1000)
    with pytest.raises(FetchError, match="Tjänsten svarar inte som den ska"):
        fetch()
    assert nothing_stored(tmp_path)


def test_groups_that_cannot_be_had_are_asked_for_once(kolada: KoladaFake, fetch: Fetch) -> None:
    kolada.fault_on, kolada.faults.html = "municipality_groups", 1000
    outcome = fetch()
    assert outcome.edition is not None
    assert len([path for path in kolada.log if "municipality_groups" in path]) == 1
    assert outcome.plan.left_out[-1].startswith("Grupper av liknande kommuner kunde inte hämtas (Tjänsten svarar")


@pytest.mark.parametrize("fault", ["fail", "html", "not_json", "truncated", "dropped", "moved"])
def test_a_fault_that_passes_leaves_a_whole_edition(kolada: KoladaFake, fetch: Fetch, fault: str) -> None:
    setattr(kolada.faults, fault, 2)
    kolada.faults.bom = True
    edition = fetch().edition
    assert edition is not None
    values = [one for path in edition.glob("values_*.json") for one in values_of(path.read_bytes())]
    assert len({one["municipality"] for one in values if one["kpi"] == "N03942"}) == 291


@pytest.mark.parametrize("retry_after", ["0", None])
def test_429_is_waited_out(kolada: KoladaFake, fetch: Fetch, retry_after: str | None) -> None:
    kolada.faults.burst_429, kolada.faults.retry_after = 2, retry_after
    assert fetch().edition is not None


def test_a_stopped_fetch_goes_on_where_it_was(kolada: KoladaFake, fetch: Fetch) -> None:
    fetch_count = len(boxes(list("abcd"), [str(n) for n in range(291)], [str(year) for year in range(2007, 2027)]))
    kolada.fault_on, kolada.faults.fail = "2583", 1000  # in the last call
    with pytest.raises(FetchError):
        fetch()
    kolada.faults.fail = 0
    before = len(kolada.data_calls)
    outcome = fetch()
    assert outcome.edition is not None
    assert outcome.resumed > 0
    assert len(kolada.data_calls) - before < fetch_count


def test_a_fault_later_loses_nothing_of_what_is_held(kolada: KoladaFake, fetch: Fetch, tmp_path: Path) -> None:
    edition = fetch().edition
    assert edition is not None
    before = {path.name: path.read_bytes() for path in edition.iterdir()}
    kolada.revision, kolada.differing = 1, True
    with pytest.raises(RawFileError, match="två olika värden"):
        fetch()
    (held,) = list_snapshots([tmp_path])
    verify(held)
    assert {path.name: path.read_bytes() for path in edition.iterdir()} == before


def test_422_is_told(kolada_clients: Clients) -> None:
    many = ",".join(f"{number:04d}" for number in range(26))
    with pytest.raises(FetchError, match="godtar inte frågan"):
        get_pages(kolada_clients.http("kolada"), f"/data/kpi/N02797/municipality/{many}/year/2024", DECLARED)


def test_the_old_version_says_that_it_is_gone(kolada: KoladaFake) -> None:
    with (
        Clients({"kolada": f"{kolada.url}/v2"}, QUICK, WIDE) as old,
        pytest.raises(FetchError, match="deprecated"),
    ):
        get_pages(old.http("kolada"), "/kpi/N02797", DECLARED)


def test_all_pages_are_read(kolada: KoladaFake, kolada_clients: Clients) -> None:
    kolada.page_size = 7
    path = "/data/kpi/N02797,N03942/municipality/2182,1440,0000/year/2023,2024"
    pages = get_pages(kolada_clients.http("kolada"), path, DECLARED)
    assert [len(json.loads(body)["values"]) for body in pages.bodies] == [7, 5]
    assert len({(one["kpi"], one["municipality"], one["period"]) for one in pages.values}) == 12


def test_pages_that_do_not_end_are_followed_no_further(
    kolada: KoladaFake, kolada_clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    kolada.page_size = 1
    path = "/data/kpi/N02797/municipality/2182,1440,0000/year/2024"
    monkeypatch.setattr(kolada_pages, "MOST_PAGES", 3)
    assert len(get_pages(kolada_clients.http("kolada"), path, DECLARED).bodies) == 3
    monkeypatch.setattr(kolada_pages, "MOST_PAGES", 2)
    with pytest.raises(FetchError, match="mer än 2 sidor"):
        get_pages(kolada_clients.http("kolada"), path, DECLARED)


def test_the_next_page_may_be_at_the_declared_address(kolada: KoladaFake, kolada_clients: Clients) -> None:
    kolada.page_size = 2
    path = "/data/kpi/N02797/municipality/2182,1440,0000/year/2024"
    kolada.foreign_next = f"{DECLARED}{path}?page=2&per_page=2"
    pages = get_pages(kolada_clients.http("kolada"), path, DECLARED)
    assert [one["municipality"] for one in pages.values] == ["2182", "1440", "0000"]


@pytest.mark.parametrize(
    "odd",
    [
        "https://example.org/v3/kpi?page=2",
        "http://127.0.0.1:1/v3/data/kpi/N02797?page=2",
        "ftp://api.kolada.se/v3/kpi?page=2",
        "//example.org/v3/kpi?page=2",
        "https://api.kolada.se/v2/kpi?page=2",
        "https://[broken/v3/kpi?page=2",
        7,
    ],
)
def test_where_the_next_page_is_at_an_odd_address_its_number_is_raised(
    kolada: KoladaFake, kolada_clients: Clients, odd: str
) -> None:
    kolada.page_size, kolada.foreign_next = 2, odd
    path = "/data/kpi/N02797/municipality/2182,1440,0000,0180,1480/year/2024"
    pages = get_pages(kolada_clients.http("kolada"), path, DECLARED)
    assert [one["municipality"] for one in pages.values] == ["2182", "1440", "0000", "0180", "1480"]
    assert len(pages.bodies) == len(kolada.log) == 3


def test_a_whole_fetch_bears_odd_addresses(kolada: KoladaFake, fetch: Fetch) -> None:
    kolada.page_size, kolada.foreign_next = 500, "https://example.org/v3/kpi?page=2"
    edition = fetch().edition
    assert edition is not None
    values = [one for path in edition.glob("values_*.json") for one in values_of(path.read_bytes())]
    assert len({one["municipality"] for one in values if one["kpi"] == "N02797"}) == 291


def test_a_key_figure_without_an_id_is_found_by_its_title(kolada: KoladaFake, kolada_clients: Clients) -> None:
    kolada.titles |= {"N09999": "Invånare 25-29 år som varken arbetar eller studerar, andel (%)"}
    wanted = KoladaKpi("a", ("25-29 år", "varken arbetar eller studerar"))
    http = kolada_clients.http("kolada")
    assert resolve_kpis(http, DECLARED, [wanted])[0] == {"N09999": "a"}
    kolada.titles["N09998"] = "Flyktingar 25–29 år som varken arbetar eller studerar"
    with pytest.raises(FetchError, match="N09998, N09999"):
        resolve_kpis(http, DECLARED, [wanted])
    optional = replace(wanted, optional=True)
    assert resolve_kpis(http, DECLARED, [optional])[2] == {"a": "kan vara N09998, N09999"}
    with pytest.raises(FetchError, match="Inget nyckeltal hos Kolada heter 30-34 år"):
        resolve_kpis(http, DECLARED, [KoladaKpi("b", ("30-34 år", "varken arbetar"))])


def test_what_is_optional_and_gone_is_named_in_the_origin(fetch: Fetch) -> None:
    edition = fetch().edition
    assert edition is not None
    origin = tomllib.loads((edition / "origin.toml").read_text(encoding="utf-8"))
    assert "kolada_exam_3y_share_pct (N17445 finns inte)" in origin["notes"][0]
    assert origin["options"]["N02797"] == "uvas_share_pct"
    assert "N17445" not in origin["options"]


def test_what_is_optional_and_renamed_is_left_out_with_a_note(kolada: KoladaFake, fetch: Fetch) -> None:
    kolada.titles |= {"N17445": "Gymnasieelever med examen inom 3 år, lägeskommun, andel (%)"}
    outcome = fetch()
    assert outcome.edition is not None
    assert "N17445 heter ”Gymnasieelever med examen inom 3 år, lägeskommun" in outcome.plan.left_out[0]
    assert "N17445" not in outcome.plan.options


def test_the_same_answers_make_no_new_edition(kolada: KoladaFake, fetch: Fetch) -> None:
    assert fetch().edition is not None
    assert fetch().edition is None
    kolada.revision = 1
    assert fetch().edition is not None


@pytest.mark.parametrize(
    ("kpis", "units", "years"), [(1, 1, 1), (4, 291, 20), (12, 291, 17), (25, 26, 25), (30, 7, 40)]
)
def test_boxes_cover_everything_once_within_the_limits(kpis: int, units: int, years: int) -> None:
    names = [[f"{kind}{number}" for number in range(n)] for kind, n in (("k", kpis), ("u", units), ("y", years))]
    cut = boxes(*names)
    cells = [(kpi, unit, year) for box in cut for kpi in box.kpis for unit in box.units for year in box.years]
    assert len(cells) == len(set(cells)) == kpis * units * years
    assert all(len(part) <= 25 for box in cut for part in (box.kpis, box.units, box.years))
