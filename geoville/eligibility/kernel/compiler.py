"""How the loops of the kernel are compiled: at their first call, and kept on disk where the machine lets them be.

Floating point keeps to IEEE 754, operation by operation: results are those of the same formulas in C++.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function, **options: bool) -> Function:
    """Compile a function of numbers and arrays to machine code that holds no lock of the interpreter."""
    import numba

    asked: dict[str, Any] = {"nogil": True, "error_model": "numpy", **options}
    try:
        made = numba.njit(function, cache=True, **asked)
    except RuntimeError:  # neither the package's folder nor the user's can keep the compiled code
        return numba.njit(function, **asked)  # type: ignore[no-any-return]
    _forget_older(made, Path(function.__code__.co_filename))
    return made  # type: ignore[no-any-return]


def _forget_older(function: Callable[..., Any], source: Path) -> None:
    """Forget what was kept of a function before its file changed.

    numba finds that out itself, but reads what was kept first: it stops where that names a class that is no more.
    """
    with suppress(OSError):
        changed = source.stat().st_mtime
        for kept in _kept(function):
            if kept.stat().st_mtime < changed:
                kept.unlink(missing_ok=True)


def is_kept(function: Callable[..., Any]) -> bool:
    """Whether the machine code of a compiled function is kept on disk, by this process or another."""
    return any(_kept(function))


def _kept(function: Callable[..., Any]) -> Iterator[Path]:
    """Files that say what is kept of a compiled function."""
    folder = getattr(getattr(function, "stats", None), "cache_path", None)
    name = f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}-*.nbi"
    return iter(()) if folder is None else Path(folder).glob(name)


def compiled_loop(function: Function) -> Function:
    """Compile a loop over points that makes no array: it need not count the references to those that it is given.

    Counting them once per point would take as long as the rest.
    """
    return compiled(function, _nrt=False)


def inlined(function: Function) -> Function:
    """Compile a function as a part of those that call it."""
    import numba

    return numba.njit(function, inline="always", error_model="numpy")  # type: ignore[no-any-return]
