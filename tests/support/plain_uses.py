"""What uses mean, once more, in dictionaries: the part of the plain desk that products ask.

A desk's `uses` has for each name that was ever used `{"use": {"capability", "provider", "fallbacks"} or None, "steps": [[use or None, by], …],
"back": [use or None, …]}`: `back` is what the use was before each change that was not rolled back, the oldest first.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.plain_offers import Answer, Desk, offers

Declared = Mapping[str, Mapping[str, Any]]


def put(desk: Desk, name: str, use: Mapping[str, Any], expected: int | None, by: str) -> Answer:
    if refusal := pointing_nowhere(desk["providers"], use):
        return refusal
    held = desk["uses"].get(name) or {"use": None, "steps": [], "back": []}
    before = held["use"]
    if refusal := _outdated(held, expected):
        return refusal
    if (before is None or before["provider"] != use["provider"]) and not desk["providers"][use["provider"]]["is_active"]:
        return ["provider-inactive", use["provider"]]
    if before != use:
        desk["uses"].setdefault(name, held)
        _step(desk, name, dict(use), by)
        desk["choices"] += 1
    return {"now": held["use"], "previous": before, "version": len(held["steps"])}


def delete(desk: Desk, name: str, expected: int | None, by: str) -> Answer:
    held = desk["uses"].get(name)
    if held is None or held["use"] is None:
        return ["use-not-found", None]
    if refusal := _outdated(held, expected):
        return refusal
    before = held["use"]
    _step(desk, name, None, by)
    desk["choices"] += 1
    return {"now": None, "previous": before, "version": len(held["steps"])}


def roll_back(desk: Desk, name: str, by: str) -> Answer:
    held = desk["uses"].get(name)
    if held is None:
        return ["use-not-found", None]
    if not held["back"]:
        return ["use-nothing-to-roll-back", None]
    restored = held["back"][-1]
    if restored is not None:
        if refusal := pointing_nowhere(desk["providers"], restored):
            return refusal
        if not desk["providers"][restored["provider"]]["is_active"]:
            return ["provider-inactive", restored["provider"]]
    before = held["use"]
    held["back"].pop()
    _append(held, restored, by)
    desk["choices"] += 1
    return {"now": restored, "previous": before, "version": len(held["steps"])}


def plan(uses: Mapping[str, Any], declared: Declared, providers: Mapping[str, Any], *, force: bool) -> tuple[Answer, Answer]:
    """What an import does to uses: a refusal, or nothing and the plan. `providers` are those after the import."""
    planned: dict[str, list[str]] = {"created": [], "updated": [], "unchanged": [], "skipped": []}
    for name, use in declared.items():
        before = uses.get(name, {"use": None})["use"]
        if before is not None and not force:
            planned["skipped"].append(name)
            continue
        if refusal := pointing_nowhere(providers, use):
            return refusal, planned
        planned["created" if before is None else "unchanged" if before == use else "updated"].append(name)
    return None, planned


def store(desk: Desk, declared: Declared, planned: Mapping[str, Sequence[str]], by: str) -> bool:
    """Carries the plan out; whether anything was written."""
    written = [*planned["created"], *planned["updated"]]
    for name in written:
        desk["uses"].setdefault(name, {"use": None, "steps": [], "back": []})
        _step(desk, name, dict(declared[name]), by)
    return bool(written)


def of_use(desk: Desk, name: str) -> Answer:
    """What a product is answered: exactly one model, and it is the active one of where the use points; else the reason."""
    use = desk["uses"].get(name, {"use": None})["use"]
    if use is None:
        return ["use-not-found", None]
    answer = of_slot(desk, (use["provider"], use["capability"]))
    if not isinstance(answer, dict):
        return answer
    found = [of_slot(desk, (provider, use["capability"])) for provider in use["fallbacks"]]
    fallbacks = [[one["provider"], one["model"]] for one in found if isinstance(one, dict)]
    return {**answer, "use": [name, len(desk["uses"][name]["steps"])], "fallbacks": fallbacks}


def of_slot(desk: Desk, place: tuple[str, str]) -> Answer:
    provider = desk["providers"].get(place[0])
    if provider is None:
        return ["provider-not-found", place[0]]
    held = desk["slots"].get(place, {"active": None, "steps": []})
    if not provider["is_active"] or not offers(provider, place[1]) or held["active"] is None:
        return ["nothing-active", place[0]]
    return {
        "provider": place[0],
        "model": held["active"],
        "name": held["models"][held["active"]]["name"],
        "version": len(held["steps"]),
        "use": None,
        "fallbacks": [],
        "generation": desk["catalogue"] + desk["choices"],
    }


def everything(desk: Desk) -> Answer:
    """Every use, then every slot that was ever selected in or that a use points at."""
    names = sorted(name for name, held in desk["uses"].items() if held["use"])
    uses = [desk["uses"][name]["use"] for name in names]
    places = sorted({*desk["slots"], *((use["provider"], use["capability"]) for use in uses)}, key="/".join)
    return [*([name, of_use(desk, name)] for name in names), *(["/".join(place), of_slot(desk, place)] for place in places)]


def pointing_nowhere(providers: Mapping[str, Any], use: Mapping[str, Any]) -> list[Any] | None:
    """Why a use may not be like this."""
    pointed_at = [use["provider"], *use["fallbacks"]]
    if len(set(pointed_at)) < len(pointed_at):
        return ["invalid", None]
    for slug in pointed_at:
        if slug not in providers:
            return ["provider-not-found", slug]
        if not offers(providers[slug], use["capability"]):
            return ["capability-not-offered", slug]
    return None


def _outdated(held: Mapping[str, Any], expected: int | None) -> list[Any] | None:
    version = len(held["steps"]) if held["use"] is not None else 0
    return ["use-changed", None] if expected is not None and expected != version else None


def _step(desk: Desk, name: str, use: Any, by: str) -> None:
    """What the use is now can be brought back."""
    held = desk["uses"][name]
    held["back"].append(held["use"])
    _append(held, use, by)


def _append(held: dict[str, Any], use: Any, by: str) -> None:
    held["steps"].append([use, by])
    held["use"] = use
