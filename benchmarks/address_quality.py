"""How well addresses are found, class of spelling by class of spelling, beside an addok on the same list.

    python benchmarks/address_quality.py [--half held_out] [--mistakes]

Asks every question of `tests/corpus/spellings.csv` over the addresses of `tests/corpus/addresses.csv.gz`. A street is
right where the best answer, firm or not, is of that street in that town; a number, where it is that address; an absent
number, where the street is right and no house is claimed. A street that does not exist is wrongly accepted where any
street or house is answered. The addok is real (see `local_addok.py`) and is left out, with the reason, elsewhere.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import tempfile
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode
from urllib.request import urlopen

from local_addok import local_addok, missing

from geoville.geocoding import EmbeddedGeocoder
from geoville.geocoding.remote import AddokGeocoder
from geoville.model import AddressList, NotFound, Position, PositionType
from geoville.sources.addresses import read_addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from geoville.geocoding import Geocoder

    Search = Callable[[str], "Found | None"]

CORPUS = Path(__file__).resolve().parents[1] / "tests" / "corpus"
ABSENT = "absent_street"
ADDOK_THRESHOLDS = (0.5, 0.8)


class Question(NamedTuple):
    """A line of the corpus."""

    kind: str
    half: str
    text: str
    id: str
    street: str
    citycode: str


class Found(NamedTuple):
    """What a geocoder answers: a street or a house."""

    id: str
    street: str
    citycode: str
    is_house: bool


class Outcome(NamedTuple):
    """A question and what came of it; `number` is None where no known number is asked."""

    question: Question
    street: bool
    number: bool | None


def corpus_addresses() -> AddressList:
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "addresses.csv"
        plain.write_bytes(gzip.decompress((CORPUS / "addresses.csv.gz").read_bytes()))
        return read_addresses(plain, complete=True, name="la liste d'essai")


def corpus_questions(half: str | None = None) -> list[Question]:
    with (CORPUS / "spellings.csv").open(encoding="utf-8", newline="") as stream:
        lines = csv.reader(stream)
        next(lines)
        return [question for question in map(Question._make, lines) if half in {None, question.half}]


def judged(search: Search, questions: Iterable[Question]) -> list[Outcome]:
    return [_outcome(question, search(question.text)) for question in questions]


def _outcome(question: Question, found: Found | None) -> Outcome:
    if question.kind == ABSENT:
        return Outcome(question, found is None, None)
    street = found is not None and (found.street, found.citycode) == (question.street, question.citycode)
    if question.id:
        return Outcome(question, street, found is not None and found.id == question.id)
    claims_a_house = question.kind == "absent_number" and found is not None and found.is_house
    return Outcome(question, street and not claims_a_house, None)


def by_geoville(geocoder: Geocoder, text: str) -> Found | None:
    """Answer of one of geoville's geocoders; a town alone is no answer to a question about a street."""
    position = geocoder.search(text)
    if isinstance(position, NotFound) or position.type is PositionType.MUNICIPALITY:
        return None
    is_house = position.type is PositionType.HOUSENUMBER
    return Found(position.id, position.street, position.citycode, is_house)


def by_addok(url: str, threshold: float, text: str) -> Found | None:
    query = urlencode({"q": text.replace("\n", " "), "limit": 1, "autocomplete": 0})
    with urlopen(f"{url}/search/?{query}", timeout=30) as response:
        features = json.load(response)["features"]
    if not features or features[0]["properties"]["score"] < threshold:
        return None
    known = features[0]["properties"]
    if known["type"] == "municipality":
        return None
    return Found(known["id"], known["street"], known["citycode"], known["type"] == "housenumber")


class Score(NamedTuple):
    """Shares of right answers, over so many questions; None where none is asked."""

    street: float | None
    number: float | None


def score_of(outcomes: list[Outcome]) -> Score:
    numbers = [outcome.number for outcome in outcomes if outcome.number is not None]
    streets = [outcome.street for outcome in outcomes]
    return Score(_share(streets), _share(numbers))


def _share(right: list[bool]) -> float | None:
    return sum(right) / len(right) if right else None


def table(judgements: dict[str, list[Outcome]]) -> str:
    """Markdown table: a line per class, then all of them and the streets that do not exist."""
    lines = [
        f"| class | questions | {' | '.join(judgements)} |",
        f"|---|---|{'---|' * len(judgements)}",
    ]
    first = next(iter(judgements.values()))
    kinds = list(dict.fromkeys(outcome.question.kind for outcome in first if outcome.question.kind != ABSENT))
    for name, chosen in [*((kind, {kind}) for kind in kinds), ("**all**", set(kinds))]:
        scores = [score_of([one for one in judged_ if one.question.kind in chosen]) for judged_ in judgements.values()]
        count = sum(one.question.kind in chosen for one in first)
        lines.append(
            f"| {name} | {count} | {' | '.join(f'{_percent(s.street)} / {_percent(s.number)}' for s in scores)} |"
        )
    absent = [[one for one in judged_ if one.question.kind == ABSENT] for judged_ in judgements.values()]
    wrong = [_percent(1 - sum(one.street for one in ones) / len(ones)) for ones in absent]
    lines.append(f"| wrongly accepted | {len(absent[0])} | {' | '.join(wrong)} |")
    return "\n".join(lines)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=("tuning", "held_out"), help="one half of the corpus; both otherwise")
    parser.add_argument("--mistakes", action="store_true", help="list what the embedded geocoder gets wrong")
    chosen = parser.parse_args()
    addresses, questions = corpus_addresses(), corpus_questions(chosen.half)
    judgements, speeds = {}, {}
    why = missing()
    with nullcontext() if why else local_addok(addresses.addresses) as url:
        searches: dict[str, Search] = {"geoville": partial(by_geoville, EmbeddedGeocoder(addresses))}
        if url:
            searches |= {f"addok ≥ {limit}": partial(by_addok, url, limit) for limit in ADDOK_THRESHOLDS}
            searches["addok, checked by geoville"] = partial(by_geoville, AddokGeocoder(url))
        for name, search in searches.items():
            start = time.perf_counter()
            judgements[name] = judged(search, questions)
            speeds[name] = len(questions) / (time.perf_counter() - start)
    print(table(judgements))
    print(f"\nEach cell: right street / right number. {len(addresses.addresses):,} addresses.")
    print("Questions a second:", ", ".join(f"{name} {speed:.0f}" for name, speed in speeds.items()))
    if why:
        print(f"No addok: {why}.")
    if chosen.mistakes:
        _print_mistakes(judgements["geoville"], EmbeddedGeocoder(addresses))


def _print_mistakes(outcomes: list[Outcome], geocoder: EmbeddedGeocoder) -> None:
    for question, street, number in outcomes:
        if not street or number is False:
            answer = geocoder.search(question.text)
            said = answer.label if isinstance(answer, Position) else answer.reason
            print(f"{question.kind}: {question.text!r} -> {said!r}, not {question.street!r} {question.id}")


if __name__ == "__main__":
    main()
