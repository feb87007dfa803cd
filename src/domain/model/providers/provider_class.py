"""Provider classes: the supported vendor APIs, by name."""

from enum import Enum

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, Provider, ProviderClassName
from modeldesk.domain.model.values.texts import HttpUrl, Slug
from modeldesk.domain.records import frozen
from modeldesk.domain.suggestions import nearest


class KeyRequirement(Enum):
    """How a vendor's list depends on a key.

    NEEDED: reading the list requires a key. OPTIONAL: a key may change the list. PUBLIC: the list is the same with and without a key.
    """

    NEEDED = "needed"
    OPTIONAL = "optional"
    PUBLIC = "public"


@frozen
class ProviderClass:
    """A supported vendor API. `slug` is the vendor that it ships for, None for the generic class. `api_base_url` is that vendor's URL.

    `fallback_url` is the URL of the list if neither the declaration nor the class has a base URL (Hugging Face's hub).
    """

    name: ProviderClassName
    slug: str | None = None
    api_base_url: HttpUrl = HttpUrl("")
    key_requirement: KeyRequirement = KeyRequirement.NEEDED
    fallback_url: HttpUrl = HttpUrl("")

    def base_url(self, provider: Provider) -> HttpUrl:
        """The base URL of this provider's API; empty if it has none."""
        return provider.api_base_url or self.fallback_url


@frozen
class ProviderClasses:
    """The table of provider classes. A declaration's `provider_class` is looked up here; it is never imported or executed."""

    classes: tuple[ProviderClass, ...]

    @property
    def names(self) -> list[str]:
        """The names of all classes."""
        return [provider_class.name for provider_class in self.classes]

    def find(self, text: str) -> ProviderClass:
        """The class of this name, in any letter case, with or without a dotted path before it. Raises InvalidValue listing all classes."""
        name = text.rpartition(".")[2].casefold()
        for provider_class in self.classes:
            if provider_class.name.casefold() == name:
                return provider_class
        raise InvalidValue(
            "provider-class-unknown", found=text, nearest=nearest(text.rpartition(".")[2], self.names), choices=list(self.names)
        )

    def class_of(self, provider: Provider) -> ProviderClass:
        """The class of a stored provider. If its package is not installed any more, a class of that name without a URL."""
        try:
            return self.find(provider.provider_class)
        except InvalidValue:
            return ProviderClass(provider.provider_class)

    def base_url(self, provider: Provider) -> HttpUrl:
        """The base URL of a stored provider's API; empty if it has none."""
        return self.class_of(provider).base_url(provider)

    def default_class_for(self, slug: Slug) -> ProviderClass:
        """The class that ships for this vendor, else the generic class."""
        for provider_class in self.classes:
            if provider_class.slug == slug:
                return provider_class
        return self.find(GENERIC_CLASS)
