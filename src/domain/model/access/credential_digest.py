"""The digest of a credential: the id of a session, an API token, or the token of a set-up or sign-in link."""

import hashlib


def credential_digest(text: str) -> str:
    """SHA-256 in hex, which is stored in the place of the credential. Accepts any text, since callers send anything."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
