"""Fixtures that several rooms share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from tests.fakes.server import Fake, serving
from uvas_stats.build.pipeline import build
from uvas_stats.catalog import Catalog, load_catalog
from uvas_stats.observations.store import read_observations
from uvas_stats.workspace import Workspace

# The same examples on every run: a failure found once is a failure for everyone.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    max_examples=25,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of original files and facts beside the checkout."""
    folder = Path(__file__).parents[1].parent / "shared"
    if not folder.is_dir():
        reason = f"the folder {folder.name} is not beside the checkout"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture
def fake() -> Iterator[Fake]:
    """Give a fake statistical database on the loopback, with no limits kept until a test sets them."""
    with serving(Fake()) as served:
        yield served


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Give an empty workspace; the shipped first edition is seen from it."""
    return Workspace(tmp_path)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """Give the shipped catalog."""
    return load_catalog()


@pytest.fixture(scope="session")
def first_edition(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Give a workspace in which the shipped first edition has been built, for all to read and none to write in."""
    workspace = Workspace(tmp_path_factory.mktemp("edition"))
    build(workspace)
    return workspace


@pytest.fixture
def built(workspace: Workspace, first_edition: Workspace) -> Workspace:
    """Give a workspace of one's own in which the shipped first edition has been built."""
    shutil.copytree(first_edition.processed, workspace.processed)
    return workspace


@pytest.fixture(scope="session")
def observations(first_edition: Workspace) -> pd.DataFrame:
    """Give the first edition as it is read back from data/processed."""
    return read_observations(first_edition.processed)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in CI in which a test was skipped: there everything is in place."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
