"""The open containers of the scanner. It keeps them in a list instead of recursing."""

from typing import TypeAlias

from msgspec import Struct

from modeldesk.adapters.strict_json.place import Wanted


class OpenObject(Struct):
    """An object that is not closed yet. `part` is the key of the current member and `at` the offset of that key."""

    opened: int
    wanted: Wanted | None
    value: dict[str, object] = {}
    part: str | None = None
    at: int = 0
    seen: dict[str, int] = {}
    closer = "}"

    def put(self, value: object) -> None:
        if self.part is not None:
            self.value[self.part] = value


class OpenList(Struct):
    """A list that is not closed yet. `part` is the index of the current item and `at` its offset."""

    opened: int
    wanted: Wanted | None
    value: list[object] = []
    part: int | None = None
    at: int = 0
    closer = "]"

    def put(self, value: object) -> None:
        self.value.append(value)


OpenContainer: TypeAlias = OpenObject | OpenList
