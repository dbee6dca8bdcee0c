"""A ranking list of unknown layout is understood by its content and checked, or refused with its reason."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.fakes.af_books import workbook
from uvas_stats.build.adopt import adopt, adopted_as
from uvas_stats.build.pipeline import build
from uvas_stats.catalog import Catalog
from uvas_stats.clean.ranking_list import describe_ranking, read_af_ranking
from uvas_stats.errors import ObservationError, RawFileError
from uvas_stats.observations.contract import select
from uvas_stats.observations.editions import latest_edition
from uvas_stats.observations.store import read_observations
from uvas_stats.raw.snapshot import RawFile, Snapshot, list_snapshots
from uvas_stats.workspace import Workspace

Rows = list[list[object]]


def listed(catalog: Catalog, seed: int = 5) -> pd.DataFrame:
    """Make a list with ties, sorted by place."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"code": [r.code for r in catalog.kommuner], "Kommun": [r.name for r in catalog.kommuner]}
    )
    frame["Andel 18-24 år"] = rng.integers(40, 240, len(frame)) / 10
    frame["Plats"] = frame["Andel 18-24 år"].rank(method="min", ascending=False)
    return frame.sort_values(["Plats", "Kommun"], ignore_index=True)


def rows_of(
    frame: pd.DataFrame, *columns: str, title: str = "Öppet arbetslösa och i program, november 2009"
) -> Rows:
    names = list(columns) or ["Plats", "Kommun", "Andel 18-24 år"]
    return [[title], [], list(names), *frame[names].astype(object).to_numpy().tolist(), ["Källa: AF"]]


def swedish(cell: object) -> str:
    return (
        str(cell).replace(".0", "") if isinstance(cell, float) and cell % 1 == 0 else str(cell).replace(".", ",")
    )


def as_xlsx(rows: Rows) -> bytes:
    return workbook({"Info": [["Rankinglista"]], "Lista": rows})


def as_csv(rows: Rows) -> bytes:
    return b"\xef\xbb\xbf" + "\r\n".join(";".join(swedish(cell) for cell in row) for row in rows).encode()


def as_html(rows: Rows) -> bytes:
    body = "".join("<tr>" + "".join(f"<td> {swedish(cell)}&nbsp;</td>" for cell in row) + "</tr>" for row in rows)
    return f"<html><body><table><tr><td>meny</td></tr></table><table>{body}</table></body></html>".encode()


def snapshot(folder: Path, content: bytes, name: str = "lista.xls", **options: str) -> Snapshot:
    (folder / name).write_bytes(content)
    file = RawFile(name, hashlib.sha256(content).hexdigest(), len(content))
    day = dt.date(2026, 11, 21)
    kept = options or {"period": "2009-11"}
    return Snapshot("af_ranking", day.isoformat(), "t", "AF", "", day, "fri", (file,), options=kept, folder=folder)


def test_a_raised_digit_among_the_kommuner_is_no_number(catalog: Catalog, tmp_path: Path) -> None:
    rows = rows_of(listed(catalog), "Kommun", "Andel 18-24 år", "Plats")
    found = read_af_ranking(snapshot(tmp_path, as_csv([["²"], *rows])), catalog)
    assert found["region_code"].nunique() == 290


@pytest.mark.parametrize("form", [as_xlsx, as_csv, as_html])
def test_share_and_place_of_each_kommun_come_out(
    catalog: Catalog, tmp_path: Path, form: Callable[[Rows], bytes]
) -> None:
    frame = listed(catalog)
    found = read_af_ranking(snapshot(tmp_path, form(rows_of(frame))), catalog)
    for measure, column in {
        "af_ranking_list_rate_pct": "Andel 18-24 år",
        "af_ranking_list_place_rank": "Plats",
    }.items():
        part = select(found, measure=measure).set_index("region_code")["value"]
        assert part.to_dict() == pytest.approx(frame.set_index("code")[column].to_dict())
    assert set(found["period"].astype("str")) == {"2009-11"}


def test_the_guess_is_shown(catalog: Catalog, tmp_path: Path) -> None:
    (line,) = describe_ranking(snapshot(tmp_path, as_xlsx(rows_of(listed(catalog)))), catalog)
    assert line == (
        "november 2009: kommuner i kolumn B, andel i C (”Andel 18-24 år”), plats i A (”Plats”); "
        "290 kommuner, plats 1 = högst andel"
    )


def test_riket_and_lan_between_kommuner_and_other_columns_do_no_harm(catalog: Catalog, tmp_path: Path) -> None:
    frame = listed(catalog)
    frame["Öppet arbetslösa"] = 100.5
    frame["Andel 16-64 år"] = frame["Andel 18-24 år"] / 2
    frame["Kod"] = [int(code) for code in frame["code"]]
    names = ["Kod", "Kommun", "Andel 16-64 år", "Öppet arbetslösa", "Plats", "Andel 18-24 år"]
    rows = rows_of(frame, *names, title="November 2009, 18–24 år")
    rows.insert(3, ["", "Hela riket", 6.7, 90.0, "", 11.4])
    rows.insert(100, ["", "Gävleborgs län", 7.7, 90.0, "", 15.4])
    rows.insert(150, [])
    found = read_af_ranking(snapshot(tmp_path, as_xlsx(rows)), catalog)
    shares = select(found, measure="af_ranking_list_rate_pct").set_index("region_code")["value"]
    assert (shares["00"], shares["21"], len(shares)) == (11.4, 15.4, 292)


def test_fractions_are_percent(catalog: Catalog, tmp_path: Path) -> None:
    frame = listed(catalog)
    rows = rows_of(frame.assign(**{"Andel 18-24 år": frame["Andel 18-24 år"] / 100}))
    found = select(read_af_ranking(snapshot(tmp_path, as_xlsx(rows)), catalog), measure="af_ranking_list_rate_pct")
    assert found.set_index("region_code")["value"].to_dict() == pytest.approx(
        frame.set_index("code")["Andel 18-24 år"].to_dict()
    )


def test_haabo_and_habo_are_never_exchanged(catalog: Catalog, tmp_path: Path) -> None:
    frame = listed(catalog)
    frame["Kommun"] = [f"{name} kommun" for name in frame["Kommun"].str.upper()]
    found = select(
        read_af_ranking(snapshot(tmp_path, as_csv(rows_of(frame))), catalog), measure="af_ranking_list_place_rank"
    ).set_index("region_code")["value"]
    for code in ("0305", "0643", "1980", "2182"):
        assert found[code] == frame.loc[frame["code"] == code, "Plats"].iloc[0]


def change(frame: pd.DataFrame, name: str, **values: object) -> pd.DataFrame:
    frame = frame.astype(dict.fromkeys(values, object))
    for column, value in values.items():
        frame.loc[frame["Kommun"] == name, column] = value
    return frame


def wrong_way(frame: pd.DataFrame) -> Rows:
    return rows_of(frame.assign(Plats=frame["Andel 18-24 år"].rank(method="min")))


def merged(frame: pd.DataFrame) -> Rows:
    rows = rows_of(frame.assign(Antal=7.5), "Plats", "Kommun", "Andel 18-24 år", "Antal")
    rows[2] = ["Plats", "Kommun", "Arbetslösa 18-24 år", ""]
    return rows


def merged_above(frame: pd.DataFrame) -> Rows:
    rows = rows_of(frame.assign(Antal=7.5), "Plats", "Kommun", "Andel 18-24 år", "Antal")
    rows[1] = ["", "", "Arbetslösa", "Arbetslösa"]
    return rows


def swapped(frame: pd.DataFrame) -> Rows:
    frame = frame.copy()
    first, last = frame.index[10], frame.index[200]
    frame.loc[[first, last], "Andel 18-24 år"] = frame.loc[[last, first], "Andel 18-24 år"].to_numpy()
    return rows_of(frame)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (wrong_way, "sorterad åt andra hållet: plats 1 har lägst andel"),
        (merged, "Rubriker är sammanslagna eller saknas.*D3"),
        (merged_above, "Rubriker är sammanslagna"),
        (
            lambda f: rows_of(f.loc[f["Kommun"] != "Söderhamn"]),
            r"289 kommuner av 290; det saknas Söderhamn \(2182\)",
        ),
        (lambda f: rows_of(pd.concat([f, f.tail(1)])), "finns flera gånger"),
        (swapped, "Platserna stämmer inte med andelarna"),
        (lambda f: rows_of(change(f, "Falun", Kommun="Falunda")), "”Falunda” är ingen känd kommun"),
        (lambda f: rows_of(f, "Kommun", "Andel 18-24 år"), "Ingen kolumn har platser"),
        (lambda f: rows_of(f, "Kommun", "Plats"), "Ingen kolumn har andelar"),
        (lambda f: rows_of(change(f, "Falun", **{"Andel 18-24 år": "okänt"})), "Ingen kolumn har andelar"),
        (
            lambda f: rows_of(f.assign(Andel=f["Andel 18-24 år"]), "Plats", "Kommun", "Andel 18-24 år", "Andel"),
            "Flera kolumner passar: ”Andel 18-24 år” med ”Plats”, ”Andel” med ”Plats”",
        ),
        (
            lambda f: rows_of(f, title="Arbetslösa i november 2008"),
            "säger november 2008 men perioden är given som november 2009",
        ),
        (
            lambda f: rows_of(
                f.rename(columns={"Andel 18-24 år": "Andel 16-64 år"}), "Plats", "Kommun", "Andel 16-64 år"
            ),
            "gäller 16-64 år, inte 18–24",
        ),
        (lambda f: rows_of(f)[3:], "ingen rad med rubriker"),
        (lambda f: rows_of(f.head(100)), "Ingen tabell har en kolumn med kommuner"),
        (
            lambda f: rows_of(
                f.assign(Kod=f["code"].to_numpy()[::-1]), "Kod", "Kommun", "Plats", "Andel 18-24 år"
            ),
            "Raden har både",
        ),
    ],
)
def test_what_is_not_a_ranking_list_is_refused_with_its_reason(
    catalog: Catalog, tmp_path: Path, make: Callable[[pd.DataFrame], Rows], message: str
) -> None:
    for form in (as_xlsx, as_csv):
        with pytest.raises(RawFileError, match=message.replace("D3", "") if form is as_csv else message) as caught:
            read_af_ranking(snapshot(tmp_path, form(make(listed(catalog)))), catalog)
        assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("options", [{"other": "x"}, {"period": "2009"}])
def test_the_month_must_be_given(catalog: Catalog, tmp_path: Path, options: dict[str, str]) -> None:
    with pytest.raises(RawFileError, match="Listans månad är inte given"):
        read_af_ranking(snapshot(tmp_path, as_csv(rows_of(listed(catalog))), **options), catalog)
    with pytest.raises(ObservationError):
        read_af_ranking(snapshot(tmp_path, as_csv(rows_of(listed(catalog))), period="november"), catalog)


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"<html><p>ingen tabell</p></html>", b"PK\x03\x04 avklippt"]
)
def test_what_is_no_table_is_told(catalog: Catalog, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(RawFileError):
        read_af_ranking(snapshot(tmp_path, content), catalog)


def test_two_lists_taken_in_the_same_day_are_both_kept(
    workspace: Workspace, tmp_path: Path, catalog: Catalog
) -> None:
    for month, period, seed in (("2008", "november 2008", 1), ("2009", "november 2009", 2)):
        path = tmp_path / f"rank {month}.csv"
        path.write_bytes(as_csv(rows_of(listed(catalog, seed), title=period)))
        outcome = adopt(workspace, "af_ranking", [path], options={"period": f"{month}-11"})
        assert outcome.edition is not None
        assert adopted_as(workspace, outcome.edition)[0].startswith(period)
    build(workspace)
    rows = read_observations(workspace.processed, ["af_ranking_list_place_rank"])
    frame = latest_edition(rows, catalog.replaces)
    assert set(select(frame, region_code="2182")["period"]) == {"2008-11", "2009-11"}


def test_a_refused_list_leaves_nothing(workspace: Workspace, tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "rank.csv"
    path.write_bytes(as_csv(wrong_way(listed(catalog))))
    with pytest.raises(RawFileError, match="åt andra hållet") as caught:
        adopt(workspace, "af_ranking", [path], options={"period": "2009-11"})
    assert str(path) in str(caught.value)
    assert list_snapshots([workspace.raw]) == []
