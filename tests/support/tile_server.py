"""A server of the loopback that replays the Plan IGN's WMTS: one plain image for each tile asked for well."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from PIL import Image

GREEN = "#88aa88"
TILE = {
    "SERVICE": "WMTS",
    "REQUEST": "GetTile",
    "VERSION": "1.0.0",
    "LAYER": "GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2",
    "STYLE": "normal",
    "FORMAT": "image/png",
    "TILEMATRIXSET": "PM",
}
"""What the Géoplateforme wants in a request of a tile, whichever it is."""


@dataclass
class TileServer:
    """A server that answers.

    Parameters
    ----------
    tiles : level, column and row of every tile given.
    referrers : every page that a request said it came from.
    refused : every request that is not one of a tile.
    """

    host: str
    tiles: list[tuple[int, int, int]] = field(default_factory=list)
    referrers: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@contextmanager
def tile_server() -> Iterator[TileServer]:
    """Serve until the end of the block."""
    drawn = io.BytesIO()
    Image.new("RGB", (256, 256), GREEN).save(drawn, "PNG")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            place = [asked.pop(name, "") for name in ("TILEMATRIX", "TILECOL", "TILEROW")]
            found.referrers.extend(self.headers.get_all("Referer") or ())
            if urlsplit(self.path).path != "/wmts" or asked != TILE or not all(item.isdigit() for item in place):
                found.refused.append(self.path)
                self.send_error(400)
                return
            level, column, row = map(int, place)
            found.tiles.append((level, column, row))
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(drawn.getvalue())

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = TileServer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
