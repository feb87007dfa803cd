"""Classification: what a model is for.

Four sources are consulted in this order, and the first with an answer decides: the vendor's modalities, the vendor's task or type, the
metadata's modalities, and finally the model's name. An answer that says no more than "text in, text out" yields to a clearer one: a task,
or a distinctive word in the name. The reason names the source that decided.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.name_words import DISTINCTIVE, FAMILY, LIKELY, RATERS, SPOKEN, SPOKEN_PURPOSES, purpose_in_name
from modeldesk.domain.model.catalogue.purposes import (
    COMPLETION,
    EMBEDDING,
    IMAGE,
    LANGUAGE,
    RANKING,
    READING,
    SERVED_BY,
    SPEECH,
    TRANSCRIPTION,
    VIDEO,
)
from modeldesk.domain.model.catalogue.task_words import OTHER_TASKS, purpose_of_task
from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorModel
from modeldesk.domain.model.values.texts import CapabilityName
from modeldesk.domain.records import frozen

UNVERIFIED = Reason("purpose-unknown")
"""Why a model is offered of which nothing says what it is for."""

_TEXT_ONLY = frozenset({LANGUAGE, COMPLETION})
"""The purposes that a placeholder claims: many lists say text → text, or chat, of every model."""

_RATED = frozenset({*OTHER_TASKS, EMBEDDING, *_TEXT_ONLY})
"""What rerankers, guards and reward models are listed as."""


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
    by_modalities, by_task = _by_modalities(model.inputs, model.outputs, is_by_vendor=True), _by_task(model.task)
    if by_modalities is not None:
        return _narrowed(model, by_modalities, by_task)
    if by_task is not None:
        return _narrowed(model, _speaking(model, by_task), None)
    if (by_metadata := _by_modalities(inputs, outputs, is_by_vendor=False)) is not None:
        return _narrowed(model, by_metadata, None)
    return _by_name(model) or Purpose(None, UNVERIFIED)


def check_eligibility(purpose: Purpose, capability: CapabilityName) -> Eligibility:
    """Whether a model of this purpose is offered for a capability. A model of unknown purpose is offered as a language model, unverified."""
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


def _narrowed(model: VendorModel, found: Purpose, by_task: Purpose | None) -> Purpose:
    """The purpose that was found, or a clearer one: of the task beside the modalities, or of a word in the name.

    Only rerankers, guards and reward models are distinguished by name from classifiers and embedding models. A music model that lists text beside its
    audio makes music.
    """
    claimed = found.purposes or frozenset()
    if by_task is not None and by_task.purposes is not None and claimed <= _TEXT_ONLY and not by_task.purposes & {LANGUAGE}:
        return _narrowed(model, by_task, None)
    if claimed <= _RATED and (rater := purpose_in_name(model.id, RATERS)) is not None:
        return _known_by_name(*rater)
    if LANGUAGE not in claimed and not claimed <= _TEXT_ONLY:
        return found
    by_name = purpose_in_name(model.id, DISTINCTIVE)
    return _known_by_name(*by_name) if by_name is not None and (claimed <= _TEXT_ONLY or by_name[0] in claimed) else found


@lru_cache(maxsize=1024)
def _by_modalities(inputs: tuple[Modality, ...] | None, outputs: tuple[Modality, ...] | None, *, is_by_vendor: bool) -> Purpose | None:
    if not outputs:
        return None
    produced, accepted = set(outputs), set(inputs) if inputs else {Modality.TEXT}
    purposes = {purpose for modality, purpose in _PURPOSE_OF_OUTPUT.items() if modality in produced}
    if Modality.TEXT in produced and Modality.VECTOR not in produced:  # an embedding model is no language model, whatever else is listed
        purposes.update(_purposes_of_text(produced, accepted))
    if not purposes:
        return None
    if is_by_vendor:
        return Purpose(frozenset(purposes), Reason("known-by-vendor-modalities", inputs=_words(inputs), outputs=_words(outputs)))
    return Purpose(frozenset(purposes), Reason("known-by-metadata-modalities", inputs=_words(inputs), outputs=_words(outputs)))


def _purposes_of_text(produced: set[Modality], accepted: set[Modality]) -> set[str]:
    if Modality.TEXT in accepted:
        return {LANGUAGE}
    if Modality.AUDIO in accepted:
        return set() if Modality.AUDIO in produced else {TRANSCRIPTION}  # speech to speech gives the text along with it
    return {READING}


_PURPOSE_OF_OUTPUT: Mapping[Modality, str] = {
    Modality.IMAGE: IMAGE,
    Modality.VIDEO: VIDEO,
    Modality.AUDIO: SPEECH,
    Modality.VECTOR: EMBEDDING,
    Modality.SCORE: RANKING,
}


@lru_cache(maxsize=1024)
def _by_task(task: str | None) -> Purpose | None:
    """By the words that carry information; the reason names only those."""
    named = {word: purpose for word in (task or "").split(", ") if (purpose := purpose_of_task(word)) is not None}
    return Purpose(frozenset(named.values()), Reason("known-by-task", said=", ".join(named))) if named else None


def _speaking(model: VendorModel, by_task: Purpose) -> Purpose:
    """The task, and speech for a language model whose name says that it speaks: a task has no word for both."""
    if by_task.purposes is not None and LANGUAGE in by_task.purposes and (word := SPOKEN.search(model.id.lower())):
        return _known_by_words(by_task.purposes | SPOKEN_PURPOSES, word[1])
    return by_task


def _by_name(model: VendorModel) -> Purpose | None:
    """By a distinctive word, a likely one, or the family of chat models, in this order."""
    name = model.id.lower()
    if (by_name := purpose_in_name(name, DISTINCTIVE)) is not None:
        return _known_by_name(*by_name)
    if spoken := SPOKEN.search(name):
        return _known_by_words(SPOKEN_PURPOSES, spoken[1])
    if (likely := purpose_in_name(name, LIKELY)) is not None:
        return _known_by_name(*likely)
    return _known_by_name(LANGUAGE, family[1]) if (family := FAMILY.search(name)) else None


def _known_by_name(purpose: str, word: str) -> Purpose:
    return _known_by_words(frozenset({purpose}), word)


@lru_cache(maxsize=1024)
def _known_by_words(purposes: frozenset[str], word: str) -> Purpose:
    return Purpose(purposes, Reason("known-by-name", said=word))


def _words(modalities: Iterable[Modality] | None) -> tuple[str, ...]:
    return tuple(modality.value for modality in modalities or ())
