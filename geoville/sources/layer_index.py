"""Indexes of layers of contours, made once, kept in the folder of caches and shared by the processes that map them.

What is kept is about contours alone: no address, no point and no question is in it. A file is named after what it is
made of: the contours in their order, the reach, the code that makes it; it is never changed, only left aside.
"""

from __future__ import annotations

import hashlib
import json
import math
import mmap
import os
import sys
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.eligibility import kernel
from geoville.eligibility.bulk import Means
from geoville.eligibility.index import NEARBY_M
from geoville.errors import GeovilleError
from geoville.sources.downloads import cache_folder
from geoville.sources.files import alone_in_turn, make_folder, replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.kernel.points import LimitFinder, PointLocator

FOLDER = "index"
SUFFIX = ".index"

FEWEST_EDGES = 100
"""Layers of fewer, those of a town above all, are indexed at once: no file is kept of them."""

MOST_BYTES = 1_000_000_000
"""What all the files may weigh: those unused for the longest go first. The contours of France weigh 150 MB."""

_MAGIC = b"geoville index 1\n"
_DIGEST_BYTES, _SIZE_BYTES, _ALIGNED = 32, 8, 64


class NotKeptError(LookupError):
    """No index of a layer is kept, and none was to be made."""


def kept_cells(folder: Path | None = None, *, made: bool = True) -> Means:
    """The compiled loops over cells, on indexes that are read where they are kept.

    Parameters
    ----------
    folder : where; that of caches otherwise. Where nothing can be written there, indexes are made and not kept.
    made : whether to make the indexes that are not kept; else they raise `NotKeptError`.
    """
    shelf = _Shelf(folder or cache_folder() / FOLDER, made=made)
    return Means(shelf.locator, shelf.finder)


class _Shelf:
    """The files of a folder."""

    def __init__(self, folder: Path, *, made: bool) -> None:
        self._folder, self._made = folder, made

    def locator(self, polygons: Sequence[BaseGeometry]) -> PointLocator:
        """As `PointLocator.build`."""
        from geoville.eligibility.kernel.points import PointLocator
        from geoville.eligibility.kernel.polygons import PolygonSets

        def build() -> dict[str, Any]:
            built = PointLocator.build(polygons)
            return {"location": built.location, "starts": built.table.starts, "members": built.table.members}

        found = self._found("locator", polygons, build)
        return PointLocator.over(polygons, PolygonSets(found["starts"], found["members"]), found["location"])

    def finder(self, polygons: Sequence[BaseGeometry]) -> LimitFinder:
        """As `LimitFinder.build`, up to `NEARBY_M`."""
        from geoville.eligibility.kernel.points import LimitFinder

        def build() -> dict[str, Any]:
            return {"limits": LimitFinder.build(polygons, NEARBY_M).limits}

        return LimitFinder(self._found(f"finder {NEARBY_M}", polygons, build)["limits"])

    def _found(
        self, what: str, polygons: Sequence[BaseGeometry], build: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """What is kept of a layer; else what is built of it, which is then kept where there is enough of it."""
        import shapely

        if shapely.get_num_coordinates(np.array(polygons, dtype=object)).sum() < FEWEST_EDGES:
            return build()
        path = self._folder / f"{_name(what, polygons)}{SUFFIX}"
        kept = _read(path)
        if kept is not None:
            return kept
        if not self._made:
            raise NotKeptError(path.name)
        with _alone(path):  # of several processes that begin together, one builds
            kept = _read(path)
            if kept is not None:
                return kept
            built = build()
            with suppress(OSError, GeovilleError):
                _write(path, built)
                _make_room(path)
        return built


def _name(what: str, polygons: Sequence[BaseGeometry]) -> str:
    """Name of the index of some contours, which changes with anything that changes its bytes."""
    import shapely

    shapes = shapely.to_wkb(np.array(polygons, dtype=object), byte_order=1)
    hashed = hashlib.sha256(f"{what} {sys.byteorder} {len(shapes)} {_code()}".encode())
    for shape in shapes:
        hashed.update(len(shape).to_bytes(_SIZE_BYTES))
        hashed.update(shape)
    return hashed.hexdigest()[:_DIGEST_BYTES]


@cache
def _code() -> str:
    """SHA-256 of the code that makes and reads indexes."""
    sources = sorted(Path(str(kernel.__file__)).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in (*sources, Path(__file__)))).hexdigest()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of a file, in turn; nothing where the folder is not for us to write in."""
    with ExitStack() as held:
        with suppress(OSError, GeovilleError):
            make_folder(path.parent)
            held.enter_context(alone_in_turn(path))
        yield


# --- A file: what it is, the SHA-256 of all that follows, the size of a description in JSON, it, then arrays


def _write(path: Path, parts: dict[str, Any]) -> None:
    """Write arrays, numbers and nested tuples of these in one stroke."""
    arrays: list[NDArray[Any]] = []
    description = json.dumps({name: _described(part, arrays) for name, part in parts.items()}).encode()
    before = len(_MAGIC) + _DIGEST_BYTES + _SIZE_BYTES + len(description)
    content: list[bytes | memoryview] = [len(description).to_bytes(_SIZE_BYTES), description]
    for array in arrays:
        octets = np.ascontiguousarray(array).reshape(-1).view(np.uint8)  # not copied
        content += [bytes(-before % _ALIGNED), octets.data]
        before += sum(map(len, content[-2:]))
    hashed = hashlib.sha256()
    for some in content:
        hashed.update(some)
    with replacing(path) as beside, beside.open("wb") as stream:
        stream.writelines([_MAGIC, hashed.digest(), *content])


def _described(part: Any, arrays: list[NDArray[Any]]) -> Any:
    """What JSON says of a part, its arrays being put aside."""
    if isinstance(part, np.ndarray):
        arrays.append(part)
        return {"dtype": part.dtype.str, "shape": part.shape}
    if isinstance(part, tuple):
        return {"tuple": type(part).__name__, "parts": [_described(some, arrays) for some in part]}
    return part


def _read(path: Path) -> dict[str, Any] | None:
    """What `_write` wrote, mapped and seen to be whole; None where there is no such file, or it is not that.

    Pages are shared with the other processes that map the file. They are mapped for writing in this process alone
    (nothing does): loops compiled for arrays that may be written are those that are compiled already.
    """
    try:
        with path.open("rb") as stream:
            whole = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
    except (OSError, ValueError):  # not there, not ours to read, or empty
        return None
    start = len(_MAGIC) + _DIGEST_BYTES
    digest = hashlib.sha256(memoryview(whole)[start:]).digest()
    if whole[:start] != _MAGIC + digest:
        return None
    with suppress(OSError):
        os.utime(path)
    size = int.from_bytes(whole[start : start + _SIZE_BYTES])
    start += _SIZE_BYTES
    mapped = _Mapped(whole, start + size)
    return {name: mapped.part(some) for name, some in json.loads(whole[start : start + size]).items()}


class _Mapped:
    """The arrays of a file, one after another.

    Parameters
    ----------
    before : bytes before the first one.
    """

    def __init__(self, whole: mmap.mmap, before: int) -> None:
        from geoville.eligibility.kernel.grid import Cells, KernelGrid
        from geoville.eligibility.kernel.limits import LimitIndex
        from geoville.eligibility.kernel.location import LocationIndex

        self._tuples = {known.__name__: known for known in (Cells, KernelGrid, LimitIndex, LocationIndex)}
        self._whole, self._before = whole, before

    def part(self, described: Any) -> Any:
        """The part that is described so; those before it were asked for."""
        if not isinstance(described, dict):
            return described
        if "tuple" in described:
            return self._tuples[described["tuple"]](*map(self.part, described["parts"]))
        self._before += -self._before % _ALIGNED
        dtype, shape = np.dtype(described["dtype"]), described["shape"]
        array = np.frombuffer(self._whole, dtype, math.prod(shape), self._before).reshape(shape)
        self._before += array.nbytes
        return array


def _make_room(kept: Path) -> None:
    """Remove the files unused for the longest, but for one, until the others weigh no more than they may."""
    files = sorted(kept.parent.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
    weighed = 0
    for path in files:
        weighed += path.stat().st_size
        if weighed > MOST_BYTES and path != kept:
            path.unlink()
