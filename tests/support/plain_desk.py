"""What Modeldesk means, once more, in dictionaries and lists: the model that the machines hold the real one to.

Nothing of the domain is used here. A desk is `{"providers", "slots", "uses", "catalogue", "choices"}`; each function changes it and gives the answer.
A provider is `{"name", "sort_order", "version", three flags, "capabilities": {name: {"supported", "live", "models": [[id, name or None], …]}}}`;
a slot is `{"active", "models": {id: {"name", "is_free", "by"}}, "steps": [[id or None, by], …], "back": [None or [id, name, is_free], …]}`: `back` is
what was in use before each choice that was not taken back, the oldest first.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.support import plain_uses
from tests.support.plain_offers import Answer, Desk, offers

FLAGS = {"is_active": True, "allow_personal_keys": True, "allow_shared_for_normal_admins": False}
ABSENT = {"sort_order": 0, "capabilities": {}, **FLAGS}


def empty_desk() -> Desk:
    return {"providers": {}, "slots": {}, "uses": {}, "catalogue": 0, "choices": 0}


def import_providers(
    desk: Desk,
    declared: Sequence[Mapping[str, Any]],
    uses: plain_uses.Declared,
    *,
    force: bool,
    prune: bool,
    deactivate_lost: bool,
    by: str,
    dry_run: bool = False,
) -> Answer:
    """`declared` are providers with a slug, and of the other fields those that the document names; `uses` are those beside them, by name."""
    held, becoming = desk["providers"], dict[str, Any]()
    said: dict[str, Any] = {"created": [], "updated": {}, "unchanged": [], "skipped": {}, "deactivated": [], "lost": []}
    for entry in declared:
        slug = entry["slug"]
        whole = {**ABSENT, **{name: value for name, value in entry.items() if name != "slug"}}
        if slug not in held:
            said["created"].append(slug)
            becoming[slug] = whole
            continue
        whole.update({flag: held[slug][flag] for flag in FLAGS if flag not in entry})
        differing = sorted(name for name in whole if whole[name] != held[slug][name])
        if not force:
            said["skipped"][slug] = differing
        elif differing:
            said["updated"][slug] = differing
            becoming[slug] = whole
        else:
            said["unchanged"].append(slug)
    said["lost"] = [
        [slug, capability, desk["slots"][slug, capability]["active"]]
        for slug in said["updated"]
        for capability in sorted(name for owner, name in desk["slots"] if owner == slug)
        if desk["slots"][slug, capability]["active"] and not offers(becoming[slug], capability)
    ]
    if said["lost"] and not deactivate_lost:
        return ["active-models-affected", said["lost"]]
    if prune:
        said["deactivated"] = _not_listed(desk, declared)
    refusal, said["uses"] = plain_uses.plan(desk["uses"], uses, {**held, **becoming}, force=force)
    if refusal:
        return refusal
    if not dry_run:
        _store(desk, becoming, said["deactivated"])
        for slug, capability, _ in said["lost"]:
            _remember(desk, (slug, capability))
            _step(desk, (slug, capability), None, by)
        changed_uses = plain_uses.store(desk, uses, said["uses"], by)
        desk["choices"] += 1 if said["lost"] or changed_uses else 0
    return said


def populate(desk: Desk, declared: Sequence[Mapping[str, Any]]) -> Answer:
    held, becoming = desk["providers"], dict[str, Any]()
    said: dict[str, Any] = {
        "created": [],
        "updated": {},
        "unchanged": [],
        "skipped": {},
        "deactivated": _not_listed(desk, declared),
        "lost": [],
        "uses": {"created": [], "updated": [], "unchanged": [], "skipped": []},
    }
    for entry in declared:
        slug, fields = entry["slug"], {name: value for name, value in entry.items() if name != "slug"}
        if slug not in held:
            said["created"].append(slug)
            becoming[slug] = {**ABSENT, **fields}
        elif differing := sorted(name for name in fields if fields[name] != held[slug][name]):
            said["updated"][slug] = differing
            becoming[slug] = {**held[slug], **fields}
        else:
            said["unchanged"].append(slug)
    _store(desk, becoming, said["deactivated"])
    return said


def switch(desk: Desk, slug: str, is_active: bool, expected: int | None = None) -> Answer:
    if slug not in desk["providers"]:
        return ["provider-not-found", slug]
    if expected is not None and desk["providers"][slug]["version"] != expected:
        return ["provider-changed", slug]
    if desk["providers"][slug]["is_active"] == is_active:
        return False
    _store(desk, {slug: {**desk["providers"][slug], "is_active": is_active}}, [])
    return True


def select(desk: Desk, slot: tuple[str, str], model: str, name: str | None, is_free: bool | None, by: str, known: Any) -> Answer:
    slug, capability = slot
    if refusal := _refusal(desk, slug, capability):
        return refusal
    listed = _listed(desk, slot, known).get(model)
    if listed and listed["is_free"] is not None:
        is_free = listed["is_free"]
    name = name or (listed["name"] if listed else model)
    held = desk["slots"].get(slot) or {"active": None, "models": {}, "steps": [], "back": []}
    before = held["active"]
    was = held["models"].get(before)
    if before != model or (was["name"], was["is_free"]) != (name, is_free):
        desk["slots"].setdefault(slot, held)
        _remember(desk, slot)
        held["models"][model] = {"name": name, "is_free": is_free, "by": by}
        _step(desk, slot, model, by)
        desk["choices"] += 1
    return {"now": _standing(desk, slot, model, known), "previous": before and {**_standing(desk, slot, before, known), **was}}


def deselect(desk: Desk, slot: tuple[str, str], by: str, known: Any) -> Answer:
    if slot[0] not in desk["providers"]:
        return ["provider-not-found", slot[0]]
    before = desk["slots"].get(slot, {}).get("active")
    if before is None:
        return None
    _remember(desk, slot)
    _step(desk, slot, None, by)
    desk["choices"] += 1
    return _standing(desk, slot, before, known)


def roll_back(desk: Desk, slot: tuple[str, str], by: str, known: Any) -> Answer:
    slug, capability = slot
    if slug not in desk["providers"]:
        return ["provider-not-found", slug]
    held = desk["slots"].get(slot, {"back": []})
    if not held["back"]:
        return ["nothing-to-roll-back", slug]
    model = held["back"][-1]
    if model and (refusal := _refusal(desk, slug, capability)):
        return refusal
    held["back"].pop()
    before = held["active"]
    was = held["models"].get(before)
    if model:
        held["models"][model[0]] = {"name": model[1], "is_free": model[2], "by": by}
    _step(desk, slot, model and model[0], by)
    desk["choices"] += 1
    return {
        "now": model and _standing(desk, slot, model[0], known),
        "previous": before and {**_standing(desk, slot, before, known), **was},
        "version": len(held["steps"]),
    }


def clear(desk: Desk, slug: str | None) -> Answer:
    if slug is not None and slug not in desk["providers"]:
        return ["provider-not-found", slug]
    if slug or any(part["live"] for provider in desk["providers"].values() for part in provider["capabilities"].values()):
        desk["catalogue"] += 1
    return "cleared"


def browse(desk: Desk, slot: tuple[str, str], known: Any) -> Answer:
    slug, capability = slot
    if refusal := _refusal(desk, slug, capability):
        return refusal
    declared = desk["providers"][slug]["capabilities"].get(capability, {})
    if declared.get("live") and not declared["models"]:
        return ["live-not-available", slug]
    listed = [[model, entry["name"], entry["is_free"]] for model, entry in _listed(desk, slot, known).items()]
    return {"models": listed, "active": desk["slots"].get(slot, {}).get("active")}


def models(desk: Desk, known: Any) -> Answer:
    """By provider and capability; the one in use first, then the newest choice."""
    found = []
    for slug in _ordered(desk):
        for slot in sorted(slot for slot in desk["slots"] if slot[0] == slug):
            held = desk["slots"][slot]
            last_chosen = {model: number for number, (model, _) in enumerate(held["steps"])}
            newest_first = sorted(held["models"], key=lambda model, last=last_chosen, held=held: (model != held["active"], -last[model]))
            found += [{"slot": slot, **_standing(desk, slot, model, known)} for model in newest_first]
    return found


def overview(desk: Desk, known: Any) -> Answer:
    used = [held for held in desk["slots"].values() if held["active"]]
    shown, warnings = {}, []
    for slug in _ordered(desk):
        provider = desk["providers"][slug]
        capabilities = {**provider["capabilities"]}
        for owner, capability in sorted(desk["slots"]):
            if owner == slug and desk["slots"][owner, capability]["active"]:
                capabilities.setdefault(capability, None)
        shown[slug] = []
        for capability, declared in capabilities.items():
            slot, active = (slug, capability), desk["slots"].get((slug, capability), {}).get("active")
            count = len(_listed(desk, slot, known)) if declared and _has_list(declared) else None
            shown[slug].append([capability, count, active])
            if active and not provider["is_active"]:
                warnings.append(["provider-inactive", slot])
            if active and declared and _has_list(declared) and not declared["live"] and active not in _listed(desk, slot, known):
                warnings.append(["not-in-catalogue", slot])
    return {
        "generation": desk["catalogue"] + desk["choices"],
        "totals": [
            len(desk["providers"]),
            len([provider for provider in desk["providers"].values() if provider["is_active"]]),
            sum(len(held["models"]) for held in desk["slots"].values()),
            len(used),
        ],
        "providers": shown,
        "warnings": warnings,
    }


def _refusal(desk: Desk, slug: str, capability: str) -> list[str] | None:
    if slug not in desk["providers"]:
        return ["provider-not-found", slug]
    if not desk["providers"][slug]["is_active"]:
        return ["provider-inactive", slug]
    return None if offers(desk["providers"][slug], capability) else ["capability-not-offered", slug]


def _has_list(declared: Mapping[str, Any]) -> bool:
    """Declared models are the list, also of a live one until it is read."""
    return bool(declared["supported"] and (declared["models"] or not declared["live"]))


def _listed(desk: Desk, slot: tuple[str, str], known: Any) -> dict[str, Any]:
    declared = desk["providers"][slot[0]]["capabilities"].get(slot[1])
    found: dict[str, Any] = {}
    if declared and _has_list(declared):
        for model, name in declared["models"]:
            theirs = known.get(slot[0], {}).get(model, (None, None))
            found.setdefault(model, {"name": name or theirs[0] or model, "is_free": theirs[1]})
    return found


def _standing(desk: Desk, slot: tuple[str, str], model: str, known: Any) -> dict[str, Any]:
    held, declared = desk["slots"][slot], desk["providers"][slot[0]]["capabilities"].get(slot[1])
    is_listed = model in _listed(desk, slot, known)
    # What a live list that nobody has read holds besides the declared models is not known.
    is_known = declared and _has_list(declared) and (is_listed or not declared["live"])
    return {
        "id": model,
        **held["models"][model],
        "is_active": held["active"] == model,
        "version": len(held["steps"]),
        "in_catalogue": is_listed if is_known else None,
    }


def _remember(desk: Desk, slot: tuple[str, str]) -> None:
    """What is in use now can be brought back."""
    held = desk["slots"][slot]
    model = held["active"]
    held["back"].append(model and [model, held["models"][model]["name"], held["models"][model]["is_free"]])


def _step(desk: Desk, slot: tuple[str, str], model: str | None, by: str) -> None:
    desk["slots"][slot]["steps"].append([model, by])
    desk["slots"][slot]["active"] = model


def _store(desk: Desk, becoming: Mapping[str, Any], deactivated: Sequence[str]) -> None:
    held = desk["providers"]
    changed = {**becoming, **{slug: {**held[slug], "is_active": False} for slug in deactivated}}
    if changed:
        counted = {slug: {**provider, "version": held[slug]["version"] + 1 if slug in held else 1} for slug, provider in changed.items()}
        desk["providers"] = {**held, **counted}
        desk["catalogue"] += 1


def _ordered(desk: Desk) -> list[str]:
    return sorted(desk["providers"], key=lambda slug: (desk["providers"][slug]["sort_order"], slug))


def _not_listed(desk: Desk, declared: Sequence[Mapping[str, Any]]) -> list[str]:
    listed = {entry["slug"] for entry in declared}
    return [slug for slug in _ordered(desk) if slug not in listed and desk["providers"][slug]["is_active"]]
