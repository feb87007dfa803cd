"""Merges `capabilities.json`, the file beside a declaration: `{"openai": {"chat": ["gpt-4o", …]}}` adds models to declared lists."""

from collections.abc import Collection, Iterator

from attrs import evolve
from cattrs import Converter
from msgspec import Struct

from modeldesk.adapters.declaration.entries import ReadResult
from modeldesk.adapters.json_values import wrong_type
from modeldesk.adapters.validation_errors import MOST_ERRORS, REFUSALS, ValidationError, errors_in, quoted
from modeldesk.domain.errors import Reason
from modeldesk.domain.model.providers.declared_model import DeclaredModels
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.texts import CapabilityName
from modeldesk.domain.services.import_plan import DeclaredProvider
from modeldesk.domain.suggestions import nearest

CAPABILITIES_FILE = "capabilities.json"
CAPABILITIES_ROOT = f"{CAPABILITIES_FILE}:$"


class CapabilityMerger(Struct):
    """Adds the models of one document to the providers in `result`. `slugs` restricts the merge to these providers; empty means all."""

    converter: Converter
    result: ReadResult
    slugs: Collection[str] = ()

    def merge(self, root: object) -> list[ValidationError]:
        """Replaces providers by merged ones, and returns all problems."""
        if not isinstance(root, dict):
            return [ValidationError((), wrong_type("object", root).reason)]
        found: list[ValidationError] = []
        for slug, additions in root.items():
            if self.slugs and slug not in self.slugs:
                continue
            found += self._provider(slug, additions)
            if len(found) >= MOST_ERRORS:
                break
        return found

    def _provider(self, slug: str, additions: object) -> Iterator[ValidationError]:
        if slug not in self.result.providers:
            near = nearest(slug, self.result.providers)
            yield ValidationError((slug,), Reason("provider-not-declared", provider=quoted(slug), nearest=near))
        elif not isinstance(additions, dict):
            yield ValidationError((slug,), wrong_type("object", additions).reason)
        else:
            for capability, models in additions.items():
                yield from self._capability(slug, capability, models)

    def _capability(self, slug: str, capability: str, models: object) -> Iterator[ValidationError]:
        path = (slug, capability)
        declared = self.result.providers[slug]
        if declared is not None and (fault := _fault(declared.provider, capability)):
            yield ValidationError(path, fault)
            declared = None
        try:
            added = self.converter.structure(models, DeclaredModels)
        except REFUSALS as error:
            yield from errors_in(error, path)
        else:
            if declared is not None:
                self.result.providers[slug] = _with_models(declared, CapabilityName(capability), added)


def _fault(provider: Provider, capability: str) -> Reason | None:
    """Why no models can be added to the capability, or None."""
    declared = provider.capabilities.get(CapabilityName(capability))
    if declared is None:
        return Reason("capability-not-declared", provider=provider.slug, nearest=nearest(capability, provider.capabilities))
    if not declared.supported:
        return Reason("capability-unsupported", provider=provider.slug)
    if declared.has_dynamic_models:
        return Reason("capability-listed-live", provider=provider.slug)
    return None


def _with_models(declared: DeclaredProvider, name: CapabilityName, added: DeclaredModels) -> DeclaredProvider:
    capability = declared.provider.capabilities[name]
    own = set(capability.models.ids)
    new = {model.id: model for model in reversed(added) if model.id not in own}
    merged = evolve(capability, models=[*capability.models, *reversed(new.values())])
    return evolve(declared, provider=evolve(declared.provider, capabilities={**declared.provider.capabilities, name: merged}))
