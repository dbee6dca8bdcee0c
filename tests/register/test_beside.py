"""Own counts beside what Skolverket has published of the same, a year earlier, and on which day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from tests.fakes.documents import period_text
from tests.fakes.kaa_workbook import Book, workbook
from uvas_stats import nulage
from uvas_stats.build.adopt import adopt
from uvas_stats.cli.listing import history, sources
from uvas_stats.cli.output import Form
from uvas_stats.errors import RegisterError
from uvas_stats.register.demo import DEMO_PERIOD, write_demo
from uvas_stats.register.run import run_kaa, run_overlap
from uvas_stats.register.store import register_files, register_origins
from uvas_stats.workspace import Workspace


def counted(root: Path, *periods: str, at: dt.date | None = None) -> None:
    files = root / "demo" / "kaa.csv", root / "demo" / "kaa.toml"
    if not files[0].exists():
        write_demo(root / "demo", kommun="1494", persons=600)
    for period in periods:
        run_kaa(*files, period, workspace=Workspace(root), at=at)


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Count Lidköping's invented register in a workspace that has Skolverket's tables."""
    root = tmp_path_factory.mktemp("beside")
    books = {table: root / f"{table}.xlsx" for table in ("4A", "4B", "5A", "5B", "5C", "5E", "täckning")}
    for table, path in books.items():
        path.write_bytes(workbook(Book(table, period_text("2024/25"))))
    adopt(Workspace(root), "kaa", list(books.values()), edition="2026-11-20")
    counted(root, DEMO_PERIOD)
    return root


def published(root: Path, measure: str, category: str = "") -> float:
    rows = nulage("lidkoping", workspace=root).every(f"kaa_school_year_{measure}")
    own = rows.loc[(rows["region_code"] == "1494") & (rows["sex"] == "total")]
    own = own.loc[own["category"].astype("object").fillna("") == category, "value"]
    assert len(own) == 1
    return float(own.iloc[0])


def figure(text: str) -> float:
    """Read what is written before the period that it is of."""
    number, _, period = text.partition(" (")
    assert period == "läsåret 2024/25)"
    assert number[-1] == "%" or number.isdecimal()
    return float(number.removesuffix("%").strip().replace("\u202f", "").replace("\u2009", "").replace(",", "."))


def test_own_counts_stand_beside_the_published_ones_with_how_much_was_reported(beside: Path) -> None:
    cells = nulage("lidkoping", workspace=beside).registers().cells.set_index("Uppgift")
    flow, ended = cells.loc["KAA under läsåret (register)"], cells.loc["Avregistrerade (register), läsår"]
    assert figure(flow["Publicerat"]) == published(beside, "reported_count")
    assert figure(ended["Publicerat"]) == published(beside, "deregistered_count")
    assert figure(flow["Rapporterat av målgruppen"]) == pytest.approx(published(beside, "coverage_pct"), abs=0.05)
    assert cells.loc["Nya i KAA (register), läsår", "Publicerat"] == "–"


@pytest.mark.parametrize(
    ("about", "category", "measure", "published_category"),
    [
        ("Senaste sysselsättning i form av utbildning", "avbrott från nationellt program",
         "earlier_schooling_pct", "left_national_programme"),
        ("Känd sysselsättning", "okänd", "occupation_pct", "unknown"),
        ("Senaste åtgärd", "i åtgärd", "in_measures_count", ""),
        ("Grund för avregistrering", "fyllt 20 år", "deregistration_count", "turned_20"),
    ],
)  # fmt: skip
def test_parts_stand_beside_the_published_parts_by_whatever_name(
    beside: Path, about: str, category: str, measure: str, published_category: str
) -> None:
    cells = nulage("lidkoping", workspace=beside).register_parts().cells.set_index(["Uppgift", "Kategori"])
    wanted = published(beside, measure, published_category)
    text = cells.loc[(about, category), "Publicerat"]
    assert text.startswith("–") if pd.isna(wanted) else figure(text) == pytest.approx(wanted, abs=0.05)


def test_the_source_names_both(beside: Path) -> None:
    shown = nulage("lidkoping", workspace=beside)
    for table in (shown.registers(), shown.register_parts()):
        assert "kommunens eget register" in table.about.source
        assert "Skolverket" in table.about.source


def test_a_count_stands_beside_that_of_the_year_before(tmp_path: Path) -> None:
    counted(tmp_path, "2104/05")
    alone = nulage("lidkoping", workspace=tmp_path).registers().cells
    assert "Ett år tidigare" not in alone
    before = alone.set_index("Uppgift").loc["KAA under läsåret (register)", "Eget register"]
    counted(tmp_path, DEMO_PERIOD)
    cells = nulage("lidkoping", workspace=tmp_path).registers().cells.set_index("Uppgift")
    assert cells.loc["KAA under läsåret (register)", "Ett år tidigare"] == before


def test_the_day_of_measurement_is_told_and_two_days_of_a_month_do_not_overwrite_each_other(
    tmp_path: Path,
) -> None:
    for day in (dt.date(2106, 6, 30), dt.date(2106, 6, 15)):
        counted(tmp_path, DEMO_PERIOD, at=day)
    kept = sorted(path.stem for path in (tmp_path / "data" / "register" / "1494").glob("kaa_stock_*.parquet"))
    assert kept == ["kaa_stock_2106-06-15", "kaa_stock_2106-06-30"]
    assert [path.stem for path in register_files(Workspace(tmp_path)) if "stock" in path.stem] == kept[1:]
    cells = nulage("lidkoping", workspace=tmp_path).registers().cells.set_index("Uppgift")
    assert cells.loc["KAA vid mätdatum (register)", "Period"] == "30 juni 2106"


def test_stated_numbers_need_their_day_and_are_said_to_be_stated(tmp_path: Path) -> None:
    sizes, space = {"bistand": 10, "kaa": 20, "af": 20}, Workspace(tmp_path)
    with pytest.raises(RegisterError, match="vilken dag"):
        run_overlap("malgrupp", {}, sizes, workspace=space, kommun="Storuman")
    run_overlap("malgrupp", {}, sizes, workspace=space, kommun="Storuman", at=dt.date(2016, 12, 31))
    (about,) = register_origins(space).values()
    assert "Angivna antal, inte räknade ur personer: bistand, kaa, af" in about["note"]
    cells = nulage("storuman", workspace=tmp_path).registers().cells
    assert cells.iloc[0].to_dict()["Period"] == "31 december 2016"
    assert "20–50" in cells.to_csv()


def test_what_has_been_counted_can_be_shown_and_is_among_the_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted(tmp_path, DEMO_PERIOD)
    monkeypatch.chdir(tmp_path)
    shown = history("register_kaa_flow_count", ["Lidköping"], form=Form())
    assert "2105/06" in shown
    assert "register/1494/kaa_2105-06" in shown
    (line,) = [line for line in sources().splitlines() if line.startswith("register/1494/kaa_2105-06")]
    assert "kommunens eget register" in line
    assert "mätdatum 2106-06-30" in line
