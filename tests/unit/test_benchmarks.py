"""The benchmarks run, on very little, and what they print is gathered, with what is missing."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from dataclasses import astuple
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from geoville.sources.addresses import address_lists, read_every_address
from geoville.sources.contours import read_perimeters
from geoville.sources.layers import read_iris

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="peaks of memory are read as Linux and macOS count them"
)

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
PRINTED = """x86_64, 2 cores

| task | against | geoville | peer | ratio | target |
|---|---|---|---|---|---|
| some work | a peer | 1.0 s | 2.0 s | × 2.0 | – |
| more work | a peer | 1.0 s | 3.0 s | × 3.0 | ≥ 2: reached |

| command | seconds |
|---|---|
| lookup | 1.0 |
"""


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return import_module


def test_a_benchmark_runs_and_its_results_are_written_in_one_stroke(tmp_path: Path) -> None:
    out = tmp_path / "RESULTS.md"
    command = [sys.executable, BENCHMARKS / "run_all.py", "--quick", "--only", "speed_addresses", "--out", out]
    subprocess.run(command, check=True, capture_output=True)
    text = out.read_text(encoding="utf-8")
    assert "geoville 0." in text
    assert "## speed_addresses.py" in text
    assert "searched, 100 requests: requests/s" in text
    assert "## Left out\n\nNothing." in text
    assert list(tmp_path.iterdir()) == [out]


def test_ratios_make_one_table_and_what_is_missing_is_said(module: Callable[[str], ModuleType]) -> None:
    run_all = module("run_all")
    outcomes = [
        run_all.Outcome("speed", PRINTED),
        run_all.Outcome("absent", missing="module some_peer not found"),
        run_all.Outcome("broken", failure="ValueError: no"),
    ]
    head, left_out = run_all.report(outcomes).split("## Left out")
    assert "| `speed.py` | some work | a peer | 1.0 s | 2.0 s | × 2.0 | – |\n| `speed.py` | more work |" in head
    assert "lookup" not in head
    assert "- `absent.py` did not run: module some_peer not found." in left_out
    assert "- `broken.py` failed: ValueError: no." in left_out
    assert PRINTED.strip() in left_out


def test_what_a_benchmark_lacks_is_known_before_it_runs(module: Callable[[str], ModuleType], tmp_path: Path) -> None:
    run_all = module("run_all")
    needy = run_all.Benchmark(
        "x", 1, modules=("no_such_module",), programs=("no-such-program",), folder=tmp_path / "no"
    )
    assert [lack.split()[0] for lack in needy.lacks()] == ["module", "program", "folder"]
    assert not run_all.Benchmark("x", 1, modules=("json",), folder=tmp_path).lacks()


def test_a_busy_machine_writes_nothing_and_leaves_what_stood(
    module: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_all = module("run_all")
    before = run_all.Outcome("speed", PRINTED, on="2026-11-23")
    after = {"busy before": iter([0.5]), "busy meanwhile": iter([0.0, 0.5]), "quiet": iter([0.0, 0.02])}
    monkeypatch.setattr(run_all, "_run", lambda benchmark, _: run_all.Outcome(benchmark.name, "new figures"))
    monkeypatch.setattr(run_all.time, "sleep", lambda _: None)
    found = {}
    for when, shares in after.items():
        monkeypatch.setattr(run_all._Others, "share", lambda _, shares=shares: next(shares))
        found[when] = run_all._timed(run_all.Benchmark("speed", 1), float("inf"), before)
    for when in ("busy before", "busy meanwhile"):
        assert (found[when].printed, found[when].on) == (PRINTED, "2026-11-23")
        assert "others take 50% of the processors" in found[when].missing
    assert found["quiet"].printed == "new figures"
    assert "others took 2% meanwhile" in found["quiet"].on
    shares = iter([0.0, 0.5])
    monkeypatch.setattr(run_all._Others, "share", lambda _: next(shares))
    of_a_browser = run_all._timed(run_all.Benchmark("pages", 1, counted=False), float("inf"), before)
    assert of_a_browser.printed == "new figures"
    assert "not known" in of_a_browser.on
    late = run_all._timed(run_all.Benchmark("speed", 1), 0.0, before)
    assert (late.printed, late.missing) == (PRINTED, "no time was left")


def test_a_run_of_some_benchmarks_leaves_the_rows_of_the_others(
    module: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_all = module("run_all")
    kept, out = tmp_path / "results.json", tmp_path / "RESULTS.md"
    monkeypatch.setattr(run_all, "_busy_share", lambda: 0.0)
    monkeypatch.setattr(run_all._Others, "share", lambda _: 0.0)
    for name in ("speed_grid", "speed_points"):
        printed = PRINTED.replace("some work", f"work of {name}")
        monkeypatch.setattr(run_all, "_run", lambda each, _, printed=printed: run_all.Outcome(each.name, printed))
        monkeypatch.setattr(sys, "argv", ["run_all", "--only", name, "--kept", str(kept), "--out", str(out)])
        assert run_all.main() == 0
    text = out.read_text(encoding="utf-8")
    assert "| `speed_grid.py` | work of speed_grid |" in text
    assert "| `speed_points.py` | work of speed_points |" in text
    assert "`load_http.py` did not run: not asked for" in text


def test_what_others_take_of_the_processors_is_told_from_what_is_ours(module: Callable[[str], ModuleType]) -> None:
    others = module("run_all")._Others
    watched = others()
    watched._start, then = (0.0, 10.0, 1.0), (10.0, 16.0, 4.0)  # ten seconds, six of processor, three of them ours
    others._now = staticmethod(lambda: then)
    cores = os.cpu_count() or 1
    assert watched.share() == pytest.approx(3.0 / (10.0 * cores))


def test_what_may_take_some_time_at_most_says_whether_it_does(module: Callable[[str], ModuleType]) -> None:
    line = module("races").limit_line
    assert line("work", "then", [1.0, 3.0, 2.0], [8.0], 2.0).endswith("| × 4.0 | ≤ 2 s: reached |")
    assert line("work", "–", [2.5], None, 2.0).endswith("| – | – | ≤ 2 s: missed |")


def test_every_benchmark_is_run_and_described(module: Callable[[str], ModuleType]) -> None:
    described = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    for benchmark in module("run_all").BENCHMARKS:
        assert (BENCHMARKS / f"{benchmark.name}.py").is_file()
        assert f"`{benchmark.name}.py`" in described


def test_a_cost_is_foretold_on_a_straight_line_unless_the_whole_was_measured(
    module: Callable[[str], ModuleType],
) -> None:
    costs = module("national_costs")
    small, larger, whole = (
        costs.Cost(1 + 500 * share, 2 + 600 * share, 100, 2_000 * share) for share in (0.01, 0.1, 1)
    )
    assert astuple(small.at(larger, 0.01, 0.1)) == pytest.approx(astuple(whole))
    rows = {0.01: {"work": small, "searches": "9 a second"}, 0.1: {"work": larger, "searches": "4 a second"}}
    assert costs.table(rows) == [
        "| command | 1 % of France | 10 % of France | foretold of the whole |",
        "|---|---|---|---|",
        "| work | 6.0 s (8.0), 100 MB, 20 MB | 51.0 s (62.0), 100 MB, 200 MB | 501.0 s (602.0), 100 MB, 2,000 MB |",
        "| searches | 9 a second | 4 a second | – |",
    ]
    head, _, row, _ = costs.table(rows | {1.0: {"work": whole, "searches": "3 a second"}})
    assert head == "| command | 1 % of France | 10 % of France | 100 % of France |"
    assert row.endswith("| 501.0 s (602.0), 100 MB, 2,000 MB |")


def test_the_whole_is_measured_where_it_is_asked_for(module: Callable[[str], ModuleType], tmp_path: Path) -> None:
    run_all = module("run_all")
    national = next(one for one in run_all.BENCHMARKS if one.name == "national_costs")
    assert run_all._of_the_whole(national, None) == national
    whole = run_all._of_the_whole(national, tmp_path)
    assert whole.arguments == ("--shares", "0.01,0.1,1", "--folder", str(tmp_path))
    assert all(run_all._of_the_whole(one, tmp_path) == one for one in run_all.BENCHMARKS if one != national)


def test_a_simulated_france_is_in_layouts_that_are_read(module: Callable[[str], ModuleType], tmp_path: Path) -> None:
    france = module("simulated_france").make_france(tmp_path / "france", 0.001)
    perimeters = read_perimeters(france.qpv).perimeters
    assert {(perimeter.kind, perimeter.generation) for perimeter in perimeters} == {("qpv", 2024)}
    assert len(perimeters) == 2
    iris = read_iris(france.iris, france.iris_incomes)
    assert (iris.year, iris.epsg) == (2017, 2154)
    assert len(set(iris.code)) > len({code[:5] for code in iris.code}), "cities are cut into several"
    (addresses,) = address_lists([france.addresses])
    assert len(read_every_address(addresses)[0]) == pytest.approx(26_000, rel=0.001)  # some come twice
    asked = france.questions.read_text(encoding="utf-8").splitlines()[1:]
    assert len(asked) == 3_000


def test_addresses_come_departement_by_departement_and_as_many_as_asked(
    module: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    france, made_up = module("simulated_france"), module("made_up_addresses")
    rows = {place: [(f"{place}-{rank}",) for rank in range(10 + place)] for place in range(5)}
    monkeypatch.setattr(made_up, "_departement", rows.__getitem__)
    monkeypatch.setattr(france, "LEAST_OF_A_DEPARTEMENT", 10)
    monkeypatch.setattr(france.os, "cpu_count", lambda: 1)
    for count in (28, 21, 9):  # fewer than before: the lists beyond are left over
        france.write_addresses(tmp_path, count)
        codes = made_up.DEPARTEMENTS[: len([*tmp_path.iterdir()])]
        texts = [gzip.decompress((tmp_path / f"adresses-{code}.csv.gz").read_bytes()).decode() for code in codes]
        written = [line for text in texts for line in text.splitlines()[1:]]
        assert written == [row[0] for place in range(5) for row in rows[place]][:count]


def test_a_simulated_france_that_is_whole_serves_again_and_no_other_does(
    module: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    make, france = module("simulated_france").make_france, module("simulated_france").france_in(tmp_path, 0.0001)
    for change in ("nothing yet", "made by another code", "not made to its end"):
        if change == "made by another code":
            (tmp_path / "whole.json").write_text("{}", encoding="utf-8")
        elif change == "not made to its end":
            (tmp_path / "whole.json").unlink()
        france.rmuc.write_text("of before", encoding="utf-8")
        assert make(tmp_path, 0.0001) == france
        made = france.rmuc.read_bytes()
        assert made != b"of before", change
    france.rmuc.write_text("kept", encoding="utf-8")
    assert make(tmp_path, 0.0001) == france
    assert france.rmuc.read_text(encoding="utf-8") == "kept"


def test_processes_are_weighed_together(module: Callable[[str], ModuleType], tmp_path: Path) -> None:
    """Two that hold fifty megabytes each at the same time: the system counts the larger of them alone."""
    python = module("alone").python
    alone = "import time; held = bytes(range(250)) * 200_000; time.sleep(1.5)"
    both = f"import subprocess, sys; other = subprocess.Popen([sys.executable, '-c', {alone!r}]); {alone}; other.wait()"
    assert python(["-c", both], tmp_path / "printed.txt").peak_mb < 90
    if sys.platform == "linux":
        assert 100 < python(["-c", both], tmp_path / "printed.txt", together=True).peak_mb < 150


JOURNEY = """
import threading

def helper():
    return [value for value in range(3)]

class Door:
    def ask(self):
        return (lambda: helper())()

def never():
    pass

door = Door()
"""


def test_a_journey_counts_functions_once_in_every_thread_and_nothing_else(
    module: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a_package").mkdir()
    (tmp_path / "a_package" / "rooms.py").write_text(JOURNEY, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    entered = module("journeys").Entered(tmp_path / "a_package")
    before = sys.getprofile()
    entered.watch()
    try:
        with entered.kept():
            door = import_module("a_package.rooms").door
            door.ask()
            aside = threading.Thread(target=door.ask)
            aside.start()
            aside.join()
        door.ask()
    finally:
        sys.setprofile(before)
        threading.setprofile(None)
    assert {(file, name.split(":")[0]) for file, name in entered.functions()} == {
        ("rooms.py", "helper"),
        ("rooms.py", "Door.ask"),
    }


def test_a_journey_is_measured_in_the_clone_asked_for(module: Callable[[str], ModuleType]) -> None:
    journeys = module("journeys")
    functions, files = journeys.measure(journeys.REPOSITORY, "lookup")
    assert functions > files > 10
    page = f"before {journeys.START}old{journeys.END} after"
    assert journeys.written(page, "new\n") == f"before {journeys.START}\nnew\n\n{journeys.END} after"


def test_faults_that_change_nothing_are_those_of_lines_that_are_still_there(
    module: Callable[[str], ModuleType],
) -> None:
    """A line that was changed since is to be read again: its fault may change something now."""
    listed = module("mutation_equivalents").equivalents()
    gone = [
        f"{one.module}: {one.line}"
        for one in listed
        if one.line not in {line.strip() for line in (BENCHMARKS.parent / one.module).read_text("utf-8").splitlines()}
    ]
    assert gone == []
    assert all(one.why.endswith(".") for one in listed)
    assert len({(one.module, one.function, one.fault) for one in listed}) == len(listed)


def test_a_faulty_constant_is_given_to_all_the_modules_that_import_it(
    module: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("geoville.made_up_first", "geoville.made_up_then", "geoville.made_up_last")
    made = {name: ModuleType(name) for name in names}
    for name, one in made.items():
        one.MADE_UP_M = 2  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, name, one)
    faulty = compile("MADE_UP_M = 3", str(BENCHMARKS.parent / "geoville" / "made_up_then.py"), "exec")
    assert module("mutation_copies")._put_constants_in(faulty)
    assert [one.MADE_UP_M for one in made.values()] == [3, 3, 3]


def test_what_a_test_calls_is_known_while_its_files_are_the_same(
    module: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies, file = module("mutation_copies"), tmp_path / "calls.jsonl"
    monkeypatch.setattr(copies, "REPOSITORY", tmp_path)
    for name in ("test_a.py", "test_b.py", "a.py", "b.py"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    known = {"test_a.py::test": ["a.py:of_a"], "test_b.py::test": ["a.py:of_a", "b.py:of_b"]}
    lines = [json.dumps([test, 0.5, called, copies.mark_of(test, called)]) for test, called in known.items()]
    file.write_text("\n".join([*lines, json.dumps(["test_c.py::test", 0.5, []])]), encoding="utf-8")
    assert copies.noted(file) == {test: (0.5, frozenset(called)) for test, called in known.items()}
    for changed, left in (("b.py", {"test_a.py::test"}), ("test_a.py", set())):
        (tmp_path / changed).write_text("changed", encoding="utf-8")
        copies._checksum.cache_clear()
        assert set(copies.noted(file)) == left


@pytest.mark.parametrize(
    ("after", "is_named"),
    [
        ("if kind == Kind.QPV and first is not None:", True),
        ("if kind >= Kind.QPV and first is not None:", False),
        ("if kind is not Kind.QPV and first is not None:", False),
        ("if kind is Kind.QPV and first != None:", False),
    ],
)
def test_equal_members_of_an_enumeration_are_one_object(
    module: Callable[[str], ModuleType], after: str, is_named: bool
) -> None:
    equivalents = module("mutation_equivalents")
    fault = f"if kind is Kind.QPV and first is not None:{equivalents.ARROW}{after}"
    assert (equivalents.why("law/none.py", "nothing", fault) == equivalents.ONE_OBJECT) is is_named
    unlike = f"return kind is not Kind.QPV{equivalents.ARROW}return kind != Kind.QPV"
    assert equivalents.why("law/none.py", "nothing", unlike) == equivalents.ONE_OBJECT
