"""Fixtures that all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.fakes.server import Fake, serving

# The same examples on every run: a failure found once is a failure for everyone.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded responses and original files, beside the checkout."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "data").is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{folder} saknas")
        pytest.skip(f"{folder} finns inte här")
    return folder


@pytest.fixture
def fake() -> Iterator[Fake]:
    """A fake statistical database, served on the loopback, with no limits kept until a test sets them."""
    with serving(Fake()) as served:
        yield served
