"""An area of two made-up communes, and the conversion of files for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from official_files import indexed, square

from geoville.sources.official import recognise
from geoville.sources.official.area import Area, Converted
from geoville.sources.official.convert import convert
from geoville.sources.official.layers import CommuneOutlines
from geoville.sources.registry import DataSet

Convert = Callable[..., tuple[Converted, ...]]


@pytest.fixture
def area() -> Area:
    """Two communes of Lambert-93."""
    return Area(2154, frozenset({"62193", "62548"}))


@pytest.fixture
def outlines() -> CommuneOutlines:
    """These communes, side by side."""
    return CommuneOutlines(np.array(["62193", "62548"]), np.array([square(0, 0), square(1, 0)], dtype=object), 2154)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Folder of a pack being built."""
    folder = tmp_path / "pack"
    folder.mkdir()
    return folder


@pytest.fixture
def converted(area: Area, outlines: CommuneOutlines, pack: Path) -> Convert:
    """Recognise the one publication that files hold, and convert it for the area."""

    def run(
        files: Sequence[Path], data_set: DataSet, of: Area | None = None, within: CommuneOutlines | None = outlines
    ) -> tuple[Converted, ...]:
        (found,) = recognise(files)
        return convert(found, data_set, of or area, pack, within, index_addresses=indexed)

    return run
