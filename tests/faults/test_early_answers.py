"""An answer that is known before the body of the request was read reaches its client."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.cli_folder import PASSWORD, Folder, stand_in
from tests.support.served_desk import ServedDesk, head, read_all, serving, status_of

BODY = b'{"provider":"' + b"a" * 900_000 + b'"}'
WRITE = (
    head(
        "POST",
        "/api/admin/ai-models/select-model/",
        "Authorization: Bearer nobody-has-this",
        "Content-Type: application/json",
        "Connection: close",
        f"Content-Length: {len(BODY)}",
    )
    + BODY
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedDesk]:
    with admitting(tmp_path_factory.mktemp("desk")) as served:
        yield served


@contextmanager
def admitting(path: Path) -> Iterator[ServedDesk]:
    """A server with an admin."""
    with pytest.MonkeyPatch.context() as patch:
        stand_in(path, patch).type("admin", "create", "sara", "--password-stdin", typed=PASSWORD)
    with serving(path) as served:
        yield served


def status(desk: ServedDesk, request: bytes) -> int:
    """Of a request whose body comes in ten parts, a moment after one another; a reset fails, while it sends or while it reads."""
    with desk.connect() as client:
        for begin in range(0, len(request), len(request) // 10):
            client.sendall(request[begin : begin + len(request) // 10])
            time.sleep(0.01)
        return status_of(read_all(client))


def test_a_refused_write_reads_its_refusal(desk: ServedDesk) -> None:
    """Whoever may not write at all is refused before the body is read."""
    assert status(desk, WRITE) == 401


def test_a_write_during_an_outage_reads_that_it_is_one(tmp_path: Path) -> None:
    """The database cannot be used, which is known at once."""
    with admitting(tmp_path) as desk:
        Folder(tmp_path).database.write_bytes(b"not a database " * 1_000)
        assert status(desk, WRITE) == 503


def test_a_body_that_is_too_large_is_said_to_be(desk: ServedDesk) -> None:
    """Its length is announced, so nothing of it has to be kept."""
    large = (
        head("POST", "/api/admin/auth/login/", "Content-Type: application/json", "Connection: close", "Content-Length: 4000000")
        + b" " * 4_000_000
    )
    assert status(desk, large) == 413
