"""The known ways of speaking to a vendor, looked up by name."""

from enum import Enum

from attrs import frozen

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, Provider, ProviderClassName
from modeldesk.domain.model.values.texts import HttpUrl, Slug


class KeyRequirement(Enum):
    """What a vendor's list of models has to do with a key: it cannot be read without one (NEEDED), it may be another one with a key
    (OPTIONAL), or it is the same for everybody (PUBLIC), so that a key only helps to read it.
    """

    NEEDED = "needed"
    OPTIONAL = "optional"
    PUBLIC = "public"


@frozen
class ProviderClass:
    """A known way of speaking to a vendor: its name, the vendor it ships for (None for the generic one), and that vendor's address.

    `fallback_url` is where the list is read where neither a declaration nor the class has an address (Hugging Face's hub).
    """

    name: ProviderClassName
    slug: str | None = None
    api_base_url: HttpUrl = HttpUrl("")
    key_use: KeyRequirement = KeyRequirement.NEEDED
    fallback_url: HttpUrl = HttpUrl("")

    def address(self, provider: Provider) -> HttpUrl:
        """Where this provider is asked; empty where it has no address."""
        return provider.api_base_url or self.fallback_url


@frozen
class ProviderClasses:
    """The table in which a declaration's `provider_class` is looked up. Nothing that a declaration names is imported or run."""

    classes: tuple[ProviderClass, ...]

    @property
    def names(self) -> list[str]:
        """Of all that exist."""
        return [known.name for known in self.classes]

    def named(self, text: str) -> ProviderClass:
        """The class of that name, in any letter case, with or without a dotted path before it. Raises InvalidValue listing the known ones."""
        wanted = text.rpartition(".")[2].casefold()
        for known in self.classes:
            if known.name.casefold() == wanted:
                return known
        raise InvalidValue(f"unknown provider class {text!r}; known: {', '.join(self.names)}")

    def class_of(self, provider: Provider) -> ProviderClass:
        """The class of a provider that stands. Where no installed package offers it any more, one of that name that knows no address of its own."""
        try:
            return self.named(provider.provider_class)
        except InvalidValue:
            return ProviderClass(provider.provider_class)

    def address(self, provider: Provider) -> HttpUrl:
        """Where a provider that stands is asked; empty where it has no address."""
        return self.class_of(provider).address(provider)

    def default_class_for(self, slug: Slug) -> ProviderClass:
        """The class that ships for this vendor, else the generic one."""
        for known in self.classes:
            if known.slug == slug:
                return known
        return self.named(GENERIC_CLASS)
