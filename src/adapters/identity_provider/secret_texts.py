"""Secrets in JSON documents: they are a `Secret` from the moment they are read, so that no repr of a record shows them."""

from modeldesk.domain.model.values.secret import Secret

NO_SECRET = Secret("")


def secret_text(kind: type, value: object) -> Secret:
    """A `dec_hook` of msgspec for records with a `Secret`. Raises TypeError for anything but a text."""
    if kind is not Secret or not isinstance(value, str):
        raise TypeError(f"Expected `str`, got `{type(value).__name__}`")
    return Secret(value)
