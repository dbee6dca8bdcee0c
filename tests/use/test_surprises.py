"""Everything is fetched while each source surprises: no other source pays for it, and no byte is lost."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.fakes.every import SOURCES, Surprise, serving_every
from tests.fakes.surprises import SURPRISES, Days, cheap, right
from tests.slow import quick

NAMES = {f"{one.source}: {one.what}": one for one in SURPRISES}
WRONG = [name for name, one in NAMES.items() if one.wrong]
LEAST = 0.9
"""How many of the surprises that make no figure wrong must cost no figure."""
ALONE = ("kaa: en adress i listan svarar 404",)


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    with pytest.MonkeyPatch.context() as patch, serving_every() as every:
        yield Days(every, tmp_path_factory.mktemp("days"), patch)


def files_of(workspace: Path, dataset: str) -> dict[str, str]:
    """Give the checksum of every file of a dataset's editions."""
    folder = workspace / "data" / "raw" / dataset
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("2*/**/*"))
        if path.is_file()
    }


def as_usual(days: Days, workspace: Path, dataset: str) -> None:
    """Demand that a dataset has the figures of a day without surprises."""
    now = days.read(workspace, dataset).drop(columns="origin")
    pd.testing.assert_frame_equal(now, days.figures[dataset].drop(columns="origin"))


def test_the_list_is_long_and_of_every_source() -> None:
    assert len(NAMES) == len(SURPRISES) >= 40
    assert {one.source for one in SURPRISES if not one.wrong} == set(SOURCES)


@pytest.mark.slow
def test_nearly_no_surprise_costs_a_figure_unless_it_would_be_wrong(days: Days) -> None:
    harmless = dict([item for item in NAMES.items() if not item[1].wrong][::10])  # all of them: benchmarks
    costs = {name: days.alone(one) for name, one in harmless.items()}
    dear = {name: str(cost) for name, cost in costs.items() if not cheap(cost)}
    assert not any(cost.wrong or cost.lost for cost in costs.values()), dear
    assert 1 - len(dear) / len(harmless) >= LEAST, dear


@pytest.mark.parametrize("name", quick(WRONG, "siris: filen gäller ett annat år"))
def test_what_would_make_a_figure_wrong_is_told_and_leaves_the_earlier_edition_as_it_was(
    days: Days, tmp_path: Path, name: str
) -> None:
    surprise = NAMES[name]
    datasets, workspace = days.datasets(surprise), tmp_path / "earlier"
    shutil.copytree(days.usual, workspace)
    before = {dataset: files_of(workspace, dataset) for dataset in datasets}
    days.every.surprise(surprise, later=True)
    _, _, refusals = days.fetch(*datasets, into=workspace, again=True)
    for dataset in datasets:
        after = files_of(workspace, dataset)
        assert {path: after.get(path) for path in before[dataset]} == before[dataset]
        if any(line.startswith(f"Fel: {dataset}: ") for line in refusals):
            assert after == before[dataset]
    cost = days.alone(surprise)
    assert right(cost), cost
    assert all("\n" not in line for line in cost.refusals)


@pytest.mark.parametrize("seed", quick(range(3, 5), 3))
def test_each_source_with_a_surprise_pays_for_its_own_and_for_no_other(days: Days, seed: int) -> None:
    chance = random.Random(seed)
    drawn = [chance.choice([one for one in SURPRISES if one.source == source]) for source in SOURCES]
    days.every.surprise(*drawn)
    workspace, said, refusals = days.fetch()
    for surprise in drawn:
        cost = days.cost(surprise, workspace, said, refusals)
        assert not cost.lost, (surprise.what, cost)
        assert right(cost) if surprise.wrong else cheap(cost) or cost.refusals, (surprise.what, cost)
        for dataset in set(days.datasets(Surprise(surprise.source, ""))) - set(days.datasets(surprise)):
            as_usual(days, workspace, dataset)


@pytest.mark.slow
@pytest.mark.parametrize("name", ALONE)
def test_a_surprise_alone_leaves_every_other_source_as_it_is(days: Days, name: str) -> None:
    surprise = NAMES[name]
    days.every.surprise(surprise)
    workspace, said, refusals = days.fetch()
    assert cheap(days.cost(surprise, workspace, said, refusals))
    for dataset in set(days.figures) - set(days.datasets(surprise)):
        as_usual(days, workspace, dataset)
