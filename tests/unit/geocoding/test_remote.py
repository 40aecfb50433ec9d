"""What is asked of a remote geocoder, and what is made of its answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.geocoding.remote import AddokGeocoder, GeoplateformeGeocoder, RemoteGeocoder, remote_service
from geoville.model import NotFound, Position, PositionType

HOUSE, STREET, TOWN = PositionType.HOUSENUMBER, PositionType.STREET, PositionType.MUNICIPALITY


@pytest.fixture
def geocoder(service) -> Iterator[RemoteGeocoder]:
    opened = GeoplateformeGeocoder(service.url)
    yield opened
    opened.close()


def found(geocoder: RemoteGeocoder, text: str, **places: str) -> Position:
    answer = geocoder.search(text, **places)
    assert isinstance(answer, Position), answer
    return answer


def reason(geocoder: RemoteGeocoder, text: str, **places: str) -> str:
    answer = geocoder.search(text, **places)
    assert isinstance(answer, NotFound), answer
    return answer.reason


def test_what_is_asked_of_the_geoplateforme(service, geocoder):
    service.finds(service.house(street="Rue de l'Écluse"))
    geocoder.search("« 66\u00a0rue  de l’Écluse,\nCalais »", postcode="62100", citycode="62193")
    asked = {"limit": "5", "autocomplete": "0", "postcode": "62100", "citycode": "62193"}
    assert service.asked == [("/geocodage/search", {"q": "66 rue de l'Écluse, Calais »", **asked})]


def test_an_addok_is_asked_at_any_address(service):
    service.finds(service.house())
    for url in (service.url, f"{service.url}/", f"{service.url}/search/", f"{service.url}/search/?q="):
        geocoder = AddokGeocoder(url)
        found(geocoder, "66 rue Mollien, Calais")
        geocoder.close()
    assert {path for path, _ in service.asked} == {"/geocodage/search/"}


@pytest.mark.parametrize("url", ["geoplatforme", "ftp://127.0.0.1/", "http://", "127.0.0.1:7878"])
def test_what_is_not_a_service_is_refused(url):
    with pytest.raises(InvalidInputError, match="geoplateforme"):
        AddokGeocoder(url)


def test_the_real_service_is_named_once_and_within_its_limits():
    known = remote_service("geoplateforme")
    assert known.url.startswith("https://")
    assert (known.shortest_question, known.longest_question, known.most_results) == (3, 200, 20)
    assert known.requests_per_second == 40


def test_a_house_is_firm(service, geocoder):
    service.finds(service.house(), service.street(score=0.9))
    position = found(geocoder, "66 rue Mollien, 62100 Calais")
    assert (position.type, position.firm, position.firm_reason) == (HOUSE, True, "")
    assert (position.lon, position.lat, position.accuracy_m) == (1.863088, 50.955, 15)
    assert (position.label, position.score, position.score_next) == ("66 Rue Mollien 62100 Calais", 0.97, 0.9)
    assert (position.id, position.housenumber, position.street) == ("62193_2740_00066", "66", "Rue Mollien")
    assert (position.citycode, position.city, position.postcode) == ("62193", "Calais", "62100")
    assert position.context == "62, Pas-de-Calais, Hauts-de-France"
    assert position.source == "Base Adresse Nationale, par la Géoplateforme"


@pytest.mark.parametrize("text", ["66 rue Mollien Calais", "66 R. MOLLIEN 62100", "Rue Mollien 66, Calais (62)"])
def test_the_town_may_stand_anywhere(service, geocoder, text):
    service.finds(service.house())
    assert found(geocoder, text).type == HOUSE


def test_a_street_is_not_firm(service, geocoder):
    service.finds(service.street())
    position = found(geocoder, "rue Mollien, Calais")
    assert (position.type, position.firm) == (STREET, False)


@pytest.mark.parametrize("number", ["67", "66 bis"])
def test_another_number_than_the_one_asked_is_a_street(service, geocoder, number):
    service.finds(service.house())
    position = found(geocoder, f"{number} rue Mollien, Calais")
    assert (position.type, position.firm) == (STREET, False)
    assert "numéro" in position.firm_reason


def test_a_number_that_was_not_asked_is_a_street(service, geocoder):
    service.finds(service.house())
    position = found(geocoder, "rue Mollien, Calais")
    assert (position.type, position.firm) == (STREET, False)


@pytest.mark.parametrize(("asked", "known"), [("66 bis", "66b"), ("66B", "66 bis"), ("66 ter", "66ter")])
def test_bis_and_b_are_one(service, geocoder, asked, known):
    service.finds(service.house(housenumber=known))
    assert found(geocoder, f"{asked} rue Mollien, Calais").firm


def test_a_town_answers_for_a_town_alone(service, geocoder):
    service.finds(service.town())
    assert found(geocoder, "62100 Calais").type == TOWN
    assert found(geocoder, "Calais").type == TOWN
    assert "commune seulement" in reason(geocoder, "12 rue Mollien, Calais")
    assert "commune seulement" in reason(geocoder, "rue Mollien, Calais")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("66 rue Mollien, Marck", "autre commune"),
        ("66 rue Mollien 62730 Marck", "autre commune"),
        ("66 rue Mollien, 59000", "autre commune"),
        ("66 rue Mollien, 59100 Calais", "autre commune"),
        ("66 rue Mollien Marck", "autre rue"),
        ("66 rue Molière, Calais", "autre rue"),
        ("66 rue du Général Leclerc, Calais", "autre rue"),
    ],
)
def test_high_scores_do_not_make_up_for_the_wrong_part(service, geocoder, text, why):
    service.finds(service.house(score=0.99))
    assert why in reason(geocoder, text)


def test_the_town_asked_beside_the_text_is_checked(service, geocoder):
    service.finds(service.house())
    assert "autre commune" in reason(geocoder, "66 rue Mollien", citycode="62548")
    assert "autre commune" in reason(geocoder, "66 rue Mollien", postcode="62730")
    assert found(geocoder, "66 rue Mollien", postcode="62100", citycode="62193").firm


def test_a_wrong_postcode_of_the_departement_is_forgiven_in_the_right_town(service, geocoder):
    service.finds(service.house())
    position = found(geocoder, "66 rue Mollien, 62107 Calais")
    assert (position.housenumber, position.firm) == ("66", False)
    assert "Le code postal demandé n'est pas celui" in position.firm_reason


def test_the_former_town_names_the_town(service, geocoder):
    service.finds(service.house(city="Cherbourg-en-Cotentin", oldcity="Équeurdreville-Hainneville"))
    assert found(geocoder, "66 rue Mollien, 62100 Equeurdreville Hainneville").firm
    assert found(geocoder, "66 rue Mollien, 62100 Équeurdreville-Hainneville Cherbourg-en-Cotentin").firm


def test_a_low_score_is_not_firm_and_a_lower_one_is_put_aside(service, geocoder):
    service.finds(service.house(score=0.8))
    assert found(geocoder, "66 rue Mollien, Calais").firm
    service.replies.clear()
    service.finds(service.house(score=0.79))
    assert found(geocoder, "66 rue Mollien, Calais").firm_reason == "Réponse peu sûre du géocodeur : score de 0,79."
    service.replies.clear()
    service.finds(service.house(score=0.49))
    assert "score trop faible" in reason(geocoder, "66 rue Mollien, Calais")


def test_a_name_that_only_looks_like_the_one_asked_is_not_firm(service, geocoder):
    service.finds(service.house())
    assert found(geocoder, "66 rue Molien, Calais").firm_reason == "Nom rapproché de « Rue Mollien »."


def test_what_is_not_found_is_asked_again_in_the_usual_order(service, geocoder):
    service.finds(service.street())
    service.finds(service.house())
    position = found(geocoder, "BP 12, rue Mollien n° 66\n62907 CALAIS CEDEX")
    assert (position.type, position.firm) == (HOUSE, True)
    assert [query["q"] for _, query in service.asked] == [
        "BP 12, rue Mollien n° 66 62907 CALAIS CEDEX",
        "66 rue mollien calais",
    ]


def test_the_first_answer_stays_where_the_second_is_no_better(service, geocoder):
    service.finds(service.street())
    service.finds()
    assert found(geocoder, "66, r. Mollien, Calais").type == STREET
    assert len(service.asked) == 2


def test_two_towns_as_good_are_not_firm(service, geocoder):
    service.finds(
        service.house(), service.house(city="Lens", citycode="62498", label="66 Rue Mollien 62300 Lens", score=0.9)
    )
    position = found(geocoder, "66 rue Mollien")
    assert (position.firm, position.alternatives) == (False, ("66 Rue Mollien 62300 Lens",))
    assert "Plusieurs réponses possibles" in position.firm_reason
    assert found(geocoder, "66 rue Mollien, Calais").firm


def test_the_better_name_wins_over_the_better_score(service, geocoder):
    service.finds(
        service.house(street="Avenue Mollien", label="66 Avenue Mollien 62100 Calais", score=0.98),
        service.house(score=0.93),
    )
    position = found(geocoder, "66 rue Mollien, Calais")
    assert (position.street, position.firm, position.score_next) == ("Rue Mollien", True, 0.98)


def test_another_type_of_street_is_not_firm(service, geocoder):
    service.finds(service.house(street="Avenue Mollien"))
    assert "type de voie" in found(geocoder, "66 rue Mollien, Calais").firm_reason


def test_nothing_found(service, geocoder):
    service.finds()
    assert reason(geocoder, "66 rue Mollien") == "Adresse que la Géoplateforme ne trouve pas."


def test_questions_that_cannot_be_asked_are_not_sent(service, geocoder):
    for text in ("", "  ", "x" * 201):
        with pytest.raises(InvalidInputError):
            geocoder.search(text)
    assert "trop court" in reason(geocoder, "12")
    assert "trop court" in reason(geocoder, "« - »")
    assert geocoder.suggest("ru") == ()
    assert geocoder.suggest("x" * 201) == ()
    assert service.asked == []


def test_a_question_that_the_service_refuses_is_not_found(service, geocoder):
    service.says(400, '{"code":400,"message":"Failed parsing query","detail":["q: QUERY"]}')
    assert "ne sait pas lire" in reason(geocoder, "66 rue Mollien")
    assert geocoder.suggest("66 rue") == ()


def test_reverse(service, geocoder):
    service.finds(service.house(distance=31))
    position = geocoder.reverse(1.8635, 50.955)
    assert isinstance(position, Position)
    assert (position.type, position.label) == (HOUSE, "66 Rue Mollien 62100 Calais")
    assert service.asked == [("/geocodage/reverse", {"lon": "1.8635", "lat": "50.955", "limit": "1"})]


def test_reverse_says_no_beyond_a_hundred_metres(service, geocoder):
    service.finds(service.house())
    assert isinstance(geocoder.reverse(1.863088, 50.9558), Position)
    far = geocoder.reverse(1.863088, 50.9560)
    assert isinstance(far, NotFound)
    assert "moins de 100" in far.reason


def test_suggestions_come_in_the_order_of_the_service(service, geocoder):
    service.finds(service.house(), service.street(), service.town())
    positions = geocoder.suggest("66 rue mol", limit=50, postcode="62100")
    assert [position.type for position in positions] == [HOUSE, STREET, TOWN]
    assert service.asked[0][1] == {"q": "66 rue mol", "limit": "20", "autocomplete": "1", "postcode": "62100"}


@pytest.mark.parametrize(
    "body", ["[]", '{"features": [{}]}', '{"features": [{"properties": {}, "geometry": null}]}', "no"]
)
def test_an_answer_that_is_not_a_geocoder_s(service, geocoder, body):
    service.says(200, body)
    with pytest.raises(DataUnavailableError, match="vérifier l'adresse du géocodeur"):
        geocoder.search("66 rue Mollien")
