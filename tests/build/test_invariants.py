"""Figures that cannot be, that do not go together, and that are not what the edition before said."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from uvas_stats.build.invariants import Compared, compare_editions, refuse_impossible, relations
from uvas_stats.catalog import Catalog
from uvas_stats.cli import fetch as cli
from uvas_stats.cli.app import app
from uvas_stats.errors import ObservationError
from uvas_stats.observations.validate import make_observations
from uvas_stats.raw.snapshot import list_snapshots

COUNT, SHARE = "uvas_16_24_count", "uvas_share_pct"
YOUNG = "UVAS 16–24 år, antal"
KOMMUNER = ("2101", "2104", "2121", "2132", "2161", "2180", "2181", "2182", "2183", "2184")
"""All of Gävleborg."""


def observed(rows: list[dict[str, Any]], edition: str = "2026-11-01") -> pd.DataFrame:
    common = {"dataset": "kolada", "edition": edition, "age_group": "16-24", "origin": f"kolada/{edition}/a.csv"}
    return make_observations(
        pd.DataFrame([{**common, "region_code": "2182", "period": "2024", **row} for row in rows])
    )


def by_area(measure: str, whole: float, parts: dict[str, float | None]) -> list[dict[str, Any]]:
    rows = [{"region_code": code, "value": value} for code, value in {"21": whole, **parts}.items()]
    return [
        {"measure": measure, "status": "ok" if row["value"] is not None else "suppressed", **row} for row in rows
    ]


def every_year(make: Any, odd: Any) -> pd.DataFrame:
    """Give ten years that hold together and one that does not."""
    rows = [{**row, "period": str(year)} for year in range(2010, 2020) for row in make]
    return observed(rows + [{**row, "period": "2020"} for row in odd])


def by_sex(measure: str, total: float, women: float, men: float) -> list[dict[str, Any]]:
    values = {"total": total, "women": women, "men": men}
    return [{"measure": measure, "sex": sex, "value": value} for sex, value in values.items()]


def by_part(whole: float, *parts: float) -> list[dict[str, Any]]:
    rows = [{"category": str(at), "breakdown": "origin", "value": value} for at, value in enumerate(parts)]
    return [{"measure": COUNT, **row} for row in [{"value": whole}, *rows]]


FEW = dict.fromkeys(KOMMUNER, 10.0)


@pytest.mark.parametrize(
    ("make", "odd", "says"),
    [
        (
            by_sex(COUNT, 30, 10, 20), by_sex(COUNT, 31, 10, 20),
            f"Kvinnor och män är tillsammans inte lika många som alla i ett fall: {YOUNG}, 2182, 2020.",
        ),
        (
            by_sex(SHARE, 9.0, 8.0, 10.0), by_sex(SHARE, 10.2, 8.0, 10.0),
            "Värdet för alla ligger inte mellan kvinnornas och männens i ett fall: UVAS 16–24 år, 2182, 2020.",
        ),
        (
            by_area(COUNT, 100, FEW), by_area(COUNT, 100, FEW | {"2182": 19.0}),
            "Kommunerna är tillsammans fler än länet i ett fall: UVAS 16–24 år, antal, 21, 2020.",
        ),
        (
            by_area(SHARE, 9.0, dict(zip(KOMMUNER, range(5, 15), strict=True))), by_area(SHARE, 9.0, FEW),
            "Värdet för länet ligger inte mellan kommunernas i ett fall: UVAS 16–24 år, 21, 2020.",
        ),
        (
            by_part(30, 10, 20), by_part(30, 10, 2),
            "Delarna är tillsammans inte lika många som alla i ett fall: UVAS 16–24 år, antal, 2182, 2020.",
        ),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_noted_with_its_place(
    catalog: Catalog, make: Any, odd: Any, says: str
) -> None:
    assert list(relations(every_year(make, make), catalog)) == []
    assert list(relations(every_year(make, odd), catalog)) == [says]
    assert list(relations(every_year(odd, odd), catalog)) == []  # what mostly is so is not of this kind


def test_what_is_hidden_or_has_noise_is_no_part_of_a_sum(catalog: Catalog) -> None:
    hidden = by_area(COUNT, 100, FEW | {"2182": None})
    assert list(relations(every_year(by_area(COUNT, 100, FEW), hidden), catalog)) == []
    noisy = every_year(by_sex(COUNT, 30, 10, 20), by_sex(COUNT, 31, 10, 20)).assign(noise=True)
    assert list(relations(noisy, catalog)) == []


def test_kommuner_without_a_row_are_named_where_the_others_have_one(catalog: Catalog) -> None:
    rows = [{"measure": SHARE, "region_code": one.code, "value": 5.5} for one in catalog.kommuner]
    assert list(relations(observed(rows), catalog)) == []
    assert list(relations(observed(rows[1:]), catalog)) == ["Av kommunerna saknas 1 för 2024: Upplands Väsby."]
    assert list(relations(observed(rows[:30]), catalog)) == []  # a table of a part of the country


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"measure": SHARE, "value": 101.0}], "Värdet 101 ligger utanför 0–100 för "),
        ([{"measure": COUNT, "value": 1.309}], "1 antal är inga heltal, först 1.309 för "),
        (
            [{"measure": SHARE, "value": 0.5, "region_code": code} for code in KOMMUNER],
            "Alla 10 värden för ",
        ),
        (
            [{"measure": SHARE, "value": 5.0, "period": "2027"}],
            "1 uppgifter gäller tiden efter utgåvan 2026-11-01, först 2027",
        ),
    ],
)
def test_what_cannot_be_is_refused(catalog: Catalog, rows: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(ObservationError, match=says):
        refuse_impossible(observed(rows), catalog)


def many(values: dict[int, float | None], edition: str, measure: str = COUNT) -> pd.DataFrame:
    rows = [{"period": str(year), "value": value, "measure": measure} for year, value in values.items()]
    status = [{"status": "ok" if row["value"] is not None else "not_available"} for row in rows]
    return observed([{**row, **one} for row, one in zip(rows, status, strict=True)], edition)


def compared(new: dict[int, float | None], *, replaces: str = "", whole: bool = True) -> Compared:
    old: dict[int, float | None] = dict.fromkeys(range(1990, 2020), 100.0)
    dataset: Any = SimpleNamespace(replaces=replaces)
    return compare_editions(many(old | new, "2026-11-02"), many(old, "2026-11-01"), dataset, whole=whole)


def test_an_edition_beside_the_one_before() -> None:
    assert compared({}) == Compared()
    assert compared({2021: 5.0}) == Compared()  # what is new
    assert compared({2019: None}).notes == (
        "1 uppgifter i utgåva 2026-11-01 saknas i den nya, först uvas_16_24_count 2182 2019 total 16-24.",
    )
    (told,) = compared({2018: 101.0, 2019: 110.0}).notes
    most = "mest uvas_16_24_count 2182 2019 total 16-24: 100 blev 110."
    assert told == f"2 uppgifter är ändrade sedan utgåva 2026-11-01, {most}"
    assert compared(dict.fromkeys(range(1990, 1994))).question == (
        "4 av de 30 uppgifterna i utgåva 2026-11-01 saknas i den nya"
    )
    assert compared(dict.fromkeys(range(1990, 2010), 1.0)).question == (
        "20 av 30 uppgifter är mindre än hälften eller mer än det dubbla av vad de var i utgåva 2026-11-01"
    )


def test_an_edition_of_another_measure_or_period_has_lost_nothing_unless_it_should_be_whole() -> None:
    dataset: Any = SimpleNamespace(replaces="")
    old = many(dict.fromkeys(range(1990, 2020), 9.0), "2026-11-01")
    other = many(dict.fromkeys(range(1990, 2020), 9.0), "2026-11-02", SHARE)
    assert compare_editions(other, old, dataset, whole=False) == Compared()
    assert compare_editions(other, old, dataset, whole=True).question.startswith("30 av de 30 uppgifterna")
    later = many({2020: 9.0}, "2026-11-02")
    assert compare_editions(later, old, dataset, whole=False).question.startswith("30 av de 30 uppgifterna")
    assert compare_editions(later, old, SimpleNamespace(replaces="period"), whole=True) == Compared()  # type: ignore[arg-type]


# The whole way


def listed(kommuner: list[str]) -> str:
    head = "Öppet arbetslösa 18-24 år. Årsmedeltal 2024\n\nKommun/Region;Antal;Andel (%)\n"
    return head + "".join(f"{name};100;3,5\n" for name in kommuner)


@pytest.fixture
def files(tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    monkeypatch.setenv("UVAS_WORKSPACE", str(tmp_path))
    names = [one.name for one in catalog.kommuner][:60]
    for name, some in (("hel", names), ("halv", names[:30])):
        (tmp_path / f"{name}.csv").write_text(listed(some), encoding="utf-8")
    return {name: tmp_path / f"{name}.csv" for name in ("hel", "halv")}


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["adopt", "af_openly_year", *arguments])
    return str(result.exception) if result.exception and str(result.exception) != "1" else result.output


def own(tmp_path: Path) -> list[str]:
    return [one.edition for one in list_snapshots([tmp_path / "data" / "raw"])]


def test_an_edition_that_has_lost_its_figures_is_laid_in_only_when_it_is_said(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "utgåva 2026-01-01 inlagd" in run(str(files["hel"]), "--edition", "2026-01-01")
    lost = "60 av de 120 uppgifterna i utgåva 2026-01-01 saknas i den nya"
    assert run(str(files["halv"]), "--edition", "2026-01-02").startswith(lost)
    assert own(tmp_path) == ["2026-01-01"]
    assert [path.name for path in (tmp_path / "data" / "raw" / "af_openly_year").iterdir()] == [
        ".lock",
        "2026-01-01",
    ]
    said = run(str(files["halv"]), "--edition", "2026-01-02", "--accept")
    assert said.splitlines()[-1] == f"  {lost}; inlagd ändå."
    assert own(tmp_path) == ["2026-01-01", "2026-01-02"]


def test_an_edition_of_the_future_is_a_question(files: dict[str, Path], tmp_path: Path) -> None:
    said = run(str(files["hel"]), "--edition", "2231-01-01")
    assert said.startswith("Utgåvan är daterad i framtiden, 2231-01-01 (")
    assert said.endswith("Kontrollera hos utgivaren; är det rätt, lägg till --accept.")
    assert own(tmp_path) == []
    assert "inlagd" in run(str(files["hel"]), "--edition", "2231-01-01", "--accept")


@pytest.mark.parametrize(
    ("terminal", "answer", "laid"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_who_is_there_is_asked(
    monkeypatch: pytest.MonkeyPatch, *, terminal: bool, answer: bool, laid: bool
) -> None:
    asked = []

    def confirm(text: str, *, err: bool) -> bool:
        asked.append(text)
        return answer

    monkeypatch.setattr(cli.typer, "confirm", confirm)
    for stream in ("stdin", "stderr"):
        monkeypatch.setattr(getattr(cli.sys, stream), "isatty", lambda: terminal, raising=False)
    assert cli.answers(accept=False)("Utgåvan är tom\x1b[31m") is laid
    assert asked == (["Utgåvan är tom [31m. Lägga in ändå?"] if terminal else [])
    assert cli.answers(accept=True)("Utgåvan är tom") is True
