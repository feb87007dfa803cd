"""Providers, selections, the database, the cache and the master key."""

from collections.abc import Mapping

from modeldesk.entrypoints.words.marks import N_

DESK: Mapping[str, str] = {
    "provider-not-found": N_("there is no provider %(provider)s"),
    "provider-inactive": N_("the provider %(provider)s is disabled"),
    "capability-not-found": N_("the provider %(provider)s declares no capability %(capability)s"),
    "capability-not-offered": N_("the provider %(provider)s does not offer %(capability)s"),
    "active-models-affected": N_("this takes away capabilities that have an active model (%(models)s); nothing was changed"),
    "idempotency-key-reused": N_("this Idempotency-Key was given to another request within the last 24 hours; nothing was changed"),
    "nothing-to-roll-back": N_("there is no selection to roll back for %(provider)s %(capability)s"),
    "provider-changed": N_("somebody changed the provider %(provider)s meanwhile: it is at version %(version)s, not %(expected)s"),
    "plan-changed": N_("the plan of this import is not the one that you saw; nothing was imported"),
    "edits-in-conflict": N_(
        "the declaration and an admin changed the same fields since the last import (%(fields)s); nothing was imported"
    ),
    "slot-changed": N_("somebody changed %(provider)s %(capability)s meanwhile: it is at version %(version)s, not %(expected)s"),
}

STORAGE: Mapping[str, str] = {
    "storage-busy": N_("the database is busy with another writer; try again"),
    "storage-unavailable": N_("the database cannot be used: %(reason)s"),
    "import-busy": N_("another import is running; try again in a moment"),
    "cache-unavailable": N_("the shared cache cannot be reached; each process reads lists by itself"),
    "schema-mismatch": "%(reason)s",
    "schema-newer": N_("the database has schema %(stored)s, newer than the %(wanted)s of this version"),
    "schema-older": N_("the database has schema %(stored)s, this version needs %(wanted)s"),
    "schema-none": N_("the database has no schema yet, this version needs %(wanted)s"),
    "database-said": "%(place)s: %(said)s",
    "stored-row-unreadable": N_("%(place)s has a row that cannot be read: %(said)s"),
    "database-damaged": "%(place)s: %(said)s",
    "database-silent": N_("%(place)s does not answer"),
    "commit-unknown": N_("%(place)s did not say whether the change was committed: look at what is stored before you repeat it"),
    "database-file-replaced": N_("%(place)s: the file was replaced while it was open; restart Modeldesk"),
    "database-closed": N_("%(place)s: it is already closed"),
    "changes-rolled-back": N_("%(place)s: the changes were rolled back before they reached the disk; try again"),
    "stored-provider-unreadable": N_("the provider %(provider)s cannot be read: its %(column)s was changed by something else"),
    "copy-not-written": N_("cannot write %(file)s: %(reason)s"),
    "invalid-backup": N_("cannot restore %(file)s: %(reason)s"),
    "system-said": "%(said)s",
    "backup-not-ours": N_("it is not a copy of a Modeldesk database"),
    "backup-damaged": N_("it is damaged: %(said)s"),
    "backup-row-dangling": N_("it is damaged: a row of %(table)s refers to a row that does not exist"),
    "backup-schema-unknown": N_("it has schema %(stored)s, which this version does not know; use a newer Modeldesk"),
    "postgresql-backup": N_("back up a PostgreSQL database with its own tools: pg_dump"),
    "postgresql-restore": N_("restore a PostgreSQL database with its own tools: pg_restore"),
    "integrity-broken": N_("integrity: %(said)s"),
    "row-dangling": N_("a row of %(table)s refers to a row of %(other)s that does not exist"),
    "kept-list-unreadable": N_("the stored list of %(provider)s cannot be read; it is read anew from the vendor when it is needed"),
    "kept-own-list-unreadable": N_(
        "the stored list of %(provider)s with the personal key of %(admin)s cannot be read; it is read anew from the vendor when it is needed"
    ),
    "history-miscounted": N_("%(provider)s %(capability)s: the history does not count up to the version %(version)s"),
    "history-disagrees": N_("%(provider)s %(capability)s: the last change of the history is not the active model"),
    "history-without-slot": N_("%(provider)s %(capability)s: there is a history without a slot"),
    "stored-models-without-slot": N_("%(provider)s %(capability)s: there are stored models without a slot"),
    "active-model-not-stored": N_("%(provider)s %(capability)s: the active model %(model)s is not stored; something else changed it"),
    "port-in-use": N_("port %(port)s at %(host)s is in use"),
    "port-not-bindable": N_("cannot listen on port %(port)s at %(host)s: %(said)s"),
}

MASTER_KEY: Mapping[str, str] = {
    "master-key-wrong": "%(reason)s",
    "master-key-missing": N_("the master key of stored secrets is missing (%(count)s cannot be decrypted), so nothing is encrypted now"),
    "master-key-given-twice": N_("the master key is given twice, as text and as a file; keep one"),
    "master-keys-too-many": N_("%(place)s holds %(count)s master keys, more than %(most)s; drop those that seal no key any more"),
    "master-key-repeated": N_("%(place)s holds the same master key twice"),
    "master-key-malformed": N_("%(place)s must be %(length)s random bytes in base64 or hex"),
    "master-key-weak": N_("%(place)s is not random: it can be guessed"),
    "master-key-unreadable": N_("%(place)s cannot be read: %(said)s"),
    "master-key-not-regular": N_("%(place)s is not a regular file"),
    "master-key-file-not-found": N_("%(place)s does not exist"),
    "master-key-open-to-others": N_("%(place)s may be used by others (mode %(mode)s)"),
    "master-key-not-writable": N_("%(place)s cannot be written: %(said)s"),
    "master-key-lost": N_("%(place)s disappeared while it was made; try again"),
    "master-key-text": N_("the master key"),
    "master-key-file": N_("the master key file %(file)s"),
    "master-key-home": N_("the master key file %(file)s"),
    "master-key-entry": N_("%(place)s, key %(number)s of %(count)s,"),
}
