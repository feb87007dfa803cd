"""The text of OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from msgspec import Struct

from modeldesk.entrypoints.metrics.families import BUCKETS, FAMILIES, Family

MEDIA_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
SUFFIXES: Mapping[str, str] = {"counter": "_total", "info": "_info"}

_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", '"': '\\"'})


class Sample(Struct, frozen=True):
    """The values of one set of labels: one number, or those of a histogram."""

    family: Family
    labels: Sequence[str] = ()
    values: Sequence[float] = (1.0,)


def exposition(samples: Iterable[Sample]) -> str:
    """The whole text, family by family."""
    found = dict[str, list[Sample]]()
    for sample in samples:
        found.setdefault(sample.family.name, []).append(sample)
    lines = [line for family in FAMILIES if family.name in found for line in _family(family, found[family.name])]
    return "\n".join([*lines, "# EOF\n"])


def _family(family: Family, samples: Sequence[Sample]) -> Iterator[str]:
    yield f"# TYPE {family.name} {family.kind}"
    if family.unit:
        yield f"# UNIT {family.name} {family.unit}"
    yield f"# HELP {family.name} {family.meaning.translate(_ESCAPED)}"
    for sample in sorted(samples, key=lambda sample: tuple(sample.labels)):
        labels = [f"{name}={_quoted(value)}" for name, value in zip(family.labels, sample.labels, strict=True)]
        if family.kind == "histogram":
            yield from _histogram(family.name, labels, sample.values)
        else:
            yield f"{family.name}{SUFFIXES.get(family.kind, '')}{_braced(labels)} {_number(sample.values[0])}"


def _histogram(name: str, labels: Sequence[str], values: Sequence[float]) -> Iterator[str]:
    """The first value is the sum; the others count the buckets."""
    counts = list(accumulate(values[1:]))
    for bound, count in zip([*(str(bound) for bound in BUCKETS), "+Inf"], counts, strict=True):
        yield f"{name}_bucket{_braced([*labels, f'le={_quoted(bound)}'])} {_number(count)}"
    yield f"{name}_count{_braced(labels)} {_number(counts[-1])}"
    yield f"{name}_sum{_braced(labels)} {_number(values[0])}"


def _quoted(value: str) -> str:
    return '"' + value.translate(_ESCAPED) + '"'


def _braced(labels: Sequence[str]) -> str:
    return f"{{{','.join(labels)}}}" if labels else ""


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
