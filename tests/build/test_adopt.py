"""A file downloaded by hand becomes an edition, or one clear error and nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.clean.test_af_openly import YEARLY
from uvas_stats.build import adopt as room
from uvas_stats.build.adopt import adopt
from uvas_stats.catalog import Catalog, load_catalog
from uvas_stats.errors import RawFileError, UnknownNameError, UvasStatsError
from uvas_stats.raw.snapshot import list_snapshots
from uvas_stats.workspace import Workspace

HEADING = "measure,region_code,period,age_group,value,publisher\n"
ROW = "uvas_share_pct,2182,2023,16-24,9.0,MUCF\n"


@pytest.fixture(autouse=True)
def taking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a shipped dataset take files by hand."""

    def load(workspace: Workspace | None = None) -> Catalog:
        catalog = load_catalog(workspace)
        dataset = replace(catalog.datasets["published_national"], adopt="riket")
        return replace(catalog, datasets={**catalog.datasets, "published_national": dataset})

    monkeypatch.setattr(room, "load_catalog", load)


def own(workspace: Workspace) -> list[str]:
    return [one.edition for one in list_snapshots([workspace.raw])]


def test_a_good_file_becomes_an_edition_of_its_day(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "från webben (1).csv"
    path.write_text(HEADING + ROW, encoding="utf-8")
    outcome = adopt(workspace, "riket", [path], edition="2025-11-28", options={"period": "2023"})
    (snapshot,) = list_snapshots([workspace.raw])
    assert outcome.edition == snapshot.folder
    assert (snapshot.edition, snapshot.options) == ("2025-11-28", {"period": "2023"})
    assert snapshot.path(snapshot.files[0]).read_bytes() == path.read_bytes()
    assert adopt(workspace, "riket", [path], edition="2025-11-29", options={"period": "2023"}).edition is None


def test_a_file_that_its_reader_refuses_leaves_nothing_and_the_error_names_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "fel.csv"
    path.write_text(HEADING + ROW.replace("9.0", "nio"), encoding="utf-8")
    with pytest.raises(RawFileError, match="nio") as caught:
        adopt(workspace, "riket", [path])
    assert str(path) in str(caught.value)
    assert "partial" not in str(caught.value)
    assert own(workspace) == []
    assert not list(workspace.raw.rglob("*.csv"))


@pytest.mark.parametrize("name", ["kolada_ranks", "okänd"])
def test_a_dataset_that_takes_no_files_is_refused(workspace: Workspace, tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownNameError, match=r"tar inte emot filer.*Närmast: "):
        adopt(workspace, name, [tmp_path / "a.csv"])


def test_no_file_and_a_wrong_date_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(RawFileError, match="går inte att läsa"):
        adopt(workspace, "riket", [tmp_path / "borta.csv"])
    with pytest.raises(RawFileError, match="inget datum"):
        adopt(workspace, "riket", [tmp_path / "a.csv"], edition="i går")
    with pytest.raises(RawFileError, match="Utgåvan ”2026-02-31” är inget datum"):
        adopt(workspace, "riket", [tmp_path / "a.csv"], edition="2026-02-31")
    assert own(workspace) == []


def test_a_count_that_is_not_whole_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "tabell.csv"
    path.write_text(YEARLY.replace("3 475;3,7", "3,4751;3,7"), encoding="utf-8")
    with pytest.raises(UvasStatsError, match=r"1 antal är inga heltal, först 3.4751 för .*tusentalstecken"):
        adopt(workspace, "af_openly_year", [path])


def test_a_count_with_a_comma_between_thousands_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "tabell.csv"
    path.write_text(YEARLY.replace("3 475;3,7", "3,000;3,7"), encoding="utf-8")
    with pytest.raises(RawFileError, match="Antalet ”3,000” kan ha komma mellan tusental"):
        adopt(workspace, "af_openly_year", [path])
