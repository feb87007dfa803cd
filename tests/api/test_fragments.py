"""Answers that are joined from fragments equal those that are encoded at once."""

import msgspec

from modeldesk.domain.services.dashboard import ModelFilter
from modeldesk.entrypoints.responses import fragments
from modeldesk.entrypoints.responses.fragments import Fragments
from modeldesk.entrypoints.responses.models import ModelsAnswers, StoredModelResponse
from modeldesk.entrypoints.responses.overview import OverviewAnswers, OverviewResponse
from modeldesk.entrypoints.responses.serializer import serialize
from tests.support.actors import by
from tests.support.samples import Desk, chat, provider, select_model


async def test_joined_answers_are_those_that_are_encoded_at_once() -> None:
    """Before and after each of some selections, of all models and of some."""
    desk, overviews, models = Desk(), OverviewAnswers(), ModelsAnswers()
    await desk.put(provider("acme", capabilities=chat()), provider("gone", capabilities=chat(), is_active=False))
    for model in ("large", "small", "nobody-knows"):
        await desk.selection.select(select_model(model), by("ann"))
        overview = await desk.oversight.overview()
        assert msgspec.json.encode(overviews.of(overview)) == msgspec.json.encode(serialize(OverviewResponse, overview))
        for wanted in (ModelFilter(), ModelFilter(is_active=False), ModelFilter(provider="gone")):
            found = await desk.oversight.models(wanted)
            whole = {"count": len(found), "models": [serialize(StoredModelResponse, status) for status in found]}
            assert msgspec.json.encode(models.of(found, len(found))) == msgspec.json.encode(whole)


def test_a_value_is_encoded_once_and_known_by_its_identity(monkeypatch) -> None:
    """An equal value that is another object is encoded, too; beyond the bound only the latest answer's fragments stay."""
    monkeypatch.setattr(fragments, "MOST_KEPT", 2)
    encoded = list[object]()
    monkeypatch.setattr(fragments, "serialize", lambda _, value: encoded.append(value) or value)
    kept, first, second = Fragments[list[int]](list), [1], [1]
    assert bytes(kept.joined([first, second, first])) == b"[[1],[1],[1]]"
    assert bytes(kept.joined([first])) == b"[[1]]"
    assert [value is first for value in encoded] == [True, False]
    assert bytes(kept.joined([[2], [3]])) == b"[[2],[3]]"
    assert bytes(kept.joined([first])) == b"[[1]]"
    assert len(encoded) == 5
    assert bytes(kept.joined([])) == b"[]"
