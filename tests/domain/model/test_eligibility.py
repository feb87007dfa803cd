"""For which capability a model is offered, and the reason that is given."""

import pytest

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.classification import Eligibility, Purpose, check_eligibility, classify
from modeldesk.domain.model.catalogue.vendor_list import VendorModel
from modeldesk.domain.model.values.texts import CapabilityName
from tests.support.classified import AUDIO, IMAGE, TALKERS, TEXT, VECTOR, WRITERS, model, offered

CHAT = CapabilityName("chat")


SPEECH = [
    model("gemini-2.5-flash-preview-tts", task="generatecontent, counttokens"),
    model("gemini-2.5-pro-preview-tts", inputs=(TEXT,), outputs=(AUDIO,), task="chat"),
    model("tts-1"),
    model("tts-1-hd"),
    model("gpt-4o-mini-tts"),
    model("playai-tts-arabic"),
    model("canopylabs/orpheus-v1-english"),
    model("hexgrad/Kokoro-82M"),
    model("cartesia/sonic-2"),
    model("lyria-002", task="predict"),
    model("x", task="text-to-speech"),
    model("x", task="tts"),
    model("whisper-large-v3"),
    model("gpt-4o-transcribe"),
    model("x", task="automatic-speech-recognition"),
    model("x", inputs=(AUDIO,), outputs=(TEXT,)),
]


@pytest.mark.parametrize("said", SPEECH, ids=lambda said: f"{said.id} {said.task or ''}")
def test_what_speaks_or_listens_is_never_offered_for_chat(said: VendorModel) -> None:
    """Whatever else the vendor claims of it; it is offered for audio."""
    assert "audio" in offered(said)
    assert offered(said).isdisjoint(TALKERS)


@pytest.mark.parametrize(
    "said",
    [
        model("davinci-002"),
        model("gpt-3.5-turbo-instruct"),
        model("gpt-35-turbo-instruct-0914", task="completion"),
        model("gpt-3.5-turbo-instruct", inputs=(TEXT,), outputs=(TEXT,)),
        model("x", task="completion"),
        model("x", task="completion_fim"),
        model("text-bison-001", task="generatetext, counttexttokens"),
        model("deepseek-v3-base:free", inputs=(TEXT,), outputs=(TEXT,)),
        model("gemma-3-27b-pt", task="chat"),
        model("Mixtral-8x7B-v0.1", task="text-generation"),
        model("starcoder2-15b"),
    ],
    ids=lambda said: f"{said.id} {said.task or ''}",
)
def test_a_model_that_only_completes_is_for_content_not_for_chat(said: VendorModel) -> None:
    """Whatever a placeholder claims of it: base models know no messages."""
    assert offered(said) == WRITERS


@pytest.mark.parametrize(
    "said", ["Mistral-7B-v0.1-flashback", "Mistral-Nemo-Base-2407-chatml", "starcoder2-15b-instruct", "command-base-chat"]
)
def test_a_tuned_base_model_chats(said: str) -> None:
    """It bears the name of its base, and a word for what it learned."""
    assert offered(model(said, task="chat")) == TALKERS


def test_what_nothing_is_known_of_is_taken_for_a_language_model() -> None:
    """Most are; and the reason says that it was taken for one."""
    assert offered(model("x-1")) == TALKERS
    unknown = classify(model("x-1"), None, None)
    assert check_eligibility(unknown, CHAT) == Eligibility(True, Reason("purpose-unknown"))
    assert check_eligibility(unknown, CapabilityName("image")) == Eligibility(False, Reason("purpose-unknown"))


def test_the_reason_is_the_source_that_decided() -> None:
    """Of what is left out it says also what it is for."""
    drawer = classify(model("flux-1", task="text-to-image"), None, None)
    assert check_eligibility(drawer, CapabilityName("image")) == Eligibility(True, Reason("known-by-task", said="text-to-image"))
    assert check_eligibility(drawer, CHAT) == Eligibility(
        False, Reason("other-purpose", purposes=("image",), reason=Reason("known-by-task", said="text-to-image"))
    )
    both = Purpose(frozenset({"speech", "image"}), Reason("declared"))
    assert check_eligibility(both, CHAT) == Eligibility(
        False, Reason("other-purpose", purposes=("image", "speech"), reason=Reason("declared"))
    )


@pytest.mark.parametrize("capability", ["poetry", "vision", "reasoning"])
@pytest.mark.parametrize("said", [model("x-1"), model("tts-1"), model(outputs=(VECTOR,))], ids=lambda said: said.id)
def test_a_capability_that_we_do_not_know_is_offered_everything(capability: str, said: VendorModel) -> None:
    """Nobody but its declarer knows what it means, and the reason says so."""
    fit = check_eligibility(classify(said, None, None), CapabilityName(capability))
    assert fit == Eligibility(True, Reason("capability-without-rule", capability=capability))


def test_several_may_be_offered_for_several() -> None:
    """One that talks and draws stands in both lists."""
    assert offered(model(outputs=(TEXT, IMAGE))) == TALKERS | {"image"}
