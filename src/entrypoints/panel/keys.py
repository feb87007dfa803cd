"""Provider keys, personal and shared: enter, check, remove. They are never shown."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Struct

from modeldesk.domain.errors import InvalidValue, ModeldeskError, NotAllowed
from modeldesk.domain.model.access.permissions import Right, require_right, right_of_key
from modeldesk.domain.model.keys.provider_key import KeyScope, KeyVerdict, StoredKey
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import KeyRequirement
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.key_status import KeyStatus
from modeldesk.entrypoints.commands.providers import KeyBody
from modeldesk.entrypoints.panel.error_messages import whole_reason
from modeldesk.entrypoints.panel.forms import GivenForm
from modeldesk.entrypoints.panel.languages import N_
from modeldesk.entrypoints.panel.overview import matches_search, search_term, search_words
from modeldesk.entrypoints.panel.paging import page_of
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.rights import RIGHT

STATUS_LABELS: Mapping[KeyStatus, str] = {
    KeyStatus.USABLE: N_("usable"),
    KeyStatus.UNREADABLE: N_("unreadable"),
    KeyStatus.SUSPENDED: N_("suspended"),
    KeyStatus.NOT_ALLOWED: N_("not allowed"),
    KeyStatus.REJECTED: N_("rejected"),
}

OWN_OBSTACLES: Mapping[KeyStatus, str] = {
    KeyStatus.UNREADABLE: N_("your personal key cannot be decrypted with this master key and must be entered again"),
    KeyStatus.SUSPENDED: N_("the API address changed, and your personal key is suspended until it is entered again"),
    KeyStatus.NOT_ALLOWED: N_("this provider does not allow personal keys"),
}
SHARED_OBSTACLES: Mapping[KeyStatus, str] = {
    KeyStatus.UNREADABLE: N_("the shared key cannot be decrypted with this master key and must be entered again"),
    KeyStatus.SUSPENDED: N_("the API address changed, and the shared key is suspended until it is entered again"),
    KeyStatus.NOT_ALLOWED: N_("the shared key is for super admins only"),
}
"""Why an existing key cannot be used."""


class KeyRow(Struct, frozen=True):
    """A provider with the status of its two keys; `own` and `shared` are None if not stored. Key material is never included."""

    provider: Provider
    own: StoredKey | None
    own_status: KeyStatus | None
    shared: StoredKey | None
    shared_status: KeyStatus | None
    is_needed: bool
    has_address: bool


class Obstacle(Struct, frozen=True):
    """Why the admin can use no key of a provider, and the page to resolve it on, if there is one."""

    reason: str
    url: str | None


@get("/keys", opt={RIGHT: Right.KEYS})
async def list_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    """The personal and the shared key of the providers, page by page."""
    snapshot, search = await panel.container.store().current(), search_term(request)
    words = search_words(search)
    page = page_of(request, "/admin/keys", [entry for entry in snapshot.providers.values() if matches_search(entry, words)], search)
    rows = [key_row(panel, provider, snapshot, request) for provider in page.entries]
    return panel.page(request, "keys.html", rows=rows, page=page, status_labels=STATUS_LABELS, search=search)


@get("/keys/{slug:str}/{whose:str}", opt={RIGHT: Right.KEYS})
async def key_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str], whose: FromPath[str]) -> Response[bytes]:
    """One key: its status, and the forms to enter, check and remove it."""
    return await _key_page(panel, request, slug, _scope(request, whose))


@post("/keys/{slug:str}/{whose:str}", opt={RIGHT: Right.KEYS})
async def enter(request: SignedIn, panel: GivenPanel, slug: FromPath[str], whose: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Stores a key encrypted; it replaces the previous one."""
    scope = _scope(request, whose)
    try:
        command = panel.command(KeyBody, scope=scope.value, api_key=form.line("api_key"))
        await panel.container.provider_keys().set(Slug(slug), _owner(request, scope), command.api_key, panel.actor(request))
    except (InvalidValue, NotAllowed) as error:
        return await _key_page(panel, request, slug, scope, refusal=error)
    return panel.redirect(f"/admin/keys/{slug}/{scope.value}", "key-stored")


@post("/keys/{slug:str}/{whose:str}/check", opt={RIGHT: Right.KEYS})
async def check(request: SignedIn, panel: GivenPanel, slug: FromPath[str], whose: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Checks the key with a request to the vendor that costs nothing."""
    scope = _scope(request, whose)
    try:
        verdict = await panel.container.provider_keys().check(Slug(slug), _owner(request, scope), panel.actor(request))
    except ModeldeskError as error:
        return await _key_page(panel, request, slug, scope, refusal=error)
    return await _key_page(panel, request, slug, scope, verdict=verdict)


@get("/keys/{slug:str}/{whose:str}/remove", opt={RIGHT: Right.KEYS})
async def remove_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str], whose: FromPath[str]) -> Response[bytes]:
    """Asks for confirmation."""
    provider = (await panel.container.store().current()).provider(Slug(slug))
    return panel.page(request, "remove_key.html", provider=provider, scope=_scope(request, whose).value)


@post("/keys/{slug:str}/{whose:str}/remove", opt={RIGHT: Right.KEYS})
async def remove(request: SignedIn, panel: GivenPanel, slug: FromPath[str], whose: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Removes the key. A missing key is no error."""
    scope = _scope(request, whose)
    await panel.container.provider_keys().delete(Slug(slug), _owner(request, scope), panel.actor(request))
    return panel.redirect(f"/admin/keys/{slug}/{scope.value}", "key-removed")


async def _key_page(
    panel: Panel, request: SignedIn, slug: str, scope: KeyScope, *, verdict: KeyVerdict | None = None, refusal: ModeldeskError | None = None
) -> Response[bytes]:
    snapshot, language = await panel.container.store().current(), panel.language(request)
    row = key_row(panel, snapshot.provider(Slug(slug)), snapshot, request)
    is_own = scope is KeyScope.PERSONAL
    return panel.page(
        request,
        "key.html",
        refusal=refusal,
        row=row,
        provider=row.provider,
        scope=scope.value,
        key=row.own if is_own else row.shared,
        key_status=row.own_status if is_own else row.shared_status,
        status_labels=STATUS_LABELS,
        address=panel.container.classes().base_url(row.provider),
        verdict=verdict,
        detail=whole_reason(verdict.detail, language) if verdict else None,
    )


def obstacle_of(row: KeyRow, *, may_administer: bool) -> Obstacle:
    """The obstacle for an admin who can use neither key. The personal key takes precedence: the shared key never replaces it."""
    provider = row.provider
    shared = f"/admin/keys/{provider.slug}/shared" if may_administer else None
    own = f"/admin/keys/{provider.slug}/personal" if provider.allow_personal_keys else None
    if own is not None and row.own is not None and row.own_status in (KeyStatus.UNREADABLE, KeyStatus.SUSPENDED):
        return Obstacle(OWN_OBSTACLES[row.own_status], own)
    if row.shared is not None and not may_administer and not provider.allow_shared_for_normal_admins:
        return Obstacle(SHARED_OBSTACLES[KeyStatus.NOT_ALLOWED], own)
    if row.shared is not None and row.shared_status in (KeyStatus.UNREADABLE, KeyStatus.SUSPENDED):
        return Obstacle(SHARED_OBSTACLES[row.shared_status], shared or own)
    if row.own is not None:
        return Obstacle(OWN_OBSTACLES[KeyStatus.NOT_ALLOWED], shared)
    if not row.has_address:
        return Obstacle(N_("it has no API address"), None)
    return Obstacle(N_("no key is stored"), shared or own)


def key_row(panel: Panel, provider: Provider, snapshot: Snapshot, request: SignedIn) -> KeyRow:
    """The provider's keys and their status for the signed-in admin."""
    available, states = snapshot.available_keys(provider.slug, panel.actor(request)), panel.container.key_statuses()
    provider_class = panel.container.classes().class_of(provider)
    return KeyRow(
        provider,
        available.personal,
        states.of_key(available.personal, snapshot) if available.personal else None,
        available.shared,
        states.of_key(available.shared, snapshot) if available.shared else None,
        is_needed=provider_class.key_requirement is KeyRequirement.NEEDED
        and any(part.supported and part.has_dynamic_models for part in provider.capabilities.values()),
        has_address=bool(provider_class.base_url(provider)),
    )


def _scope(request: SignedIn, text: str) -> KeyScope:
    """The scope in the path. Raises NotFoundException for an unknown one."""
    if text not in {scope.value for scope in KeyScope}:
        raise NotFoundException
    scope = KeyScope(text)
    require_right(right_of_key(scope), request.user.admin.role)
    return scope


def _owner(request: SignedIn, scope: KeyScope) -> str | None:
    """The owner of the key: always the signed-in admin, or None for the shared key."""
    return request.user.admin.name if scope is KeyScope.PERSONAL else None


ROUTES = [list_page, key_page, enter, check, remove_page, remove]
