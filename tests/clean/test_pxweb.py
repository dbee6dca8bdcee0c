"""SCB's datasets from the fake to observations: stitched, with reasons, and what is derived."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.fakes.server import Fake
from uvas_stats.catalog import load_catalog
from uvas_stats.catalog.pxweb import PxDimension, PxTable, load_px_tables, tables_of
from uvas_stats.clean.population import BANDS, age_bands
from uvas_stats.clean.pxcube import Reading, cube_frame
from uvas_stats.clean.pxweb import edition_origins, iter_observations, read_pxweb
from uvas_stats.clean.signal import OUTSIDE, register_signal
from uvas_stats.errors import RawFileError, UvasStatsError
from uvas_stats.fetch.http import Http
from uvas_stats.fetch.limits import Limits, RateLimiter
from uvas_stats.fetch.pxweb1 import PxWeb1
from uvas_stats.fetch.run import fetch_dataset
from uvas_stats.fetch.sources import Clients
from uvas_stats.formats.cube import Cube
from uvas_stats.formats.jsonstat import read_jsonstat
from uvas_stats.observations.contract import select
from uvas_stats.observations.validate import make_observations, validate
from uvas_stats.raw.snapshot import read_snapshot


@pytest.fixture
def fetched(fake: Fake, tmp_path: Path):  # type: ignore[no-untyped-def]
    fake.calls = 1000

    def fetch(dataset: str) -> Path:
        with Clients({"scb": fake.v2}) as clients:
            edition = fetch_dataset(clients, dataset, tables_of(dataset), tmp_path).edition
        assert edition is not None
        return edition

    return fetch


def cell(fake: Fake, table_id: str, **codes: str) -> int:
    """Read one cell straight from the table's definition."""
    table = fake.tables[table_id]
    places = [[[variable.position(codes[variable.code])]] for variable in table.variables]
    return int(table.cells(places)[0][0])


def test_the_catalog_knows_every_measure_that_the_tables_are_read_to() -> None:
    measures = load_catalog().measures
    for table in load_px_tables():
        for dimension in table.dimensions:
            if dimension.column == "measure":
                for measure in (*dimension.map.values(), *dimension.labels.values()):
                    assert measures[measure].dataset == table.dataset


def test_population_is_one_series_over_two_tables(fake: Fake, fetched) -> None:  # type: ignore[no-untyped-def]
    frame = read_pxweb(fetched("scb_population"))
    whole = select(frame, region_code="0114", sex="total", age_group="20-24")
    assert whole["period"].tolist() == [str(year) for year in range(2007, 2026)]
    assert whole["noise"].tolist() == [False] * 18 + [True]
    assert whole["status"].unique().tolist() == ["ok"]
    codes = {"Region": "0114", "Civilstand": "SC", "Alder": "20-24", "Kon": "TotSa", "ContentsCode": "000007ME"}
    assert whole["value"].iloc[-1] == cell(fake, "TAB5557", **codes, Tid="2025")
    assert [item.at for item in load_catalog().breaks_of("population_december_count")] == ["2025"]
    assert [item.at for item in load_catalog().breaks_of("scb_eligible_upper_secondary_share_pct")] == ["2011"]


def test_age_groups_are_sums_before_the_noise_and_never_after(fetched) -> None:  # type: ignore[no-untyped-def]
    frame = read_pxweb(fetched("scb_population"))
    for band, ages in BANDS.items():
        before = select(frame, region_code="0114", sex="women", period="2024", age_group=[band, *ages])
        values = before.set_index("age_group")["value"]
        assert values[band] == values[list(ages)].sum()
        after = select(frame, region_code="0114", sex="women", period="2025", age_group=band).iloc[0]
        published = band in ("20-24", "25-29")
        assert (after["status"], pd.isna(after["value"])) == (
            ("ok", False) if published else ("not_available", True)
        )
    both = select(frame, region_code="0114", period="2024", age_group="16-24").set_index("sex")["value"]
    assert both["total"] == both["men"] + both["women"]
    noisy = select(frame, region_code="0114", period="2025", age_group="16").set_index("sex")["value"]
    assert set(noisy.index) == {"total", "men", "women"}  # the total is the published one


def test_the_population_has_each_age_and_the_total_of_sexes(fake: Fake, fetched) -> None:  # type: ignore[no-untyped-def]
    frame = read_pxweb(fetched("scb_population"))
    single = [*(str(age) for age in range(100)), "100+"]
    for period in ("2007", "2024", "2025"):
        for sex in ("men", "women", "total"):
            here = select(frame, region_code="0114", sex=sex, period=period)
            assert {*single, "total"} <= set(here["age_group"])
            assert here.set_index("age_group").loc[[*single, "total"], "value"].notna().all()
    codes = {"Region": "0114", "Civilstand": "OG", "ContentsCode": "BE0101N1", "Tid": "2024"}
    old = fake.tables["TAB638"]
    civil = old.var("Civilstand")
    assert civil is not None
    expected = {
        sex: sum(
            cell(fake, "TAB638", **{**codes, "Civilstand": one}, Alder="tot", Kon=code) for one in civil.codes
        )
        for sex, code in (("men", "1"), ("women", "2"))
    }
    whole = select(frame, region_code="0114", period="2024", age_group="total").set_index("sex")["value"]
    assert whole.to_dict() == {**expected, "total": sum(expected.values())}
    years = select(frame, region_code="0114", period="2024", age_group=single)
    assert years.groupby("sex")["value"].sum().to_dict() == whole.to_dict()


def test_a_sum_with_a_gap_is_not_made(fetched) -> None:  # type: ignore[no-untyped-def]
    edition = fetched("scb_population")
    frame = next(iter_observations(read_snapshot(edition)))
    gap = (frame["age_group"] == "17") & (frame["sex"] == "men") & (frame["region_code"] == "0114")
    frame = frame.assign(
        value=frame["value"].where(~gap),
        status=frame["status"].astype("str").where(~gap, "suppressed").astype("category"),
    )
    made = age_bands(validate(frame), "o")
    hit = select(made, region_code="0114", period="2024").set_index(["sex", "age_group"])
    assert hit.loc[("men", "16-19"), "status"] == "not_available"
    assert hit.loc[("total", "16-24"), "status"] == "not_available"
    assert hit.loc[("total", "17"), "status"] == "not_available"
    assert hit.loc[("women", "16-19"), "status"] == "ok"
    assert hit.loc[("men", "20-24"), "status"] == "ok"


def test_the_register_signal_is_what_its_definition_says(fake: Fake, fetched) -> None:  # type: ignore[no-untyped-def]
    frame = read_pxweb(fetched("scb_bas"))
    place = {"Region": "0114", "Kon": "2", "Alder": "20-24", "Fodelseregion": "tot", "Tid": "2020M03"}
    parts = sum(
        cell(fake, "TAB6260", **place, ContentsCode=code)
        for code in ("000004YH", "000006IF", "000006IG", "000006IH")
    )
    total = cell(fake, "TAB6260", **place, ContentsCode="000006I8")
    here = select(frame, region_code="0114", sex="women", age_group="20-24", period="2020-03").set_index("measure")
    assert here.loc["register_outside_count", "value"] == parts
    assert here.loc["register_outside_share_pct", "value"] == pytest.approx(100 * parts / total)
    assert here.loc["bas_total_count", "value"] == total
    assert "inte UVAS" in load_catalog().measures["register_outside_share_pct"].cautions[0]
    assert set(frame["age_group"].unique()) == {"16-19", "20-24", "25-29", "20-65"}  # only what SCB has published
    signal = frame.loc[frame["measure"] == "register_outside_share_pct", "age_group"]
    assert set(signal.unique()) == {"16-19", "20-24", "25-29"}  # of all of working age it would mean another thing


def bas_rows(**values: float) -> pd.DataFrame:
    rows = [
        {"measure": measure, "value": value, "status": "not_available" if np.isnan(value) else "ok"}
        for measure, value in values.items()
    ]
    place = {"dataset": "scb_bas", "edition": "2026-08-28", "region_code": "0114", "period": "2025-01"}
    return make_observations(pd.DataFrame(rows).assign(**place, age_group="16-19", noise=True, origin="o"))


PARTS = dict.fromkeys(OUTSIDE, 5.0)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({**PARTS, "bas_total_count": 80.0}, (20.0, 25.0)),
        ({**PARTS, "bas_sick_count": np.nan, "bas_total_count": 80.0}, (None, None)),
        ({**PARTS, "bas_total_count": 0.0}, (20.0, None)),
        ({**PARTS, "bas_total_count": 19.0}, (20.0, None)),
    ],
)
def test_the_register_signal_of_gaps_and_tiny_places(
    values: dict[str, float], wanted: tuple[float | None, ...]
) -> None:
    made = register_signal(bas_rows(**values), "o").set_index("measure")
    assert made["noise"].all()
    for measure, value in zip(("register_outside_count", "register_outside_share_pct"), wanted, strict=True):
        row = made.loc[measure]
        assert (row["status"] == "not_available") == (value is None)
        assert pd.isna(row["value"]) if value is None else row["value"] == value


def test_every_missing_cell_has_its_reason(fake: Fake, fetched) -> None:  # type: ignore[no-untyped-def]
    frame = read_pxweb(fetched("scb_eligibility"))
    gone = frame.loc[frame["value"].isna()]
    assert set(gone["status"]) == {"not_available", "not_applicable"}
    assert len(gone) == len(frame) // 61


def test_contents_found_by_label_are_read_by_the_code_written_in_the_origin(fake: Fake, fetched) -> None:  # type: ignore[no-untyped-def]
    edition = fetched("scb_neither_lan")
    frame = read_pxweb(edition)
    (table,) = read_snapshot(edition).tables
    assert table.meaning["ContentsCode"]["0000018R"] == "scb_neither_16_19_share_pct"
    codes = {"Region": "01", "Kon": "1", "Bakgrund": "INT010", "ContentsCode": "0000018R", "Tid": "2023"}
    row = select(
        frame, region_code="01", sex="men", category="INT010", measure="scb_neither_16_19_share_pct", period="2023"
    )
    assert row["value"].tolist() == [cell(fake, "TAB4931", **codes)]
    assert row["age_group"].tolist() == ["16-19"]
    assert row["breakdown"].tolist() == ["background"]
    total = select(frame, region_code="01", sex="men", measure="scb_neither_16_19_share_pct", period="2023")
    assert total["breakdown"].isna().sum() == 1


def test_an_edition_whose_file_was_changed_is_not_read(fetched) -> None:  # type: ignore[no-untyped-def]
    edition = fetched("scb_eligibility")
    path = edition / "TAB1804" / "part_0001.json"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(RawFileError, match="har ändrats"):
        read_pxweb(edition)


def test_an_edition_in_many_parts_is_the_same_observations(fake: Fake, fetched, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    whole = read_pxweb(fetched("scb_bas"))
    fake.max_cells = 7000
    fake.tables["TAB6260"].updated = "2026-09-28T06:00:00Z"
    edition = fetched("scb_bas")
    assert len(list(edition.rglob("part_*.json"))) > 7
    parts = read_pxweb(edition)
    order = ["region_code", "period", "sex", "age_group", "measure"]
    drop = ["edition", "origin"]

    def plain(frame: pd.DataFrame) -> pd.DataFrame:
        text = frame.drop(columns=drop).astype(dict.fromkeys(order, "str"))
        return text.sort_values(order, ignore_index=True)[[*order, "value", "noise"]]

    pd.testing.assert_frame_equal(plain(whole), plain(parts))


def test_each_origin_of_the_observations_is_accounted_for(fetched) -> None:  # type: ignore[no-untyped-def]
    edition = fetched("scb_bas")
    origins = edition_origins(read_snapshot(edition))
    assert set(read_pxweb(edition)["origin"].unique()) <= set(origins)
    assert {item["publisher"] for item in origins.values()} == {"SCB"}


@pytest.mark.parametrize("form", ["json-stat2", "json-stat", "json"])
def test_version_1_in_each_form_gives_the_same_observations(
    fake: Fake, fetched, tmp_path: Path, form: str
) -> None:  # type: ignore[no-untyped-def]
    from dataclasses import replace

    wanted = read_pxweb(fetched("scb_eligibility"))
    fake.faults.bom = True
    fake.faults.duplicated_rows = True
    http = Http(fake.v1, RateLimiter(Limits(1, 1000, 1.0)))
    client = PxWeb1(http, data_format=form)
    tables = [replace(table, source="scb_v1") for table in tables_of("scb_eligibility")]
    outcome = fetch_dataset(lambda _: client, "scb_eligibility", tables, tmp_path / "v1")
    assert outcome.edition is not None
    found = read_pxweb(outcome.edition)
    key = ["region_code", "period", "sex", "measure"]

    def plain(frame: pd.DataFrame) -> pd.DataFrame:
        text = frame.astype(dict.fromkeys([*key, "status", "age_group"], "str")).sort_values(
            key, ignore_index=True
        )
        return text[[*key, "age_group", "value", "status"]]

    pd.testing.assert_frame_equal(plain(found), plain(wanted))


# Single cubes


def reading(**noise: str) -> Reading:
    dimensions = (
        PxDimension("Region", "region_code"),
        PxDimension("ContentsCode", "measure", map={"N": "bas_total_count", "P": "bas_unemployment_share_pct"}),
        PxDimension("Tid", "period"),
    )
    table = PxTable("scb_bas", "scb", (), dimensions, id="X", noise_from=noise.get("since", ""))
    return Reading(table, "2026-01-01", load_catalog().measures)


def cube(**changes: object) -> Cube:
    import orjson

    content = {
        "class": "dataset",
        "id": ["Region", "ContentsCode", "Tid"],
        "size": [1, 2, 3],
        "dimension": {
            "Region": {"category": {"index": ["0114"]}},
            "ContentsCode": {"category": {"index": ["N", "P"]}},
            "Tid": {"category": {"index": ["2024M11", "2024M12", "2025M01"]}},
        },
        "value": [1, None, None, 2.5, None, None],
        "status": {"0": "..", "1": "-", "2": "..", "4": "-", "5": "."},
        **changes,
    }
    return read_jsonstat(orjson.dumps(content))


def test_nothing_to_report_is_zero_in_a_count_and_not_applicable_in_a_share() -> None:
    frame = cube_frame(cube(), reading(), "o")
    assert frame["status"].tolist() == [
        "ok",
        "true_zero",
        "not_available",
        "ok",
        "not_applicable",
        "not_applicable",
    ]
    assert frame["value"].iloc[:2].tolist() == [1.0, 0.0]
    assert frame["value"].isna().tolist() == [False, False, True, False, True, True]


def test_a_cell_without_number_or_mark_is_not_available() -> None:
    frame = cube_frame(cube(status=None), reading(), "o")
    assert frame["status"].tolist() == [
        "ok",
        "not_available",
        "not_available",
        "ok",
        "not_available",
        "not_available",
    ]


def test_noise_is_from_a_period_or_from_the_notes() -> None:
    assert cube_frame(cube(), reading(since="2025-01"), "o")["noise"].tolist() == [False, False, True] * 2
    assert cube_frame(cube(note=["Cell Key Method"]), reading(), "o")["noise"].all()
    assert not cube_frame(cube(), reading(), "o")["noise"].any()


def test_a_text_of_the_publishers_own_for_a_hidden_cell_is_suppressed_and_others_are_not_guessed() -> None:
    frame = cube_frame(cube(status={"1": "sekretess"}), reading(), "o")
    assert frame["status"].tolist()[1] == "suppressed"
    with pytest.raises(RawFileError, match="”qq” är okänd"):
        cube_frame(cube(status={"1": "qq"}), reading(), "o")


def test_a_note_of_any_text_on_a_real_number_is_no_reason_to_stop() -> None:
    assert cube_frame(cube(status={"0": "qq", "3": "r"}), reading(), "o")["value"].iloc[0] == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ContentsCode": {"category": {"index": ["N", "Q"]}}}, "Innehållet Q är inte deklarerat"),
        ({"Tid": {"category": {"index": ["2024V01", "2024V02", "2024V03"]}}}, "2024V01"),
        ({"Region": {"category": {"index": ["Järfälla kommun"]}}}, "region_code"),
    ],
)
def test_what_is_not_declared_or_not_in_the_contract_is_an_error(change: dict[str, object], says: str) -> None:
    import orjson

    content = {
        "class": "dataset",
        "id": ["Region", "ContentsCode", "Tid"],
        "size": [1, 2, 3],
        "dimension": {
            "Region": {"category": {"index": ["0114"]}},
            "ContentsCode": {"category": {"index": ["N", "P"]}},
            "Tid": {"category": {"index": ["2024M11", "2024M12", "2025M01"]}},
            **change,
        },
        "value": [1, 2, 3, 4, 5, 6],
    }
    with pytest.raises(UvasStatsError, match=says):
        cube_frame(read_jsonstat(orjson.dumps(content)), reading(), "o")
