"""What a server says of a file today, without downloading it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

TIMEOUT_S = 15.0
CONNECT_TIMEOUT_S = 5.0

_TOTAL_SIZE = re.compile(r"bytes (?:\d+-\d+|\*)/(\d+)")


@dataclass(frozen=True, slots=True)
class RemoteAnswer:
    """What a server says of one address.

    Parameters
    ----------
    status : HTTP code of the last answer; None where no server answered.
    fault : French clause on why nothing came; empty where a server answered.
    size_bytes : of the whole file, None where the server does not tell it.
    last_modified, etag : as the server writes them, empty where it does not.
    moved_to : address that answers in the end, empty where it is the one asked.
    is_page : whether a web page came instead of a file.
    """

    status: int | None = None
    fault: str = ""
    size_bytes: int | None = None
    last_modified: str = ""
    etag: str = ""
    moved_to: str = ""
    is_page: bool = False


def open_client() -> httpx.Client:
    """HTTP client for `ask`; several threads may share it."""
    import httpx

    # Sizes are those of the file as it lies there: nothing may be compressed on the way.
    headers = {"user-agent": "geoville", "accept-encoding": "identity"}
    timeout = httpx.Timeout(TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    return httpx.Client(timeout=timeout, headers=headers, follow_redirects=True, max_redirects=5)


def ask(client: httpx.Client, address: str) -> RemoteAnswer:
    """Ask a server about a file: its headers (HEAD), else, where it refuses that, the first byte (GET with a range)."""
    import httpx

    try:
        by_head = _request(client, "HEAD", address)
    except httpx.RemoteProtocolError:
        by_head = None  # some servers cut the connection of a HEAD
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return RemoteAnswer(fault=_fault(error))
    if by_head and not _worth_a_get(by_head):
        return by_head
    try:
        return _request(client, "GET", address)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return by_head or RemoteAnswer(fault=_fault(error))


def _worth_a_get(answer: RemoteAnswer) -> bool:
    """Servers refuse HEAD by all kinds of errors; one that asks to slow down is not asked again."""
    return answer.status != HTTPStatus.TOO_MANY_REQUESTS and (answer.status or 0) >= HTTPStatus.BAD_REQUEST


def _request(client: httpx.Client, method: str, address: str) -> RemoteAnswer:
    headers = {"range": "bytes=0-0"} if method == "GET" else {}
    with client.stream(method, address, headers=headers) as response:  # the body is never read
        final = str(response.url)
        return RemoteAnswer(
            status=response.status_code,
            size_bytes=_size(response),
            last_modified=response.headers.get("last-modified", ""),
            etag=response.headers.get("etag", ""),
            moved_to=final if response.history and final != address else "",
            is_page=response.headers.get("content-type", "").startswith("text/html"),
        )


def _size(response: httpx.Response) -> int | None:
    if response.status_code == HTTPStatus.PARTIAL_CONTENT:
        found = _TOTAL_SIZE.match(response.headers.get("content-range", ""))
        return int(found[1]) if found else None
    length = response.headers.get("content-length", "")
    return int(length) if response.is_success and length.isascii() and length.isdigit() else None


def _fault(error: Exception) -> str:
    import httpx

    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError | httpx.ProxyError):
        return "injoignable"
    if isinstance(error, httpx.TimeoutException):
        return "ne répond pas à temps"
    if isinstance(error, httpx.TooManyRedirects):
        return "renvoie sans fin d'une adresse à une autre"
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return "n'est pas une adresse http"
    return "coupe la connexion"
