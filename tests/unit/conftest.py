"""What the unit tests share: servers of files that fail on demand, of PostgreSQL with PostGIS, and of objects as S3."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from fault_server import FaultServer
from object_store import bucket, object_store
from postgis_server import ROLE, PostgisServer, postgis_server

_SCHEMAS = count(1)


@pytest.fixture
def fault_server() -> Iterator[FaultServer]:
    """A server of files on this machine, which fails when it is told to."""
    with FaultServer() as running:
        yield running


@pytest.fixture(scope="session")
def postgis() -> Iterator[PostgisServer]:
    """A PostgreSQL server with PostGIS, started here; tests that ask for it are skipped where it is not installed."""
    with postgis_server() as running:
        yield running


@pytest.fixture
def schema(postgis: PostgisServer) -> str:
    """A new schema of the base `ville`, for one test."""
    name = f"essai{next(_SCHEMAS)}"
    postgis.run(f"CREATE SCHEMA {name} AUTHORIZATION {ROLE}")
    return name


@pytest.fixture(scope="session")
def s3() -> Iterator[dict[str, str]]:
    """A store of objects as S3: the environment in which a process finds it."""
    with object_store() as environment:
        yield environment


@pytest.fixture
def seau(s3: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The file system of the store, with an empty bucket `seau`; processes that a test starts find it too."""
    for name, value in s3.items():
        monkeypatch.setenv(name, value)
    with bucket() as files:
        yield files
