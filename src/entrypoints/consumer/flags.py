"""Flags of OpenFeature: their keys, and one evaluation each (OpenFeature Remote Evaluation Protocol 0.3).

| key | value |
|---|---|
| `support-chat` | the active model of the use, as `provider/model_id` |
| `openai.chat` | the active model of the provider and capability, as `model_id` |
| either with `.object` | the answer of `/api/resolve` |
"""

from collections.abc import Iterator, Sequence
from typing import Any, NotRequired, TypedDict

from msgspec import Struct

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.use import UseName, use_name
from modeldesk.domain.model.values.texts import capability_name, slug
from modeldesk.domain.services.resolution import Outcome, Resolution, Resolver
from modeldesk.entrypoints.responses.uses import resolve_response

OBJECT = "object"


class Evaluation(TypedDict):
    """One flag. Without `value` the caller's default holds."""

    key: str
    value: NotRequired[str | dict[str, Any]]
    reason: str
    variant: str
    metadata: dict[str, Any]


class Endpoint(TypedDict):
    requestUri: str


class EventStreamAddress(TypedDict):
    type: str
    endpoint: Endpoint


class Evaluations(TypedDict):
    """All flags, and where to learn of changes."""

    flags: list[Evaluation]
    eventStreams: NotRequired[list[EventStreamAddress]]


class FlagKey(Struct, frozen=True):
    """A key: of a use or of a slot, as a string or as an object."""

    asked: UseName | Slot
    is_object: bool

    @property
    def name(self) -> str:
        """The name of the use, or the path of the slot."""
        return self.asked.path if isinstance(self.asked, Slot) else self.asked


def flag_key(text: str) -> FlagKey | None:
    """The key; None where no key is written like this. A key of two parts whose last is `object` is a use as an object."""
    parts = text.split(".")
    is_object = len(parts) > 1 and parts[-1] == OBJECT
    if is_object:
        parts.pop()
    try:
        match parts:
            case [use]:
                return FlagKey(use_name(use), is_object)
            case [provider, capability]:
                return FlagKey(Slot(slug(provider), capability_name(capability)), is_object)
            case _:
                return None
    except InvalidValue:
        return None


async def outcome_of(key: FlagKey, resolver: Resolver) -> Outcome:
    """What the flag comes to. Raises UseNotFound, ProviderNotFound."""
    return await (resolver.of_slot(key.asked) if isinstance(key.asked, Slot) else resolver.of_use(key.asked))


def evaluation(key: str, outcome: Outcome, *, is_object: bool) -> Evaluation:
    """A successful evaluation. Where nothing is active it has no value, so that the caller's default holds."""
    answer = Evaluation(key=key, reason="DISABLED", variant=str(outcome.slot_version), metadata=_metadata(outcome))
    if outcome.resolution is not None:
        answer["reason"] = "STATIC"
        answer["value"] = dict(resolve_response(outcome.resolution)) if is_object else _text(outcome.resolution)
    return answer


def evaluations(outcomes: Sequence[Outcome]) -> Iterator[Evaluation]:
    """Both forms of every use and slot. A slot whose string key reads as a use's object has its object key alone."""
    for outcome in outcomes:
        name = outcome.use.name if outcome.use is not None else f"{outcome.slot.provider}.{outcome.slot.capability}"
        if outcome.use is not None or outcome.slot.capability != OBJECT:
            yield evaluation(name, outcome, is_object=False)
        yield evaluation(f"{name}.{OBJECT}", outcome, is_object=True)


def _text(found: Resolution) -> str:
    model = found.resolved.model.model_id
    return model if found.use is None else f"{found.resolved.slot.provider}/{model}"


def _metadata(outcome: Outcome) -> dict[str, Any]:
    """Flat scalars, as the protocol has them."""
    facts: dict[str, Any] = {
        "provider": outcome.slot.provider,
        "capability": outcome.slot.capability,
        "slot_version": outcome.slot_version,
    }
    if outcome.use is not None:
        facts |= {"use": outcome.use.name, "use_version": outcome.use.version}
    if outcome.resolution is not None:
        facts |= {"model_id": outcome.resolution.resolved.model.model_id, "model_name": outcome.resolution.resolved.model.model_name}
    if outcome.refusal is not None:
        facts["nothing_active"] = outcome.refusal.reason.code
    return facts
