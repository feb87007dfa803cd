"""Merging a declaration with what admins edited: one changed side wins, two are a conflict, and what both agree on is nothing to tell."""

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.model.providers.edited_field import EditedField, Side
from modeldesk.domain.model.providers.provider import Capability, CapabilityChange, Provider, ProviderChange
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.numbers import SortOrder
from modeldesk.domain.model.values.texts import CapabilityName, MultilineText, SingleLineText, Slug
from modeldesk.domain.services.import_plan import DeclaredProvider
from modeldesk.domain.services.three_way import ThreeWayMerge, UseMerge
from tests.support.samples import lists

FEW = st.sampled_from(["a", "b", "c"])
SIDES = st.sampled_from([None, *Side])


def provider(description: str = "a", order: int = 0, *, is_active: bool = True) -> Provider:
    """One with three fields that tests change."""
    name = SingleLineText("Acme")
    return Provider(Slug("acme"), name, name, MultilineText(description), sort_order=SortOrder(order), is_active=is_active)


def declared(value: Provider, *flags: str) -> DeclaredProvider:
    """An entry that names these of the operator's flags."""
    return DeclaredProvider(value, frozenset({"slug", "name", "description", "sort_order", *flags}))


def edited(value: Provider, description: str) -> Provider:
    """What an admin makes of it."""
    return ProviderChange(description=MultilineText(description)).applied(value)


@given(FEW, FEW, FEW, SIDES)
def test_who_changed_a_field_wins_it(imported: str, stored: str, file: str, prefer: Side | None) -> None:
    """The table of the three values: equal ones need no decision, a conflict is decided by the preference or by nobody."""
    merge = ThreeWayMerge(prefer)
    merged = merge.merged(declared(provider(file)), edited(provider(imported), stored))
    result = merged.description
    is_conflict = len({imported, stored, file}) == 3
    if is_conflict:
        assert result == (file if prefer is Side.FILE else stored)
    else:
        assert result == (file if imported == stored else stored if imported == file else file)
    assert [one.path for one in merge.conflicts] == (["acme.description"] if is_conflict and prefer is None else [])
    assert [one.path for one in merge.kept] == (["acme.description"] if imported == file != stored else [])
    decided = [EditedField(Slug("acme"), "description", imported, stored, file, prefer)] if is_conflict and prefer else []
    assert merge.decided == decided, "a decision is never silent"
    stays = stored not in (imported, file) and not (is_conflict and prefer is Side.FILE)
    base = file if decided else imported
    assert merged.imported_values == ({"description": base} if stays else {}), "what the file wins is edited no more"


@given(FEW, FEW, FEW)
def test_a_decision_for_the_admin_is_kept_by_the_next_merge(imported: str, stored: str, file: str) -> None:
    """The same file is no conflict any more, whoever is preferred then; another file is one again."""
    after = ThreeWayMerge(Side.ADMIN).merged(declared(provider(file)), edited(provider(imported), stored))
    assert after.imported_values == ({"description": file} if stored not in (imported, file) else {})
    for prefer in (None, *Side):
        again = ThreeWayMerge(prefer)
        assert again.merged(declared(provider(file)), after) == after
        assert (again.conflicts, again.decided) == ([], [])
    another = ThreeWayMerge()
    another.merged(declared(provider("d")), after)
    assert bool(another.conflicts) == (stored not in (imported, file))


@given(st.lists(FEW, max_size=6), FEW)
def test_any_number_of_edits_is_one(edits: list[str], file: str) -> None:
    """What counts is what the last import wrote, and what stands now; an edit that is taken back was none."""
    value = provider("a")
    for description in edits:
        value = edited(value, description)
    last = edits[-1] if edits else "a"
    assert value.imported_values == ({} if last == "a" else {"description": "a"})
    merge = ThreeWayMerge()
    merge.merged(declared(provider(file)), value)
    assert bool(merge.conflicts) == (len({"a", last, file}) == 3)


def test_a_field_that_nobody_edited_is_the_files() -> None:
    """Beside one that an admin edited."""
    result = ThreeWayMerge().merged(declared(provider("a", 7)), edited(provider("a", 1), "b"))
    assert (result.description, result.sort_order) == ("b", 7)
    assert result.imported_values == {"description": "a"}


def test_a_field_that_the_file_leaves_out_is_empty_in_it() -> None:
    """Unlike a flag: leaving it out is what the file says of it."""
    left_out = DeclaredProvider(provider(""), frozenset({"slug", "name"}))
    merge = ThreeWayMerge()
    assert merge.merged(left_out, edited(provider("a"), "b")).description == "b"
    assert [one.path for one in merge.conflicts] == ["acme.description"]
    assert merge.merged(left_out, provider("a")).description == ""


def test_a_flag_that_the_file_does_not_name_is_the_operators() -> None:
    """It is no conflict, and not worth telling; one that it names is a field like others."""
    off = ProviderChange(is_active=False).applied(provider())
    merge = ThreeWayMerge()
    assert not merge.merged(declared(provider()), off).is_active
    assert (merge.kept, merge.conflicts) == ([], [])
    assert not merge.merged(declared(provider(), "is_active"), off).is_active
    assert [one.path for one in merge.kept] == ["acme.is_active"]


def test_a_plain_import_ends_what_was_edited() -> None:
    """Its values are the ones that edits are compared with from then on; a flag that it leaves alone stays edited."""
    value = ProviderChange(is_active=False, description=MultilineText("b")).applied(provider())
    after = declared(provider("c")).overwrite(value)
    assert (after.description, after.imported_values) == ("c", {"is_active": True})
    patched = DeclaredProvider(provider("c"), frozenset({"description"})).patch(evolve(value, sort_order=SortOrder(3)))
    assert (patched.sort_order, patched.imported_values) == (3, {"is_active": True})


CHAT, IMAGE = CapabilityName("chat"), CapabilityName("image")


def offering(**capabilities: Capability) -> Provider:
    return evolve(provider(), capabilities={CapabilityName(name): value for name, value in capabilities.items()})


def test_each_capability_is_a_field_of_its_own() -> None:
    """What an admin edits in one is no conflict with what the file changes in another; both in the same one are."""
    stored = CapabilityChange(capabilities={CHAT: lists("one", "two")}).applied(offering(chat=lists("one"), image=lists()))
    assert stored.imported_values == {"capabilities.chat": lists("one")}
    merge = ThreeWayMerge()
    merged = merge.merged(declared(offering(chat=lists("one"), image=lists("drawn"))), stored)
    assert merged.capabilities == {CHAT: lists("one", "two"), IMAGE: lists("drawn")}
    assert ([one.path for one in merge.kept], merge.conflicts) == (["acme.capabilities.chat"], [])
    merge.merged(declared(offering(chat=lists("three"))), stored)
    assert [one.path for one in merge.conflicts] == ["acme.capabilities.chat"]


def test_a_capability_that_an_admin_adds_or_removes_stays_so() -> None:
    """As long as the file says of it what it said before; edits that are taken back leave nothing."""
    imported = offering(chat=lists("one"))
    stored = CapabilityChange(capabilities={CHAT: None, IMAGE: lists()}).applied(imported)
    assert (set(stored.capabilities), stored.imported_values) == ({IMAGE}, {"capabilities.chat": lists("one"), "capabilities.image": None})
    assert set(ThreeWayMerge().merged(declared(imported), stored).capabilities) == {IMAGE}
    assert CapabilityChange(capabilities={CHAT: lists("one"), IMAGE: None}).applied(stored) == imported


def test_a_population_script_ends_the_edits_of_capabilities_that_it_names() -> None:
    """Of all, since it names them together."""
    stored = CapabilityChange(capabilities={CHAT: lists("two")}).applied(offering(chat=lists("one")))
    named = DeclaredProvider(offering(chat=lists("one")), frozenset({"capabilities"})).patch(stored)
    assert (named.capabilities, named.imported_values) == ({CHAT: lists("one")}, {})
    assert DeclaredProvider(provider(), frozenset({"description"})).patch(stored).imported_values == {"capabilities.chat": lists("one")}


def use(provider: str, description: str = "") -> Use:
    return Use(UseName("support-chat"), CapabilityName("chat"), Slug(provider), MultilineText(description))


@given(FEW, FEW, FEW, SIDES)
def test_who_pointed_a_use_elsewhere_wins_it(imported: str, stored: str, file: str, prefer: Side | None) -> None:
    """The same table; what is remembered is the value of the last import."""
    merge = UseMerge(prefer)
    merged = merge.merged(use(file, "new"), use(stored).edited_from(use(imported)))
    is_conflict = len({imported, stored, file}) == 3
    if is_conflict:
        assert merged.provider == (file if prefer is Side.FILE else stored)
    else:
        assert merged.provider == (file if imported == stored else stored if imported == file else file)
    assert merged.description == "new"
    assert [one.path for one in merge.conflicts] == (["use:support-chat.target"] if is_conflict and prefer is None else [])
    assert [one.path for one in merge.kept] == (["use:support-chat.target"] if imported == file != stored else [])
    is_decided = is_conflict and prefer is not None
    assert [(one.path, one.side) for one in merge.decided] == ([("use:support-chat.target", prefer)] if is_decided else [])
    stays = stored not in (imported, file) and not (is_conflict and prefer is Side.FILE)
    assert merged.imported_values == ({"provider": file if is_decided else imported} if stays else {})


@given(st.lists(FEW, min_size=1, max_size=6), FEW)
def test_a_use_that_no_import_has_written_is_the_admins(edits: list[str], file: str) -> None:
    """However often it was edited: another value of the file is a conflict, the same one is none."""
    value = None
    for provider_name in edits:
        value = use(provider_name).edited_from(value)
    assert value is not None
    merge = UseMerge()
    merged = merge.merged(use(file), value)
    assert merged.provider == edits[-1]
    assert bool(merge.conflicts) == (file != edits[-1])
    assert bool(merged.imported_values) == (file != edits[-1])
