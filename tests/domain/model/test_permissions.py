"""Rights: who has which, by a table written beside the rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.errors import NotAllowed, Reason
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.permissions import RIGHT_POLICIES, Right, Scope, has_right, require_right

SCOPES = st.frozensets(st.sampled_from(Scope))
OF_TOKENS = {
    Right.OPEN: set[Scope](),
    Right.RESOLVE: {Scope.RESOLVE, Scope.READ, Scope.ADMIN},
    Right.READ: {Scope.READ, Scope.ADMIN},
    Right.SELECT: {Scope.SELECT, Scope.ADMIN},
    Right.OWN: set[Scope](),
    Right.KEYS: {Scope.ADMIN},
    Right.SHARED_KEYS: {Scope.ADMIN},
    Right.PERSONAL_KEYS: set[Scope](),
    Right.IMPORT: {Scope.IMPORT, Scope.ADMIN},
    Right.ADMINISTER: {Scope.ADMIN},
    Right.ACCOUNTS: set[Scope](),
    Right.WEBHOOKS: set[Scope](),
}
OF_NORMAL_ADMINS = {Right.OPEN, Right.RESOLVE, Right.READ, Right.SELECT, Right.OWN, Right.KEYS, Right.PERSONAL_KEYS}


@pytest.mark.parametrize("right", Right)
def test_what_admins_may(right: Right) -> None:
    """Super admins everything, normal ones what the contract says."""
    assert has_right(right, Role.SUPER)
    assert has_right(right, Role.NORMAL) == (right in OF_NORMAL_ADMINS)


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("scope", Scope)
def test_what_a_token_of_one_scope_may(right: Right, scope: Scope) -> None:
    """Only what its scope names; `admin` all but what is for admins in person."""
    assert has_right(right, Role.SUPER, {scope}) == (scope in OF_TOKENS[right])


@given(st.sampled_from(Right), st.sampled_from(Role), SCOPES)
def test_a_token_never_does_more_than_its_scopes(right: Right, role: Role, scopes: frozenset[Scope]) -> None:
    """Nor more than who made it: what it may is what one of its scopes may, and what that admin may."""
    assert has_right(right, role, scopes) == (has_right(right, role) and any(scope in OF_TOKENS[right] for scope in scopes))


@given(st.sampled_from(Right), SCOPES, SCOPES)
def test_more_scopes_never_take_anything_away(right: Right, some: frozenset[Scope], more: frozenset[Scope]) -> None:
    """And none at all give nothing."""
    assert has_right(right, Role.SUPER, some) <= has_right(right, Role.SUPER, some | more)
    assert not has_right(right, Role.SUPER, ())


@pytest.mark.parametrize("right", Right)
def test_a_refusal_says_what_is_missing(right: Right) -> None:
    """A role, a person in place of a program, or the narrowest scope that would do."""
    policy = RIGHT_POLICIES[right]

    def refusal(role: Role, scopes: set[Scope] | None) -> Reason:
        with pytest.raises(NotAllowed) as caught:
            require_right(right, role, scopes)
        return caught.value.reason

    if right not in OF_NORMAL_ADMINS:
        assert refusal(Role.NORMAL, None) == Reason(policy.refusal)
    missing = Reason("token-scope-missing", scope=policy.scopes[0].value) if policy.scopes else Reason(policy.program_refusal)
    assert refusal(Role.SUPER, set()) == missing
    assert all((policy.refusal if policy.is_for_super else True, policy.scopes or policy.program_refusal))
