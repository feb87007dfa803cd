"""What a model is for, and by which source that is known."""

import pytest

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorModel
from tests.support.classified import AUDIO, FILE, IMAGE, SCORE, TALKERS, TEXT, VECTOR, VIDEO, model, offered, use


def test_the_vendors_modalities_go_before_everything() -> None:
    """Its task, the metadata and the name say otherwise, and are not asked."""
    said = model("whisper-image", inputs=(TEXT,), outputs=(VIDEO,), task="embedding")
    assert use(said, (TEXT,), (TEXT,)) == ({"video"}, Reason("known-by-vendor-modalities", inputs=("text",), outputs=("video",)))


def test_then_the_vendors_task() -> None:
    """The metadata and the name are not asked."""
    assert use(model("whisper-1", task="text-to-image"), (TEXT,), (TEXT,)) == ({"image"}, Reason("known-by-task", said="text-to-image"))


def test_then_the_metadata() -> None:
    """Before the name."""
    assert use(model("whisper-1"), (TEXT,), (IMAGE,)) == (
        {"image"},
        Reason("known-by-metadata-modalities", inputs=("text",), outputs=("image",)),
    )


def test_the_name_is_the_last_resort() -> None:
    """And where that says nothing either, that is said."""
    assert use(model("whisper-1")) == ({"transcription"}, Reason("known-by-name", said="whisper"))
    assert use(model("x-1")) == (None, Reason("purpose-unknown"))


@pytest.mark.parametrize("task", ["generatecontent", "generatecontent, counttokens", "predict", "", "model", None])
def test_a_task_that_says_nothing_asks_the_next(task: str | None) -> None:
    """Gemini's speech models claim `generateContent` too."""
    assert use(model("gemini-2.5-flash-preview-tts", task=task)) == ({"speech"}, Reason("known-by-name", said="tts"))
    assert use(model("gemini-9", task=task), (TEXT,), (TEXT,))[1] == Reason(
        "known-by-metadata-modalities", inputs=("text",), outputs=("text",)
    )


def test_of_several_tasks_those_that_say_something_count() -> None:
    """Each for itself."""
    assert use(model(task="chat, embed, generatecontent"))[0] == {"language", "embedding"}
    assert use(model(task="chat, serverless"))[1] == Reason("known-by-task", said="chat"), "the reason names the words that decided"
    assert use(model(task="translation"))[0] == {"translation"}, "a known task that serves no capability is a purpose of its own"


@pytest.mark.parametrize(
    ("inputs", "outputs", "purposes"),
    [
        ((TEXT,), (TEXT,), {"language"}),
        (None, (TEXT,), {"language"}),
        ((TEXT, IMAGE, FILE), (TEXT,), {"language"}),
        ((AUDIO, TEXT), (TEXT,), {"language"}),
        ((AUDIO,), (TEXT,), {"transcription"}),
        ((AUDIO, VIDEO), (TEXT,), {"transcription"}),
        ((IMAGE,), (TEXT,), {"reading"}),
        ((IMAGE, FILE), (TEXT,), {"reading"}),
        ((TEXT,), (IMAGE,), {"image"}),
        ((TEXT, IMAGE), (TEXT, IMAGE), {"language", "image"}),
        ((TEXT,), (AUDIO,), {"speech"}),
        ((TEXT, AUDIO), (TEXT, AUDIO), {"language", "speech"}),
        ((TEXT,), (VIDEO, AUDIO), {"video", "speech"}),
        ((TEXT,), (VECTOR,), {"embedding"}),
        ((TEXT,), (SCORE,), {"ranking"}),
    ],
)
def test_what_modalities_mean(inputs: tuple[Modality, ...] | None, outputs: tuple[Modality, ...], purposes: set[str]) -> None:
    """What comes out decides; what goes in tells who writes down, reads or talks."""
    assert use(model(inputs=inputs, outputs=outputs))[0] == purposes


@pytest.mark.parametrize(("inputs", "outputs"), [(None, None), ((TEXT,), None), ((TEXT,), ()), ((TEXT,), (FILE,))])
def test_modalities_that_say_nothing_of_what_comes_out(inputs: tuple[Modality, ...] | None, outputs: tuple[Modality, ...] | None) -> None:
    """Then the next source is asked."""
    assert use(model("flux-1", inputs=inputs, outputs=outputs)) == ({"image"}, Reason("known-by-name", said="flux"))


@pytest.mark.parametrize(
    ("said", "purpose", "known_by"),
    [
        (model("qwen3-reranker-8b", inputs=(TEXT,), outputs=(TEXT,)), "ranking", Reason("known-by-name", said="reranker")),
        (model("plain", inputs=(TEXT,), outputs=(TEXT,), task="rerank"), "ranking", Reason("known-by-task", said="rerank")),
        (model("llama-guard-4-12b", inputs=(TEXT, IMAGE), outputs=(TEXT,)), "moderation", Reason("known-by-name", said="guard")),
        (model("meta/llamaguard-7b", task="chat"), "moderation", Reason("known-by-name", said="llamaguard")),
        (model("gpt-oss-safeguard-20b", task="chat"), "moderation", Reason("known-by-name", said="safeguard")),
        (model("shieldgemma-9b", task="text-generation"), "moderation", Reason("known-by-name", said="shieldgemma")),
        (model("plain", inputs=(TEXT,), outputs=(TEXT,), task="moderation"), "moderation", Reason("known-by-task", said="moderation")),
    ],
)
def test_rerankers_and_guards_are_told_from_what_talks(said: VendorModel, purpose: str, known_by: Reason) -> None:
    """Both take text and give text, so that only task or name tell."""
    assert use(said) == ({purpose}, known_by)
    assert offered(said).isdisjoint(TALKERS)


def test_nothing_else_is_narrowed_by_its_name() -> None:
    """What surely talks is not made an embedding or a speech model by a word in its name."""
    for name in ("gpt-4o-audio-preview", "voice-of-reason", "e5-chat", "nova-lite", "whisper-talks"):
        assert use(model(name, inputs=(TEXT,), outputs=(TEXT,)))[0] == {"language"}


@pytest.mark.parametrize(
    ("name", "purposes"),
    [
        ("text-embedding-3-large", {"embedding"}),
        ("text-embedding-ada-002", {"embedding"}),
        ("baai/bge-m3", {"embedding"}),
        ("nomic-embed-text-v1.5", {"embedding"}),
        ("bge-reranker-v2-m3", {"ranking"}),
        ("omni-moderation-latest", {"moderation"}),
        ("dall-e-3", {"image"}),
        ("gpt-image-1", {"image"}),
        ("imagen-4.0-ultra-generate-001", {"image"}),
        ("black-forest-labs/FLUX.1-schnell", {"image"}),
        ("stable-diffusion-xl-base-1.0", {"image"}),
        ("veo-3.1-generate-preview", {"video"}),
        ("sora-2-pro", {"video"}),
        ("mistral-ocr-2505", {"reading"}),
        ("gpt-4o-audio-preview", {"language", "speech"}),
        ("gpt-realtime", {"speech"}),
        ("gpt-4o", {"language"}),
        ("claude-opus-4-5", {"language"}),
        ("deepseek-reasoner", {"language"}),
        ("command-r-plus", {"language"}),
        ("televideos", None),
        ("embedded-thoughts", None),
        ("oliveoil-7b", None),
        ("graphite-7b", None),
    ],
)
def test_names_give_away_what_models_are_for(name: str, purposes: set[str] | None) -> None:
    """Whole words, with a version behind them or not, in any case; part of a word says nothing."""
    assert use(model(name))[0] == purposes
    assert use(model(name.upper()))[0] == purposes


@pytest.mark.parametrize("word", ["vlm", "multimodal", "instruct", "reasoning", "serverless", "protein-folding", "base"])
def test_a_word_that_we_do_not_know_says_nothing(word: str) -> None:
    """Rather than hiding a model: the next source decides, and where there is none it is unverified."""
    assert use(model(task=word)) == (None, Reason("purpose-unknown"))
    assert use(model("whisper-1", task=word)) == ({"transcription"}, Reason("known-by-name", said="whisper"))
    assert use(model(task=word), (TEXT,), (IMAGE,))[0] == {"image"}


@pytest.mark.parametrize(
    "task", ["text-classification", "text classification", "classification", "feature-extraction", "token-classification"]
)
@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        ("BAAI/bge-reranker-v2-m3", "ranking"),
        ("bert-multilingual-passage-reranking-msmarco", "ranking"),
        ("meta-llama/Llama-Prompt-Guard-2-86M", "moderation"),
        ("KoalaAI/Text-Moderation", "moderation"),
        ("reward-model-deberta-v3", "scoring"),
    ],
)
def test_a_classifying_task_does_not_silence_a_telling_name(task: str, name: str, purpose: str) -> None:
    """Vendors list rerankers and guards as classifiers, or as embedding models. Other words do not tell there: a name may say `asr`."""
    assert use(model(name, task=task))[0] == {purpose}
    assert use(model("asr-question-detection", task="text-classification"))[0] == {"text-classification"}


@pytest.mark.parametrize(
    ("name", "purposes"),
    [
        ("baai/bge-m3", {"embedding"}),
        ("nv-embedcode-7b-v1", {"embedding"}),
        ("nvclip", {"embedding"}),
        ("aura-2-en", {"speech"}),
        ("nova-3", {"transcription"}),
        ("whisper-large-v3", {"transcription"}),
        ("gpt-4o-transcribe", {"transcription"}),
        ("llama-3.1-nemotron-70b-reward", {"scoring"}),
        ("M-Prometheus-7B", {"scoring"}),
        ("some-judge-8b", {"scoring"}),
        ("DeepSeek-OCR", {"reading"}),
        ("wan2.6-t2i", {"image"}),
        ("wan2.6-image", {"image"}),
    ],
)
def test_a_placeholder_does_not_beat_a_telling_name(name: str, purposes: set[str]) -> None:
    """Text in and text out is what many lists, and models.dev, say of everything; a task `chat` is no better."""
    placeholder = (TEXT,), (TEXT,)
    assert use(model(name, inputs=(TEXT,), outputs=(TEXT,)))[0] == purposes
    assert use(model(name, task="chat"))[0] == purposes
    assert use(model(name), *placeholder)[0] == purposes


@pytest.mark.parametrize(
    ("said", "purposes"),
    [
        (model("@cf/deepgram/flux", task="automatic speech recognition"), {"transcription"}),
        (model("deepgram/flux"), {"transcription"}),
        (model("black-forest-labs/FLUX-3", task="video"), {"video"}),
        (model("black-forest-labs/FLUX.1-schnell", task="chat"), {"image"}),
        (model("flux"), {"image"}),
        (model("Wan-AI/Wan2.2-T2V-A14B"), {"video"}),
        (model("Wan-AI/Wan2.6-image"), {"image"}),
        (model("amazon.nova-2-lite-v1:0"), {"language"}),
        (model("amazon.nova-2-sonic-v1:0", inputs=(AUDIO,), outputs=(AUDIO, TEXT)), {"speech"}),
        (model("lyria-3-clip-preview", inputs=(TEXT, IMAGE), outputs=(TEXT, AUDIO)), {"speech"}),
        (model("gpt-image-1.5", inputs=(TEXT, IMAGE), outputs=(TEXT, IMAGE)), {"image"}),
        (model("gpt-5-image", inputs=(TEXT, IMAGE), outputs=(TEXT, IMAGE)), {"language", "image"}),
        (model("gpt-4o-audio-preview-2024-12-17", task="chat_completion"), {"language", "speech"}),
        (model("gpt-audio", task="chat_completion"), {"language", "speech"}),
        (model("nemotron-3-nano-omni-30b", task="chat"), {"language"}),
        (model("baidu/ERNIE-4.5-VL-28B-A3B-PT", task="chat"), {"language"}),
        (model("GRM-2.6-Plus", task="chat"), {"language"}),
        (model("allan-watts-7b", task="chat"), {"language"}),
        (model("Reflection-Llama-3.1-70B"), {"language"}),
    ],
    ids=lambda said: said.id if isinstance(said, VendorModel) else "",
)
def test_words_that_mean_several_things(said: VendorModel, purposes: set[str]) -> None:
    """Flux also listens, nova also chats, and a music model lists text beside its audio."""
    assert use(said)[0] == purposes
