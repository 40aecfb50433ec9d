"""An index on disk answers as the list in memory that it was made from, word for word."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import pytest
from effort import cases
from hypothesis import given
from hypothesis import strategies as st

from geoville.geocoding import EmbeddedGeocoder
from geoville.geocoding.index import AddressIndex
from geoville.model import Address, AddressList, NotFound, Position
from geoville.sources.addresses import open_address_file
from geoville.workflows.address_index import build_address_index

REPOSITORY = Path(__file__).resolve().parents[2]
MADE_UP_ADDRESSES = 4_000


@dataclass(frozen=True)
class Pair:
    in_memory: EmbeddedGeocoder
    on_disk: EmbeddedGeocoder
    addresses: tuple[Address, ...]
    name_of_list: str
    name_of_index: str


@pytest.fixture(scope="module", params=["Calais", "made up"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("pair")
    path = REPOSITORY / "data" / "calais" / "addresses.csv" if request.param == "Calais" else _made_up(folder)
    build_address_index([path], folder / "index.sqlite", complete=False)
    addresses = dict.fromkeys(row.address for row in open_address_file(path).rows() if isinstance(row.address, Address))
    known = AddressList(tuple(addresses), complete=False, name="la liste")
    index = AddressIndex.open(folder / "index.sqlite")
    return Pair(EmbeddedGeocoder(known), EmbeddedGeocoder(index), known.addresses, known.name, index.name)


def _made_up(folder: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(REPOSITORY / "benchmarks")
        path = folder / "made_up.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            import_module("made_up_addresses").write(stream, MADE_UP_ADDRESSES)
    return path


def _without_a_letter(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + text[place + 1 :]


WAYS = (
    lambda a, _: f"{a.number or ''}{a.suffix} {a.street}, {a.postcode} {a.city}",
    lambda a, _: f"{a.number or ''} {a.street} {a.city}".upper(),
    lambda a, _: f"{a.street} {a.postcode}",
    lambda a, _: f"{a.number or 9} {a.street}",
    lambda a, _: a.former_city or a.city,
    lambda a, _: f"9999 {a.street}, {a.former_city or a.city}",
    lambda a, chance: f"{a.number or ''} {_without_a_letter(a.street, chance)}, {a.postcode} {a.city}",
    lambda a, chance: f"{a.number or ''} {a.street}, {_without_a_letter(a.city, chance)}",
    lambda a, _: f"{a.number or ''} rue de l'Absente, {a.city}",
)


@cases(each_run=40, slow=200)
@given(st.data(), st.sampled_from(WAYS), st.randoms(use_true_random=False))
def test_same_answers(pair: Pair, data: st.DataObject, way, chance: random.Random) -> None:
    address = data.draw(st.sampled_from(pair.addresses))
    text = way(address, chance)
    assert _answer(pair.on_disk.search(text), pair) == _answer(pair.in_memory.search(text), pair)
    assert pair.on_disk.suggest(text) == pair.in_memory.suggest(text)
    assert pair.on_disk.reverse(address.lon, address.lat) == pair.in_memory.reverse(address.lon, address.lat)


@cases(each_run=80, slow=200)
@given(st.data())
def test_every_address_is_near_itself(pair: Pair, data: st.DataObject) -> None:
    address = data.draw(st.sampled_from(pair.addresses))
    found = pair.on_disk.reverse(address.lon, address.lat)
    assert isinstance(found, Position)
    assert (found.lon, found.lat) == (address.lon, address.lat)
    assert "à 0\N{NO-BREAK SPACE}m" in found.accuracy_reason


def _answer(answer: Position | NotFound, pair: Pair) -> Position | NotFound:
    """The answer, with the name of the list in place of that of the index."""
    field = "reason" if isinstance(answer, NotFound) else "firm_reason"
    return replace(answer, **{field: getattr(answer, field).replace(pair.name_of_index, pair.name_of_list)})
