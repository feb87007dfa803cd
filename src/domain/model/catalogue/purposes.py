"""Purposes: what models are for, and which of them serve a capability."""

from collections.abc import Hashable, Mapping

from modeldesk.domain.model.values.texts import CapabilityName

LANGUAGE, COMPLETION, IMAGE, VIDEO, SPEECH, TRANSCRIPTION, EMBEDDING, RANKING, MODERATION, SCORING, READING = (
    "language",
    "completion",
    "image",
    "video",
    "speech",
    "transcription",
    "embedding",
    "ranking",
    "moderation",
    "scoring",
    "reading",
)
"""The purposes of models. LANGUAGE holds a conversation; COMPLETION continues a text and knows no messages (base models). SPEECH is any audio
output. READING extracts text from images and does nothing else. SCORING rates the answers of other models."""

SERVED_BY: Mapping[str, frozenset[str]] = {
    "chat": frozenset({LANGUAGE}),
    "content": frozenset({LANGUAGE, COMPLETION}),
    "text": frozenset({LANGUAGE, COMPLETION}),
    "code": frozenset({LANGUAGE, COMPLETION}),
    "image": frozenset({IMAGE}),
    "video": frozenset({VIDEO}),
    "audio": frozenset({SPEECH, TRANSCRIPTION}),
    "speech": frozenset({SPEECH}),
    "transcription": frozenset({TRANSCRIPTION}),
    "embedding": frozenset({EMBEDDING}),
    "embeddings": frozenset({EMBEDDING}),
    "rerank": frozenset({RANKING}),
    "moderation": frozenset({MODERATION}),
    "reward": frozenset({SCORING}),
    "ocr": frozenset({READING}),
}
"""The purposes that serve a capability. Every model serves a capability that is missing here, since only its declarer knows what it means."""


def capability_group(capability: CapabilityName) -> Hashable:
    """A key that is equal for capabilities that the same models serve for the same reasons."""
    return SERVED_BY.get(capability, capability)
