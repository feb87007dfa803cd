"""The form of a capability: its fields as typed, and the capability that they make."""

from collections.abc import Mapping, Sequence

from attrs import evolve
from msgspec import Struct

from modeldesk.domain.errors import Problem, Reason
from modeldesk.domain.model.providers.provider import MOST_CAPABILITIES, Capability, Provider
from modeldesk.domain.model.values.texts import CapabilityName, capability_name
from modeldesk.entrypoints.commands.providers import MOST_MODELS, MOST_PATTERNS
from modeldesk.entrypoints.panel.form_problems import FormInvalid, checked_fields, checked_text
from modeldesk.entrypoints.panel.forms import Form
from modeldesk.entrypoints.panel.services import Panel

MOST_LINES: Mapping[str, int] = {"added": 500, "include": MOST_PATTERNS, "exclude": MOST_PATTERNS}
"""Lines of a field, counted before any is read."""

TEXTS = ("name", "description", "include", "exclude", "added")


class CapabilityForm(Struct, frozen=True):
    """`texts` by field: patterns and the ids of added models stand one a line. `name` is empty for a capability that exists."""

    texts: Mapping[str, str]
    is_supported: bool = True
    is_live: bool = False

    @classmethod
    def of(cls, part: Capability) -> "CapabilityForm":
        texts = {"description": part.description, "include": "\n".join(part.include), "exclude": "\n".join(part.exclude)}
        return cls({**dict.fromkeys(TEXTS, ""), **texts}, part.supported, part.has_dynamic_models)

    @classmethod
    def sent(cls, form: Form) -> "CapabilityForm":
        texts = {name: form.line(name) if name == "name" else form.text(name) for name in TEXTS}
        return cls(texts, form.has("supported"), form.text("list") == "live")

    @property
    def fields(self) -> Mapping[str, str]:
        """The fields for comparing two forms."""
        return {**self.texts, "supported": str(self.is_supported).lower(), "list": "live" if self.is_live else "fixed"}

    def new_name(self, provider: Provider) -> CapabilityName:
        """The name of a capability that the provider does not declare yet. Raises FormInvalid."""
        name = checked_text("name", self.texts["name"], capability_name)
        if name in provider.capabilities:
            raise FormInvalid({"name": Problem("name", Reason("capability-declared", capability=name))})
        if len(provider.capabilities) >= MOST_CAPABILITIES:
            raise FormInvalid({"name": Problem("name", Reason("capabilities-too-many", most=MOST_CAPABILITIES))})
        return name

    def capability(self, panel: Panel, existing: Capability | None) -> Capability:
        """The capability; its models are the existing ones, then the added ones that are new. Raises FormInvalid."""
        lines = {name: self._lines(name) for name in MOST_LINES}
        held = existing.models if existing is not None else ()
        if lines["added"] and len(held) + len(lines["added"]) > MOST_MODELS:
            raise FormInvalid({"added": Problem("added", Reason("models-too-many", most=MOST_MODELS))})
        values = {
            "supported": self.is_supported,
            "has_dynamic_models": self.is_live,
            "description": self.texts["description"],
            "include": lines["include"],
            "exclude": lines["exclude"],
            "models": lines["added"],
        }
        read = checked_fields(panel, Capability, values, {"models": "added"})
        known = {model.id for model in held}
        return evolve(read, models=(*held, *(model for model in read.models if model.id not in known)))

    def _lines(self, name: str) -> Sequence[str]:
        """The lines of a field without blank ones, each once. Raises FormInvalid where there are too many."""
        count = self.texts[name].count("\n") + 1
        if count > MOST_LINES[name]:
            raise FormInvalid({name: Problem(name, Reason("too-many-lines", most=MOST_LINES[name], count=count))})
        return list(dict.fromkeys(line.strip() for line in self.texts[name].split("\n") if line.strip()))
