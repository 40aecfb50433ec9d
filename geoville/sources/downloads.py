"""Download an official file: resumed where it stopped, checked, never replaced in silence by another one."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
import socket
import ssl
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.net import TRIES, GaveUp, PassingFault, Retry, check_passing, http_client
from geoville.sources.files import alone_in_turn, cannot_write, check_room, kept_everywhere, replacing, sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    Progress = Callable[[int, int | None], None]


# --- What can go wrong with a download: what may pass, and the sentences of what does not

BY_HAND = "ou télécharger le fichier à la main et le donner avec `--from-dir`"
LATER = f"réessayer plus tard (ce qui est déjà reçu est gardé), {BY_HAND}"
FROM_ITS_PAGE = "chercher le fichier sur la page de son producteur et le donner avec `--from-dir`"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The file that is being downloaded, as sentences name it: its name, and the host that it comes from.

    `by_hand` says what to do where the host refuses programs, a French clause; empty where nobody knows better.
    """

    name: str
    host: str
    by_hand: str = ""

    def unavailable(self, what: str, advice: str = LATER) -> DataUnavailableError:
        """Error of a file that does not come, whoever asks for it."""
        return DataUnavailableError(f"« {self.name} » ne peut pas être téléchargé : {self.host} {what}", advice=advice)

    def changed(self, what: str, found: object, expected: object) -> DataUnavailableError:
        """Error of a file that is no longer what it was."""
        return DataUnavailableError(
            f"« {self.name} » a changé chez {self.host} ({what} : {found} au lieu de {expected}) et a été refusé",
            advice="vérifier ce qui a changé sur la page de son producteur, puis l'accepter avec `--accept`",
        )

    def given_up(self, gave_up: GaveUp) -> DataUnavailableError:
        """Error of a file that was asked for often enough."""
        what = gave_up.fault.what
        if gave_up.too_long:
            return self.unavailable(f"{what} et demande d'attendre {math.ceil(gave_up.wait_s)} s")
        return self.unavailable(f"{what}, après {TRIES} essais")

    def refused(self, status: int) -> DataUnavailableError:
        """Error of a status that another try would not change."""
        if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            return self.unavailable(f"n'a plus ce fichier (code {status})", FROM_ITS_PAGE)
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED}:
            return self.unavailable(f"en refuse l'accès (code {status})", self.by_hand or FROM_ITS_PAGE)
        return self.unavailable(f"répond par le code {status}", FROM_ITS_PAGE)

    def transport_fault(self, error: httpx.TransportError) -> PassingFault:
        """What a failure of the network means.

        Raises
        ------
        DataUnavailableError
            The host shows a certificate that nobody trusts, or is not known, as where there is no network: trying
            again would not help, and a fetch of many files would say so after many minutes.
        """
        causes = _causes(error)
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
            raise self.unavailable(
                "montre un certificat que rien ne garantit",
                f"donner dans `SSL_CERT_FILE` le certificat du mandataire (proxy) du réseau, {BY_HAND}",
            ) from error
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            raise self.unavailable("est introuvable, sans doute faute de connexion à Internet") from error
        return PassingFault("ne répond pas, ou interrompt l'envoi")


def _causes(error: BaseException) -> list[BaseException]:
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    return causes


# --- Asking a server for a file: redirections, what its answers mean, and how long to wait before another try

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 120.0
TIMEOUT_S = 30.0
MOST_REDIRECTIONS = 10
ENOUGH_BYTES = 1_000_000
"""Of a file that came before a fault: the network works, and the tries are counted anew."""

_SCHEMES = frozenset({"http", "https"})


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
    check_passing(response)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        raise wanted.refused(response.status_code)


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


# --- What is remembered beside a downloaded file, or beside the part of it that has come: one small JSON document

_WEAK = "W/"


@dataclass(frozen=True, slots=True)
class Record:
    """Which version of which file was fetched.

    Parameters
    ----------
    url : address asked for, without user name or password.
    etag, last_modified : the headers by which the server names the version; empty where it sent none.
    sha256 : of the whole file; empty while it is coming.
    """

    url: str
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""

    @property
    def proof_for_resuming(self) -> str:
        """The `If-Range` that proves that the rest belongs to the same bytes; a weak ETag proves nothing of bytes."""
        return self.etag if self.etag and not self.etag.startswith(_WEAK) else self.last_modified

    @property
    def changed_on(self) -> str:
        """When the file last changed, says the server: ISO 8601, empty where it says nothing readable."""
        try:
            return parsedate_to_datetime(self.last_modified).isoformat()
        except (OverflowError, ValueError):
            return ""


def record_path(path: Path) -> Path:
    """Where the record of a file is kept."""
    return path.with_name(f"{path.name}.json")


def read_record(path: Path, url: str) -> Record | None:
    """What is remembered of a file, if it came from that address; None where nothing readable is.

    A record that cannot be read is a record lost: the file is then fetched again.
    """
    try:
        record = Record(**json.loads(record_path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    is_text = all(isinstance(value, str) for value in dataclasses.astuple(record))
    return record if is_text and record.url == url else None


def write_record(path: Path, record: Record) -> None:
    """Remember how a file was fetched."""
    with replacing(record_path(path)) as beside:
        beside.write_text(json.dumps(dataclasses.asdict(record), indent=2) + "\n", encoding="utf-8")


# --- The bytes of one file, from a server to the disk: begun again where they stopped, as long as the file is the same

SLOWEST_BYTES_PER_S = 1000.0
SLOW_AFTER_S = 60.0
ROOM_CHECKED_EVERY_BYTES = 64_000_000

_PART_SENT = re.compile(r"bytes (?P<first>\d+)-\d+/(?P<total>\d+)")
_NOTHING_LEFT = re.compile(r"bytes \*/(?P<total>\d+)")


@dataclass(frozen=True, slots=True)
class Transfer:
    """A file to bring.

    Parameters
    ----------
    url : its address, and `shown` the same without user name or password.
    part : where its bytes go.
    wanted : how sentences name it.
    size_bytes : what it must weigh; None where nobody knows, or where any size will do.
    known : the version already held whole, which need not come again.
    progress : called with the bytes that have come and, where known, those of the whole file.
    """

    url: httpx.URL
    shown: str
    part: Path
    wanted: Wanted
    size_bytes: int | None
    known: Record | None
    progress: Progress | None

    def run(self) -> Record:
        """Bring the whole file to `part`; nothing comes, and the answer is `known`, where that is still what is served.

        Raises
        ------
        DataUnavailableError
            The server is out of reach, has no such file, or serves one of another size. What has come stays in
            `part`, and the next run goes on from there.
        InvalidInputError
            The disk has no room for it.
        OSError
            The disk fails.
        """
        # Waits are spread, so that many machines cut off together do not come back together.
        retry = Retry(FIRST_WAIT_S, LONGEST_WAIT_S, spread=True)
        with http_client(TIMEOUT_S, as_it_lies=True) as client:
            try:
                return retry.run(lambda: self._try(client), time.sleep)
            except GaveUp as gave_up:
                raise self.wanted.given_up(gave_up) from gave_up.fault

    def _try(self, client: httpx.Client) -> Record:
        import httpx

        held = self._held_bytes()
        try:
            return self._ask(client, held)
        except PassingFault as error:
            fault = error
        except httpx.TransportError as error:
            fault = self.wanted.transport_fault(error)
        fault.advanced = self._held_bytes() - held >= ENOUGH_BYTES
        raise fault

    def _held_bytes(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _ask(self, client: httpx.Client, held: int) -> Record:
        begun = read_record(self.part, self.shown) if held else None
        if begun and begun.proof_for_resuming:
            headers = {"range": f"bytes={held}-", "if-range": begun.proof_for_resuming}
        else:
            begun, headers = None, self._unless_known()
        with opened(client, self.url, headers, self.wanted) as response:
            status = response.status_code
            if status == HTTPStatus.NOT_MODIFIED and self.known and begun is None:
                return self.known
            if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and begun:
                return self._already_whole(response, begun, held)
            check_status(response, self.wanted)
            if status == HTTPStatus.PARTIAL_CONTENT and begun:
                self._append(response, begun, held)
                return begun
            if status != HTTPStatus.OK:
                raise self.wanted.refused(status)
            return self._begin(response)

    def _unless_known(self) -> dict[str, str]:
        """Headers that ask for the file only if it is not the version held."""
        if self.known and self.known.etag:
            return {"if-none-match": self.known.etag}
        if self.known and self.known.last_modified:
            return {"if-modified-since": self.known.last_modified}
        return {}

    def _already_whole(self, response: httpx.Response, begun: Record, held: int) -> Record:
        """The server has nothing after what has come: that is all, or what came belongs to another file."""
        told = _NOTHING_LEFT.fullmatch(response.headers.get("content-range", ""))
        if told and int(told["total"]) == held:
            return begun
        self.forget()
        raise PassingFault("ne sait pas reprendre l'envoi")

    def _append(self, response: httpx.Response, begun: Record, held: int) -> None:
        told = _PART_SENT.fullmatch(response.headers.get("content-range", ""))
        is_same = response.headers.get("etag", begun.etag) == begun.etag
        if told is None or int(told["first"]) != held or not is_same:
            self.forget()
            raise PassingFault("ne sait pas reprendre l'envoi")
        self._receive(response, held, int(told["total"]))

    def _begin(self, response: httpx.Response) -> Record:
        headers = response.headers
        if headers.get("content-type", "").startswith("text/html") and not self.wanted.name.endswith(".html"):
            raise self.wanted.unavailable("envoie une page web au lieu du fichier", FROM_ITS_PAGE)
        record = Record(self.shown, headers.get("etag", ""), headers.get("last-modified", ""))
        self.forget()
        write_record(self.part, record)
        length = headers.get("content-length", "")
        self._receive(response, 0, int(length) if length.isdigit() else None)
        return record

    def forget(self) -> None:
        """Remove what has come, and what is remembered of it."""
        self.part.unlink(missing_ok=True)
        record_path(self.part).unlink(missing_ok=True)

    def _receive(self, response: httpx.Response, held: int, total: int | None) -> None:
        """Write the body of an answer after the bytes held."""
        if self.size_bytes is not None and total is not None and total != self.size_bytes:
            self.forget()
            raise self.wanted.changed("nombre d'octets", total, self.size_bytes)
        check_room(self.part.parent, (total or held) - held, self.wanted.name)
        pulse, room_checked_at = _Pulse(), held
        with self.part.open("ab") as stream:
            for chunk in response.iter_raw():
                stream.write(chunk)
                held += len(chunk)
                pulse.beat(len(chunk))
                if self.progress:
                    self.progress(held, total)
                if self.size_bytes is not None and held > self.size_bytes:
                    break  # of a length not announced, and already another file
                if total is None and held - room_checked_at >= ROOM_CHECKED_EVERY_BYTES:
                    check_room(self.part.parent, 0, self.wanted.name)
                    room_checked_at = held
        if total is not None and held != total:
            raise PassingFault("n'a pas tout envoyé")


@dataclass(slots=True)
class _Pulse:
    """Whether a transfer goes on: a server that sends one byte now and then never times out."""

    since_s: float = field(default_factory=time.monotonic)
    received: int = 0

    def beat(self, received: int) -> None:
        self.received += received
        elapsed_s = time.monotonic() - self.since_s
        if elapsed_s < SLOW_AFTER_S:
            return
        if self.received < SLOWEST_BYTES_PER_S * elapsed_s:
            raise PassingFault("envoie trop lentement")
        self.since_s, self.received = time.monotonic(), 0


CACHE_FOLDER_VARIABLE = "GEOVILLE_CACHE_DIR"

_LONGEST_NAME = 120
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that was fetched, or that was already there.

    Parameters
    ----------
    path : where it lies.
    sha256 : of its bytes.
    size_bytes : what it weighs.
    changed : it is not the file expected, and was accepted.
    last_modified : when it last changed, says the server: ISO 8601, empty where it says nothing.
    """

    path: Path
    sha256: str
    size_bytes: int
    changed: bool
    last_modified: str


def cache_folder() -> Path:
    """Folder of what can be fetched again: ``GEOVILLE_CACHE_DIR`` if set, else the system's folder for caches."""
    chosen = os.environ.get(CACHE_FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("geoville", appauthor=False))


def download(
    url: str,
    into: Path,
    *,
    sha256: str | None,
    size_bytes: int | None,
    accept: bool = False,
    progress: Progress | None = None,
    by_hand: str = "",
) -> Downloaded:
    """Bring a file into a folder, under the last name of its address; nothing is fetched that is already there.

    Interrupted, it goes on from there the next time (`<name>.part`), unless the file has changed at its source. What
    was fetched is remembered beside it (`<name>.json`). Two processes may ask for the same file at once: the second one
    waits for the first.

    Parameters
    ----------
    into : folder, made if need be.
    sha256 : that the file must have; None where nobody knows it: it must then be that of the last time, if any.
    size_bytes : exact size that the file must have; None where nobody knows it.
    accept : take the file even if it is another one.
    progress : called with the bytes that have come and, where known, those of the whole file.
    by_hand : what to do where the server refuses programs, a French clause.

    Raises
    ------
    InvalidInputError
        The address is not one of the web, or the disk is full or not writable.
    DataUnavailableError
        The server is out of reach or has no such file; or the file has changed, and `accept` was not given: it is then
        removed, and the file of the last time, if any, stays.
    """
    address = parsed_address(url)
    path = into / _file_name(address)
    wanted = Wanted(path.name, address.host, by_hand)
    shown = str(address.copy_with(userinfo=b""))
    expected = _Expected(wanted, sha256, size_bytes, accept=accept)
    try:
        into.mkdir(parents=True, exist_ok=True)
        with alone_in_turn(path):
            return _fetch(address, shown, path, expected, progress)
    except OSError as error:
        raise cannot_write(path.name, into, error) from error


@dataclass(frozen=True, slots=True)
class _Expected:
    """What is known of a file before it comes, and whether another one will do."""

    wanted: Wanted
    sha256: str | None
    size_bytes: int | None
    accept: bool

    def is_changed(self, sha256: str, size_bytes: int, known: Record | None) -> bool:
        """Whether a file is another one than expected, and was accepted.

        Raises
        ------
        DataUnavailableError
            It is another one, and was not accepted.
        """
        last_sha256 = known.sha256 if known else None
        for what, found, expected in (
            ("empreinte SHA-256", sha256, self.sha256 or last_sha256),
            ("nombre d'octets", size_bytes, self.size_bytes),
        ):
            if expected not in {None, found}:
                if not self.accept:
                    raise self.wanted.changed(what, found, expected)
                return True
        return False


def _fetch(address: httpx.URL, shown: str, path: Path, expected: _Expected, progress: Progress | None) -> Downloaded:
    held = sha256_of(path) if path.is_file() else None
    last_time = read_record(path, shown)
    known = last_time if last_time and held == last_time.sha256 else None
    if held and held == expected.sha256:
        return _downloaded(path, known or Record(shown, sha256=held), changed=False)
    transfer = Transfer(
        url=address,
        shown=shown,
        part=path.with_name(f"{path.name}.part"),
        wanted=expected.wanted,
        size_bytes=None if expected.accept else expected.size_bytes,
        known=known,
        progress=progress,
    )
    received = transfer.run()
    if received is known is not None:
        return _downloaded(path, known, changed=expected.is_changed(known.sha256, path.stat().st_size, known))
    record = dataclasses.replace(received, sha256=sha256_of(transfer.part))
    try:
        changed = expected.is_changed(record.sha256, transfer.part.stat().st_size, last_time)
    except DataUnavailableError:
        transfer.forget()
        raise
    # The record before the file: killed between the two, the next run finds the part whole and expects it.
    write_record(path, record)
    transfer.part.replace(path)
    transfer.forget()
    return _downloaded(path, record, changed=changed)


def _downloaded(path: Path, record: Record, *, changed: bool) -> Downloaded:
    return Downloaded(path, record.sha256, path.stat().st_size, changed, record.changed_on)


def _file_name(url: httpx.URL) -> str:
    """Last name of an address, as every system accepts it."""
    last = url.path.rstrip("/").rpartition("/")[2]
    return kept_everywhere(_NOT_IN_NAMES.sub("_", last)[-_LONGEST_NAME:].lstrip(". ")) or url.host


# --- What a server says of a file today, without downloading it

ANSWER_TIMEOUT_S = 15.0
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
    # Sizes are those of the file as it lies there: nothing may be compressed on the way.
    return http_client(ANSWER_TIMEOUT_S, connect_timeout_s=CONNECT_TIMEOUT_S, as_it_lies=True, redirections=5)


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


_MOST_JSON = 8 << 20


def read_json(client: httpx.Client, address: str) -> Any:
    """Read a JSON document of a few megabytes at most.

    Raises
    ------
    DataUnavailableError
        Nothing answered, or something else than such a document; its message is a French clause.
    """
    import httpx

    try:
        with client.stream("GET", address) as response:
            if not response.is_success:
                raise DataUnavailableError(f"le serveur répond {response.status_code}")
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > _MOST_JSON:
                    raise DataUnavailableError("la réponse est trop longue")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DataUnavailableError(_fault(error)) from None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise DataUnavailableError("la réponse n'est pas du JSON") from None
