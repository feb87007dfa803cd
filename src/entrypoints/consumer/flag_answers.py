"""The evaluations of all flags as JSON. A flag whose answer is the same as in an earlier list is not encoded again."""

from collections.abc import Hashable, Sequence
from hashlib import sha256

import msgspec
from attrs import evolve, field

from modeldesk.domain.records import frozen
from modeldesk.domain.services.resolution import Outcome, ResolvedModel
from modeldesk.entrypoints.consumer.flags import evaluations
from modeldesk.entrypoints.responses.fragments import Fragments, Joined
from modeldesk.entrypoints.responses.uses import FallbackResponse

_GENERATION = b"\x00"
"""Stands for the number of the generation, which is another one after every write. No JSON text contains this byte."""


@frozen
class _Encoded:
    """What one use or slot is answered: its parts, between which the generation stands. `outcome` is kept so that its parts keep their identities."""

    outcome: Outcome = field(repr=False)
    parts: Sequence[bytes]
    digest: bytes


class FlagAnswers:
    """Lists of all flags. The digest of one does not cover the numbers that change with everything."""

    def __init__(self) -> None:
        self._fallbacks = Fragments[ResolvedModel](FallbackResponse)
        self._known: dict[Hashable, _Encoded] = {}

    def of(self, outcomes: Sequence[Outcome]) -> Joined:
        """Both forms of every outcome, which are of one snapshot."""
        keys = [_key(outcome) for outcome in outcomes]
        known = self._known
        found = [known.get(key) or self._encoded(outcome) for key, outcome in zip(keys, outcomes, strict=True)]
        self._known = dict(zip(keys, found, strict=True))
        number = str(next((outcome.resolution.generation for outcome in outcomes if outcome.resolution is not None), 0)).encode()
        parts = [part if index == 0 else number + part for encoded in found for index, part in enumerate(encoded.parts)] or [b","]
        parts[0] = b"[" + parts[0][1:]
        return Joined([*parts, b"]"], sha256(b"".join([encoded.digest for encoded in found])).digest())

    def _encoded(self, outcome: Outcome) -> _Encoded:
        text = b""
        found = outcome.resolution
        for flag in evaluations([evolve(outcome, resolution=evolve(found, further=())) if found is not None else outcome]):
            if found is not None and isinstance(value := flag.get("value"), dict):
                fallbacks = b"".join(self._fallbacks.joined(found.fallbacks).parts)
                flag["value"] = {**value, "generation": msgspec.Raw(_GENERATION), "fallbacks": msgspec.Raw(fallbacks)}
            text += b"," + msgspec.json.encode(flag)
        return _Encoded(outcome, text.split(_GENERATION), sha256(text).digest())


def _key(outcome: Outcome) -> Hashable:
    """Equal for outcomes that are answered alike: models and uses are known by their identity, and never changed."""
    of: Hashable = id(outcome.use) if outcome.use is not None else outcome.slot
    version, resolution = outcome.slot_version, outcome.resolution
    if resolution is None:
        return of, version, outcome.refusal.reason.code if outcome.refusal is not None else ""
    return of, version, id(resolution.resolved), *map(id, resolution.further)
