"""The digest by which caches know who asks: as different as the headers are."""

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from modeldesk.entrypoints.api.credential_digests import digest_of_headers
from modeldesk.entrypoints.api.credentials import CREDENTIALS

Headers = list[tuple[bytes, bytes]]
HEADERS = st.lists(st.tuples(st.sampled_from(CREDENTIALS), st.binary(max_size=3) | st.sampled_from(CREDENTIALS)), max_size=3)


def digest(headers: Headers) -> bytes:
    scope: Any = {"headers": headers}  # no more of it is read
    return digest_of_headers(scope, CREDENTIALS)


@given(HEADERS, HEADERS)
@example([(b"cookie", b"a"), (b"authorization", b"b")], [(b"cookie", b"aauthorizationb")])
@example([(b"cookie", b"1:x")], [(b"cookie", b"x")])
def test_other_headers_have_another_digest(one: Headers, other: Headers) -> None:
    """Whatever a header holds, it does not run into its neighbour; and others do not count."""
    assert (digest(one) == digest(other)) is (one == other)
    assert digest([*one, (b"accept", b"x")]) == digest(one)
