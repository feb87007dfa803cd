"""The meaning of each setting. `settings` takes its names from this list, and the reference in the documentation is generated from it."""

from msgspec import Struct


class SettingDescription(Struct, frozen=True):
    """`name` without its prefix; `default` and `meaning` as Markdown."""

    name: str
    default: str
    meaning: str


DESCRIPTIONS = (
    SettingDescription("HOME", "`./.modeldesk`", "The folder of the embedded database and of the master key file."),
    SettingDescription(
        "DATABASE_URL",
        "SQLite in `MODELDESK_HOME`",
        "`postgresql://user:password@host/name`, with `sslmode`, `sslrootcert`, `application_name` or `connect_timeout` as parameters if needed, or `sqlite:////absolute/file`. PostgreSQL needs `modeldesk[postgresql]`.",
    ),
    SettingDescription(
        "REDIS_URL",
        "unset: each process keeps its own lists",
        "`redis://…`, `rediss://…` or `unix:///…`. All instances share vendors' lists and take turns at vendors. Needs `modeldesk[redis]`.",
    ),
    SettingDescription(
        "MASTER_KEY",
        "unset",
        "32 random bytes, base64 or hex (`openssl rand -base64 32`). It encrypts vendors' keys. During a rotation: `new,old`.",
    ),
    SettingDescription(
        "MASTER_KEY_FILE",
        "unset: `master.key` in `MODELDESK_HOME`",
        "A file with the master key, readable only by the program's user and group. During a rotation: one key a line, the newest first.",
    ),
    SettingDescription(
        "PROVIDERS_FILE",
        "`./providers.json`, `./config/providers.json`, the file that ships",
        "The declaration to import without `--file`.",
    ),
    SettingDescription("CATALOGUE_TTL", "`15m`", "How long a vendor's list is fresh."),
    SettingDescription("CATALOGUE_STALE", "`7d`", "How long after its reading the last good list is still shown."),
    SettingDescription(
        "REFRESH_EVERY",
        "`6h`",
        "How often a server reads each live list anew that was read before or has an active model, with the shared key: at least `5m`, or `off`.",
    ),
    SettingDescription(
        "METADATA_URL",
        "`https://models.dev/api.json`",
        "Where `modeldesk metadata refresh`, and a server once a day, read names, prices and context sizes of models; or `off`.",
    ),
    SettingDescription(
        "EVALUATIONS_PER_SECOND",
        "`500`",
        "How many flags one token may evaluate in a second in a worker (those of five seconds may come at once), or `off`. Beyond that the answer is 429 with `Retry-After`.",
    ),
    SettingDescription(
        "ALLOWED_HOSTS_OUTBOUND",
        "none",
        "A list of `host:port`. Modeldesk may call these hosts although they are private, speak plain http, or use another port than 443.",
    ),
    SettingDescription(
        "CA_FILE",
        "none beside the system's and certifi's",
        "A file of further certificate authorities in PEM that vendors may be signed by, such as that of a company's own gateway. Nobody but its owner may write it.",
    ),
    SettingDescription(
        "OUTBOUND_PROXY",
        "none; `HTTP_PROXY` and its like are ignored",
        "An http or https proxy through which vendors are called: `http://user:password@proxy.example:3128`. The proxy resolves their names, so it is the proxy that must refuse names of private addresses; Modeldesk refuses literal ones.",
    ),
    SettingDescription(
        "NO_PROXY",
        "none",
        "A list of hosts that are called without the proxy: `ollama.lan`, `.example.org`, `10.0.0.0/8`, `host:port`, or `*`.",
    ),
    SettingDescription(
        "PUBLIC_URL",
        "scheme and host of the bind",
        "The address that browsers see behind a proxy, such as `https://desk.example.org`. With a path, as in `https://example.org/desk`, everything stands below it.",
    ),
    SettingDescription(
        "COOKIE_SECURE",
        "true; false on a loopback bind with neither a public URL nor trusted proxies",
        "Whether browsers send the cookie over https only.",
    ),
    SettingDescription(
        "OIDC_FILE",
        "none",
        "A JSON file of identity providers that admins may sign in by, such as Keycloak, Entra or Google. It holds client secrets: nobody but its owner may write it, and nobody else should read it.",
    ),
    SettingDescription(
        "PASSWORD_SIGN_IN",
        "true",
        "Whether passwords sign in. With `false` only the identity providers of `MODELDESK_OIDC_FILE` do, and one-time links that `modeldesk admin sign-in-link` makes.",
    ),
    SettingDescription("ALLOWED_ORIGINS", "none", "A list of origins of other pages that may call the REST API with the cookie."),
    SettingDescription(
        "TRUSTED_PROXIES",
        "none",
        "A list of addresses and networks (`127.0.0.1`, `10.0.0.0/8`) whose `X-Forwarded-For` Modeldesk believes.",
    ),
)
