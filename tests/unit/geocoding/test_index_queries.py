"""Questions put to an index go straight to their rows: a whole country is never gone through, nor sorted."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from geoville.geocoding import index_writer
from geoville.geocoding.index_writer import TABLES

ASKED = [
    value
    for name, value in vars(index_writer).items()
    if name.isupper() and not name.startswith("_") and isinstance(value, str) and "?" in value
]
IN_ORDER = (index_writer.STREETS_WITH, index_writer.STREETS_WITH_ALSO, index_writer.STREETS_STARTING)


@pytest.fixture(scope="module")
def plan_of():
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(TABLES)

        def plan(query: str) -> list[str]:
            values = ("[]",) * query.count("?")
            return [row[-1] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", values)]

        yield plan


@pytest.mark.parametrize("query", ASKED)
def test_no_table_is_gone_through(plan_of, query: str) -> None:
    steps = plan_of(query)
    assert steps
    assert not [step for step in steps if step.startswith("SCAN") and "json_each" not in step]


@pytest.mark.parametrize("query", IN_ORDER)
def test_what_stops_at_a_limit_is_read_in_the_order_of_its_key(plan_of, query: str) -> None:
    assert not [step for step in plan_of(query) if "TEMP B-TREE" in step]
