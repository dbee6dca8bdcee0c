"""Fixtures that all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.server import Fake, serving


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
