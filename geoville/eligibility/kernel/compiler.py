"""How the loops of the kernel are compiled: at their first call, and kept on disk where the machine lets them be.

Floating point keeps to IEEE 754, operation by operation: results are those of the same formulas in C++.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function, **options: bool) -> Function:
    """Compile a function of numbers and arrays to machine code that holds no lock of the interpreter."""
    import numba

    asked: dict[str, Any] = {"nogil": True, "error_model": "numpy", **options}
    try:
        return numba.njit(function, cache=True, **asked)  # type: ignore[no-any-return]
    except RuntimeError:  # neither the package's folder nor the user's can keep the compiled code
        return numba.njit(function, **asked)  # type: ignore[no-any-return]


def is_kept(function: Callable[..., Any]) -> bool:
    """Whether the machine code of a compiled function is kept on disk, by this process or another."""
    kept = getattr(getattr(function, "stats", None), "cache_path", None)
    name = f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}-*.nbi"
    return kept is not None and any(Path(kept).glob(name))


def compiled_loop(function: Function) -> Function:
    """Compile a loop over points that makes no array: it need not count the references to those that it is given.

    Counting them once per point would take as long as the rest.
    """
    return compiled(function, _nrt=False)


def inlined(function: Function) -> Function:
    """Compile a function as a part of those that call it."""
    import numba

    return numba.njit(function, inline="always", error_model="numpy")  # type: ignore[no-any-return]
