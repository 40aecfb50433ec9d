"""Copies of this process in which a module of geoville has a fault, or whose calls are noted."""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing import connection
from pathlib import Path
from types import CodeType, FrameType, FunctionType

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
PLAIN = (bool, int, float, str, tuple, dict, frozenset, np.ndarray, np.generic)
"""Types of the constants that a fault may change."""


def put_in(faulty: CodeType, function: str | None) -> bool:
    """Give this process the faulty code of a function, or the faulty constants of a module; False where it has none."""
    gc.unfreeze()  # what the collector was told to leave alone is not among its objects
    _forget()
    if function is None:
        return _put_constants_in(faulty)
    codes = [code for code in _codes(faulty) if code.co_qualname == function]
    usual = [
        item
        for item in gc.get_objects()
        if isinstance(item, FunctionType)
        and item.__code__.co_filename == faulty.co_filename
        and item.__code__.co_qualname == function
    ]
    lines = sorted({item.__code__.co_firstlineno for item in usual})
    for item in usual:
        item.__code__ = codes[lines.index(item.__code__.co_firstlineno)]
    return bool(usual)


def _forget() -> None:
    """Empty the caches of functions: what they hold was computed without the fault, or by another test."""
    for item in gc.get_objects():
        if isinstance(item, functools._lru_cache_wrapper):
            item.cache_clear()


def _put_constants_in(faulty: CodeType) -> bool:
    name = ".".join(Path(faulty.co_filename).relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")
    usual = dict(vars(sys.modules[name]))  # as they are before any is changed
    changed = dict(usual)
    exec(faulty, changed)
    constants = {key: new for key, new in changed.items() if isinstance(new, PLAIN)}
    constants = {key: new for key, new in constants.items() if not key.startswith("__") and _differ(new, usual[key])}
    for module in [module for path, module in sys.modules.items() if path.startswith("geoville")]:
        for key in constants.keys() & vars(module).keys():
            if not _differ(vars(module)[key], usual[key]):
                setattr(module, key, constants[key])
    return bool(constants)


def _differ(one: object, other: object) -> bool:
    """Whether two constants do, in type or in value; arrays are compared whole."""
    return type(one) is not type(other) or repr(one) != repr(other)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


@contextlib.contextmanager
def calls_noted() -> Iterator[set[str]]:
    """Functions of geoville that are called meanwhile, as `path:function`, in a set that is full at the end."""
    codes: set[CodeType] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            codes.add(frame.f_code)

    called: set[str] = set()
    _forget()
    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(None)
        called.update(name for code in codes if (name := _name_of(code)))


def _name_of(code: CodeType) -> str | None:
    """`path:function` of a code of geoville; what is inside a function has the function's name."""
    if not code.co_filename.startswith(f"{REPOSITORY}/geoville/"):
        return None
    path = Path(code.co_filename).relative_to(REPOSITORY).as_posix()
    return f"{path}:{code.co_qualname.split('.<locals>')[0]}"


def noted(file: Path) -> dict[str, tuple[float, frozenset[str]]]:
    """Seconds that each test takes and functions of geoville that it calls, noted of its files as they are now."""
    lines = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {
        test: (seconds, frozenset(functions))
        for test, seconds, functions, *mark in lines
        if mark == [mark_of(test, functions)]
    }


def mark_of(test: str, functions: Iterable[str]) -> str:
    """Checksum of the files of a test and of the functions that it calls: while it is the same, so are these."""
    files = {test.partition("::")[0], *(function.partition(":")[0] for function in functions)}
    return hashlib.sha256("".join(map(_checksum, sorted(files))).encode()).hexdigest()


@functools.cache
def _checksum(path: str) -> str:
    file = REPOSITORY / path
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


class Copy:
    """A copy of this process that runs a task and prints nothing."""

    def __init__(self, task: Callable[[], int], seconds: float) -> None:
        def run() -> None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            os._exit(task())

        self._until = time.monotonic() + seconds
        self.process = multiprocessing.get_context("fork").Process(target=run)
        self.process.start()

    def has_ended(self) -> bool:
        """Whether it has, be it because its time is over."""
        return not self.process.is_alive() or time.monotonic() > self._until

    def result(self) -> int | None:
        """What the task returned, once it has ended; None past the time."""
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
            return None
        return self.process.exitcode


def in_copies(tasks: Sequence[tuple[Callable[[], int], float]], at_once: int = 1) -> list[int | None]:
    """What tasks return in copies of this process, in order, some at once; None for one that passes its seconds."""
    results: dict[int, int | None] = {}
    running: dict[int, Copy] = {}
    waiting = list(enumerate(tasks))[::-1]
    while waiting or running:
        while waiting and len(running) < at_once:
            rank, (task, seconds) = waiting.pop()
            running[rank] = Copy(task, seconds)
        connection.wait([copy.process.sentinel for copy in running.values()], timeout=1)
        for rank in [rank for rank, copy in running.items() if copy.has_ended()]:
            results[rank] = running.pop(rank).result()
    return [results[rank] for rank in range(len(tasks))]
