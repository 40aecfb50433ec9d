"""Freeze the corpus of spellings: fifteen ways to write an address, and streets that do not exist in the town named.

    python tests/corpus/make_spellings.py

reads `addresses.csv.gz` and writes `spellings.csv`: class, half ("tuning" or "held_out"), question, identifier of the
address (empty where no known number is asked), street and INSEE code expected (empty where nothing exists). A question
that two streets answer as well is left out. The geocoder has no part in it.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from absent_streets import absent_streets
from misspell import folded
from ways_to_write import WAYS, Doubtful

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
SEED = 2_024
PER_CLASS = 150
OF_CALAIS = 30
LARGE_TOWNS = 0.6
ABSENT = 400
COLUMNS = ("class", "half", "question", "id", "street", "citycode")


class Row(NamedTuple):
    """One address of the list."""

    id: str
    number: str
    suffix: str
    street: str
    postcode: str
    citycode: str
    city: str
    former: str


class Gazetteer:
    """The list, by town and by postcode."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.streets: dict[str, set[str]] = defaultdict(set)
        self.of_postcode: dict[str, set[str]] = defaultdict(set)
        self.numbers: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.cities: dict[str, Row] = {}
        for row in rows:
            self.streets[row.citycode].add(row.street)
            self.of_postcode[row.postcode].add(row.citycode)
            self.numbers[row.citycode, row.street].add(row.number + row.suffix)
            self.cities[row.citycode] = row

    def others(self, row: Row) -> set[str]:
        """The other streets of its town, folded."""
        return {folded(street) for street in self.streets[row.citycode]} - {folded(row.street)}

    def same_name_nearby(self, row: Row) -> bool:
        """Whether another town of its postcode has a street of that name."""
        near = self.of_postcode[row.postcode] - {row.citycode}
        return any(folded(row.street) in map(folded, self.streets[town]) for town in near)


def main() -> None:
    with gzip.open(HERE / "addresses.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        keys = ("id", "numero", "rep", "nom_voie", "code_postal", "code_insee", "nom_commune", "nom_ancienne_commune")
        gazetteer = Gazetteer([Row(*(row[key] for key in keys)) for row in csv.DictReader(stream)])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_lines(gazetteer))
    (HERE / "spellings.csv").write_bytes(text.getvalue().encode("utf-8"))


def _lines(gazetteer: Gazetteer) -> Iterator[tuple[str, ...]]:
    for name, way in WAYS.items():
        chance = Random(f"{SEED}-{name}")
        calais = [row for row in gazetteer.rows if row.citycode.startswith("62")]
        questions = dict(_questions(chance, way, calais, gazetteer, OF_CALAIS))
        made_up = [row for row in gazetteer.rows if row.citycode.startswith("59")]
        questions |= _questions(chance, way, made_up, gazetteer, PER_CLASS - len(questions))
        for rank, (question, (row, found_id)) in enumerate(questions.items()):
            yield name, _half(rank), question, found_id, row.street, row.citycode
    for rank, question in enumerate(absent_streets(Random(SEED), gazetteer, ABSENT)):
        yield "absent_street", _half(rank), question, "", "", ""


def _half(rank: int) -> str:
    return "tuning" if rank % 2 == 0 else "held_out"


def _questions(chance: Random, way, rows: list[Row], gazetteer: Gazetteer, count: int) -> dict:
    """So many questions by one way of writing: by chance of the address, or of the town, so that small ones count."""
    by_town: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_town[row.citycode].append(row)
    questions: dict[str, tuple[Row, str]] = {}
    for _ in range(count * 40):
        row = chance.choice(rows if chance.random() < LARGE_TOWNS else by_town[chance.choice(sorted(by_town))])
        try:
            question, found_id = way(chance, row, gazetteer)
        except Doubtful:
            continue
        if len(question) <= 200:
            questions.setdefault(question, (row, found_id))
        if len(questions) == count:
            break
    return questions


if __name__ == "__main__":
    main()
