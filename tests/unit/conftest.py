"""What the unit tests share: a server of files that fails on demand, and a PostgreSQL server with PostGIS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count

import pytest
from fault_server import FaultServer
from postgis_server import ROLE, PostgisServer, missing, postgis_server

_SCHEMAS = count(1)


@pytest.fixture
def fault_server() -> Iterator[FaultServer]:
    """A server of files on this machine, which fails when it is told to."""
    with FaultServer() as running:
        yield running


@pytest.fixture(scope="session")
def postgis() -> Iterator[PostgisServer]:
    """A PostgreSQL server with PostGIS, started here; skipped where it is not installed, but in CI."""
    why = missing()
    if why and os.environ.get("GEOVILLE_REQUIRE_ALL_TESTS"):
        pytest.fail(why)
    if why:
        pytest.skip(why)
    with postgis_server() as running:
        yield running


@pytest.fixture
def schema(postgis: PostgisServer) -> str:
    """A new schema of the base `ville`, for one test."""
    name = f"essai{next(_SCHEMAS)}"
    postgis.run(f"CREATE SCHEMA {name} AUTHORIZATION {ROLE}")
    return name
