"""Options that several commands share, declared once as the fields of a dataclass."""

from __future__ import annotations

import inspect
from dataclasses import MISSING, fields, is_dataclass
from typing import TYPE_CHECKING, Any, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def ungrouped(function: Callable[..., None]) -> Callable[..., None]:
    """A command as typer reads it: a parameter that is a dataclass is replaced by the options that are its fields.

    Parameters
    ----------
    function : its parameters, and the fields of their dataclasses, are all `Annotated` with what typer needs.
    """
    hints = get_type_hints(function, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if _is_group(hint)}
    if not groups:
        return function

    def run(**given: Any) -> None:
        made = {
            name: group(**{field.name: given.pop(field.name) for field in fields(group)})
            for name, group in groups.items()
        }
        function(**given, **made)

    parameters = [
        shown
        for parameter in inspect.signature(function).parameters.values()
        for shown in _shown(parameter, hints[parameter.name])
    ]
    run.__doc__ = function.__doc__
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return run


def _is_group(hint: Any) -> bool:
    return is_dataclass(hint)


def _shown(parameter: inspect.Parameter, hint: Any) -> Iterator[inspect.Parameter]:
    """What typer sees for a parameter; by keyword, since an option with a default may come before one without."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    if not _is_group(hint):
        yield inspect.Parameter(parameter.name, keyword, default=parameter.default, annotation=hint)
        return
    hints = get_type_hints(hint, include_extras=True)
    for field in fields(hint):
        default = inspect.Parameter.empty if field.default is MISSING else field.default
        yield inspect.Parameter(field.name, keyword, default=default, annotation=hints[field.name])
