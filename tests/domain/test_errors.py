"""The tree of refusals."""

import inspect
import re

from modeldesk.domain import errors
from modeldesk.domain.errors import DeclarationInvalid, ModeldeskError, Problem, SchemaMismatch, StorageUnavailable

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ModeldeskError)]


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    """Every error is drawn there, under its parent, and nothing else is."""
    drawn: dict[str, str] = {}
    branch: list[tuple[int, str]] = []
    for found in re.finditer(r"^([ │├└─]*)([A-Z]\w+)", str(errors.__doc__).split("Facts ride")[0], re.MULTILINE):
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


def test_a_problem_tells_its_place() -> None:
    """Path, then line and column where they are known, and the file where it has a name."""
    assert str(Problem("$", "is broken", 3, 14, "mine.json")) == "$: is broken (line 3, column 14) in mine.json"
    assert str(Problem("$.a", "is broken", file="mine.json")) == "$.a: is broken in mine.json"
    assert str(Problem("$.providers[3].slug", "is missing")) == "$.providers[3].slug: is missing"
    assert str(Problem("$", "is broken", 3, 14)) == "$: is broken (line 3, column 14)"


def test_a_declaration_counts_its_problems() -> None:
    """One problem, several problems."""
    problem = Problem("$", "x")
    assert str(DeclarationInvalid([problem])) == "the declaration has 1 problem; nothing was imported"
    assert str(DeclarationInvalid([problem] * 2)) == "the declaration has 2 problems; nothing was imported"


def test_a_schema_that_does_not_fit_says_what_to_do() -> None:
    """A newer one needs a newer program, an older or missing one an upgrade."""
    assert (
        str(SchemaMismatch("9", "3", newer=True)) == "the database has schema 9, newer than the 3 this version knows; run a newer Modeldesk"
    )
    assert str(SchemaMismatch("2", "3", newer=False)) == "the database has schema 2, this version needs 3; run: modeldesk db upgrade"
    assert "has schema none" in str(SchemaMismatch(None, "3", newer=False))


def test_storage_that_cannot_be_used_gives_the_reason() -> None:
    """The reason stands in the sentence."""
    assert str(StorageUnavailable("no such folder")) == "the database cannot be used: no such folder"


def test_every_error_that_needs_no_facts_speaks() -> None:
    """An error without fields still has a sentence for a person."""
    for kind in (errors.SignInRefused, errors.StorageBusy, errors.SignInBusy):
        assert str(kind())
