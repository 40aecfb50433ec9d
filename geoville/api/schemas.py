"""The shapes of the core's documents, as FastAPI publishes them: no field is declared twice."""

from __future__ import annotations

from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from pydantic import BaseModel, Field, create_model

from geoville.eligibility.documents import Said


@cache
def published(shape: Any, *, some: bool = False) -> type[BaseModel]:
    """A model with the fields of a `TypedDict`, their texts and their bounds; inner shapes are published likewise.

    Parameters
    ----------
    some : whether only some of the fields may be there, those that were asked for.
    shape : the class of a document of `geoville.eligibility.documents`, or made of them. A text that is marked with
        another type (an enumeration, `date`) is published as that.

    >>> from geoville.eligibility.documents import SourceDocument
    >>> sorted(published(SourceDocument).model_fields)
    ['citation', 'sha256', 'vintage']
    """
    hints = get_type_hints(shape, include_extras=True)
    fields: dict[str, Any] = {name: _field(hint) for name, hint in hints.items()}
    if some:
        doc = "Les champs demandés par `fields`, et eux seuls."
        parts: dict[str, Any] = {name: (kind | None, None) for name, (kind, _) in fields.items()}
        partial: type[BaseModel] = create_model(f"{shape.__name__}Fields", __doc__=doc, **parts)
        return partial
    made: type[BaseModel] = create_model(shape.__name__, __doc__=shape.__doc__, **fields)
    return made


def _field(hint: Any) -> tuple[Any, Any]:
    """Type of a field as pydantic reads it, with what is said of it."""
    said = next((mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Said)), None)
    if said is None:
        return _type(hint), ...
    return _type(hint), Field(description=said.text or None, ge=said.least, le=said.most)


def _type(hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        kinds = [mark for mark in hint.__metadata__ if not isinstance(mark, Said)]
        return kinds[0] if kinds else _type(hint.__origin__)
    if is_typeddict(hint):
        return published(hint)
    inner = tuple(_type(part) for part in get_args(hint))
    if get_origin(hint) in {Union, UnionType}:
        return Union[tuple(NoneType if part is NoneType else part for part in inner)]  # noqa: UP007 - of a tuple
    if not inner or get_origin(hint) is Literal:
        return hint
    return get_origin(hint)[inner]
