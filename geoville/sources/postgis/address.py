"""Where a table is: `postgresql://user@host:port/base#schema.table`, read strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from geoville.errors import InvalidInputError

SCHEME = "postgresql"
DEFAULT_SCHEMA = "public"
LONGEST_NAME_BYTES = 63
"""PostgreSQL cuts longer names without a word: another table would be written."""

_FORM = "postgresql://utilisateur@serveur:5432/base#schema.table"
_OPTIONS = ("connect_timeout", "host", "sslmode", "sslrootcert")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MALFORMED_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class PostgisAddress:
    """A table of a PostgreSQL database.

    Parameters
    ----------
    user, password, host, port : None where the address leaves them to PGUSER, PGPASSWORD, ~/.pgpass, PGHOST, PGPORT.
    schema, table : as PostgreSQL keeps them, upper and lower case apart; never quoted.
    options : of the connection, by their libpq names.
    """

    user: str | None
    password: str | None = field(repr=False)
    host: str | None
    port: int | None
    base: str
    schema: str
    table: str
    options: tuple[tuple[str, str], ...] = ()

    @property
    def server(self) -> str:
        """Where the server listens, for people."""
        host = self.host or dict(self.options).get("host") or "local"
        return f"{host}:{self.port}" if self.port else host


def parse_postgis_address(text: str) -> PostgisAddress:
    """Read the address of a table.

    A name that holds a dot, a space or a number sign is written as in any URL: ``%2E``, ``%20``, ``%23``.

    Raises
    ------
    InvalidInputError
        Another scheme, no base, no table, a port or an option that is none, a name that PostgreSQL would cut. The
        sentence never repeats the address, which may hold a password.

    Examples
    --------
    >>> address = parse_postgis_address("postgresql://ana:secret@localhost:5433/ville#qpv.candidats")
    >>> address.server, address.base, address.schema, address.table
    ('localhost:5433', 'ville', 'qpv', 'candidats')
    >>> parse_postgis_address("postgresql:///ville#candidats").schema
    'public'
    """
    if _CONTROL.search(text) or _MALFORMED_ESCAPE.search(text):
        raise _fault("L'adresse PostgreSQL porte un caractère interdit", "écrire « % » sous la forme « %25 »")
    try:
        parts = urlsplit(text, allow_fragments=True)
        port = parts.port
    except ValueError as error:
        raise _fault("L'adresse PostgreSQL est illisible", f"l'écrire {_FORM}") from error
    if parts.scheme != SCHEME or not text.lower().startswith(f"{SCHEME}://"):
        raise _fault("L'adresse n'est pas celle d'une table PostgreSQL", f"l'écrire {_FORM}")
    schema, table = _table_of(parts.fragment)
    return PostgisAddress(
        user=_decoded(parts.username),
        password=_decoded(parts.password),
        host=_decoded(parts.hostname),
        port=port,
        base=_base_of(parts.path),
        schema=schema,
        table=table,
        options=_options_of(parts),
    )


def _table_of(fragment: str) -> tuple[str, str]:
    names = [unquote(name) for name in fragment.split(".")]
    if fragment == "" or "" in names:
        raise _fault("L'adresse PostgreSQL ne nomme pas de table", f"l'écrire {_FORM}")
    if len(names) > 2:  # noqa: PLR2004 - schema and table
        raise _fault(
            "L'adresse PostgreSQL nomme plus qu'un schéma et une table", "écrire « %2E » le point d'un nom qui en a un"
        )
    for name in names:
        _check_name(name)
    return (names[0], names[1]) if len(names) > 1 else (DEFAULT_SCHEMA, names[0])


def _check_name(name: str) -> None:
    if _CONTROL.search(name):
        raise _fault("Le nom de la table porte un caractère de contrôle", "l'ôter")
    if len(name.encode()) > LONGEST_NAME_BYTES:
        raise _fault(f"Le nom « {name} » est trop long pour PostgreSQL", f"ne pas dépasser {LONGEST_NAME_BYTES} octets")


def _base_of(path: str) -> str:
    base = unquote(path.removeprefix("/"))
    if not base or "/" in base or _CONTROL.search(base):
        raise _fault("L'adresse PostgreSQL ne nomme pas une base", f"l'écrire {_FORM}")
    return base


def _options_of(parts: SplitResult) -> tuple[tuple[str, str], ...]:
    try:
        options = parse_qsl(parts.query, strict_parsing=True) if parts.query else []
    except ValueError as error:
        raise _fault(
            "Les options de l'adresse PostgreSQL sont illisibles", "les écrire « ?sslmode=require »"
        ) from error
    unknown = sorted({name for name, _ in options} - set(_OPTIONS))
    if unknown:
        # Anything may stand there, a password too: the name alone is told.
        raise _fault(f"Option de connexion inconnue : {', '.join(unknown)}", f"choisir parmi {', '.join(_OPTIONS)}")
    return tuple(options)


def _decoded(text: str | None) -> str | None:
    return unquote(text) if text else None


def _fault(message: str, advice: str) -> InvalidInputError:
    return InvalidInputError(message, advice=advice)
