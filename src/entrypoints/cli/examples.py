"""Examples of each command, shown below its help and in the reference. A test types each of them."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Example: TypeAlias = tuple[str, str]
"""What is typed after `modeldesk`, and what it is for."""

EXAMPLES: Mapping[str, Sequence[Example]] = {
    "import-providers": (
        ("import-providers --file mine.json --dry-run", "what an import would change"),
        ("import-providers --file mine.json --slug acme --force", "make one provider equal to the file"),
    ),
    "plan": (
        ("plan --file mine.json --out desk.plan", "what an import would change; keep it for a review"),
        ("plan --file mine.json --exit-code", "exit code 2 if the desk differs from the file, for a pipeline"),
    ),
    "apply": (
        ("apply desk.plan", "exactly what was planned, or nothing"),
        ("apply desk.plan --format json", "for a pipeline"),
    ),
    "populate": (
        ("populate", "import scripts/populate_ai_providers.py"),
        ("populate old/populate_ai_providers.py", "a script of the older system, unedited"),
    ),
    "runscript": (
        ("runscript populate_ai_providers", "as the older system was called"),
        ("populate", "the same"),
    ),
    "providers list": (
        ("providers list", "all providers, in their order"),
        ("providers list --format json", "for a program"),
    ),
    "providers show": (
        ("providers show openai", "every field of a provider"),
        ("providers show openai --format json", "as REST answers it"),
    ),
    "providers enable": (
        ("providers enable groq", "offer its models again"),
        ("providers enable ollama", "a vendor on your own machine"),
    ),
    "providers disable": (
        ("providers disable groq", "products get no model of it; its active models stay selected"),
        ("providers disable ollama", "a vendor that you do not run"),
    ),
    "providers capability": (
        ("providers capability acme chat", "show its description, its patterns and its models in their order"),
        ("providers capability acme chat --format json", "print JSON to edit and to set again"),
    ),
    "providers set-capability": (
        ("providers set-capability acme chat --file chat.json", "set it from a file, and show what changed"),
        ("providers set-capability acme chat --file - --deactivate-lost", "set it from standard input, even if that deselects a model"),
    ),
    "providers remove-capability": (
        ("providers remove-capability acme video", "refused while a model is active"),
        ("providers remove-capability acme video --deactivate-lost", "deselect its model in the same change"),
    ),
    "models browse": (
        ("models browse anthropic chat", "names, prices and context sizes"),
        ("models browse groq chat --search llama --sort price", "the cheapest that match"),
    ),
    "models select": (
        ("models select anthropic chat claude-opus-5", "this model is the active one from now on"),
        ("models select groq chat llama-4-scout --listed-only", "only if the list contains it"),
    ),
    "models deselect": (
        ("models deselect anthropic chat", "products get no model here"),
        ("models deselect openai image", "the stored models stay"),
    ),
    "models rollback": (
        ("models rollback anthropic chat", "the previously active model becomes active again"),
        ("models rollback openai image", "typed again, it goes back one change more"),
    ),
    "models list": (
        ("models list --active", "what is active now"),
        ("models list --provider openai --format json", "all that were ever selected of one provider"),
    ),
    "models changes": (
        ("models changes --since 2026-11-01", "what vendors added, removed and repriced"),
        ("models changes --provider groq --limit 20", "the latest of one vendor"),
    ),
    "models dependents": (
        ("models dependents anthropic chat", "who would notice a change"),
        ("models dependents openai image --format json", "for a program"),
    ),
    "uses list": (
        ("uses list", "each use with its active model"),
        ("uses list --format json", "for a program"),
    ),
    "uses set": (
        ("uses set support-chat anthropic/chat", "products ask for support-chat"),
        ("uses set support-chat openai/chat --fallback anthropic", "point it at another slot, and name a fallback"),
    ),
    "uses delete": (
        ("uses delete support-chat", "products that ask for it get no model"),
        ("uses delete old-search", "a name that nobody asks for"),
    ),
    "uses rollback": (
        ("uses rollback support-chat", "as it was before its last change"),
        ("uses rollback search", "typed again, it goes back one change more"),
    ),
    "resolve": (
        ("resolve support-chat --explain", "which model a product gets, and why"),
        ("resolve anthropic/chat --format json", "as REST answers it"),
    ),
    "overview": (
        ("overview", "the active models, and what needs attention"),
        ("overview --all", "also what has no active model"),
    ),
    "doctor": (
        ("doctor", "exit code 1 if a key is missing, or worse"),
        ("doctor --fail-on retires-soon --format json", "for a nightly job"),
    ),
    "metadata status": (
        ("metadata status", "where names and prices come from, and how old they are"),
        ("metadata status --format json", "for a program"),
    ),
    "metadata refresh": (
        ("metadata refresh", "read models.dev now"),
        ("metadata refresh --file models.json", "on a machine without that address"),
    ),
    "cache clear": (
        ("cache clear", "every live list is read anew"),
        ("cache clear --provider groq", "of one provider"),
    ),
    "keys set": (
        ("keys set groq", "asks for the key, and stores it encrypted"),
        ("keys set groq --personal sara --key-stdin < key.txt", "a key of one admin, from a file"),
    ),
    "keys check": (
        ("keys check groq", "whether the vendor accepts the key"),
        ("keys check groq --personal sara", "a key of one admin"),
    ),
    "keys delete": (
        ("keys delete groq", "the shared key"),
        ("keys delete groq --personal sara", "a key of one admin"),
    ),
    "keys list": (
        ("keys list", "which keys there are; never the keys themselves"),
        ("keys list --format json", "for a program"),
    ),
    "keys rotate-master": (
        ("keys rotate-master", "encrypt every key anew, while servers run"),
        ("keys list", "afterwards: all are under the new master key"),
    ),
    "webhooks list": (
        ("webhooks list", "which addresses receive changes, and the id of each"),
        ("webhooks list --format json", "for a program"),
    ),
    "webhooks add": (
        ("webhooks add https://app.example/hooks", "prints the secret, once"),
        ("webhooks add https://app.example/hooks --event model.selected", "sends selections alone"),
    ),
    "webhooks remove": (
        ("webhooks remove wh_0123456789abcdef", "nothing more is sent to it"),
        ("webhooks list", "which there are"),
    ),
    "webhooks enable": (
        ("webhooks enable wh_0123456789abcdef", "what waits for it is sent"),
        ("webhooks list", "whether it is enabled"),
    ),
    "webhooks disable": (
        ("webhooks disable wh_0123456789abcdef", "its receiver is under repair"),
        ("webhooks deliveries wh_0123456789abcdef", "what waits until then"),
    ),
    "webhooks rotate": (
        ("webhooks rotate wh_0123456789abcdef", "a new secret; both sign for 24 hours"),
        ("webhooks test wh_0123456789abcdef", "then see whether the receiver accepts it"),
    ),
    "webhooks test": (
        ("webhooks test wh_0123456789abcdef", "send one event now"),
        ("webhooks deliveries wh_0123456789abcdef", "what became of it"),
    ),
    "webhooks deliveries": (
        ("webhooks deliveries wh_0123456789abcdef", "what was sent, and why something failed"),
        ("webhooks deliveries wh_0123456789abcdef --format json", "for a program"),
    ),
    "export": (
        ("export --output providers.json", "a declaration that imports the same desk"),
        ("export", "to standard output, and nothing else there"),
    ),
    "admin create": (
        ("admin create sara", "a super admin; asks for a password"),
        ("admin create nima --role normal --password-stdin < password.txt", "without a terminal"),
    ),
    "admin password": (
        ("admin password sara", "asks for a new one, and signs sara out everywhere"),
        ("admin password sara --password-stdin < password.txt", "without a terminal"),
    ),
    "admin role": (
        ("admin role nima super", "may do everything"),
        ("admin role nima normal", "may browse and select"),
    ),
    "admin list": (
        ("admin list", "who may sign in"),
        ("admin list --format json", "for a program"),
    ),
    "admin link": (
        ("admin link sara https://login.example.org/realms/acme 9f1c-4e7b", "sara signs in as this person of Keycloak"),
        ("admin list", "who signs in as whom"),
    ),
    "admin unlink": (
        ("admin unlink sara https://login.example.org/realms/acme 9f1c-4e7b", "signed out everywhere, at once"),
        ("admin list", "who signs in as whom"),
    ),
    "admin sign-in-link": (
        ("admin sign-in-link sara", "while the identity provider is down"),
        ("admin list", "who may sign in"),
    ),
    "admin enable": (
        ("admin enable nima", "may sign in again"),
        ("admin list", "who may sign in"),
    ),
    "admin disable": (
        ("admin disable nima", "signed out everywhere, at once"),
        ("admin list", "who may still sign in"),
    ),
    "tokens create": (
        ("tokens create shop --scope resolve", "for a product: it may ask which model is active"),
        ("tokens create pipeline --scope import --days 30 --as sara", "for a job; it expires in a month"),
    ),
    "tokens list": (
        ("tokens list", "with their last use"),
        ("tokens list --format json", "for a program"),
    ),
    "tokens revoke": (
        ("tokens revoke shop", "refused from now on, everywhere"),
        ("tokens list", "which there are"),
    ),
    "sessions list": (
        ("sessions list", "who is signed in, and from where"),
        ("sessions list --admin sara", "of one admin"),
    ),
    "sessions end": (
        ("sessions end --admin sara", "on every machine"),
        ("sessions end --all", "everybody signs in again"),
    ),
    "audit": (
        ("audit --since 2026-11-01 --by sara", "what somebody did"),
        ("audit --subject anthropic/chat --limit 20", "who selected what, and when"),
    ),
    "db upgrade": (
        ("db upgrade", "the schema of this version"),
        ("db status", "which version it is"),
    ),
    "db status": (
        ("db status", "where the database is, and what it holds"),
        ("db status --format json", "for a program"),
    ),
    "db check": (
        ("db check", "exit code 1 if anything is wrong"),
        ("db check --format json", "for a program"),
    ),
    "db backup": (
        ("db backup desk.backup", "while servers run"),
        ("db backup desk.backup --force", "in the place of the last one"),
    ),
    "db restore": (
        ("db restore desk.backup", "asks first; everybody signs in again"),
        ("db restore desk.backup --keep-tokens --yes", "on a new machine"),
    ),
    "serve": (
        ("serve", "the panel at http://127.0.0.1:8000/admin/"),
        ("serve --host 0.0.0.0 --port 8080 --workers 2", "behind a proxy that other machines reach"),
    ),
    "settings": (
        ("settings", "every setting, and which files were read"),
        ("settings --format json", "for a program"),
    ),
    "schema": (
        ("schema > providers.schema.json", "for an editor"),
        ("schema", "to standard output"),
    ),
    "version": (
        ("version", "of Modeldesk, Python and SQLite"),
        ("--version", "the same"),
    ),
}
