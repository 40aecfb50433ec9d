"""Run the notebooks of this folder again and keep their outputs: `python docs/notebooks/run.py`.

With `--check`, nothing is written: the exit code is 1 where a kept output is not what the notebook gives now. Pictures
are not compared, only that there is one: their bytes change with the version of matplotlib.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent
LONGEST_CELL_S = 60
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

Cell = dict[str, Any]


def executed(path: Path) -> nbformat.NotebookNode:
    """A notebook with the outputs that it gives now: the same whatever the user added to a territory."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=LONGEST_CELL_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
    )
    with TemporaryDirectory() as folder:
        client.execute(env={**os.environ, "GEOVILLE_DATA_DIR": folder})
    notebook.metadata = nbformat.from_dict(METADATA)
    return notebook


def texts(cell: Cell) -> list[str]:
    """What a cell shows, as text; a picture is only named."""
    shown = []
    for output in cell.get("outputs", []):
        if output["output_type"] == "stream":
            shown.append(output["text"])
        elif output["output_type"] == "error":
            shown.append(output["evalue"])
        else:
            shown += [kind if kind.startswith("image/") else text for kind, text in sorted(output["data"].items())]
    return shown


def stale_cells(kept: nbformat.NotebookNode, fresh: nbformat.NotebookNode) -> list[str]:
    """What each cell whose kept output is not the fresh one shows, before and now."""
    pairs = zip(kept.cells, fresh.cells, strict=True)
    return [
        f"[{cell.id}]\nkept:  {texts(cell)}\nfresh: {texts(new)}" for cell, new in pairs if texts(cell) != texts(new)
    ]


def main(words: list[str]) -> int:
    """Run the notebooks named, or all of them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="all of the folder unless named")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a kept output is stale")
    asked = parser.parse_args(words)
    stale = 0
    for path in asked.notebooks or sorted(FOLDER.glob("*.ipynb")):
        fresh = executed(path)
        if not asked.check:
            nbformat.write(fresh, path)
            continue
        for cell in stale_cells(nbformat.read(path, as_version=4), fresh):
            stale = 1
            sys.stdout.write(f"{path.name} {cell}\n")
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
