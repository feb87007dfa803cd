"""What a model is for, and how that is known.

Four sources are asked in turn, and the first that says something decides: the vendor's own modalities, the vendor's task or type, the
metadata's modalities, and as the last resort the model's name. What is told as the reason is always the source that decided.
"""

import re
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache

from attrs import frozen

from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorModel
from modeldesk.domain.model.values.texts import CapabilityName

LANGUAGE, IMAGE, VIDEO, SPEECH, TRANSCRIPTION, EMBEDDING, RANKING, MODERATION, READING = (
    "language",
    "image",
    "video",
    "speech",
    "transcription",
    "embedding",
    "ranking",
    "moderation",
    "reading",
)
"""What a model is for. READING is text out of pictures and nothing else; SPEECH is sound of any kind that comes out."""

SERVED_BY: Mapping[str, frozenset[str]] = {
    "chat": frozenset({LANGUAGE}),
    "content": frozenset({LANGUAGE}),
    "text": frozenset({LANGUAGE}),
    "code": frozenset({LANGUAGE}),
    "image": frozenset({IMAGE}),
    "video": frozenset({VIDEO}),
    "audio": frozenset({SPEECH, TRANSCRIPTION}),
    "speech": frozenset({SPEECH}),
    "transcription": frozenset({TRANSCRIPTION}),
    "embedding": frozenset({EMBEDDING}),
    "embeddings": frozenset({EMBEDDING}),
    "rerank": frozenset({RANKING}),
    "moderation": frozenset({MODERATION}),
    "ocr": frozenset({READING}),
}
"""Which purposes serve a capability. A capability that is not here is served by every model: nobody but its declarer knows what it means."""


def capability_group(capability: CapabilityName) -> Hashable:
    """The same for capabilities that the same models serve, for the same reasons."""
    return SERVED_BY.get(capability, capability)


TASKS: Mapping[str, str | None] = {
    **dict.fromkeys(
        (
            "chat",
            "chat_completion",
            "chat-completion",
            "completion",
            "completion_chat",
            "completion_fim",
            "completions",
            "conversational",
            "generate",
            "language",
            "code",
            "llm",
            "text",
            "text generation",
            "text-generation",
            "text2text-generation",
            "image-text-to-text",
            "video-text-to-text",
            "audio-text-to-text",
            "any-to-any",
            "summarize",
        ),
        LANGUAGE,
    ),
    **dict.fromkeys(("image", "text-to-image", "image-to-image", "image-text-to-image", "unconditional-image-generation"), IMAGE),
    **dict.fromkeys(("video", "text-to-video", "image-to-video", "video-to-video"), VIDEO),
    **dict.fromkeys(("audio", "speech", "tts", "text-to-speech", "text-to-audio", "audio-to-audio", "audio_speech", "music"), SPEECH),
    **dict.fromkeys(
        (
            "asr",
            "stt",
            "transcribe",
            "transcription",
            "automatic-speech-recognition",
            "automatic speech recognition",
            "audio_transcription",
            "audio_transcription_realtime",
        ),
        TRANSCRIPTION,
    ),
    **dict.fromkeys(
        (
            "embed",
            "embed_image",
            "embedding",
            "embeddings",
            "embedcontent",
            "feature-extraction",
            "sentence-similarity",
            "text embeddings",
            "text-embeddings",
        ),
        EMBEDDING,
    ),
    **dict.fromkeys(("rerank", "text-ranking", "ranking"), RANKING),
    **dict.fromkeys(("moderation",), MODERATION),
    **dict.fromkeys(("ocr", "image-to-text", "document-question-answering"), READING),
    # Claimed by models of every kind, so that they say nothing: Gemini's methods (speech and image models list generateContent too),
    # and Cohere's classify, which its embedding models serve.
    **dict.fromkeys(
        (
            "generatecontent",
            "bidigeneratecontent",
            "batchgeneratecontent",
            "counttokens",
            "counttexttokens",
            "createcachedcontent",
            "createtunedmodel",
            "createtunedtextmodel",
            "asyncbatchembedcontent",
            "predict",
            "predictlongrunning",
            "inference",
            "fine_tune",
            "vision",
            "classify",
            "model",
        ),
        None,
    ),
}
"""Vendors' words for tasks and types, in lower case; None is a word that says nothing. A word that is not here is a task of its own."""

_EDGE, _END = r"(?:^|[^a-z0-9])", r"(?:[0-9.]*(?:[^a-z0-9]|$))"
_SURE, _LIKELY = (
    tuple((frozenset(purposes), re.compile(f"{_EDGE}({words}){_END}")) for purposes, words in table)
    for table in (
        (
            ((RANKING,), "rerank(?:er)?"),
            ((EMBEDDING,), "embed(?:ding|dings|qa|der)?"),
            ((MODERATION,), "moderation|[a-z0-9]*guard(?:ian)?|safeguard|shieldgemma|content-safety"),
            ((IMAGE,), "(?:chat)?gpt-image|dall-?e|imagen|stable-diffusion"),
        ),
        (
            ((EMBEDDING,), "bge(?:-m)?|gte|e5|nomic|minilm|ada-002"),
            ((MODERATION,), "safety"),
            ((TRANSCRIPTION,), "whisper|transcribe|transcription|asr|stt|parakeet|canary|scribe|nova-3|smart-turn"),
            ((SPEECH,), "[a-z]*tts|speech|voice|orpheus|kokoro|sonic|lyria|melotts|native-audio|realtime|live|bark|musicgen|aura"),
            ((VIDEO,), "sora|veo|kling|video|hailuo|seedance|wan|ltx|pixverse|vidu|runway|minimax-video"),
            (
                (IMAGE,),
                "image|flux|sdxl|sd|diffusion|recraft|ideogram|seedream|banana|hidream|kontext|dreamshaper|lucid-origin|phoenix",
            ),
            ((READING,), "ocr|parse"),
            ((LANGUAGE, SPEECH), "audio|omni"),
        ),
    )
)
"""What words in an id give away. A word counts as a whole, with a version number behind it or not.

The sure ones are believed also of what is taken for a language model: modalities cannot tell a reranker or a guard from one, and models.dev
has OpenAI's embedding and image models give text. The likely ones are the last resort.
"""


@frozen
class Purpose:
    """What a model is for, as far as is known, and how it is known. `purposes` None: nothing tells."""

    purposes: frozenset[str] | None
    known_by: str


@frozen
class Eligibility:
    """Whether a model is offered for a capability, and why in one line."""

    is_offered: bool
    reason: str


def classify(model: VendorModel, inputs: tuple[Modality, ...] | None, outputs: tuple[Modality, ...] | None) -> Purpose:
    """What the model is for. `inputs` and `outputs` are what the metadata says; the vendor's own stand in the model."""
    by_vendor = _by_modalities(model.inputs, model.outputs, "the vendor's modalities")
    found = by_vendor or _by_task(model.task) or _by_modalities(inputs, outputs, "the modalities at models.dev")
    if found is None:
        return _by_name(model.id, (*_SURE, *_LIKELY)) or Purpose(None, "nothing says what it is for")
    if found.purposes is not None and LANGUAGE in found.purposes and (closer := _narrowed(model)):
        return closer
    return found


def check_eligibility(use: Purpose, capability: CapabilityName) -> Eligibility:
    """Whether a model of that use is offered for a capability. One of which nothing is known is taken for a language model."""
    wanted = SERVED_BY.get(capability)
    if wanted is None:
        return _fit(True, f"no rule tells what {capability} needs, so that every model is offered")
    if use.purposes is None:
        is_taken = LANGUAGE in wanted
        return _fit(is_taken, f"{use.known_by}; it is taken for a language model")
    if use.purposes & wanted:
        return _fit(True, use.known_by)
    return _fit(False, f"for {', '.join(sorted(use.purposes))}, by {use.known_by}")


@lru_cache(maxsize=4096)
def _fit(is_offered: bool, reason: str) -> Eligibility:
    return Eligibility(is_offered, reason)


@lru_cache(maxsize=1024)
def _by_modalities(inputs: tuple[Modality, ...] | None, outputs: tuple[Modality, ...] | None, source: str) -> Purpose | None:
    if not outputs:
        return None
    given, taken = set(outputs), set(inputs) if inputs else {Modality.TEXT}
    purposes = {purpose for modality, purpose in _GIVEN.items() if modality in given}
    if Modality.TEXT in given and Modality.VECTOR not in given:  # what gives vectors is not talked with, whatever else is claimed of it
        purposes.add(LANGUAGE if Modality.TEXT in taken else TRANSCRIPTION if Modality.AUDIO in taken else READING)
    told = f"{source} ({_words(inputs) or 'not said'} → {_words(outputs)})"
    return Purpose(frozenset(purposes), told) if purposes else None


_GIVEN: Mapping[Modality, str] = {
    Modality.IMAGE: IMAGE,
    Modality.VIDEO: VIDEO,
    Modality.AUDIO: SPEECH,
    Modality.VECTOR: EMBEDDING,
    Modality.SCORE: RANKING,
}


@lru_cache(maxsize=1024)
def _by_task(task: str | None) -> Purpose | None:
    if not task:
        return None
    meant = [TASKS.get(word, word) for word in task.split(", ")]
    purposes = frozenset(purpose for purpose in meant if purpose is not None)
    return Purpose(purposes, f"the vendor's task ({task})") if purposes else None


def _by_name(model_id: str, patterns: Iterable[tuple[frozenset[str], re.Pattern[str]]]) -> Purpose | None:
    name = model_id.lower()
    for purposes, words in patterns:
        if found := words.search(name):
            return _named(purposes, found[1])
    return None


def _narrowed(model: VendorModel) -> Purpose | None:
    """What a model is, though its modalities are those of a language model: only its task or a sure word in its name tells it."""
    by_task = _by_task(model.task)
    if by_task is not None and by_task.purposes is not None and LANGUAGE not in by_task.purposes:
        return by_task
    return _by_name(model.id, _SURE)


@lru_cache(maxsize=1024)
def _named(purposes: frozenset[str], word: str) -> Purpose:
    return Purpose(purposes, f"its name ({word})")


def _words(modalities: Iterable[Modality] | None) -> str:
    return ", ".join(modality.value for modality in modalities or ())
