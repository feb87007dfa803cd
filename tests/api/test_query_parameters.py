"""Parameters of addresses: each at most once, each known, each UTF-8; what is wrong is named."""

from collections.abc import Sequence

import pytest

from tests.support.app import API, Client

READS: Sequence[tuple[str, str]] = (
    ("/auth/me/", ""),
    ("/ai-providers/", ""),
    ("/ai-providers/acme/", ""),
    ("/ai-models/", ""),
    ("/tokens/", ""),
    ("/admins/", ""),
    ("/ai-models/browse-models/", "provider=acme&capability=chat&"),
    ("/ai/dashboard/overview/", ""),
)
WRITES: Sequence[tuple[str, object]] = (
    ("/ai-models/select-model/", {"provider": "acme", "capability": "chat", "model_id": "large"}),
    ("/ai-models/deselect-model/", {"provider": "acme", "capability": "chat"}),
    ("/ai/dashboard/cache/clear/", None),
    ("/auth/logout/", None),
)


@pytest.mark.parametrize(("path", "needed"), READS)
def test_an_unknown_parameter_is_named(sara: Client, path: str, needed: str) -> None:
    """On every read: one that is passed over might have been meant. A tag that fits everything changes nothing about that."""
    for headers in ({}, {"if-none-match": "*"}):
        answer = sara.get(f"{path}?{needed}refresh_all=1", headers)
        assert answer.status == 422
        assert [problem["path"] for problem in answer.json["errors"]] == ["$.query.refresh_all"]
        assert "unknown parameter 'refresh_all'" in answer.json["errors"][0]["message"]


@pytest.mark.parametrize(("path", "body"), WRITES)
def test_an_unknown_parameter_writes_nothing(sara: Client, path: str, body: object) -> None:
    """On every write."""
    before = sara.app.run(sara.app.store.current())
    answer = sara.post(f"{path}?dry_run=true", body)
    assert (answer.status, answer.json["errors"][0]["path"]) == (422, "$.query.dry_run")
    assert sara.app.run(sara.app.store.current()) == before


def test_signing_in_takes_none(anonymous: Client) -> None:
    """A password in an address would end up in logs, so it is not even overlooked."""
    answer = anonymous.ask("POST", f"{API}/auth/login/?username=sara&password=x", {"username": "sara", "password": "correct horse battery"})
    assert answer.status == 422
    assert anonymous.cookie is None


def test_what_looks_like_a_slip_is_asked_about(sara: Client) -> None:
    """With the nearest known name."""
    problem = sara.get("/ai-providers/?is_activ=true").json["errors"][0]
    assert problem == {"path": "$.query.is_activ", "message": "unknown parameter 'is_activ'; did you mean 'is_active'?"}


@pytest.mark.parametrize("query", ["limit=1&limit=2", "limit=1&limit=1", "limit=1&%6Cimit=2", "is_active=true&is_active=false"])
def test_a_parameter_given_twice(sara: Client, query: str) -> None:
    """Also the same twice, and also in disguise."""
    answer = sara.get(f"/ai-providers/?{query}")
    assert (answer.status, answer.json["errors"][0]["message"]) == (422, "must be given once")


@pytest.mark.parametrize(
    "query", ["search=%ff", "search=%C3%28", "search=%ED%A0%80", "search=\xe9", "%ff=1", "&".join(f"p{n}=" for n in range(60))]
)
def test_what_is_no_utf_8_or_too_much(sara: Client, query: str) -> None:
    """Never a mistake of ours."""
    answer = sara.get(f"/ai-models/browse-models/?provider=acme&capability=chat&{query}")
    assert (answer.status, answer.json["errors"][0]["path"]) == (422, "$.query")


@pytest.mark.parametrize(
    "query",
    ["limit=", "limit=0", "limit=-1", "limit=10001", "limit=1.0", "limit=1e3", "limit=%D9%A1", "limit=9999999999999999999999", "limit=true",
     "offset=-1", "offset=x", "is_active=1", "is_active=True", "is_active=", "is_active=null"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/ai-providers/", "/ai-models/"])
def test_a_value_of_the_wrong_kind(sara: Client, path: str, query: str) -> None:
    """Named by its path."""
    answer = sara.get(f"{path}?{query}")
    assert (answer.status, answer.json["errors"][0]["path"]) == (422, f"$.query.{query.partition('=')[0]}")


def test_every_fault_is_told_at_once(sara: Client) -> None:
    """Unknown and repeated ones first; then the values, and what is missing."""
    unknown = sara.get("/ai-models/?a=1&b=2&limit=0&provider=acme&provider=B&offset=-1").json["errors"]
    assert [problem["path"] for problem in unknown] == [f"$.query.{name}" for name in ("a", "b", "provider", "limit", "offset")]
    missing = sara.get("/ai-models/browse-models/?provdier=acme&limit=0").json["errors"]
    assert [problem["path"] for problem in missing] == ["$.query.provdier", "$.query", "$.query", "$.query.limit"]
    values = sara.get("/ai-models/?provider=A&capability=B&is_active=c&limit=0&offset=-1").json["errors"]
    assert [problem["path"] for problem in values] == [
        f"$.query.{name}" for name in ("provider", "capability", "is_active", "limit", "offset")
    ]


@pytest.mark.parametrize("query", ["", "&", "limit=5&", "+=", "%=%"])
def test_empty_parts_and_lone_signs(sara: Client, query: str) -> None:
    """Nothing is nothing; a sign that stands for something unknown is refused like it."""
    assert sara.get(f"/ai-providers/?{query}").status in (200, 422)


def test_a_long_query_is_answered_shortly(sara: Client) -> None:
    """What was sent is quoted in part at most."""
    answer = sara.get(f"/ai-providers/?{'x' * 100_000}=1")
    assert answer.status == 422
    assert len(answer.json["errors"][0]["message"]) < 500
