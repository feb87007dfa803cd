"""Why an answer is empty: what was asked for does not exist. The answer is that of REST all the same; the reason stands beside it, on standard error."""

from modeldesk.domain.errors import CapabilityNotOffered, ModeldeskError, ProviderNotFound
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.entrypoints.cli.output import note
from modeldesk.entrypoints.cli.remedies import CLI


def note_unknown_slot(snapshot: Snapshot, provider: Slug | None, capability: CapabilityName | None) -> None:
    """Says that there is no such provider, or that it does not offer the capability, and what may have been meant; nothing where there is no provider at all."""
    if provider is None or not snapshot.providers:
        return
    try:
        found = snapshot.provider(provider)
        if capability is not None:
            found.capability(capability)
    except (ProviderNotFound, CapabilityNotOffered) as error:
        note_refusal(error)


def note_refusal(error: ModeldeskError) -> None:
    """Says what a command that is refused would say."""
    note(CLI.refusal(error))
