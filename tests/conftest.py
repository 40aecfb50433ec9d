"""What every test shares: how it is started, where the real data are, and what is skipped where something lacks."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Generator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import surroundings
from hypothesis import settings
from machine import NEEDS, REQUIRED, SHARED_DATA, lacking

from geoville.cli.main import FEW_COLLECTIONS

# Speeds are measured in benchmarks: a slow machine fails no test. What chance finds, `make slow` finds: the same commit
# passes or fails alike everywhere, and what was found is an `@example`.
settings.register_profile("same", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("random", deadline=None, derandomize=False, print_blob=True)
settings.load_profile("same")

surroundings.restore()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests are made and kept: the collector of garbage looks at them neither meanwhile nor later.

    It then looks as seldom as in a command of geoville: at Python's own pace, it takes a tenth of the tests.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        gc.set_threshold(FEW_COLLECTIONS)


@pytest.hookimpl(optionalhook=True)  # the tests of a release do without pytest-xdist
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process a core, and one more: a third of their time is spent waiting for servers, browsers and disks."""
    from xdist.plugin import pytest_xdist_auto_num_workers as cores

    return int(cores(config)) + 1


COMPILER = pytest.StashKey[subprocess.Popen[bytes]]()
AHEAD = "from geoville.eligibility.kernel.points import are_compiled, compile_loops; are_compiled() or compile_loops()"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the loops of the kernel while the processes of tests collect them: once, rather than once in each."""
    if getattr(session.config.option, "numprocesses", None) and not hasattr(session.config, "workerinput"):
        session.config.stash[COMPILER] = subprocess.Popen([sys.executable, "-c", AHEAD], stdin=subprocess.DEVNULL)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any) -> None:
    """No test begins before: it would compile them too."""
    if compiler := node.config.stash.get(COMPILER, None):
        compiler.wait()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave no process behind, were the session over before."""
    if compiler := session.config.stash.get(COMPILER, None):
        compiler.terminate()
        compiler.wait()


def _needs_of(item: pytest.Item) -> set[str]:
    named = {name for mark in item.iter_markers("needs") for name in mark.args}
    asked = {mark.name for mark in item.iter_markers()} | set(getattr(item, "fixturenames", ()))
    return named | (asked & NEEDS.keys())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run, with one line a need at the end; where all is required, fail."""
    for name in sorted(_needs_of(item)):
        if why := lacking(name):
            (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)(why)


@pytest.fixture(autouse=True)
def _own_user_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the territory files that the user of this machine has added.

    Each has folders of its own, which it makes if it needs them: most do not.
    """
    own = tmp_path_factory.getbasetemp() / f"of-user-{next(_ranks)}"
    monkeypatch.setenv("GEOVILLE_DATA_DIR", str(own / "data"))
    monkeypatch.setenv("GEOVILLE_CACHE_DIR", str(own / "cache"))


_ranks = count()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real open data beside the repository."""
    return SHARED_DATA
