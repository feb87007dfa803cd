"""The words that vendors use for a model's task or type, and the purpose that each names."""

from collections.abc import Iterable, Mapping

from modeldesk.domain.model.catalogue.purposes import (
    COMPLETION,
    EMBEDDING,
    IMAGE,
    LANGUAGE,
    MODERATION,
    RANKING,
    READING,
    SCORING,
    SPEECH,
    TRANSCRIPTION,
    VIDEO,
)

TASKS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "chat",
            "chat-completion",
            "chat-completions",
            "completion-chat",
            "conversational",
            "generatemessage",
            "language",
            "code",
            "llm",
            "text",
            "text-generation",
            "image-text-to-text",
            "video-text-to-text",
            "audio-text-to-text",
            "any-to-any",
            "responses",
            "summarize",
        ),
        LANGUAGE,
    ),
    **dict.fromkeys(
        ("completion", "completions", "completion-fim", "fim", "generate", "generatetext", "text-completion", "text2text-generation"),
        COMPLETION,
    ),
    **dict.fromkeys(
        (
            "image",
            "image-edit",
            "image-editing",
            "image-generation",
            "image-text-to-image",
            "image-to-image",
            "img2img",
            "inpainting",
            "outpainting",
            "text-to-image",
            "text2image",
            "txt2img",
            "unconditional-image-generation",
        ),
        IMAGE,
    ),
    **dict.fromkeys(
        (
            "video",
            "video-generation",
            "image-text-to-video",
            "image-to-video",
            "img2video",
            "text-to-video",
            "text2video",
            "video-to-video",
        ),
        VIDEO,
    ),
    **dict.fromkeys(
        (
            "audio",
            "audio-generation",
            "audio-speech",
            "audio-to-audio",
            "music",
            "music-generation",
            "realtime",
            "speech",
            "speech-synthesis",
            "speech-to-speech",
            "text-to-audio",
            "text-to-music",
            "text-to-speech",
            "text2speech",
            "tts",
            "voice",
        ),
        SPEECH,
    ),
    **dict.fromkeys(
        (
            "asr",
            "audio-to-text",
            "audio-transcription",
            "audio-transcription-realtime",
            "automatic-speech-recognition",
            "speech-recognition",
            "speech-to-text",
            "speech2text",
            "stt",
            "transcribe",
            "transcription",
            "transcriptions",
        ),
        TRANSCRIPTION,
    ),
    **dict.fromkeys(
        (
            "embed",
            "embed-image",
            "embedcontent",
            "embedder",
            "embedding",
            "embeddings",
            "embedtext",
            "feature-extraction",
            "image-embedding",
            "multimodal-embedding",
            "multimodal-embeddings",
            "sentence-similarity",
            "text-embedding",
            "text-embeddings",
            "visual-document-retrieval",
        ),
        EMBEDDING,
    ),
    **dict.fromkeys(("rank", "ranker", "ranking", "rerank", "reranker", "rerankers", "reranking", "text-ranking", "text-rerank"), RANKING),
    **dict.fromkeys(("content-moderation", "guard", "guardrail", "guardrails", "moderation", "moderations"), MODERATION),
    **dict.fromkeys(("judge", "reward", "reward-model", "reward-modeling"), SCORING),
    **dict.fromkeys(("ocr", "image-to-text", "document-question-answering"), READING),
}
"""By task, in lower case with hyphens. A word that is missing here and below carries no information: another source decides."""

OTHER_TASKS = frozenset(
    {
        "audio-classification",
        "classification",
        "depth-estimation",
        "dumb-pipe",
        "fill-mask",
        "generateanswer",
        "graph-ml",
        "image-classification",
        "image-feature-extraction",
        "image-segmentation",
        "image-to-3d",
        "keypoint-detection",
        "keypoint-matching",
        "mask-generation",
        "object-detection",
        "question-answering",
        "reinforcement-learning",
        "robotics",
        "summarization",
        "table-question-answering",
        "tabular-classification",
        "tabular-regression",
        "text-classification",
        "text-to-3d",
        "time-series-forecasting",
        "token-classification",
        "translation",
        "video-classification",
        "visual-question-answering",
        "voice-activity-detection",
        "zero-shot-classification",
        "zero-shot-image-classification",
        "zero-shot-object-detection",
    }
)
"""Tasks that are a purpose of their own, which serves no known capability: those of Hugging Face (https://huggingface.co/tasks), and the like."""

_VAGUE = "audio code completion completions generate image language music realtime rank speech summarize text video voice"
ABILITIES = frozenset(TASKS) - frozenset(_VAGUE.split())
"""Tasks that also say something in a list of abilities. There, `image` may mean that a model reads images, and llama.cpp and Ollama call
conversation `completion`."""


def purpose_of_task(word: str) -> str | None:
    """The purpose that one word names; None if it carries no information (`vlm`, `serverless`, `generateContent`)."""
    normal = normal_word(word)
    return normal if normal in OTHER_TASKS else TASKS.get(normal)


def abilities(words: Iterable[str]) -> list[str]:
    """The words that name a task, out of a vendor's list of abilities."""
    return [word for word in words if normal_word(word) in ABILITIES]


def normal_word(word: str) -> str:
    """Lower case with hyphens: vendors write `text-to-image`, `Text To Image` and `text_to_image`."""
    return word.strip().lower().replace("_", "-").replace(" ", "-")
