"""The containers that the careful reading of a JSON text is inside of; no call is nested for them."""

from typing import TypeAlias

from attrs import define, field

from modeldesk.adapters.strict_json.place import Wanted


@define
class OpenObject:
    """An object that has not closed yet. `part` is the key of the member being read, `at` where that begins."""

    opened: int
    wanted: Wanted | None
    value: dict[str, object] = field(factory=dict)
    part: str | None = None
    at: int = 0
    seen: dict[str, int] = field(factory=dict)
    closer = "}"

    def put(self, value: object) -> None:
        if self.part is not None:
            self.value[self.part] = value


@define
class OpenList:
    """A list that has not closed yet. `part` is the index of the item being read, `at` where that begins."""

    opened: int
    wanted: Wanted | None
    value: list[object] = field(factory=list)
    part: int | None = None
    at: int = 0
    closer = "]"

    def put(self, value: object) -> None:
        self.value.append(value)


OpenContainer: TypeAlias = OpenObject | OpenList
