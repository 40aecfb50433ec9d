"""Requests to a remote geocoder: paced, tried again a few times, and never telling anyone what was asked."""

from __future__ import annotations

import logging
import math
import weakref
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from geoville.errors import DataUnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from geoville.geocoding.remote.pace import Pace
    from geoville.geocoding.remote.service import RemoteService

TRIES = 5
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 60.0
_A_DAY_S = 86_400.0
TIMEOUT_S = 10.0

REFUSED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_URI_TOO_LONG})
"""The service cannot read this question; another one may do."""

PASSING = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""Faults that may be gone a moment later."""


class RemoteClient:
    """HTTP client of one remote geocoder; several threads may share it."""

    def __init__(self, service: RemoteService, pace: Pace) -> None:
        import httpx

        # At DEBUG, httpcore logs the headers of answers, where a redirection repeats the question.
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        self._service, self._pace = service, pace
        self._http = httpx.Client(timeout=TIMEOUT_S, headers={"accept": "application/json", "user-agent": "geoville"})
        self._base = httpx.URL(service.url)
        self.close = weakref.finalize(self, self._http.close)

    def ask(self, path: str, parameters: Mapping[str, object]) -> Any:
        """Answer of the service to a question, decoded from JSON; None where it refuses the question.

        Raises
        ------
        DataUnavailableError
            The service is out of reach, keeps failing, or does not answer as a geocoder. No sentence and no log holds
            the question.
        """
        import httpx

        fault = ""
        for tried in range(TRIES):
            self._pace.wait()
            wait_s = FIRST_WAIT_S * 2**tried
            try:
                response = self._get(f"{path}?{urlencode(parameters)}")
            except httpx.TransportError:
                fault = "ne répond pas"
            else:
                if response.status_code not in PASSING:
                    return self._content(response)
                fault = f"répond par l'erreur {response.status_code}"
                wait_s = max(wait_s, _retry_after_s(response))
            if wait_s > LONGEST_WAIT_S:
                raise self._unavailable(f"demande d'attendre {math.ceil(wait_s)} s", "réessayer plus tard")
            self._pace.hold(wait_s)
        advice = "réessayer plus tard, ou chercher dans une liste d'adresses"
        raise self._unavailable(f"{fault}, après {TRIES} essais", advice)

    def _get(self, path_and_query: str) -> httpx.Response:
        """Ask without the question ever being part of a URL: httpx logs the URLs that it opens."""
        target = self._base.raw_path.rstrip(b"/") + path_and_query.encode("ascii")
        return self._http.get(self._base, extensions={"target": target})

    def _content(self, response: httpx.Response) -> Any:
        if response.status_code in REFUSED:
            return None
        if response.status_code != HTTPStatus.OK:
            raise self._unavailable(f"répond par le code {response.status_code}", "vérifier l'adresse du géocodeur")
        try:
            return response.json()
        except ValueError:
            # Without its cause, which holds the answer, and the answer the question.
            raise self._unavailable("ne répond pas en JSON", "vérifier l'adresse du géocodeur") from None

    def _unavailable(self, what: str, advice: str) -> DataUnavailableError:
        return DataUnavailableError(f"Géocodage impossible : {self._base.host} {what}", advice=advice)


def _retry_after_s(response: httpx.Response) -> float:
    """Seconds that a `Retry-After` asks for, whether it gives them or a date; 0 where it says nothing readable."""
    asked = response.headers.get("retry-after", "")
    if asked.isascii() and asked.isdigit():
        return min(float(asked), _A_DAY_S)
    try:
        return (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()
    except (OverflowError, TypeError, ValueError):
        return 0.0
