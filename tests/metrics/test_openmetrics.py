"""The text that monitoring reads, by the parser of another program."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from modeldesk.entrypoints.metrics.families import BUCKETS, FAMILIES, Family
from modeldesk.entrypoints.metrics.openmetrics import Sample, exposition

LABEL = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


def read(samples: list[Sample]) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(exposition(samples))}


def some_sample(family: Family, label: str = "x") -> Sample:
    values = [0.25, *map(float, range(len(BUCKETS) + 1))] if family.kind == "histogram" else [1.0]
    return Sample(family, [label] * len(family.labels), values)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_family_is_read_as_it_is_meant(family: Family) -> None:
    """With its type, unit and meaning."""
    found = read([some_sample(family)])[family.name]
    assert (found.type, found.unit, found.documentation) == (family.kind, family.unit, family.meaning)
    assert found.samples


@given(LABEL, st.floats(0, 1e15))
def test_labels_and_numbers_come_back_as_they_were(label: str, value: float) -> None:
    """Whatever a model is called."""
    family = next(family for family in FAMILIES if family.name == "modeldesk_list_age_seconds")
    [sample] = read([Sample(family, [label], [value])])[family.name].samples
    assert (sample.labels["provider"], sample.value) == (label, value)


def test_buckets_add_up() -> None:
    """Each holds those below it; the count is the last one's."""
    family = next(family for family in FAMILIES if family.kind == "histogram")
    counts = [1.0] * (len(BUCKETS) + 1)
    samples = read([Sample(family, ["/", "GET"], [2.5, *counts])])[family.name].samples
    assert [sample.value for sample in samples] == [*range(1, len(BUCKETS) + 2), len(BUCKETS) + 1, 2.5]
    assert samples[len(BUCKETS)].labels["le"] == "+Inf"


def test_samples_of_one_family_stand_together() -> None:
    """In whatever order they come: the format has it so."""
    first, second = FAMILIES[0], FAMILIES[2]
    mixed = [some_sample(first), some_sample(second), some_sample(first, "a")]
    text = exposition(mixed)
    assert text.count("# TYPE") == 2
    assert list(read(mixed)) == [first.name, second.name]
    assert text.endswith("# EOF\n")


def test_without_a_sample_nothing_is_said() -> None:
    """But that this is all."""
    assert exposition([]) == "# EOF\n"
