"""Setting uses, and asking which model is active."""

from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.numbers import Offset, PageSize
from modeldesk.domain.model.values.texts import CapabilityName, MultilineText, SingleLineText, Slug
from modeldesk.domain.records import frozen
from modeldesk.entrypoints.commands.pages import FROM_THE_START

NO_TEXT = MultilineText("")


@frozen
class UsesQuery:
    limit: PageSize | None = None
    offset: Offset = FROM_THE_START


@frozen
class UseBody:
    """The whole use: members that are left out are empty."""

    capability: CapabilityName
    provider: Slug
    description: MultilineText = NO_TEXT
    fallbacks: tuple[Slug, ...] = ()

    def named(self, name: UseName) -> Use:
        """The use of this name."""
        return Use(name, self.capability, self.provider, self.description, self.fallbacks)


@frozen
class ResolveQuery:
    explain: bool = False


@frozen
class EventsQuery:
    """`ticket` stands for a token where a browser can send no header."""

    ticket: SingleLineText | None = None
