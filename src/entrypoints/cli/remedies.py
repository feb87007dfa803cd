"""What to do about a refusal at the command line: its commands, options and settings."""

from collections.abc import Mapping

from modeldesk.entrypoints.words.english import English

OWN: Mapping[str, str] = {
    "unknown-names": "no provider %(names)s in %(file)s",
    "accept-without-refresh": "--accept needs --refresh",
    "prune-with-slugs": "--prune compares the whole file, so it cannot be combined with --slug",
    "master-key-given-twice": "MODELDESK_MASTER_KEY and MODELDESK_MASTER_KEY_FILE are both set; keep one",
    "master-key-text": "MODELDESK_MASTER_KEY",
    "master-key-file": "MODELDESK_MASTER_KEY_FILE (%(file)s)",
    "master-key-home": "MODELDESK_HOME (%(file)s)",
    "session-not-found": "there is no session %(handle)s; it may have ended already",
    "cache-unavailable": "the shared cache (MODELDESK_REDIS_URL) cannot be reached; each process reads lists by itself",
}
"""Sentences that name a setting or an option, in the place of those for all."""

A_MASTER_KEY = "make one with: openssl rand -base64 32"
ENTER_KEY = "enter it with: modeldesk keys set %(provider)s"
ALLOW_HOST = "to allow it, add %(host)s to MODELDESK_ALLOWED_HOSTS_OUTBOUND"

REMEDIES: Mapping[str, str] = {
    "provider-inactive": "enable it with: modeldesk providers enable %(provider)s",
    "active-models-affected": "--deactivate-lost deselects those models",
    "provider-changed": "look at it with: modeldesk providers show %(provider)s",
    "plan-changed": "make a new one with: modeldesk plan --out FILE",
    "edits-in-conflict": "decide with --prefer file or --prefer admin, in: modeldesk plan",
    "use-changed": "look at it with: modeldesk uses list",
    "use-nothing-to-roll-back": "set it with: modeldesk uses set %(use)s PROVIDER/CAPABILITY",
    "slot-empty": "see what could be selected with: modeldesk models browse %(provider)s %(capability)s",
    "slot-changed": "look at it with: modeldesk models list --provider %(provider)s",
    "admin-not-found": "list them with: modeldesk admin list",
    "admin-exists": "take another name, or change this one with: modeldesk admin role",
    "identity-exists": "unlink it first with: modeldesk admin unlink %(name)s ISSUER SUBJECT",
    "password-unused": "leave --password-stdin out",
    "issuer-not-found": "the file of MODELDESK_OIDC_FILE sets them up",
    "identity-not-found": "list them with: modeldesk admin list",
    "last-super-admin": "create another one with: modeldesk admin create NAME --role super",
    "token-not-found": "list them with: modeldesk tokens list",
    "token-exists": "take another name, or revoke this one with: modeldesk tokens revoke %(name)s",
    "token-owner-missing": "--as ADMIN names one; list them with: modeldesk admin list",
    "token-owner-not-super": "name another one, or run: modeldesk admin role %(admin)s super",
    "session-not-found": "list them with: modeldesk sessions list",
    "admin-disabled": "enable it with: modeldesk admin enable %(admin)s",
    "key-of-disabled-admin": "enable the admin with: modeldesk admin enable %(admin)s",
    "key-not-found": "enter one with: modeldesk keys set %(provider)s --personal ADMIN",
    "key-none": ENTER_KEY,
    "key-none-own": "enter it with: modeldesk keys set %(provider)s --personal %(admin)s",
    "key-is-suspended": ENTER_KEY,
    "key-wanted-by-vendor": ENTER_KEY,
    "key-rejected": "enter another one with: modeldesk keys set %(provider)s",
    "key-unreadable": "bring the master key back, or enter the key again with: modeldesk keys set %(provider)s",
    "master-key-missing": "bring the master key back, or put it after the present one and run: modeldesk keys rotate-master;"
    " or delete what cannot be decrypted: docs/how-to/master-key.md",
    "personal-keys-not-allowed": "use the shared key, or set allow_personal_keys in the declaration and import it with --force",
    "live-not-available": "set api_base_url in the declaration and import it with --force",
    "provider-class-not-installed": "install its package, or name another class in the declaration and import it with --force",
    "address-forbidden": ALLOW_HOST,
    "port-forbidden": ALLOW_HOST,
    "http-forbidden": ALLOW_HOST,
    "webhook-not-found": "list them with: modeldesk webhooks list",
    "webhook-address-refused": "give an https address that is public",
    "too-many-webhooks": "remove one with: modeldesk webhooks remove ID",
    "set-up-token-invalid": "modeldesk serve prints a new one while there is no admin",
    "database-damaged": "move it away, with its -wal and -shm, and restore a backup with: modeldesk db restore PATH",
    "schema-newer": "run a newer Modeldesk",
    "schema-older": "run: modeldesk db upgrade",
    "schema-none": "run: modeldesk db upgrade",
    "master-key-malformed": A_MASTER_KEY,
    "master-key-weak": A_MASTER_KEY,
    "master-key-file-not-found": "make one with: openssl rand -base64 32 > %(file)s",
    "master-key-open-to-others": "run: chmod 600 %(file)s",
    "master-key-not-writable": "MODELDESK_MASTER_KEY can be set instead",
    "file-writable-by-others": "run: chmod go-w %(file)s",
    "file-of-another-user": "if you trust it, put a copy of your own in its place",
    "extra-not-installed": "install Modeldesk with its extra %(extra)s: docs/how-to/install.md",
    "setting-unknown": "list them with: modeldesk settings",
    "port-in-use": "take another one: --port %(other)s (make run PORT=%(other)s)",
    "nothing-to-roll-back": "see the stored models with: modeldesk models list --provider %(provider)s",
    "too-many-attempts": "modeldesk admin password sets a new one",
}

CLI = English(OWN, REMEDIES)
