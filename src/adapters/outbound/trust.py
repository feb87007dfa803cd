"""The certificate authorities that vendors may be signed by: the system's, certifi's, and those of the operator."""

import ssl
from pathlib import Path

import certifi


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """A context for clients. Environment variables (SSL_CERT_FILE and its like) add nothing to it.

    Raises OSError or ssl.SSLError for a file that cannot be read.
    """
    # With a file of its own, `create_default_context` does not look at the environment.
    context = ssl.create_default_context(cafile=certifi.where())
    built_in = ssl.get_default_verify_paths()
    file, folder = Path(built_in.openssl_cafile), Path(built_in.openssl_capath)
    if file.is_file() or folder.is_dir():
        context.load_verify_locations(str(file) if file.is_file() else None, str(folder) if folder.is_dir() else None)
    if ca_file is not None:
        context.load_verify_locations(str(ca_file))
    return context
