"""The bytes of one file, from a server to the disk: begun again where they stopped, as long as the file is the same."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from geoville.sources.disk_space import check_room
from geoville.sources.download.faults import FROM_ITS_PAGE, PassingFault, Wanted
from geoville.sources.download.http import Patience, check_status, new_client, opened
from geoville.sources.download.record import Record, read_record, record_path, write_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx

    Progress = Callable[[int, int | None], None]

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
        import httpx

        patience = Patience(self.wanted)
        with new_client() as client:
            while True:
                held = self._held_bytes()
                try:
                    return self._try(client, held)
                except PassingFault as error:
                    fault = error
                except httpx.TransportError as error:
                    fault = self.wanted.transport_fault(error)
                patience.wait(fault, self._held_bytes() - held)

    def _held_bytes(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _try(self, client: httpx.Client, held: int) -> Record:
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
