"""How people write real addresses of Calais and Marck, and streets that the list does not hold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from geoville.geocoding import EmbeddedGeocoder
from geoville.model import NotFound, Position, PositionType
from geoville.sources.addresses import read_addresses, read_places

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.realdata

HOUSE, STREET, PLACE, TOWN = (
    PositionType.HOUSENUMBER,
    PositionType.STREET,
    PositionType.PLACE,
    PositionType.MUNICIPALITY,
)

FIRM, NOT_FIRM = True, False

SPELLINGS = [
    # number and street, as written and as people write them
    ("1 rue Youri Gagarine, 62100 Calais", HOUSE, 1.893673, FIRM),
    ("1 RUE YOURI GAGARINE 62100 CALAIS", HOUSE, 1.893673, FIRM),
    ("1, r. Youri Gagarine - Calais", HOUSE, 1.893673, FIRM),
    ("1 rue Gagarine Calais", HOUSE, 1.893673, FIRM),
    ("1 rue Y. Gagarine, Calais", HOUSE, 1.893673, FIRM),
    ("1 rue Gagarine Youri, Calais", HOUSE, 1.893673, FIRM),
    ("Rue Youri Gagarine 1, 62100 Calais", HOUSE, 1.893673, FIRM),
    ("Bât. C, 1 rue Youri Gagarine, 62100 Calais", HOUSE, 1.893673, FIRM),
    ("1 rue Youri Gagarine bât C 62100 Calais", HOUSE, 1.893673, FIRM),
    ("n°1 rue Youri Gagarine, Calais", HOUSE, 1.893673, FIRM),
    ("372 rue d'Orléansville, Calais", HOUSE, 1.83317, FIRM),
    ("372 rue d’Orleansville, Calais", HOUSE, 1.83317, FIRM),
    ("372 rue Orléansville Calais", HOUSE, 1.83317, FIRM),
    ("725 rue du Pasteur Martin Luther King Calais", HOUSE, 1.88692, FIRM),
    ("725 rue Martin Luther-King Calais", HOUSE, 1.88692, FIRM),
    ("725 r Pasteur Luther King 62100", HOUSE, 1.88692, FIRM),
    ("320 boulevard du 8 Mai, Calais", HOUSE, 1.83602, FIRM),
    ("320 Bd du Huit Mai Calais", HOUSE, 1.83602, FIRM),
    ("320 bld du 8 mai 1945, 62100 Calais", HOUSE, 1.83602, FIRM),
    ("Boulevard du 8 Mai, 320, Calais", HOUSE, 1.83602, FIRM),
    ("Boulevard du 8 Mai 320 Calais", HOUSE, 1.83602, FIRM),
    ("16 rue des 4 coins Calais", HOUSE, 1.852968, FIRM),
    ("16 rue des Quatre-Coins, 62100 CALAIS", HOUSE, 1.852968, FIRM),
    ("26 rue du four a chaux calais", HOUSE, 1.858321, FIRM),
    ("26, Rue du Four-à-Chaux, Calais", HOUSE, 1.858321, FIRM),
    ("437 av Roger Salengro Calais", HOUSE, 1.83182, FIRM),
    ("437 av. Salengro, Calais", HOUSE, 1.83182, FIRM),
    ("437 AVE R. SALENGRO 62100", HOUSE, 1.83182, FIRM),
    ("60 avenue Antoine de St-Exupéry Calais", HOUSE, 1.89362, FIRM),
    ("60 avenue de Saint Exupéry Calais", HOUSE, 1.89362, FIRM),
    ("365 av St Exupery calais", HOUSE, 1.915847, FIRM),
    ("361 avenue Antoine de Saint-Exupéry 62100 Calais", HOUSE, 1.91001, FIRM),
    ("66 rue Mollien, BP 123, 62107 CALAIS CEDEX", HOUSE, 1.863088, FIRM),
    ("France Travail\n66 rue Mollien\n62100 Calais", HOUSE, 1.863088, FIRM),
    ("66-68 rue Mollien Calais", HOUSE, 1.863088, not FIRM),
    ("62100 Calais, 66 rue Mollien", HOUSE, 1.863088, FIRM),
    ("Calais, 66 rue Mollien", HOUSE, 1.863088, FIRM),
    ("66 rue Mollien à Calais", HOUSE, 1.863088, FIRM),
    ("66   rue    Mollien ,  Calais (62)", HOUSE, 1.863088, FIRM),
    ("5 pl de Rheims Calais", HOUSE, 1.852706, FIRM),
    ("1997 Gde Rue du Petit Courgain Calais", HOUSE, 1.900132, FIRM),
    ("145 chem. Parmentier Calais", HOUSE, 1.88393, FIRM),
    ("320 rte de St-Omer, Calais", HOUSE, 1.88206, FIRM),
    ("150 avenue Mitterrand, Marck", HOUSE, 1.953289, FIRM),
    ("150 av. du Président François Mitterrand 62730 Marck", HOUSE, 1.953289, FIRM),
    ("1612 avenue de Calais Marck", HOUSE, 1.92779, FIRM),
    ("585 rue Costes & Bellonte, Calais", HOUSE, 1.90807, FIRM),
    # likeness, or no town, in an incomplete list
    ("5 place de Reims, Calais", HOUSE, 1.852706, NOT_FIRM),
    ("66 rue Molien, Calais", HOUSE, 1.863088, NOT_FIRM),
    ("437 avenue Roger Salangro, Calais", HOUSE, 1.83182, NOT_FIRM),
    ("331 rue du Petit Courgain, Calais", HOUSE, 1.88041, NOT_FIRM),
    ("66 Mollien Calais", HOUSE, 1.863088, NOT_FIRM),
    ("66 rue Mollien", HOUSE, 1.863088, NOT_FIRM),
    # streets
    ("avenue Guynemer, Calais", STREET, 1.891016, NOT_FIRM),
    ("rue Guynemer Calais", STREET, 1.891016, NOT_FIRM),
    ("12 avenue Georges Guynemer, Calais", STREET, 1.891016, NOT_FIRM),
    ("av. Yervant Toumaniants 62100 Calais", STREET, 1.898939, NOT_FIRM),
    ("67 rue Mollien, Calais", STREET, 1.863088, NOT_FIRM),
    ("1 bis rue Youri Gagarine, Calais", STREET, 1.893673, NOT_FIRM),
    ("rue du Groupe Normandie Niemen, Calais", STREET, 1.901409, NOT_FIRM),
    ("ZAC des Pins, Marck", STREET, 1.943954, NOT_FIRM),
    # near misses that are taken: eight letters and more, one of them wrong, and it shows
    ("rue Gagarin, Calais", STREET, 1.893673, NOT_FIRM),
    ("avenue Guynemet, Calais", STREET, 1.891016, NOT_FIRM),
    # towns
    ("Marck", TOWN, None, NOT_FIRM),
    ("62100 Calais", TOWN, None, NOT_FIRM),
    # places
    ("collège Vauban", PLACE, 1.8331704, FIRM),
    ("Vauban collège", PLACE, 1.8331704, FIRM),
    ("college martin luther king calais", PLACE, 1.8869197, FIRM),
    ("college lucien vadez", PLACE, 1.8989394, NOT_FIRM),
    ("collège Vadez, Calais", PLACE, 1.8989394, NOT_FIRM),
    ("gare de Calais Ville", PLACE, 1.850885, FIRM),
    ("gare des Fontinettes, Calais", PLACE, 1.849858, FIRM),
    ("poste fort nieulay", PLACE, 1.83182, FIRM),
    ("lycée Coubertin", PLACE, 1.8360202, FIRM),
    ("régie de quartier", PLACE, 1.893673, FIRM),
]

ABSENT_STREETS = """
rue de la Paix
rue Victor Hugo
rue Manet
rue Ferber
rue Constantine
rue d'Oran
rue Roger Chaffée
rue Santos Dumont
rue Georges Pompidou
avenue Georges Pompidou
avenue Roger Chaffée
rue Jean Jaurès
boulevard Jacquard
boulevard La Fayette
boulevard de l'Égalité
rue Royale
rue Aristide Briand
place d'Armes
place Foch
rue de Verdun
rue Auber
rue Henri Matisse
rue Auguste Rodin
rue Paul Vert
rue Jean Bert
rue Paul
rue Youri
rue Georges
rue Saint Pierre
rue de Chaux
rue du Courgain
rue des Coins
rue du Pont
rue Lottin Prolongée
rue du Pin
rue de Vitch
rue de Nic
rue du 11 Novembre
boulevard du 9 Mai
boulevard du 8 Juin
rue de Mollens
rue Molière
rue Maréchal
rue Gauguin
rue Gagnaire
avenue Guillemer
avenue Louis Blondel
rue des Fleuristes
rue Louis Pasteur
rue du Pasteur Luther
impasse du Petit Paris
avenue Antoine
allée des Tilleuls
chemin Vert
""".strip().splitlines()


@pytest.fixture(scope="module")
def geocoder(shared_data: Path) -> EmbeddedGeocoder:
    folder = shared_data / "calais"
    addresses = read_addresses(folder / "addresses.csv", complete=False, name="la liste embarquée")
    places = tuple(place for place in read_places(folder / "places.csv") if "n°" not in place.place)
    return EmbeddedGeocoder(replace(addresses, addresses=addresses.addresses + places))


def test_the_tables_are_large_enough() -> None:
    assert len(SPELLINGS) >= 60
    assert len(ABSENT_STREETS) >= 40


@pytest.mark.parametrize(("text", "kind", "lon", "firm"), SPELLINGS)
def test_spelling(geocoder: EmbeddedGeocoder, text: str, kind: PositionType, lon: float | None, firm: bool) -> None:
    position = geocoder.search(text)
    assert isinstance(position, Position), position
    assert (position.type, position.firm) == (kind, firm)
    assert lon is None or position.lon == lon
    assert bool(position.firm_reason) is not firm


@pytest.mark.parametrize("street", ABSENT_STREETS)
@pytest.mark.parametrize("question", ["{}, 62100 Calais", "12 {} Calais"])
def test_a_street_that_the_list_does_not_hold_is_not_found(
    geocoder: EmbeddedGeocoder, street: str, question: str
) -> None:
    answer = geocoder.search(question.format(street))
    assert isinstance(answer, NotFound), answer
    assert "absente de la liste embarquée (56 adresses)" in answer.reason


def test_no_street_level_match_of_the_incomplete_list_is_firm(geocoder: EmbeddedGeocoder, shared_data: Path) -> None:
    for address in read_addresses(shared_data / "calais" / "addresses.csv", complete=False, name="x").addresses:
        position = geocoder.search(f"{address.street}, {address.postcode} {address.city}")
        assert isinstance(position, Position)
        assert (position.type, position.firm) == (STREET, False)


def test_every_numbered_address_finds_itself(geocoder: EmbeddedGeocoder, shared_data: Path) -> None:
    for address in read_addresses(shared_data / "calais" / "addresses.csv", complete=False, name="x").addresses:
        if address.number is not None:
            position = geocoder.search(f"{address.number} {address.street}, {address.postcode} {address.city}")
            assert isinstance(position, Position)
            assert (position.lon, position.lat, position.score) == (address.lon, address.lat, 1.0)
            assert (position.type, position.firm) == (HOUSE, True)
