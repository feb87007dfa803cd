"""Words in a model's id that indicate its purpose. Only a whole word counts, with or without a version number, in any case.

Distinctive words are reliable. They also apply to a model that its vendor or models.dev calls a language model: modalities do not distinguish a
reranker or a guard model from one, and many lists say text → text of every model. Likely words are the last resort, and after them come the
names of families of chat models.
"""

from collections.abc import Iterable

from modeldesk.domain.late_pattern import LatePattern
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

_EDGE, _END = r"(?:^|[^a-z0-9])", r"(?:[0-9.]*(?:[^a-z0-9]|$))"


def _words(*words: str) -> LatePattern:
    return LatePattern(f"{_EDGE}({'|'.join(words)}){_END}")


RATERS = (
    (RANKING, _words("[a-z]*rerank[a-z]*", "(?:llama|semantic)-rank(?:er)?", "cross-encoder")),
    (MODERATION, _words("moderation", "[a-z0-9]*guard(?:ian)?", "safeguard", "shieldgemma", "content-safety", "topic-control")),
    (SCORING, _words("[a-z]*reward(?:s|bench)?", "judge", "(?:armo)?rm", "prometheus")),
)
"""Models that rate or sort. Vendors list them as classifiers, as embedding models or as language models."""

DISTINCTIVE = (
    *RATERS,
    (
        EMBEDDING,
        _words(
            "[a-z]*embed(?!ded)[a-z]*",
            "nvclip|clip-vit",
            "bge-[a-z0-9]+",
            "(?:multilingual-)?e5-(?:large|base|small|mistral|v[0-9])",
            "gte-(?:large|base|small|tiny|multilingual|qwen[0-9]*|modernbert)",
            "(?:all|paraphrase|multi-qa)-(?:mini-?lm|mpnet)",
            "ada-002",
            "text-similarity",
            "(?:text|code)-search",
            "uae-large",
            "m2-bert",
            "voyage-(?:[0-9.]+|code|law|finance|multilingual|large|lite|context|multimodal)",
            "jina-(?:clip|colbert)",
            "nomic-ai",
        ),
    ),
    (
        TRANSCRIPTION,
        _words(
            "(?:distil-|faster-|realtime-)?whisper(?=$|[-_.:@ ]?(?:large|medium|small|base|tiny|turbo|v[0-9]|[0-9]))",
            "transcribe",
            "transcription",
            "speech-to-text",
            "[a-z]*asr",
            "stt",
            "parakeet",
            "canary-(?:[0-9]+b|qwen)",
            "nova-[0-9](?!-(?:[0-9]-)?(?:lite|micro|pro|premier|omni|sonic|canvas|reel|act)|[0-9.])",
            "deepgram/(?!aura)[a-z]+",
            "assemblyai/[a-z]+",
            "voxtral-mini-(?:transcribe-)?realtime",
            "scribe(?:[-_]v[0-9])?",
            "sensevoice",
        ),
    ),
    (
        SPEECH,
        _words(
            "(?!watts)[a-z]*tts",
            "text-to-speech",
            "aura-[0-9]",
            "aura-[a-z]+-en",
            "orpheus",
            "kokoro",
            "lyria",
            "native-audio",
            "sonic-[0-9]",
            "nova-(?:[0-9]-)*sonic",
            "gpt(?:-[0-9a-z.]+)*-realtime",
            "(?:melo|cosy|chatter)(?:voice|box)",
            "eleven(?:labs)?[-_](?:multilingual|turbo|flash|monolingual|music|v[0-9])",
            "stable-audio",
            "musicgen",
        ),
    ),
    (
        VIDEO,
        _words(
            "(?:aoai-)?sora(?=$|-[0-9])",
            "veo-?[0-9]",
            "t2v|i2v|ti2v|r2v|s2v|flf2v|v2v",
            "(?:text|image)-to-video",
            "kling",
            "hailuo",
            "seedance",
            "cogvideox?",
            "hunyuan-?video",
            "ltx-?video",
            "nova-reel",
            "cosmos-(?:predict|transfer)",
        ),
    ),
    (
        IMAGE,
        _words(
            "(?:chat)?gpt-image",
            "dall-?e",
            "imagen",
            "stable-(?:diffusion|image|cascade|creative|conservative|fast|outpaint|style)",
            "stablediffusion[a-z]*",
            "sdxl",
            "flux[-_.]?(?:[0-9.]+[-_ ]?)?(?:dev|schnell|pro|kontext|krea|redux|fill|canny|depth|klein|max|flex|ultra|lora)",
            "seedream",
            "ideogram",
            "recraft",
            "hidream",
            "qwen-image",
            "hunyuan-?image",
            "cogview",
            "kolors",
            "t2i|i2i",
            "text-to-image",
            "wanx?[0-9.]*-image",
            "nova-canvas",
        ),
    ),
    (READING, _words("[a-z]*ocr", "parser?", "document-ai", "nougat")),
    (
        COMPLETION,
        _words(
            "(?:text-|code-)?(?:davinci|babbage|curie|cushman)(?:-fine-tune)?",
            "text-ada|ada",
            "text-(?:bison|unicorn)",
            "j2-(?:light|mid|ultra|grande|jumbo)",
            "gpt-3\\.?5-turbo-instruct",
            "gemma[0-9a-z.-]*-pt",
            "mi[sx]tral-[0-9x]+b-v0\\.[0-9](?=$|:)",
            "llama-[0-9.]+-[0-9]+b-hf",
            "starcoder[0-9]*-[0-9]+b(?!-instruct)",
        ),
    ),
    (COMPLETION, LatePattern(f"^(?!.*(?:instruct|chat)).*?{_EDGE}(base|pretrain(?:ed)?){_END}")),
)
"""By purpose, the first match wins. A base model (`-base`) comes last, since a `bge-base` or a `whisper-base` is one too."""

LIKELY = (
    (EMBEDDING, _words("bge(?:-m)?", "gte", "e5", "nomic", "minilm", "sbert", "simcse", "bert")),
    (MODERATION, _words("safety")),
    (TRANSCRIPTION, _words("whisper", "canary", "scribe", "universal-(?:streaming|[0-9])")),
    (SPEECH, _words("speech", "voice", "sonic", "realtime", "live", "bark", "aura", "playai", "dia")),
    (
        IMAGE,
        _words(
            "[a-z]*image",
            "flux",
            "sd",
            "[a-z]*diffusion",
            "banana",
            "kontext",
            "dreamshaper",
            "lucid-origin",
            "phoenix",
            "midjourney",
            "dreamina",
            "juggernaut",
            "playground-v[0-9]",
            "ssd-1b",
        ),
    ),
    (
        VIDEO,
        _words(
            "sora",
            "veo",
            "[a-z]*video",
            "wan",
            "ltx",
            "pixverse",
            "vidu",
            "runway",
            "mochi",
            "minimax-video",
            "gen-?[34]",
            "ray",
            "minimax-h",
        ),
    ),
)
"""By purpose, for models of which nothing else is known."""

SPOKEN = _words("gpt(?:-[0-9a-z.]+)*-audio", "[a-z0-9]+-audio-preview", "qwen[0-9.]*-omni")
"""Language models that also speak, of which a vendor's task says only that they chat."""

SPOKEN_PURPOSES = frozenset({LANGUAGE, SPEECH})

_FAMILIES = (
    "(?:chat)?gpt|o[0-9](?=$|-(?:mini|pro|preview|deep|[0-9]))|codex|claude|gemini|[a-z]*gemma|learnlm|(?:code|tiny|open|med)*llama|mi[sx]tral|ministral"
    "|magistral|codestral|devstral|mathstral|pixtral|voxtral|qwen|qwq|qvq|deepseek|kimi|moonshot|glm|chatglm|yi|command|aya|c4ai|phi|granite|nemotron"
    "|grok|jamba|palmyra|sonar|nova-(?:lite|micro|pro|premier)|nova-[0-9]-(?:lite|micro|pro|premier)|titan-text|hermes|wizardlm|vicuna|zephyr|dolphin"
    "|olmo|falcon|solar|dbrx|ernie|hunyuan|doubao|minimax|mercury|sarvam|llava|internvl|gigachat|abab|mimo|internlm|baichuan|lfm|reka|inflection|arcee|cogito|apertus|smollm|openchat"
    "|starling|mythomax|euryale|lunaris|eurollm|swallow|bielik|exaone|hyperclova|seed-(?:oss|[0-9])|step-[0-9]|longcat|palm|chat-bison|compound|chat|instruct"
    "|it|thinking|reasoner|reasoning|coder"
)
FAMILY = LatePattern(f"(?:^|[^a-z])({_FAMILIES})(?![a-z])")
"""Families of chat models, and words for models that follow instructions."""


def purpose_in_name(model_id: str, table: Iterable[tuple[str, LatePattern]]) -> tuple[str, str] | None:
    """The purpose that the id indicates, and the word that does; None without one."""
    name = model_id.lower()
    for purpose, words in table:
        if found := words.search(name):
            return purpose, found[1]
    return None
