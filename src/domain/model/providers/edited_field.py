"""A field of a provider or a use that an admin edited since the last import."""

from enum import Enum

from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.records import frozen


class Side(Enum):
    """Whose value a field takes where both have changed it: that of the declaration, or that of the admin."""

    FILE = "file"
    ADMIN = "admin"


@frozen
class EditedField:
    """The last import wrote `imported`, an admin stored `stored`, and the declaration has `declared` now. `side` has won it; None where no decision was needed."""

    provider: Slug
    name: str
    imported: object
    stored: object
    declared: object
    side: Side | None = None

    @property
    def path(self) -> str:
        """`openai.display_name`."""
        return f"{self.provider}.{self.name}"
