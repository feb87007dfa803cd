"""Certificates for servers of the tests: an authority of our own, and what it signs well and badly."""

import ssl
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

KINDS = ("good", "expired", "of_another_host", "self_signed", "old_tls")


class Certificates:
    """`client()` trusts the authority alone; `server(kind)` shows one of KINDS for `localhost`. Files are written to `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._authority = _certificate("authority of the tests", self._key, self._key, "authority of the tests", is_authority=True)
        (folder / "authority.pem").write_bytes(self._authority.public_bytes(Encoding.PEM))

    def client(self) -> ssl.SSLContext:
        """What a client of ours would use, with this authority in the place of the world's."""
        return ssl.create_default_context(cafile=str(self._folder / "authority.pem"))

    def server(self, kind: str) -> ssl.SSLContext:
        """A server's context of that kind."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._written(kind))
        if kind == "old_tls":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # old is what is wanted
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = ssl.TLSVersion.TLSv1_1
            context.set_ciphers("ALL:@SECLEVEL=0")
        return context

    def _written(self, kind: str) -> Path:
        file = self._folder / f"{kind}.pem"
        if not file.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            signed_by = key if kind == "self_signed" else self._key
            issuer = "localhost" if kind == "self_signed" else "authority of the tests"
            host = "elsewhere.example" if kind == "of_another_host" else "localhost"
            made = _certificate(host, key, signed_by, issuer, age=timedelta(days=400 if kind == "expired" else 1))
            private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            file.write_bytes(private + made.public_bytes(Encoding.PEM))
        return file


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    signed_by: ec.EllipticCurvePrivateKey,
    issuer: str,
    *,
    age: timedelta = timedelta(days=1),
    is_authority: bool = False,
) -> x509.Certificate:
    begin = datetime.now(UTC) - age
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if not is_authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(signed_by, hashes.SHA256())
