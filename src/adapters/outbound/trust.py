"""The certificate authorities that vendors may be signed by: the system's, certifi's, and those of the operator."""

import ssl
from pathlib import Path

import certifi

from modeldesk.adapters.trusted_files import read_regular

LARGEST_FILE = 4 * 1024 * 1024
"""Of authorities, in bytes. The world's take 300 KB."""


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """A context for clients. Environment variables (SSL_CERT_FILE and its like) add nothing to it.

    Raises what `authorities_in` raises.
    """
    # With a file of its own, `create_default_context` does not look at the environment.
    context = ssl.create_default_context(cafile=certifi.where())
    built_in = ssl.get_default_verify_paths()
    file, folder = Path(built_in.openssl_cafile), Path(built_in.openssl_capath)
    if file.is_file() or folder.is_dir():
        context.load_verify_locations(str(file) if file.is_file() else None, str(folder) if folder.is_dir() else None)
    if ca_file is not None:
        context.load_verify_locations(cadata=authorities_in(ca_file))
    return context


def authorities_in(file: Path) -> str:
    """The certificates of a file in PEM. Who may write it could read every key that is sent, so nobody but its owner may.

    Raises FileRefused, OSError, and ssl.SSLError where there is no certificate in it.
    """
    content = read_regular(file, LARGEST_FILE, guarded=True)
    text = content.decode("ascii", "replace").encode("ascii", "replace").decode()  # comments between certificates may be in any language
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except ValueError as error:
        raise ssl.SSLError(str(error)) from None
    return text
