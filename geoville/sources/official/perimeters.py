"""Official perimeters (QPV of both generations, ZFU) that come near the area, as a layer of a pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.model import Kind
from geoville.sources.contours import read_perimeters
from geoville.sources.official.area import Converted
from geoville.sources.official.layer_kinds import kind_of_layer
from geoville.sources.official.outlines import needed
from geoville.sources.official.pack_files import write_layer
from geoville.sources.official.polygons import layers_to_read, repairs_note
from geoville.sources.writers import perimeters_frame

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geoville.model import Perimeter
    from geoville.sources.official.area import Area, Recognised
    from geoville.sources.official.outlines import Outlines
    from geoville.sources.registry import DataSet


def convert_perimeters(
    found: Recognised, data_set: DataSet, area: Area, folder: Path, outlines: Outlines | None
) -> tuple[Converted, ...]:
    """Write the perimeters that have a point in common with a commune of the area; nothing where there is none.

    Raises
    ------
    InvalidInputError
        The contours are at fault (see `read_perimeters`), or the outlines of the communes are needed and not known.
    """
    kind = Kind(found.kind)
    layers = layers_to_read(found, area, lambda layer: (kind_of_layer(layer) or ("", ""))[0] == kind)
    files = [read_perimeters(layer.path, kind=kind) for layer in layers]
    every = {perimeter.code: perimeter for file in files for perimeter in file.cited(data_set.source)}
    kept = _near([perimeter for perimeter in every.values() if perimeter.epsg == area.epsg], area, outlines, kind)
    if not kept:
        return ()
    path = folder / f"{kind}_{found.vintage}.parquet" if kind is Kind.QPV else folder / f"{kind}.parquet"
    write_layer(perimeters_frame(kept), path)
    codes = {perimeter.code for perimeter in kept}
    repaired = sorted({repair.code for file in files for repair in file.repairs if repair.code in codes})
    notes = (repairs_note(repaired),) if repaired else ()
    return (Converted(path, kind.value, len(kept), len(every) - len(kept), notes),)


def _near(perimeters: Sequence[Perimeter], area: Area, outlines: Outlines | None, kind: Kind) -> list[Perimeter]:
    if area.is_country or not perimeters:
        return list(perimeters)
    shapes = np.array([perimeter.geometry for perimeter in perimeters], dtype=object)
    touching = needed(outlines, f"les {kind.upper()}").touch(shapes)
    return [perimeter for perimeter, touches in zip(perimeters, touching, strict=True) if touches]
