"""Asking a server for a file: redirections, what its answers mean, and how long to wait before another try."""

from __future__ import annotations

import math
import random
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.sources.download.faults import FROM_ITS_PAGE, PassingFault, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

TRIES = 5
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 120.0
_A_DAY_S = 86_400.0
TIMEOUT_S = 30.0
MOST_REDIRECTIONS = 10
ENOUGH_BYTES = 1_000_000
"""Of a file that came before a fault: the network works, and the tries are counted anew."""

_SCHEMES = frozenset({"http", "https"})


def new_client() -> httpx.Client:
    """Client that asks for the bytes of files as they are, and follows no redirection by itself."""
    import httpx

    headers = {"user-agent": "geoville", "accept": "*/*", "accept-encoding": "identity"}
    return httpx.Client(timeout=TIMEOUT_S, headers=headers)


def parsed_address(text: str) -> httpx.URL:
    """Read the address of a file.

    Raises
    ------
    InvalidInputError
        It is not one of the web. The sentence does not repeat it, for it may hold a password.
    """
    import httpx

    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise _not_of_the_web() from error
    if url.scheme not in _SCHEMES or not url.host:
        raise _not_of_the_web()
    return url


@contextmanager
def opened(client: httpx.Client, url: httpx.URL, headers: dict[str, str], wanted: Wanted) -> Iterator[httpx.Response]:
    """Answer to a request, redirections followed, its body not read yet.

    Raises
    ------
    DataUnavailableError
        A redirection leads nowhere, or from a safe address to one that is not.
    """
    for _ in range(MOST_REDIRECTIONS):
        with client.stream("GET", url, headers=headers) as response:
            if not response.has_redirect_location:
                yield response
                return
        url = _following(url, response.headers["location"], wanted)
    raise wanted.unavailable("renvoie sans fin d'une adresse à l'autre", FROM_ITS_PAGE)


def check_status(response: httpx.Response, wanted: Wanted) -> None:
    """Tell a fault that may pass from one that will not.

    Raises
    ------
    PassingFault
        The server is overloaded or ill.
    DataUnavailableError
        The server has no such file.
    """
    status = response.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.REQUEST_TIMEOUT,
    }:
        raise PassingFault(f"répond par l'erreur {status}", _retry_after_s(response))
    if status >= HTTPStatus.BAD_REQUEST:
        raise wanted.refused(status)


class Patience:
    """Waits after each fault that may pass, twice as long each time, until there were too many."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._faults = 0

    def wait(self, fault: PassingFault, gained_bytes: int) -> None:
        """Wait before the next try.

        Parameters
        ----------
        gained_bytes : of the file, by the try that has just failed.

        Raises
        ------
        DataUnavailableError
            There were too many faults in a row, or the server asks for too long a wait.
        """
        self._faults = 1 if gained_bytes >= ENOUGH_BYTES else self._faults + 1
        if self._faults >= TRIES:
            raise self._wanted.unavailable(f"{fault.what}, après {TRIES} essais") from fault
        if fault.wait_s > LONGEST_WAIT_S:
            raise self._wanted.unavailable(f"{fault.what} et demande d'attendre {math.ceil(fault.wait_s)} s") from fault
        # Spread, so that many machines cut off together do not come back together.
        backoff_s = FIRST_WAIT_S * 2 ** (self._faults - 1) * random.uniform(0.5, 1.0)  # noqa: S311  no secret
        time.sleep(max(backoff_s, fault.wait_s))


def _not_of_the_web() -> InvalidInputError:
    return InvalidInputError(
        "Cette adresse n'est pas celle d'un fichier sur le web",
        advice="donner une adresse qui commence par `https://` ou `http://`",
    )


def _following(url: httpx.URL, location: str, wanted: Wanted) -> httpx.URL:
    following = url.join(location)
    if following.scheme not in _SCHEMES or (url.scheme == "https" and following.scheme == "http"):
        raise wanted.unavailable("renvoie à une adresse qui n'est pas sûre", FROM_ITS_PAGE)
    return following


def _retry_after_s(response: httpx.Response) -> float:
    """Seconds that a `Retry-After` asks for, whether it gives them or a date; 0 where it says nothing readable."""
    asked = response.headers.get("retry-after", "")
    if asked.isascii() and asked.isdigit():
        return min(float(asked), _A_DAY_S)
    try:
        return max(0.0, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
    except (OverflowError, TypeError, ValueError):
        return 0.0
