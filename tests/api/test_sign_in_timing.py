"""How long a refused sign-in takes: unknown, disabled and wrong cannot be told apart."""

import json
import random
import time
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import argon2
import pytest
from attrs import evolve
from dependency_injector import providers as injection

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.adapters.secrets.passwords import Argon2Hasher
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.values.texts import SingleLineText
from tests.support.app import API, NOON, OTHER_PASSWORD, App

SEED = 20_261_124
KINDS = ("unknown", "disabled", "wrong")


def auc(first: Sequence[float], second: Sequence[float]) -> float:
    """How often a value of the first is above one of the second, a tie counted as half: 0.5 where nothing tells them apart."""
    ordered = sorted(second)
    below = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in first)
    return below / (2 * len(first) * len(second))


def measured(app: App, each: int) -> tuple[dict[str, list[float]], set[bytes]]:
    """The seconds of `each` refused sign-ins of every kind, mixed, every one for a name and from an address of its own; and all bodies."""
    attempts = [(kind, number) for kind in KINDS for number in range(each)]
    random.Random(SEED).shuffle(attempts)
    seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    bodies = set[bytes]()
    for count, (kind, number) in enumerate(attempts):
        body, peer = (
            {"username": f"{kind}-{number:06}", "password": OTHER_PASSWORD},
            f"10.{count // 65_536}.{count // 256 % 256}.{count % 256}",
        )
        began = time.perf_counter()
        answer = app.run(app.client().asking("POST", f"{API}/auth/login/", body, peer=peer))
        seconds[kind].append(time.perf_counter() - began)
        bodies.add(answer.body)
        app.clock.forward(timedelta(minutes=16))  # the count of this one is forgotten with the next
    return seconds, bodies


def of_many(each: int) -> InMemoryStore:
    """A desk with so many admins who may sign in, and as many who may not."""
    password_hash = argon2.PasswordHasher(time_cost=1, memory_cost=1_024, parallelism=1).hash("correct horse battery")
    admins = {
        name: Admin(SingleLineText(name), Role.NORMAL, password_hash, kind == "wrong", NOON)
        for kind in KINDS[1:]
        for name in (f"{kind}-{number:06}" for number in range(each))
    }
    store = InMemoryStore()
    store.contents = evolve(store.contents, admins=admins)
    return store


@pytest.mark.nightly
def test_the_time_tells_nothing() -> None:
    """A classifier that knows every time by heart does no better than a coin: AUC 0.45 to 0.55 for each pair, over 1,000 of each kind."""
    each = 1_000
    with App(of_many(each)) as app:
        app.container.hasher.override(
            injection.Singleton(Argon2Hasher, argon2.PasswordHasher(time_cost=1, memory_cost=1_024, parallelism=1))
        )
        app.run(app.client().asking("POST", f"{API}/auth/login/", {"username": "first", "password": OTHER_PASSWORD}))
        seconds, bodies = measured(app, each)
    figures: dict[str, Any] = {
        f"{one} / {other}": round(auc(seconds[one], seconds[other]), 3)
        for one, other in (("unknown", "disabled"), ("unknown", "wrong"), ("disabled", "wrong"))
    }
    violations = sum(not 0.45 <= figure <= 0.55 for figure in figures.values()) + len(bodies) - 1
    print(json.dumps({"name": "sign-in timing, AUC", "cases": 3 * each, "violations": violations, **figures, "seed": SEED}))
    assert len(bodies) == 1
    assert violations == 0


def test_the_measure_tells_what_differs() -> None:
    """One for what is always above, a half for what is the same: else the figure would prove nothing."""
    draw = random.Random(SEED)
    values = [draw.random() for _ in range(1_000)]
    assert auc([value + 1 for value in values], values) == 1
    assert auc(values, [value + 1 for value in values]) == 0
    assert auc(values, values) == 0.5
    assert auc([value + 0.2 for value in values], values) > 0.6


def test_unknown_disabled_and_wrong_are_answered_alike() -> None:
    """The bodies are the same to the byte, whoever is tried."""
    with App(of_many(10)) as app:
        _, bodies = measured(app, 10)
    assert len(bodies) == 1
