"""Texts are measured before they are normalized."""

import ast
import unicodedata
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.access.admin_names import admin_name_key
from modeldesk.domain.model.access.login_attempts import attempt_digests
from modeldesk.domain.model.access.password_policy import checked_password, nfc_password
from modeldesk.domain.model.catalogue.search import search_key
from modeldesk.domain.model.values import normalization, texts
from modeldesk.domain.model.values.normalization import LONGEST_UNCHECKED, MOST_MARKS, nfc, without_marks

SOURCE = Path(normalization.__file__).resolve().parents[3]
ACUTE, CEDILLA = "\u0301", "\u0327"
HOSTILE = "a" + "\u0315" * 30_000 + CEDILLA * 30_000
MARKED = st.text(st.sampled_from(f"aé{ACUTE}{CEDILLA}\u0315\u0344ก\u0e38"), max_size=2_000)


def cost(text: str) -> int:
    """Steps to bring marks into their order: the square of each run of them."""
    runs = (len(list(run)) for is_mark, run in groupby(text, lambda character: unicodedata.combining(character) != 0) if is_mark)
    return len(text) + sum(run * run for run in runs)


@pytest.fixture
def normalized(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that the standard library was given to normalize."""
    given_texts, normalize = list[str](), unicodedata.normalize

    def noted(form: str, text: str) -> str:
        given_texts.append(text)
        return normalize(form, text)  # type: ignore[arg-type] # a literal there

    monkeypatch.setattr(unicodedata, "normalize", noted)
    return given_texts


@pytest.mark.parametrize(
    "use",
    [
        texts.single_line_text,
        texts.multiline_text,
        texts.model_id,
        texts.slug,
        texts.http_url,
        lambda text: texts.addressed_name(text, 64),
        lambda text: checked_password(text, "sara"),
        nfc_password,
        admin_name_key,
        lambda text: attempt_digests(text, None),
        lambda text: nfc(text, 10_000),
    ],
)
def test_an_endless_text_is_refused_unread(normalized: list[str], use: "type[texts.single_line_text]") -> None:
    """Whatever is to be made of it: its length is known before any work on it begins."""
    with pytest.raises(InvalidValue):
        use(HOSTILE)
    assert normalized == []


@pytest.mark.parametrize("rule", [texts.single_line_text, texts.multiline_text])
def test_a_text_of_allowed_length_may_not_pile_up_marks(normalized: list[str], rule: "type[texts.single_line_text]") -> None:
    """The refusal says where; as many as any language needs are fine."""
    with pytest.raises(InvalidValue, match=f"too-many-marks: most={MOST_MARKS}, position=602"):
        rule("x" * 600 + "a" + "\u0315" * 4_000 + CEDILLA * 4_000)
    assert normalized == []
    assert rule(("a" + "\u0315" * MOST_MARKS) * 100)


@given(MARKED)
def test_normalizing_takes_linear_time(text: str) -> None:
    """Whatever passes: at most some steps for each character."""
    try:
        composed = nfc(text, 2_000)
    except InvalidValue:
        assert cost(text) > MOST_MARKS * len(text) / 2
        return
    assert composed == unicodedata.normalize("NFC", text)
    assert cost(text) <= max(LONGEST_UNCHECKED * LONGEST_UNCHECKED, (MOST_MARKS + 1) * len(text))


@given(MARKED)
def test_searching_drops_marks_before_they_cost_anything(text: str) -> None:
    """The result is that of dropping them afterwards."""
    after = "".join(character for character in unicodedata.normalize("NFKD", text) if not unicodedata.combining(character))
    assert without_marks(text) == after
    assert search_key(HOSTILE + "É") == "ae"


def test_one_file_normalizes() -> None:
    """Any other one could forget to measure."""
    users = set()
    for file in SOURCE.rglob("*.py"):
        if "unicodedata" not in (text := file.read_text(encoding="utf-8")):
            continue
        names = {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)}
        if {"normalize", "is_normalized"} & names:
            users.add(file.name)
    assert users == {"normalization.py"}
