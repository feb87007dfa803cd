"""Listing, changing and importing providers, and their keys."""

from typing import Any, ClassVar

from attrs import fields

from modeldesk.domain.errors import InvalidCombination, Problem, Reason, RequestInvalid
from modeldesk.domain.model.keys.provider_key import KeyScope
from modeldesk.domain.model.providers.edited_field import Side
from modeldesk.domain.model.providers.provider import Capability, ProviderChange, Slot
from modeldesk.domain.model.values.numbers import Offset, PageSize, Version
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import CapabilityName, FileText, ModelId, SingleLineText, Slug
from modeldesk.domain.records import frozen
from modeldesk.domain.services.import_plan import DisplacedModel, ImportOptions
from modeldesk.entrypoints.commands.pages import FROM_THE_START

MOST_MODELS = 20_000
"""Models of an edited list, which the panel can still show. Imports take more."""

MOST_PATTERNS = 100
"""Patterns of each kind in an edited capability. Each id of a list is compared with all of them. Imports take more."""


@frozen
class ProvidersQuery:
    is_active: bool | None = None
    limit: PageSize | None = None
    offset: Offset = FROM_THE_START


@frozen
class ProviderBody(ProviderChange):
    """Members that are left out stay as they are; none is ever null."""

    MAY_BE_NULL: ClassVar[bool] = False


@frozen
class CapabilityBody(Capability):
    """The whole capability, as a declaration has it: omitted members have their defaults.

    The body of GET may be sent back: `provider` and `capability` must match the path, and `version` is the expected version.
    """

    provider: Slug | None = None
    capability: CapabilityName | None = None
    version: Version | None = None

    MOST_MARKS: ClassVar[int] = 200_000
    """As many as 10,000 models with prices have."""

    def __attrs_post_init__(self) -> None:
        if len(self.models) > MOST_MODELS:
            raise InvalidCombination("models-too-many", member="models", most=MOST_MODELS)
        for member in ("include", "exclude"):
            if len(getattr(self, member)) > MOST_PATTERNS:
                raise InvalidCombination("patterns-too-many", member=member, most=MOST_PATTERNS)

    def declared_for(self, slot: Slot) -> Capability:
        """The capability. Raises RequestInvalid if the body names another one than that of the slot."""
        named = Slot(self.provider or slot.provider, self.capability or slot.capability)
        if named != slot:
            member = "provider" if named.provider != slot.provider else "capability"
            raise RequestInvalid([Problem(f"$.{member}", Reason("capability-of-another-slot", found=named.path, slot=slot.path))])
        return Capability(**{attribute.name: getattr(self, attribute.name) for attribute in fields(Capability)})


@frozen
class CapabilityQuery:
    """`deactivate_lost` allows the change to end a capability that has an active model, which is deselected then. `deselect` allows it for one
    model alone, as `capability:model`.
    """

    deactivate_lost: bool = False
    deselect: tuple[SingleLineText, ...] = ()

    def confirmed(self, slug: Slug) -> list[DisplacedModel]:
        """The active models of the provider that the caller allows to be deselected."""
        parts = (text.partition(":") for text in self.deselect)
        return [DisplacedModel(Slot(slug, CapabilityName(capability)), ModelId(model)) for capability, _, model in parts]


@frozen
class DeclarationBody:
    """For the OpenAPI document alone: declarations have their own parser, which gives the line and column of every problem."""

    version: SingleLineText
    providers: tuple[dict[str, Any], ...]
    uses: tuple[dict[str, Any], ...] = ()


@frozen
class ImportQuery:
    """The options of an import. `prune` compares whole declarations, so it cannot be combined with `slug`. `digest` is that of the plan that was seen."""

    dry_run: bool = False
    force: bool = False
    prune: bool = False
    deactivate_lost: bool = False
    slug: tuple[Slug, ...] = ()
    digest: SingleLineText | None = None

    def __attrs_post_init__(self) -> None:
        if self.prune and self.slug:
            raise InvalidCombination("prune-with-slugs", member="prune")

    @property
    def options(self) -> ImportOptions:
        return ImportOptions(self.force, self.prune, self.deactivate_lost)


@frozen
class PlanQuery:
    """The options of a plan. `prefer` decides where the file and an admin have changed the same field."""

    prune: bool = False
    deactivate_lost: bool = False
    prefer: Side | None = None
    slug: tuple[Slug, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.prune and self.slug:
            raise InvalidCombination("prune-with-slugs", member="prune")

    @property
    def options(self) -> ImportOptions:
        return ImportOptions(force=True, prune=self.prune, deactivate_lost=self.deactivate_lost, three_way=True, prefer=self.prefer)


@frozen(kw_only=True)
class PlanFile(PlanQuery):
    """A plan to apply: the options, the declaration, the `capabilities.json` beside it, and the digest of what the import changes.

    `changes` are the lines of the plan and `decided` its decided conflicts, for the people who review the file.
    """

    MOST_MARKS: ClassVar[int] = 2**26

    declaration: FileText
    capabilities: FileText | None = None
    digest: SingleLineText
    changes: tuple[FileText, ...] = ()
    decided: tuple[dict[str, Any], ...] = ()


@frozen
class ClearQuery:
    provider: Slug | None = None


@frozen
class KeyScopeBody:
    """`scope` is `shared`, the key for everybody, or `personal`, the actor's own."""

    scope: KeyScope


@frozen
class KeyCheckBody:
    """Which key to check: as on the command line, the shared one unless another is named. Without a body, all defaults."""

    IS_OPTIONAL: ClassVar[bool] = True

    scope: KeyScope = KeyScope.SHARED


@frozen
class KeyBody(KeyScopeBody):
    api_key: Secret
