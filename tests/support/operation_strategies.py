"""What clients do at a desk, drawn by Hypothesis."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.support.desk_operations import (
    Browse,
    ClearCache,
    Deselect,
    Import,
    ListModels,
    Populate,
    RollBack,
    Select,
    ShowOverview,
    Switch,
)
from tests.support.shares import in_shares
from tests.support.use_operations import DECLARED_USES, QUESTIONS, USE_CHANGES

# Shares are set so that most operations succeed and the same few slots are fought for: a refusal teaches the machine little.
MOSTLY, RARELY = st.sampled_from([True] * 5 + [False]), st.sampled_from([False] * 5 + [True])
CLIENTS = st.sampled_from(["ann", "bob"])
PROVIDERS = st.sampled_from(["alpha", "alpha", "beta", "beta", "gamma"])
CAPABILITIES = st.sampled_from(["chat", "chat", "image"])
MODELS = st.sampled_from(["m1", "m2", "m3"])
PLACES = st.tuples(PROVIDERS, CAPABILITIES)

_LISTED = st.lists(st.tuples(MODELS, st.none() | st.just("Named")).map(list), max_size=3)
_CAPABILITY = st.fixed_dictionaries({"supported": MOSTLY, "live": RARELY, "models": _LISTED})
_OPTIONAL = {
    "sort_order": st.integers(0, 2),
    "is_active": MOSTLY,
    "allow_personal_keys": st.booleans(),
    "allow_shared_for_normal_admins": st.booleans(),
}


def _declared(slugs: st.SearchStrategy[str], **more: Any) -> st.SearchStrategy[Mapping[str, Any]]:
    return st.fixed_dictionaries({"slug": slugs, "name": st.sampled_from(["One", "Two"])}, optional={**_OPTIONAL, **more})


def _several(one: st.SearchStrategy[Mapping[str, Any]]) -> st.SearchStrategy[tuple[Mapping[str, Any], ...]]:
    return st.lists(one, min_size=1, max_size=3, unique_by=lambda entry: entry["slug"]).map(tuple)


_FULL = {"capabilities": st.dictionaries(st.sampled_from(["chat", "image"]), _CAPABILITY, max_size=2)}
DECLARATIONS = _several(_declared(PROVIDERS, **_FULL))
FIRST_DECLARATIONS = st.tuples(_declared(st.just("alpha"), **_FULL), _declared(st.just("beta")))
IMPORTS = st.builds(
    Import, DECLARATIONS, CLIENTS, force=MOSTLY, prune=RARELY, deactivate_lost=st.booleans(), dry_run=RARELY, uses=DECLARED_USES
)
TAKEN_AWAY = st.builds(
    lambda slug, kept, by, allowed: Import(
        ({"slug": slug, "name": "One", "capabilities": {kept: {"supported": True, "live": False, "models": []}}},), by, True, False, allowed
    ),
    PROVIDERS,
    st.sampled_from(["image", "image", "chat"]),
    CLIENTS,
    st.booleans(),
)
POPULATIONS = st.builds(Populate, _several(_declared(PROVIDERS)), CLIENTS)
SWITCHES = st.builds(Switch, PROVIDERS, MOSTLY, st.none() | st.integers(1, 3))
SELECTIONS = st.builds(Select, PLACES, MODELS, CLIENTS, name=st.sampled_from([None, None, "Given"]), is_free=st.none() | st.booleans())
DESELECTIONS = st.builds(Deselect, PLACES, CLIENTS)
ROLL_BACKS = st.builds(RollBack, PLACES, CLIENTS)
READS = st.builds(Browse, PLACES) | st.builds(ListModels) | st.builds(ShowOverview)
SLOT_CHANGES = in_shares(SELECTIONS, SELECTIONS, SELECTIONS, DESELECTIONS, ROLL_BACKS)
OPERATIONS = in_shares(
    SELECTIONS,
    SELECTIONS,
    SELECTIONS,
    DESELECTIONS,
    ROLL_BACKS,
    ROLL_BACKS,
    IMPORTS,
    TAKEN_AWAY,
    POPULATIONS,
    SWITCHES,
    SWITCHES,
    st.builds(ClearCache, st.none() | PROVIDERS),
    READS,
    USE_CHANGES,
    USE_CHANGES,
    QUESTIONS,
)
