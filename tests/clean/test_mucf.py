"""MUCF's tables as they are pasted: shifted sheets, no-break spaces, fractions, asterisks, years that differ."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from uvas_stats.build.adopt import adopt
from uvas_stats.build.pipeline import build
from uvas_stats.catalog import Catalog
from uvas_stats.catalog.aliases import Aliases
from uvas_stats.clean.mucf import read_mucf
from uvas_stats.clean.mucf_words import area_of, figure_of
from uvas_stats.errors import RawFileError
from uvas_stats.formats.area_codes import AreaCodes
from uvas_stats.formats.reading import reading
from uvas_stats.observations.contract import select
from uvas_stats.observations.store import read_observations
from uvas_stats.raw.snapshot import RawFile, Snapshot
from uvas_stats.workspace import Workspace

Rows = list[list[object]]
AGES: list[object] = [None, "16-24\u00a0år", None, "25-29\u00a0år", None]
HEAD: list[object] = [None, "Antal", "Andel", "Antal", "Andel"]
TITLE = "2022, Dalarnas Län, Kön, Ursprung, Ålder, Alla"


def body(scale: int = 1) -> Rows:
    return [
        ["Kvinnor Inrikesfödd", 40 * scale, 0.046, 51 * scale, 0.092],
        ["Kvinnor Utrikesfödd", "***", "***", 27 * scale, 0.193],
        ["Män Inrikesfödd", 57 * scale, 0.052, 61 * scale, 0.096],
        ["Kvinnor", 60 * scale, 0.055, 78 * scale, 0.112],
        ["Män", 81 * scale, 0.058, 88 * scale, 0.109],
        ["Alla", 141 * scale, 0.056, 166 * scale, 0.111],
    ]


def book(path: Path, **sheets: Sequence[Sequence[object]]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row, start=1):
                sheet.cell(number, column).value = cell  # type: ignore[assignment]
    made.save(path)
    return path


def whole(title: str = TITLE) -> Rows:
    return [["https://www.mucf.se/…"], [title], AGES, HEAD, *body()]


def shifted() -> Rows:
    """Without a title row, the ages one column too far left, and two empty columns more."""
    return [
        [None] * 7,
        [*AGES[1:], None, None, None],
        [*HEAD, None, None],
        *[[*row, None, None] for row in body(2)],
    ]


def read(catalog: Catalog, *paths: Path, period: str = "") -> pd.DataFrame:
    files = tuple(RawFile(path.name, "0" * 64, 1) for path in paths)
    options = {"period": period} if period else {}
    day = dt.date(2026, 11, 21)
    snapshot = Snapshot("mucf", "2026-11-21", "", "", "", day, "", files, options=options, folder=paths[0].parent)
    return read_mucf(snapshot, catalog)


def one(frame: pd.DataFrame, **wanted: str) -> pd.Series:
    rows = select(frame, **wanted)
    rows = rows if "category" in wanted else rows.loc[rows["category"].isna()]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[TITLE], AGES, HEAD, ["Kvinnor Okänd", 1, 0.1, 1, 0.1]], "Gruppen ”Kvinnor Okänd” är okänd"),
        ([[TITLE], AGES, HEAD, ["Alla", 1.5, 0.1, 1, 0.1]], "B4.*”1.5” är inte ett antal|”1.5” är inte ett antal"),
        ([[TITLE], AGES, HEAD, ["Alla", "..", 0.1, 1, 0.1]], "”..” är inte ett antal"),
        ([[TITLE], AGES, HEAD, ["Alla", 1, 4.6, 1, 0.1]], "”4.6” är inte en andel"),
        ([[TITLE], AGES, HEAD, ["Alla", 1, "4,6", 1, 0.1]], "”4,6” är inte en andel"),
        ([[TITLE], AGES, HEAD, [None, 1, 0.1, 1, 0.1]], "En rad saknar rubrik"),
        ([[TITLE], AGES, HEAD, ["Alla", 1, 0.1, 1, 0.1], ["Alla", 2, 0.1, 1, 0.1]], "två olika värden: 1 och 2"),
        ([[TITLE], [None, "16-24 år", None, None, None], HEAD, *body()], "Åldrarna står inte över"),
        ([[TITLE], [None, None, None, "16-24 år", "25-29 år"], HEAD, *body()], "Åldrarna står inte över"),
        ([[TITLE], [None, "16-24 år", None, "16-24 år"], HEAD, *body()], "Åldrarna står inte över"),
        ([[TITLE], [None, "16-25 år", None, "25-29 år"], HEAD, *body()], "Åldrarna står inte över"),
        ([[TITLE], HEAD, *body()], "Åldrarna står inte över"),
        (
            [[TITLE], AGES, HEAD, ["Kvinnor", 6, 0.1], ["Män", 8, 0.1], ["Alla", 15, 0.1]],
            "blir inte alla: 20, 16-24",
        ),
        ([["2022, Dalby Län, Kön"], AGES, HEAD, *body()], "Området ”Dalby Län” är okänt"),
        ([["2022, Uppsala, Kön"], AGES, HEAD, *body()], "både län och kommun"),
        ([["2022, Uppsala Län, Falun, Kön"], AGES, HEAD, *body()], "ligger inte i dess län"),
        ([[TITLE], ["År", "Antal"], ["2022", 4]], "Ingen tabell"),
        ([AGES, HEAD, *body()], "Området framgår inte"),
    ],
)
def test_a_sheet_that_cannot_be_understood_is_refused(
    tmp_path: Path, catalog: Catalog, rows: Rows, message: str
) -> None:
    with pytest.raises(RawFileError, match=message):
        read(catalog, book(tmp_path / "m.xlsx", Blad1=rows))


def test_a_drifted_word_is_read_by_the_workspaces_aliases(tmp_path: Path, catalog: Catalog) -> None:
    rows: Rows = [
        [TITLE],
        AGES,
        [None, "Antal unga", "Andel", "Antal unga", "Andel"],
        ["Samtliga unga", 1, 0.1, 2, 0.2],
    ]
    path = book(tmp_path / "m.xlsx", Blad1=rows)
    with pytest.raises(RawFileError, match="Ingen tabell"):
        read(catalog, path)
    with reading(Aliases(headings={"Antal unga": "Antal"}, categories={"Samtliga unga": "Alla"})) as notes:
        assert one(read(catalog, path), age_group="16-24", measure="mucf_uvas_count")["value"] == 1
    assert len(notes.lines) == 2


def test_a_sheet_from_another_year_is_refused(tmp_path: Path, catalog: Catalog) -> None:
    other = whole("2021, Gävleborgs Län, Kön, Ursprung, Ålder, Alla")
    path = book(tmp_path / "m.xlsx", Dalarna=whole(), Gävleborg=other)
    with pytest.raises(RawFileError, match="Ett blad gäller 2022 och inte 2021"):
        read(catalog, path)
    with pytest.raises(RawFileError, match=r"Ett blad gäller 2022 och inte 2023 .*Dalarna"):
        read(catalog, book(tmp_path / "n.xlsx", Dalarna=whole()), period="2023")


def test_a_sheet_named_after_another_lan_than_its_title_is_refused(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(RawFileError, match="Bladet heter Värmland men titelraden gäller Dalarnas län"):
        read(catalog, book(tmp_path / "m.xlsx", Värmland=whole()))


def test_no_year_anywhere_is_told(tmp_path: Path, catalog: Catalog) -> None:
    path = book(tmp_path / "m.xlsx", Värmland=shifted())
    with pytest.raises(RawFileError, match="--period 2022"):
        read(catalog, path)
    assert set(read(catalog, path, period="2022")["period"]) == {"2022"}


def test_a_shifted_sheet_is_read_as_the_others(tmp_path: Path, catalog: Catalog) -> None:
    frame = read(catalog, book(tmp_path / "m.xlsx", Dalarna=whole(), Värmland=shifted()))
    count, share = "mucf_uvas_count", "mucf_uvas_share_pct"
    for code, scale in (("20", 1), ("17", 2)):
        wanted = {"region_code": code, "sex": "total"}
        assert one(frame, measure=count, age_group="16-24", **wanted)["value"] == 141 * scale
        assert one(frame, measure=count, age_group="25-29", **wanted)["value"] == 166 * scale
        assert one(frame, measure=share, age_group="25-29", **wanted)["value"] == 11.1


def test_asterisks_are_suppressed_and_not_zero(tmp_path: Path, catalog: Catalog) -> None:
    frame = read(catalog, book(tmp_path / "m.xlsx", Dalarna=whole()))
    hidden = select(frame, status="suppressed")
    assert set(zip(hidden["sex"], hidden["category"], hidden["measure"], strict=True)) == {
        ("women", "foreign_born", "mucf_uvas_count"),
        ("women", "foreign_born", "mucf_uvas_share_pct"),
    }
    assert hidden["value"].isna().all()


def test_a_tidy_sheet_must_agree_with_the_tables(tmp_path: Path, catalog: Catalog) -> None:
    head: list[object] = ["År", "Län", "Ålder", "Bakgrund", "Kön", "Andel"]
    row: list[object] = [2022, "Dalarna", "16-24\u00a0år", "Totalt", "Totalt", 0.056]
    alone = read(catalog, book(tmp_path / "m.xlsx", Dalarna=whole()))
    both = read(catalog, book(tmp_path / "n.xlsx", Dalarna=whole(), Inläs=[[None], head, row]))
    assert len(both) == len(alone)
    with pytest.raises(RawFileError, match=r"två olika värden: 5.6 och 5.7 .*Dalarna.*Inläs"):
        read(catalog, book(tmp_path / "o.xlsx", Dalarna=whole(), Inläs=[head, [*row[:5], 0.057]]))
    with pytest.raises(RawFileError, match="Okända rubriker: folkmängd"):
        read(catalog, book(tmp_path / "p.xlsx", Inläs=[[*head, "Folkmängd"], [*row, 7]]))
    with reading() as notes:
        assert len(read(catalog, book(tmp_path / "q.xlsx", Inläs=[[*head, "Kommentar"], [*row, "ur mejl"]]))) == 1
    assert notes.lines[0].endswith("textkolumnerna kommentar är okända och lästes inte.")


HTML = (
    "<!DOCTYPE html><html><head><script>var a = '<table>';</script></head><body>"
    "<nav><table><tr><td>Meny</table></nav><h3>{title}</h3><table><thead>"
    "<tr><th></th><th colspan='2'>16-24&nbsp;år</th><th colspan='2'>16-29&nbsp;år</th></tr>"
    "<tr><th></th><th>Antal</th><th>Andel</th><th>Antal</th><th>Andel</th></tr></thead><tbody>"
    "<tr><td>Kvinnor</td><td>660</td><td>5,5%</td><td>1 444</td><td>7,4 %</td></tr>"
    "<tr><td>Män</td><td>817</td><td>5,8%</td><td>1&nbsp;697</td><td>7,7%</td></tr>"
    "<tr><td>Alla</td><td>1 477</td><td>5,6%</td><td>3 141</td><td>***</td></tr></tbody></table></body></html>"
)


@pytest.mark.parametrize("answer", [False, True])
def test_the_page_and_the_answer_of_its_form_are_read(tmp_path: Path, catalog: Catalog, answer: bool) -> None:
    text = HTML.format(title="2022, Dalarnas Län, Falun, Kön, Ålder, Alla")
    if answer:
        commands = [{"command": "settings", "settings": {}}, {"command": "insert", "data": text}]
        text = json.dumps(commands)
    path = tmp_path / "mucf.html"
    path.write_text("\ufeff" + text, encoding="utf-8")
    frame = read(catalog, path)
    assert set(frame["region_code"]) == {"2080"}
    total = {"sex": "total", "region_code": "2080"}
    assert one(frame, measure="mucf_uvas_count", age_group="16-29", **total)["value"] == 3141
    assert one(frame, measure="mucf_uvas_share_pct", age_group="16-24", **total)["value"] == 5.6
    assert one(frame, measure="mucf_uvas_share_pct", age_group="16-29", **total)["status"] == "suppressed"


@pytest.mark.parametrize(
    "text", ["[1, 2]", "[", "<html><p>Hej</p></html>", '[{"command": "insert", "data": "x"}]']
)
def test_a_file_without_the_table_is_refused(tmp_path: Path, catalog: Catalog, text: str) -> None:
    path = tmp_path / "mucf.html"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RawFileError):
        read(catalog, path)


def test_areas_are_known_by_their_names(catalog: Catalog) -> None:
    names = (
        "Dalarna",
        "Dalarnas Län",
        "Uppsala Län",
        "Uppsala kommun",
        "Borås kommun",
        "Söderhamns kommun",
        "Riket",
    )
    assert [area_of(name, AreaCodes(catalog), "") for name in names] == [
        "20",
        "20",
        "03",
        "0380",
        "1490",
        "2182",
        "00",
    ]


@pytest.mark.parametrize("cell", [True, -1, "1,5", "101%", "4.6%%"])
def test_a_cell_is_never_guessed_at(cell: object) -> None:
    for share in (False, True):
        with pytest.raises(RawFileError):
            figure_of(cell, share, "")


def test_editions_lie_side_by_side(workspace: Workspace, tmp_path: Path) -> None:
    """The publisher has changed history: the old edition stays and the new one counts."""
    old = book(tmp_path / "m.xlsx", Dalarna=whole())
    adopt(workspace, "mucf", [old], edition="2023-06-01")
    revised = [[*row[:2], 0.066, *row[3:]] if row[0] == "Alla" else row for row in whole()]
    adopt(workspace, "mucf", [book(tmp_path / "n.xlsx", Dalarna=revised)], edition="2024-11-08")
    build(workspace)
    rows = select(
        read_observations(workspace.processed), measure="mucf_uvas_share_pct", age_group="16-24", sex="total"
    )
    rows = rows.loc[rows["category"].isna()]
    assert dict(zip(rows["edition"], rows["value"], strict=True)) == {"2023-06-01": 5.6, "2024-11-08": 6.6}


def test_a_refused_file_leaves_nothing(workspace: Workspace, tmp_path: Path) -> None:
    wrong = book(tmp_path / "m.xlsx", Dalarna=whole(), Gävleborg=whole("2021, Gävleborgs Län, Alla"))
    with pytest.raises(RawFileError, match="Ett blad gäller"):
        adopt(workspace, "mucf", [wrong], edition="2024-11-08")
    assert not list(workspace.raw.glob("mucf/2*"))


def test_border_kommuner_have_a_declared_break(catalog: Catalog) -> None:
    for measure in ("mucf_uvas_share_pct", "mucf_uvas_count"):
        assert [item.at for item in catalog.breaks_of(measure, ("1730",))] == ["2015"]
        assert not catalog.breaks_of(measure, ("2182",))


def test_the_original_workbook_is_read_in_full(shared: Path, catalog: Catalog) -> None:
    frame = read(catalog, shared / "data" / "mucf" / "MUCF_20241108.xlsx")
    assert set(frame["region_code"]) == {"17", "20", "21"}
    assert len(frame) == 3 * 9 * 2 * 2
    totals = {
        code: [one(frame, region_code=code, sex="total", age_group=age, measure=measure)["value"] for age in ages]
        for measure in ("mucf_uvas_count",)
        for ages in (("16-24", "25-29"),)
        for code in ("20", "21", "17")
    }
    assert totals == {"20": [1477, 1664], "21": [1767, 1902], "17": [1549, 1855]}
    born = one(
        frame,
        region_code="17",
        sex="women",
        category="foreign_born",
        age_group="25-29",
        measure="mucf_uvas_share_pct",
    )
    assert born["value"] == 21.2
