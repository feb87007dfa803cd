"""The commands: their names and summaries, in the sections of the help. A command's own module is imported when the command is called."""

from modeldesk.entrypoints.cli.groups import Deferred, DeferredGroup

SECTIONS = {
    "Start": (
        Deferred("import-providers", "importing:import_providers", "Import the providers of a providers.json."),
        Deferred("serve", "serving:serve", "Start the server."),
        Deferred("plan", "planning:plan", "Show what importing a declaration would change, and keep what admins edited."),
        Deferred("apply", "planning:apply", "Import what a plan file holds, if that still changes exactly what was planned."),
        Deferred("overview", "overview:overview", "Show the active models and the warnings of all providers."),
        Deferred("doctor", "doctor:doctor", "Check every active model: its lifecycle, list, price, provider and key."),
    ),
    "Vendors and models": (
        DeferredGroup(
            "providers",
            "providers:providers",
            "List, show, enable and disable providers, and edit their capabilities.",
            {
                "list": "List all providers in their order.",
                "show": "Show one provider with all its fields.",
                "enable": "Enable a provider.",
                "disable": "Disable a provider. Its active models stay in their slots.",
                "capability": "Show one capability as it is declared, with its models in their order.",
                "set-capability": "Create a capability or replace it as a whole: description, fixed or live, patterns, models in their order.",
                "remove-capability": "Remove a capability with its description, patterns and models. A provider without any capability offers every one, without a list.",
            },
        ),
        DeferredGroup(
            "models",
            "models:models",
            "Browse, select and roll back models.",
            {
                "browse": "List the models that a provider offers for a capability.",
                "select": "Select the active model. The previous one stays stored.",
                "deselect": "Deselect the active model, which leaves the capability without one.",
                "rollback": "Roll back the last selection: the previously active model becomes active again.",
                "list": "List the stored models: all that were ever selected.",
                "changes": "Show what changed in providers' live lists, newest changes first.",
                "dependents": "Show which programs asked for a provider and capability within the last 30 days, also through a use.",
            },
        ),
        DeferredGroup(
            "uses",
            "uses:uses",
            "Set, list and delete the names that products ask for.",
            {
                "list": "List all uses, with the model that each runs on.",
                "set": "Create or re-point a use: products that ask for NAME get the active model of this provider and capability.",
                "delete": "Delete a use. Products that ask for it get no model any more.",
                "rollback": "Roll back the last change of a use, a deletion too.",
            },
        ),
        Deferred("resolve", "uses:resolve", "Show which model is active for a use, or for a provider and capability."),
        DeferredGroup(
            "metadata",
            "metadata:metadata",
            "Show and refresh names, prices and context sizes of models.",
            {
                "status": "Show each layer of metadata, the most trusted first. Declarations and vendors' own lists come before them.",
                "refresh": "Read the metadata anew, from MODELDESK_METADATA_URL or from a file in the format of models.dev.",
            },
        ),
        DeferredGroup(
            "cache",
            "overview:cache",
            "Clear the cached lists of models.",
            {
                "clear": "Clear the cached lists of models, also those of running servers.",
            },
        ),
    ),
    "Keys": (
        DeferredGroup(
            "keys",
            "keys:keys",
            "Set, check and delete vendors' API keys; rotate the master key.",
            {
                "set": "Store a provider's key. It replaces the previous one.",
                "check": "Check the stored key with the vendor. Exit code 1 if it is rejected.",
                "delete": "Delete a provider's key.",
                "list": "List the stored keys, without the keys themselves, and the number of keys under each master key.",
                "rotate-master": "Create a new master key and encrypt every key with it. An interrupted rotation continues at the next run.",
            },
        ),
    ),
    "Programs": (
        DeferredGroup(
            "tokens",
            "tokens:tokens",
            "Create, list and revoke API tokens for programs.",
            {
                "create": "Create an API token. Its text is printed once, alone on standard output.",
                "list": "List all API tokens by name, expired ones too.",
                "revoke": "Revoke an API token, at once and on every instance.",
            },
        ),
        DeferredGroup(
            "webhooks",
            "webhooks:webhooks",
            "Add, test and remove the addresses that receive changes.",
            {
                "list": "List all webhooks, without their secrets.",
                "add": "Add a webhook, and print its secret, which is never shown again.",
                "enable": "Enable a webhook. What waits for it is sent.",
                "disable": "Disable a webhook. It gets no new events; what waits for it stays.",
                "remove": "Remove a webhook, with everything that was still to be sent to it.",
                "rotate": "Give a webhook a new secret, and print it. The one before signs too for 24 hours.",
                "test": "Send a test event. A running server delivers it within seconds.",
                "deliveries": "List the latest deliveries to a webhook, newest first, and why one failed.",
            },
        ),
        Deferred("schema", "schema:schema", "Print the JSON Schema of providers.json."),
    ),
    "Operating": (
        DeferredGroup(
            "admin",
            "admins:admin",
            "Manage the admins who may sign in.",
            {
                "create": "Create an admin.",
                "password": "Change an admin's password and end all their sessions.",
                "role": "Change an admin's role and end all their sessions.",
                "list": "List all admins.",
                "link": "Let an admin sign in by an identity provider.",
                "unlink": "Unlink an identity from an admin and end all their sessions.",
                "sign-in-link": "Print a link that signs an admin in once, within 15 minutes.",
                "enable": "Enable an admin, who may then sign in again.",
                "disable": "Disable an admin and end all their sessions.",
            },
        ),
        DeferredGroup(
            "sessions",
            "sessions:sessions",
            "List and end the sessions of admins.",
            {
                "list": "List sessions by admin, newest first. The id names a session and opens nothing.",
                "end": "End one session, all sessions of an admin, or all, on every instance.",
            },
        ),
        Deferred("audit", "auditing:audit", "Show the audit log, newest entries first."),
        DeferredGroup(
            "db",
            "database:db",
            "Upgrade, check, back up and restore the database.",
            {
                "upgrade": "Upgrade the schema to the current version. Creates the embedded database if there is none.",
                "status": "Show the database's location, schema version, row counts and master keys.",
                "check": "Check integrity, references and Modeldesk's own rules. Exit code 1 if there are problems.",
                "backup": "Back up the embedded database to a file. Servers may keep running.",
                "restore": "Restore a backup. It replaces everything in the database, and ends all sessions and API tokens.",
            },
        ),
        Deferred("export", "exporting:export", "Export all providers and uses as a providers.json."),
        Deferred("settings", "settings:settings", "Show every setting, its value, and where it comes from. Secrets are hidden."),
        Deferred("version", "version:version", "Show the version."),
    ),
    "Older commands": (
        Deferred("populate", "population:populate", "Import the providers of a Python script of the older system."),
        Deferred("runscript", "population:runscript", "Run populate under its name in the older system."),
    ),
}
