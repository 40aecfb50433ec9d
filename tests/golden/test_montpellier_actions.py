"""A year's subsidised actions of Montpellier, as published: no renaming, and every row answered."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from geoville.eligibility.actions.action import ActionGround as Ground
from geoville.sources.action_tables import RowKind
from geoville.workflows.action_tables import TableChoices, check_table
from geoville.workflows.actions import ActionDesk
from geoville.workflows.lookup import DeskChoice

pytestmark = pytest.mark.realdata

FIRST_DAY = date(2015, 1, 1)


@pytest.fixture(scope="module")
def desk() -> ActionDesk:
    return ActionDesk(DeskChoice("calais").open(), "calais")


def test_every_row_of_the_list_as_published_is_answered_or_told_what_it_lacks(desk, shared_data, tmp_path):
    source = shared_data / "montpellier" / "subsidies_2014.csv"
    choices = TableChoices(bearers=shared_data / "montpellier" / "associations_2012.csv")
    table = check_table(desk, source, tmp_path / "out.csv", on=FIRST_DAY, today=FIRST_DAY, choices=choices)
    assert Counter(row.kind for row in table.checked) == {RowKind.ACTION: 1_189, RowKind.HEADER: 23}
    assert not table.faults
    assert {finding.ground for finding in table.findings} == {Ground.UNKNOWN}
    assert all("Le lieu de l'action n'est pas donné" in finding.stages[0].reason for finding in table.findings)
    # The associations with the same name, of which SOURCES.md counts 515; the list may give two addresses to one name.
    assert sum("par le nom exact" in row.seat or "adresses à ce porteur" in row.seat for row in table.checked) >= 515
