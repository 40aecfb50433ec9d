"""210 questions over HTTP, beside an addok on the same addresses: which gives the right house first?

    GEOVILLE_ADDOK_PYTHON=… python benchmarks/beside_addok.py [../shared/data] [--mistakes]

Lists: Bondy (BAN of 2022), Montpellier (its own of 2014, without postcodes) and Calais (the addresses that geoville
embeds). Seven ways to write, thirty questions each, ten a town, drawn without chance that changes. What is right is the
address from which the question was written, by its id, of a street that has one name in the list. Both are asked
`/search` as a client of the API Adresse asks it; `local_addok.py` says how the addok is set up. Exit code 1 where
geoville gives fewer right houses first.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode
from urllib.request import urlopen

from adversarial_addresses import DATA, folded, places
from load_http import serving
from local_addok import free_port, local_addok, missing

from geoville.sources.addresses import read_addresses
from geoville.workflows.address_index import build_address_index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geoville.model import Address

REPOSITORY = Path(__file__).resolve().parents[1]
CALAIS = REPOSITORY / "data" / "calais" / "addresses.csv"
SEED = 22
IN_EACH = 10
"""Questions of a town in each way to write."""

NEAR_DEGREES = 0.01
SHORTENED = {
    "rue": "r", "avenue": "av", "boulevard": "bd", "allee": "all", "place": "pl", "impasse": "imp", "chemin": "ch",
    "square": "sq", "route": "rte", "quai": "q", "passage": "pass",
}  # fmt: skip


class Asked(NamedTuple):
    """A question, and the id of the address that it was written from."""

    kind: str
    parameters: dict[str, object]
    id: str


# --- Ways to write an address


def number_of(one: Address) -> str:
    return f"{one.number}{f' {one.suffix}' if one.suffix else ''}"


def as_listed(one: Address, _: Random) -> str:
    return f"{number_of(one)} {one.street}, {one.postcode} {one.city}".replace("  ", " ")


def plain(one: Address, _: Random) -> str:
    return f"{number_of(one)} {folded(one.street)} {one.postcode} {folded(one.city)}".replace("  ", " ")


def shortened(one: Address, _: Random) -> str:
    kind, _, rest = one.street.partition(" ")
    return f"{number_of(one)} {SHORTENED.get(folded(kind), kind)} {rest} {one.postcode} {one.city}".replace("  ", " ")


def misspelt(one: Address, random: Random) -> str:
    """A letter of the longest word of the street is missing, but for the first and the last."""
    word = max(re.findall(r"\w+", one.street), key=len)
    place = random.randrange(1, max(2, len(word) - 1))
    wrong = one.street.replace(word, word[:place] + word[place + 1 :])
    return f"{number_of(one)} {wrong}, {one.postcode} {one.city}".replace("  ", " ")


def without_type(one: Address, _: Random) -> str:
    return f"{number_of(one)} {one.street.partition(' ')[2]} {one.postcode} {one.city}".replace("  ", " ")


def in_capitals(one: Address, _: Random) -> str:
    """Without a postcode, the number after a comma, as forms make it."""
    return f"{number_of(one)}, {folded(one.street)} {folded(one.city)}".upper()


def being_typed(one: Address, _: Random) -> str:
    """The last letters of the street are still to come, and no town is named: the client says where it is."""
    return f"{number_of(one)} {one.street[:-3]}"


WAYS: dict[str, Callable[[Address, Random], str]] = {
    "as the list writes it": as_listed,
    "small letters, no accents": plain,
    "type of street shortened": shortened,
    "a letter missing": misspelt,
    "no type of street": without_type,
    "capitals, no postcode": in_capitals,
    "being typed, near": being_typed,
}


def questions(towns: dict[str, list[Address]]) -> Iterator[Asked]:
    """Ten addresses a town and a way, each of another street."""
    random = Random(SEED)
    for kind, write in WAYS.items():
        for known in towns.values():
            for one in random.sample(known, IN_EACH):
                parameters: dict[str, object] = {"q": write(one, random)}
                if write is being_typed:
                    parameters |= {"lon": round(one.lon, 2), "lat": round(one.lat, 2)}
                yield Asked(kind, parameters, one.id)


def askable(addresses: list[Address]) -> list[Address]:
    """An address a street, of those that one id, one number and one name of street tell apart."""
    times = Counter((one.number, one.suffix, folded(one.street)) for one in addresses)
    ids = Counter(one.id for one in addresses)
    alone = [
        one
        for one in addresses
        if one.number
        and " " in one.street.strip()
        and times[one.number, one.suffix, folded(one.street)] == ids[one.id] == 1
    ]
    return list({folded(one.street): one for one in sorted(alone, key=lambda one: one.id)}.values())


# --- Two services, asked the same


class Told(NamedTuple):
    """Whether the right house came first, for each question, and how long it took."""

    right: list[bool]
    seconds: list[float]


def told_by(url: str, asked: list[Asked]) -> Told:
    told = Told([], [])
    for question in asked:
        start = time.perf_counter()
        with urlopen(f"{url}/search/?{urlencode({**question.parameters, 'limit': 5})}", timeout=60) as answer:
            features = json.load(answer)["features"]
        told.seconds.append(time.perf_counter() - start)
        first = features[0]["properties"] if features else {}
        told.right.append(first.get("type") == "housenumber" and first.get("id") == question.id)
    return told


def table(asked: list[Asked], services: dict[str, Told]) -> str:
    lines = [
        f"| way to write | questions | {' | '.join(f'{name}, right house first' for name in services)} |",
        f"|---|---|{'---|' * len(services)}",
    ]
    for kind in (*WAYS, "all"):
        chosen = [rank for rank, question in enumerate(asked) if kind in {question.kind, "all"}]
        counts = (str(sum(told.right[rank] for rank in chosen)) for told in services.values())
        lines.append(f"| {kind} | {len(chosen)} | {' | '.join(counts)} |")
    speeds = (f"{1e3 * statistics.median(told.seconds):.0f} ms" for told in services.values())
    return "\n".join([*lines, f"| an answer, at the median | | {' | '.join(speeds)} |"])


def beside(data: Path) -> tuple[list[Asked], dict[str, Told]]:
    """What is asked, and what each service that is here tells; geoville's is the first."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        scratch = Path(name)
        bondy, montpellier, _ = places(data, scratch)
        calais = read_addresses(CALAIS, complete=False, name="la liste de Calais").addresses
        lists = {"Bondy": bondy.addresses, "Montpellier": montpellier.addresses, "Calais": calais}
        asked = list(questions({town: askable(list(known)) for town, known in lists.items()}))
        index = scratch / "index.sqlite"
        build_address_index([bondy.path, montpellier.path, CALAIS], index, complete=True)
        serve = [str(Path(sys.executable).with_name("geoville")), "serve", "--addresses", str(index)]
        urls = {"geoville": running.enter_context(serving(serve, free_port())).url}
        if not missing():
            everywhere = [one for known in lists.values() for one in known if one.street]
            urls["addok"] = running.enter_context(local_addok(everywhere))
        return asked, {service: told_by(url, asked) for service, url in urls.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--mistakes", action="store_true", help="list the questions that one of them gets wrong")
    chosen = parser.parse_args()
    asked, services = beside(chosen.data)
    if why := missing():
        print(f"No addok: {why}.\n")
    print(table(asked, services))
    if chosen.mistakes:
        for rank, question in enumerate(asked):
            if not all(told.right[rank] for told in services.values()):
                right = [service for service, told in services.items() if told.right[rank]]
                print(f"{question.kind}: {question.parameters} {question.id}: {' and '.join(right) or 'none'} right")
    counts = [sum(told.right) for told in services.values()]
    return int(counts[0] < max(counts))


if __name__ == "__main__":
    sys.exit(main())
