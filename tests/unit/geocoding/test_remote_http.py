"""A remote service that fails, asks to wait, or repeats what it was asked."""

from __future__ import annotations

import json
import logging
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from geoville.errors import DataUnavailableError, UnreadableAnswerError
from geoville.geocoding.remote import GeoplateformeGeocoder, Pace
from geoville.model import NotFound, Position

SECRET = "Zéphyrine"
QUESTION = f"12 rue {SECRET} Ouistiti, Calais"
PIECES = ("phyrine", "PHYRINE", "uistiti", "rue+", "rue%20")


class FakeTime:
    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def geocoder(service, time):
    opened = GeoplateformeGeocoder(service.url, pace=Pace(40, clock=time.clock, sleep=time.sleep))
    yield opened
    opened.close()


def test_too_many_requests_are_tried_again_when_the_service_says(service, geocoder, time):
    service.says(429, "Too Many Requests", Retry_After="5")
    service.finds(service.house())
    assert isinstance(geocoder.search("66 rue Mollien, Calais"), Position)
    assert (len(service.asked), time.now) == (2, 5)


def test_a_date_to_wait_for_is_understood(service, geocoder, time):
    service.says(429, Retry_After=format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True))
    service.finds(service.house())
    assert isinstance(geocoder.search("66 rue Mollien, Calais"), Position)
    assert 28 < time.now <= 30


@pytest.mark.parametrize("said", ["", "soon", "-5"])
def test_a_wait_that_says_nothing_falls_back_on_ours(service, geocoder, time, said):
    service.says(503, Retry_After=said)
    service.finds(service.house())
    assert isinstance(geocoder.search("66 rue Mollien, Calais"), Position)
    assert time.now == 0.5


def test_an_hour_is_not_waited_for(service, geocoder, time):
    service.says(429, Retry_After="3600")
    with pytest.raises(DataUnavailableError, match="demande d'attendre 3600 s : réessayer plus tard"):
        geocoder.search("66 rue Mollien, Calais")
    assert (len(service.asked), time.now) == (1, 0)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_fault_that_passes_is_tried_again(service, geocoder, time, status):
    service.says(status, "<html>Bad Gateway</html>")
    service.says(status, "<html>Bad Gateway</html>")
    service.finds(service.house())
    assert isinstance(geocoder.search("66 rue Mollien, Calais"), Position)
    assert time.now == 1.5


def test_a_fault_that_stays_is_given_up_after_longer_and_longer_waits(service, geocoder, time):
    service.says(502, "<html>Bad Gateway</html>")
    with pytest.raises(DataUnavailableError, match=r"127\.0\.0\.1 répond par l'erreur 502, après 5 essais : réessayer"):
        geocoder.search("66 rue Mollien, Calais")
    assert len(service.asked) == 5
    assert time.now == 0.5 + 1 + 2 + 4


def test_the_pause_after_a_fault_holds_the_next_question(service, geocoder, time):
    service.says(502)
    with pytest.raises(DataUnavailableError):
        geocoder.search("66 rue Mollien, Calais")
    service.replies.clear()
    service.finds(service.house())
    given_up_at = time.now
    geocoder.search("66 rue Mollien, Calais")
    assert time.now == given_up_at + 8


def test_a_service_out_of_reach(time):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    geocoder = GeoplateformeGeocoder(f"http://127.0.0.1:{port}", pace=Pace(None, clock=time.clock, sleep=time.sleep))
    with pytest.raises(DataUnavailableError, match=r"127\.0\.0\.1 ne répond pas, après 5 essais"):
        geocoder.search("66 rue Mollien, Calais")
    geocoder.close()


def test_a_redirection_is_not_followed(service, geocoder):
    service.says(302, Location=f"{service.url}/elsewherePATH")
    with pytest.raises(DataUnavailableError, match="répond par le code 302 : vérifier l'adresse"):
        geocoder.search("66 rue Mollien, Calais")
    assert len(service.asked) == 1


REPLIES = {
    "found": (200, json.dumps({"features": [], "query": "QUERY"}), {}),
    "refused": (400, "QUERY", {}),
    "not JSON": (200, "QUERY", {}),
    "not GeoJSON": (200, '["QUERY"]', {}),
    "no score": (200, '{"features": [{"properties": {"label": "QUERY", "score": "QUERY"}, "geometry": 1}]}', {}),
    "moved": (301, "QUERY", {"Location": "http://127.0.0.1:9PATH"}),
    "unknown": (404, "QUERY", {}),
    "too many": (429, "QUERY", {"Retry_After": "1", "X_Asked": "PATH"}),
    "broken": (502, "QUERY", {"X_Asked": "PATH"}),
}


@pytest.mark.parametrize(("status", "body", "headers"), REPLIES.values(), ids=REPLIES)
def test_no_log_and_no_error_holds_what_was_asked(service, geocoder, caplog, status, body, headers):
    service.says(status, body, **headers)
    with caplog.at_level(logging.DEBUG):
        try:
            told = geocoder.search(QUESTION)
        except DataUnavailableError as error:
            told = error
    assert SECRET in service.asked[0][1]["q"]
    assert isinstance(told, NotFound | DataUnavailableError)
    sentences = [str(told), caplog.text, *(str(record.__dict__) for record in caplog.records)]
    while isinstance(told, BaseException):
        sentences.append(repr(told) + str(told.__dict__))
        told = told.__cause__ or (None if told.__suppress_context__ else told.__context__)  # as a traceback goes on
    assert not [piece for piece in PIECES for sentence in sentences if piece in sentence]


def test_the_logs_are_read_at_their_most_talkative(service, geocoder, caplog):
    service.finds(service.house())
    with caplog.at_level(logging.DEBUG):
        geocoder.search("66 rue Mollien, Calais")
    requests = [record.getMessage() for record in caplog.records if record.name == "httpx"]
    assert requests == [f'HTTP Request: GET {service.url} "HTTP/1.1 200 OK"']


HOSTILE = {
    "a score that is no number": {"score": float("nan")},
    "a score beyond all": {"score": 1e999},
    "a score above 1": {"score": 1.5},
    "a score below 0": {"score": -0.1},
}


@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE)
def test_a_score_that_is_none_is_no_answer_and_another_question_may_have_one(service, geocoder, said):
    service.finds(service.house(**said))
    with pytest.raises(UnreadableAnswerError, match="ne répond pas comme un géocodeur"):
        geocoder.search("66 rue Mollien, Calais")
    service.replies.clear()
    service.finds(service.house())
    assert isinstance(geocoder.search("66 rue Mollien, Calais"), Position)


@pytest.mark.parametrize("point", [[float("nan"), 50.9], [1e999, 50.9], [1.8, 91], [181, 50.9], ["x", 50.9], [1.8]])
def test_a_point_that_is_not_on_the_globe_is_no_answer(service, geocoder, point):
    house = service.house()
    house["geometry"]["coordinates"] = point
    service.finds(house)
    with pytest.raises(UnreadableAnswerError):
        geocoder.search("66 rue Mollien, Calais")


@pytest.mark.parametrize("body", ["[" * 200_000, '{"features":' * 100_000, " " * 6_000_000], ids=["[", "{", "long"])
def test_an_answer_made_to_exhaust_is_no_answer(service, geocoder, body):
    service.says(200, body)
    with pytest.raises(UnreadableAnswerError, match=r"ne répond pas en JSON|répond sans fin"):
        geocoder.search("66 rue Mollien, Calais")


def test_text_that_no_file_can_hold_is_made_to(service, geocoder):
    house = service.house()
    house["properties"] |= {"label": "66 Rue\ud800 Mollien\uffff\x00\n62100 Calais", "context": "x" * 100_000}
    service.finds(house)
    found = geocoder.search("66 rue Mollien, Calais")
    assert found.label == "66 Rue  Mollien 62100 Calais"
    assert len(found.context) == 500
    assert json.loads(json.dumps(found.label).encode("utf-8")) == found.label
