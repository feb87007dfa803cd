"""Our decorators make classes that behave as those of attrs do, without code that each start would compile."""

import gc
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest
from attrs import field

from modeldesk.domain.records import define, frozen

SOURCES = Path(__file__).parents[2] / "src"


class Fields:
    first: str = "a"
    second: int = 2
    hidden: str = field(default="secret", repr=False)
    masked: str = field(default="secret", repr=lambda _: "***")
    ignored: int = field(default=0, eq=False)


def of_both(**options: Any) -> tuple[Any, Any]:
    """The same class, made by our decorator and by attrs."""
    body = {name: value for name, value in vars(Fields).items() if not name.startswith("__") or name in ("__annotations__", "__module__")}
    made, reference = type("Made", (), dict(body)), type("Made", (), dict(body))
    return (frozen(**options)(made) if options else frozen(made)), attrs.frozen(reference, **options)


@frozen
class Base:
    first: str = "a"


@frozen
class Extended(Base):
    second: int = 0


def test_the_text_of_a_record_is_that_of_attrs() -> None:
    """Fields that may hold a secret are left out, or written as they say."""
    ours, theirs = of_both()
    assert repr(ours()) == repr(theirs())
    assert "secret" not in repr(ours(second=7))
    assert repr(Extended("b", 1)) == "Extended(first='b', second=1)"


def test_records_are_equal_where_their_fields_are() -> None:
    """With the same hash. A field with `eq=False` counts for neither, and a record of another class is never equal."""
    ours, theirs = of_both()
    for kind in (ours, theirs):
        assert kind() == kind(ignored=5)
        assert hash(kind()) == hash(kind(ignored=5))
        assert kind() != kind("b")
        assert kind() != kind(hidden="other")
    assert Base() != Extended()
    assert Extended() == Extended("a", 0)
    assert len({Extended("a", 1), Extended("a", 1), Extended("a", 2)}) == 2
    assert Base().__eq__(object()) is NotImplemented


def test_a_record_without_fields_equals_another_one() -> None:
    """There is nothing in which they could differ."""

    @frozen
    class Empty:
        pass

    assert Empty() == Empty()
    assert hash(Empty()) == hash(Empty())
    assert repr(Empty()) == "Empty()"


def test_a_class_keeps_what_it_says_itself() -> None:
    """Its own comparison, hash and text."""

    @frozen
    class Own:
        value: int

        def __eq__(self, other: object) -> bool:
            return isinstance(other, int)

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "own"

    assert Own(1) == 3
    assert hash(Own(1)) == 7
    assert repr(Own(1)) == "own"


def test_identity_counts_where_a_class_asks_for_it() -> None:
    """For what acts or changes, and for values that say so."""

    @define
    class Counter:
        count: int = 0
        seen: object = None

    @frozen(eq=False)
    class Table:
        rows: tuple[int, ...] = ()

    counter = Counter()
    counter.count += 1
    counter.seen = counter
    assert repr(counter) == f"{Counter.__qualname__.rpartition('>.')[2]}(count=1, seen=...)", "also where it holds itself"
    assert len({counter, Counter(), Table(), Table()}) == 4
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Table().rows = (1,)  # type: ignore[misc]
    with pytest.raises(AttributeError):
        counter.other = 1  # type: ignore[attr-defined]


def test_every_record_of_ours_is_made_by_them() -> None:
    """attrs' own would compile four methods at each start."""
    own = [
        file for file in SOURCES.rglob("*.py") if re.search(r"from attrs import .*\b(frozen|define)\b", file.read_text(encoding="utf-8"))
    ]
    assert own == []


def test_a_class_that_is_made_while_the_collector_is_off_leaves_nothing_behind() -> None:
    """attrs leaves a cycle of 8 KB for each class. A server makes some two hundred before it turns the collector on."""
    gc.collect()
    gc.disable()
    try:

        @frozen
        class Value:
            amount: int = 0

        @define
        class Actor:
            count: int = 0

        left = gc.collect()
    finally:
        gc.unfreeze()
        gc.enable()
    assert left == 0
    assert (Value(1), Actor(2).count) == (Value(1), 2)


def test_what_is_garbage_later_is_collected_though_a_class_was_made_meanwhile() -> None:
    """In a program that turns the collector on again."""
    program = """
import gc
import weakref
gc.disable()
class Ring: pass
rings = [Ring()]  # attrs keeps a copy of the names of the module
rings[0].itself = rings[0]
held = weakref.ref(rings[0])
from modeldesk.domain.records import frozen
Value = frozen(type("Value", (), {}))
rings.clear()
gc.collect()
print(held(), gc.get_freeze_count())
gc.freeze()
Other = frozen(type("Other", (), {}))
print(gc.get_freeze_count() > 0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["None", "0", "True"]
