"""Taking the last choice back: offered where there is one, and told as what it was."""

from tests.support.app import App
from tests.support.panel_client import PanelClient, text_of

PLACE = "/admin/providers/acme/chat"
OFFERED = f'action="{PLACE}/roll-back"'


def undone(client: PanelClient, version: int) -> str:
    assert client.send(f"{PLACE}/roll-back", {"version": str(version)}).one("location") == PLACE
    return text_of(client.get(PLACE))


def test_it_is_offered_where_it_would_do_something(sara: PanelClient) -> None:
    """Not before the first choice, nor after that was taken back, though the slot has a history by then."""
    assert OFFERED not in text_of(sara.get(PLACE))
    sara.send(f"{PLACE}/select", {"model_id": "small", "version": "0"})
    assert OFFERED in text_of(sara.get(PLACE))
    assert OFFERED not in undone(sara, 1)
    sara.send(f"{PLACE}/select", {"model_id": "small", "version": "2"})
    sara.send(f"{PLACE}/deselect", {"version": "3"})
    assert OFFERED in text_of(sara.get(PLACE)), "an emptied slot has something to go back to"


def test_it_is_not_offered_where_it_would_be_refused(app: App, sara: PanelClient) -> None:
    """At a provider that is switched off since."""
    sara.send(f"{PLACE}/select", {"model_id": "small", "version": "0"})
    sara.send("/admin/enabled/acme", {"is_active": "false", "version": "1"})
    assert OFFERED not in text_of(sara.get(PLACE))


def test_its_notice_says_what_was_done(sara: PanelClient) -> None:
    """Another model is active again; none is, as before the first choice; none is, as the slot had been emptied before."""
    sara.send(f"{PLACE}/select", {"model_id": "small", "version": "0"})
    sara.send(f"{PLACE}/select", {"model_id": "tiny", "version": "1"})
    assert "The previous model is active again." in undone(sara, 2)
    assert "Rolled back the first selection. No model is active here now" in undone(sara, 3)
    sara.send(f"{PLACE}/select", {"model_id": "small", "version": "4"})
    sara.send(f"{PLACE}/deselect", {"version": "5"})
    sara.send(f"{PLACE}/select", {"model_id": "tiny", "version": "6"})
    assert "Rolled back. No model is active here now" in undone(sara, 7)
