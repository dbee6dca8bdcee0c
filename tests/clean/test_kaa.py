"""The KAA workbooks: read by headings wherever they stand, and refused where they mean something else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.fakes.kaa_workbook import LAYOUTS, PLACES, Book, Place, workbook
from uvas_stats.build.adopt import adopt
from uvas_stats.build.pipeline import build
from uvas_stats.catalog import Catalog
from uvas_stats.catalog.kaa import load_kaa_tables
from uvas_stats.clean.kaa import read_kaa
from uvas_stats.clean.kaa_heading import meaning
from uvas_stats.errors import RawFileError, UvasStatsError
from uvas_stats.observations.store import read_origins
from uvas_stats.raw.snapshot import RawFile, Snapshot
from uvas_stats.workspace import Workspace

YEAR = "Andra halvåret 2024, första halvåret 2025"
Read = Callable[..., pd.DataFrame]


@pytest.fixture
def read(tmp_path: Path, catalog: Catalog) -> Read:
    """Write workbooks and read them as an edition."""

    def take(
        *books: Book | bytes, period: str = "", table: str = "", asked: str = "", one_file: bool = False
    ) -> pd.DataFrame:
        contents = [workbook(*books)] if one_file else [b if isinstance(b, bytes) else workbook(b) for b in books]  # type: ignore[arg-type]
        files = []
        for number, content in enumerate(contents):
            (tmp_path / f"{number}.xlsx").write_bytes(content)
            query = f"tabell={table};period={asked}" if table else ""
            files.append(RawFile(f"{number}.xlsx", "", len(content), query=query))
        snapshot = Snapshot(
            "skolverket_kaa", "2025-11-28", "", "", "", dt.date(2025, 11, 28), "", tuple(files),
            options={"period": period} if period else {}, folder=tmp_path,
        )  # fmt: skip
        return read_kaa(snapshot, catalog)

    return take


def value(frame: pd.DataFrame, measure: str, code: str, sex: str = "total", category: str | None = None) -> float:
    rows = frame.loc[(frame["measure"] == measure) & (frame["region_code"] == code) & (frame["sex"] == sex)]
    rows = rows.loc[rows["category"].isna()] if category is None else rows.loc[rows["category"] == category]
    assert len(rows) == 1
    return float(rows["value"].iloc[0])


def status(frame: pd.DataFrame, measure: str, code: str, sex: str = "total") -> str:
    rows = frame.loc[(frame["measure"] == measure) & (frame["region_code"] == code) & (frame["sex"] == sex)]
    return str(rows["status"].iloc[0])


SHARE, COUNT = "kaa_school_year_share_pct", "kaa_school_year_reported_count"
REPORTED, SHARES = "Antal rapporterade ungdomar", "Andel rapporterade ungdomar (%)"
OWN = {
    ("2421", "Folkmängd i åldern 16–19 år | Totalt"): 250,
    ("2421", "Folkmängd i åldern 16–19 år | Kvinnor"): 120,
    ("2421", "Folkmängd i åldern 16–19 år | Män"): 130,
    ("2421", f"{REPORTED} | Totalt"): 25,
    ("2421", f"{REPORTED} | Kvinnor"): 12,
    ("2421", f"{REPORTED} | Män"): 13,
    ("2421", f"{SHARES} | Totalt"): 10.0,
    ("2421", f"{SHARES} | Kvinnor"): "10,0",
    ("2421", f"{SHARES} | Män"): 10.0,
}


# --- what stops the reading -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({f"{SHARES} | Totalt": 11.0}, "Andelen är inte antalet delat med folkmängd i åldern 16–19 år.*cell I6"),
        ({f"{REPORTED} | Kvinnor": 11, f"{SHARES} | Kvinnor": 9.2}, "Kvinnor och män.*inte totalen.*cell F6"),
        ({f"{REPORTED} | Totalt": "2S"}, "varken ett tal eller ett känt tecken.*cell F6"),
        ({f"{REPORTED} | Totalt": 24.5}, "inget helt tal.*cell F6"),
        ({f"{REPORTED} | Totalt": "tjugofem"}, "varken ett tal eller ett känt tecken.*cell F6"),
    ],
)
def test_a_cell_that_is_contradicted_is_named(read: Read, change: dict[str, object], told: str) -> None:
    changed = OWN | {("2421", name): cell for name, cell in change.items()}
    with pytest.raises(RawFileError, match=told) as caught:
        read(Book("4A", YEAR, change=changed))
    assert "blad Tabell 4A" in str(caught.value)
    assert "0.xlsx" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_another_denominator_is_another_measure(read: Read) -> None:
    heads = {f"Folkmängd i åldern 16–19 år | {sex}": f"Folkmängd 16–20 år | {sex}" for sex in ("Totalt", "Män")}
    with pytest.raises(RawFileError, match="okända rubriker ”Folkmängd 16–20 år Totalt” i C3"):
        read(Book("4A", YEAR, rename=heads))


def test_an_unknown_heading_is_shown_beside_what_was_expected(read: Read) -> None:
    with pytest.raises(RawFileError) as caught:
        read(Book("5B", YEAR, rename={"Andel (%) | Arbete": "Andel (%) | Föräldraledig"}))
    assert "”Andel (%) Föräldraledig” i D3" in str(caught.value)
    assert "Väntade: totalt, arbete, utbildning" in str(caught.value)
    assert "Hittade: Antal Totalt, Andel (%) Föräldraledig" in str(caught.value)


def test_two_headings_that_mean_the_same_are_refused(read: Read) -> None:
    with pytest.raises(RawFileError, match="Två rubriker betyder samma sak"):
        read(Book("5B", YEAR, rename={"Andel (%) | Arbete": "Andel (%) | Studier"}))


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (Place("114", "Upplands Väsby", ""), "Koden 114 har förlorat sin inledande nolla"),
        (Place("", "Ale", ""), "Kommunen Ale saknar kod"),
        (Place("9999", "Ale", ""), "”9999” är ingen kommun eller län"),
        (Place("1440", "Lerum", ""), "Koden 1440 är Ale men namnet är Lerum"),
        (Place("1440", "Aleby", ""), "Namnet ”Aleby” är ingen kommun; koden 1440 är Ale"),
        (Place("2421", "Storuman", ""), "Området 2421 står på rad 6 och rad 7"),
    ],
)
def test_a_place_that_is_wrong_is_named(read: Read, place: Place, told: str) -> None:
    book = Book("4C", YEAR, places=[*PLACES[:3], PLACES[3]])
    with pytest.raises(RawFileError, match=told):
        read(_with_row(book, Place("1440", "Ale", ""), place))


def _with_row(book: Book, made: Place, written: Place) -> bytes:
    """Write a workbook in which one row names its place otherwise than its figures were made for."""
    import io

    import openpyxl

    content = workbook(Book(book.table, book.period_text, book.layout, [*book.places[:3], made]))
    opened = openpyxl.load_workbook(io.BytesIO(content))
    sheet = opened.active
    assert sheet is not None
    sheet["A7"].value = written.code or None
    sheet["B7"].value = written.name
    buffer = io.BytesIO()
    opened.save(buffer)
    return buffer.getvalue()


def test_an_unknown_name_without_codes_is_refused_with_the_nearest(read: Read) -> None:
    with pytest.raises(RawFileError, match=r"”Storumann” är ingen kommun.*cell A6.*Närmast: Storuman"):
        read(Book("4A", YEAR, "names", [*PLACES[:2], Place("2421", "Storumann", ""), PLACES[3]]))


def test_a_sum_that_does_not_match_its_parts_is_refused(read: Read) -> None:
    with pytest.raises(RawFileError, match=r"kategorier är tillsammans inte 100 procent.*cell D4"):
        read(Book("5B", YEAR, change={("00", "Andel (%) | Arbete"): 90.0}))
    with pytest.raises(RawFileError, match=r"kategorier är tillsammans inte antalet.*cell D4"):
        read(Book("4B", YEAR, change={("00", "Antal | 2008"): 9999}))


def test_a_workbook_of_another_table_is_refused(read: Read) -> None:
    with pytest.raises(RawFileError, match="Bladet är tabell 4B men tabell 4A väntades"):
        read(Book("4B", YEAR), table="4A", asked="2024/25")


def test_a_workbook_of_another_period_is_refused(read: Read) -> None:
    with pytest.raises(RawFileError, match="Bladet gäller 2024/25 men 2023/24 väntades"):
        read(Book("4A", YEAR), period="2023/24")


def test_a_sheet_without_period_needs_one(read: Read) -> None:
    with pytest.raises(RawFileError, match=r"vilken period bladet gäller.*--period 2024/25"):
        read(Book("4A", "Per län och kommun"))
    assert set(read(Book("4A", "Per län och kommun"), period="2024/25")["period"]) == {"2024/25"}


def test_the_same_table_twice_is_refused(read: Read) -> None:
    with pytest.raises(RawFileError, match="Tabell 4A för 2024/25 finns två gånger"):
        read(Book("4A", YEAR), Book("4A", YEAR, "names"))


def test_a_workbook_without_any_table_by_kommun_lists_its_sheets(read: Read) -> None:
    with pytest.raises(RawFileError, match=r"Arbetsboken har ingen KAA-tabell per kommun.*Bladen är Innehåll"):
        read(workbook_of([["Innehåll"], ["Tabell 4A"]], "Innehåll"))


def workbook_of(rows: list[list[object]], sheet: str = "Blad1") -> bytes:
    import io

    import openpyxl

    made = openpyxl.Workbook()
    assert made.active is not None
    made.active.title = sheet
    for row in rows:
        made.active.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def test_a_sheet_with_riket_and_lan_alone_is_refused(read: Read) -> None:
    with pytest.raises(RawFileError, match="Bladet har inga kommuner"):
        read(Book("4A", YEAR, places=PLACES[:2]))


def test_figures_under_no_heading_are_refused(read: Read) -> None:
    rows = Book("4A", YEAR).rows()
    rows[3].append(17)
    with pytest.raises(RawFileError, match=r"Kolumnen saknar rubrik.*cell L4"):
        read(workbook_of(rows))


def test_shares_as_parts_of_one_are_refused_where_nothing_proves_it(read: Read) -> None:
    heads = ("Andel nyinvandrade (%)", "Andel med utländsk bakgrund (%)")
    parts = {(place.code, head): 0.21 for place in PLACES for head in heads}
    with pytest.raises(RawFileError, match="ser ut att vara delar av ett"):
        read(Book("4C", YEAR, change=parts))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (workbook(Book("4A", YEAR))[:3000], "skadad eller avklippt"),
        (b"<!DOCTYPE html><html>Filen finns inte</html>", "webbsida"),
        (b"", "tom"),
    ],
)
def test_what_is_no_workbook_leaves_nothing_behind(workspace: Workspace, content: bytes, told: str) -> None:
    path = workspace.root / "4A.xlsx"
    path.write_bytes(content)
    with pytest.raises(UvasStatsError, match=told):
        adopt(workspace, "kaa", [path], edition="2025-11-28")
    assert not list((workspace.raw / "skolverket_kaa").glob("*/origin.toml"))


# --- what is read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_figures_are_read_from_every_layout(read: Read, layout: str) -> None:
    frame = read(Book("4A", YEAR, layout, change=OWN))
    assert value(frame, SHARE, "2421") == 10.0
    assert value(frame, SHARE, "2421", "women") == 10.0
    assert value(frame, COUNT, "2421", "men") == 13
    assert value(frame, "kaa_school_year_population_count", "2421") == 250
    assert set(frame["region_code"]) == {place.code for place in PLACES}
    assert set(frame["age_group"]) == {"16-19"}
    assert set(frame["period"]) == {"2024/25"}


@pytest.mark.parametrize("table", ["4A", "4B", "4C", "4D", "5A", "5B", "5C", "5E", "täckning"])
def test_layouts_agree_in_every_table(read: Read, table: str) -> None:
    frames = [read(Book(table, YEAR, layout)).astype({"origin": "str"}) for layout in LAYOUTS]
    for other in frames[1:]:
        pd.testing.assert_frame_equal(frames[0], other, check_categorical=False)


def test_position_makes_no_difference(read: Read) -> None:
    plain = read(Book("4A", YEAR, change=OWN))
    moved = read(Book("4A", YEAR, change=OWN, extra_rows=3, notes=("1) Rapporterade någon gång.", "2) Not.")))
    pd.testing.assert_frame_equal(plain, moved)


def test_headings_may_be_written_otherwise(read: Read) -> None:
    other = {
        f"{REPORTED} | Kvinnor": "Antal rapporterade, därav kvinnor",
        f"{SHARES} | Totalt": "Andel rapporterade (procent)",
        "Folkmängd i åldern 16–19 år | Totalt": "FOLKMÄNGD\n16–19 år 1)",
    }
    assert value(read(Book("4A", YEAR, change=OWN, rename=other)), SHARE, "2421") == 10.0


def test_marks_are_kept_apart_and_an_unknown_one_is_missing_with_a_remark(read: Read) -> None:
    hidden = OWN | {
        ("2421", f"{REPORTED} | Kvinnor"): "..",
        ("2421", f"{SHARES} | Kvinnor"): "..",
        ("2421", f"{REPORTED} | Män"): "x",
        ("2421", f"{SHARES} | Män"): "–",
    }
    frame = read(Book("4A", YEAR, change=hidden))
    assert status(frame, COUNT, "2421", "women") == "suppressed"
    assert status(frame, COUNT, "2421", "men") == "not_available"
    assert status(frame, SHARE, "2421", "men") == "not_available"
    told = next(iter(frame.attrs["provenance"].values()))["sheets"][0]
    assert len(told["remarks"]) == 1
    assert told["remarks"][0].startswith("okänt tecken ”x” i ")
    assert told["remarks"][0].endswith("cell H6")


def test_half_years_and_twelve_months_are_different_measures(read: Read) -> None:
    half = read(Book("4A", "Första halvåret 2022"))
    assert set(half["period"]) == {"2022H1"}
    assert all(measure.startswith("kaa_half_year_") for measure in set(half["measure"]))
    assert all(measure.startswith("kaa_school_year_") for measure in set(read(Book("4A", YEAR))["measure"]))


def test_shares_come_from_counts_where_only_those_are_published(read: Read) -> None:
    places = PLACES[:3]
    counts = {("2421", "Antal avregistrerade"): 20}
    grounds = ("Börjat nationellt program", "Börjat IM", "Fyllt 20", "Flyttat")
    counts |= {("2421", f"Antal | {name}"): n for name, n in zip(grounds, (8, 6, 6, 0), strict=True)}
    frame = read(Book("5E", YEAR, places=places, change=counts))
    assert value(frame, "kaa_school_year_deregistered_count", "2421") == 20
    assert value(frame, "kaa_school_year_deregistration_pct", "2421", category="national_programme") == 40.0
    assert value(frame, "kaa_school_year_deregistered_to_studies_pct", "2421") == 70.0
    hidden = counts | {("2421", "Antal | Börjat IM"): ".."}
    frame = read(Book("5E", YEAR, places=places, change=hidden))
    assert status(frame, "kaa_school_year_deregistered_to_studies_pct", "2421") == "suppressed"


def test_the_unknown_occupation_is_a_measure_of_its_own(read: Read) -> None:
    frame = read(Book("5B", YEAR))
    for code in ("00", "2480"):
        share = value(frame, "kaa_school_year_occupation_pct", code, category="unknown")
        assert value(frame, "kaa_school_year_unknown_occupation_pct", code) == share


def test_a_book_of_many_sheets_is_read_and_what_is_not_by_kommun_is_passed_over(read: Read) -> None:
    books = [Book(table, YEAR) for table in ("5A", "5B", "5C", "5D", "5E")]
    frame = read(*books, one_file=True)
    stems = {measure.removeprefix("kaa_school_year_") for measure in set(frame["measure"])}
    assert {"earlier_schooling_pct", "occupation_pct", "in_measures_count", "deregistered_count"} <= stems
    assert not any("after" in stem for stem in stems)


def test_the_unit_is_found_by_the_sums_where_no_heading_says_it(read: Read) -> None:
    names = ("Arbete", "Utbildning", "Ingen sysselsättning", "Okänd sysselsättning")
    frame = read(Book("5B", YEAR, rename={f"Andel (%) | {name}": name for name in names}))
    assert set(frame.loc[frame["breakdown"].notna(), "measure"]) == {"kaa_school_year_occupation_pct"}
    rows = [["Tabell 5B Kännedom om sysselsättning"], [YEAR], ["Kommun", "Totalt", "Arbete", "Okänd"]]
    frame = read(workbook_of([*rows, ["Storuman", 30, 10, 20], ["Ale", 50, 20, 30]]))
    assert value(frame, "kaa_school_year_occupation_count", "2421", category="work") == 10
    with pytest.raises(RawFileError, match="Det framgår inte om ”Arbete” är antal eller andel"):
        read(workbook_of([*rows, ["Storuman", 30, 10, 20], ["Ale", 50, 20, 31]]))


def test_shares_as_parts_of_one_are_percent_where_the_counts_prove_it(read: Read) -> None:
    heads = ["Kommun", "Folkmängd", "Antal rapporterade", "Andel rapporterade"]
    rows = [["Tabell 4A"], [YEAR], heads, ["Storuman", 250, 25, 0.1], ["Ale", 300, 31, 0.1033]]
    assert value(read(workbook_of(rows)), SHARE, "1440") == pytest.approx(10.33)


def test_coverage_is_a_measure_beside_the_others(read: Read) -> None:
    scope = {("2421", "Antal ungdomar i målgruppen"): 50, ("2421", "Antal rapporterade"): 40}
    frame = read(Book("täckning", YEAR, change=scope | {("2421", "Andel rapporterade (%)"): 80.0}))
    assert value(frame, "kaa_school_year_coverage_pct", "2421") == 80.0


def test_headings_and_notes_are_kept_with_the_edition(workspace: Workspace) -> None:
    path = workspace.root / "kaa 4A.xlsx"
    path.write_bytes(workbook(Book("4A", YEAR, "merged")))
    outcome = adopt(workspace, "kaa", [path], edition="2025-11-28")
    assert outcome.edition is not None
    build(workspace)
    told = read_origins(workspace.processed)["files"]["skolverket_kaa/2025-11-28/kaa 4A.xlsx"]["read_as"][
        "sheets"
    ][0]
    assert told["headings"]["G4"] == f"{REPORTED} | Totalt = reported count total"
    assert told["notes"] == ["Källa: kommunernas rapportering. Inte officiell statistik."]


def test_no_alias_means_two_things() -> None:
    for table in load_kaa_tables().values():
        for item in table.categories:
            for alias in item.aliases:
                for heading in (f"Antal | {alias}", f"Andel (%) | {alias}"):
                    found = meaning(table, heading)
                    assert found is not None, (table.number, heading)
                    assert found.id == item.id, (table.number, heading)
