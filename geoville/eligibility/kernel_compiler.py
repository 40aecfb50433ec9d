"""How the loops of the kernel are compiled: at their first call, and kept on disk where the machine lets them be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function of numbers and arrays to machine code, without a lock on the interpreter.

    Floating point keeps to IEEE 754, operation by operation: results are those of the same formulas in C++.
    """
    import numba

    try:
        return numba.njit(function, cache=True, nogil=True, error_model="numpy")  # type: ignore[no-any-return]
    except RuntimeError:  # neither the package's folder nor the user's can keep the compiled code
        return numba.njit(function, nogil=True, error_model="numpy")  # type: ignore[no-any-return]


def inlined(function: Function) -> Function:
    """Compile a function as part of those that call it: a call for each point would count references to every array."""
    import numba

    return numba.njit(function, inline="always", error_model="numpy")  # type: ignore[no-any-return]
