"""The geocoder that asks a remote service, chosen by the user, and checks what it answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geoville import french
from geoville.errors import DataUnavailableError
from geoville.geocoding.nearest import WITHIN_M, distance_m
from geoville.geocoding.normalise import fold
from geoville.geocoding.parse import ParsedAddress, parse_address
from geoville.geocoding.question import check_question
from geoville.geocoding.remote.address import RemoteAddress, remote_addresses
from geoville.geocoding.remote.answers import answer_of, position_of
from geoville.geocoding.remote.http import RemoteClient
from geoville.geocoding.remote.pace import Pace
from geoville.model import NotFound, Position, PositionType

if TYPE_CHECKING:
    from geoville.geocoding.remote.service import RemoteService

RESULTS = 5


class RemoteGeocoder:
    """Geocoder over HTTP; several threads may share it, and the pace is kept for all of them.

    What is asked leaves the machine for that service, and goes nowhere else: no log, no error, no cache.
    """

    def __init__(self, service: RemoteService, *, pace: Pace | None = None) -> None:
        self._service = service
        self._client = RemoteClient(service, pace or Pace(service.requests_per_second))

    def search(self, text: str, *, postcode: str = "", citycode: str = "") -> Position | NotFound:
        """Position of an address, a street or a town.

        A result is taken where its score is high enough, its town the one named and its street the one asked; where
        several are as good, the score is low or the number is not the one asked, the position is not firm. Where none
        has all that is asked, the parts of the text are asked once more in their usual order, without what is no
        address (a postal box, CEDEX).

        Raises
        ------
        InvalidInputError
            The text is empty, or longer than 200 characters.
        DataUnavailableError
            The service is out of reach or fails.
        """
        check_question(text)
        plain = _plain(text)
        if len(plain) < self._service.shortest_question:
            return NotFound(f"Texte trop court pour {self._service.title}.")
        parsed = parse_address(text)
        asked = replace(parsed, postcode=postcode or parsed.postcode)
        first = self._answer(plain, asked, postcode, citycode)
        if _answers_all(first, asked) or parsed.in_usual_order == fold(plain):
            return first
        again = self._answer(parsed.in_usual_order, asked, postcode, citycode)
        return again if isinstance(first, NotFound) or _answers_all(again, asked) else first

    def _answer(self, words: str, asked: ParsedAddress, postcode: str, citycode: str) -> Position | NotFound:
        found = self._results(words, RESULTS, _places(postcode, citycode), autocomplete=0)
        if found is None:
            return NotFound(f"Question que {self._service.title} ne sait pas lire.")
        return answer_of(asked, citycode, found, self._service)

    def reverse(self, lon: float, lat: float) -> Position | NotFound:
        """Nearest address or street, within 100 m."""
        answer = self._client.ask(self._service.reverse_path, {"lon": lon, "lat": lat, "limit": 1})
        near = [found for found in self._read(answer) if distance_m(lon, lat, found) <= WITHIN_M]
        if not near:
            return NotFound(f"Aucune adresse à moins de {french.quantity(WITHIN_M, 'm')}, selon {self._service.title}.")
        return position_of(near[0], self._service)

    def suggest(self, text: str, *, limit: int = 5, postcode: str = "", citycode: str = "") -> tuple[Position, ...]:
        """Addresses that start as the text does, the likeliest first; none where it is too short or too long."""
        plain = _plain(text)
        if not self._service.shortest_question <= len(plain) <= self._service.longest_question:
            return ()
        found = self._results(plain, limit, _places(postcode, citycode), autocomplete=1) or ()
        return tuple(position_of(address, self._service) for address in found)

    def close(self) -> None:
        """Close the connections; done by itself when the geocoder is no longer used."""
        self._client.close()

    def _results(
        self, plain: str, limit: int, places: dict[str, str], *, autocomplete: int
    ) -> tuple[RemoteAddress, ...] | None:
        most = min(limit, self._service.most_results)
        asked = {"q": plain, "limit": most, "autocomplete": autocomplete, **places}
        answer = self._client.ask(self._service.search_path, asked)
        return None if answer is None else self._read(answer)

    def _read(self, answer: Any) -> tuple[RemoteAddress, ...]:
        try:
            return remote_addresses(answer)
        except ValueError:
            # Without its cause, which may hold the answer, and the answer the question.
            raise DataUnavailableError(
                f"Géocodage impossible : {self._service.title} ne répond pas comme un géocodeur",
                advice="vérifier l'adresse du géocodeur",
            ) from None


def _answers_all(answer: Position | NotFound, asked: ParsedAddress) -> bool:
    """Whether an answer is a position, of the house where a number is asked."""
    return isinstance(answer, Position) and (asked.number is None or answer.type is PositionType.HOUSENUMBER)


def _plain(text: str) -> str:
    """The text in one line, with straight apostrophes, from its first letter or digit: services refuse other starts."""
    one_line = " ".join(text.replace("’", "'").split())
    start = next((place for place, letter in enumerate(one_line) if fold(letter)), len(one_line))
    return one_line[start:]


def _places(postcode: str, citycode: str) -> dict[str, str]:
    return {key: value for key, value in (("postcode", postcode), ("citycode", citycode)) if value}
