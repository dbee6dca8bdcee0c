"""Fetching: what is asked for, what is kept, and that being stopped at any moment does no harm."""

from __future__ import annotations

import multiprocessing
import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.server import Fake
from tests.fetch.children import MOMENT, fetch_bas, fetch_bas_quietly
from tests.slow import quick
from uvas_stats.catalog.pxweb import tables_of
from uvas_stats.errors import RawFileError
from uvas_stats.fetch.run import DatasetPlan, fetch_dataset, plan_dataset
from uvas_stats.fetch.sources import Clients
from uvas_stats.raw.publish import Outcome
from uvas_stats.raw.snapshot import editions, read_file, read_snapshot


def fetch(clients: Clients, dataset: str, raw: Path) -> Outcome[DatasetPlan]:
    return fetch_dataset(clients, dataset, tables_of(dataset), raw, now=lambda: MOMENT)


def content(edition: Path | None) -> dict[str, bytes]:
    assert edition is not None
    return {
        path.relative_to(edition).as_posix(): path.read_bytes() for path in edition.rglob("*") if path.is_file()
    }


def processes() -> Any:
    """Give a way of starting processes; where the system can, from one that has imported everything."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.fetch.children"])
    return context


def test_an_edition_has_every_answer_and_where_it_came_from(quick: Fake, clients: Clients, tmp_path: Path) -> None:
    outcome = fetch(clients, "scb_population", tmp_path)
    assert outcome.edition is not None
    snapshot = read_snapshot(outcome.edition)
    assert snapshot.publisher == "SCB"
    assert snapshot.licence == "CC0"
    assert snapshot.retrieved_at == MOMENT
    assert [table.id for table in snapshot.tables] == ["TAB638", "TAB5557"]
    assert snapshot.tables[1].noise is True
    assert "Cell Key Method" in snapshot.tables[1].notes[0]
    data = [file for file in snapshot.files if file.role == "data"]
    assert data[0].url == f"{quick.v2}/tables/TAB638/data?lang=sv&outputFormat=json-stat2"
    assert all('"variableCode":"Region"' in file.query for file in data)
    assert {file.name for file in snapshot.files} | {"origin.toml"} == set(content(outcome.edition))
    for file in snapshot.files:
        assert len(read_file(snapshot, file)) == file.bytes


def test_a_changed_raw_file_is_not_read(clients: Clients, tmp_path: Path) -> None:
    outcome = fetch(clients, "scb_eligibility", tmp_path)
    assert outcome.edition is not None
    snapshot = read_snapshot(outcome.edition)
    file = snapshot.files[1]
    path = snapshot.path(file)
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    with pytest.raises(RawFileError, match="har ändrats"):
        read_file(snapshot, file)


def test_an_unchanged_table_is_not_fetched_again(quick: Fake, clients: Clients, tmp_path: Path) -> None:
    fetch(clients, "scb_eligibility", tmp_path)
    before = len(quick.data_calls)
    again = fetch(clients, "scb_eligibility", tmp_path)
    assert again.edition is None
    assert again.plan.unchanged
    assert again.plan.tables[0].state == "oförändrad"
    assert len(quick.data_calls) == before


def test_only_the_updated_table_of_a_dataset_is_fetched_again(
    quick: Fake, clients: Clients, tmp_path: Path
) -> None:
    first = fetch(clients, "scb_population", tmp_path)
    quick.tables["TAB5557"].updated = "2026-09-01T06:00:00Z"
    quick.tables["TAB5557"].revision = 5
    before = len(quick.data_calls)
    second = fetch(clients, "scb_population", tmp_path)
    assert len(quick.data_calls) == before + 1
    assert second.edition is not None
    assert second.edition.name == "2026-09-01T0600"
    old, new = content(first.edition), content(second.edition)
    assert old["TAB638/part_0001.json"] == new["TAB638/part_0001.json"]
    assert old["TAB5557/part_0001.json"] != new["TAB5557/part_0001.json"]
    assert [path.name for path in editions(tmp_path, "scb_population")] == ["2026-02-20T0700", "2026-09-01T0600"]


def test_another_selection_of_the_same_table_is_another_edition(
    quick: Fake, clients: Clients, tmp_path: Path
) -> None:
    from dataclasses import replace

    fetch(clients, "scb_bas", tmp_path)
    declared = tables_of("scb_bas")[0]
    fewer = replace(
        declared,
        dimensions=tuple(
            replace(item, select=("16-19",)) if item.code == "Alder" else item for item in declared.dimensions
        ),
    )
    outcome = fetch_dataset(clients, "scb_bas", [fewer], tmp_path)
    assert outcome.plan.tables[0].state == "ändrat urval"
    assert outcome.edition is not None
    assert outcome.edition.name == "2026-08-28T0600_02"


def test_the_plan_says_what_is_new_and_asks_for_no_data(quick: Fake, clients: Clients, tmp_path: Path) -> None:
    from tests.fakes.tables import bas

    fetch(clients, "scb_bas", tmp_path)
    newer = bas(12, 2022, 2)
    newer.updated = "2026-09-28T06:00:00Z"
    quick.tables["TAB6260"] = newer
    quick.max_cells = 10_000
    before = len(quick.data_calls)
    with Clients({"scb": quick.v2}) as fresh:
        plan = plan_dataset(fresh, "scb_bas", tables_of("scb_bas"), tmp_path)
    table = plan.tables[0]
    assert table.state == "uppdaterad"
    assert table.new_periods == ("2022M01", "2022M02")
    assert plan.cells == 34 * 3 * 4 * 11 * 26
    assert plan.calls == -(-plan.cells // 10_000)
    assert max(part.cells for part in table.parts) <= 10_000
    assert len(quick.data_calls) == before


def test_a_service_that_does_not_say_when_it_updated_gives_no_edition_twice(
    quick: Fake, clients: Clients, tmp_path: Path
) -> None:
    quick.tables["TAB1804"].updated = ""
    first = fetch(clients, "scb_eligibility", tmp_path)
    assert first.edition is not None
    assert first.edition.name == "2026-11-21"
    assert fetch(clients, "scb_eligibility", tmp_path).edition is None
    quick.tables["TAB1804"].revision = 3
    second = fetch(clients, "scb_eligibility", tmp_path)
    assert second.edition is not None
    assert second.edition.name == "2026-11-21_02"


def test_progress_is_told_for_each_call(quick: Fake, clients: Clients, tmp_path: Path) -> None:
    quick.max_cells = 60
    told: list[tuple[str, int, int]] = []
    outcome = fetch_dataset(
        clients,
        "scb_eligibility",
        tables_of("scb_eligibility"),
        tmp_path,
        progress=lambda *state: told.append(state),
    )
    assert told[-1] == ("scb_eligibility", outcome.plan.calls, outcome.plan.calls)
    assert len(told) == outcome.plan.calls > 3


def test_what_has_been_fetched_is_not_asked_for_again(quick: Fake, clients: Clients, tmp_path: Path) -> None:
    quick.max_cells = 5000
    whole = fetch(clients, "scb_bas", tmp_path / "whole")
    assert whole.edition is not None
    part = tmp_path / "part"
    quick.faults.fail_status = 501  # not tried again
    asked = len(quick.data_calls)
    quick.faults.fail = 0
    stopper = [5]
    before_data = Fake.before_data

    def stop(self: Fake) -> None:
        stopper[0] -= 1
        if stopper[0] < 0:
            self.faults.fail = 1000
        before_data(self)

    Fake.before_data = stop  # type: ignore[method-assign]
    try:
        with pytest.raises(Exception, match="501"):
            fetch(clients, "scb_bas", part)
    finally:
        Fake.before_data = before_data  # type: ignore[method-assign]
    finished = len(list(part.glob("scb_bas/.partial-*/*/part_*.json")))
    assert finished >= 5
    quick.faults.fail = 0
    asked = len(quick.data_calls)
    again = fetch(clients, "scb_bas", part)
    assert again.resumed == finished
    assert len(quick.data_calls) - asked == again.plan.calls - finished
    assert content(again.edition) == content(whole.edition)


def test_a_damaged_part_of_an_interrupted_fetch_is_fetched_again(
    quick: Fake, clients: Clients, tmp_path: Path
) -> None:
    quick.max_cells = 5000
    whole = fetch(clients, "scb_bas", tmp_path / "whole")
    assert whole.edition is not None
    staging = tmp_path / "part" / "scb_bas"
    # Stop a fetch before its first answer, to learn the name of its folder.
    quick.faults.fail, quick.faults.fail_status = 1000, 501
    with pytest.raises(Exception, match="501"):
        fetch(clients, "scb_bas", tmp_path / "part")
    quick.faults.fail = 0
    folder = next(staging.glob(".partial-*"))
    good = (whole.edition / "TAB6260" / "part_0001.json").read_bytes()
    (folder / "TAB6260" / "part_0001.json").write_bytes(good)
    (folder / "TAB6260" / "part_0002.json").write_bytes(good)  # an answer to another question
    (folder / "TAB6260" / "part_0003.json").write_bytes(good[: len(good) // 2])
    (folder / "TAB6260" / ".part_0004.json.x.tmp").write_bytes(b"half")
    again = fetch(clients, "scb_bas", tmp_path / "part")
    assert again.resumed == 1
    assert content(again.edition) == content(whole.edition)


@pytest.mark.parametrize("trials", quick([4, 20], 4))
def test_killed_at_random_moments_a_rerun_ends_with_the_same_bytes(
    quick: Fake, tmp_path: Path, trials: int
) -> None:
    quick.max_cells = 5000
    quick.faults.delay = 0.01
    whole = fetch_bas(quick.v2, tmp_path / "whole")
    wanted = content(whole.edition)
    context = processes()
    rng = random.Random(20261121)
    stopped = 0
    for trial in range(trials):
        raw = tmp_path / f"trial{trial}"
        started = len(quick.log)
        child = context.Process(target=fetch_bas_quietly, args=(quick.v2, str(raw)))
        child.start()
        while child.is_alive() and len(quick.log) == started:  # until its first call
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.25))
        child.kill()
        child.join()
        found = editions(raw, "scb_bas")
        assert [content(edition) for edition in found] in ([], [wanted])
        stopped += not found
        finished = len(list(raw.glob("scb_bas/.partial-*/*/part_*.json")))
        again = fetch_bas(quick.v2, raw)
        assert (again.made, again.resumed) == ((0, 0) if found else (again.plan.calls - finished, finished))
        assert [content(edition) for edition in editions(raw, "scb_bas")] == [wanted]
        assert list(raw.glob("scb_bas/.partial-*")) == []
    assert stopped >= trials // 2


def test_two_processes_at_once_make_one_edition(quick: Fake, tmp_path: Path) -> None:
    quick.max_cells = 5000
    quick.faults.delay = 0.01
    wanted = content(fetch_bas(quick.v2, tmp_path / "whole").edition)
    before = len(quick.data_calls)
    context = processes()
    raw = tmp_path / "both"
    children = [context.Process(target=fetch_bas_quietly, args=(quick.v2, str(raw))) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0]
    assert [content(edition) for edition in editions(raw, "scb_bas")] == [wanted]
    assert len(quick.data_calls) - before == before  # each call once, not once for each process
