"""Words in ids: each purpose by the first word that tells, whole words only."""

import pytest

from modeldesk.domain.model.catalogue.name_words import DISTINCTIVE, FAMILY, LIKELY, RATERS, SPOKEN, purpose_in_name
from modeldesk.domain.model.catalogue.purposes import SERVED_BY


def test_every_purpose_in_a_table_is_known() -> None:
    """A misspelt one would hide its models."""
    assert {purpose for purpose, _ in (*DISTINCTIVE, *LIKELY)} <= set().union(*SERVED_BY.values())
    assert DISTINCTIVE[: len(RATERS)] == RATERS, "raters come first: a bge-reranker is no embedding model"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Qwen3-Reranker-8B", ("ranking", "reranker")),
        ("nv-rerankqa-mistral-4b-v3", ("ranking", "rerankqa")),
        ("bge-base-en-v1.5", ("embedding", "bge-base")),
        ("whisper-base", ("transcription", "whisper")),
        ("stable-diffusion-xl-base-1.0", ("image", "stable-diffusion")),
        ("mistral-nemo-minitron-8b-base", ("completion", "base")),
        ("embedded-thoughts", None),
        ("whisper-talks", None),
        ("e5-chat", None),
        ("nova-lite", None),
        ("amazon.nova-2-5-sonic", ("speech", "nova-2-5-sonic")),
        ("kbase-7b", None),
    ],
)
def test_the_first_telling_word_decides(name: str, found: tuple[str, str] | None) -> None:
    """With the word itself, for the reason."""
    assert purpose_in_name(name, DISTINCTIVE) == found


@pytest.mark.parametrize(
    "name", ["gpt-5.4", "o3-mini", "codellama:7b", "gemma3n:latest", "llama3.1:8b", "Qwen2.5-VL", "x-7b-instruct", "gemma-3-4b-it"]
)
def test_families_of_chat_models(name: str) -> None:
    """Also where digits follow at once."""
    assert FAMILY.search(name.lower())


@pytest.mark.parametrize("name", ["graphite-7b", "o2-sensor", "writer", "splitit", "phineas"])
def test_part_of_a_word_is_no_family(name: str) -> None:
    """`phi` in `phineas`, `it` inside a word."""
    assert not FAMILY.search(name)


def test_models_that_also_speak() -> None:
    """By the word `audio` or `omni` in the right place."""
    assert SPOKEN.search("gpt-4o-mini-audio-preview")
    assert SPOKEN.search("qwen3-omni")
    assert not SPOKEN.search("nemotron-3-nano-omni-30b")
