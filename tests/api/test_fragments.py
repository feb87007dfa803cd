"""Answers that are joined from fragments equal those that are encoded at once."""

import msgspec

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.dashboard import ModelFilter
from modeldesk.domain.services.key_status import KeyStatuses
from modeldesk.entrypoints.responses import fragments
from modeldesk.entrypoints.responses.fragments import AT_A_TIME, Fragments, Joined, encoded_list, encoded_members
from modeldesk.entrypoints.responses.models import ModelsAnswers, StoredModelResponse
from modeldesk.entrypoints.responses.overview import OverviewAnswers, OverviewResponse
from modeldesk.entrypoints.responses.providers import ProvidersAnswers, providers_response
from modeldesk.entrypoints.responses.serializer import serialize
from tests.support.actors import by
from tests.support.samples import Desk, chat, provider, select_model
from tests.support.services import CLASSES
from tests.support.stores import stored_key


async def test_joined_answers_are_those_that_are_encoded_at_once() -> None:
    """Before and after each of some selections, of all models and of some."""
    desk, overviews, models = Desk(), OverviewAnswers(), ModelsAnswers()
    await desk.put(provider("acme", capabilities=chat()), provider("gone", capabilities=chat(), is_active=False))
    for model in ("large", "small", "nobody-knows"):
        await desk.selection.select(select_model(model), by("ann"))
        overview = await desk.oversight.overview()
        assert encoded_members(overviews.of(overview)) == msgspec.json.encode(serialize(OverviewResponse, overview))
        for wanted in (ModelFilter(), ModelFilter(is_active=False), ModelFilter(provider="gone")):
            found = await desk.oversight.models(wanted)
            whole = {"count": len(found), "models": [serialize(StoredModelResponse, status) for status in found]}
            assert encoded_members(models.of(found, len(found))) == msgspec.json.encode(whole)


def test_a_value_is_encoded_once_and_known_by_its_identity(monkeypatch) -> None:
    """An equal value that is another object is encoded, too; beyond the bound only the latest answer's fragments stay."""
    monkeypatch.setattr(fragments, "MOST_KEPT", 2)
    encoded = list[object]()
    monkeypatch.setattr(fragments, "serialize", lambda _, value: encoded.append(value) or value)
    kept, first, second = Fragments[list[int]](list), [1], [1]
    assert text(kept.joined([first, second, first])) == b"[[1],[1],[1]]"
    assert text(kept.joined([first])) == b"[[1]]"
    assert [value is first for value in encoded] == [True, False]
    assert text(kept.joined([[2], [3]])) == b"[[2],[3]]"
    assert text(kept.joined([first])) == b"[[1]]"
    assert len(encoded) == 5
    assert text(kept.joined([])) == b"[]"


async def test_pages_of_providers_are_those_that_are_encoded_at_once() -> None:
    """For admins with keys and without, before and after a change of one of them."""
    desk, answers, statuses = Desk(), ProvidersAnswers(), KeyStatuses(CLASSES, lambda _: True)
    await desk.put(provider("acme", capabilities=chat()), provider("gone", is_active=False))
    async with desk.store.unit_of_work() as work:
        await work.keys.put(stored_key("acme", "sara"))
        await work.commit()
    for is_active in (True, False):
        await desk.registration.set_active(Slug("acme"), is_active, CLI_ACTOR)
        snapshot = await desk.store.current()
        for admin in ("sara", "nima", "sara"):
            states = statuses.of_providers(list(snapshot.providers.values()), snapshot, by(admin))
            pairs = list(zip(snapshot.providers.values(), states, strict=True))
            assert states == [statuses.of_provider(entry, snapshot, by(admin)) for entry in snapshot.providers.values()]
            assert states[0].personal is (admin == "sara")
            page = answers.of(list(snapshot.providers.values()), states, 2)
            assert encoded_members(page) == msgspec.json.encode(providers_response(pairs, 2))


def test_a_list_has_the_digest_of_its_values(monkeypatch) -> None:
    """Equal lists have equal ones, whoever encoded them; another value or order has another."""
    monkeypatch.setattr(fragments, "serialize", lambda _, value: value)
    one, other = Fragments[list[int]](list), Fragments[list[int]](list)
    lists = [[], [[1]], [[1], [2]], [[2], [1]], [[12]]]
    digests = [one.joined(values).digest for values in lists]
    assert digests == [other.joined(values).digest for values in lists]
    assert len(set(digests)) == len(lists)


def test_a_long_list_is_encoded_some_at_a_time() -> None:
    """To the same bytes as at once, with a digest of its own; no more than those are in memory."""
    digests = set[bytes]()
    for length in (0, 1, 2, AT_A_TIME - 1, AT_A_TIME, AT_A_TIME + 1, 3 * AT_A_TIME):
        values = [{"number": number} for number in range(length)]
        found = encoded_list(iter(values))
        assert text(found) == msgspec.json.encode(values)
        assert encoded_members({"models": found}) == msgspec.json.encode({"models": values})
        digests.add(found.digest)
    assert len(digests) == 7
    assert encoded_list([1] * AT_A_TIME + [2]).digest != encoded_list([1] * (AT_A_TIME - 1) + [12]).digest


def text(joined: Joined) -> bytes:
    return b"".join(joined.parts)
