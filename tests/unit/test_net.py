"""One client, one retry, one `Retry-After`: what every request to a server rests on."""

from __future__ import annotations

import itertools
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from geoville.net import GaveUp, PassingFault, Retry, check_passing, http_client, retry_after_s


def asking(text: str) -> httpx.Response:
    return httpx.Response(503, headers={"retry-after": text})


class Server:
    """Fails as told, one fault a try, then answers "bien"."""

    def __init__(self, *faults: PassingFault) -> None:
        self.faults, self.tries = iter(faults), 0

    def __call__(self) -> str:
        self.tries += 1
        if fault := next(self.faults, None):
            raise fault
        return "bien"


def test_a_wait_in_seconds_or_until_a_date():
    assert retry_after_s(asking("120")) == 120
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 55 < retry_after_s(asking(in_a_minute)) <= 60


@pytest.mark.parametrize("said", ["", "bientôt", "-5", "1.5", "٣", "Mon, 05 Jan 2015 10:00:00 GMT", "Mon, 99 Jan 2015"])
def test_a_wait_that_says_nothing_or_is_over(said):
    assert retry_after_s(httpx.Response(503, headers=[(b"retry-after", said.encode())])) == 0


def test_a_number_without_end_is_a_day():
    assert retry_after_s(asking("9" * 400)) == 86_400


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 522])
def test_a_server_that_is_overloaded_or_ill_may_recover(status):
    with pytest.raises(PassingFault) as caught:
        check_passing(httpx.Response(status, headers={"retry-after": "7"}))
    assert (caught.value.what, caught.value.wait_s) == (f"répond par l'erreur {status}", 7)


@pytest.mark.parametrize("status", [200, 206, 301, 304, 400, 403, 404, 410, 416, 418])
def test_an_answer_that_another_try_would_not_change(status):
    check_passing(httpx.Response(status))


def test_waits_double_until_it_works():
    waits: list[float] = []
    assert Retry(0.5, 60).run(Server(*[PassingFault("dort")] * 4), waits.append) == "bien"
    assert waits == [0.5, 1, 2, 4]


def test_five_faults_in_a_row_are_enough():
    waits: list[float] = []
    server = Server(*[PassingFault("dort")] * 5)
    with pytest.raises(GaveUp) as caught:
        Retry(0.5, 60).run(server, waits.append)
    assert (server.tries, waits) == (5, [0.5, 1, 2, 4])
    assert (caught.value.fault.what, caught.value.wait_s, caught.value.too_long) == ("dort", 8, False)


def test_a_try_that_advanced_begins_the_count_anew():
    waits: list[float] = []
    faults = [PassingFault("coupe", advanced=True) for _ in range(9)]
    assert Retry(1, 60).run(Server(*faults), waits.append) == "bien"
    assert waits == [1] * 9


def test_the_wait_asked_for_is_kept_where_it_is_the_longer_one():
    waits: list[float] = []
    Retry(0.5, 60).run(Server(PassingFault("dort", 60), PassingFault("dort", 0.2)), waits.append)
    assert waits == [60, 1]


def test_a_wait_too_long_ends_it_at_once():
    with pytest.raises(GaveUp) as caught:
        Retry(0.5, 60).run(Server(PassingFault("dort", 61)), pytest.fail)
    assert (caught.value.wait_s, caught.value.too_long) == (61, True)


def test_machines_cut_off_together_do_not_come_back_together():
    waits: list[float] = []
    for _ in range(20):
        Retry(1, 60, spread=True).run(Server(PassingFault("dort"), PassingFault("dort")), waits.append)
    firsts, seconds = waits[::2], waits[1::2]
    assert all(0.5 <= wait <= 1 for wait in firsts)
    assert all(1 <= wait <= 2 for wait in seconds)
    assert len(set(firsts)) > 1


def test_no_other_fault_is_tried_again():
    tries = itertools.count(1)

    def broken() -> None:
        next(tries)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Retry(0.5, 60).run(broken, pytest.fail)
    assert next(tries) == 2


def test_the_client_says_who_it_is_and_follows_only_as_told():
    with http_client(10, accept="application/json") as plain, http_client(3, redirections=5, as_it_lies=True) as bytes_:
        assert (plain.headers["user-agent"], plain.headers["accept"]) == ("geoville", "application/json")
        assert not plain.follow_redirects
        assert bytes_.headers["accept-encoding"] == "identity"
        assert (bytes_.follow_redirects, bytes_.max_redirects) == (True, 5)
        assert (plain.timeout, bytes_.timeout) == (httpx.Timeout(10), httpx.Timeout(3))
    with http_client(15, connect_timeout_s=5) as patient:
        assert patient.timeout == httpx.Timeout(15, connect=5)


def test_httpx_is_imported_by_the_first_request_only():
    program = (
        "import sys, geoville.net, geoville.sources.downloads, geoville.geocoding.remote; print('httpx' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "False\n"
