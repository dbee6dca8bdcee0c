"""One term after the other: what was counted of a day stays, and the next term gives nobody away."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.disclosure.outsider import Outsider
from tests.register.people import number
from tests.slow import quick
from uvas_stats.disclosure import Key, make_key
from uvas_stats.errors import RegisterError
from uvas_stats.register.run import run_participants
from uvas_stats.register.store import register_files, stored_observations
from uvas_stats.workspace import Workspace

COLUMNS = {
    "personnummer": "Pnr", "start": "Start", "end": "Avslut", "end_reason": "Orsak", "had_examen": "Examen",
    "assistance_start": "Vid start", "assistance_now": "Nu",
}  # fmt: skip
DECEMBER, JUNE = dt.date(2105, 12, 31), dt.date(2106, 6, 30)
FIGURE = ["measure", "period", "sex", "breakdown", "category"]
SIZE, WITH_ASSISTANCE, ENDED = 120, 70, 40
REASONS = ("arbete", "studier", "annat")


def listed(folder: Path, left: int, ended: int = ENDED, *, kommun: str = "1494") -> tuple[Path, Path]:
    """Write a list of participants of whom most had bistånd at start, and some have left it since."""
    path, mapping = folder / "deltagare.csv", folder / "deltagare.toml"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(COLUMNS.values())
        for at in range(SIZE):
            over = ["2105-10-10" if at < ENDED else "2106-02-02", REASONS[at % 3]] if at < ended else ["", ""]
            now = left <= at < WITH_ASSISTANCE or 80 <= at < 92
            rest = [("ja", "nej")[at % 2], "ja" if at < WITH_ASSISTANCE else "nej", "ja" if now else "nej"]
            writer.writerow([number(at), "2105-08-20", *over, *rest])
    columns = "".join(f'{name} = "{heading}"\n' for name, heading in COLUMNS.items())
    mapping.write_text(f'kind = "participants"\nkommun = "{kommun}"\n[columns]\n{columns}', encoding="utf-8")
    return path, mapping


def held(folder: Path, measure: str, period: str) -> pd.DataFrame:
    rows = pd.concat(stored_observations(Workspace(folder)), ignore_index=True)
    return rows.loc[(rows["measure"] == measure) & (rows["period"] == period)]


def test_what_was_counted_of_bistand_in_december_stays_in_june(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    run_participants(*listed(tmp_path, left=12), workspace=space, at=DECEMBER)
    run_participants(*listed(tmp_path, left=25), workspace=space, at=JUNE)
    assistance = [held(tmp_path, "participants_assistance_count", period) for period in ("2105H2", "2106H1")]
    assert [one["value"].tolist() for one in assistance] == [[70], [57]]
    left = [held(tmp_path, "participants_left_assistance_count", period) for period in ("2105H2", "2106H1")]
    assert [one["value"].tolist() for one in left] == [[12], [25]]
    assert len(set(assistance[0]["edition"])) == 1


def test_bistand_of_a_day_that_the_list_does_not_tell_of_is_not_counted(tmp_path: Path) -> None:
    run_participants(*listed(tmp_path, left=25), workspace=Workspace(tmp_path), at=JUNE)
    assert held(tmp_path, "participants_assistance_count", "2105H2").empty
    assert held(tmp_path, "participants_started_count", "2105H2")["value"].tolist() == [SIZE]


CHANGES = ("started", "ended", "work", "study", "other", "left")


def derived(shown: list[pd.DataFrame]) -> dict[str, float]:
    """Attack with what was shown at two terms' ends; return how closely each change in between is derived."""
    outsider = Outsider()

    def at(term: int, what: str) -> Key:
        return make_key({"term": str(term), "of": what})

    for term, rows in enumerate(shown):
        outsider.adds_up(at(term, "started"), [at(term, "ongoing"), at(term, "ended")])
        outsider.adds_up(at(term, "started"), [at(term, "women"), at(term, "men")])
        outsider.adds_up(at(term, "ended"), [at(term, one) for one in ("work", "study", "other", "unknown")])
        outsider.adds_up(at(term, "started"), [at(term, one) for one in ("had", "had not", "had unknown")])
        outsider.adds_up(at(term, "had"), [at(term, one) for one in ("left", "kept", "kept unknown")])
        for what, value in _values(rows):
            outsider.known[outsider.at(at(term, what))] = int(value)
    for what in CHANGES:
        outsider.adds_up(at(1, what), [at(0, what), make_key({"change of": what})])
    return {what: float(np.subtract(*outsider.bounds(make_key({"change of": what}))[::-1])) for what in CHANGES}


def _values(rows: pd.DataFrame) -> Iterator[tuple[str, float]]:
    names = {("outcome", code): code for code in ("work", "study", "other", "unknown", "ongoing", "ended")}
    names |= {("assistance_start", "yes"): "had", ("assistance_start", "no"): "had not"}
    names |= {("assistance_start", "unknown"): "had unknown"}
    for one in rows.loc[rows["value"].notna()].itertuples():
        if one.measure == "participants_left_assistance_count":
            yield "left", one.value
        if one.measure == "participants_count" and pd.isna(one.breakdown):
            yield "started" if one.sex == "total" else str(one.sex), one.value
        if one.measure == "participants_count" and (one.breakdown, one.category) in names:
            yield names[one.breakdown, one.category], one.value


@pytest.mark.parametrize("more", quick([1, 2, 4], 1))
@pytest.mark.parametrize("what", ["left", "ended"])
def test_a_few_since_the_last_term_are_not_given_away(tmp_path: Path, what: str, more: int) -> None:
    space, shown = Workspace(tmp_path), []
    usual = {"left": 12, "ended": ENDED}
    for numbers, day in ((usual, DECEMBER), (usual | {what: usual[what] + more}, JUNE)):
        run_participants(*listed(tmp_path, **numbers), workspace=space, at=day)
        held_now = pd.concat(stored_observations(space), ignore_index=True)
        period = "2105H2" if day == DECEMBER else "2106H1"
        shown.append(held_now.loc[held_now["period"] == period])
    widths = derived(shown)
    assert all(rows["value"].notna().any() for rows in shown)
    reasons = (
        {("work", "study", "other")[at % 3] for at in range(ENDED, ENDED + more)} if what == "ended" else set()
    )
    few = {what, *reasons}
    assert {name: widths[name] for name in few if widths[name] < 5} == {}


def booked(folder: Path, more: int, kr: int, since: str = "2106-03-01") -> tuple[Path, Path]:
    """Write a list where each has cost 10 000 kronor, and some have begun since and cost something else."""
    path, mapping = folder / "deltagare.csv", folder / "deltagare.toml"
    rows = [f"{number(at)};2105-08-20;;10000" for at in range(SIZE)]
    rows = [row.replace(";;", ";2106-01-31;") for row in rows[:more]] + rows[more:]
    rows += [f"{number(at)};{since};;{kr}" for at in range(more)]  # begun anew: the number of persons is the same
    path.write_text("\n".join(["Pnr;Start;Avslut;Kostnad", *rows]), encoding="utf-8")
    columns = 'personnummer = "Pnr"\nstart = "Start"\nend = "Avslut"\ncost = "Kostnad"\n'
    mapping.write_text(f'kind = "participants"\nkommun = "1494"\n[columns]\n{columns}', encoding="utf-8")
    return path, mapping


@pytest.mark.parametrize(("more", "told"), [pytest.param(1, False, marks=pytest.mark.slow), (4, False), (5, True)])
def test_what_a_few_who_begin_anew_have_cost_is_not_told(tmp_path: Path, more: int, told: bool) -> None:
    space = Workspace(tmp_path)
    run_participants(*booked(tmp_path, 0, 0), workspace=space, at=DECEMBER)
    run_participants(*booked(tmp_path, more, 77000), workspace=space, at=JUNE)
    assert held(tmp_path, "participants_cost_kkr", "2105H2")["value"].tolist() == [10.0]
    june = held(tmp_path, "participants_cost_kkr", "2106H1")["value"].tolist()
    assert june == ([round(10 + more * 77 / SIZE, 1)] if told else [])
    run_participants(*booked(tmp_path, more, 99000), workspace=space, at=JUNE)
    assert held(tmp_path, "participants_cost_kkr", "2106H1")["value"].tolist() == june


def test_what_has_been_shown_of_a_term_stays_when_the_next_hides_it(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    run_participants(*listed(tmp_path, left=12), workspace=space, at=DECEMBER)
    before = {path.name: path.read_bytes() for path in register_files(space)}
    assert len(before) == 1
    shown = pd.concat(stored_observations(space)).set_index(FIGURE)["value"].dropna()
    run_participants(*listed(tmp_path, left=14, ended=ENDED + 2), workspace=space, at=JUNE)
    now = pd.concat(stored_observations(space)).set_index(FIGURE)["value"]
    assert now.loc[shown.index].equals(shown)


def test_the_attack_finds_the_few_where_nothing_is_hidden() -> None:
    rows = [
        pd.DataFrame({"measure": "participants_left_assistance_count", "value": [n], "breakdown": None,
                      "category": None, "sex": "total"})
        for n in (12.0, 14.0)
    ]  # fmt: skip
    assert derived(rows)["left"] == 0


def test_several_kommuner_are_counted_each_for_itself(tmp_path: Path) -> None:
    path, mapping = listed(tmp_path, left=12)
    lines = path.read_text(encoding="utf-8").splitlines()
    names = ["Kommun", *(("Haninge", "0192")[at % 2] for at in range(len(lines) - 1))]
    path.write_text("\n".join(f"{line};{name}" for line, name in zip(lines, names, strict=True)), encoding="utf-8")
    text = mapping.read_text(encoding="utf-8").replace('kommun = "1494"\n', "") + 'kommun = "Kommun"\n'
    mapping.write_text(text, encoding="utf-8")
    outcome = run_participants(path, mapping, workspace=Workspace(tmp_path), at=JUNE)
    started = outcome.observations.loc[outcome.observations["measure"] == "participants_started_count"]
    assert set(zip(started["region_code"], started["value"], strict=True)) == {("0136", 60.0), ("0192", 60.0)}
    assert len(list((tmp_path / "data" / "disclosure").glob("*.json"))) == 2
    with pytest.raises(RegisterError, match="inga rader för kommun 0138"):
        run_participants(path, mapping, workspace=Workspace(tmp_path), at=JUNE, kommun="Tyresö")
    with pytest.raises(RegisterError, match="Kostnaden gäller 2 kommuner"):
        run_participants(path, mapping, workspace=Workspace(tmp_path), at=JUNE, cost=100.0)


def test_a_kommun_that_does_not_exist_in_the_mapping_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="Ankeborg"):
        run_participants(*listed(tmp_path, left=12, kommun="Ankeborg"), workspace=Workspace(tmp_path), at=JUNE)


def test_a_kommun_may_be_named_in_the_mapping(tmp_path: Path) -> None:
    files = listed(tmp_path, left=12, kommun="Lidköping")
    assert set(run_participants(*files, workspace=Workspace(tmp_path), at=JUNE).observations["region_code"]) == {
        "1494"
    }
