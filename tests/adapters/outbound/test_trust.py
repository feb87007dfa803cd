"""Which authorities a vendor may be signed by."""

import ssl
from pathlib import Path

import pytest

from modeldesk.adapters.outbound.addresses import allowed_hosts
from modeldesk.adapters.outbound.client import OutboundClient
from modeldesk.adapters.outbound.trust import tls_context
from modeldesk.adapters.vendor_http import Request
from modeldesk.domain.errors import VendorFailed
from tests.support.certificates import Certificates
from tests.support.hostile_server import answer, serving
from tests.support.outbound_vendor import QUICK, replies


async def test_an_authority_of_the_operator_is_trusted(tmp_path: Path) -> None:
    """Beside the others, and only where it is named."""
    certificates = Certificates(tmp_path)
    async with serving(replies(answer(b"{}")), certificates.server("good")) as served:
        url = f"https://localhost:{served.port}/"

        async def status(ca_file: Path | None) -> int:
            client = OutboundClient(allowed_hosts(f"localhost:{served.port}"), QUICK, ca_file=ca_file)
            try:
                async with client.open("acme") as session:
                    return (await session.get(Request(url))).status
            finally:
                await client.close()

        with pytest.raises(VendorFailed, match="certificate-untrusted"):
            await status(None)
        assert await status(tmp_path / "authority.pem") == 200


def test_the_worlds_authorities_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file adds one; the environment adds none and takes none away; names and certificates are verified."""
    Certificates(tmp_path)
    plain, more = tls_context(), tls_context(tmp_path / "authority.pem")
    assert len(more.get_ca_certs()) == len(plain.get_ca_certs()) + 1 > 100
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    assert len(tls_context().get_ca_certs()) == len(plain.get_ca_certs())
    assert (more.verify_mode, more.check_hostname) == (ssl.CERT_REQUIRED, True)


async def test_authorities_are_read_when_tls_is_needed_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Certificate authorities take some megabytes; a server whose vendors run on its own machine never reads them."""
    reads: list[Path | None] = []

    def counted(file: Path | None) -> ssl.SSLContext:
        reads.append(file)
        return tls_context(file)

    monkeypatch.setattr("modeldesk.adapters.outbound.client.tls_context", counted)
    tls = Certificates(tmp_path).server("good")
    async with serving(replies(answer(b"{}"))) as plain, serving(replies(answer(b"{}")), tls) as encrypted:
        client = OutboundClient(allowed_hosts(f"localhost:{plain.port},localhost:{encrypted.port}"), QUICK)
        async with client.open("acme") as session:
            await session.get(Request(f"http://localhost:{plain.port}/"))
            assert reads == []
            with pytest.raises(VendorFailed, match="certificate-untrusted"):
                await session.get(Request(f"https://localhost:{encrypted.port}/"))
    assert reads == [None]
