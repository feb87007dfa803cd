"""Every change has its line: who, from where, when, what, before and after; and nobody but super admins reads it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from modeldesk.domain.errors import InvalidValue, LastSuperAdmin, ModeldeskError, NotAllowed, SignInRefused
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.admin import AdminChange, Role
from modeldesk.domain.model.access.api_token import ApiToken
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.audit import AuditQuery
from modeldesk.domain.model.providers.provider import CapabilityChange
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.domain.model.values.texts import SingleLineText as Name
from modeldesk.domain.model.values.timestamps import format_timestamp, parse_timestamp
from modeldesk.domain.services.audit_log import Audit
from modeldesk.domain.services.import_plan import ImportOptions
from tests.support.samples import A_KEY, NIMA, NOON, SARA, Desk, chat, declared, lists, live_provider, provider, select_model, slot

PASSWORD, OTHER = "correct horse battery", "another horse battery"
AFAR = evolve(SARA, address="192.0.2.7", token="nightly")
IN_PERSON = evolve(SARA, address="192.0.2.7")
FORCE = ImportOptions(force=True, prune=True, deactivate_lost=True)
Line = tuple[str, str, Mapping[str, object] | None, Mapping[str, object] | None]


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Where sara made the token that acts from afar."""
    token = ApiToken("d", Name("nightly"), Name("sara"), frozenset(Scope), NOON, NOON + timedelta(days=1), "last")
    desk.store.contents = evolve(desk.store.contents, tokens={"d": token})
    return desk


def trail(desk: Desk) -> list[Line]:
    """Action, subject, before and after of each line, the oldest first."""
    return [(entry.action.value, entry.subject, entry.before, entry.after) for entry in desk.store.contents.audit]


def doers(desk: Desk) -> set[tuple[str, str, str | None]]:
    return {(entry.by, entry.address, entry.token) for entry in desk.store.contents.audit}


async def test_choices_are_told(desk: Desk) -> None:
    """With the model of before and the one after; what changes nothing has no line."""
    await desk.put(provider(capabilities=chat("large")))
    await desk.selection.select(select_model("large"), AFAR)
    await desk.selection.select(select_model("large"), AFAR)
    await desk.selection.deselect(slot(), AFAR)
    await desk.selection.deselect(slot(), AFAR)
    await desk.selection.roll_back(slot(), AFAR)
    large, none = {"model_id": "large"}, {"model_id": None}
    assert trail(desk) == [
        ("model-selected", "acme/chat", none, {**large, "slot_version": 1}),
        ("model-deselected", "acme/chat", large, {**none, "slot_version": 2}),
        ("choice-rolled-back", "acme/chat", none, {**large, "slot_version": 3}),
    ]
    assert doers(desk) == {("sara", "192.0.2.7", "nightly")}
    assert {entry.at for entry in desk.store.contents.audit} == {NOON}


async def test_imports_are_told_provider_by_provider(desk: Desk) -> None:
    """What was created, what was changed in each, what was switched off, and which model was lost; a dry run and a skip have no line."""
    await desk.registration.register([declared("a", capabilities=chat("m")), declared("b")], ImportOptions(), CLI_ACTOR)
    await desk.selection.select(select_model("m", of=slot("a")), CLI_ACTOR)
    begun = len(desk.store.contents.audit)
    changed = [declared("a", sort_order=3, capabilities={"image": chat("m")["chat"]})]
    await desk.registration.plan(changed, FORCE)
    await desk.registration.register(changed, ImportOptions(), AFAR)
    assert len(desk.store.contents.audit) == begun
    await desk.registration.register(changed, FORCE, AFAR)
    await desk.registration.register(changed, FORCE, AFAR)
    lost, updated, off = trail(desk)[begun:]
    assert lost == ("model-deselected", "a/chat", {"model_id": "m"}, {"model_id": None, "slot_version": 2})
    assert (updated[:2], set(updated[2] or ())) == (
        ("provider-updated", "a"),
        {"sort_order", "capabilities.chat", "capabilities.image"},
    )
    assert ((updated[2] or {})["sort_order"], (updated[3] or {})["sort_order"]) == (0, 3)
    assert off == ("provider-updated", "b", {"is_active": True}, {"is_active": False})
    assert trail(desk)[:2] == [("provider-created", "a", None, {"name": "A"}), ("provider-created", "b", None, {"name": "B"})]


async def test_an_edited_model_is_told_without_the_others(desk: Desk) -> None:
    """Its changed field, old and new, by an edit and by an import alike."""
    held = lists(*(f"m-{number}" for number in range(1_000)))
    edited = evolve(held, models=(*held.models[:999], evolve(held.models[999], name=Name("Last"))))
    await desk.put(provider("acme", capabilities={"chat": held}))
    await desk.registration.change(Slug("acme"), CapabilityChange(capabilities={CapabilityName("chat"): edited}), SARA)
    await desk.registration.register([declared("acme", capabilities={"chat": held})], FORCE, SARA)
    name = "capabilities.chat.models[m-999].name"
    assert trail(desk) == [
        ("provider-updated", "acme", {name: None}, {name: "Last"}),
        ("provider-updated", "acme", {name: "Last"}, {name: None}),
    ]


async def test_switches_keys_and_lists_are_told(desk: Desk) -> None:
    """Of a key its owner and its hint, and nothing else."""
    await desk.put(live_provider("vendor"))
    await desk.registration.set_active(Slug("vendor"), True, AFAR)
    await desk.registration.set_active(Slug("vendor"), False, AFAR)
    await desk.registration.set_active(Slug("vendor"), True, AFAR)
    await desk.key_keeping.set(Slug("vendor"), None, A_KEY, SARA)
    await desk.key_keeping.set(Slug("vendor"), "nima", A_KEY, NIMA)
    await desk.key_keeping.delete(Slug("vendor"), None, SARA)
    await desk.key_keeping.delete(Slug("vendor"), None, SARA)
    await desk.discovery.clear(None, SARA)
    on, off, shared, own = {"is_active": True}, {"is_active": False}, {"owner": None, "hint": "efgh"}, {"owner": "nima", "hint": "efgh"}
    assert trail(desk) == [
        ("provider-updated", "vendor", on, off),
        ("provider-updated", "vendor", off, on),
        ("key-set", "vendor", None, shared),
        ("key-set", "vendor", None, own),
        ("key-removed", "vendor", shared, None),
        ("cache-cleared", "", None, None),
    ]
    assert A_KEY.reveal() not in repr(desk.store.contents.audit)


async def test_admins_are_told(desk: Desk) -> None:
    """Made, changed, and never a word of a password but that it is another one; what was refused has no line."""
    await desk.accounts.create("omid", PASSWORD, Role.NORMAL, IN_PERSON)
    await desk.accounts.change("omid", AdminChange(role=Role.SUPER), IN_PERSON)
    await desk.accounts.change("omid", AdminChange(role=Role.SUPER), IN_PERSON)
    await desk.accounts.change("omid", AdminChange(password=OTHER))
    await desk.accounts.change("sara", AdminChange(is_active=False))
    with pytest.raises(LastSuperAdmin):
        await desk.accounts.change("omid", AdminChange(is_active=False))
    normal, able = {"role": "normal", "is_active": True}, {"role": "super", "is_active": True}
    assert trail(desk) == [
        ("admin-created", "omid", None, normal),
        ("admin-changed", "omid", normal, able),
        ("admin-changed", "omid", able, {**able, "password": "changed"}),
        ("admin-changed", "sara", able, {**able, "is_active": False}),
    ]
    assert doers(desk) == {("sara", "192.0.2.7", None), ("cli", "", None)}
    assert "horse" not in repr(desk.store.contents.audit)


async def test_signing_in_and_out_is_told(desk: Desk) -> None:
    """From where; a failure says whose name it was if anybody has it: what nobody is called may be a password in the wrong field."""
    await desk.accounts.create("omid", PASSWORD, Role.NORMAL)
    begun = len(desk.store.contents.audit)
    signed_in = await desk.sessions.sign_in("omid", PASSWORD, "192.0.2.7")
    for name in ("omid", "correct horse battery"):
        with pytest.raises(SignInRefused):
            await desk.sessions.sign_in(name, OTHER, "192.0.2.8")
    renewed = await desk.sessions.change_own_password(signed_in.identity, PASSWORD, OTHER, "192.0.2.7")
    await desk.sessions.sign_in("omid", OTHER, "192.0.2.9")
    await desk.sessions.end_others(renewed.identity, "192.0.2.7")
    await desk.sessions.end_others(renewed.identity, "192.0.2.7")
    await desk.sessions.sign_out(renewed.identity, "192.0.2.7")
    reported = [(entry.action.value, entry.by, entry.subject, entry.address[-1]) for entry in desk.store.contents.audit[begun:]]
    assert reported == [
        ("signed-in", "omid", "omid", "7"),
        ("sign-in-failed", "", "omid", "8"),
        ("sign-in-failed", "", "", "8"),
        ("password-changed", "omid", "omid", "7"),
        ("signed-in", "omid", "omid", "7"),
        ("signed-in", "omid", "omid", "9"),
        ("sessions-ended", "omid", "omid", "7"),
        ("signed-out", "omid", "omid", "7"),
    ]
    assert "horse" not in repr(desk.store.contents.audit)


async def test_failed_sign_ins_are_grouped(desk: Desk) -> None:
    """From ever new addresses: the first few have an entry each, then one whenever their number has doubled; another hour begins anew."""
    await desk.accounts.create("omid", PASSWORD, Role.NORMAL)
    begun, names = len(desk.store.contents.audit), [f"name-{number}" for number in range(40)]
    for number, name in enumerate([*names, "omid", "omid"]):
        with pytest.raises(SignInRefused):
            await desk.sessions.sign_in(name, OTHER, f"198.51.100.{number}")
    desk.clock.forward(timedelta(hours=1))
    with pytest.raises(SignInRefused):
        await desk.sessions.sign_in("another", OTHER, "203.0.113.1")
    reported = [(entry.subject, (entry.after or {}).get("failures"), entry.address) for entry in desk.store.contents.audit[begun:]]
    each = [("", None, f"198.51.100.{number}") for number in range(5)]
    grouped = [("", count, f"198.51.100.{count - 1}") for count in (8, 16, 32)]
    own = [("omid", None, "198.51.100.40"), ("omid", None, "198.51.100.41")]
    assert reported == [*each, *grouped, *own, ("", None, "203.0.113.1")]


async def test_the_first_admin_is_told() -> None:
    """By their own name, as there is nobody else."""
    desk = Desk()
    token = await desk.first_admin.new_token()
    await desk.first_admin.make(token or "", "ann", PASSWORD, "192.0.2.7")
    assert [(entry.action.value, entry.by, entry.address) for entry in desk.store.contents.audit] == [
        ("admin-created", "ann", "192.0.2.7"),
        ("signed-in", "ann", "192.0.2.7"),
    ]


@pytest.mark.parametrize(
    ("actor", "may"),
    [(CLI_ACTOR, True), (SARA, True), (NIMA, False), (Actor("nobody", Role.SUPER), False), (Actor("nima", Role.SUPER), False)],
)
async def test_super_admins_read_it(desk: Desk, actor: Actor, may: bool) -> None:
    """As they are known now, whatever they were when they came."""

    async def read() -> Sequence[object]:
        return await Audit(desk.store, desk.store).entries(AuditQuery(), actor)

    if may:
        assert await read() == []
    else:
        with pytest.raises(NotAllowed):
            await read()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-24", NOON.replace(hour=0)),
        ("2026-11-24T12:00:00Z", NOON),
        ("2026-11-24T15:30:00+03:30", NOON),
        ("2026-11-24T12:00", NOON),
    ],
)
def test_moments(text: str, meant: datetime) -> None:
    """As people and programs write them."""
    assert parse_timestamp(text) == meant
    assert parse_timestamp(text).utcoffset() in (timedelta(), timedelta(hours=3.5))
    assert parse_timestamp(text).astimezone(UTC) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-13-01",
        "24.11.2026",
        "1e9",
        "2026-11-24T12:00:00+99:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_no_moments(text: str) -> None:
    """Refused with how it is written."""
    with pytest.raises(ModeldeskError) as refused:
        parse_timestamp(text)
    assert isinstance(refused.value, InvalidValue)


async def test_tokens_are_told(desk: Desk) -> None:
    """Whose, for what, until when; of the text no more than the hint that is shown anyway."""
    made = await desk.tokens.create("weekly", {Scope.READ, Scope.SELECT}, IN_PERSON)
    await desk.tokens.revoke("weekly", IN_PERSON)
    ends = format_timestamp(NOON + timedelta(days=90))  # as the entry's own moment is told
    assert ends.endswith("T12:00:00.000Z")
    reported = {"owner": "sara", "scopes": ["read", "select"], "expires_at": ends, "hint": made.text[-4:]}
    assert trail(desk) == [("token-made", "weekly", None, reported), ("token-revoked", "weekly", reported, None)]
    assert made.text not in repr(desk.store.contents)
