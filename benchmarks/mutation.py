"""Tests that would pass on broken code: puts small faults into a module, one at a time, and says which no test notices.

    python benchmarks/mutation.py --module geoville/eligibility/decide.py --module geoville/law --mutants 20

Faults are put into functions and constants of modules (neither default values nor the fields of classes). The tests are
collected once; a fault is then tried in a copy of the process. Loops run as Python: compiled ones would hide it.
What no test notices wants a test, unless it changes nothing: `mutation_equivalents.toml` names those, and says why.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import mutants
import pytest
from hypothesis import Phase, settings
from mutation_copies import REPOSITORY, calls_noted, in_copies, mark_of, noted, put_in
from mutation_equivalents import why

ROOMS = ("law", "carroyage", "perimeters", "eligibility")
POOL = [
    *(f"tests/unit/{room}" for room in ROOMS),
    *(f"geoville/{room}" for room in ROOMS),
    "tests/properties",
    "tests/golden",
]
TOO_LONG_S = 3.0
"""Of processor: a test this long would be run for each fault, and tells little more than the others."""
RECORDED_S = 6.0
"""Noting calls takes about as long as the test."""
NEAREST_S, OTHERS_S = 10.0, 3.0
"""Of processor, for the tests that call a function, the shortest first, and for others of its module."""
NOWHERE = 3


@dataclass
class Tried:
    """What became of the faults of a module.

    Parameters
    ----------
    places : where the module could have one.
    faults : tried, one at each place drawn.
    endless : faults noticed by the time that tests take, and by nothing else.
    unnoticed, idle : faults that no test noticed, in words; those of them that change nothing.
    """

    places: int = 0
    faults: int = 0
    endless: int = 0
    unnoticed: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)


class Mutation:
    """Pytest plugin that tries faults instead of running the tests once."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self._asked = asked
        self._calls: dict[str, tuple[float, frozenset[str]]] = {}
        self._failed = False

    def pytest_sessionstart(self) -> None:
        """Properties try the same examples at each run, and do not look for the smallest that fails."""
        usual, phases = settings.get_profile("same"), (Phase.explicit, Phase.generate)
        settings.register_profile("mutation", usual, derandomize=True, database=None, phases=phases)
        settings.load_profile("mutation")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed = self._failed or not report.passed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        file: Path = self._asked.calls
        if self._asked.record:
            file.unlink(missing_ok=True)
        file.touch()
        known = noted(file)
        in_copies([(lambda: self._record([item for item in session.items if item.nodeid not in known], file), 7200)])
        self._calls = noted(file)
        say("| module | places | faults | unnoticed | of these, change nothing | seconds |\n|---|---|---|---|---|---|")
        total = Tried()
        for module in modules(self._asked.module):
            start = time.perf_counter()
            tried = self._try(module, session.items)
            if not tried.faults:
                continue
            counts = f"{tried.places} | {tried.faults} | {len(tried.unnoticed)} | {len(tried.idle)}"
            say(f"| `{path_of(module)}` | {counts} | {time.perf_counter() - start:.0f} |")
            for fault in tried.unnoticed:
                say(f"    {fault}")
            total = Tried(
                total.places + tried.places,
                total.faults + tried.faults,
                total.endless + tried.endless,
                total.unnoticed + tried.unnoticed,
                total.idle + tried.idle,
            )
        say(summary(total, self._asked.seed))
        return True

    def _record(self, items: list[pytest.Item], file: Path) -> int:
        """Write, of each test, the seconds that it takes, too many if it fails, and the functions that it calls."""
        with file.open("a", encoding="utf-8") as calls:
            for item in items:
                start = time.process_time()
                with calls_noted() as called, ended_after(RECORDED_S):
                    passed = self._passes(item)
                seconds = time.process_time() - start if passed else TOO_LONG_S
                calls.write(json.dumps([item.nodeid, seconds, sorted(called), mark_of(item.nodeid, called)]) + "\n")
                calls.flush()
        return 0

    def _try(self, module: Path, items: list[pytest.Item]) -> Tried:
        path = path_of(module)
        source = module.read_text(encoding="utf-8")
        faults, places = mutants.sample(source, self._asked.mutants, self._asked.seed)
        runs = [
            self._run(
                self._tests_of(path, mutant.function, items),
                functools.partial(put_in, mutant.compiled(source, str(module)), mutant.function),
            )
            for mutant in faults
        ]
        tried = Tried(places, len(faults))
        for mutant, ended in zip(faults, in_copies(runs, self._asked.processes), strict=True):
            if ended == NOWHERE:
                say(f"    put nowhere, hence not counted: {path}:{mutant.line} {mutant.fault(source)}")
                tried.faults -= 1
            tried.endless += ended is None
            if ended == 0:
                fault = mutant.fault(source)
                reason = why(path, mutant.function, fault)
                words = f"{path}:{mutant.line} ({mutant.function}): {fault}"
                tried.unnoticed.append(words + (f"  (changes nothing: {reason})" if reason else ""))
                tried.idle += [words] if reason else []
        return tried

    def _tests_of(self, path: str, function: str | None, items: list[pytest.Item]) -> list[pytest.Item]:
        """Tests to try in turn: those that call the function, then those that call others of its module; some, if many.

        The function may be called once for all, hence not in every test that rests on it. Of a constant: those that
        call functions of its module, then those that call functions of modules that import it.
        """
        users = {path} if function else {path, *importers(path)}

        def nearness(item: pytest.Item) -> int:
            functions = self._calls[item.nodeid][1]
            called = f"{path}:{function}" if function else f"{path}:"
            near = called in functions if function else any(name.startswith(called) for name in functions)
            return 0 if near else 1 if any(name.partition(":")[0] in users for name in functions) else 2

        chosen, left = [], [NEAREST_S, OTHERS_S]
        for item in sorted(self._quick(items), key=lambda item: (nearness(item), self._calls[item.nodeid][0])):
            near = nearness(item)
            if near < len(left) and left[near] > 0:
                chosen.append(item)
                left[near] -= self._calls[item.nodeid][0]
        return chosen

    def _quick(self, items: list[pytest.Item]) -> list[pytest.Item]:
        return [item for item in items if item.nodeid in self._calls and self._calls[item.nodeid][0] < TOO_LONG_S]

    def _run(self, tests: list[pytest.Item], fault: Callable[[], bool]) -> tuple[Callable[[], int], float]:
        """Tests with a fault, 0 where they all pass, and the seconds that they may take."""

        def run() -> int:
            if not fault():
                return NOWHERE
            return 0 if all(self._passes(item) for item in tests) else 1

        return run, 60 + 20 * sum(self._calls[item.nodeid][0] for item in tests)

    def _passes(self, item: pytest.Item) -> bool:
        self._failed = False
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return not self._failed


class TooLong(BaseException):
    """What nothing catches but pytest."""


@contextlib.contextmanager
def ended_after(seconds: float) -> Iterator[None]:
    """Fail a test that takes more processor: loops that are not compiled may take minutes."""

    def stop(_signal: int, _frame: object) -> None:
        raise TooLong

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def summary(total: Tried, seed: int) -> str:
    """How many of how many, with and without the faults that change nothing."""
    unnoticed, idle = len(total.unnoticed), len(total.idle)
    wanting, that_change = unnoticed - idle, total.faults - idle
    return (
        f"{total.faults} faults, one at each of so many places of {total.places} (seed {seed}); {total.endless} noticed"
        f" by the time they take.\n{unnoticed} unnoticed ({unnoticed / total.faults:.1%}), of which {idle} change"
        f" nothing; left out these: {wanting} of {that_change} ({wanting / that_change:.1%})."
    )


@functools.cache
def importers(path: str) -> list[str]:
    """Paths of the modules of geoville that import something of another."""
    dotted = path.removesuffix(".py").replace("/", ".")
    files = [path_of(file) for file in (REPOSITORY / "geoville").rglob("*.py")]
    return [file for file in files if f"from {dotted} import" in (REPOSITORY / file).read_text(encoding="utf-8")]


def path_of(module: Path) -> str:
    return module.relative_to(REPOSITORY).as_posix()


def modules(asked: list[str]) -> list[Path]:
    paths = [(REPOSITORY / name).resolve() for name in asked]
    return [file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*.py")))]


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--module", action="append", required=True, help="file or folder of geoville; several may be given"
    )
    parser.add_argument("--mutants", type=int, default=20, help="faults tried per module")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1, help="faults tried at once")
    parser.add_argument("--tests", nargs="+", default=POOL, help="files and folders of tests")
    parser.add_argument("--record", action="store_true", help="run again tests whose calls are noted already")
    parser.add_argument(
        "--calls", type=Path, default=REPOSITORY / ".pytest_cache" / "calls.jsonl", help="where that is kept"
    )
    asked = parser.parse_args()
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    os.chdir(REPOSITORY)
    sys.path.insert(0, str(REPOSITORY))
    asked.calls.parent.mkdir(exist_ok=True)
    options = ["-q", "-s", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    return int(pytest.main([*options, *asked.tests], plugins=[Mutation(asked)]))


if __name__ == "__main__":
    sys.exit(main())
