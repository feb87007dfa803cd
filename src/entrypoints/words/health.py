"""The health of active models: what is wrong, what to do about it, and why a successor is proposed."""

from collections.abc import Mapping

from modeldesk.domain.model.health import Health
from modeldesk.entrypoints.words.marks import N_

HEALTH: Mapping[str, str] = {
    "slot-healthy": N_("nothing is wrong"),
    "slot-provider-inactive": N_("the provider is disabled"),
    "slot-key-missing": N_("the list needs an API key, and there is none"),
    "slot-key-wanted": N_("the vendor wants an API key, and there is none: %(reason)s"),
    "slot-key-suspended": N_("the shared key is suspended, because the address changed"),
    "slot-key-unreadable": N_("the shared key cannot be decrypted with this master key"),
    "slot-key-rejected": N_("the vendor rejects the key: %(reason)s"),
    "slot-list-never-read": N_("the list was never read: %(reason)s"),
    "slot-list-stale": N_("the list is of %(day)s, and the last refresh failed: %(reason)s"),
    "slot-capability-mismatch": N_("the model is not for this capability: %(reason)s"),
    "slot-not-in-catalogue": N_("the provider's list does not contain the model"),
    "slot-unverified": N_("nothing says that the model serves this capability"),
    "slot-price-unknown": N_("the price is unknown"),
    "slot-retired": N_("the model has ended, by %(source)s"),
    "slot-retired-on": N_("the model ended on %(day)s, by %(source)s"),
    "slot-retires-on": N_("the model ends on %(day)s, in %(days)s days, by %(source)s"),
    "successor-named": N_("%(source)s recommends it"),
    "successor-same-line": N_("it is of the same line (%(line)s)"),
}

HEALTH_REMEDIES: Mapping[Health, str] = {
    Health.OK: "",
    Health.UNVERIFIED: N_("try the model, or state its capability in the declaration"),
    Health.PRICE_UNKNOWN: N_("state the price in the declaration, or refresh the metadata"),
    Health.RETIRES_SOON: N_("select a successor before that day"),
    Health.NOT_IN_CATALOGUE: N_("refresh the list; if the model stays missing, select another one"),
    Health.CAPABILITY_MISMATCH: N_("select a model for this capability"),
    Health.LIST_STALE: N_("refresh the list, and check the address and the key"),
    Health.KEY_MISSING: N_("enter a shared key for this provider"),
    Health.KEY_REJECTED: N_("enter a new shared key for this provider"),
    Health.PROVIDER_INACTIVE: N_("enable the provider, or deselect the model"),
    Health.RETIRED: N_("select a successor"),
}
"""What to do, by state, in the terms of every edge."""
