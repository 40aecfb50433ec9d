from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from geoville.errors import InvalidInputError
from geoville.geocoding import EmbeddedGeocoder, Geocoder
from geoville.model import Address, AddressList, NotFound, Position, PositionType

MOLLIEN_66 = Address("A1", 66, "", "Rue Mollien", "", "62100", "62193", "Calais", 1.863, 50.955, "adresse", "BAN")
LIST = AddressList(
    (
        MOLLIEN_66,
        MOLLIEN_66._replace(id="A2", number=70, lon=1.864),
        MOLLIEN_66._replace(id="A3", number=70, suffix="b", lon=1.865),
        MOLLIEN_66._replace(id="A4", number=None, lon=1.867, precision="street"),
        MOLLIEN_66._replace(id="A5", number=1, street="Rue Pasteur", lon=1.85),
        MOLLIEN_66._replace(id="A6", number=3, street="Avenue Louis Pasteur", lon=1.84),
        MOLLIEN_66._replace(id="A7", number=None, street="Rue des Goélands", precision="street", lon=1.88),
        MOLLIEN_66._replace(id="A8", number=5, street="Rue du Port", precision="segment"),
        MOLLIEN_66._replace(
            id="B1",
            number=1,
            street="Rue Pasteur",
            postcode="62730",
            citycode="62548",
            city="Marck",
            lon=1.95,
        ),
        MOLLIEN_66._replace(id="P1", number=None, place="Collège Vauban", street="372 rue d'Orléansville", citycode=""),
        MOLLIEN_66._replace(id="P2", number=None, place="École du Port", street="", postcode="", citycode="", city=""),
        MOLLIEN_66._replace(id="P3", number=None, place="École du Port", street="", lon=1.9),
        MOLLIEN_66._replace(id="P4", number=None, place="Stade (terrain Coubertin)", street="", precision="street"),
    ),
    complete=True,
    name="la liste d'essai",
)


@pytest.fixture(scope="module")
def geocoder() -> EmbeddedGeocoder:
    return EmbeddedGeocoder(LIST)


@pytest.fixture(scope="module")
def incomplete() -> EmbeddedGeocoder:
    return EmbeddedGeocoder(replace(LIST, complete=False))


def found(geocoder: Geocoder, text: str) -> Position:
    answer = geocoder.search(text)
    assert isinstance(answer, Position), answer
    return answer


def reason(geocoder: Geocoder, text: str) -> str:
    answer = geocoder.search(text)
    assert isinstance(answer, NotFound), answer
    return answer.reason


def test_a_number_of_the_list_is_firm(geocoder: EmbeddedGeocoder) -> None:
    position = found(geocoder, "66, R. MOLLIEN 62100 calais")
    assert (position.type, position.firm, position.firm_reason) == (PositionType.HOUSENUMBER, True, "")
    assert (position.label, position.score) == ("66 Rue Mollien, 62100 Calais", 1.0)
    assert (position.lon, position.lat, position.accuracy_m, position.source) == (1.863, 50.955, 15, "BAN")
    assert (position.citycode, position.city, position.postcode) == ("62193", "Calais", "62100")


def test_the_accuracy_is_that_of_the_kind_of_position(geocoder: EmbeddedGeocoder) -> None:
    position = found(geocoder, "5 rue du Port, Calais")
    assert (position.accuracy_m, position.firm) == (50, True)
    assert "tronçon" in position.accuracy_reason


@pytest.mark.parametrize(
    ("text", "lon"),
    [("70 rue Mollien, Calais", 1.864), ("70 bis rue Mollien, Calais", 1.865), ("70B rue Mollien, Calais", 1.865)],
)
def test_bis_and_b_are_one(geocoder: EmbeddedGeocoder, text: str, lon: float) -> None:
    position = found(geocoder, text)
    assert (position.lon, position.type, position.firm) == (lon, PositionType.HOUSENUMBER, True)


@pytest.mark.parametrize(
    ("text", "lon"), [("68 rue Mollien", 1.863), ("900 rue Mollien", 1.864), ("66 ter rue Mollien", 1.863)]
)
def test_an_absent_number_is_the_nearest_known_and_not_firm(geocoder: EmbeddedGeocoder, text: str, lon: float) -> None:
    position = found(geocoder, text)
    assert (position.lon, position.type, position.firm) == (lon, PositionType.STREET, False)
    assert "Numéro absent de la liste" in position.firm_reason
    assert position.label == "Rue Mollien, 62100 Calais"


def test_a_street_without_numbers_answers_with_its_point(geocoder: EmbeddedGeocoder) -> None:
    for text in ("12 rue des Goelands", "rue des goélands"):
        position = found(geocoder, text)
        assert (position.lon, position.type, position.firm) == (1.88, PositionType.STREET, False)


def test_a_street_alone_is_its_own_point_even_in_a_complete_list(geocoder: EmbeddedGeocoder) -> None:
    position = found(geocoder, "rue Mollien, Calais")
    assert (position.lon, position.type, position.firm) == (1.867, PositionType.STREET, False)


def test_a_street_of_two_towns_is_ambiguous_until_the_town_is_named(geocoder: EmbeddedGeocoder) -> None:
    position = found(geocoder, "1 rue Pasteur")
    assert not position.firm
    assert "« Rue Pasteur » (Calais)" in position.firm_reason
    assert "« Rue Pasteur » (Marck)" in position.firm_reason
    for text, lon in (("1 rue Pasteur, Marck", 1.95), ("1 rue Pasteur 62730", 1.95), ("1 rue Pasteur à Calais", 1.85)):
        assert (found(geocoder, text).lon, found(geocoder, text).firm) == (lon, True)


def test_an_exact_name_wins_over_one_that_it_shortens(geocoder: EmbeddedGeocoder) -> None:
    assert found(geocoder, "1 rue Pasteur Calais").label.startswith("1 Rue Pasteur")
    assert found(geocoder, "3 avenue Pasteur Calais").label.startswith("3 Avenue Louis Pasteur")


def test_a_street_known_elsewhere_only_is_not_found(geocoder: EmbeddedGeocoder) -> None:
    for text in ("66 rue Mollien, Marck", "66 rue Mollien 62730", "66 rue Mollien Marck"):
        assert "dans la commune demandée ; connue ailleurs : « Rue Mollien » (Calais)" in reason(geocoder, text)


@pytest.mark.parametrize(
    "text", ["66 rue Mollien, Lille", "66 rue Mollien 59000 Lille", "66 rue Mollien 62193", "66 rue Mollien 59000"]
)
def test_a_town_that_an_incomplete_list_lacks_is_not_found(incomplete: EmbeddedGeocoder, text: str) -> None:
    assert "commune inconnue de la liste d'essai (9 adresses)" in reason(incomplete, text)


@pytest.mark.parametrize(
    "text", ["66 rue Mollien, Trouville", "66 rue Mollien 62999 Trouville", "66 rue Mollien 62193"]
)
def test_a_complete_list_finds_by_its_street_what_is_under_another_town(geocoder: EmbeddedGeocoder, text: str) -> None:
    position = found(geocoder, text)
    assert (position.label, position.firm, position.score) == ("66 Rue Mollien, 62100 Calais", False, 0.7)
    assert "d'après sa rue seule : commune inconnue de la liste d'essai (9 adresses)" in position.firm_reason


def test_a_town_of_another_departement_or_with_another_postcode_is_not_found(geocoder: EmbeddedGeocoder) -> None:
    for text in (
        "66 rue Mollien 59000 Lille",
        "66 rue Mollien 59000",
        "66 rue Absente, Lille",
        "66 rue Mollien 59000 Calais",
    ):
        assert "commune inconnue" in reason(geocoder, text)


def test_a_postcode_and_a_town_that_contradict_each_other_are_said_and_never_firm(geocoder: EmbeddedGeocoder) -> None:
    position = found(geocoder, "66 rue Mollien 62730 Calais")
    assert (position.lon, position.firm, position.whole) == (1.863, False, None)
    assert "se contredisent" in position.firm_reason
    both = found(geocoder, "1 rue Pasteur 62730 Calais")
    assert not both.firm
    assert both.whole is not None
    assert {point.x for point in both.whole.geoms} == {1.85, 1.95}
    assert "62730 Marck" in both.firm_reason


def test_a_hamlet_under_the_postcode_of_a_town_is_read_as_that_town(geocoder: EmbeddedGeocoder) -> None:
    position = found(geocoder, "66 rue Mollien 62100 Le Beau Marais")
    assert (position.lon, position.firm, position.score) == (1.863, False, 0.85)
    assert "même code postal" in position.firm_reason


def test_a_town_one_letter_off_is_firm_with_its_postcode_only(geocoder: EmbeddedGeocoder) -> None:
    assert found(geocoder, "66 rue Mollien 62100 Calias").firm
    position = found(geocoder, "66 rue Mollien, Calias")
    assert (position.lon, position.firm) == (1.863, False)
    assert "rapproché de « Calais »" in position.firm_reason


def test_another_type_of_street_is_never_firm(geocoder: EmbeddedGeocoder) -> None:
    position = found(geocoder, "66 impasse Mollien, Calais")
    assert (position.type, position.firm, position.score) == (PositionType.HOUSENUMBER, False, 0.85)
    assert "type de voie" in position.firm_reason


def test_likeness_is_firm_in_a_complete_list_only(geocoder: EmbeddedGeocoder, incomplete: EmbeddedGeocoder) -> None:
    for text in ("66 rue Mollein, Calais", "66 Mollien, Calais"):
        assert found(geocoder, text).firm
        assert "Nom rapproché de « Rue Mollien » (Calais)" in found(incomplete, text).firm_reason


def test_a_town_that_is_not_named_matters_in_a_list_of_several(
    geocoder: EmbeddedGeocoder, incomplete: EmbeddedGeocoder
) -> None:
    for one in (geocoder, incomplete):
        assert "Commune non précisée" in found(one, "66 rue Mollien").firm_reason
    assert found(incomplete, "66 rue Mollien, Calais").firm


def test_an_unknown_street_says_which_list_was_searched(
    geocoder: EmbeddedGeocoder, incomplete: EmbeddedGeocoder
) -> None:
    assert reason(geocoder, "rue de la Paix") == "Rue absente de la liste d'essai (9 adresses)."
    assert "incomplète" in reason(incomplete, "rue de la Paix")
    assert "« Rue Mollien » (Calais)" in reason(geocoder, "rue Mollien Prolongée")


@pytest.mark.parametrize("text", ["Calais", "62100", "62100 Calais", "CALAIS", "Calais (62)", "Calais, France"])
def test_a_town_alone_is_never_firm(geocoder: EmbeddedGeocoder, text: str) -> None:
    position = found(geocoder, text)
    assert (position.type, position.firm, position.label) == (PositionType.MUNICIPALITY, False, "Calais")


@pytest.mark.parametrize(
    "text", ["collège Vauban", "Vauban college", "COLLEGE VAUBAN, 62100 Calais", "collège Vauban Calais"]
)
def test_a_place_is_found_by_its_name(geocoder: EmbeddedGeocoder, text: str) -> None:
    position = found(geocoder, text)
    assert (position.type, position.firm) == (PositionType.PLACE, True)
    assert position.label == "Collège Vauban, 372 rue d'Orléansville, 62100 Calais"


def test_a_place_is_not_guessed(geocoder: EmbeddedGeocoder) -> None:
    assert "préciser, par exemple : « Collège Vauban » (Calais)" in reason(geocoder, "Vauban")
    assert "connu ailleurs" in reason(geocoder, "collège Vauban, Marck")
    assert "absente" in reason(geocoder, "collège Vauban Lille")
    assert "Plusieurs lieux possibles" in found(geocoder, "école du Port").firm_reason
    stadium = found(geocoder, "stade Coubertin")
    assert (stadium.type, stadium.firm, stadium.score) == (PositionType.PLACE, False, 1.0)


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_text_is_refused(geocoder: EmbeddedGeocoder, text: str) -> None:
    with pytest.raises(InvalidInputError, match="Adresse vide"):
        geocoder.search(text)


def test_a_text_too_long_is_refused_without_being_quoted(geocoder: EmbeddedGeocoder) -> None:
    assert isinstance(geocoder.search("x" * 200), NotFound)
    with pytest.raises(InvalidInputError, match="201 caractères") as caught:
        geocoder.search("secret " + "x" * 194)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["abc", "12", "😀", "\x00\x01", "rue", "rue, Calais", "8 mai", ",,,", "((", "12 bis", "à", "l'"]
)
def test_odd_texts_are_not_found(geocoder: EmbeddedGeocoder, text: str) -> None:
    assert reason(geocoder, text)


def test_an_empty_list_finds_nothing() -> None:
    empty = EmbeddedGeocoder(AddressList((), complete=False, name="la liste vide"))
    for text in ("66 rue Mollien", "Calais", "62100", "collège Vauban"):
        assert "la liste vide (0 adresse)" in reason(empty, text)


def test_several_threads_get_the_same_answers(geocoder: EmbeddedGeocoder) -> None:
    texts = ["66 rue Mollien", "collège Vauban", "1 rue Pasteur", "rue de la Paix"] * 50
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(geocoder.search, texts)) == [geocoder.search(text) for text in texts]
