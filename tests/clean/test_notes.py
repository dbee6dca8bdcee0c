"""What is no figure costs no figure: it is left out with a note, or read by an alias of the workspace."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.fakes.kaa_workbook import Book, workbook
from uvas_stats.build.adopt import adopt
from uvas_stats.build.pipeline import edition_check
from uvas_stats.catalog import load_catalog
from uvas_stats.cli.app import app
from uvas_stats.cli.check import _notes
from uvas_stats.errors import CatalogError, UvasStatsError
from uvas_stats.raw.files import FilePlan, Wanted, fetch_files
from uvas_stats.raw.snapshot import newest_snapshot, read_snapshot
from uvas_stats.workspace import Workspace

YEAR = "Andra halvåret 2024, första halvåret 2025"
DRIFTED = {
    "Antal rapporterade ungdomar | Totalt": "Antal unga i kontakt | Totalt",
    "Folkmängd 16-19 år": "Invånare",
}


def books(folder: Path, **contents: bytes) -> list[Path]:
    for name, content in contents.items():
        (folder / f"{name}.xlsx").write_bytes(content)
    return [folder / f"{name}.xlsx" for name in contents]


def drifted() -> bytes:
    book = Book("4A", YEAR, "codes")
    book.rename = {"Antal rapporterade ungdomar | Totalt": "Antal unga i kontakt | Totalt"}
    return workbook(book)


def test_a_workbook_that_cannot_be_read_is_a_note_and_the_others_are_read(
    workspace: Workspace, tmp_path: Path
) -> None:
    files = books(tmp_path, a=drifted(), b=workbook(Book("4C", YEAR, "codes")))
    (told,) = adopt(workspace, "kaa", files).notes
    assert told.startswith(
        "a.xlsx lästes inte: Tabell 4A: okända rubriker ”Antal unga i kontakt Totalt” i F3 (a.xlsx, blad Tabell"
    )
    snapshot = newest_snapshot(workspace.raw, "skolverket_kaa")
    assert snapshot is not None
    assert snapshot.notes == (told,)
    assert _notes({"skolverket_kaa": snapshot}, {}) == [f"not   skolverket_kaa/{snapshot.edition}: {told}"]
    with pytest.raises(UvasStatsError, match="okända rubriker ”Antal unga i kontakt"):
        adopt(workspace, "kaa", books(tmp_path, c=drifted()), edition="2020-01-01")


def test_a_drifted_heading_is_mended_by_a_line_in_aliases(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.aliases_file.write_text(
        '[headings]\n"Antal unga i kontakt Totalt" = "Antal rapporterade ungdomar Totalt"\n', encoding="utf-8"
    )
    monkeypatch.setenv("UVAS_WORKSPACE", str(workspace.root))
    (path,) = books(tmp_path, a=drifted())
    result = CliRunner().invoke(app, ["adopt", "kaa", str(path)])
    assert result.exit_code == 0, result.output
    read_as = "Rubriken ”Antal unga i kontakt Totalt” är läst som ”Antal rapporterade ungdomar Totalt”"
    told = f"{read_as} enligt aliases.toml."
    assert result.output.splitlines()[-1] == f"  {told}"
    (folder,) = (workspace.raw / "skolverket_kaa").glob("2*")
    assert tomllib.loads((folder / "origin.toml").read_text(encoding="utf-8"))["notes"] == [told]


def test_a_refused_download_becomes_an_edition_by_a_line_in_aliases_and_check_tells_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = load_catalog().datasets["skolverket_kaa"]
    plan = FilePlan(dataset, (Wanted("kaa.xlsx", url="https://siris.skolverket.se/a"),), lambda _: drifted())
    with pytest.raises(UvasStatsError, match=r"F3 .*rejected_20.*kaa\.xlsx, blad .*--rejected skolverket_kaa\.$"):
        fetch_files(plan, workspace.raw, before=edition_check(load_catalog(workspace)))
    monkeypatch.setenv("UVAS_WORKSPACE", str(workspace.root))
    refused = CliRunner().invoke(app, ["adopt", "--rejected", "kaa"])
    assert (refused.exit_code, "går fortfarande inte att läsa" in refused.output) == (1, True)
    workspace.aliases_file.write_text(
        '[headings]\n"Antal unga i kontakt Totalt" = "Antal rapporterade ungdomar Totalt"\n', encoding="utf-8"
    )
    assert ": rejected_" in CliRunner().invoke(app, ["adopt", "--rejected", "kaa"]).output
    told = CliRunner().invoke(app, ["check"]).output.splitlines()
    assert "enligt aliases.toml." in next(line for line in told if line.startswith("not   skolverket_kaa/"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            '[headings]\n"Antal" = "Antal ungdommar"',
            "Rubriken ”Antal ungdommar”, som ”Antal” ska läsas som, är okänd",
        ),
        ('[categories]\n"Icke-binär" = "Annat"', "Kategorin ”Annat”, som ”Icke-binär” ska läsas som, är okänd"),
        ('[areas]\n"Malung" = "Sälen-Malung"', "Området ”Sälen-Malung”, som ”Malung” ska läsas som, är okänd"),
    ],
)
def test_an_alias_of_something_unknown_is_one_clear_error(
    workspace: Workspace, tmp_path: Path, text: str, says: str
) -> None:
    workspace.aliases_file.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=says + r" \(aliases\.toml\)\. Närmast: "):
        adopt(workspace, "kaa", books(tmp_path, a=workbook(Book("4C", YEAR, "codes"))))


@pytest.mark.parametrize(
    ("text", "says"),
    [("[heading]\na = 'b'", "heading"), ("[areas]\n'Ale' = 'Ale'\n'ALE' = 'Ale'", "två gånger"), ("x", "TOML")],
)
def test_a_file_of_aliases_that_is_none_says_so(workspace: Workspace, text: str, says: str) -> None:
    workspace.aliases_file.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=says):
        load_catalog(workspace)


def test_categories_and_areas_of_skolverkets_export_are_read_by_alias(
    shared: Path, workspace: Workspace, tmp_path: Path
) -> None:
    original = (shared / "data/skolverket/behorighet_grundskola_2024_25.csv").read_text(encoding="utf-8-sig")
    text = original.replace("\nAle;", "\nAle köping;").replace(";Enskild;", ";Fristående;")
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UvasStatsError, match="Koden 1440 hör inte till ”Ale köping”"):
        adopt(workspace, "siris_eligibility", [tmp_path / "a.csv"])
    workspace.aliases_file.write_text(
        '[areas]\n"Ale köping" = "Ale"\n[categories]\n"Fristående" = "Enskild"\n', encoding="utf-8"
    )
    outcome = adopt(workspace, "siris_eligibility", [tmp_path / "a.csv"])
    assert set(outcome.notes) == {
        "Området ”Ale köping” är läst som ”Ale” enligt aliases.toml.",
        "Kategorin ”Fristående” är läst som ”Enskild” enligt aliases.toml.",
    }


def test_kommunalforbund_with_codes_are_no_kommuner_and_refuse_nothing(shared: Path, workspace: Workspace) -> None:
    """In the report of 2020 they have codes 3xxx; the kommuner are read."""
    path = shared / "data/skolverket/siris_33_kostnader_gy_2020.csv"
    (told,) = adopt(workspace, "siris_costs", [path]).notes
    assert told.startswith("siris_33_kostnader_gy_2020.csv: Hälsinglands Utbildningsförbund, Jämtlands Gymn")
    assert told.endswith("Västerbergslagens Utbildningsförbund,VBU är inga kommuner och lästes inte.")


@pytest.mark.parametrize(
    ("dataset", "file", "says"),
    [
        ("siris_eligibility", "51-siris-lost-zero/behorighet.csv", r"rad 29, kolumn 2, Kommun-kod\)"),
        (
            "siris_eligibility",
            "a23-unknown-organiser/siris53.csv",
            r"”5%” är okänt som huvudman .*kolumn 5.*\. Kända är samtliga, totalt, kommunal, enskild, region",
        ),
        ("siris_eligibility", "a14-percent-format/siris53_percent_format.xlsx", "är högst 1, som delar av 1"),
        (
            "siris_completion",
            "a16-shifted-row/a.xlsx",
            r"”1159\.0” står där programmet ska stå: raden är förskj.*F8",
        ),
        ("af_history", "a16-shifted-row/Manadsstatistik.csv", "Raden har färre celler än de andra .*rad 221"),
    ],
)
def test_a_known_case_is_refused_with_its_place(
    shared: Path, workspace: Workspace, dataset: str, file: str, says: str
) -> None:
    with pytest.raises(UvasStatsError, match=says):
        adopt(workspace, dataset, [shared / "cases" / file])


def test_a_sheet_of_mucf_that_is_left_out_is_named(shared: Path, workspace: Workspace) -> None:
    outcome = adopt(workspace, "mucf", [shared / "cases" / "a15-sheet-skipped" / "mucf.xlsx"])
    found = "Antal, Andel 2, Antal, Andel 2"
    assert outcome.notes == (
        f"mucf.xlsx, bladet Gävleborg lästes inte: Antal och Andel saknas; där står {found}.",
    )
    assert outcome.edition is not None
    assert read_snapshot(outcome.edition).notes == outcome.notes
