"""One snapshot of the data, what is asked of it, and how another takes its place."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import logging
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from geoville.eligibility.footprint import decide_footprint
from geoville.eligibility.index import PerimeterIndex
from geoville.errors import DataUnavailableError, GeovilleError
from geoville.rendering.layers import ground_data, ground_in
from geoville.rendering.look import MapStyle
from geoville.rendering.page import cells_with_legends
from geoville.sources.clock import today_at
from geoville.sources.grids import read_grid
from geoville.sources.pack import open_pack, with_cell_people
from geoville.version import __version__
from geoville.workflows.actions import ActionDesk
from geoville.workflows.check import Checker, drawn_perimeter
from geoville.workflows.footprints import population_of
from geoville.workflows.gis_layers import FeatureLayers, perimeter_layers
from geoville.workflows.lookup import DeskChoice, LookupDesk
from geoville.workflows.maps import MOST_CELLS, cells_of, ground_of
from geoville.workflows.search_inputs import CandidateRequest, prepare_search

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from fastapi import FastAPI
    from granian.server.common import AbstractServer
    from shapely.geometry.base import BaseGeometry

    from geoville.api.settings import Settings
    from geoville.model import FootprintAnswer, Perimeter, Position
    from geoville.perimeters.areas import PopulatedCells
    from geoville.perimeters.scenarios import Supposition
    from geoville.rendering.map_spec import GroundLayer
    from geoville.sources.pack import Pack
    from geoville.workflows.gis_layers import Box, FeatureLayer

    T = TypeVar("T")


# --- Long geometry, done beside the event loop: footprints, layers and tiles, each by one thread and no other


_MOST_CHECKERS = 4


class Aside:
    """What one snapshot of the data has done beside the event loop.

    Parameters
    ----------
    desk : footprints are measured, and actions judged, among copies of its perimeters.
    layers : made and drawn here alone.
    territory : whose cells give footprints their people, and the page its colours; whose ground the page draws.
    elsewhere : official quarters that answer and that no layer has: those of the country out of the territory.
    """

    def __init__(
        self,
        desk: LookupDesk,
        layers: FeatureLayers,
        territory: Pack,
        elsewhere: Sequence[Perimeter] = (),
    ) -> None:
        self._geocoder = desk.geocoder
        self._known = desk.index
        self._layers, self._territory, self._elsewhere = layers, territory, elsewhere
        self._checking = ThreadPoolExecutor(1, thread_name_prefix="geoville-actions")
        self._cells: tuple[tuple[int, date, Box | None] | None, str] = (None, "")
        self._whole: dict[int, bool] = {}
        self._checkers: dict[tuple[date, Supposition], Checker] = {}
        self._measuring = ThreadPoolExecutor(1, thread_name_prefix="geoville-footprints")
        self._drawing = ThreadPoolExecutor(1, thread_name_prefix="geoville-layers")
        # One thread: an index that is in memory has a copy for each thread that asks it.
        self._suggesting = ThreadPoolExecutor(1, thread_name_prefix="geoville-suggestions")

    async def footprint(self, shape: BaseGeometry, on: date, permit_date: date | None = None) -> FootprintAnswer:
        """What `decide_footprint` answers; raises what it raises."""
        measured = self._measuring.submit(
            lambda: decide_footprint(
                shape, self._index, on, self._population, permit_date=permit_date, today=today_at(*shape.bounds[:2])
            )
        )
        return await asyncio.wrap_future(measured)

    async def checked(self, shape: BaseGeometry, on: date, supposed: Supposition) -> dict[str, Any]:
        """What `geoville.workflows.check` finds of a polygon, WGS84; the latest readings of the cells are kept."""
        return await asyncio.wrap_future(self._measuring.submit(self._checked, shape, on, supposed))

    def _checked(self, shape: BaseGeometry, on: date, supposed: Supposition) -> dict[str, Any]:
        draft = drawn_perimeter(shape, self._territory.epsg)
        asked = (on, supposed)
        if asked not in self._checkers:
            request = CandidateRequest(on=on, territory=self._territory, supposed=supposed)
            if len(self._checkers) >= _MOST_CHECKERS:
                self._checkers.clear()
            self._checkers[asked] = Checker(prepare_search(self._territory.grid_path(), request))
        return self._checkers[asked].check([draft]).document()

    async def suggested(self, search: Callable[[], tuple[Position, ...]]) -> tuple[Position, ...]:
        """What a search for suggestions finds; it touches no perimeter."""
        return await asyncio.wrap_future(self._suggesting.submit(search))

    async def layers(self) -> Mapping[str, FeatureLayer]:
        """Every layer; the first to ask waits for them to be made, and the event loop does not."""
        return await asyncio.wrap_future(self._drawing.submit(lambda: self._layers.by_name))

    async def elsewhere(self, name: str) -> FeatureLayer | None:
        """What a layer has out of the territory, for the page to draw around an answer; None where there is nothing."""
        return await asyncio.wrap_future(self._drawing.submit(lambda: self._elsewhere_by_name.get(name)))

    @cached_property
    def _elsewhere_by_name(self) -> dict[str, FeatureLayer]:
        return {layer.name: layer for layer in perimeter_layers(self._elsewhere)}

    async def tile(self, name: str, zoom: int, column: int, row: int) -> bytes:
        """A tile of a layer; empty where it shows nothing."""
        drawn = self._drawing.submit(lambda: self._layers.tiled(name).tile(zoom, column, row))
        return await asyncio.wrap_future(drawn)

    def checking(self, work: Callable[[ActionDesk], T]) -> asyncio.Future[T]:
        """What is to be done at a desk for actions, which tables wait for in turn."""
        return asyncio.wrap_future(self._checking.submit(lambda: work(self._actions)))

    @cached_property
    def _actions(self) -> ActionDesk:
        return ActionDesk(LookupDesk(self._geocoder, self._copied()), self._territory.name)

    async def cells(self, vintage: int, on: date, box: Box) -> str:
        """Cells of a grid as maps draw them, in JSON; the latest are kept, since most grids are drawn whole."""
        return await asyncio.wrap_future(self._drawing.submit(self._cells_as_json, vintage, on, box))

    async def ground(self, box: Box) -> str:
        """Streets, railways and water of a box and of what surrounds it, in JSON."""
        drawn = self._drawing.submit(lambda: ground_data(ground_in(self._ground_layers, box)))
        return await asyncio.wrap_future(drawn)

    def _cells_as_json(self, vintage: int, on: date, box: Box) -> str:
        asked = (vintage, on, None if self._drawn_whole(vintage) else box)
        if self._cells[0] != asked:
            self._cells = (asked, cells_with_legends(cells_of(self._territory, *asked), MapStyle()))
        return self._cells[1]

    def _drawn_whole(self, vintage: int) -> bool:
        if vintage not in self._whole:
            self._whole[vintage] = len(read_grid(self._territory.grid_path(vintage), vintage=vintage)) <= MOST_CELLS
        return self._whole[vintage]

    @cached_property
    def _ground_layers(self) -> tuple[GroundLayer, ...]:
        return ground_of(self._territory).layers

    @cached_property
    def _index(self) -> PerimeterIndex:
        return self._copied()

    def _copied(self) -> PerimeterIndex:
        import shapely

        known = self._known
        shapes = shapely.from_wkb(shapely.to_wkb([item.geometry for item in known.perimeters]))
        copies = (replace(item, geometry=shape) for item, shape in zip(known.perimeters, shapes, strict=True))
        country = shapely.from_wkb(known.country.wkb) if known.country is not None else None
        return PerimeterIndex(copies, known.extent, country, whole=known.whole, version=known.version)

    @cached_property
    def _population(self) -> PopulatedCells | None:
        return population_of(self._territory.name)


@dataclass(frozen=True, eq=False, slots=True)
class Service:
    """Everything that answers rest on. A request takes one, at its start, and keeps it to its end.

    Parameters
    ----------
    aside : what takes long: footprints, and the layers for GIS, made when first asked for.
    choice : of the desk, by name.
    version : changes when the territory, the perimeters, the addresses or the software do; what an `ETag` is made of.
    """

    desk: LookupDesk
    actions: ActionDesk
    territory: Pack
    aside: Aside
    version: str
    choice: DeskChoice


def load_service(settings: Settings) -> Service:
    """Read the data of the service.

    Raises
    ------
    GeovilleError
        The territory, a file of perimeters or the list of addresses cannot be read.
    """
    choice = DeskChoice(settings.territory, settings.perimeters, settings.addresses, settings.geocoder)
    desk = choice.open()
    territory, perimeters = open_pack(settings.territory), desk.index.perimeters
    own = with_cell_people(territory.perimeters(), territory.quarter_people)  # not the whole country's
    offered = perimeters if settings.perimeters else own
    known = {(item.kind, item.generation, item.code) for item in offered}
    elsewhere = [item for item in perimeters if (item.kind, item.generation, item.code) not in known]
    return Service(
        desk,
        ActionDesk(desk, settings.territory),
        territory,
        Aside(desk, FeatureLayers(territory, offered), territory, elsewhere),
        _version_of(desk, territory, settings.addresses),
        choice,
    )


async def current_service(request: Request) -> Service:
    """The snapshot that a request is answered from.

    Raises
    ------
    DataUnavailableError
        There is none yet.
    """
    service: Service | None = request.app.state.service
    if service is None:
        raise DataUnavailableError("Les données du service ne sont pas chargées", advice="réessayer plus tard")
    return service


CurrentService = Annotated[Service, Depends(current_service)]
"""Annotation of the snapshot that a route answers from; 503 while there is none."""


def _version_of(desk: LookupDesk, territory: Pack, addresses: Path | None) -> str:
    """What the checksums of the data make: every file was seen to have its own as it was read."""
    digest = hashlib.sha256(f"{__version__}\0{desk.index.version}\0{territory.additions}".encode())
    if addresses is not None:  # too big to be read whole
        status = addresses.stat()
        digest.update(f"{status.st_size}\0{status.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]


# --- Answers that a cache may keep: those about the data, the same for all; never those about a person's address

FRESH_S = 60
"""A reload is seen by everybody within that time."""


def cache_headers(service: Service) -> dict[str, str]:
    """Headers of an answer that the data alone make, at its address."""
    # Weak: the same answer is sent compressed or not.
    return {"ETag": f'W/"{service.version}"', "Cache-Control": f"public, max-age={FRESH_S}"}


def not_modified(request: Request, service: Service) -> Response | None:
    """The answer to a client that already holds that of these data (304); None where it does not."""
    headers = cache_headers(service)
    held = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if headers["ETag"].removeprefix("W/") in held or "*" in held:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return None


# --- Reading the data again while requests are answered: SIGHUP to the master, which passes it on to its workers

SUPPORTED = sys.platform != "win32"

_log = logging.getLogger(__name__)


def pass_on_reloads(server: AbstractServer[Any]) -> None:
    """In the master, before its workers start: wait for SIGHUP and send it to each of them.

    The signal is blocked, not handled, and workers inherit that: one that is starting keeps it until it is ready.
    """

    def passed_on() -> None:
        for worker in list(server.wrks):
            with suppress(ProcessLookupError):
                os.kill(worker.inner.pid, signal.SIGHUP)

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    _on_each_signal(passed_on)


def reload_on_signal(app: FastAPI, settings: Settings, master: int) -> None:
    """In a worker: read the data again at each SIGHUP of the master, and let requests ask the master for one."""

    def reload_all() -> None:
        if os.getppid() == master:  # else it is gone, and its number is another process's
            os.kill(master, signal.SIGHUP)

    app.state.reload_all = reload_all
    _on_each_signal(lambda: read_again(app, settings))


def read_again(app: FastAPI, settings: Settings) -> None:
    """Swap the snapshot of an application for a new one; where the data cannot be read, it keeps the one it has."""
    replaced = app.state.service is not None
    try:
        service = load_service(settings)
    except Exception as error:  # noqa: BLE001 - whatever it is, the thread must live to read them once mended
        reason = error.sentence if isinstance(error, GeovilleError) else type(error).__name__
        kept = "les précédentes répondent toujours" if replaced else "le service ne répond pas"
        _log.error("Les données n'ont pas pu être lues, %s. %s", kept, reason)
        app.state.metrics.data_unreadable()
    else:
        app.state.service = service
        app.state.metrics.data_read(len(service.desk.index.perimeters))
        _keep_from_the_collector(replaced=replaced)


def _keep_from_the_collector(*, replaced: bool) -> None:
    """Let Python look for garbage in what requests leave, no longer in the data: it takes a twentieth of a second.

    All that is answered meanwhile waits for it, once in a thousand requests or so. What the snapshot before leaves is
    let go first; a start leaves next to nothing.
    """
    if replaced:
        gc.unfreeze()
        gc.collect()
    gc.freeze()


def _on_each_signal(action: Callable[[], None]) -> None:
    def wait() -> None:
        while True:
            signal.sigwait({signal.SIGHUP})
            action()

    threading.Thread(target=wait, name="geoville-reload", daemon=True).start()
