"""Editing one provider: texts, API address, sort order and flags."""

from collections.abc import Collection, Mapping, Sequence

from litestar import Response, get, post
from litestar.params import FromPath
from msgspec import Struct

from modeldesk.domain.errors import InvalidValue, ModeldeskError, ProviderVersionConflict
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.texts import Slug
from modeldesk.entrypoints.commands.providers import ProviderBody
from modeldesk.entrypoints.panel.field_changes import FieldChange
from modeldesk.entrypoints.panel.form_problems import FormInvalid, checked_fields
from modeldesk.entrypoints.panel.form_refusal import NO_REFUSAL, FormRefusal, typed_value
from modeldesk.entrypoints.panel.forms import Form, GivenForm
from modeldesk.entrypoints.panel.languages import N_
from modeldesk.entrypoints.panel.latest_changes import OUTDATED, LatestChange, latest_of_provider, version_in
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.rights import RIGHT

FLAGS: Mapping[str, str] = {
    "is_active": N_("Enabled"),
    "is_recommended": N_("Recommended"),
    "allow_personal_keys": N_("Personal keys allowed"),
    "allow_shared_for_normal_admins": N_("Shared key for normal admins"),
}
TEXTS = ("name", "display_name", "description", "api_base_url", "website", "documentation_url", "sort_order")


LARGEST_EDIT = 1024 * 1024
"""Bytes: descriptions may be long, and the form sends those that it showed too."""

SHOWN = "shown_"
"""Begins the names of the hidden fields with the values that the form showed."""


class FormValues(Struct, frozen=True):
    """The values of the form: texts by field, and the ticked flags."""

    texts: Mapping[str, str]
    ticked: frozenset[str]

    @classmethod
    def of(cls, provider: Provider) -> "FormValues":
        texts = {name: str(getattr(provider, name)) for name in TEXTS}
        return cls(texts, frozenset(flag for flag in FLAGS if getattr(provider, flag)))

    @classmethod
    def sent(cls, form: Form, prefix: str = "") -> "FormValues":
        """A text loses the blanks at its ends, except for the description."""
        texts = {name: form.text(prefix + name) if name == "description" else form.line(prefix + name) for name in TEXTS}
        return cls(texts, frozenset(flag for flag in FLAGS if form.has(prefix + flag)))

    def changed_from(self, shown: "FormValues") -> list[str]:
        """The fields that differ from those that the form showed."""
        texts = [name for name in TEXTS if self.texts[name] != shown.texts[name]]
        return [*texts, *(flag for flag in FLAGS if flag in self.ticked ^ shown.ticked)]

    def with_fields(self, names: Collection[str], of: "FormValues") -> "FormValues":
        """These values, with the fields of these names taken from other ones."""
        texts = {name: (of if name in names else self).texts[name] for name in TEXTS}
        return FormValues(texts, frozenset(flag for flag in FLAGS if flag in (of if flag in names else self).ticked))

    def value(self, name: str) -> object:
        """A field for the table of differences."""
        return typed_value(name, self.texts[name]) if name in self.texts else name in self.ticked


class Outdated(Struct, frozen=True):
    """The fields that the person changed, current and new, and who made the latest change."""

    differences: Sequence[FieldChange]
    latest: LatestChange | None


class EditForm(Struct, frozen=True):
    """The form to show: `typed` in its fields, `shown` and `version` for comparing them when it comes back."""

    provider: Provider
    typed: FormValues
    shown: FormValues
    version: int
    outdated: Outdated | None = None


@get("/edit/{slug:str}", opt={RIGHT: Right.ADMINISTER})
async def edit_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str]) -> Response[bytes]:
    provider = (await panel.container.store().current()).provider(Slug(slug))
    values = FormValues.of(provider)
    return _page(panel, request, EditForm(provider, values, values, provider.version))


@post("/edit/{slug:str}", opt={RIGHT: Right.ADMINISTER}, request_max_body_size=LARGEST_EDIT)
async def edit(request: SignedIn, panel: GivenPanel, slug: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Changes the fields that differ from what the form showed; where the provider is another one by now, shows both and asks again.

    Keys are suspended where the address moves to another origin, as by an import.
    """
    provider = (await panel.container.store().current()).provider(Slug(slug))
    typed, shown = FormValues.sent(form), FormValues.sent(form, SHOWN)
    changed = typed.changed_from(shown)
    try:
        change = checked_fields(panel, ProviderBody, _fields(typed, changed), {})
        update = await panel.container.registration().change(provider.slug, change, panel.actor(request), version_in(form))
    except FormInvalid as error:
        return _page(panel, request, EditForm(provider, typed, shown, version_in(form)), FormRefusal.of_fields(error.problems, form))
    except InvalidValue as error:
        return _page(panel, request, EditForm(provider, typed, shown, version_in(form)), error=error)
    except ProviderVersionConflict:
        return await _outdated_page(panel, request, provider.slug, typed, changed)
    message = "keys-suspended" if update.suspends_keys else "provider-updated" if update.changes else "nothing-changed"
    return panel.redirect(f"/admin/providers/{provider.slug}", message)


async def _outdated_page(panel: Panel, request: SignedIn, slug: Slug, typed: FormValues, changed: Sequence[str]) -> Response[bytes]:
    """The form with the current values, except for the fields that the person changed."""
    provider = (await panel.container.store().current()).provider(slug)
    current = FormValues.of(provider)
    values = current.with_fields(changed, typed)
    differences = [FieldChange(name, current.value(name), values.value(name)) for name in values.changed_from(current)]
    latest = await latest_of_provider(panel, request, slug)
    return _page(panel, request, EditForm(provider, values, current, provider.version, Outdated(differences, latest)))


def _page(
    panel: Panel, request: SignedIn, form: EditForm, refused: FormRefusal = NO_REFUSAL, error: ModeldeskError | None = None
) -> Response[bytes]:
    status = OUTDATED if form.outdated else refused.status
    return panel.page(request, "edit.html", status=status, refusal=error, refused=refused, form=form, flags=FLAGS, text_fields=TEXTS)


def _fields(typed: FormValues, changed: Collection[str]) -> dict[str, object]:
    """The fields that the person changed, by their names."""
    texts: dict[str, object] = {name: text for name, text in typed.texts.items() if name in changed}
    return texts | {flag: flag in typed.ticked for flag in FLAGS if flag in changed}


ROUTES = [edit_page, edit]
