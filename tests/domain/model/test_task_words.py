"""The words that vendors use for tasks: which purpose each names, and which say nothing."""

import pytest

from modeldesk.domain.model.catalogue.purposes import SERVED_BY
from modeldesk.domain.model.catalogue.task_words import OTHER_TASKS, TASKS, abilities, purpose_of_task


def test_every_purpose_is_served_somewhere() -> None:
    """A task that leads to a purpose that no capability is served by would hide its models for ever."""
    assert set(TASKS.values()) <= set().union(*SERVED_BY.values())


def test_words_are_written_in_one_way() -> None:
    """Lower case with hyphens, and a word stands in one table."""
    assert all(word == word.lower() and " " not in word and "_" not in word for word in (*TASKS, *OTHER_TASKS))
    assert not OTHER_TASKS & TASKS.keys()


@pytest.mark.parametrize("word", ["text-to-image", "Text To Image", "text_to_image", " TEXT-TO-IMAGE "])
def test_one_task_in_many_spellings(word: str) -> None:
    """Vendors write it with hyphens, blanks and underscores."""
    assert purpose_of_task(word) == "image"


@pytest.mark.parametrize("word", ["", "vlm", "generateContent", "predict", "model", "serverless", "fine-tune"])
def test_a_word_without_information(word: str) -> None:
    """It names no purpose, so another source decides."""
    assert purpose_of_task(word) is None


def test_abilities_that_name_a_task() -> None:
    """In a list of abilities `image` means that a model reads images, and `completion` that it converses."""
    assert abilities(["chat", "image", "audio", "completion", "tools", "Embeddings", "text-to-speech"]) == [
        "chat",
        "Embeddings",
        "text-to-speech",
    ]
