"""A year's subsidised actions of Montpellier, as published: no renaming, and every row answered."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date

import pandas as pd
import pytest

from geoville.eligibility.actions.action import ActionGround as Ground
from geoville.sources.action_tables import RowKind
from geoville.workflows.action_tables import TableChoices, check_table
from geoville.workflows.actions import ActionDesk
from geoville.workflows.lookup import DeskChoice
from geoville.workflows.lookup_file.desk import answer_table
from geoville.workflows.lookup_file.questions import FileColumns

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
    told = [row.seat.words for row in table.checked if row.seat]
    assert sum("par le nom exact" in words or "adresses à ce porteur" in words for words in told) >= 515


@pytest.mark.slow
def test_places_are_answered_row_by_row_as_a_file_of_addresses_is(shared_data, tmp_path):
    """No renaming: the 515 rows whose structure has an address, by the town's own list."""
    source = shared_data / "montpellier" / "subsidies_2014_with_address.csv"
    choice = DeskChoice("calais", addresses=shared_data / "montpellier" / "addresses_2014.csv")
    opened = choice.open()
    asked = TableChoices(default_citycode="34172")
    table = check_table(
        ActionDesk(opened, "calais"), source, tmp_path / "out.csv", on=FIRST_DAY, today=FIRST_DAY, choices=asked
    )
    assert len(table.answered) == 515
    columns = FileColumns(address=("Adresse", "Code_Postal"), default_citycode="34172")
    rows = pd.read_csv(source, dtype=str, keep_default_na=False)
    told = answer_table(rows, opened, FIRST_DAY, columns, choice=choice)
    for row, verdict in zip(table.checked, told["qpv_verdict"], strict=True):
        assert row.finding is not None
        standing = row.finding.stages[0].spots[0].quarters.standing.value
        assert verdict in (standing, "not_found"), "an address that is lost has its coordinates beside"
    assert sum(finding.ground is Ground.UNKNOWN for finding in table.findings) <= 100


@pytest.mark.slow
def test_five_thousand_actions_take_less_than_twenty_seconds_of_processor(shared_data, tmp_path):
    """The 515 rows with an address, again and again; what comes with the answers (table, report, map) included."""
    rows = (shared_data / "montpellier" / "subsidies_2014_with_address.csv").read_text(encoding="utf-8").splitlines()
    source = tmp_path / "actions.csv"
    source.write_text("\n".join([rows[0], *(rows[1:] * 10)[:5_000]]) + "\n", encoding="utf-8")
    choice = DeskChoice("calais", addresses=shared_data / "montpellier" / "addresses_2014.csv")
    desk = ActionDesk(choice.open(), "calais")
    begun = time.process_time()
    choices = TableChoices(default_citycode="34172")
    table = check_table(desk, source, tmp_path / "out.csv", on=FIRST_DAY, today=FIRST_DAY, choices=choices)
    table.write(tmp_path / "out.csv")
    seconds = time.process_time() - begun
    assert len(table.answered) == 5_000
    assert seconds < 20, f"{seconds:.1f} s of processor"
