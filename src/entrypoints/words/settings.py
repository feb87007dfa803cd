"""What a setting must be, behind its name. A wrong one stops the start, so that the panel never says these, and no catalogue has them."""

from collections.abc import Mapping

SETTINGS: Mapping[str, str] = {
    "setting-wrong": "%(setting)s %(reason)s",
    "setting-unknown": "is not a setting",
    "setting-mistyped": "is not a setting; did you mean %(meant_setting)s?",
    "not-true-or-false": "must be true or false, not %(found)s",
    "database-url-malformed": "must be postgresql://user@host/name or sqlite:///file",
    "postgresql-url-malformed": "must be postgresql://user@host/name, with a port from 1 to 65535",
    "postgresql-at-in-query": "has an @ after a question mark: write @ as %%40 and ? as %%3F in a password",
    "postgresql-parameter-unknown": "may carry these parameters: %(parameters)s; %(found)s is none of them",
    "postgresql-parameter-twice": "carries %(parameter)s twice",
    "postgresql-sslmode": "must carry one of these as sslmode: %(modes)s",
    "postgresql-connect-timeout": "must carry 1 to %(most)s seconds as connect_timeout",
    "postgresql-application-name": "must carry an application_name of at most %(most)s bytes",
    "postgresql-sslrootcert": "must carry as sslrootcert the path of a file of certificates in PEM",
    "public-url-malformed": "must be scheme and host, such as https://desk.example.org; not %(found)s",
    "origin-malformed": "must list origins such as https://panel.example.org; not %(found)s",
    "network-malformed": "must list addresses or networks such as 10.0.0.0/8, fd00::/8; not %(found)s",
    "redis-url-malformed": "must be redis://host:6379/0, rediss:// for TLS, or unix:///path/to/socket",
    "redis-url-unreadable": "cannot be read as an address; a password in it is percent-encoded",
    "metadata-url-malformed": "must be off, or an address such as %(example)s; not %(found)s",
    "duration-malformed": "must be a number of seconds, or such as 90s, 15m, 12h, 7d; not %(found)s",
    "duration-too-long": "must be at most %(most)s days, not %(found)s",
    "duration-too-short": "must not be shorter than %(setting)s",
    "refresh-too-often": "must be off, or at least 5m; not %(found)s",
    "hosts-malformed": "must list hosts with their ports: %(reason)s",
    "certificates-not-pem": "must be a file of certificates in PEM; %(found)s is none",
    "certificates-unreadable": "cannot be read: %(file)s: %(said)s",
    "proxy-url-malformed": "must be the address of a proxy, such as http://proxy.example:3128",
    "exempt-host-malformed": "must list hosts, suffixes, networks or *, such as localhost, .example.org, 10.0.0.0/8; not %(found)s",
}
