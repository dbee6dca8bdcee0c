"""The workbooks are found by name on a page whose addresses change, or one clear error and nothing stored."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.fakes import af_books as books
from tests.fakes.af import PAGE, AfSite, serving
from tests.slow import quick
from uvas_stats.build.pipeline import build, edition_check
from uvas_stats.catalog import Catalog
from uvas_stats.errors import FetchError, RawFileError
from uvas_stats.fetch.http import HttpSettings
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.sources import Clients, file_plan
from uvas_stats.observations.contract import select
from uvas_stats.observations.store import read_observations
from uvas_stats.raw.files import FilePlan, fetch_files
from uvas_stats.raw.publish import Outcome
from uvas_stats.raw.rejected import rejected_folders, rejection
from uvas_stats.raw.snapshot import list_snapshots, verify
from uvas_stats.workspace import Workspace

BAS = "web-inskrivna-arbetslosa-andel-av-bas-{}.xlsx"
REG = "web-inskrivna-arbetslosa-andel-av-reg-arbkraft-2022-12.xlsx"
DECOY = "web-inskrivna-arbetslosa-andel-av-bas-ArsGenomsnitt-2023-12.xlsx"


@pytest.fixture(scope="module")
def contents() -> dict[str, bytes]:
    return {
        BAS.format("2023-03"): books.share_book(books.share_frame("2023-01", "2023-03", seed=2)),
        BAS.format("2023-02"): books.share_book(books.share_frame("2023-01", "2023-02", seed=2)),
        REG: books.share_book(books.share_frame("2022-10", "2022-12", seed=3)),
        DECOY: b"PK\x03\x04 never read",
        "web-varsel-bransch-199201-2023-03.xlsx": b"PK\x03\x04 never read",
        "web-årets sökande-2023-03.xlsx": b"PK\x03\x04 never read",
    }


@pytest.fixture
def site(contents: dict[str, bytes]) -> Iterator[AfSite]:
    with serving(AfSite(dict(contents))) as served:
        yield served


def fetch(site: AfSite, raw: Path, catalog: Catalog, *, read: bool = True) -> Outcome[FilePlan]:
    quick = HttpSettings(backoff=0.01, attempts=3, read_timeout=5)
    with Clients({"af": site.url}, quick, Limits(calls=1000, seconds=1)) as clients:
        wanted = file_plan(clients, catalog.datasets["af_share"], raw)
        return fetch_files(wanted, raw, before=edition_check(catalog) if read else None)


def test_the_newest_of_each_kind_is_fetched_and_means_of_years_are_not(
    site: AfSite, workspace: Workspace, catalog: Catalog
) -> None:
    outcome = fetch(site, workspace.raw, catalog)
    (snapshot,) = list_snapshots([workspace.raw])
    verify(snapshot)
    assert outcome.edition == snapshot.folder
    assert sorted(file.name for file in snapshot.files) == [BAS.format("2023-03"), REG]
    assert snapshot.files[0].url.startswith(f"{site.url}/download/18.")
    assert "är daterad 2027-" in snapshot.note
    assert len(site.log) == 3
    build(workspace)
    frame = read_observations(workspace.processed, ["af_unemployed_18_24_rate_pct"])
    series = select(frame, region_code="2182", sex="total")
    assert series["period"].tolist() == ["2022-10", "2022-11", "2022-12", "2023-01", "2023-02", "2023-03"]


def test_a_new_month_is_a_new_edition_and_new_addresses_alone_are_not(
    site: AfSite, tmp_path: Path, catalog: Catalog
) -> None:
    fetch(site, tmp_path, catalog, read=False)
    site.month = 9
    assert fetch(site, tmp_path, catalog, read=False).edition is None
    site.files[BAS.format("2023-04")] = books.share_book(books.share_frame("2023-01", "2023-04", seed=4))
    assert fetch(site, tmp_path, catalog, read=False).edition is not None
    held = [sorted(file.name for file in one.files)[0] for one in list_snapshots([tmp_path])]
    assert held == [BAS.format("2023-03"), BAS.format("2023-04")]


@pytest.mark.parametrize(
    ("fault", "value", "message"),
    [
        ("no_links", True, "saknar länk till andel av arbetskraften .*inga arbetsböcker"),
        ("twice", BAS.format("2023-03"), "har 2 länkar till andel av arbetskraften .* 2023-03"),
        ("elsewhere", BAS.format("2023-03"), "leder någon annanstans: https://example.org"),
    ],
)
def test_a_page_that_is_not_as_declared_is_one_clear_error(
    site: AfSite, tmp_path: Path, catalog: Catalog, fault: str, value: object, message: str
) -> None:
    setattr(site.faults, fault, value)
    with pytest.raises(FetchError, match=message) as caught:
        fetch(site, tmp_path, catalog)
    assert len(str(caught.value).splitlines()) == 1
    assert PAGE in str(caught.value)
    assert list_snapshots([tmp_path]) == []


def test_a_page_with_only_the_means_of_years_has_no_link(site: AfSite, tmp_path: Path, catalog: Catalog) -> None:
    site.files = {name: content for name, content in site.files.items() if name in (DECOY, REG)}
    with pytest.raises(FetchError, match="saknar länk till andel av arbetskraften"):
        fetch(site, tmp_path, catalog)


def periods(workspace: Workspace) -> list[str]:
    build(workspace)
    frame = read_observations(workspace.processed, ["af_unemployed_18_24_rate_pct"])
    return sorted(set(select(frame, region_code="2182", sex="total")["period"].astype("str")))


@pytest.mark.parametrize("fault", ["", "elsewhere", "gone_files"])
def test_a_closed_workbook_that_is_gone_is_a_note_and_the_rest_is_fetched(
    site: AfSite, workspace: Workspace, catalog: Catalog, fault: str
) -> None:
    if fault:
        setattr(site.faults, fault, REG)
    else:
        del site.files[REG]
    fetch(site, workspace.raw, catalog)
    (snapshot,) = list_snapshots([workspace.raw])
    assert [file.name for file in snapshot.files] == [BAS.format("2023-03")]
    told = f"{REG} hämtades inte" if fault == "gone_files" else "Sidan har inte arbetsboken andel av den register"
    assert told in snapshot.notes[0]
    assert periods(workspace) == ["2023-01", "2023-02", "2023-03"]


@pytest.mark.parametrize("fault", quick(["", "gone_files"], ""))
def test_a_closed_workbook_that_is_held_goes_on_to_the_next_edition(
    site: AfSite, workspace: Workspace, catalog: Catalog, fault: str
) -> None:
    fetch(site, workspace.raw, catalog)
    if fault:
        setattr(site.faults, fault, REG)
    else:
        del site.files[REG]
    assert fetch(site, workspace.raw, catalog).edition is None
    site.files[BAS.format("2023-04")] = books.share_book(books.share_frame("2023-01", "2023-04", seed=4))
    fetch(site, workspace.raw, catalog)
    newest = list_snapshots([workspace.raw])[-1]
    verify(newest)
    assert sorted(file.name for file in newest.files) == [BAS.format("2023-04"), REG]
    assert fault or f"{REG} följer med från utgåvan" in newest.notes[0]
    assert periods(workspace) == ["2022-10", "2022-11", "2022-12", "2023-01", "2023-02", "2023-03", "2023-04"]


def test_a_closed_workbook_that_cannot_be_read_is_left_out(
    site: AfSite, workspace: Workspace, catalog: Catalog
) -> None:
    site.files[REG] = books.workbook({"Info": [["Info"]]})
    (told,) = fetch(site, workspace.raw, catalog).notes
    assert "arbetsboken utelämnas" in told
    assert "saknar pivotcache" in told
    assert periods(workspace) == ["2023-01", "2023-02", "2023-03"]


def test_a_workbook_with_a_flipped_bit_is_kept_and_asked_for_again(
    site: AfSite, tmp_path: Path, catalog: Catalog
) -> None:
    name = BAS.format("2023-03")
    good, bad = site.files[name], bytearray(site.files[name])
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        part = max(archive.infolist(), key=lambda one: one.compress_size if "Records" in one.filename else 0)
    bad[part.header_offset + part.compress_size // 2] ^= 1
    site.files[name] = bytes(bad)
    with pytest.raises(RawFileError, match=r"läses på nytt med: uvas adopt --rejected af_share\.$"):
        fetch(site, tmp_path, catalog)
    (folder,) = rejected_folders(tmp_path)
    site.files[name] = good
    outcome = fetch(site, tmp_path, catalog)
    assert outcome.resumed == 0
    assert outcome.edition is not None
    assert ((folder / name).read_bytes(), (outcome.edition / name).read_bytes()) == (bytes(bad), good)


def test_two_old_links_of_a_month_do_not_matter(site: AfSite, tmp_path: Path, catalog: Catalog) -> None:
    site.faults.twice = BAS.format("2023-02")
    assert fetch(site, tmp_path, catalog, read=False).edition is not None


@pytest.mark.parametrize("on", ["page", "file"])
@pytest.mark.parametrize("fault", ["burst_429", "fail", "truncated", "cut_zip", "outdated"])
def test_a_fault_that_passes_is_endured(
    site: AfSite, tmp_path: Path, catalog: Catalog, fault: str, on: str
) -> None:
    if (fault, on) in {("cut_zip", "page"), ("outdated", "page")}:
        return
    setattr(site.faults, fault, 2)
    site.faults.on = on
    assert fetch(site, tmp_path, catalog, read=False).plan.calls == 2


@pytest.mark.parametrize(
    ("fault", "message"),
    [("outdated", "ingen arbetsbok"), ("cut_zip", "avklippt"), ("fail", "fel 500"), ("truncated", "förbindelsen")],
)
def test_a_fault_that_stays_stores_nothing_and_loses_nothing(
    site: AfSite, tmp_path: Path, catalog: Catalog, fault: str, message: str
) -> None:
    fetch(site, tmp_path, catalog, read=False)
    before = [path.read_bytes() for path in sorted(tmp_path.rglob("*.xlsx"))]
    site.files[BAS.format("2023-03")] += b""
    setattr(site.faults, fault, 99)
    with pytest.raises(FetchError, match=message):
        fetch(site, tmp_path, catalog, read=False)
    assert len(list_snapshots([tmp_path])) == 1
    assert [path.read_bytes() for path in sorted(tmp_path.glob("af_share/2*/*.xlsx"))] == before


def test_a_link_that_is_gone_is_told(site: AfSite, tmp_path: Path, catalog: Catalog) -> None:
    with Clients({"af": site.url}, None, Limits(calls=1000, seconds=1)) as clients:
        wanted = file_plan(clients, catalog.datasets["af_share"], tmp_path)
        site.month, site.faults.gone = 9, True
        with pytest.raises(FetchError, match=r"finns inte \(svar 404\)"):
            fetch_files(wanted, tmp_path)


def test_a_workbook_whose_fields_have_changed_never_becomes_an_edition(
    site: AfSite, tmp_path: Path, catalog: Catalog
) -> None:
    frame = books.share_frame("2023-01", "2023-03").rename(columns={"UNGAK": "UNGARBKR"})
    site.files[BAS.format("2023-03")] = books.workbook(
        {"Info": [["Info"]]}, [books.FakeCache(pd.DataFrame(frame))]
    )
    with pytest.raises(RawFileError, match="Ingen pivotcache har fälten"):
        fetch(site, tmp_path, catalog)
    assert list_snapshots([tmp_path]) == []
    (folder,) = rejected_folders(tmp_path)
    assert (folder / BAS.format("2023-03")).read_bytes() == site.files[BAS.format("2023-03")]
    assert "Ingen pivotcache har fälten" in rejection(folder)
