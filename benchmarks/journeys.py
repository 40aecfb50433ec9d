"""How far one reads to follow five journeys: functions and files of geoville that each enters; how files are cut.

    python benchmarks/journeys.py [--before FOLDER] [--only lookup,map] [--write]

A function counts once however often it is called. What runs while a module is imported (its body, bodies of classes)
does not count, nor do comprehensions and lambdas, which are read where they stand. `--before` measures a clone of
another revision beside this one; `--write` puts the table into `docs/architecture.md`, between its markers.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType

REPOSITORY = Path(__file__).resolve().parents[1]
PAGE = REPOSITORY / "docs" / "architecture.md"
START, END = "<!-- begin: benchmarks/journeys.py -->\n", "<!-- end: benchmarks/journeys.py -->\n"
ADDRESS, OTHER_ADDRESS = "55 rue de Picardie, 62100 Calais", "12 rue Mollien, 62100 Calais"
ROWS = "adresse\n55 rue de Picardie 62100 Calais\n12 rue Mollien 62100 Calais\nrue qui n'existe pas 62100 Calais\n"
TIMEOUT_S = 600


@dataclass
class Entered:
    """Code of a package that a profiler saw entered, in every thread started since.

    Parameters
    ----------
    package : folder of the package.
    """

    package: Path
    on: bool = False
    seen: set[CodeType] = field(default_factory=set)

    def watch(self) -> None:
        """Begin to listen; nothing is kept before `kept`."""
        threading.setprofile(self._hear)
        sys.setprofile(self._hear)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep what is entered meanwhile."""
        self.on = True
        try:
            yield
        finally:
            self.on = False

    def _hear(self, frame: FrameType, event: str, _: object) -> None:
        if self.on and event == "call":
            self.seen.add(frame.f_code)

    def functions(self) -> set[tuple[str, str]]:
        """File and qualified name of each function: modules, bodies of classes, comprehensions and lambdas left out."""
        return {
            (str(Path(code.co_filename).relative_to(self.package)), f"{code.co_qualname}:{code.co_firstlineno}")
            for code in self.seen
            if code.co_filename.startswith(f"{self.package}{os.sep}")
            and code.co_flags & inspect.CO_OPTIMIZED
            and not code.co_name.startswith("<")
        }


# --- The journeys


def _command(*arguments: str) -> Callable[[Entered], None]:
    """A command, from the interpreter's start to its exit."""

    def run(entered: Entered) -> None:
        with entered.kept():
            from geoville.cli import main

            sys.argv = ["geoville", *arguments]
            try:
                main()
            except SystemExit as end:
                if end.code:
                    raise SystemExit(f"geoville {arguments[0]}: exit code {end.code}") from end

    return run


def _file(entered: Entered) -> None:
    Path("adresses.csv").write_text(ROWS, encoding="utf-8")
    _command("lookup-file", "adresses.csv", "reponses.csv", "--address-columns", "adresse")(entered)


def _warm_request(entered: Entered) -> None:
    """A request to a service that has answered another one before, without the server's own parsing."""
    import httpx

    from geoville.api.app import create_app
    from geoville.api.settings import Settings

    app = create_app(Settings(territory="calais", perimeters=()))

    async def ask() -> None:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://geoville") as client:
            (await client.get("/lookup", params={"q": OTHER_ADDRESS})).raise_for_status()
            with entered.kept():
                (await client.get("/lookup", params={"q": ADDRESS})).raise_for_status()

    asyncio.run(ask())


@dataclass(frozen=True)
class Journey:
    """Something that is asked of geoville, from door to door."""

    title: str
    run: Callable[[Entered], None]


JOURNEYS = {
    "lookup": Journey("`geoville lookup` of an address", _command("lookup", ADDRESS)),
    "get": Journey("warm `GET /lookup` of an address", _warm_request),
    "lookup-file": Journey("`geoville lookup-file` of three addresses", _file),
    "candidates": Journey(
        "`geoville perimeters candidates`",
        _command("perimeters", "candidates", "--territory", "calais", "--out", "candidats.geojson"),
    ),
    "map": Journey("`geoville map` of a sector", _command("map", "gagarine-manet-ferber", "--out", ".")),
}


# --- Measuring, in an interpreter of its own for each journey


@dataclass(frozen=True)
class Size:
    """How a package is cut into files."""

    files: int
    median: int
    mean: int
    lines: int


def size(root: Path) -> Size:
    """Python files of geoville in a clone, their median and mean length, and the lines of all."""
    lengths = [len(path.read_text(encoding="utf-8").splitlines()) for path in (root / "geoville").rglob("*.py")]
    return Size(len(lengths), *map(round, (statistics.median(lengths), statistics.mean(lengths))), sum(lengths))


def measure(root: Path, journey: str) -> tuple[int, int]:
    """Functions and files that a journey enters in a clone.

    Raises
    ------
    SystemExit
        The journey fails there.
    """
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, Path(__file__).resolve(), "--trace", journey, "--package", root.resolve() / "geoville"],
            check=False,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(root.resolve())},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
    if done.returncode:
        raise SystemExit(f"{journey}, in {root.name}: {done.stderr.strip()}")
    functions = json.loads(done.stdout.splitlines()[-1])
    return len(functions), len({file for file, _ in functions})


def trace(journey: str, package: Path) -> None:
    """Run a journey in this interpreter, and print what it entered as the last line."""
    entered = Entered(package)
    entered.watch()
    JOURNEYS[journey].run(entered)
    sys.setprofile(None)
    print(json.dumps(sorted(entered.functions())))


# --- The table


def table(roots: dict[str, Path], journeys: list[str]) -> str:
    """Sizes and journeys, one column for each clone, as Markdown."""
    sizes = [size(root) for root in roots.values()]
    rows = [
        ("files of the package", *(f"{item.files:,}" for item in sizes)),
        ("lines of a file, median", *(f"{item.median:,}" for item in sizes)),
        ("lines of a file, mean", *(f"{item.mean:,}" for item in sizes)),
        ("lines in all", *(f"{item.lines:,}" for item in sizes)),
    ]
    for name in journeys:
        measured = [measure(root, name) for root in roots.values()]
        rows.append(
            (JOURNEYS[name].title, *(f"{functions:,} functions in {files:,} files" for functions, files in measured))
        )
    head = f"| | {' | '.join(roots)} |\n|---{'|---' * len(roots)}|\n"
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def written(page: str, shown: str) -> str:
    """The page with the table between its markers."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{shown}\n{END}{after}"


def main() -> None:
    """Print the table, or write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path, help="clone of another revision")
    parser.add_argument("--only", default=",".join(JOURNEYS), help="journeys, by name")
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.relative_to(REPOSITORY)}")
    parser.add_argument("--trace", help=argparse.SUPPRESS)
    parser.add_argument("--package", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.trace:
        trace(asked.trace, asked.package)
        return
    roots = {"before": asked.before, "now": REPOSITORY} if asked.before else {"now": REPOSITORY}
    shown = table(roots, asked.only.split(","))
    if asked.write:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), shown), encoding="utf-8")
    print(shown, end="")


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()
