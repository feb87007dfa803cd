"""The table of provider classes, and the classes of installed packages beside it."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.adapters.providers.registry import shipped_classes, vendor_api
from modeldesk.adapters.providers.vendor_api import VendorApi
from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.providers.provider import ProviderClassName
from modeldesk.domain.model.providers.provider_class import KeyRequirement
from tests.support.installed_classes import forget_installed_classes

CONTRACT = [
    "OpenAIProvider",
    "AnthropicProvider",
    "GoogleProvider",
    "DeepSeekProvider",
    "CohereProvider",
    "OpenRouterProvider",
    "GroqProvider",
    "HuggingFaceProvider",
    "MistralProvider",
    "XAIProvider",
    "TogetherProvider",
    "FireworksProvider",
    "OllamaProvider",
    "AzureOpenAIProvider",
    "BedrockProvider",
    "GitHubModelsProvider",
    "CloudflareProvider",
    "OpenAICompatibleProvider",
]


@pytest.fixture(autouse=True)
def fresh_table() -> Iterator[None]:
    """Forgets what was found installed, before a test and after it."""
    forget_installed_classes()
    yield
    forget_installed_classes()


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, points: str, code: str = "", package: str = "acme") -> None:
    """Puts a distribution of that name into the folder and the folder on the path, as an installer leaves them."""
    metadata = folder / f"{package}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[modeldesk.providers]\n{points}\n")
    (folder / f"{package}_models.py").write_text(code)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, f"{package}_models", raising=False)


ACME = """
from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider


class AcmeProvider(OpenAICompatibleProvider):
    slug = "acme"
    api_base_url = "https://api.acme.example/v1"
"""


def test_the_table_is_the_contracts() -> None:
    """Every class of the contract, and no other, ships."""
    assert [known.name for known in shipped_classes().classes] == CONTRACT


@pytest.mark.parametrize("known", shipped_classes().classes, ids=lambda known: known.name)
def test_the_table_says_what_the_class_says(known: object) -> None:
    """Slug, address, use of a key and fallback address stand twice, so that no class need be imported to know them."""
    api = vendor_api(known.name)  # type: ignore[attr-defined]
    assert type(api).__name__ == known.name  # type: ignore[attr-defined]
    said = (api.slug, api.api_base_url, api.key_requirement, api.fallback_url)
    assert said == (known.slug, known.api_base_url, known.key_requirement, known.fallback_url)  # type: ignore[attr-defined]


def test_a_key_is_optional_where_the_list_is_public() -> None:
    """The same list for everybody, or another one with a key: of local servers, and of vendors that nobody here knows."""
    by_use = {use: {known.name for known in shipped_classes().classes if known.key_requirement is use} for use in KeyRequirement}
    assert by_use[KeyRequirement.PUBLIC] == {"OpenRouterProvider", "HuggingFaceProvider", "GitHubModelsProvider"}
    assert by_use[KeyRequirement.OPTIONAL] == {"OllamaProvider", "OpenAICompatibleProvider"}


def test_every_class_says_where_its_facts_are_from() -> None:
    """Each file names the vendor's page, each class says what its list holds."""
    for known in shipped_classes().classes:
        made = type(vendor_api(known.name))
        assert made.__doc__
        assert made.__doc__ != VendorApi.__doc__
        assert "https://" in (sys.modules[made.__module__].__doc__ or "") + made.__doc__, known.name


def test_reading_a_declaration_imports_no_provider_class() -> None:
    """Eighteen modules would be waited for at each start of a command."""
    code = (
        "import sys; from modeldesk.adapters.providers.registry import shipped_classes; shipped_classes().find('x.y.OpenAIProvider');"
        "print([name for name in sys.modules if name.startswith('modeldesk.adapters.providers.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['modeldesk.adapters.providers.vendor_api', 'modeldesk.adapters.providers.registry']"


def test_a_class_of_an_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is found by its name in any letter case, behind a dotted path too, and only then imported."""
    install(tmp_path, monkeypatch, "AcmeProvider = acme_models:AcmeProvider", ACME)
    classes = shipped_classes()
    assert classes.find("OpenAIProvider").name == "OpenAIProvider"
    assert "acme_models" not in sys.modules
    known = classes.find("some.old.path.acmeprovider")
    assert (known.name, known.slug, known.api_base_url) == ("AcmeProvider", "acme", "https://api.acme.example/v1")
    assert isinstance(vendor_api(known.name), OpenAICompatibleProvider)


def test_an_unknown_class_lists_the_installed_ones_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The names, without loading what is behind them."""
    install(tmp_path, monkeypatch, "AcmeProvider = acme_models:AcmeProvider", "raise RuntimeError")
    with pytest.raises(
        InvalidValue,
        match=r"provider-class-unknown: found='Nobody', .*choices=\('OpenAIProvider', .*, 'OpenAICompatibleProvider', 'AcmeProvider'\)",
    ):
        shipped_classes().find("Nobody")


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ("AcmeProvider = nowhere_at_all:AcmeProvider", ""),
        ("AcmeProvider = acme_models:AcmeProvider", ""),
        ("AcmeProvider = acme_models:AcmeProvider", "raise RuntimeError('no')"),
        ("AcmeProvider = acme_models:AcmeProvider", "raise SystemExit(3)"),
        ("AcmeProvider = acme_models:AcmeProvider", "class AcmeProvider: pass"),
        ("AcmeProvider = acme_models:AcmeProvider", "AcmeProvider = 5"),
        (
            "AcmeProvider = acme_models:AcmeProvider",
            "class AcmeProvider: slug, api_base_url, fallback_url, key_requirement = 'acme', '', '', 'needed'",
        ),
        ("AcmeProvider = acme_models:AcmeProvider", ACME.replace("https", "ftp")),
        ("AcmeProvider = acme_models:AcmeProvider", ACME + "    def __init__(self): raise OSError\n"),
    ],
)
def test_a_broken_package_costs_its_own_class_alone(
    points: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged; the class counts as unknown, and the others are there."""
    install(tmp_path, monkeypatch, points, code)
    with pytest.raises(InvalidValue), caplog.at_level(logging.WARNING):
        shipped_classes().find("AcmeProvider")
    assert "the provider class AcmeProvider" in caplog.text
    assert vendor_api(ProviderClassName("OpenAIProvider"))


def test_a_shipped_class_goes_before_an_installed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In whatever letter case; the clash is logged once a class is wanted, and the stranger's module stays unimported."""
    install(tmp_path, monkeypatch, "openaiprovider = acme_models:AcmeProvider", ACME)
    with caplog.at_level(logging.WARNING):
        assert vendor_api(ProviderClassName("OpenAIProvider")).slug == "openai"
    assert shipped_classes().find("openaiprovider").slug == "openai"
    assert "the provider class openaiprovider of an installed package is not used" in caplog.text
    assert "acme_models" not in sys.modules


def test_two_packages_with_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """The same one is used whatever order the packages were installed in, and it is logged which."""
    install(tmp_path, monkeypatch, "AcmeProvider = zzz_models:AcmeProvider", ACME, "zzz")
    install(tmp_path, monkeypatch, "AcmeProvider = acme_models:AcmeProvider", ACME)
    with caplog.at_level(logging.WARNING):
        assert shipped_classes().find("AcmeProvider").slug == "acme"
    assert "offered by several installed packages; acme_models:AcmeProvider is used" in caplog.text
    assert "zzz_models" not in sys.modules


def test_nothing_that_a_declaration_names_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that exists and is named by its whole path stays unimported: only names of entry points count."""
    install(tmp_path, monkeypatch, "AcmeProvider = acme_models:AcmeProvider", ACME)
    for text in ("acme_models:AcmeProvider", "acme_models", "os.system", "acme_models.Other"):
        with pytest.raises(InvalidValue):
            shipped_classes().find(text)
    assert "acme_models" not in sys.modules
