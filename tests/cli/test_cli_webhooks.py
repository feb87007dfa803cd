"""`modeldesk webhooks`."""

from tests.support.cli_folder import Folder

URL = "https://receiver.invalid/in"


def test_a_webhook_is_added_and_its_secret_printed_once(desk: Folder) -> None:
    """Adding and rotating print one; the list never does."""
    line, secret = desk.type("webhooks", "add", URL, "--event", "use.changed").lines
    name = line.split()[0]
    assert secret.startswith("secret, shown only now: whsec_")
    rotated = desk.type("webhooks", "rotate", name, "--format", "json").json
    assert rotated["secret"].startswith("whsec_")
    listed = desk.type("webhooks", "list")
    assert listed.lines[1].split()[:3] == [name, URL, "enabled"]
    assert "whsec_" not in listed.out
    assert desk.type("webhooks", "list", "--format", "json").json["webhooks"][0]["events"] == ["use.changed"]


def test_a_test_event_waits_for_the_server(desk: Folder) -> None:
    """It is listed as pending; a removed webhook has nothing any more."""
    name = desk.type("webhooks", "add", URL, "--format", "json").json["id"]
    desk.type("models", "select", "cohere", "chat", "command-r")
    assert desk.type("webhooks", "test", name).lines[0].startswith("queued msg_")
    rows = [line.split() for line in desk.type("webhooks", "deliveries", name).lines[1:]]
    assert [row[1:4] for row in rows] == [["webhook.test", name, "pending"], ["model.selected", "cohere/chat", "pending"]]
    entries = desk.type("webhooks", "deliveries", name, "--format", "json").json["deliveries"]
    assert [entry["attempts"] for entry in entries] == [0, 0]
    assert desk.type("webhooks", "remove", name).lines == [f"removed the webhook {name}"]
    desk.type("webhooks", "deliveries", name, exits=1)


def test_what_is_refused(desk: Folder) -> None:
    """An unknown event is a usage error; an address that nothing is sent to is refused with what to do."""
    desk.type("webhooks", "add", URL, "--event", "all", exits=2)
    refused = desk.type("webhooks", "add", "http://receiver.invalid/in", exits=1)
    assert "plain http to 'receiver.invalid' is not allowed" in refused.err
    assert "no webhook" in desk.type("webhooks", "test", "wh_1", exits=1).err


def test_a_webhook_is_disabled_and_enabled(desk: Folder) -> None:
    """While it is disabled, a change leaves no event for it."""
    name = desk.type("webhooks", "add", URL, "--format", "json").json["id"]
    assert desk.type("webhooks", "disable", name).lines == [f"disabled the webhook {name}"]
    desk.type("models", "select", "cohere", "chat", "command-r")
    assert desk.type("webhooks", "list").lines[1].split()[2] == "disabled"
    assert desk.type("webhooks", "deliveries", name).out == "Nothing was sent to it yet.\n"
    assert desk.type("webhooks", "enable", name).lines == [f"enabled the webhook {name}"]
    assert desk.type("webhooks", "list").lines[1].split()[2] == "enabled"
    desk.type("webhooks", "enable", "wh_nobody", exits=1)


def test_the_doctor_names_a_webhook_whose_events_do_not_arrive(desk: Folder) -> None:
    """On standard error, with the command that says why."""
    name = desk.type("webhooks", "add", URL, "--format", "json").json["id"]
    desk.type("models", "select", "cohere", "chat", "command-r")
    assert desk.type("doctor").errors == []
    desk.execute("UPDATE outbox SET at = '2026-01-01 00:00:00.000000'")
    assert desk.type("doctor").errors == [f"⚠️  webhook {name}: 1 event waiting, 0 given up; see why: modeldesk webhooks deliveries {name}"]


def test_the_values_of_a_query_are_hidden_in_tables_and_messages(desk: Folder) -> None:
    """They may be secrets of the receiver. JSON has the whole address, as REST has it."""
    added = desk.type("webhooks", "add", f"{URL}?token=s3cret")
    assert added.lines[0].endswith(f" {URL}?token=…")
    listed = desk.type("webhooks", "list")
    assert f"{URL}?token=…" in listed.out
    rotated = desk.type("webhooks", "rotate", added.lines[0].split()[0])
    assert "s3cret" not in added.out + added.err + listed.out + rotated.out + rotated.err
    assert desk.type("webhooks", "list", "--format", "json").json["webhooks"][0]["url"] == f"{URL}?token=s3cret"
