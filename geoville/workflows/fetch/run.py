"""Fetch the official data of a territory and publish them as the next version of its pack."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from geoville.errors import GeovilleError, InvalidInputError
from geoville.sources.file_locks import alone_if_free
from geoville.sources.territory.packs import building_folder, publish
from geoville.workflows.fetch.choice import KINDS, chosen_data_sets
from geoville.workflows.fetch.draft import complete_tables, draft_of, take_over
from geoville.workflows.fetch.journal import open_journal
from geoville.workflows.fetch.origins import downloaded, found_in_folder
from geoville.workflows.fetch.request import Brought, FetchRun
from geoville.workflows.fetch.workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from geoville.sources.registry import DataSet
    from geoville.workflows.fetch.origins import Origin
    from geoville.workflows.fetch.request import FetchRequest, Progress

    Find = Callable[[], Origin]


def fetch_pack(request: FetchRequest, progress: Progress) -> FetchRun:
    """Fetch data, cut them to the territory, and publish them with what its pack already has.

    A data set that fails does not stop the others. Interrupted anywhere, the next run goes on: what was downloaded,
    unpacked or converted is not done again.

    Raises
    ------
    InvalidInputError
        A data set is not known, the folder does not exist, or another fetch for the same pack is running.
    """
    target = request.target
    folder = building_folder(target.name)
    with _alone(folder):
        take_over(target.current, folder)
        workshop = Workshop(folder, target.area, open_journal(folder, target.area))
        chosen = chosen_data_sets(request.only, target.scope, has_outlines=workshop.outlines is not None)
        brought = tuple(
            _bring(data_set, find, workshop, progress) for data_set, find in _finders(request, chosen, folder, progress)
        )
        if not any(item.files for item in brought):
            return FetchRun(None, brought)
        tables = complete_tables(folder, workshop)
        return FetchRun(publish(draft_of(target, folder, brought, tables), folder), brought)


def _finders(
    request: FetchRequest, chosen: tuple[DataSet, ...], folder: Path, progress: Progress
) -> list[tuple[DataSet, Find | None]]:
    """For each data set, in the order in which they are read, what finds its files when its turn comes; None: absent.

    A folder gives the kinds that it has, in whatever vintage; a mirror gives the others.
    """

    def from_network(data_set: DataSet) -> Find:
        return lambda: downloaded(
            data_set, request.target, mirror=request.mirror, accept=request.accept, progress=progress.came
        )

    if request.from_dir is None:
        return [(data_set, from_network(data_set)) for data_set in chosen]
    at_hand = [found for found in found_in_folder(request.from_dir, folder) if _is_asked(found.data_set, request.only)]
    finders: list[tuple[DataSet, Find | None]] = [(found.data_set, _given(found)) for found in at_hand]
    kinds = {found.data_set.kind for found in at_hand}
    missing = [data_set for data_set in chosen if data_set.kind not in kinds]
    finders += [(data_set, from_network(data_set) if request.mirror else None) for data_set in missing]
    return sorted(finders, key=lambda pair: KINDS.index(pair[0].kind))


def _is_asked(data_set: DataSet, only: tuple[str, ...]) -> bool:
    return not only or data_set.kind in only or data_set.id in only


def _given(origin: Origin) -> Find:
    return lambda: origin


def _bring(data_set: DataSet, find: Find | None, workshop: Workshop, progress: Progress) -> Brought:
    """Bring one data set; what fails is told, and the pack goes without."""
    if find is None:
        return Brought(data_set)
    progress.step(data_set, "recherche")
    try:
        origin = find()
        progress.step(data_set, "lecture")
        files = workshop.make(origin)
    except GeovilleError as error:
        return Brought(data_set, failure=error.sentence)
    names = tuple(file.path.name for file in origin.came)
    return Brought(origin.data_set, origin.where, names, tuple(origin.checksums), files, changed=origin.changed)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the pack for one fetch at a time."""
    with alone_if_free(folder.with_name("fetch")) as is_alone:
        if not is_alone:
            raise InvalidInputError(
                "Une autre récupération est en cours pour ce territoire", advice="attendre qu'elle soit finie"
            )
        yield
