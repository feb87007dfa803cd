"""The tree of refusals."""

import inspect
import re

from modeldesk.domain import errors
from modeldesk.domain.errors import DeclarationInvalid, ModeldeskError, Problem, Reason, SchemaMismatch

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ModeldeskError)]


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    """Every error is drawn there, under its parent, and nothing else is."""
    drawn: dict[str, str] = {}
    branch: list[tuple[int, str]] = []
    for found in re.finditer(r"^([ │├└─]*)([A-Z]\w+)", str(errors.__doc__).split("A refusal is")[0], re.MULTILINE):
        depth, name = len(found[1]), found[2]
        if depth:
            branch = [entry for entry in branch if entry[0] < depth]
            drawn[name] = branch[-1][1] if branch else "Exception"
            branch.append((depth, name))
    assert drawn == {kind.__name__: kind.__bases__[0].__name__ for kind in ALL}


def test_every_leaf_has_a_stable_name_of_its_own() -> None:
    """Programs go by `code`; a rule broken is the plain case of its parent."""
    leaves = [kind for kind in ALL if not kind.__subclasses__() and kind.__name__ != "InvalidValue"]
    codes = [kind.code for kind in leaves]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)
    assert errors.InvalidValue.code == errors.Invalid.code == "invalid"


def test_an_error_has_facts_by_name() -> None:
    """Its attributes, or what they come to; a log shows them behind the code."""
    assert errors.ProviderInactive("acme").facts == {"provider": "acme"}
    assert DeclarationInvalid([Problem("$", Reason("blank"))] * 2).facts == {"count": 2}
    assert str(errors.ProviderInactive("acme")) == "provider-inactive: provider='acme'"
    assert str(errors.InvalidValue("name-too-long", most=64, count=70)) == "invalid: reason=(name-too-long: most=64, count=70)"
    assert str(errors.SignInRefused()) == "sign-in-refused"


def test_a_schema_that_does_not_fit_says_how() -> None:
    """A newer one, an older one, or none: each has its own remedy."""
    reasons = [SchemaMismatch("9", "3", newer=True), SchemaMismatch("2", "3", newer=False), SchemaMismatch(None, "3", newer=False)]
    assert [error.facts["reason"] for error in reasons] == [
        Reason("schema-newer", stored="9", wanted="3"),
        Reason("schema-older", stored="2", wanted="3"),
        Reason("schema-none", wanted="3"),
    ]


def test_a_reason_is_its_code_and_facts() -> None:
    """Equal ones are one key of a dictionary; a list among the facts is kept as it was."""
    assert Reason("known", names=["a"]) == Reason("known", names=("a",))
    assert len({Reason("known", names=["a"]), Reason("known", names=("a",)), Reason("known", names=("b",))}) == 2
    assert Reason("known", a=1).adding(b=2, a=3) == Reason("known", a=3, b=2)


def test_the_texts_of_a_reason_can_be_changed_wherever_they_stand() -> None:
    """Also in a list and in a reason inside; numbers stay."""
    reason = Reason("outer", said="x", count=1, names=["x"], reason=Reason("inner", said="x"))
    assert reason.with_texts(str.upper) == Reason("outer", said="X", count=1, names=["X"], reason=Reason("inner", said="X"))
