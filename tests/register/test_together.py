"""Target groups, the KAA and the participants are published together: none gives a few of another away."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.disclosure.outsider import Outsider
from tests.register.people import MAPPING, mapping_file, number, row, write
from tests.slow import quick
from uvas_stats.disclosure import Key, make_key, read_ledger
from uvas_stats.errors import RegisterError
from uvas_stats.register.run import run_kaa, run_overlap, run_participants
from uvas_stats.workspace import Workspace

KOMMUN, DAY, EDITION = "2182", dt.date(2106, 6, 30), dt.date(2106, 7, 1)
Files = tuple[Path, Path]
Run = Callable[[], float]


class Folder:
    """A workspace with a KAA register, a list of participants and lists of others, and what is shown of them."""

    day = DAY

    def __init__(self, folder: Path, left: int | None = None, **who: set[int]) -> None:
        self.space, self.who, self.left = Workspace(folder), who, left
        self.files = {name: self._write(folder, name, sorted(persons)) for name, persons in who.items()}

    def _write(self, folder: Path, name: str, who: list[int]) -> Files:
        if name == "kaa":
            last = {"closed": "2106-06-29"}
            rows = [
                row(number(at), ("2105-08-01", "2106-01-10")[at % 2], **last if at == self.left else {})
                for at in who
            ]
            return write(folder / "kaa.csv", rows), mapping_file(folder, MAPPING)
        kind = "participants" if name == "deltagare" else "list"
        path, mapping = folder / f"{name}.csv", folder / f"{name}.toml"
        rows = [f"{number(at)};2106-01-10;{'2106-06-30' if at == self.left else ''}" for at in who]
        path.write_text("\n".join(["Pnr;Från;Till", *rows]), encoding="utf-8")
        columns = '[columns]\npersonnummer = "Pnr"\nstart = "Från"\nend = "Till"\n'
        mapping.write_text(f'kind = "{kind}"\nkommun = "{KOMMUN}"\n{columns}', encoding="utf-8")
        return path, mapping

    def kaa(self, at: dt.date = DAY) -> float:
        rows = run_kaa(*self.files["kaa"], "2105/06", workspace=self.space, at=at, today=EDITION).observations
        return float(_total(rows, "register_kaa_stock_count"))

    def participants(self) -> float:
        rows = run_participants(*self.files["deltagare"], workspace=self.space, at=DAY, today=EDITION).observations
        going = rows.loc[(rows["breakdown"].astype("str") == "outcome") & (rows["category"] == "ongoing"), "value"]
        return float(going.iloc[0])

    def group(self, *names: str) -> float:
        lists = {name: self.files[name] for name in names}
        outcome = run_overlap(
            "_".join(names), lists, {}, workspace=self.space, kommun=KOMMUN, at=self.day, today=EDITION
        )
        return float(outcome.observations["value"].iloc[0])


def _total(rows: pd.DataFrame, measure: str) -> float:
    whole = rows["breakdown"].isna() & (rows["sex"] == "total") & (rows["measure"] == measure)
    return float(rows.loc[whole, "value"].iloc[0])


def few_found(folder: Folder, shown: dict[frozenset[str], float]) -> list[Key]:
    """Attack with the sizes of lists and groups that were shown; return what few persons they give away."""
    outsider, names = Outsider(), sorted(folder.who)
    patterns = [frozenset(one) for size in range(1, len(names) + 1) for one in itertools.combinations(names, size)]
    keys = {one: make_key({"only in": "+".join(sorted(one))}) for one in patterns}
    everyone = set().union(*folder.who.values())
    secret = {
        keys[one]: sum({name for name in names if at in folder.who[name]} == one for at in everyone)
        for one in patterns
    }
    for group, value in shown.items():
        inside = [one for one in patterns if one & group]
        key = make_key({"any of": "+".join(sorted(group))})
        outsider.adds_up(key, [keys[one] for one in inside])
        if not np.isnan(value):
            assert value == sum(secret[keys[one]] for one in inside)
            outsider.known[outsider.at(key)] = int(value)
    few = [key for key, n in secret.items() if 0 < n < 5]
    assert few
    return [key for key in few if np.subtract(*outsider.bounds(key)[::-1]) < 5]


def groups(more: int) -> dict[str, set[int]]:
    """Give 40 in the KAA, 30 participants of whom a few are outside it, and a list that adds a few more."""
    return {"kaa": set(range(40)), "deltagare": set(range(10 + more, 40 + more)), "af": set(range(20, 42 + more))}


@pytest.mark.parametrize("few_in", ["kaa", "deltagare"])
@pytest.mark.parametrize(
    "order",
    quick(
        itertools.permutations(("kaa", "deltagare", "kaa+deltagare")),
        ("kaa+deltagare", "kaa", "deltagare"),
    ),
)
def test_a_target_group_beside_its_registers_gives_nobody_away(
    tmp_path: Path, order: tuple[str, ...], few_in: str
) -> None:
    whole, part = groups(3)["kaa"], groups(3)["deltagare"]
    kaa, others = (part, whole) if few_in == "kaa" else (whole, part)
    folder = Folder(tmp_path, kaa=kaa, deltagare=others)
    shown = {}
    for name in order:
        one: Run = {"kaa": folder.kaa, "deltagare": folder.participants}.get(
            name, lambda: folder.group("kaa", "deltagare")
        )
        shown[frozenset(name.split("+"))] = one()
    assert any(value > 0 for value in shown.values())
    assert few_found(folder, shown) == []


@pytest.mark.parametrize("order", list(itertools.permutations((("kaa", "deltagare"), ("kaa", "deltagare", "af")))))
def test_a_wider_group_beside_a_narrower_one_gives_nobody_away(
    tmp_path: Path, order: tuple[tuple[str, ...], ...]
) -> None:
    folder = Folder(tmp_path, **groups(3))
    shown = {frozenset(names): folder.group(*names) for names in order}
    assert any(value > 0 for value in shown.values())
    assert few_found(folder, shown) == []


@pytest.mark.parametrize("backwards", [False, True])
def test_groups_of_some_of_the_lists_give_nobody_away_together(tmp_path: Path, backwards: bool) -> None:
    who = {"a": set(range(47, 69)), "b": set(range(67, 89)), "c": set(range(47))}
    order = [("c",), ("a", "c"), ("b", "c"), ("a", "b", "c")]
    folder = Folder(tmp_path, **who)
    shown = {frozenset(names): folder.group(*names) for names in sorted(order, key=order.index, reverse=backwards)}
    assert any(value > 0 for value in shown.values())
    assert few_found(folder, shown) == []
    assert few_found(folder, {frozenset(one): len(set().union(*(who[name] for name in one))) for one in order})


def test_without_the_links_the_group_would_give_some_away(tmp_path: Path) -> None:
    folder = Folder(tmp_path, kaa=groups(3)["kaa"], deltagare=groups(3)["deltagare"])
    assert few_found(folder, {frozenset({"kaa"}): 40, frozenset({"kaa", "deltagare"}): 43})


def test_the_list_of_the_kaa_is_the_stock_of_the_day(tmp_path: Path) -> None:
    folder = Folder(tmp_path, kaa=set(range(40)), af=set(range(20, 60)))
    assert folder.group("kaa", "af") == 60
    assert folder.kaa() == 40  # the same count as that of the list: nothing new is told
    twenty = number(90, dt.date(2086, 1, 1))  # registered still, and not in scope any more
    path = folder.files["kaa"][0]
    path.write_text(path.read_text(encoding="utf-8") + ";".join(row(twenty)) + "\n", encoding="utf-8")
    (tmp_path / "x").mkdir()
    later = Folder(tmp_path / "x", af=set(range(20, 60)))
    later.files["kaa"] = folder.files["kaa"]
    assert later.group("kaa", "af") == 60


@pytest.mark.slow
def test_every_day_that_has_been_measured_is_gone_along_with(tmp_path: Path) -> None:
    folder = Folder(tmp_path, kaa=set(range(40)))
    days = [dt.date(2105, 8, 15), dt.date(2106, 1, 9), dt.date(2106, 1, 20)]
    for day in days:
        folder.kaa(day)
    last = read_ledger(folder.space, f"register:{KOMMUN}").publications[-1]
    others = {code for key in last.hidden for name, code in key if name in ("in", "not in", "in both")}
    for day in days[:2]:
        assert any(f"at={day}" in code for code in others)


@pytest.mark.parametrize("names", [("af",), ("af", "soc"), ("deltagare", "soc"), ("kaa", "af")])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_target_group_on_another_day_does_not_tell_of_the_one_who_left(
    tmp_path: Path, names: tuple[str, ...], backwards: bool
) -> None:
    whole = {"kaa": set(range(40)), "deltagare": set(range(30)), "af": set(range(40)), "soc": set(range(20, 60))}
    folder = Folder(tmp_path, left=1, **whole)
    sizes = []
    for day in sorted([DAY, DAY - dt.timedelta(days=1)], reverse=backwards):
        folder.day = day
        sizes.append(folder.group(*names))
    assert sizes[0] == len(set().union(*(whole[name] for name in names))) - (1 if backwards else 0)
    assert np.isnan(sizes[1])


@pytest.mark.parametrize("first", ["kaa", "group"])
def test_results_without_a_ledger_are_refused(tmp_path: Path, first: str) -> None:
    folder = Folder(tmp_path, kaa=set(range(40)), deltagare=set(range(30, 60)))
    _ = folder.kaa() if first == "kaa" else folder.group("kaa", "deltagare")
    (ledger,) = (tmp_path / "data" / "disclosure").glob("*.json")
    ledger.unlink()
    with pytest.raises(RegisterError, match="ingen liggare"):
        folder.kaa(dt.date(2106, 6, 1))


def test_stated_numbers_need_no_ledger(tmp_path: Path) -> None:
    folder = Folder(tmp_path, kaa=set(range(40)))
    run_overlap("grupp", {}, {"af": 20, "kaa": 30}, workspace=folder.space, kommun=KOMMUN, at=DAY)
    assert folder.kaa() == 40
