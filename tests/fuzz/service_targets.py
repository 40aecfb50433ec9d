"""Targets that are requests to the service: a body that is refused is a problem of the 400s, never one of the 500s."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Any

import httpx
import samples as s
from target import Target

BOUNDARY = "limite"
ACTION = {"title": "A", "places": ["collège Vauban"], "start": "2025-01-01", "end": "2025-12-31"}


@cache
def _app() -> Any:
    from geoville.api.app import create_app
    from geoville.api.settings import Settings

    return create_app(Settings(territory="calais", perimeters=()))


def _posting(path: str, kind: str = "application/json") -> Callable[[bytes], None]:
    def parse(content: bytes) -> None:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=_app(), raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url="http://geoville") as client:
                return await client.post(path, content=content, headers={"Content-Type": kind})

        answer = asyncio.run(asked())
        assert answer.status_code < 500, answer.text

    return parse


def _form(content: bytes, name: str = "fichier.csv") -> bytes:
    part = f'Content-Disposition: form-data; name="data"; filename="{name}"\r\n\r\n'.encode()
    column = b'Content-Disposition: form-data; name="columns"\r\n\r\nadresse\r\n'
    mark = f"--{BOUNDARY}".encode()
    return b"\r\n".join((mark, part + content, mark, column.strip(b"\r\n"), mark + b"--", b""))


def _form_alone(content: bytes) -> bytes:
    """A form that says nothing but the file."""
    part = b'Content-Disposition: form-data; name="data"; filename="fichier.csv"\r\n\r\n'
    mark = f"--{BOUNDARY}".encode()
    return b"\r\n".join((mark, part + content, mark + b"--", b""))


QUESTIONS = {
    "questions": [{"id": "a", "q": "collège Vauban"}, {"id": 2, "lon": 1.88, "lat": 50.95}],
    "on": "2025-01-01",
}
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"

SERVICE_TARGETS: dict[str, Target] = {
    "POST /lookup": Target(_posting("/lookup"), lambda: (s.text_of(QUESTIONS),)),
    "POST /lookup/geometry": Target(_posting("/lookup/geometry"), lambda: (s.text_of(s.PLOT),)),
    "POST /actions/check": Target(_posting("/actions/check"), lambda: (s.text_of(ACTION),)),
    "POST /search/csv": Target(
        _posting("/search/csv", MULTIPART),
        lambda: (_form(s.ROWS.encode()), _form(s.workbook([["adresse"], ["collège Vauban"]]))),
    ),
    "POST /reverse/csv": Target(_posting("/reverse/csv", MULTIPART), lambda: (_form(b"lon;lat\n1.88;50.95\n"),)),
    "POST /actions/check/csv": Target(
        _posting("/actions/check/csv", MULTIPART),
        lambda: (_form_alone("Titre;Lieu;Montant\nA;collège Vauban, Calais;1 000 €\n".encode()),),
    ),
    "POST /files/preview": Target(
        _posting("/files/preview", MULTIPART),
        lambda: (_form_alone(s.ROWS.encode()), _form_alone(s.workbook([["Titre", "Lieu"], ["A", "B"]]))),
    ),
}
"""By method and path."""
