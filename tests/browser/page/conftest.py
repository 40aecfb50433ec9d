"""The page of the service, asked for over HTTP from a real `geoville serve`, in a browser that is being watched."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from patience import PATIENCE_MS
from services import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"
CLERK = {"width": 1366, "height": 900}
BEAU_MARAIS = (1.8860, 50.9550)

Open = Callable[..., AbstractContextManager["Page"]]


def square(lon: float, lat: float, half: float) -> dict[str, object]:
    ring = [(lon - half, lat - half), (lon + half, lat - half), (lon + half, lat + half), (lon - half, lat + half)]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def quarter(code: str, name: str, half: float) -> dict[str, object]:
    properties = {"code_qp": code, "lib_qp": name, "insee_com": "62193"}
    return {"type": "Feature", "properties": properties, "geometry": square(*BEAU_MARAIS, half)}


@pytest.fixture(scope="session")
def official_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service with two made-up official quarters: a large one of 2015, a small hostile one of 2024."""
    folder = tmp_path_factory.mktemp("official")
    quarters = [quarter("QP062999", "Grand quartier d'essai", 0.01), quarter("QN06299M", HOSTILE, 0.002)]
    file = folder / "qpv.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": quarters}), encoding="utf-8")
    with serving(folder, "--perimeters", str(file), "--tiles", "aucun") as url:
        yield url


@pytest.fixture
def visiting(tab: Open) -> Open:
    """`visiting(url)`: the page once its map is drawn; on leaving, nothing foreign was fetched, the console is empty.

    `may_say` is part of a line that may be there: Chromium writes one for a refusal of the service. `may_ask` is the
    start of addresses that may be fetched beside the service's own.
    """

    @contextmanager
    def visit(
        url: str, viewport: dict[str, int] = CLERK, may_say: str = "nothing", may_ask: str = "data:", **options: object
    ) -> Iterator[Page]:
        quiet = urljoin(url, "/health")
        fetched: list[str] = []
        said: list[str] = []
        with tab(quiet, viewport, locale="fr-FR", reduced_motion="reduce", **options) as page:
            page.context.grant_permissions(["clipboard-read", "clipboard-write"])
            page.set_default_timeout(PATIENCE_MS)
            page.on("request", lambda request: fetched.append(request.url))
            page.on("popup", lambda other: fetched.append(other.url))
            page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
            page.goto(url)
            page.wait_for_selector("#map path.leaflet-interactive", state="attached")
            yield page
        origin = url.split("#", maxsplit=1)[0]
        assert [address for address in fetched if not address.startswith((origin, "data:", "blob:", may_ask))] == []
        assert [line for line in said if may_say not in line] == []

    return visit
