"""Polygons of an official layer by their code: cut to the area first, then projected, checked and repaired."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.errors import InvalidInputError, Location
from geoville.sources.contours.geometry import fault_of, projected_all, repaired
from geoville.sources.contours.table import epsg_of
from geoville.sources.official.faults import Faults
from geoville.sources.official.layers import chosen_layers, layers_of, main_files
from geoville.sources.vector_files import read_vector_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from geoville.sources.official.area import Area, Recognised
    from geoville.sources.official.layers import Layer

_SHOWN_REPAIRS = 5


@dataclass(frozen=True, eq=False, slots=True)
class OfficialPolygons:
    """Polygons kept of a publication, in order of their codes.

    Parameters
    ----------
    code : (k,) text, each once.
    frame : the other columns of the same rows, names in lower case.
    polygons : (k,) valid, in the area's CRS.
    left_out : rows of the files that are not of the area.
    notes : French sentences on what was repaired.
    """

    code: NDArray[np.str_]
    frame: pd.DataFrame
    polygons: NDArray[np.object_]
    left_out: int
    notes: tuple[str, ...]


def layers_to_read(found: Recognised, area: Area, is_one: Callable[[Layer], bool]) -> tuple[Layer, ...]:
    """Layers of a publication that are of its kind and fit the area's CRS.

    Raises
    ------
    InvalidInputError
        No file has such a layer any more.
    """
    layers = [layer for path in main_files(found.files) for layer in layers_of(path) if is_one(layer)]
    if not layers:
        raise InvalidInputError(
            "Aucun de ces fichiers ne contient plus la couche attendue",
            where=Location(found.files[0].name),
            advice="les décompresser de nouveau",
        )
    return chosen_layers(layers, area.epsg)


def read_polygons(
    layers: Sequence[Layer], codes: Sequence[str], area: Area, commune_in: Callable[[str], str], noun: str
) -> OfficialPolygons:
    """Read the polygons of some layers that are of the area.

    Parameters
    ----------
    codes : spellings of the column of codes, in lower case.
    commune_in : commune of a code.
    noun : what the polygons are, for errors ("IRIS", "communes").

    Raises
    ------
    InvalidInputError
        A layer cannot be read or has no usable CRS, rows have no code or no polygon, or none is of the area.
    """
    import pandas as pd

    parts = [_read_layer(layer, codes, area, commune_in, noun) for layer in layers]
    frame = pd.concat([part for part, _ in parts], ignore_index=True)
    frame = frame.drop_duplicates("_code").sort_values("_code", ignore_index=True)
    if frame.empty:
        raise InvalidInputError(
            f"Aucun contour ({noun}) n'est dans le territoire",
            where=Location(layers[0].path.name),
            advice="vérifier les codes des communes demandées et le département du fichier",
        )
    polygons, notes = _repaired(frame["_code"].tolist(), np.array(frame["geometry"].to_numpy(), dtype=object))
    return OfficialPolygons(
        frame["_code"].to_numpy(dtype=np.str_), frame, polygons, sum(left_out for _, left_out in parts), notes
    )


def _read_layer(
    layer: Layer, codes: Sequence[str], area: Area, commune_in: Callable[[str], str], noun: str
) -> tuple[pd.DataFrame, int]:
    read = read_vector_file(layer.path, noun, layer=layer.name)
    epsg = epsg_of(read, layer.path)
    shapes = np.array(read.geometry.to_numpy(), dtype=object)
    frame = read.drop(columns=read.geometry.name).rename(columns=lambda name: str(name).lower())
    column = next(name for name in codes if name in frame.columns)
    written = frame[column].fillna("").astype(str).str.strip().str.upper()
    kept = area.holds_each(commune_in(code) for code in written) | (written == "").to_numpy()
    _check(layer.path.name, column, np.flatnonzero(kept), written[kept], shapes[kept])
    cut = frame[kept].assign(_code=written[kept], geometry=projected_all(shapes[kept], epsg, area.epsg))
    return cut, len(frame) - len(cut)


def _check(file: str, column: str, rows: NDArray[np.intp], codes: Iterable[str], shapes: NDArray[np.object_]) -> None:
    faults = Faults(file)
    for row, code, shape in zip(rows.tolist(), codes, shapes, strict=True):
        if not code:
            faults.add("Contour sans code", "donner le fichier officiel entier", line=row + 1, column=column, value="")
        elif (fault := fault_of(shape)) is not None:
            faults.add(fault, "télécharger de nouveau le fichier", line=row + 1, column="geometry", value=code)
    faults.refuse()


def _repaired(codes: Sequence[str], polygons: NDArray[np.object_]) -> tuple[NDArray[np.object_], tuple[str, ...]]:
    """Valid polygons, and what is to be said of those that were not."""
    import shapely

    mended = [code for code, valid in zip(codes, shapely.is_valid(polygons), strict=True) if not valid]
    if not mended:
        return polygons, ()
    valid = np.array([repaired(code, shape)[0] for code, shape in zip(codes, polygons, strict=True)], dtype=object)
    return valid, (repairs_note(mended),)


def repairs_note(codes: Sequence[str]) -> str:
    """Sentence that names the first contours that had to be repaired.

    >>> repairs_note(["QP013009"])
    'Contours invalides réparés : 1 (QP013009).'
    """
    more = ", …" if len(codes) > _SHOWN_REPAIRS else ""
    return f"Contours invalides réparés : {len(codes)} ({', '.join(codes[:_SHOWN_REPAIRS])}{more})."
