"""Every provider class that ships: its key in a table, and what it reads in the words of its docstring."""

from inspect import cleandoc

from modeldesk.adapters.providers import registry
from modeldesk.adapters.providers.vendor_api import VendorApi
from modeldesk.domain.model.providers.provider_class import KeyRequirement
from reference.markdown import code, table

REQUIREMENTS = {
    KeyRequirement.NEEDED: "needed",
    KeyRequirement.OPTIONAL: "optional: with a key the list may be a different one",
    KeyRequirement.PUBLIC: "not needed: the list is public, and the same for everybody",
}


def page() -> str:
    """The table, then a section for each class. For inclusion in a page."""
    shipped = [(known, registry.vendor_api(known.name)) for known in registry.shipped_classes().classes]
    rows = (
        (
            f"[{code(known.name)}](#{known.name.lower()})",
            code(known.slug or ""),
            code(known.api_base_url),
            header(api),
            REQUIREMENTS[known.key_requirement],
            proof(api),
        )
        for known, api in shipped
    )
    sections = (f"### `{known.name}`\n\n{cleandoc(type(api).__doc__ or '')}\n" for known, api in shipped)
    return table(("class", "slug", "default address", "key in", "key", "what proves the key"), rows) + "\n" + "\n".join(sections)


def header(api: VendorApi) -> str:
    return "bearer token" if api.key_header.name == "Authorization" else code(api.key_header.name)


def proof(api: VendorApi) -> str:
    if api.check_path is not None:
        return code(api.check_path)
    return "nothing: the list is public" if api.key_requirement is KeyRequirement.PUBLIC else "the list"
