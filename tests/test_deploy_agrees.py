"""The files of `deploy/` agree with each other and with the server: limits, ports, folders, addresses and versions."""

import re
import tomllib
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from modeldesk.entrypoints.api import providers
from modeldesk.entrypoints.api.request_deadline import READINESS_SECONDS, REQUEST_SECONDS
from modeldesk.entrypoints.consumer import events
from modeldesk.entrypoints.panel import importing
from modeldesk.entrypoints.server.limits import WANTED_FILES, BodyLimits
from modeldesk.entrypoints.settings import Settings
from tests.support.deploy_files import ROOT, documents, number, text_of

CADDY, NGINX, IMAGE, UNIT = (text_of(name) for name in ("Caddyfile", "nginx.conf", "Containerfile", "modeldesk.service"))
QUADLET = text_of("modeldesk.container")
INGRESS = documents("kubernetes/ingress.yaml")[0]["metadata"]["annotations"]
COMPOSE = documents("compose.yaml")[0]
DEPLOYMENT = documents("kubernetes/deployment.yaml")[0]["spec"]
POD = DEPLOYMENT["template"]["spec"]
(CONTAINER,) = POD["containers"]
PORT = Settings().port


def annotation(name: str) -> str:
    """What the ingress says to nginx."""
    return str(INGRESS[f"nginx.ingress.kubernetes.io/{name}"])


def block(beginning: str) -> str:
    """A location of the site for nginx."""
    return NGINX.split(beginning + " {")[1].split("}")[0]


def test_the_longest_import_passes_every_proxy() -> None:
    """The three refuse at the same length, which is longer than what Modeldesk itself takes."""
    lengths = {
        number(r"max_size (\d+)MiB", CADDY),
        number(r"client_max_body_size (\d+)m;", NGINX),
        number(r"(\d+)m", annotation("proxy-body-size")),
    }
    assert len(lengths) == 1
    assert lengths.pop() * 2**20 > max(providers.LARGEST_DECLARATION, importing.LARGEST_FORM)


def test_proxies_wait_longer_than_the_longest_answer() -> None:
    """Of an import that is read slowly and planned for a minute; and the connection itself comes quickly or not at all."""
    waits = {
        number(r"response_header_timeout (\d+)s", CADDY),
        number(r"proxy_read_timeout (\d+)s", NGINX),
        int(annotation("proxy-read-timeout")),
    }
    assert len(waits) == 1
    assert waits.pop() > 60 + BodyLimits().seconds
    connects = {
        number(r"dial_timeout (\d+)s", CADDY),
        number(r"proxy_connect_timeout (\d+)s", NGINX),
        int(annotation("proxy-connect-timeout")),
    }
    assert max(connects) < REQUEST_SECONDS


def test_events_are_sent_on_at_once() -> None:
    """Their streams are neither collected nor cut off between two comments."""
    assert re.search(r"^\s*flush_interval -1$", CADDY, re.MULTILINE)
    streams = block(f"location = {events.PATH}")
    assert "proxy_buffering off;" in streams
    assert number(r"proxy_read_timeout (\d+)h;", streams) * 3600 > 2 * events.HEARTBEAT


@pytest.mark.parametrize(
    "line",
    [
        "proxy_http_version 1.1;",
        'proxy_set_header Connection "";',
        "proxy_set_header Host $host;",
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        "proxy_request_buffering on;",
        "proxy_next_upstream error timeout;",
    ],
)
def test_nginx_passes_on_what_modeldesk_needs(line: str) -> None:
    """Connections stay open, the caller's address arrives, slow bodies wait outside, and no write is asked twice; in every location."""
    server = NGINX[NGINX.index("listen 443") :]
    before = server[: server.index("location")]
    assert line in before
    assert not any("proxy_set_header" in block(beginning) for beginning in ("location /", f"location = {events.PATH}"))


def without_comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.strip().startswith("#")]


def test_a_sample_below_a_path_differs_in_the_path_alone() -> None:
    """Its limits and headers are those of the sample for a host of its own."""
    nginx = NGINX.replace("desk.example.org", "site.example.org").replace(f"location = {events.PATH}", f"location = /desk{events.PATH}")
    nginx = nginx.replace("    location / {", "    location = /desk {\n        return 308 /desk/;\n    }\n\n    location /desk/ {")
    caddy = re.sub(r"^\t(encode|request_body|reverse_proxy) ", r"\t\1 @desk ", CADDY, flags=re.MULTILINE)
    caddy = caddy.replace("\tencode", "\t@desk path /desk /desk/*\n\tencode")
    assert without_comments(text_of("nginx-path.conf")) == without_comments(nginx)
    assert without_comments(text_of("Caddyfile-path")) == without_comments(caddy)


def test_everybody_means_the_same_port() -> None:
    """The image, its probe, both orchestrators and the proxies."""
    found: dict[str, Any] = {
        "the image": number(r'"--port", "(\d+)"', IMAGE),
        "what it exposes": number(r"EXPOSE (\d+)", IMAGE),
        "its probe": number(r"'127\.0\.0\.1', (\d+)", IMAGE),
        "the pod": int(CONTAINER["args"][CONTAINER["args"].index("--port") + 1]),
        "its port": CONTAINER["ports"][0]["containerPort"],
        "Podman": number(r"PublishPort=127\.0\.0\.1:\d+:(\d+)", QUADLET),
        "nginx": number(r"server 127\.0\.0\.1:(\d+);", NGINX),
        "Caddy": number(r"DESK_UPSTREAM:127\.0\.0\.1:(\d+)", CADDY),
        "Caddy of Compose": number(r"desk:(\d+)", COMPOSE["services"]["proxy"]["environment"]["DESK_UPSTREAM"]),
    }
    assert found == dict.fromkeys(found, PORT)
    assert documents("kubernetes/service.yaml")[0]["spec"]["ports"][0]["targetPort"] == CONTAINER["ports"][0]["name"]


def test_the_versions_are_this_one() -> None:
    """Of the image in Compose, in Kubernetes and for Podman."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    (image,) = documents("kubernetes/kustomization.yaml")[0]["images"]
    quadlet = re.findall(r"^Image=localhost/(.+)$", QUADLET, re.MULTILINE)
    assert {COMPOSE["x-modeldesk"]["image"], f"modeldesk:{image['newTag']}", *quadlet} == {f"modeldesk:{version}"}


def test_the_home_is_kept_and_may_be_written() -> None:
    """Everything else of a container is read-only."""
    assert re.findall(r"^(?:VOLUME|WORKDIR) (.+)$", IMAGE, re.MULTILINE) == ["/data", "/data"]
    assert "MODELDESK_HOME=/data/" in IMAGE
    assert "MODELDESK_HOME=/data/home" in documents("kubernetes/kustomization.yaml")[0]["configMapGenerator"][0]["literals"]
    assert (COMPOSE["x-modeldesk"]["volumes"], COMPOSE["x-modeldesk"]["read_only"]) == (["desk:/data"], True)
    for container in POD["initContainers"] + POD["containers"]:
        assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/data", "/tmp"}
    assert {"Volume=modeldesk:/data", "ReadOnly=true", "Tmpfs=/tmp", "DropCapability=ALL", "NoNewPrivileges=true"} <= set(
        QUADLET.splitlines()
    )
    state = re.findall(r"^StateDirectory=(.+)$", UNIT, re.MULTILINE)[0]
    assert {f"Environment=MODELDESK_HOME=/var/lib/{state}", f"WorkingDirectory=/var/lib/{state}"} <= set(UNIT.splitlines())


def test_the_proxy_of_compose_is_the_one_that_is_trusted() -> None:
    """By its address, which stands in its network."""
    address = COMPOSE["services"]["proxy"]["networks"]["default"]["ipv4_address"]
    assert COMPOSE["x-modeldesk"]["environment"]["MODELDESK_TRUSTED_PROXIES"] == address
    (addresses,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    assert ip_address(address) in ip_network(addresses["subnet"])
    # The first container that asks for none would get it, and the proxy could not start.
    assert ip_address(address) not in ip_network(addresses["ip_range"])
    assert ip_network(addresses["ip_range"]).subnet_of(ip_network(addresses["subnet"]))  # type: ignore[arg-type]


def test_whoever_asks_for_readiness_waits_for_the_answer() -> None:
    """And a desk whose database is away is not restarted for it."""
    assert CONTAINER["readinessProbe"]["httpGet"]["path"] == "/health/ready"
    assert CONTAINER["readinessProbe"]["timeoutSeconds"] > READINESS_SECONDS
    assert number(r"--timeout=(\d+)s", IMAGE) > READINESS_SECONDS
    assert {CONTAINER[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe")} == {"/health/live"}


def test_a_desk_may_open_the_files_that_it_asks_for() -> None:
    """For each worker."""
    assert number(r"LimitNOFILE=(\d+)", UNIT) >= WANTED_FILES


def test_pods_of_two_versions_never_serve_beside_each_other() -> None:
    """And none of them can ask Kubernetes for anything; the namespace refuses a pod with more rights."""
    assert (DEPLOYMENT["strategy"]["type"], POD["automountServiceAccountToken"]) == ("Recreate", False)
    assert documents("kubernetes/namespace.yaml")[0]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_pods_reach_what_they_need_and_nothing_else() -> None:
    """The name server, https, and the ports at which Compose has the database and the cache."""
    environment = COMPOSE["x-modeldesk"]["environment"]
    ports = {number(r":(\d+)/", environment[f"MODELDESK_{name}_URL"]) for name in ("DATABASE", "REDIS")}
    (rule,) = documents("kubernetes/network-policy.yaml")[0]["spec"]["egress"]
    assert {one["port"] for one in rule["ports"]} == {53, 443, *ports}


def test_one_service_of_compose_builds_the_image() -> None:
    """Two that build one name at the same time disturb each other: "image already exists"."""
    services = COMPOSE["services"]
    assert [name for name, service in services.items() if "build" in service] == ["upgrade"]
    assert services["desk"]["image"] == services["upgrade"]["image"]


def test_the_proxy_reaches_neither_database_nor_cache() -> None:
    """They stand in a network that leads nowhere else."""
    services, networks = COMPOSE["services"], COMPOSE["networks"]
    assert networks["inside"] == {"internal": True}
    assert {name for name, service in services.items() if "inside" in service["networks"]} == {"upgrade", "desk", "database", "cache"}
    assert services["database"]["networks"] == services["cache"]["networks"] == ["inside"]


def test_no_log_of_compose_fills_the_disk() -> None:
    """Docker keeps all of it where no limit is named."""
    assert all(service["logging"]["options"]["max-size"] for name, service in COMPOSE["services"].items())


def test_each_manifest_is_complete_without_kustomize() -> None:
    """Tools that check single files see the labels by which pods are found, and they are those that Kustomize gives."""
    (labels,) = documents("kubernetes/kustomization.yaml")[0]["labels"]
    service = documents("kubernetes/service.yaml")[0]["spec"]["selector"]
    assert DEPLOYMENT["selector"]["matchLabels"] == DEPLOYMENT["template"]["metadata"]["labels"] == service == labels["pairs"]
