"""What live lists and keys mean, once more, in dictionaries and lists: the model that the machines of live lists hold the real ones to.

Nothing of the domain is used here. A provider is `{"kind", "url", "allowed"}`, its kind one of `needed`, `either`, `public`; a vendor gives
`["a", "b"]`, or fails with a code; a key is `{"text", "origin", "aside"}`; a list is `{"with", "ids", "read_at", "cleared", "failure",
"shrunk", "revision", "invalidations", "asked"}`. Time is in seconds.
"""

from typing import Any

FRESH, SHOWN, AGAIN, REFRESHED = 15 * 60, 7 * 24 * 60 * 60, 30, 60
HUB = "https://public.example"
NO_LIST = {
    "with": None,
    "ids": [],
    "read_at": None,
    "cleared": False,
    "failure": None,
    "shrunk": None,
    "revision": 0,
    "invalidations": 0,
    "asked": None,
}

Desk = dict[str, Any]


def empty_desk() -> Desk:
    return {"now": 0, "providers": {}, "vendors": {}, "keys": {}, "lists": {}, "tried": {}}


def listed(desk: Desk, slug: str) -> dict[str, Any]:
    found: dict[str, Any] = desk["lists"].setdefault(slug, {**NO_LIST})
    return found


def address(provider: dict[str, Any]) -> str:
    return str(provider["url"]) or (HUB if provider["kind"] == "public" else "")


def origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


def read_with(desk: Desk, slug: str) -> list[Any]:
    """What the list would be read with now: where, and with which key, if it hangs on one."""
    provider, key = desk["providers"][slug], desk["keys"].get(slug)
    return [provider["kind"], address(provider), key["text"] if key and provider["kind"] != "public" else None]


def age(desk: Desk, slug: str) -> str:
    held = listed(desk, slug)
    if held["read_at"] is None or held["with"] != read_with(desk, slug):
        return "gone"
    elapsed = desk["now"] - held["read_at"]
    if elapsed < FRESH and not held["cleared"]:
        return "fresh"
    return "stale" if elapsed < SHOWN else "gone"


def browse(desk: Desk, process: int, slug: str, role: str, mode: str, accepts: bool) -> Any:
    """The answer; afterwards everything is as it is when what was begun behind it has ended too."""
    if accepts and role != "super":
        return "not-allowed"
    provider, key, held = desk["providers"][slug], desk["keys"].get(slug), listed(desk, slug)
    if not address(provider):
        return "live-not-available"
    sent = None
    if key or provider["kind"] == "needed":
        is_theirs = role == "super" or provider["allowed"]
        if is_theirs and key and not key["aside"] and key["origin"] == origin(address(provider)):
            sent = key["text"]
        elif provider["kind"] != "public":
            return "key-missing"
    if mode == "force" and role != "super":
        if held["asked"] is not None and desk["now"] - held["asked"] < REFRESHED:
            return "too-soon"
        held["asked"] = desk["now"]
    before, failure = age(desk, slug), held["failure"]
    waits = mode == "wait_if_stale" or (held["cleared"] and failure is None)
    if mode == "force" or before == "gone" or (before == "stale" and waits):
        is_known = failure and failure["with"] == read_with(desk, slug) and desk["now"] - failure["at"] < AGAIN
        if before == "gone" and mode == "stale_ok" and is_known:
            return failure["code"]
        outcome = read(desk, process, slug, sent, accepts)
        if outcome == "kept":
            return ["live", listed(desk, slug)["ids"]]
        if outcome != "waits" and before == "gone":
            return outcome
        return ["cache" if age(desk, slug) == "fresh" else "stale", held["ids"]]
    if before == "fresh":
        return ["cache", held["ids"]]
    answer = ["stale", held["ids"]]
    last = desk["tried"].get((process, slug, *read_with(desk, slug)))
    if last is None or desk["now"] - last >= AGAIN:
        read(desk, process, slug, sent, accepts)
    return answer


def read(desk: Desk, process: int, slug: str, sent: str | None, accepts: bool) -> str:
    held, now_with = listed(desk, slug), read_with(desk, slug)
    desk["tried"][process, slug, *now_with] = desk["now"]
    said = desk["vendors"][slug]
    if isinstance(said, str):
        code = "key-missing" if said == "key-rejected" and sent is None else said
        held["failure"] = {"code": code, "with": now_with, "at": desk["now"]}
        return code
    ids = [f"{now_with[2]}-{model}" for model in said]
    if held["with"] == now_with and held["revision"] and 2 * len(ids) <= len(held["ids"]) and not accepts and held["shrunk"] != sorted(ids):
        held.update(failure=None, shrunk=sorted(ids))
        return "waits"
    held.update({"with": now_with, "ids": ids, "read_at": desk["now"], "cleared": False, "failure": None, "shrunk": None})
    held["revision"] += 1
    return "kept"


def select(desk: Desk, slug: str, model: str) -> bool | None:
    """Whether the list is known to hold it."""
    return None if age(desk, slug) == "gone" else model in listed(desk, slug)["ids"]


def clear(desk: Desk, slug: str | None) -> None:
    for one in [slug] if slug else list(desk["providers"]):
        held = listed(desk, one)
        held.update(cleared=True, failure=None, invalidations=held["invalidations"] + 1)


def set_key(desk: Desk, slug: str, text: str) -> Any:
    where = address(desk["providers"][slug])
    if not where:
        return "live-not-available"
    desk["keys"][slug] = {"text": text, "origin": origin(where), "aside": False}
    listed(desk, slug)["failure"] = None
    return None


def delete_key(desk: Desk, slug: str) -> bool:
    """Whether there was one; what a vendor said of it is forgotten with it."""
    if desk["keys"].pop(slug, None) is None:
        return False
    listed(desk, slug)["failure"] = None
    return True


def move(desk: Desk, slug: str, url: str) -> bool:
    """To another address; whether that sets a key aside."""
    provider, key = desk["providers"][slug], desk["keys"].get(slug)
    sets_aside = bool(key) and origin(provider["url"]) != origin(url)
    if key and sets_aside:
        key["aside"] = True
    provider["url"] = url
    return sets_aside


def overview(desk: Desk) -> dict[str, Any]:
    """How many models each list is known to have, and what is told of it."""
    reported: dict[str, Any] = {}
    for slug, provider in desk["providers"].items():
        held, key, notices = listed(desk, slug), desk["keys"].get(slug), []
        if address(provider):
            if key and (key["aside"] or key["origin"] != origin(address(provider))):
                notices.append("key-suspended")
            elif not key and provider["kind"] == "needed":
                notices.append("key-missing")
            if held["failure"] and held["failure"]["with"] == read_with(desk, slug):
                notices.append("list-failed")
            if held["shrunk"] is not None and held["with"] == read_with(desk, slug):
                notices.append("list-shrunk")
        reported[slug] = [None if age(desk, slug) == "gone" else len(held["ids"]), notices]
    return reported
