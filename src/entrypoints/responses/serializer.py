"""Fills a response type from a domain value.

A response is a TypedDict. Each member comes from the attribute of its own name, or from what `Source` names. The member's type says how it is
written: nested responses, lists and objects follow their item types. A `NotRequired` member is left out where nothing is known.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from functools import cache, partial
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, NotRequired, TypeAlias, TypeVar, cast, get_args, get_origin, get_type_hints, is_typeddict

from msgspec import Struct

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.values.timestamps import format_timestamp
from modeldesk.entrypoints.words.english import PLAIN

T = TypeVar("T")
Read: TypeAlias = Callable[[Any], Any]
Write: TypeAlias = Callable[[Any], Any]


class Source(Struct, frozen=True):
    """What a member is read from, where it is not the attribute of its name: another one, to which dots may lead, or a function of the value.

    With `each`, a list holds that attribute of every item.
    """

    read_from: str | Callable[[Any], Any]
    each: str = ""


GIVEN = Source(lambda _: None)
"""Of a `NotRequired` member that no attribute holds: it is there where it is given."""


class Member(NamedTuple):
    """A member, ready to be filled. `write` None: the attribute is JSON already. A member that is nullable is not written where it is None."""

    name: str
    source: Source
    write: Write | None
    is_nullable: bool
    is_optional: bool


class Filling(NamedTuple):
    """How the members of a response are filled where some of them are given. `read_all` reads those that attributes hold, in one call.

    Of each member its position among them, or else the function that reads it; neither where it is given.
    """

    read_all: Callable[[Any], Sequence[Any]]
    members: Sequence[tuple[Member, int | None, Read | None]]


def serialize(kind: type[T], value: object = None, **given: object) -> T:
    """The response of type `kind` that shows `value`. A member in `given` shows that value, by its type like the others, and is left out only
    where that is None.

    Raises AttributeError where `value` has no attribute for a member.
    """
    response = dict[str, object]()
    read_all, members = _filling(cast(Any, kind), tuple(given))
    values = read_all(value)
    for (name, _, write, is_nullable, is_optional), position, read in members:
        if position is None and read is None:
            found = given[name]
            is_known = found is not None
        else:
            found = values[position] if position is not None else cast("Read", read)(value)
            is_known = found or found is False
        if is_known or not is_optional:
            response[name] = found if write is None or found.__class__ is str or (found is None and is_nullable) else write(found)
    return cast(T, response)


@cache
def _filling(kind: Any, given: tuple[str, ...]) -> Filling:
    members, paths = list[tuple[Member, int | None, Read | None]](), list[str]()
    for member in _members(kind):
        source = member.source
        if member.name in given:
            members.append((member, None, None))
        elif isinstance(source.read_from, str) and not source.each:
            members.append((member, len(paths), None))
            paths.append(source.read_from)
        else:
            members.append((member, None, _reader(source)))
    return Filling(_read_all(paths), members)


def _read_all(paths: Sequence[str]) -> Callable[[Any], Sequence[Any]]:
    """What reads all these attributes of a value."""
    if len(paths) > 1:
        return attrgetter(*paths)
    return lambda value: [attrgetter(path)(value) for path in paths]  # one path gives no tuple


@cache
def _members(kind: Any) -> tuple[Member, ...]:
    return tuple(_member(name, hint) for name, hint in get_type_hints(kind, include_extras=True).items())


def _member(name: str, hint: Any) -> Member:
    is_optional = get_origin(hint) is NotRequired
    kind, source = get_args(hint)[0] if is_optional else hint, Source(name)
    if get_origin(kind) is Annotated:
        kind, source = get_args(kind)
    is_nullable = get_origin(kind) is UnionType
    return Member(name, source, _writer(_not_null(kind)), is_nullable, is_optional)


def _reader(source: Source) -> Read:
    read = attrgetter(source.read_from) if isinstance(source.read_from, str) else source.read_from
    if not source.each:
        return read
    of_item = attrgetter(source.each)
    return lambda value: [of_item(item) for item in read(value)]


def _writer(kind: Any) -> Write | None:
    """How an attribute is written as `kind`."""
    origin, items = get_origin(kind), get_args(kind)
    if is_typeddict(kind):
        return partial(serialize, kind)
    if origin is UnionType:
        return _or_null(_writer(_not_null(kind)))
    if origin is list:
        write = _writer(items[0])
        return list if write is None else lambda values: [write(value) for value in values]
    if origin is dict:
        return _object(_writer(items[1]) if is_typeddict(items[1]) else None)
    return _text if kind is str else None


def _not_null(kind: Any) -> Any:
    """`X` of `X | None`."""
    return next(item for item in get_args(kind) if item is not NoneType) if get_origin(kind) is UnionType else kind


def _or_null(write: Write | None) -> Write | None:
    return None if write is None else lambda value: None if value is None else write(value)


def _object(write: Write | None) -> Write:
    """By name; a value whose members are not described gives them itself."""
    if write is None:
        return lambda value: value if value.__class__ is dict else value.members
    return lambda values: {name: write(value) for name, value in values.items()}


def _text(value: Any) -> str:
    """A timestamp as RFC 3339, a date as ISO 8601, a choice by its value, a reason in its words."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Reason):
        return PLAIN.reason(value)
    return format_timestamp(value) if isinstance(value, datetime) else str(value)
