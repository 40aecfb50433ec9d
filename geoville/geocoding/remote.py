"""Remote geocoders: addok and the Géoplateforme, asked politely, their answers checked."""

from __future__ import annotations

import math
import time
import tomllib
import weakref
from collections import deque
from dataclasses import dataclass, replace
from http import HTTPStatus
from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from rapidfuzz.distance import OSA

from geoville import french
from geoville.crs import departement_of
from geoville.errors import DataUnavailableError, InvalidInputError, UnreadableAnswerError
from geoville.french import fold, well_read
from geoville.geocoding.answers import WITHIN_M, RemoteAddress, distance_m, remote_addresses
from geoville.geocoding.geocoder import SUGGESTED, check_question
from geoville.geocoding.match import ACCEPTED, AS_GOOD, NameLikeness, name_likeness
from geoville.geocoding.parse import ParsedAddress, StreetName, parse_address, split_number
from geoville.geocoding.words import REPETITION_LETTERS, Vocabulary
from geoville.law import position_accuracy
from geoville.model import NotFound, Position, PositionType
from geoville.net import TRIES, GaveUp, PassingFault, Retry, check_passing, http_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import httpx


# --- Whether a remote result is what was asked: its parts are checked, since scores of the whole string lie

ACCEPTED_SCORE = 0.5
FIRM_SCORE = 0.8
"""Scores from which a result is looked at, and from which it may be firm. 0.5 is addok's own threshold for files, where
nearly every street that does not exist in the town named is "found" elsewhere, but by other parts than those asked; at
0.8 hardly any is, without a look at the parts: `python benchmarks/address_quality.py`."""

_ANY_WORD = Vocabulary((), rich=True)
"""A service knows more words than can be listed here: what it takes for a misspelling may be one, and is not firm."""


class Checked(NamedTuple):
    """A result whose town and street are those asked."""

    address: RemoteAddress
    name: NameLikeness


def checked(parsed: ParsedAddress, citycode: str, address: RemoteAddress) -> Checked | str:
    """Check a result against the question; a French clause says why it is put aside.

    Parameters
    ----------
    citycode : INSEE code asked beside the text, empty where none was.
    """
    if address.score < ACCEPTED_SCORE:
        return "score trop faible"
    if (citycode and citycode != address.citycode) or not _is_in_town(parsed, address):
        return "autre commune"
    likeness = _likeness(parsed, address)
    if likeness is None:
        return "commune seulement" if address.kind == "municipality" else "autre rue"
    return Checked(address, likeness)


def same_number(parsed: ParsedAddress, address: RemoteAddress) -> bool:
    """Whether the number found is the number asked, "12 bis" and "12b" being one."""
    found = split_number(address.housenumber)
    return found is not None and (parsed.number, _letter(parsed.suffix)) == (found[0], _letter(found[1]))


def _letter(suffix: str) -> str:
    letters = {word: letter for letter, word in REPETITION_LETTERS.items()}
    return letters.get(suffix, suffix)


def _is_in_town(parsed: ParsedAddress, address: RemoteAddress) -> bool:
    """Whether the town found is the one named; a wrong postcode is forgiven in the right town of the département."""
    same_postcode = parsed.postcode == address.postcode
    if parsed.city:
        near = same_postcode or departement_of(parsed.postcode) in {"", departement_of(address.postcode)}
        return near and any(_names(parsed.city, name, loosely=same_postcode) for name in address.town_names)
    return same_postcode or not parsed.postcode


def _names(typed: str, name: str, *, loosely: bool) -> bool:
    """Whether a name as typed is a town's; loosely, it may say more or less ("Calais Nord", "Saint-Gervais")."""
    if typed == name or OSA.distance(typed, name, score_cutoff=1) <= 1:
        return True
    return loosely and (f" {name} " in f" {typed} " or f" {typed} " in f" {name} ")


def _likeness(parsed: ParsedAddress, address: RemoteAddress) -> NameLikeness | None:
    if address.kind == "municipality":
        only_a_town = any(not reading.type and not reading.words for reading in _readings(parsed.street, address))
        return NameLikeness(1.0) if only_a_town and parsed.number is None else None
    found = [name_likeness(reading, address.street, _ANY_WORD) for reading in _readings(parsed.street, address)]
    return max((likeness for likeness in found if likeness and likeness.score >= ACCEPTED), default=None)


def _readings(street: StreetName, address: RemoteAddress) -> Iterator[StreetName]:
    """The name as it is, then without the town that was found at its end ("66 rue Mollien Calais")."""
    yield street
    for name in address.town_names:
        town = tuple(name.split())
        if street.words[-len(town) :] == town:
            kept = street.words[: -len(town)]
            yield StreetName(street.type, kept[:-1] if kept[-1:] == ("a",) else kept)


# --- From the results of a remote geocoder to one position, or an honest "not found

KINDS = {
    "housenumber": (PositionType.HOUSENUMBER, "adresse"),
    "municipality": (PositionType.MUNICIPALITY, "municipality"),
}
"""Type of position and key of the table of accuracies, by type of result; all others stand for a street."""


def answer_of(
    parsed: ParsedAddress, citycode: str, found: Sequence[RemoteAddress], service: RemoteService
) -> Position | NotFound:
    """Choose among the results those that are what was asked, and say how sure the best one is.

    Parameters
    ----------
    citycode : INSEE code asked beside the text, empty where none was.
    """
    if not found:
        return NotFound(f"Adresse que {service.title} ne trouve pas.")
    outcomes = [checked(parsed, citycode, address) for address in found]
    good = sorted(
        (kept for kept in outcomes if isinstance(kept, Checked)),
        key=lambda kept: (-kept.name.score, not same_number(parsed, kept.address), -kept.address.score),
    )
    if not good:
        return NotFound(f"Adresse que {service.title} ne trouve pas ; « {found[0].label} » est écarté : {outcomes[0]}.")
    best = good[0]
    rivals = tuple(dict.fromkeys(other.address.label for other in good[1:] if _is_rival(other, best, parsed)))
    score_next = max((address.score for address in found if address is not best.address), default=None)
    position = position_of(best.address, service, _doubts(parsed, best, rivals), score_next, rivals)
    is_other_number = position.type is PositionType.HOUSENUMBER and not same_number(parsed, best.address)
    return replace(position, type=PositionType.STREET) if is_other_number else position


def position_of(
    address: RemoteAddress,
    service: RemoteService,
    doubts: Iterable[str] = (),
    score_next: float | None = None,
    alternatives: tuple[str, ...] = (),
) -> Position:
    """Position of a result; not firm where there is a doubt, or where it stands for a street or a town.

    Parameters
    ----------
    doubts : French sentences saying why the match is not sure.
    """
    kind, precision = KINDS.get(address.kind, (PositionType.STREET, "street"))
    accuracy = position_accuracy(precision)
    imprecise = () if accuracy.firm else (f"Position imprécise : {accuracy.reason}.",)
    reasons = (*doubts, *imprecise)
    return Position(
        lon=address.lon,
        lat=address.lat,
        label=address.label,
        type=kind,
        score=round(address.score, 4),
        accuracy_m=accuracy.accuracy_m,
        accuracy_reason=accuracy.reason,
        firm=not reasons,
        firm_reason=" ".join(reasons),
        citycode=address.citycode,
        city=address.city,
        postcode=address.postcode,
        source=service.source,
        id=address.id,
        housenumber=address.housenumber,
        street="" if kind is PositionType.MUNICIPALITY else address.name,
        context=address.context,
        former_citycode=address.former_citycode,
        former_city=next(filter(None, address.others), ""),
        importance=address.importance,
        score_next=score_next,
        alternatives=alternatives,
    )


def _is_rival(other: Checked, best: Checked, parsed: ParsedAddress) -> bool:
    """Whether another result answers as well, elsewhere: of one street, only the number asked answers."""
    same_street = (other.address.name, other.address.citycode) == (best.address.name, best.address.citycode)
    if same_street:
        return parsed.number is not None and same_number(parsed, other.address) == same_number(parsed, best.address)
    return other.name.score >= best.name.score - AS_GOOD


def _doubts(parsed: ParsedAddress, best: Checked, rivals: tuple[str, ...]) -> list[str]:
    doubts = list(parsed.doubts)
    if parsed.others:
        doubts.append("Plusieurs numéros sont demandés ; un seul a été cherché.")
    if parsed.postcode and best.address.postcode and parsed.postcode != best.address.postcode:
        doubts.append(f"Le code postal demandé n'est pas celui de la réponse : « {best.address.label} ».")
    if rivals:
        doubts.append(f"Plusieurs réponses possibles : {' ; '.join((best.address.label, *rivals))}.")
    if best.name.other_type:
        doubts.append(f"Le type de voie demandé n'est pas celui trouvé : « {best.address.name} ».")
    if best.name.misspelt or best.name.unsure:
        doubts.append(f"Nom rapproché de « {best.address.name} ».")
    if best.address.score < FIRM_SCORE:
        doubts.append(f"Réponse peu sûre du géocodeur : score de {french.number(best.address.score, 2)}.")
    has_number = parsed.number is not None or best.address.housenumber
    if has_number and not same_number(parsed, best.address):
        doubts.append(f"Le numéro demandé n'est pas celui de la réponse : « {best.address.label} ».")
    return doubts


# --- Requests to a remote geocoder: paced, tried again a few times, and never telling anyone what was asked

RETRY = Retry(first_wait_s=0.5, longest_wait_s=60.0)
TIMEOUT_S = 10.0
_MOST_BYTES = 5_000_000
"""Of an answer: twenty addresses are some thousands."""
_OF_THE_TRANSFER = frozenset({"content-encoding", "content-length", "transfer-encoding"})

REFUSED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_URI_TOO_LONG})
"""The service cannot read this question; another one may do."""


class RemoteClient:
    """HTTP client of one remote geocoder; several threads may share it."""

    def __init__(self, service: RemoteService, pace: Pace) -> None:
        import httpx

        self._service, self._pace = service, pace
        self._http = http_client(TIMEOUT_S, accept="application/json")
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
        path_and_query = f"{path}?{urlencode(parameters)}"
        try:
            return RETRY.run(lambda: self._try(path_and_query), self._pace.hold)
        except GaveUp as error:
            gave_up = error
        # Out of the handler, or the error would carry what httpx raised, which holds the question.
        if gave_up.too_long:
            raise self._unavailable(f"demande d'attendre {math.ceil(gave_up.wait_s)} s", "réessayer plus tard")
        self._pace.hold(gave_up.wait_s)
        advice = "réessayer plus tard, ou chercher dans une liste d'adresses"
        raise self._unavailable(f"{gave_up.fault.what}, après {TRIES} essais", advice)

    def _try(self, path_and_query: str) -> Any:
        import httpx

        self._pace.wait()
        try:
            response = self._get(path_and_query)
        except httpx.TransportError:
            response = None
        if response is None:
            raise PassingFault("ne répond pas")
        check_passing(response)
        return self._content(response)

    def _get(self, path_and_query: str) -> httpx.Response:
        """Ask without the question ever being part of a URL: httpx logs the URLs that it opens."""
        import httpx

        target = self._base.raw_path.rstrip(b"/") + path_and_query.encode("ascii")
        content = bytearray()
        with self._http.stream("GET", self._base, extensions={"target": target}) as response:
            for block in response.iter_bytes():
                content += block
                if len(content) > _MOST_BYTES:
                    raise self._unreadable("répond sans fin")
        kept = [(name, text) for name, text in response.headers.items() if name.lower() not in _OF_THE_TRANSFER]
        return httpx.Response(response.status_code, headers=kept, content=bytes(content))

    def _content(self, response: httpx.Response) -> Any:
        if response.status_code in REFUSED:
            return None
        if response.status_code != HTTPStatus.OK:
            raise self._unavailable(f"répond par le code {response.status_code}", "vérifier l'adresse du géocodeur")
        try:
            return response.json()
        except (RecursionError, ValueError):
            # Without its cause, which holds the answer, and the answer the question.
            raise self._unreadable("ne répond pas en JSON") from None

    def _unreadable(self, what: str) -> UnreadableAnswerError:
        return UnreadableAnswerError(
            f"Géocodage impossible : {self._base.host} {what}", advice="vérifier l'adresse du géocodeur"
        )

    def _unavailable(self, what: str, advice: str) -> DataUnavailableError:
        return DataUnavailableError(f"Géocodage impossible : {self._base.host} {what}", advice=advice)


# --- How fast a remote service may be asked: so many requests in any second, and none while it asks to wait

WINDOW_S = 1.0


class Pace:
    """Turns for requests, in order of arrival; several threads may share one.

    Parameters
    ----------
    per_second : most requests in any window of one second; None where nothing limits them.
    clock : seconds that never go back.
    sleep : wait for so many seconds.
    """

    def __init__(
        self,
        per_second: int | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._recent: deque[float] | None = None if per_second is None else deque(maxlen=per_second)
        self._not_before = -float("inf")
        self._turn = Lock()

    def wait(self) -> None:
        """Return when the next request may start."""
        with self._turn:
            while (delay := self._delay(self._clock())) > 0:
                self._sleep(delay)
            if self._recent is not None:
                self._recent.append(self._clock())

    def hold(self, seconds: float) -> None:
        """Let no request start for so many seconds from now, whoever asks."""
        self._not_before = max(self._not_before, self._clock() + seconds)

    def _delay(self, now: float) -> float:
        full = self._recent is not None and len(self._recent) == self._recent.maxlen
        free_at = self._recent[0] + WINDOW_S if full and self._recent else now
        return max(free_at, self._not_before) - now


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
        plain = _plain(well_read(text))
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

    def suggest(
        self,
        text: str,
        *,
        limit: int = SUGGESTED,
        postcode: str = "",
        citycode: str = "",
        near: tuple[float, float] | None = None,
    ) -> tuple[Position, ...]:
        """Addresses that start as the text does, the likeliest first; none where it is too short or too long."""
        plain = _plain(text)
        if not self._service.shortest_question <= len(plain) <= self._service.longest_question:
            return ()
        beside = {"lon": f"{near[0]:.5f}", "lat": f"{near[1]:.5f}"} if near else {}
        found = self._results(plain, limit, _places(postcode, citycode) | beside, autocomplete=1) or ()
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
            raise UnreadableAnswerError(
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


# --- What is known of a remote geocoder before asking it anything


@dataclass(frozen=True, slots=True)
class RemoteService:
    """A remote geocoder.

    Parameters
    ----------
    title : French noun phrase that names it in a sentence.
    source : what to cite.
    url : base of its addresses, without a final slash.
    search_path, reverse_path : what follows the base.
    shortest_question, longest_question : number of characters that it takes.
    most_results : largest number of results that it gives at once.
    requests_per_second : how many may be sent to it; None where nothing limits them.
    """

    title: str
    source: str
    url: str
    search_path: str
    reverse_path: str
    shortest_question: int
    longest_question: int
    most_results: int
    requests_per_second: int | None = None


def remote_service(name: str, url: str = "") -> RemoteService:
    """Service of the table `services.toml`.

    Parameters
    ----------
    name : "geoplateforme" or "addok".
    url : base given by the user, instead of the table's.

    Raises
    ------
    InvalidInputError
        The URL is not an http one.
    """
    table = tomllib.loads((files("geoville.geocoding") / "services.toml").read_text(encoding="utf-8"))
    known = table[name]
    return RemoteService(**(known | {"url": _base(url, known["search_path"]) if url else known["url"]}))


def _base(url: str, search_path: str) -> str:
    """Base of a URL that may have been copied whole, its path of searches included."""
    base = url.strip().partition("?")[0].rstrip("/").removesuffix(search_path.rstrip("/"))
    scheme, _, host = base.partition("://")
    if scheme not in {"http", "https"} or not host:
        raise InvalidInputError(
            "Géocodeur inconnu",
            advice="donner « geoplateforme », ou l'adresse d'un service qui répond comme addok (http://… ou https://…)",
        )
    return base


# --- Any addok, or a service that answers like one, at a URL that the user gives


class AddokGeocoder(RemoteGeocoder):
    """Geocoder over an addok.

    Parameters
    ----------
    url : base of the service ("http://127.0.0.1:7878").

    Raises
    ------
    InvalidInputError
        The URL is not an http one.
    """

    def __init__(self, url: str) -> None:
        super().__init__(remote_service("addok", url))


# --- The State's geocoder, over the national address base: opt-in, since addresses leave the machine for it


class GeoplateformeGeocoder(RemoteGeocoder):
    """Geocoder over the Géoplateforme, asked 40 times a second at most.

    Parameters
    ----------
    url : base of a service that stands for it; empty for the real one.
    pace : keeps the requests apart; its own where none is given.
    """

    def __init__(self, url: str = "", *, pace: Pace | None = None) -> None:
        super().__init__(remote_service("geoplateforme", url), pace=pace)
