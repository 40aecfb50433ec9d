"""Tests that would pass on broken code: puts small faults into a module, one at a time, and says which no test notices.

    python benchmarks/mutation.py --module geoville/eligibility/decide.py --module geoville/law --mutants 20

Faults are put into functions and constants of modules (neither default values nor the fields of classes). The tests are
collected once; a fault is then tried in a copy of the process. Loops run as Python: compiled ones would hide it.
What survives wants a test, or a word in `docs/decisions/0007-faults-that-no-test-notices.md`.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import mutants
import pytest
from hypothesis import Phase, settings
from mutation_copies import REPOSITORY, calls_noted, in_a_copy, put_in

ROOMS = ("law", "carroyage", "perimeters", "eligibility")
POOL = [
    *(f"tests/unit/{room}" for room in ROOMS),
    *(f"geoville/{room}" for room in ROOMS),
    "tests/properties",
    "tests/golden",
]
TOO_LONG_S = 3.0
"""Of processor: a test this long would be run for each fault, and tells little more than the others."""
NOWHERE = 3


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
        if self._asked.record or not file.exists():
            in_a_copy(lambda: self._record(session.items, file), 3600)
        self._calls = {
            name: (seconds, frozenset(functions))
            for name, (seconds, functions) in json.loads(file.read_text(encoding="utf-8")).items()
        }
        say("| module | faults | unnoticed | seconds |\n|---|---|---|---|")
        for module in modules(self._asked.module):
            start = time.perf_counter()
            tried, survivors = self._try(module, session.items)
            path = module.relative_to(REPOSITORY).as_posix()
            say(f"| `{path}` | {tried} | {len(survivors)} | {time.perf_counter() - start:.0f} |")
            for mutant in survivors:
                fault = mutant.fault(module.read_text(encoding="utf-8"))
                say(f"    {path}:{mutant.line} ({mutant.function}): {fault}")
        return True

    def _record(self, items: list[pytest.Item], file: Path) -> int:
        """Write, of each test that passes, the seconds that it takes and the functions of geoville that it calls."""
        calls = {}
        for item in items:
            start = time.process_time()
            with calls_noted() as called:
                passed = self._passes(item)
            if passed:
                calls[item.nodeid] = time.process_time() - start, sorted(called)
        file.write_text(json.dumps(calls, indent=0), encoding="utf-8")
        return 0

    def _try(self, module: Path, items: list[pytest.Item]) -> tuple[int, list[mutants.Mutant]]:
        """Number of faults tried on a module, and those that no test notices."""
        path = module.relative_to(REPOSITORY).as_posix()
        source = module.read_text(encoding="utf-8")
        tried = mutants.sample(source, self._asked.mutants, self._asked.seed)
        survivors = []
        for mutant in tried:
            tests = self._tests_of(path, mutant.function, items)
            faulty = mutant.compiled(source, str(module))
            if self._all_pass(tests, functools.partial(put_in, faulty, mutant.function)):
                survivors.append(mutant)
        return len(tried), survivors

    def _tests_of(self, path: str, function: str | None, items: list[pytest.Item]) -> list[pytest.Item]:
        """Tests to try in turn: those that call the function, then those of its module; all of them for a constant.

        The function may be called once for all, hence not in every test that rests on it.
        """

        def order(item: pytest.Item) -> tuple[bool, bool, float]:
            seconds, functions = self._calls[item.nodeid]
            return f"{path}:{function}" not in functions, item not in own, seconds

        known = [item for item in items if item.nodeid in self._calls and self._calls[item.nodeid][0] < TOO_LONG_S]
        own = {item for item in known if any(name.startswith(f"{path}:") for name in self._calls[item.nodeid][1])}
        return sorted(own if function else known, key=order)

    def _all_pass(self, tests: list[pytest.Item], fault: Callable[[], bool]) -> bool:
        def run() -> int:
            if not fault():
                return NOWHERE
            return 0 if all(self._passes(item) for item in tests) else 1

        seconds = 60 + 20 * sum(self._calls[item.nodeid][0] for item in tests)
        ended = in_a_copy(run, seconds)
        if ended == NOWHERE:
            raise SystemExit("a fault was put nowhere: nothing can be said of the tests")
        return ended == 0

    def _passes(self, item: pytest.Item) -> bool:
        self._failed = False
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return not self._failed


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
    parser.add_argument("--tests", nargs="+", default=POOL, help="files and folders of tests")
    parser.add_argument("--record", action="store_true", help="run the tests again to see what each calls")
    parser.add_argument(
        "--calls", type=Path, default=REPOSITORY / ".pytest_cache" / "calls.json", help="where that is kept"
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
