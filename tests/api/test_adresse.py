"""`/search` and `/reverse`: the shape of the API Adresse, the verdict of `/lookup`."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import httpx
import pytest

from geoville.api.app import create_app
from geoville.api.settings import Settings
from geoville.errors import DataUnavailableError
from geoville.geocoding.remote import RemoteGeocoder
from geoville.model import NotFound, Position, PositionType

ON = "2024-06-01"
ADDRESS = "1 rue Youri Gagarine, 62100 Calais"
POINT = {"lon": 1.893673, "lat": 50.953397}
MEMBERS = ["type", "version", "features", "attribution", "licence", "query", "limit", "qpv"]
FLAT = {"label", "score", "housenumber", "id", "type", "name", "postcode", "citycode", "city", "context", "x", "y"} | {
    "importance",
    "street",
}


@pytest.fixture
def post(app, request_of):
    return lambda path, **body: request_of(app, "POST", path, json=body)


@pytest.mark.parametrize("q", [ADDRESS, "collège Vauban", "avenue Guynemer, Calais", "Calais", "1.8867, 50.956"])
def test_the_first_address_has_the_verdict_of_lookup(get, q):
    found = get("/search", q=q, on=ON).json()
    told = get("/lookup", q=q, on=ON).json()
    assert list(found) == MEMBERS
    first = found["features"][0]
    assert first["properties"].keys() >= FLAT
    assert first["geometry"] == {"type": "Point", "coordinates": [told["position"]["lon"], told["position"]["lat"]]}
    qpv = first["properties"]["qpv"]
    assert (qpv["verdict"], qpv["basis"], qpv["distance_m"], qpv["qualite"], qpv["on"]) == (
        told["verdict"],
        told["basis"],
        told["distance_m"],
        told["quality"],
        ON,
    )
    assert qpv["raison"] == " ".join(told["reasons"])
    assert found["qpv"] == qpv
    assert qpv["code"] == (told["perimeters"][0]["code"] if told["verdict"] == "inside" else None)


def test_an_address_is_written_as_the_api_adresse_writes_it(get):
    found = get("/search", q=ADDRESS, on=ON).json()
    said = found["features"][0]["properties"]
    assert (said["type"], said["housenumber"], said["street"]) == ("housenumber", "1", "Rue Youri Gagarine")
    assert (said["name"], said["postcode"], said["citycode"]) == ("1 Rue Youri Gagarine", "62100", "62193")
    assert said["label"] == "1 Rue Youri Gagarine 62100 Calais"
    assert (found["version"], found["query"], found["limit"]) == ("draft", ADDRESS, 5)
    assert (said["x"], said["y"]) == pytest.approx((622_097.7, 7_095_814.6), abs=1)  # Lambert 93
    assert "Licence Ouverte" in found["licence"]


def test_a_longer_street_and_a_larger_town_are_more_important(get):
    long, short, town = (
        get("/search", q=q).json()["features"][0]["properties"]["importance"]
        for q in ("avenue Guynemer, Calais", ADDRESS, "Calais")
    )
    assert 0 < short < long < town <= 1


def test_an_unknown_address_is_an_empty_collection_that_says_why(get):
    found = get("/search", q="12 rue de l'Inconnue, 62100 Calais", on=ON).json()
    assert found["features"] == []
    assert found["qpv"]["verdict"] == "not_found"
    assert "liste" in found["qpv"]["raison"]


def test_a_text_being_typed_is_completed_unless_asked_otherwise(get):
    typed = get("/search", q="rue Youri Gag", on=ON).json()
    assert typed["features"][0]["properties"]["name"] == "Rue Youri Gagarine"
    assert typed["qpv"]["verdict"] == "not_found"
    assert get("/search", q="rue Youri Gag", autocomplete=0, on=ON).json()["features"] == []


def test_limits_are_kept(get):
    every = get("/search", q="rue mollien", limit=20).json()["features"]
    assert len(every) > 2
    labels = [feature["properties"]["label"] for feature in every]
    assert len(set(labels)) == len(labels)
    assert get("/search", q="rue mollien", limit=2).json()["features"] == every[:2]
    places = get("/search", q="rue mollien", type="locality", limit=20).json()["features"]
    assert {feature["properties"]["type"] for feature in places} == {"locality"}
    assert get("/search", q="rue mollien", citycode="75056").json()["features"] == []


def test_what_is_near_comes_first_among_equals(get):
    kept = get("/search", q="rue mollien", limit=20).json()["features"]
    lon, lat = kept[-1]["geometry"]["coordinates"]
    near = get("/search", q="rue mollien", limit=20, lon=lon, lat=lat).json()["features"]
    scores = [feature["properties"]["score"] for feature in near]
    assert scores == sorted(scores, reverse=True)
    equals = [feature["properties"]["distance"] for feature in near if feature["properties"]["score"] == scores[0]]
    assert equals == sorted(equals)


def test_reverse_gives_the_address_and_the_verdict_of_the_point(get):
    point = {"lon": POINT["lon"] + 0.0002, "lat": POINT["lat"]}
    found = get("/reverse", **point, on=ON).json()
    told = get("/lookup", **point, on=ON).json()
    said = found["features"][0]["properties"]
    assert said["housenumber"] == "1"
    assert said["distance"] == pytest.approx(14, abs=1)
    assert said["qpv"] == found["qpv"]
    assert (said["qpv"]["verdict"], said["qpv"]["distance_m"]) == (told["verdict"], told["distance_m"])
    street = get("/reverse", **point, type="street", on=ON).json()["features"][0]["properties"]
    assert (street["type"], street["housenumber"], street["label"]) == (
        "street",
        None,
        "Rue Youri Gagarine 62100 Calais",
    )
    assert (street["name"], street["distance"], street["qpv"]) == ("Rue Youri Gagarine", said["distance"], said["qpv"])
    assert street["id"] == ""  # the list of Calais has not the BAN's ids, of which a street's would be the beginning
    assert get("/reverse", **point, type="municipality").json()["features"] == []


def test_a_point_far_from_any_address_still_has_a_verdict(get):
    found = get("/reverse", lon=1.8867, lat=50.956, on=ON).json()
    assert found["features"] == []
    assert found["qpv"]["verdict"] == "outside"


@pytest.mark.parametrize(
    ("path", "asked"), [("/search", {"q": ADDRESS}), ("/reverse", POINT)], ids=["search", "reverse"]
)
def test_what_is_posted_is_answered_as_what_is_in_the_url(get, post, path, asked):
    assert post(path, **asked, on=ON).json() == get(path, **asked, on=ON).json()


BAD = {
    "no question": ("/search", 422),
    "blank": ("/search?q=%20", 400),
    "too long": (f"/search?q={'a' * 201}", 413),
    "too many": ("/search?q=calais&limit=21", 422),
    "none": ("/search?q=calais&limit=0", 422),
    "unknown type": ("/search?q=calais&type=poi", 422),
    "lon alone": ("/search?q=calais&lon=1.8", 400),
    "lat first": ("/search?q=calais&lon=50.9&lat=1.8", 400),
    "asked twice": ("/search?q=calais&q=marck", 400),
    "day under another name": ("/search?q=calais&date=2024-01-01", 400),
    "no boolean": ("/search?q=calais&autocomplete=peut-etre", 422),
    "lon asked twice": ("/search?q=calais&lng=1.8&lng=1.9&lat=50.9", 400),
    "score out of range": ("/search?q=calais&min_score=1.1", 422),
    "seconds for a day": ("/search?q=calais&on=0", 422),
    "day with its time": ("/search?q=calais&on=2024-06-01T00:00:00", 422),
    "no point": ("/reverse?lon=1.8", 422),
    "NaN": ("/reverse?lon=nan&lat=50.9", 400),
    "off the globe": ("/reverse?lon=181&lat=50.9", 400),
}


@pytest.mark.parametrize(("url", "status"), BAD.values(), ids=BAD)
def test_a_bad_question_is_a_problem(get, url, status):
    answer = get(url)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def places(answer) -> list[list[float]]:
    return [feature["geometry"]["coordinates"] for feature in answer.json()["features"]]


SAME = {  # what clients of the API Adresse, of addok and of others send, and what it means there
    "unknown ones": ("q=rue mollien&limit=3", "q=rue mollien&limit=3&utm=a&utm=b&access_token=x&lang=fr"),
    "autocomplete in words": ("q=rue Youri Gag&autocomplete=1", "q=rue Youri Gag&autocomplete=true"),
    "no autocomplete in words": ("q=rue Youri Gag&autocomplete=0", "q=rue Youri Gag&autocomplete=False"),
    "size": ("q=rue mollien&limit=2", "q=rue mollien&size=2"),
    "limit before size": ("q=rue mollien&limit=2", "q=rue mollien&limit=2&size=9"),
    "the last limit": ("q=rue mollien&limit=2", "q=rue mollien&limit=9&limit=2"),
    "lng": ("q=rue mollien&lon=1.89&lat=50.95", "q=rue mollien&lng=1.89&lat=50.95"),
    "longitude": ("q=rue mollien&lon=1.89&lat=50.95", "q=rue mollien&longitude=1.89&latitude=50.95"),
    "empty ones": ("q=rue mollien", "q=rue mollien&limit=&type=&lon=&lat=&postcode=&citycode="),
}


@pytest.mark.parametrize(("plain", "other"), SAME.values(), ids=SAME)
def test_other_ways_to_ask_the_same_are_answered_the_same(get, plain, other):
    one, two = (get(f"/search?{asked}&on={ON}") for asked in (plain, other))
    assert two.status_code == 200
    assert places(one) == places(two)


def test_reverse_takes_the_names_of_other_geocoders(get):
    named = get(f"/reverse?lng={POINT['lon']}&latitude={POINT['lat']}&size=1&zoom=18&on={ON}")
    assert named.json() == get("/reverse", **POINT, on=ON).json()


def test_answers_below_a_score_are_left_out(get):
    every = get("/search", q="rue mollien", limit=20).json()["features"]
    scores = [feature["properties"]["score"] for feature in every]
    middle = sorted(scores)[len(scores) // 2]
    kept = get("/search", q="rue mollien", limit=20, min_score=middle).json()["features"]
    assert [feature["properties"]["score"] for feature in kept] == [score for score in scores if score >= middle]


def test_a_town_has_its_insee_code_for_id(get):
    said = get("/search", q="Calais", limit=1).json()["features"][0]["properties"]
    assert (said["type"], said["id"], said["label"]) == ("municipality", "62193", "Calais")


@pytest.mark.parametrize("start", ["6", "62", "621", "6210"])
def test_a_postcode_being_typed_limits_the_towns(get, start):
    typed = get("/search", q=f"1 rue youri gagarine {start}").json()["features"]
    assert typed[0]["properties"]["label"] == "1 Rue Youri Gagarine 62100 Calais"
    assert get("/search", q="1 rue youri gagarine 75").json()["features"] == []


BOUNDS = {
    f"/search?q={'a' * 201}": "q (200 caractères au plus)",
    "/search?q=a&limit=21": "limit (20 au plus)",
    "/search?q=a&limit=0": "limit (1 au moins)",
    "/search?q=a&type=poi": "type (parmi housenumber, street, locality, municipality)",
    "/search": "q (manque)",
    "/search?q=a&limit=deux": "limit (un nombre entier)",
    "/search?q=a&limit=1.5": "limit (un nombre entier)",
    "/search?q=a&autocomplete=oui-non": "autocomplete (true ou false)",
    "/reverse?lon=1,89&lat=50.95": "lon (un nombre décimal, avec un point)",
    "/lookup?q=a&on=32/12/2025": "on (une date AAAA-MM-JJ)",
    "/lookup?q=a&on=2025-02-30": "on (une date AAAA-MM-JJ)",
}


def test_a_route_on_the_data_says_what_is_expected_too(get):
    said = get("/collections/qpv-2024/items?limit=dix").json()["detail"]
    assert said == "Paramètre mal formé : limit (un nombre entier) ; voir /docs."


@pytest.mark.parametrize(("url", "bound"), BOUNDS.items())
def test_a_refusal_says_the_bound(get, url, bound):
    assert get(url).json()["detail"] == f"Paramètre absent ou mal formé : {bound}."


def test_too_many_questions_are_told_how_many_may_be_asked(post):
    refused = post("/lookup", questions=[{"q": "Calais"}] * 1_001)
    assert refused.status_code == 422
    assert "questions (1\u202f000 au plus)" in refused.json()["detail"]


def test_what_is_posted_keeps_to_its_keys(post):
    assert post("/search", q=ADDRESS, size=2).status_code == 422
    assert post("/search", q="a" * 201).status_code == 413


LOST_S = 60
"""After which a geocoder that nobody told to answer has held everybody up."""


class SlowService(RemoteGeocoder):
    """A remote geocoder that answers once it is told to, or is out of reach."""

    def __init__(self, found: Position | None) -> None:
        self._found = found
        self.asked, self.may_answer = threading.Event(), threading.Event()

    def search(self, *_: object, **__: object) -> Position | NotFound:
        return self._answer_slowly()

    def suggest(self, *_: object, **__: object) -> tuple[Position, ...]:
        return ()

    def reverse(self, *_: object) -> Position | NotFound:
        return self._answer_slowly()

    def _answer_slowly(self) -> Position:
        if self._found is None:
            raise DataUnavailableError("Géocodage impossible", advice="réessayer plus tard")
        self.asked.set()
        assert self.may_answer.wait(LOST_S), "held up"
        return self._found


def app_asking(geocoder):
    app = create_app(Settings(territory="calais", perimeters=()))
    service = app.state.service
    app.state.service = replace(service, desk=replace(service.desk, geocoder=geocoder))
    return app


@pytest.mark.parametrize("path", ["/search?q=1 rue X", "/reverse?lon=1.89&lat=50.95", "/lookup?q=1 rue X"])
def test_a_remote_geocoder_holds_nobody_else_up(path):
    remote = SlowService(Position(1.89, 50.95, "1 Rue X", PositionType.HOUSENUMBER))
    app = app_asking(remote)

    async def asked() -> None:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://geoville") as client:
            slow = asyncio.create_task(client.get(path))
            assert await asyncio.to_thread(remote.asked.wait, LOST_S)
            quick = await client.get("/lookup", params={"lon": 1.9, "lat": 50.9})
            assert not slow.done()
            remote.may_answer.set()
            assert quick.status_code == (await slow).status_code == 200

    asyncio.run(asked())


@pytest.mark.parametrize("path", ["/search?q=1 rue X", "/reverse?lon=1.89&lat=50.95", "/lookup?q=1 rue X"])
def test_a_geocoder_out_of_reach_is_a_503(request_of, path):
    answer = request_of(app_asking(SlowService(None)), "GET", path)
    assert answer.status_code == 503
    assert answer.json()["detail"] == "Géocodage impossible : réessayer plus tard."


@pytest.mark.parametrize("day", ["2999-01-01", "2026-01-15"])
@pytest.mark.parametrize("path", ["/search?q=1 rue X", "/reverse?lon=1.89&lat=50.95", "/lookup?q=1 rue X"])
def test_what_a_day_to_come_supposes_is_said_beside_a_remote_geocoder_too(app, request_of, path, day):
    remote = SlowService(Position(1.89, 50.95, "1 Rue X", PositionType.HOUSENUMBER))
    remote.may_answer.set()
    beside = request_of(app_asking(remote), "GET", f"{path}&on={day}").text
    alone = request_of(app, "GET", f"{path.replace('rue X', 'rue Youri Gagarine, Calais')}&on={day}").text
    for text in (beside, alone):
        answers = text.count('"raison"') or 1  # of the question and of each address; /lookup has one, in parts
        assert text.count("Date à venir") == (answers if day == "2999-01-01" else 0)


def test_an_address_says_its_departement_and_its_region(get):
    for url in ("/search?q=1 rue Youri Gagarine, 62100 Calais", "/reverse?lon=1.893673&lat=50.953397"):
        properties = get(url).json()["features"][0]["properties"]
        assert properties["context"] == "62, Pas-de-Calais, Hauts-de-France"


def test_only_as_many_suggestions_as_asked_are_looked_for_and_beside_the_event_loop(app, request_of, monkeypatch):
    asked = []
    geocoder = type(app.state.service.desk.geocoder)
    made = geocoder.suggest

    def watched(self, text, **options):
        asked.append((options["limit"], threading.current_thread().name))
        return made(self, text, **options)

    monkeypatch.setattr(geocoder, "suggest", watched)
    for url in ("/search?q=rue m&limit=3", "/search?q=rue m&limit=3&type=street"):
        assert len(request_of(app, "GET", url).json()["features"]) == 3
    assert [limit for limit, _ in asked] == [3, 20]
    assert all(name.startswith("geoville-suggestions") for _, name in asked)
