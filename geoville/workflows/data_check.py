"""Which addresses of the registry of official data sets answer today, and what was deposited since it was read."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.french import counted, number
from geoville.sources.downloads import RemoteAnswer, ask, open_client, parsed_address, read_json
from geoville.sources.registry import PER_COMMUNE, PER_DEPARTEMENT, DataSet, registry, registry_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import httpx


_SAMPLES = {PER_DEPARTEMENT: "62", PER_COMMUNE: "62193"}
"""Asked about where there is one file for each département, or for each commune."""

AT_ONCE = 4
"""Nearly all the addresses are of a handful of public servers."""


class State(StrEnum):
    """What came of an address; only `available` needs nothing done."""

    AVAILABLE = "available"
    CHANGED = "changed"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class CheckedAddress:
    """A data set and what its address answers.

    Parameters
    ----------
    address : that was asked, empty where the registry knows none.
    finding : French clause, for people.
    """

    data_set: DataSet
    address: str
    state: State
    finding: str
    answer: RemoteAnswer

    def document(self) -> dict[str, Any]:
        """The answer as plain values."""
        return {
            "id": self.data_set.id,
            "kind": self.data_set.kind,
            "address": self.address,
            "state": self.state.value,
            "finding": self.finding,
            "expected_size_bytes": self.data_set.size_bytes,
            **asdict(self.answer),
        }


@dataclass(frozen=True, slots=True)
class DataCheck:
    """What the addresses answer, in the order of the registry."""

    checked: tuple[CheckedAddress, ...]

    @property
    def counts(self) -> dict[State, int]:
        """How many addresses are in each state, zeros included."""
        found = Counter(item.state for item in self.checked)
        return {state: found[state] for state in State}

    def document(self) -> dict[str, Any]:
        """The whole check as plain values."""
        return {
            "counts": {state.value: count for state, count in self.counts.items()},
            "data_sets": [item.document() for item in self.checked],
        }


def choose_data_sets(names: Sequence[str] = ()) -> tuple[DataSet, ...]:
    """Data sets of the registry that names designate, in its order.

    Parameters
    ----------
    names : kinds or identifiers; all the data sets where empty.

    Raises
    ------
    InvalidInputError
        A name is neither a kind nor an identifier.
    """
    known = registry()
    kinds, ids = dict.fromkeys(item.kind for item in known), {item.id for item in known}
    if unknown := [name for name in names if name not in kinds and name not in ids]:
        raise InvalidInputError(
            f"« {unknown[0]} » n'est ni une nature ni un identifiant de donnée",
            advice=f"choisir parmi {', '.join(kinds)}, ou un identifiant de « geoville data sources »",
        )
    return tuple(item for item in known if not names or item.kind in names or item.id in names)


def check_data_sets(only: Sequence[str] = (), mirror: str | None = None) -> DataCheck:
    """Ask the address of each data set what it answers; one that fails never stops the others.

    Parameters
    ----------
    only : kinds or identifiers.
    mirror : folder of an HTTP server that holds the files, asked instead of the producers.

    Raises
    ------
    InvalidInputError
        A name is not known, or the mirror is not an address of the web.
    DataUnavailableError
        Not one server answered: what fails is the network from here, not the addresses.
    """
    chosen = choose_data_sets(only)
    if mirror:
        parsed_address(mirror)
    with open_client() as client, ThreadPoolExecutor(AT_ONCE) as pool:
        addresses = [_address(item, mirror) for item in chosen]
        answers = pool.map(lambda address: ask(client, address) if address else RemoteAnswer(), addresses)
        checked = tuple(map(_judged, chosen, addresses, answers))
    asked = [item for item in checked if item.address]
    if asked and all(item.state is State.UNREACHABLE for item in asked):
        raise DataUnavailableError(
            f"Aucun serveur n'a répondu ({_addresses(len(asked))})",
            advice="vérifier l'accès au réseau, et le mandataire (HTTPS_PROXY) s'il en faut un",
        )
    return DataCheck(checked)


def _addresses(count: int) -> str:
    return counted(count, "adresse essayée", "adresses essayées")


def _address(item: DataSet, mirror: str | None) -> str:
    if not item.url and not mirror:
        return ""
    return item.address(_SAMPLES.get(item.scope), mirror)


def _judged(item: DataSet, address: str, answer: RemoteAnswer) -> CheckedAddress:
    state, finding = (
        _verdict(item, address, answer) if address else (State.BY_HAND, f"à télécharger depuis {item.page}")
    )
    return CheckedAddress(item, address, state, finding, answer)


def _verdict(item: DataSet, address: str, answer: RemoteAnswer) -> tuple[State, str]:
    if answer.status is None:
        return State.UNREACHABLE, answer.fault
    if answer.status >= HTTPStatus.BAD_REQUEST:
        return State.REFUSED, _refusal(answer.status)
    if address.startswith("https:") and answer.moved_to.startswith("http:"):
        return State.CHANGED, "renvoie à une adresse non chiffrée, refusée"
    if answer.is_page:
        return State.CHANGED, "une page web au lieu du fichier"
    if item.size_bytes and answer.size_bytes not in {None, item.size_bytes}:
        return State.CHANGED, f"taille changée, {number(item.size_bytes)} octets attendus"
    return State.AVAILABLE, "répond"


def _refusal(status: int) -> str:
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return f"n'y est plus ({status})"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return f"demande de revenir plus tard ({status})"
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return f"refuse les programmes ({status}), à télécharger à la main"
    return f"erreur du serveur ({status})"


# --- What producers deposited on data.gouv.fr since the registry was read: `geoville data check --update`

DATA_GOUV = "https://www.data.gouv.fr/api/1"
"""API of data.gouv.fr: `datasets/SLUG/` answers a data set and its `resources`, each with `url` and `last_modified`."""

_SITE = "www.data.gouv.fr"
_DEPOSITED = re.compile(r"/(\d{4})(\d{2})(\d{2})-\d{6}/")
"""Day in the address of a deposit, as data.gouv.fr makes it."""


@dataclass(frozen=True, slots=True)
class NewerDeposit:
    """A file of a page of data.gouv.fr that is newer than all those that the registry knows there.

    Parameters
    ----------
    page : of the registry.
    title, address, format : as the producer gives them.
    deposited_on : day of its last change.
    known_on : day of the newest deposit that the registry knows.
    """

    page: str
    title: str
    address: str
    format: str
    deposited_on: date
    known_on: date


@dataclass(frozen=True, slots=True)
class Update:
    """What is newer on data.gouv.fr.

    Parameters
    ----------
    asked : pages whose list of files was read.
    unread : pages whose list could not be read, each with a French clause on why.
    newer : the newest first.
    """

    asked: tuple[str, ...]
    unread: tuple[tuple[str, str], ...]
    newer: tuple[NewerDeposit, ...]

    def document(self) -> dict[str, Any]:
        """The update as plain values."""
        newer = [
            asdict(item) | {"deposited_on": item.deposited_on.isoformat(), "known_on": item.known_on.isoformat()}
            for item in self.newer
        ]
        unread = [{"page": page, "why": why} for page, why in self.unread]
        return {"asked": list(self.asked), "unread": unread, "newer": newer}


def newer_deposits(only: Sequence[str] = (), mirror: str | None = None) -> Update:
    """Ask data.gouv.fr what producers deposited since; nothing is downloaded, nothing of the registry changes.

    Parameters
    ----------
    only : kinds or identifiers.
    mirror : HTTP server that answers `/datasets/SLUG/` in the place of the API.

    Raises
    ------
    InvalidInputError
        A name is not known, or the mirror is not an address of the web.
    DataUnavailableError
        Not one list of files could be read.

    Notes
    -----
    Only files of a format that the registry reads from the same page are told. The newer one of two is not known to
    replace the other: a person reads what it is.
    """
    chosen = choose_data_sets(only)
    if mirror:
        parsed_address(mirror)
    of_page: dict[str, list[DataSet]] = {}
    for item in chosen:
        if urlsplit(item.page).netloc == _SITE:
            of_page.setdefault(item.page, []).append(item)
    asked: list[str] = []
    unread: list[tuple[str, str]] = []
    newer: list[NewerDeposit] = []
    with open_client() as client:
        for page, items in of_page.items():
            try:
                found = tuple(_deposits(client, page, items, mirror or DATA_GOUV))
            except DataUnavailableError as error:
                unread.append((page, str(error).removesuffix(".")))
            else:
                asked.append(page)
                newer += found
    newer.sort(key=lambda item: item.deposited_on, reverse=True)
    if unread and not asked:
        raise DataUnavailableError(
            f"data.gouv.fr n'a pas donné la liste de ses fichiers : {unread[0][1]}",
            advice="vérifier l'accès au réseau, et le mandataire (HTTPS_PROXY) s'il en faut un",
        )
    return Update(tuple(asked), tuple(unread), tuple(newer))


def _deposits(client: httpx.Client, page: str, items: Sequence[DataSet], api: str) -> Iterator[NewerDeposit]:
    slug = urlsplit(page).path.strip("/").rpartition("/")[2]
    answer = read_json(client, f"{api.rstrip('/')}/datasets/{slug}/")
    resources = answer.get("resources") if isinstance(answer, dict) else None
    if not isinstance(resources, list):
        raise DataUnavailableError("la réponse n'est pas une liste de fichiers")
    known_on = max((day for item in items if (day := _deposited_on(item.url))), default=registry_date())
    formats = {part for item in items for part in item.format.split("/")}
    for resource in resources:
        if not isinstance(resource, dict):
            continue
        title, address, kind = (str(resource.get(key) or "") for key in ("title", "url", "format"))
        day = _day_of(str(resource.get("last_modified") or ""))
        if day and day > known_on and kind.lower() in formats and not any(item.url == address for item in items):
            yield NewerDeposit(page, title, address, kind.lower(), day, known_on)


def _deposited_on(url: str) -> date | None:
    found = _DEPOSITED.search(url)
    return _day_of("-".join(found.groups())) if found else None


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
