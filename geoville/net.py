"""The network: the one HTTP client, which faults may pass, how long a server asks to wait, and how often to retry."""

from __future__ import annotations

import logging
import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

Answer = TypeVar("Answer")

TRIES = 5
_A_DAY_S = 86_400.0


_ADDRESS = re.compile(r"\b([a-z][a-z0-9+.-]*://)([^\s/?#@]*@)?([^\s?#]*)(\?[^\s#]*)?", re.IGNORECASE)
_VALUE = re.compile(r"=[^&;]*")


def without_secrets(text: str) -> str:
    """A text that may be written anywhere: of the addresses in it, neither who asks, nor what a query holds.

    Everything that geoville writes about an address goes through here, whatever the address is of: a geocoder, a
    database, a store, a site.

    >>> without_secrets("http://ana:mdp@geo.example/search?key=abc&limit=1"), without_secrets("postgresql://ana@h/ville")
    ('http://geo.example/search?key=…&limit=…', 'postgresql://h/ville')
    >>> without_secrets("https://geo.example/a"), without_secrets("1 rue Mollien @ Calais ?")
    ('https://geo.example/a', '1 rue Mollien @ Calais ?')
    """
    return _ADDRESS.sub(lambda found: f"{found[1]}{found[3]}{_VALUE.sub('=…', found[4] or '')}", text)


def http_client(
    timeout_s: float,
    *,
    connect_timeout_s: float | None = None,
    accept: str = "*/*",
    as_it_lies: bool = False,
    redirections: int = 0,
) -> httpx.Client:
    """Client of every request that geoville makes; several threads may share it.

    Parameters
    ----------
    timeout_s : longest silence of a server, in seconds; for a connection, `connect_timeout_s` where it is given.
    accept : media types that are wanted.
    as_it_lies : ask for the bytes of the file, and not for them compressed on the way.
    redirections : how many to follow; with none, an answer that redirects is an answer.
    """
    import httpx

    # At DEBUG, httpcore logs the headers of answers, where a redirection repeats the question.
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    headers = {"user-agent": "geoville", "accept": accept}
    return httpx.Client(
        timeout=httpx.Timeout(timeout_s, connect=timeout_s if connect_timeout_s is None else connect_timeout_s),
        headers=headers | ({"accept-encoding": "identity"} if as_it_lies else {}),
        follow_redirects=redirections > 0,
        max_redirects=redirections,
    )


class PassingFault(Exception):  # noqa: N818  no error yet: the next try may do
    """A fault that may be gone a moment later.

    Parameters
    ----------
    what : what the server does, a French verb and its complements.
    wait_s : seconds that the server asks to wait.
    advanced : whether the try brought enough, before it failed, for tries to be counted anew.
    """

    def __init__(self, what: str, wait_s: float = 0.0, *, advanced: bool = False) -> None:
        super().__init__(what)
        self.what, self.wait_s, self.advanced = what, wait_s, advanced


def check_passing(response: httpx.Response) -> None:
    """Tell a fault that may pass from an answer, good or bad, that another try would not change.

    Raises
    ------
    PassingFault
        The server is overloaded or ill.
    """
    status = response.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.REQUEST_TIMEOUT,
    }:
        raise PassingFault(f"répond par l'erreur {status}", retry_after_s(response))


def retry_after_s(response: httpx.Response) -> float:
    """Seconds that a `Retry-After` asks for, whether it gives them or a date; 0 where it says nothing readable.

    A date gone by asks for nothing. Notation: RFC 9110, section 10.2.3.
    """
    asked = response.headers.get("retry-after", "")
    if asked.isascii() and asked.isdigit():
        return min(float(asked), _A_DAY_S)
    try:
        return max(0.0, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
    except (OverflowError, TypeError, ValueError):
        return 0.0


class GaveUp(Exception):  # noqa: N818  who asked says what could not be done
    """No try did.

    Parameters
    ----------
    fault : the last one.
    wait_s : seconds to let go by before anyone asks again.
    too_long : whether that wait is why, the server asking for more than can be waited; else there were too many tries.
    """

    def __init__(self, fault: PassingFault, wait_s: float, *, too_long: bool) -> None:
        super().__init__(fault.what)
        self.fault, self.wait_s, self.too_long = fault, wait_s, too_long


@dataclass(frozen=True, slots=True)
class Retry:
    """Tries again after a fault that may pass, waiting twice as long each time, `TRIES` times in a row at most.

    Parameters
    ----------
    first_wait_s : after the first fault.
    longest_wait_s : that a server may ask for.
    spread : shorten each wait by chance, so that machines cut off together do not come back together.
    """

    first_wait_s: float
    longest_wait_s: float
    spread: bool = False

    def run(self, attempt: Callable[[], Answer], wait: Callable[[float], None]) -> Answer:
        """First answer of `attempt` that is no fault.

        Parameters
        ----------
        wait : called with the seconds to let go by before the next try.

        Raises
        ------
        GaveUp
            There were too many faults in a row, or the server asks for too long a wait.
        """
        faults = 0
        while True:
            try:
                return attempt()
            except PassingFault as error:
                fault = error
            faults = 1 if fault.advanced else faults + 1
            wait_s = max(self._backoff_s(faults), fault.wait_s)
            if wait_s > self.longest_wait_s or faults >= TRIES:
                raise GaveUp(fault, wait_s, too_long=wait_s > self.longest_wait_s)
            wait(wait_s)

    def _backoff_s(self, faults: int) -> float:
        share = random.uniform(0.5, 1.0) if self.spread else 1.0  # noqa: S311  no secret
        return self.first_wait_s * share * float(2 ** (faults - 1))
