"""Results made again from the JSON objects that `to_json` gives."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Self, Union, cast, get_args, get_origin, get_type_hints

from pullquote.errors import InputError

_NAMES = {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}
_JSON_NAMES: Mapping[type, str] = {dict: "an object", list: "a list"}


class FromJson:
    """A result that can be made again from its JSON object."""

    __slots__ = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Return the result that `to_json` made an object of.

        Numbers come back as they were rounded, and what the object leaves out comes back empty. Keys that this version
        doesn't know are left aside.

        Raises:
            InputError: it is no such object; the message names the place.
        """
        return cast(Self, _made(cls, value, cls.__name__))

    @classmethod
    def _fields_of(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a JSON object with the keys that the class has fields for."""
        return value


def _made(kind: Any, value: Any, place: str) -> Any:
    """Return a value of a type, made of a JSON value.

    Args:
        kind: a type as it stands in an annotation of a dataclass here.
        value: a JSON value.
        place: what it is, for messages.
    """
    origin, of = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in of:
            return None
        return _made(next(one for one in of if one is not type(None)), value, place)
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise _unlike(place, value, "a list")
        if len(of) == 2 and of[1] is Ellipsis:
            return tuple(_made(of[0], one, f"{place}[{at}]") for at, one in enumerate(value))
        if len(value) != len(of):
            raise _unlike(place, value, f"a list of {len(of)}")
        return tuple(_made(one, part, f"{place}[{at}]") for at, (one, part) in enumerate(zip(of, value, strict=True)))
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise _unlike(place, value, "an object")
        return {str(key): _made(of[1], one, f"{place}.{key}") for key, one in value.items()}
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind, value, place)
    return value if kind is Any else _plain(kind, value, place)


def _dataclass(kind: type, value: Any, place: str) -> Any:
    if not isinstance(value, Mapping):
        raise _unlike(place, value, "an object")
    given = kind._fields_of(value) if issubclass(kind, FromJson) else value
    found = {}
    for field in fields(kind):
        if field.name in given:
            found[field.name] = _made(_hints(kind)[field.name], given[field.name], f"{place}.{field.name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise InputError(f"{place} lacks {field.name!r}: it is no object of {kind.__name__}.to_json().")
    return kind(**found)


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _plain(kind: Any, value: Any, place: str) -> Any:
    if kind is dt.date:
        try:
            return dt.date.fromisoformat(value)
        except (TypeError, ValueError):
            raise _unlike(place, value, "a day as YYYY-MM-DD") from None
    if issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError:
            raise _unlike(place, value, "one of " + ", ".join(str(one.value) for one in kind)) from None
    # JSON has one kind of number; true is none.
    taken = (int, float) if kind is float else kind
    if not isinstance(value, taken) or (isinstance(value, bool) and kind is not bool):
        raise _unlike(place, value, _NAMES[kind])
    return float(value) if kind is float else value


def _unlike(place: str, value: Any, wanted: str) -> InputError:
    shown = _JSON_NAMES.get(type(value), repr(value)[:60])
    return InputError(f"{place} is {shown}, not {wanted}.")
