"""A local HTTP/1.1 server of files that fails on demand, in the ways in which servers of official data do.

    with FaultServer() as server:
        url = server.serve("grille.zip", content)  # Range, If-Range, ETag, Last-Modified, 304, HEAD
        server.fail("grille.zip", Fault(cut_after=1000), Fault(status=503, retry_after="1"))
        ...  # the first request is cut, the second refused, then all is well

The fixture `fault_server` of `tests/unit/conftest.py` gives one per test.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from urllib.parse import quote, unquote, urlsplit

LONG_AGO = "Fri, 05 Jan 2024 10:00:00 GMT"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    Parameters
    ----------
    status : answered instead of the file, with `retry_after` where given.
    cut_after : bytes of the body after which the connection breaks; 0 breaks it before the status line.
    endless : a body of unknown length that never ends, one byte every `pause_s`.
    pause_s : wait before the answer.
    """

    status: int | None = None
    retry_after: str | None = None
    cut_after: int | None = None
    endless: bool = False
    pause_s: float = 0.0


@dataclass
class Resource:
    """A file served; the attributes may be changed between two requests."""

    body: bytes
    etag: str | None = None
    last_modified: str | None = LONG_AGO
    ranges: bool = True
    sized: bool = True
    content_type: str = "application/octet-stream"
    redirect: str | None = None


@dataclass(frozen=True)
class Asked:
    """A request that the server got; the names of its headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass
class FaultServer:
    """The server: a context manager, listening on a free port of this machine."""

    asked: list[Asked] = field(default_factory=list)
    resources: dict[str, Resource] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    closing: Event = field(default_factory=Event)

    def __enter__(self) -> FaultServer:
        self._http = _QuietServer(("127.0.0.1", 0), _handler_of(self))
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def url(self) -> str:
        """Address of the root, without its final slash: a `--mirror`."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def address(self, name: str) -> str:
        return f"{self.url}/{quote(name)}"

    def serve(self, name: str, body: bytes, **options: object) -> str:
        """Serve bytes under a name, with the ETag of their content unless told otherwise; give their address.

        Serving a name again is a file that has changed at the source.
        """
        options.setdefault("etag", f'"{hashlib.sha256(body).hexdigest()[:16]}"')
        self.resources[f"/{name}"] = Resource(body, **options)  # type: ignore[arg-type]
        return self.address(name)

    def serve_folder(self, folder: Path) -> str:
        """Serve every file of a folder under its name; give the address of the root."""
        for path in folder.iterdir():
            if path.is_file():
                self.serve(path.name, path.read_bytes())
        return self.url

    def redirect(self, name: str, target: str) -> str:
        """Send whoever asks for a name to another address."""
        self.resources[f"/{name}"] = Resource(b"", redirect=target)
        return self.address(name)

    def fail(self, name: str, *faults: Fault) -> None:
        """Let the next requests for a name fail, one fault each (`Fault()` lets one through)."""
        self.faults.setdefault(f"/{name}", []).extend(faults)

    def asked_for(self, name: str) -> list[Asked]:
        """Requests got so far for a name."""
        return [asked for asked in self.asked if asked.path == f"/{name}"]


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that leave in the middle are what is tested here."""


def _handler_of(server: FaultServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            _answer(server, self)

        def do_HEAD(self) -> None:
            _answer(server, self)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler


def _answer(server: FaultServer, handler: BaseHTTPRequestHandler) -> None:
    path = unquote(urlsplit(handler.path).path)
    headers = {name.lower(): value for name, value in handler.headers.items()}
    server.asked.append(Asked(handler.command, path, headers))
    waiting = server.faults.get(path, [])
    fault = waiting.pop(0) if waiting else Fault()
    server.closing.wait(fault.pause_s)
    resource = server.resources.get(path)
    if fault.cut_after == 0:
        _break_off(handler)
    elif fault.status or resource is None:
        extra = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        _send(handler, fault.status or 404, extra, b"<html>panne</html>")
    elif fault.endless:
        _drip(server, handler, fault.pause_s or 0.02)
    elif resource.redirect:
        _send(handler, 302, {"Location": resource.redirect}, b"")
    else:
        _send_file(handler, resource, headers, fault)


def _send_file(handler: BaseHTTPRequestHandler, resource: Resource, asked: dict[str, str], fault: Fault) -> None:
    headers = {"Content-Type": resource.content_type}
    headers |= {"ETag": resource.etag} if resource.etag else {}
    headers |= {"Last-Modified": resource.last_modified} if resource.last_modified else {}
    headers |= {"Accept-Ranges": "bytes"} if resource.ranges else {}
    if _is_unchanged(resource, asked):
        _send(handler, 304, headers, b"")
        return
    start, stop = 0, len(resource.body)
    status = 200
    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", asked.get("range", ""))
    if wanted and resource.ranges and asked.get("if-range", resource.etag) in (resource.etag, resource.last_modified):
        start, stop = int(wanted[1]), min(stop, int(wanted[2] or stop) + 1)
        if start >= len(resource.body):
            _send(handler, 416, headers | {"Content-Range": f"bytes */{len(resource.body)}"}, b"")
            return
        status = 206
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(resource.body)}"
    _send(handler, status, headers, resource.body[start:stop], cut_after=fault.cut_after, sized=resource.sized)


def _is_unchanged(resource: Resource, asked: dict[str, str]) -> bool:
    if "if-none-match" in asked:
        return asked["if-none-match"] == resource.etag
    return resource.last_modified is not None and asked.get("if-modified-since") == resource.last_modified


def _send(
    handler: BaseHTTPRequestHandler,
    status: int,
    headers: dict[str, str],
    body: bytes,
    *,
    cut_after: int | None = None,
    sized: bool = True,
) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if sized:
        handler.send_header("Content-Length", str(len(body)))
    else:
        handler.send_header("Connection", "close")
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body[:cut_after])
    if cut_after is not None:
        _break_off(handler)


def _drip(server: FaultServer, handler: BaseHTTPRequestHandler, pause_s: float) -> None:
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    with suppress(OSError):
        while not server.closing.wait(pause_s):
            handler.wfile.write(b"\0")
            handler.wfile.flush()


def _break_off(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.flush()
    handler.close_connection = True
    with suppress(OSError):
        handler.connection.shutdown(2)
