"""Adding a provider by a form, from a template. The form becomes a declaration of one provider, so that the rules of imports hold."""

import json
from collections.abc import Collection, Mapping, Sequence
from itertools import chain, count

from attrs import evolve
from litestar import Response, get, post
from msgspec import Struct

from modeldesk.domain.errors import DeclarationInvalid, ImportBusy, ModeldeskError, Problem, Reason
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.providers.provider import GENERIC_CLASS
from modeldesk.domain.services.import_plan import ImportOptions, ImportPlan
from modeldesk.entrypoints.panel.form_refusal import NO_REFUSAL, FormRefusal
from modeldesk.entrypoints.panel.formatting import CAPABILITIES
from modeldesk.entrypoints.panel.forms import Form, GivenForm
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.rights import RIGHT

LARGEST = 64 * 1024
TEXTS = ("slug", "name", "provider_class", "api_base_url")
COMPATIBLE, OLLAMA = "openai-compatible", "ollama"
TEMPLATES: Mapping[str, Mapping[str, str]] = {
    COMPATIBLE: {"provider_class": GENERIC_CLASS},
    OLLAMA: {"slug": "ollama", "name": "Ollama", "provider_class": "OllamaProvider", "api_base_url": "http://localhost:11434"},
}
"""What the form begins with: any vendor that speaks OpenAI's protocol, or models on a machine of one's own."""

PLACE = "$.providers[0]."
"""Where the only provider stands in its declaration."""


class ProviderForm(Struct, frozen=True):
    """The fields as typed. `models` holds the ids of each offered capability, one a line; without ids its list is live."""

    texts: Mapping[str, str] = {}
    models: Mapping[str, str] = {}

    @classmethod
    def sent(cls, form: Form) -> "ProviderForm":
        offered = {name: form.text(f"models_{name}") for name in CAPABILITIES if form.has(f"offers_{name}")}
        return cls({name: form.line(name) for name in TEXTS}, offered)

    @property
    def declaration(self) -> bytes:
        """A declaration of this provider alone."""
        texts = {name: text for name, text in self.texts.items() if text}
        capabilities = {name: _capability(models) for name, models in self.models.items()}
        provider = {**texts, "capabilities": capabilities}
        return json.dumps({"version": "1.0.0", "providers": [provider]}, ensure_ascii=False).encode("utf-8", "surrogatepass")


@get("/new-provider", opt={RIGHT: Right.IMPORT})
async def new_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    """The form, filled from a template. Where there is a provider of the template's slug already, it is named, and another slug proposed."""
    template = str(request.query_params.get("from", ""))
    template = template if template in TEMPLATES else COMPATIBLE
    texts = {**dict.fromkeys(TEXTS, ""), **TEMPLATES[template]}
    slug, existing = texts["slug"], (await panel.container.store().current()).providers
    form = ProviderForm({**texts, "slug": _free(slug, existing)}, {"chat": ""})
    return _answer(panel, request, form, template=template, existing=slug if slug in existing else "")


@post("/new-provider", opt={RIGHT: Right.IMPORT}, request_max_body_size=LARGEST)
async def create(request: SignedIn, panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Adds the provider. One of the same slug is not overwritten."""
    sent = ProviderForm.sent(form)
    try:
        async with panel.container.import_worker().exclusive():
            plan = await _added(panel, request, sent)
    except DeclarationInvalid as error:
        return _refused(panel, request, sent, error)
    except ImportBusy as error:
        return _answer(panel, request, sent, refusal=error)
    if not plan.created:
        return _answer(panel, request, sent, existing=sent.texts["slug"], is_taken=True)
    return panel.redirect(f"/admin/providers/{plan.created[0].slug}", "provider-added")


def _free(slug: str, existing: Collection[str]) -> str:
    """The slug, or with the first number behind it that no provider has."""
    numbered = (f"{slug}-{number}" for number in count(2))
    return next(name for name in chain([slug], numbered) if name not in existing)


async def _added(panel: Panel, request: SignedIn, sent: ProviderForm) -> ImportPlan:
    """Imports this provider alone. A provider of its slug is skipped, as by every import that does not overwrite."""
    declared = await panel.container.import_worker().run(panel.container.declarations().read, sent.declaration)
    return await panel.container.registration().register(declared.providers, ImportOptions(), panel.actor(request))


def _capability(models: str) -> Mapping[str, object]:
    ids = list(dict.fromkeys(line.strip() for line in models.splitlines() if line.strip()))
    return {"supported": True, "models": ids} if ids else {"supported": True, "has_dynamic_models": True}


def _refused(panel: Panel, request: SignedIn, sent: ProviderForm, error: DeclarationInvalid) -> Response[bytes]:
    """Each problem beside its field; those of no field, as of models, in a list above the form."""
    fields = dict[str, Problem]()
    others = list[Problem]()
    for problem in map(_in_words_of_a_form, error.problems):
        if problem.path in TEXTS:
            fields.setdefault(problem.path, problem)
        else:
            others.append(problem)
    refused = FormRefusal(fields) if fields else NO_REFUSAL
    return _answer(panel, request, sent, refusal=error if others else None, refused=refused, problems=others)


def _in_words_of_a_form(problem: Problem) -> Problem:
    """The problem with the name of its field for its path. A field that is left empty is missing in the declaration."""
    if f"{problem.path}." == PLACE and problem.reason.code == "key-missing-in-object":
        return Problem(str(problem.reason.facts["key"]), Reason("blank"))
    return evolve(problem, path=problem.path.removeprefix(PLACE))


def _answer(
    panel: Panel,
    request: SignedIn,
    form: ProviderForm,
    *,
    template: str = "",
    refusal: ModeldeskError | None = None,
    refused: FormRefusal = NO_REFUSAL,
    problems: Sequence[Problem] = (),
    existing: str = "",
    is_taken: bool = False,
) -> Response[bytes]:
    return panel.page(
        request,
        "new_provider.html",
        refusal=refusal,
        refused=refused,
        form=form,
        origin=template,
        is_ollama=template == OLLAMA,
        templates=TEMPLATES,
        classes=panel.container.classes().names,
        capabilities=list(CAPABILITIES),
        problems=problems,
        existing=existing,
        is_taken=is_taken,
        status=409 if is_taken else refused.status,
    )


ROUTES = [new_page, create]
