"""From the statistics page to a ranking on the command line, and a ranking list taken in by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.clean.test_ranking_list import as_html, listed, rows_of
from tests.fakes import af_books as books
from tests.fakes.af import AfSite, serving
from uvas_stats.catalog import Catalog
from uvas_stats.cli.app import app
from uvas_stats.errors import RawFileError, UvasStatsError

BAS = "web-inskrivna-arbetslosa-andel-av-bas-2024-03.xlsx"
REG = "web-inskrivna-arbetslosa-andel-av-reg-2023-02.xlsx"
RATE = "af_unemployed_18_24_rate_pct"
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    frames = {BAS: books.share_frame("2023-01", "2024-03"), REG: books.share_frame("2022-12", "2023-02", seed=9)}
    with serving(AfSite({name: books.share_book(frame) for name, frame in frames.items()})) as site:
        monkeypatch.setenv("UVAS_WORKSPACE", str(tmp_path))
        monkeypatch.setenv("UVAS_BASE_URL", f"af={site.url}")

        def call(*arguments: str) -> str:
            result = CliRunner().invoke(app, [*arguments])
            if isinstance(result.exception, UvasStatsError):
                raise result.exception
            assert result.exit_code == 0, result.output
            return result.output.replace("\u202f", " ")

        yield call


def test_fetch_then_rank(run: Run) -> None:
    assert BAS in run("fetch", "--dry-run", "af_share")
    assert "af_share: utgåva " in run("fetch", "af_share")
    assert "af_share: oförändrad" in run("fetch", "af_share")
    run("build")
    text = run("rank", "af_unemployed_18_24_rate_pct", "--period", "2024-03")
    assert "1 = högst andel" in text
    assert "Söderhamn" in text
    shown = json.loads(run("show", RATE, "--kommun", "Söderhamn", "--format", "json"))
    told = {row["period"]: row["break"] for row in shown if row["break"]}
    assert list(told) == ["2023-01"]
    assert "BAS" in told["2023-01"]


def test_a_list_is_taken_in_and_the_guess_is_told(run: Run, tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "ranking.xls"
    path.write_bytes(as_html(rows_of(listed(catalog))))
    text = run("adopt", "af_ranking", str(path), "--period", "2009-11")
    assert (
        "Tolkad som november 2009: kommuner i kolumn B, andel i C (”Andel 18-24 år”), plats i A (”Plats”)" in text
    )
    run("build")
    assert "290" in run("rank", "af_ranking_list_place_rank", "--period", "2009-11")
    path.write_bytes(as_html(rows_of(listed(catalog).iloc[1:])))
    with pytest.raises(RawFileError, match="289 kommuner av 290"):
        run("adopt", "af_ranking", str(path), "--period", "2009-12")


def test_a_workbook_downloaded_by_hand_is_taken_in(run: Run, tmp_path: Path) -> None:
    path = tmp_path / BAS
    path.write_bytes(books.share_book(books.share_frame("2023-01", "2024-03")))
    assert "af_share: utgåva" in run("adopt", "af_share", str(path))
    path.write_bytes(b"<!DOCTYPE html><html>Sidan finns inte</html>")
    with pytest.raises(RawFileError, match="webbsida som fått en arbetsboks namn"):
        run("adopt", "af_share", str(path))
