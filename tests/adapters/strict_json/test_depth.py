"""How deep a document may be: the limit is exact, what lies deeper is not judged, and absurd depth is one problem."""

import pytest

from modeldesk.adapters.strict_json.text import Place, read_json
from modeldesk.domain.errors import Reason
from tests.support.counts import count
from tests.support.json_texts import at, broken, read, too_deep


@pytest.mark.parametrize(
    ("opening", "closing", "part"),
    [
        ("[", "]", 0),
        ('{"a":', "}", "a"),
        ('["[", ', "]", 1),
        ('["]", ', ', "["]', 1),
        ('["\\"]\\"", ', ', "\\"[\\""]', 1),
        ('{"\\"]": 1, "a":', "}", "a"),
    ],
)
@pytest.mark.parametrize("inner", ["1", "[]", "{}"])
def test_the_limit_of_depth_is_exact(opening: str, closing: str, part: str | int, inner: str) -> None:
    """32 containers within each other are read, the 33rd is a problem; brackets in texts are no containers."""
    for depth, wrong in ((31, False), (32, inner != "1"), (33, True), (900, True)):
        text = f"[{opening * (depth - 1)}{inner}{closing * (depth - 1)}, 7]"
        document = read(text)
        assert too_deep(document) is wrong
        assert document.root[-1] == 7  # type: ignore[index]
        if wrong:
            assert [problem.path for problem in document.problems] == [(0, *[part] * 31)]
            assert document.problems[0].place == document.places([(0, *[part] * 31)])[(0, *[part] * 31)]
            assert at(document.root, (0, *[part] * 31)) is None


def test_a_shallow_neighbour_hides_no_depth() -> None:
    """A list of 31 levels before one of 32, both within one more: the second is too deep, the first is not."""
    document = read(f"[{'[' * 31}{']' * 31}, {'[' * 32}{']' * 32}]")
    assert [problem.path for problem in document.problems] == [(1, *[0] * 31)]


def test_what_lies_deeper_is_not_judged() -> None:
    """Beyond the limit only brackets and quotes are heeded: no second complaint about what is refused anyway."""
    document = read("[" * 40 + '01 NaN "a\\\n]\\"["' + "]" * 40)
    assert [problem.reason for problem in document.problems] == [Reason("too-deep", most=32)]


@pytest.mark.parametrize("depth", [5_000, count(200_000, 1_000_000)])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]"), ('["\\"]", ', "]")])
def test_absurd_depth_is_one_problem_and_no_crash(opening: str, closing: str, depth: int) -> None:
    """What lies deeper is stepped over, so that the rest of the text is still read."""
    depth //= len(opening)
    document = read(f'{{"deep": {opening * depth}1{closing * depth}, "nan": NaN}}')
    assert [problem.reason for problem in document.problems] == [Reason("too-deep", most=32), Reason("json-not-a-number", word="NaN")]
    assert document.places([("nan",)])[("nan",)] == document.problems[1].place


def test_each_place_that_crosses_the_limit_is_a_problem() -> None:
    """A limit of the caller's is kept, and crossing it twice is two problems."""
    document = read_json(b'{"a": [[1]],\n "b": [2],\n "c": [{"x": {}}, []]}', most_depth=2)
    assert [(problem.path, problem.place) for problem in document.problems] == [
        (("a", 0), Place(1, 8)),
        (("c", 0), Place(3, 8)),
        (("c", 1), Place(3, 19)),
    ]
    assert document.root == {"a": [None], "b": [2], "c": [None, None]}
    assert document.places([("c", 0, "x")]) == {("c", 0, "x"): Place(3, 8)}


@pytest.mark.parametrize("text", ["[" * 5_000, "[" * 5_000 + '"', '{"a":' * 5_000, "[" * 40 + "]" * 39])
def test_depth_that_never_closes_is_broken(text: str) -> None:
    """The bracket that crossed the limit is named where no end of it is found, or the last that is still open."""
    assert "opener" in broken(text).problem.reason.facts
