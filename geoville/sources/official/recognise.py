"""What official files are, seen in their columns, geometry and codes. A file's name only helps to tell its year."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from geoville.errors import AddressListError, InvalidInputError
from geoville.sources.addresses.stream import open_address_file
from geoville.sources.official.area import Recognised
from geoville.sources.official.layer_kinds import kind_of_layer
from geoville.sources.official.layers import VECTOR_SUFFIXES, files_beside, layers_of, main_files
from geoville.sources.official.table_kinds import LABELS, kind_of_table
from geoville.sources.official.tables import COLUMN_SUFFIXES, tables_of
from geoville.sources.official.workbooks import SUFFIXES as WORKBOOK_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_TEXT_SUFFIXES = (".csv", ".gz", ".txt", ".json", ".jsonl", ".ndjson")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_FOLDERS_READ = 3
_PERIMETERS = ("qpv", "zfu")


def recognise(files: Sequence[Path]) -> tuple[Recognised, ...]:
    """Recognise the publications that unpacked files hold; a file that is none of them is left out.

    Parameters
    ----------
    files : as unpacked, with those that stand beside a Shapefile.

    Returns
    -------
    One for each kind and vintage, in the order of the files. Versions of one publication in several formats or CRS,
    or for several départements or territories, are together: `convert` chooses among them.
    """
    found: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for path in main_files(files):
        for seen in _seen_in(path):
            found[seen] += [path, *files_beside(path, files)]
    labels = [path for (kind, _), paths in found.items() if kind == LABELS for path in paths]
    return tuple(
        Recognised(kind, vintage, _reader_of(kind), (*paths, *(labels if kind == "equipment" else ())))
        for (kind, vintage), paths in found.items()
        if kind != LABELS
    )


def _seen_in(path: Path) -> list[tuple[str, str]]:
    """Kind and vintage of each thing that a file holds; none where it is damaged: the other files are looked at."""
    suffix = path.suffix.lower()
    try:
        seen = [kind_of_layer(layer) for layer in layers_of(path)] if suffix in VECTOR_SUFFIXES else []
        if not any(seen) and suffix in (*COLUMN_SUFFIXES, *WORKBOOK_SUFFIXES):
            seen = [next((kind for table in tables_of(path) if (kind := kind_of_table(table))), None)]
    except InvalidInputError:
        return []
    if not any(seen) and suffix in _TEXT_SUFFIXES and _is_address_file(path):
        seen = [("addresses", "")]
    return [(kind, vintage or year_in_name(path)) for kind, vintage in dict.fromkeys(filter(None, seen))]


def _is_address_file(path: Path) -> bool:
    try:
        open_address_file(path)
    except AddressListError:
        return False
    return True


def _reader_of(kind: str) -> str:
    """Module of this package that reads a kind."""
    if kind in _PERIMETERS:
        return "perimeters"
    return "communes" if kind == "commune_contours" else kind


def year_in_name(path: Path) -> str:
    """Last year that a file's name holds, else that of the nearest folder above it; empty where there is none.

    >>> from pathlib import Path
    >>> year_in_name(Path("CONTOURS-IRIS_3-0__SHP_LAMB93_FXX_2023-01-01/CONTOURS-IRIS.shp"))
    '2023'
    """
    names = (path.name, *(folder.name for folder in path.parents[:_FOLDERS_READ]))
    return next((years[-1] for name in names if (years := _YEAR.findall(name))), "")
