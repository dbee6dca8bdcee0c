"""Fixtures of the fetch tests: clients with short waits, and a fake that keeps no limits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.server import Fake
from uvas_stats.fetch.http import HttpSettings
from uvas_stats.fetch.pxclient import PxClient
from uvas_stats.fetch.sources import Clients

QUICK = HttpSettings(connect_timeout=2, read_timeout=0.5, backoff=0.001, attempts=4)


@pytest.fixture
def quick(fake: Fake) -> Fake:
    """A fake whose limits are so wide that nothing waits."""
    fake.calls = 1000
    return fake


@pytest.fixture
def clients(quick: Fake) -> Iterator[Clients]:
    with Clients({"scb": quick.v2, "scb_v1": quick.v1}, QUICK) as made:
        yield made


@pytest.fixture
def scb(clients: Clients) -> PxClient:
    client = clients("scb")
    client.limits()
    return client


@pytest.fixture
def scb1(clients: Clients) -> PxClient:
    client = clients("scb_v1")
    client.limits()
    return client
