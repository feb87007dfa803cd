"""The converters between values and JSON."""

from modeldesk.adapters.converter import checking_converter
from modeldesk.adapters.providers.registry import shipped_classes
from tests.support.fake_vendors import CLASSES


def test_a_table_of_classes_has_one_converter() -> None:
    """Containers share converters: each generates code for its types, which takes milliseconds."""
    assert checking_converter(shipped_classes()) is checking_converter(shipped_classes())


def test_another_table_has_another_one() -> None:
    """A converter knows only the class names of its own table."""
    assert checking_converter(CLASSES) is not checking_converter(shipped_classes())
