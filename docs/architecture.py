"""Draw the rooms of geoville from its imports, into docs/architecture.md: `python docs/architecture.py`.

With `--check`, nothing is written: the exit code is 1 where the page is not what the code gives now.
"""

from __future__ import annotations

import argparse
import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent / "geoville"
PAGE = HERE / "architecture.md"
START, END = "<!-- begin: docs/architecture.py -->\n", "<!-- end -->\n"

Graph = dict[str, set[str]]


def room_files(package: Path) -> dict[str, list[Path]]:
    """Python files of each room: a folder, or a module of its own."""
    rooms: dict[str, list[Path]] = {}
    for path in sorted(package.rglob("*.py")):
        room = path.relative_to(package).parts[0].removesuffix(".py")
        if room != "__init__":
            rooms.setdefault(room, []).append(path)
    return rooms


def imported_rooms(path: Path, rooms: set[str]) -> Iterator[str]:
    """Rooms that a file imports, inside functions and for types too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            whole = [alias.name for alias in node.names]
        else:
            continue
        for name in whole:
            package, _, rest = name.partition(".")
            room = rest.partition(".")[0]
            if package == "geoville" and room in rooms:
                yield room


def imports(files: dict[str, list[Path]]) -> Graph:
    """Rooms that each room imports."""
    rooms = set(files)
    return {
        room: {other for path in paths for other in imported_rooms(path, rooms)} - {room}
        for room, paths in files.items()
    }


def heights(graph: Graph) -> dict[str, int]:
    """Number of steps down from each room to one that imports nothing.

    Raises
    ------
    SystemExit
        Two rooms import each other, however long the way round.
    """
    found: dict[str, int] = {}
    while len(found) < len(graph):
        ready = [room for room in graph if room not in found and graph[room] <= found.keys()]
        if not ready:
            sys.exit(f"These rooms import one another: {', '.join(sorted(graph.keys() - found.keys()))}")
        found |= {room: 1 + max((found[other] for other in graph[room]), default=-1) for room in ready}
    return found


def arrows(graph: Graph) -> list[tuple[str, str]]:
    """Imports that no longer way down already tells, from the top."""
    height = heights(graph)
    below: Graph = {}
    for room in sorted(graph, key=lambda name: height[name]):
        below[room] = graph[room].union(*(below[other] for other in graph[room]))
    kept = [
        (room, other)
        for room, others in graph.items()
        for other in others
        if not any(other in below[between] for between in others)
    ]
    return sorted(kept, key=lambda pair: (-height[pair[0]], *pair))


def picture(files: dict[str, list[Path]]) -> str:
    """Rooms and arrows, as a Mermaid flowchart."""
    graph = imports(files)
    height = heights(graph)
    from_top = sorted(files, key=lambda room: (-height[room], room))
    boxes = [f'    {room}["<b>{room}</b><br/>{_count(files[room])}"]' for room in from_top]
    lines = [f"    {room} --> {other}" for room, other in arrows(graph)]
    return "\n".join(["```mermaid", "flowchart TD", *boxes, *lines, "```"])


def table(files: dict[str, list[Path]]) -> str:
    """What each room holds, in its own words, its number of files, and all that it imports."""
    graph = imports(files)
    height = heights(graph)
    rows = ["| room | what it holds | files | imports |", "|---|---|---|---|"]
    for room in sorted(files, key=lambda name: (-height[name], name)):
        down = sorted(graph[room], key=lambda name: (-height[name], name))
        rows.append(f"| `{room}` | {_first_line(files[room])} | {len(files[room])} | {', '.join(down) or '–'} |")
    return "\n".join(rows)


def generated(package: Path = PACKAGE) -> str:
    """The part of the page that the code decides."""
    files = room_files(package)
    total = sum(len(paths) for paths in files.values())
    return f"{picture(files)}\n\n{table(files)}\n\n{total} Python files in all, `__init__.py` of the package apart.\n"


def page(text: str) -> str:
    """A page with its generated part as the code gives it now."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{generated()}\n{END}{after}"


def _count(paths: list[Path]) -> str:
    return "1 file" if len(paths) == 1 else f"{len(paths)} files"


def _first_line(paths: list[Path]) -> str:
    home = next((path for path in paths if path.name == "__init__.py"), paths[0])
    return (ast.get_docstring(ast.parse(home.read_text(encoding="utf-8"))) or "").splitlines()[0]


def main() -> int:
    """Write the page, or tell whether it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where the page is stale")
    now = PAGE.read_text(encoding="utf-8")
    fresh = page(now)
    if parser.parse_args().check:
        return int(fresh != now)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
