"""Classification: what a model is for.

Four sources are consulted in this order, and the first with an answer decides: the vendor's modalities, the vendor's task or type, the
metadata's modalities, and finally the model's name. The reason names the source that decided.
"""

import re
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache

from attrs import frozen

from modeldesk.domain.errors import Reason
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
"""The purposes of models. READING extracts text from images and does nothing else. SPEECH is any audio output."""

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
"""The purposes that serve a capability. Every model serves a capability that is missing here, since only its declarer knows what it means."""


def capability_group(capability: CapabilityName) -> Hashable:
    """A key that is equal for capabilities that the same models serve for the same reasons."""
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
    # Models of every kind list these, so they carry no information: Gemini's methods (speech and image models list generateContent too), and
    # Cohere's classify, which its embedding models serve.
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
"""Vendors' words for tasks and types, in lower case. None marks a word without information. A word that is missing here is its own task."""

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
"""Words in a model's id that indicate its purpose. Only a whole word counts, with or without a version number.

The sure words also apply to a model classified as a language model: modalities do not distinguish a reranker or a guard model from one, and
models.dev lists text as the output of OpenAI's embedding and image models. The likely words are the last resort.
"""


@frozen
class Purpose:
    """What a model is for, and the source of that. `purposes` None means unknown."""

    purposes: frozenset[str] | None
    source: Reason


@frozen
class Eligibility:
    """Whether a model is offered for a capability, and why."""

    is_offered: bool
    reason: Reason


def classify(model: VendorModel, inputs: tuple[Modality, ...] | None, outputs: tuple[Modality, ...] | None) -> Purpose:
    """What the model is for. `inputs` and `outputs` are the metadata's modalities; `model` holds the vendor's."""
    by_vendor = _by_modalities(model.inputs, model.outputs, is_by_vendor=True)
    found = by_vendor or _by_task(model.task) or _by_modalities(inputs, outputs, is_by_vendor=False)
    if found is None:
        return _by_name(model.id, (*_SURE, *_LIKELY)) or Purpose(None, Reason("purpose-unknown"))
    if found.purposes is not None and LANGUAGE in found.purposes and (special := _special_purpose(model)):
        return special
    return found


def check_eligibility(purpose: Purpose, capability: CapabilityName) -> Eligibility:
    """Whether a model of this purpose is offered for a capability. A model of unknown purpose counts as a language model."""
    accepted = SERVED_BY.get(capability)
    if accepted is None:
        return _eligibility(True, Reason("capability-without-rule", capability=capability))
    if purpose.purposes is None:
        return _eligibility(LANGUAGE in accepted, purpose.source)
    if purpose.purposes & accepted:
        return _eligibility(True, purpose.source)
    return _not_eligible(purpose)


@lru_cache(maxsize=4096)
def _not_eligible(purpose: Purpose) -> Eligibility:
    """One object for all models that are left out alike: a catalogue holds thousands of them."""
    return Eligibility(False, Reason("other-purpose", purposes=sorted(purpose.purposes or ()), reason=purpose.source))


@lru_cache(maxsize=4096)
def _eligibility(is_offered: bool, reason: Reason) -> Eligibility:
    return Eligibility(is_offered, reason)


@lru_cache(maxsize=1024)
def _by_modalities(inputs: tuple[Modality, ...] | None, outputs: tuple[Modality, ...] | None, *, is_by_vendor: bool) -> Purpose | None:
    if not outputs:
        return None
    produced, accepted = set(outputs), set(inputs) if inputs else {Modality.TEXT}
    purposes = {purpose for modality, purpose in _PURPOSE_OF_OUTPUT.items() if modality in produced}
    if Modality.TEXT in produced and Modality.VECTOR not in produced:  # an embedding model is no language model, whatever else is listed
        purposes.add(LANGUAGE if Modality.TEXT in accepted else TRANSCRIPTION if Modality.AUDIO in accepted else READING)
    if not purposes:
        return None
    if is_by_vendor:
        return Purpose(frozenset(purposes), Reason("known-by-vendor-modalities", inputs=_words(inputs), outputs=_words(outputs)))
    return Purpose(frozenset(purposes), Reason("known-by-metadata-modalities", inputs=_words(inputs), outputs=_words(outputs)))


_PURPOSE_OF_OUTPUT: Mapping[Modality, str] = {
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
    found = [TASKS.get(word, word) for word in task.split(", ")]
    purposes = frozenset(purpose for purpose in found if purpose is not None)
    return Purpose(purposes, Reason("known-by-task", said=task)) if purposes else None


def _by_name(model_id: str, patterns: Iterable[tuple[frozenset[str], re.Pattern[str]]]) -> Purpose | None:
    name = model_id.lower()
    for purposes, words in patterns:
        if found := words.search(name):
            return _purpose_by_name(purposes, found[1])
    return None


def _special_purpose(model: VendorModel) -> Purpose | None:
    """The purpose of a model with the modalities of a language model, if its task or a sure word in its name gives another one."""
    by_task = _by_task(model.task)
    if by_task is not None and by_task.purposes is not None and LANGUAGE not in by_task.purposes:
        return by_task
    return _by_name(model.id, _SURE)


@lru_cache(maxsize=1024)
def _purpose_by_name(purposes: frozenset[str], word: str) -> Purpose:
    return Purpose(purposes, Reason("known-by-name", said=word))


def _words(modalities: Iterable[Modality] | None) -> tuple[str, ...]:
    return tuple(modality.value for modality in modalities or ())
