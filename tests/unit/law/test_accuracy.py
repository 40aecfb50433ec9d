from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

from geoville.law import known_precisions, position_accuracy
from geoville.law.parameters import read_law

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guide" / "2-verifier-une-adresse.md"
ROW = re.compile(r"^\| ([^|(]+?)(?: \([^|]*\))? \| (\d+) m \|$", re.MULTILINE)


def test_the_table_is_dated_and_says_that_nobody_published_it() -> None:
    table = read_law("parameters/position_accuracy.yaml")
    assert isinstance(table["decided"], date)
    assert table["reference"]
    assert table["verified"] is False
    assert set(table["kinds"]) == set(known_precisions())


def test_types_of_the_ban_go_from_the_most_precise_to_the_vaguest() -> None:
    of_the_ban = [kind for kind in known_precisions() if "BAN" in position_accuracy(kind).reason]
    assert (of_the_ban[0], of_the_ban[-1]) == ("entrée", "segment")
    distances = [position_accuracy(kind).accuracy_m for kind in of_the_ban]
    assert all(before <= after for before, after in pairwise(distances))


def test_the_guide_gives_the_distances_of_the_table() -> None:
    shown = ROW.findall(GUIDE.read_text(encoding="utf-8"))
    assert len(shown) >= 9
    for kind, metres in shown:
        assert kind in known_precisions()
        assert position_accuracy(kind).accuracy_m == int(metres)
