"""What is known of a remote geocoder before asking it anything."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from geoville.errors import InvalidInputError


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
    table = tomllib.loads((files("geoville.geocoding.remote") / "services.toml").read_text(encoding="utf-8"))
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
