"""Joins metadata to a model's id: by the exact id, else by an alias or a dated snapshot, and says which. Pure rules."""

import re
from collections.abc import Iterator, Mapping, Sequence

from attrs import field

from modeldesk.domain.model.catalogue.catalogue import FILLABLE, METADATA_SOURCE, ModelFacts
from modeldesk.domain.records import frozen

_DATE = re.compile(r"(?P<base>.+?)[-@:](19|20)\d\d-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])")
"""`gpt-4.1-2025-04-14`, `claude-sonnet-4@20250514`. Four digits are no date: `mistral-small-2503` is another model each time, and
`gpt-3.5-turbo-1106` had another price than its line."""

MOST_LOOKED_UP = 256
"""Look-ups that are kept for each provider."""

_LATEST = re.compile(r"(?P<base>.+)[-:]latest")


@frozen
class Layer:
    """What one source knows about a vendor's models, by id. `aliases` are other ids that the source documents for the same model."""

    source: str
    models: Mapping[str, ModelFacts]
    aliases: Mapping[str, str] = field(factory=dict)

    def find(self, model: str) -> tuple[str, ModelFacts] | None:
        """The id under which the source knows the model, and what it knows."""
        for known in self._names(model):
            if (facts := self.models.get(known)) is not None:
                return known, facts
        return None

    def _names(self, model: str) -> Iterator[str]:
        yield model
        if (alias := self.aliases.get(model)) is not None:
            yield alias
        if (latest := _LATEST.fullmatch(model)) is not None:
            yield latest["base"]
            dated = [known for known in self.models if known.startswith(latest["base"]) and undated(known) == latest["base"]]
            yield from sorted(dated, reverse=True)[:1]
        elif (base := undated(model)) is not None:
            yield base
            yield self.aliases.get(base, base)


class JoinedFacts(Mapping[str, ModelFacts]):
    """The facts of several layers, the most trusted first. Its items are the exact ids; a look-up also finds aliases and snapshots."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = layers
        self._looked_up = dict[str, ModelFacts | None]()
        self._is_known: bool | None = None

    def __getitem__(self, model: str) -> ModelFacts:
        if (found := self._find(model)) is None:
            raise KeyError(model)
        return found

    # Compared by identity: a catalogue that was built from other facts is built anew, and comparing thousands of models would take longer.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(model for layer in self._layers for model in layer.models))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        if self._is_known is None:
            self._is_known = any(layer.models for layer in self._layers)  # counting would read every model
        return self._is_known

    def _find(self, model: str) -> ModelFacts | None:
        """The last look-ups are kept: a selection asks several times for two models, and one that is unknown takes longest."""
        if model in self._looked_up:
            return self._looked_up[model]
        if len(self._looked_up) >= MOST_LOOKED_UP:
            self._looked_up.clear()
        found = self._looked_up[model] = joined(model, self._layers)
        return found


def undated(model: str) -> str | None:
    """The id without the date of its snapshot; None where it has none."""
    found = _DATE.fullmatch(model)
    return found["base"] if found is not None else None


def joined(model: str, layers: Sequence[Layer]) -> ModelFacts | None:
    """Each field from the first layer that knows it; what all of them say about the lifecycle."""
    found = [(layer.source, *match) for layer in layers if (match := layer.find(model)) is not None]
    if not found:
        return None
    if len(found) == 1 and found[0][0] == METADATA_SOURCE and found[0][1] == model:
        return found[0][2]
    fields, sources = dict[str, object](), dict[str, str]()
    for source, known, facts in found:
        said = source if known == model else f"{source} (as {known})"
        for name in FILLABLE:
            if name not in fields and (value := getattr(facts, name)) is not None:
                fields[name] = value
                if said != METADATA_SOURCE:
                    sources[name] = said
    claims = tuple(claim for _, _, facts in found for claim in facts.claims)
    return ModelFacts(**fields, sources=sources, claims=claims)  # type: ignore[arg-type] # each field has the type of its own
