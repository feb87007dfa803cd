"""Queries, options of commands and fields of forms become the same values by the same rules."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.adapters.converter import checking_converter
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.adapters.request_parser import LONGEST_PLAIN, RequestParser, plain_members
from modeldesk.adapters.strict_json.text import read_json
from modeldesk.domain.errors import InvalidCombination, InvalidValue, RequestInvalid
from modeldesk.domain.model.audit import Action, AuditQuery
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.values.numbers import EntryId, PageSize
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.entrypoints.commands.access import Credentials, NewAdminBody, NewTokenBody
from modeldesk.entrypoints.commands.models import BrowseQuery, SelectBody, SlotBody
from modeldesk.entrypoints.commands.pages import Nothing
from modeldesk.entrypoints.commands.providers import CapabilityBody, ImportQuery
from modeldesk.entrypoints.responses.providers import capability_response
from tests.support.strategies import providers

BROWSED = BrowseQuery(Slug("acme"), CapabilityName("chat"), free=False, limit=PageSize(5), refresh=True)


@pytest.fixture(scope="module")
def parser() -> RequestParser:
    return RequestParser(checking_converter(shipped_classes()))


def test_query_options_and_form_are_one_command(parser: RequestParser) -> None:
    """Text from an address or a form, and Python values from click."""
    options = {"provider": "acme", "capability": "chat", "search": None, "free": False, "limit": 5, "refresh": True}
    form = {"provider": "acme", "capability": "chat", "free": "false", "limit": "5", "refresh": True}
    assert parser.query(b"provider=acme&capability=chat&free=false&limit=5&refresh=true", BrowseQuery) == BROWSED
    assert parser.options(options, BrowseQuery) == BROWSED
    assert parser.form(form, BrowseQuery) == BROWSED


def test_timestamps_and_choices_are_texts_everywhere(parser: RequestParser) -> None:
    """What is not given keeps its default."""
    values = {"action": "key-set", "since": "2026-11-24", "older_than": "7", "by": None}
    expected = AuditQuery(action=Action.KEY_SET, since=datetime(2026, 11, 24, tzinfo=UTC), older_than=EntryId(7))
    assert parser.form(values, AuditQuery) == parser.options(values, AuditQuery) == expected


def test_several_values_of_one_option(parser: RequestParser) -> None:
    """As a repeated parameter."""
    assert parser.options({"slug": ("acme", "open")}, ImportQuery) == parser.query(b"slug=acme&slug=open", ImportQuery)


def test_a_body_has_all_its_problems(parser: RequestParser) -> None:
    """Those of the text, and those of the values; a value that the text spoils is named once."""
    with pytest.raises(RequestInvalid) as refused:
        parser.body(b'{"provider": "A", "capability": "chat", "capability": "chat", "model_id": NaN, "is_fre": true}', SelectBody)
    places = ["$.capability", "$.model_id", "$.is_fre", "$.provider"]
    assert sorted(problem.path for problem in refused.value.problems) == sorted(places)


@pytest.mark.parametrize(
    ("query", "kind", "member"),
    [
        (b"provider=acme&capability=chat&accept=true", BrowseQuery, "accept"),
        (b"prune=true&slug=acme", ImportQuery, "prune"),
    ],
)
def test_a_rule_about_several_members_holds_on_every_way(parser: RequestParser, query: bytes, kind: type, member: str) -> None:
    """REST has the path of the member; the command line and the panel have the rule."""
    with pytest.raises(RequestInvalid) as refused:
        parser.query(query, kind)
    assert [problem.path for problem in refused.value.problems] == [f"$.query.{member}"]
    values = {"accept": {"provider": "acme", "capability": "chat", "accept": True}, "prune": {"prune": True, "slug": ("acme",)}}[member]
    for parse in (parser.options, parser.form):
        with pytest.raises(InvalidCombination) as combination:
            parse(values, kind)
        assert combination.value.member == member


def test_options_tell_every_problem_with_its_option(parser: RequestParser) -> None:
    """By the name of the option."""
    with pytest.raises(RequestInvalid) as refused:
        parser.options({"provider": "No!", "capability": "chat", "limit": 0}, BrowseQuery)
    assert [problem.path for problem in refused.value.problems] == ["$.options.provider", "$.options.limit"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"name": "x", "scopes": ("read",), "expires_in_days": "soon"}, NewTokenBody),
        ({"name": "x", "scopes": ("everything",)}, NewTokenBody),
        ({"username": "ann"}, NewAdminBody),
    ],
    ids=["no number", "no such scope", "a missing field"],
)
def test_a_form_tells_its_first_problem(parser: RequestParser, values: dict[str, object], kind: type) -> None:
    """As the rule of the domain raised it."""
    with pytest.raises(InvalidValue):
        parser.form(values, kind)


def test_no_command_shows_a_password() -> None:
    """Not in a log, and not in a traceback."""
    parser = RequestParser(checking_converter(shipped_classes()))
    made = parser.form({"username": "ann", "password": "correct horse battery", "role": "super"}, NewAdminBody)
    assert "horse" not in repr(made)


@pytest.mark.parametrize("body", [b'{"a":' * 11_000, b"[" * 20_001, b'{"a":1' + b',"b":2' * 10_000 + b"}", b"1," * 20_001, b"{}," * 10_001])
def test_a_body_of_countless_members_is_not_read(parser: RequestParser, body: bytes) -> None:
    """Valid or broken, it is refused by counting its marks: reading it would take longer than anything else."""
    with pytest.raises(RequestInvalid) as refusal:
        parser.body(body, Nothing)
    assert [str(problem.reason) for problem in refusal.value.problems] == ["body-too-many-values: most=20000"]


def test_a_body_that_anybody_may_send_has_fewer(parser: RequestParser) -> None:
    """A password may still consist of nothing else."""
    password = ",:[{" * 32
    given = json.dumps({"username": "sara", "password": password}).encode()
    assert parser.body(given, Credentials).password == password
    with pytest.raises(RequestInvalid) as refusal:
        parser.body(b'{"a":1' + b',"b":2' * 1_000 + b"}", Credentials)
    assert str(refusal.value.problems[0].reason) == "body-too-many-values: most=2000"


def test_unknown_members_are_named_and_only_the_first_get_a_suggestion(parser: RequestParser) -> None:
    """Each suggestion compares the name with all that are known."""
    body = json.dumps({f"capabilit{number:04}": 1 for number in range(150)} | {"provider": "acme", "capability": "chat"}).encode()
    with pytest.raises(RequestInvalid) as refusal:
        parser.body(body, SlotBody)
    nearest = [problem.reason.facts["nearest"] for problem in refusal.value.problems]
    assert nearest == ["capability"] * 100 + [None] * 50


@given(providers())
def test_a_capability_that_was_read_may_be_sent_back(parser: RequestParser, provider: Provider) -> None:
    """As a body or in a file, whatever it declares: it is the same, and expects the version that was read."""
    for name, part in provider.capabilities.items():
        read = json.dumps(capability_response(provider, name)).encode()
        for body in (parser.body(read, CapabilityBody), parser.file(read, CapabilityBody)):
            assert (body.declared_for(Slot(provider.slug, name)), body.version) == (part, provider.version)


_NAMES = st.sampled_from(["provider", "capability", "model_id", "x"])
_VALUES = st.one_of(
    st.sampled_from(["a", "", "é", '"', "\\", "{}", "a:b", '":', "\u200c", "\x7f", "\n"]),
    st.booleans(),
    st.none(),
    st.integers(),
    st.just([]),
)


@given(st.lists(st.tuples(_NAMES, _VALUES), max_size=4), st.booleans(), st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :")]))
def test_plain_members_are_what_the_careful_reading_finds(
    members: list[tuple[str, object]], is_ascii: bool, separators: tuple[str, str]
) -> None:
    """Whatever is not surely the same is read carefully: a name twice, a number, an escape, anything nested or outside of ASCII."""
    between, colon = separators
    written = (f"{json.dumps(name)}{colon}{json.dumps(value, ensure_ascii=is_ascii)}" for name, value in members)
    data = f"{{{between.join(written)}}}".encode()
    found = plain_members(data)
    if found is not None:
        document = read_json(data)
        assert (found, document.problems) == (document.root, ())
    names = [name for name, _ in members]
    are_plain = all(value is None or isinstance(value, bool) or value in ("a", "", "{}", "a:b") for _, value in members)
    assert (found is not None) == (bool(members) and are_plain and len(names) == len(set(names)) and separators[0][0] == ",")


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b'{"a":"b"', b'{"a":"b"}}', b'{"a":"b",}', b'{"a":nul}', b'{"a":"b"}\n', b"\xef\xbb\xbf{}"]
)
def test_what_is_no_plain_object_is_read_carefully(data: bytes) -> None:
    """Broken texts too, whose errors have a place."""
    assert plain_members(data) is None


def test_a_long_body_is_read_carefully() -> None:
    """Its text is bounded by other rules, and is parsed where it keeps nobody waiting."""
    assert plain_members(b'{"a":"%s"}' % (b"b" * (LONGEST_PLAIN - 8))) is not None
    assert plain_members(b'{"a":"%s"}' % (b"b" * (LONGEST_PLAIN - 7))) is None
