"""Reads that a caller has already: 304 while nothing that shows has changed, and never longer."""

from datetime import timedelta

import pytest

from tests.support.app import API, DECLARED, App, Client

READS = [
    "/ai-providers/",
    "/ai-providers/acme/",
    "/ai-models/",
    "/ai-models/browse-models/?provider=acme&capability=chat",
    "/ai/dashboard/overview/",
    "/ai-uses/",
]
EVERY_READ = pytest.mark.parametrize("path", READS)


@EVERY_READ
def test_the_second_time_there_is_nothing_to_send(sara: Client, path: str) -> None:
    """A weak tag, leave for a browser to keep the answer if it asks each time, and 304 without a body."""
    first = sara.get(path)
    assert first.tag.startswith('W/"')
    assert first.one("cache-control") == "private, no-cache"
    assert "Cookie" in ", ".join(first.all("vary"))
    again = sara.get(path, {"if-none-match": first.tag})
    assert (again.status, again.body) == (304, b"")
    assert again.one("content-length") in (None, str(len(first.body)))
    for name in ("etag", "cache-control"):
        assert again.one(name) == first.one(name)
    assert again.all("vary") == first.all("vary")
    assert sara.ask("HEAD", API + path, headers={"if-none-match": first.tag}).status == 304


@pytest.mark.parametrize("others", ["{}", 'W/"x", {}', '{}, "y"', '"x",{},W/"y"', " {} ", "*"])
def test_every_way_to_ask(sara: Client, others: str) -> None:
    """Among others, strong or weak, by a star."""
    path = READS[0]
    tag = sara.get(path).tag
    for asked in (others.format(tag), others.format(tag.removeprefix("W/"))):
        assert sara.get(path, {"if-none-match": asked}).status == 304
    assert sara.get(path, [("if-none-match", '"x"'), ("if-none-match", tag)]).status == 304


@pytest.mark.parametrize("asked", ['"x"', 'W/"x"', "", '""', "{opaque}", '"{opaque}', 'w/"', "W/*", '"*"', "\xff"])
def test_what_does_not_fit_gets_it_all(sara: Client, asked: str) -> None:
    """Another tag, a broken one, a star in quotes."""
    path = READS[0]
    opaque = sara.get(path).tag.removeprefix("W/").strip('"')
    assert sara.get(path, {"if-none-match": asked.format(opaque=opaque)}).status == 200


@EVERY_READ
def test_the_tag_differs_by_who_asks(sara: Client, nima: Client, path: str) -> None:
    """What one admin has, another has not, though today both see the same."""
    mine, theirs = sara.get(path), nima.get(path)
    assert mine.tag != theirs.tag
    assert sara.get(path, {"if-none-match": theirs.tag}).status == 200
    assert sara.get(path).tag == mine.tag, "and stays the same for the same admin, whoever asked in between"


def test_the_tag_is_the_same_in_another_session(app: App, sara: Client) -> None:
    """Signing in again makes nothing new of an answer that is the same."""
    assert app.signed_in().get(READS[0]).tag == sara.get(READS[0]).tag


def test_the_tag_differs_by_what_is_asked(sara: Client) -> None:
    """Each page and filter has its own, also where both are empty."""
    asked = [
        "/ai-models/",
        "/ai-models/?provider=acme",
        "/ai-models/?is_active=true",
        "/ai-providers/",
        "/ai-providers/?limit=1",
        "/ai-providers/?limit=2",
    ]
    assert len({sara.get(path).tag for path in asked}) == len(asked)


@pytest.mark.parametrize("query", ["?limit=0", "?nonsense=1", "?limit=1&limit=1"])
def test_a_wrong_question_is_wrong_whatever_is_held(sara: Client, query: str) -> None:
    """422, not 304, and no tag to hold."""
    answer = sara.get(f"/ai-providers/{query}", {"if-none-match": "*"})
    assert answer.status == 422
    assert answer.one("etag") is None
    assert answer.one("cache-control") == "no-store"


def test_what_is_not_there_is_not_unchanged(app: App, sara: Client) -> None:
    """A star fits what there is; of what there is not, 404 tells, until it comes."""
    assert sara.get("/ai-providers/new/", {"if-none-match": "*"}).status == 404
    app.put({"slug": "new", "name": "New", "display_name": "New"})
    assert sara.get("/ai-providers/new/", {"if-none-match": "*"}).status == 304


def show(app: App, changed: dict[str, object]) -> None:
    app.put({**DECLARED[0], **changed})


@pytest.mark.parametrize(
    ("path", "writes"),
    [
        ("/ai-providers/", {"description": "another"}),
        ("/ai-providers/", {"is_active": False}),
        ("/ai-providers/acme/", {"config": {"timeout": 61}}),
        ("/ai-models/", {"capabilities": {"chat": {"supported": True, "models": ["small"]}}}),
        ("/ai-models/browse-models/?provider=acme&capability=chat", {"capabilities": {"chat": {"supported": True, "models": ["small"]}}}),
        ("/ai/dashboard/overview/", {"display_name": "another"}),
    ],
)
def test_a_change_of_a_provider_shows(app: App, sara: Client, path: str, writes: dict[str, object]) -> None:
    """At the very next read; changed back, what is held is right again."""
    sara.select()
    before = sara.get(path)
    show(app, writes)
    after = sara.get(path, {"if-none-match": before.tag})
    assert after.status == 200
    assert after.body != before.body
    assert after.tag != before.tag
    if not path.startswith("/ai/"):  # the overview tells the generation, which does not go back
        show(app, {})
        assert sara.get(path, {"if-none-match": before.tag}).status == 304


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/ai-models/", [200, 200, 200, 200]),
        ("/ai-models/browse-models/?provider=acme&capability=chat", [200, 200, 304, 200]),  # a list does not show what we call a model
        ("/ai/dashboard/overview/", [200, 200, 200, 200]),
    ],
)
def test_every_choice_shows(sara: Client, path: str, shown: list[int]) -> None:
    """Select, select another, rename, deselect: the next read has each, where it shows at all."""
    held, statuses = sara.get(path).tag, list[int]()
    for choose in (sara.select, lambda: sara.select("small"), lambda: sara.select("small", model_name="Ours"), sara.deselect):
        assert choose().status == 200
        answer = sara.get(path, {"if-none-match": held})
        statuses.append(answer.status)
        held = answer.tag
    assert statuses == shown


def test_a_choice_does_not_make_providers_new(app: App, sara: Client) -> None:
    """Nor does somebody's signing in, nor time: what shows is the same."""
    tag = sara.get("/ai-providers/").tag
    sara.select()
    app.signed_in("nima")
    app.clock.forward(timedelta(minutes=20))
    assert sara.get("/ai-providers/", {"if-none-match": tag}).status == 304


def test_answers_that_show_no_choice_outlive_one(app: App, sara: Client) -> None:
    """Providers stay encoded; what shows choices goes, and a change of a provider drops both."""

    def kept() -> set[object]:
        return {key[0] for key in app.kept._kept}

    reads = ("/ai-providers/", "/ai-models/")
    for path in reads:
        sara.get(path)
    shown, hidden = (f"{API}{path.rstrip('/')}" for path in reads)
    assert {str(path).rstrip("/") for path in kept()} == {shown, hidden}
    sara.select("small")
    sara.get("/ai-uses/")
    assert {str(path).rstrip("/") for path in kept()} == {shown, f"{API}/ai-uses"}
    sara.ask("PATCH", f"{API}/ai-providers/acme/", {"sort_order": 9})
    sara.get("/ai-uses/")
    assert {str(path).rstrip("/") for path in kept()} == {f"{API}/ai-uses"}


def test_the_overview_changes_with_the_cache_but_not_with_the_hour(app: App, sara: Client) -> None:
    """When it was made is not what it tells; how many lists are kept is."""
    path = "/ai/dashboard/overview/"
    tag = sara.get(path).tag
    app.clock.forward(timedelta(minutes=20))
    assert sara.get(path, {"if-none-match": tag}).status == 304
    app.vendors.write("acme", ["veo-9"])
    assert sara.get("/ai-models/browse-models/?provider=acme&capability=video").status == 200
    after = sara.get(path, {"if-none-match": tag})
    assert (after.status, after.json["cache"]["entries"]) == (200, 1)
    sara.post("/ai/dashboard/cache/clear/")
    assert sara.get(path, {"if-none-match": after.tag}).json["cache"]["entries"] == 0


def test_another_writer_is_seen_at_once(stored: App, other_worker: App) -> None:
    """On both databases, over and over: what is committed there, the next read here has, and no older tag fits."""
    here, there = stored.signed_in(), other_worker.signed_in("nima")
    held = here.get("/ai-models/").tag
    for number in range(5):
        assert there.select(f"model-{number}").status == 200
        answer = here.get("/ai-models/", {"if-none-match": held})
        assert answer.status == 200
        assert answer.json["models"][0]["model_id"] == f"model-{number}"
        held = answer.tag
        assert here.get("/ai-models/", {"if-none-match": held}).status == 304


def test_two_workers_give_the_same_tag(stored: App, other_worker: App) -> None:
    """A caller whose requests are spread over both is still told that nothing changed, also where one answers an hour later."""
    sara = stored.signed_in()
    there = other_worker.client(sara.cookie)
    tags = [sara.get(path).tag for path in READS]
    stored.clock.forward(timedelta(minutes=20))
    assert [there.get(path, {"if-none-match": tag}).status for path, tag in zip(READS, tags, strict=True)] == [304] * len(READS)


def test_a_fresh_database_is_not_taken_for_the_old_one() -> None:
    """Its numbers count from the beginning again, but a tag hangs on what is told."""

    def answer(model: str) -> tuple[str, int]:
        with App() as app:
            sara = app.fill().signed_in()
            sara.select(model)
            generation = app.run(app.store.current()).generation
            return sara.get("/ai-models/").tag, generation.catalogue + generation.choices

    first, second = answer("large"), answer("small")
    assert first[1] == second[1]
    assert first[0] != second[0]


def test_what_is_not_to_be_kept(app: App, sara: Client) -> None:
    """Sign-in, writes, refusals: no-store, and no tag."""
    answers = [
        sara.get("/auth/me/"),
        app.client().sign_in(),
        sara.select(),
        sara.deselect(),
        sara.post("/ai/dashboard/cache/clear/"),
        sara.get("/ai-providers/nobody"),
        sara.get("/nothing"),
        app.client().get("/ai-providers/"),
        app.client().sign_in(password="wrong password"),
        sara.ask("GET", "/health/ready"),
        sara.ask("GET", "/schema"),
        sara.post("/auth/logout/"),
    ]
    for answer in answers:
        assert answer.one("cache-control") == "no-store"
        assert answer.one("etag") is None


def test_old_answers_do_not_pile_up(app: App, sara: Client) -> None:
    """However many questions are asked within one generation, only so many answers are kept, and each is still right."""
    from modeldesk.entrypoints.api.conditional import MOST_KEPT

    for offset in range(MOST_KEPT + 20):
        assert sara.get(f"/ai-models/?offset={offset}").status == 200
    answers = app.kept
    assert answers.count == MOST_KEPT
    sara.select()
    assert sara.get("/ai-models/?offset=0").json["models"][0]["model_id"] == "large"
    assert answers.count == 1
