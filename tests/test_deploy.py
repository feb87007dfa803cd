"""What `deploy/` says is true: its settings and routes exist, its time limits fit the server's, its programs accept it, its image can be made."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from modeldesk.entrypoints.api import health
from modeldesk.entrypoints.panel.kept_templates import TEMPLATES
from modeldesk.entrypoints.panel.languages import languages
from modeldesk.entrypoints.server.limits import HEAD_SECONDS, EndLimits
from modeldesk.entrypoints.setting_sources import SETTINGS
from tests.support.deploy_files import DEPLOY, FILES, ROOT, documents, number, text_of
from tests.support.ports import free_port

SOMEBODY = 10001


def run_if_there(program: str, *arguments: str | Path) -> str:
    """What a program says that checks a file, or a skip where it is not installed."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Unknown" not in done.stderr, done.stderr  # systemd ignores a key that it does not know
    return done.stdout


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_exists(path: Path) -> None:
    """A name that Modeldesk does not know would stop its start."""
    named = set(re.findall(r"\bMODELDESK_(\w+)", path.read_text(encoding="utf-8")))
    assert named <= set(SETTINGS)


def test_the_proxies_close_idle_connections_first() -> None:
    """A request on a connection that the server is closing would be lost."""
    assert number(r"keepalive (\d+)s", text_of("Caddyfile")) < HEAD_SECONDS
    assert number(r"keepalive_timeout (\d+)s", text_of("nginx.conf")) < HEAD_SECONDS


def test_whoever_stops_the_server_waits_for_its_end() -> None:
    """A kill before would cut off requests that are under way."""
    limit = EndLimits().killed
    assert number(r"TimeoutStopSec=(\d+)", text_of("modeldesk.service")) > limit
    assert number(r"stop_grace_period: (\d+)s", text_of("compose.yaml")) > limit
    quadlet = text_of("modeldesk.container")
    assert number(r"TimeoutStopSec=(\d+)", quadlet) > number(r"--stop-timeout=(\d+)", quadlet) > limit
    pod = documents("kubernetes/deployment.yaml")[0]["spec"]["template"]["spec"]
    pause = int(pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] > limit + pause


def test_a_pod_has_no_more_rights_than_it_needs() -> None:
    """The rules of the profile `restricted`, which its namespace enforces, and a read-only root."""
    pod = documents("kubernetes/deployment.yaml")[0]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["initContainers"] + pod["containers"]:
        allowed = container["securityContext"]
        assert allowed == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def test_probes_ask_routes_that_exist() -> None:
    """Without a sign-in."""
    served = health.live.paths | health.ready.paths
    asked = set(re.findall(r"path: (/\S+), port", text_of("kubernetes/deployment.yaml")))
    asked |= set(re.findall(r"request\('GET', '(/\S+?)'\)", text_of("Containerfile")))
    assert asked == {"/health/live", "/health/ready"} <= served


def test_every_yaml_file_is_one() -> None:
    """Kustomize names each file of its folder."""
    for path in FILES:
        if path.suffix == ".yaml":
            assert all(isinstance(document, dict) for document in documents(str(path.relative_to(DEPLOY))))
    listed = documents("kubernetes/kustomization.yaml")[0]["resources"]
    assert {path.name for path in (DEPLOY / "kubernetes").iterdir()} == {*listed, "kustomization.yaml"}


def test_the_image_is_made_from_what_is_named_alone() -> None:
    """What the installation copies is let in; a database or a key of the folder is not. An engine that reads no list of what to ignore copies no more."""
    copied = re.search(r'^ +cp -R (.+) "\$work/source"$', text_of("install.sh"), re.MULTILINE)
    assert copied is not None
    needed = {name.removeprefix("$source/") for name in re.findall(r'"([^"]+)"', copied[1])}
    needed |= {"requirements.lock", "deploy/install.sh", "deploy/trim.py"}
    rules = [line for line in text_of("Containerfile.dockerignore").splitlines() if not line.startswith("#")]
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    assert rules[0] == "*"
    assert {path.removesuffix("/populate_ai_providers.py") for path in let_in} == needed
    taken = {name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text_of("Containerfile"), re.MULTILINE) for name in line.split()}
    assert taken - {"src/entrypoints/panel/locale"} == let_in


def test_the_image_has_no_root_user() -> None:
    """By number, as the pods do."""
    assert re.findall(r"^USER (.+)$", text_of("Containerfile"), re.MULTILINE) == [f"{SOMEBODY}:{SOMEBODY}"]
    assert documents("kubernetes/deployment.yaml")[0]["spec"]["template"]["spec"]["securityContext"]["runAsUser"] == SOMEBODY


@pytest.mark.parametrize("name", ["Caddyfile", "Caddyfile-path"])
def test_caddy_accepts_its_file(name: str) -> None:
    """As Caddy reads it."""
    run_if_there("caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / name)


@pytest.mark.parametrize("name", ["nginx.conf", "nginx-path.conf"])
def test_nginx_accepts_its_file(tmp_path: Path, name: str) -> None:
    """With a certificate that exists, on ports that anybody may use."""
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=desk.example.org"]
    run_if_there("openssl", *made, "-keyout", tmp_path / "key", "-out", tmp_path / "pem")
    site = re.sub(r"ssl_certificate \S+;", f"ssl_certificate {tmp_path}/pem;", text_of(name))
    site = re.sub(r"ssl_certificate_key \S+;", f"ssl_certificate_key {tmp_path}/key;", site)
    site = re.sub(r"(listen (?:\[::\]:)?)\d+", lambda found: f"{found[1]}{free_port()}", site)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{ access_log off;\n{site} }}\n", encoding="utf-8"
    )
    run_if_there("nginx", "-t", "-e", "stderr", "-c", tmp_path / "nginx.conf")


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    """With a program that exists."""
    unit = text_of("modeldesk.service").replace("/opt/modeldesk/bin/modeldesk", sys.executable)
    (tmp_path / "modeldesk.service").write_text(unit, encoding="utf-8")
    run_if_there("systemd-analyze", "verify", "--man=no", tmp_path / "modeldesk.service")


def test_the_unit_exposes_the_network_and_little_else(tmp_path: Path) -> None:
    """In tenths of the figure that systemd gives: 0 is none, 100 all. The program need not exist."""
    if number(r"systemd (\d+)", run_if_there("systemd-analyze", "--version")) < 250:
        pytest.skip("systemd rates a file since version 250")
    (tmp_path / "modeldesk.service").write_text(text_of("modeldesk.service"), encoding="utf-8")
    run_if_there("systemd-analyze", "security", "--offline=yes", "--threshold=11", "--no-pager", tmp_path / "modeldesk.service")


def test_podman_accepts_its_unit(tmp_path: Path) -> None:
    """It makes a service of it, and knows every key."""
    generator = Path("/usr/lib/systemd/system-generators/podman-system-generator")
    if not generator.exists():
        pytest.skip("there is no Podman 4.4 or newer")
    (tmp_path / "modeldesk.container").write_text(text_of("modeldesk.container"), encoding="utf-8")
    done = subprocess.run([generator, "--dryrun"], env={"QUADLET_UNIT_DIRS": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert (done.returncode, "unsupported" in done.stderr) == (0, False), done.stderr
    assert "--read-only" in done.stdout


def test_kubernetes_accepts_each_manifest() -> None:
    """By the schemas of Kubernetes, with no property that they do not know: `pip install kubernetes-validate`, which has a hundred megabytes of them."""
    files = sorted((DEPLOY / "kubernetes").glob("[!k]*.yaml"))
    assert len(files) == 5
    run_if_there("kubernetes-validate", "--strict", *files)


def test_kustomize_accepts_the_manifests() -> None:
    """Settings and secret reach both containers under the names that Kustomize makes."""
    made = list(yaml.safe_load_all(run_if_there("kubectl", "kustomize", DEPLOY / "kubernetes")))
    settings = next(item["metadata"]["name"] for item in made if item["kind"] == "ConfigMap")
    pod = next(item for item in made if item["kind"] == "Deployment")["spec"]["template"]["spec"]
    for container in pod["initContainers"] + pod["containers"]:
        assert container["envFrom"] == [{"configMapRef": {"name": settings}}, {"secretRef": {"name": "modeldesk"}}]
        assert container["image"].startswith("registry.example.org/modeldesk:")


def test_the_installation_compiles_the_panel_and_packs_the_metadata(tmp_path: Path) -> None:
    """Every page, every language and the shipped metadata, where a start looks for them: nothing can be kept later in a folder that nobody may write."""
    program = re.search(r"bin/python\" -c '(.+)'$", text_of("install.sh"), re.MULTILINE)
    assert program is not None
    # Libraries keep their bytecode: all of it would be compiled again.
    whole = f"import babel.dates, babel.messages.pofile, jinja2, litestar, sys\nsys.pycache_prefix = {str(tmp_path)!r}\n{program[1]}"
    subprocess.run([sys.executable, "-c", whole], check=True, env={})
    kept = [path.name.partition("-")[0] for path in tmp_path.rglob("*.bin")]
    assert (kept.count("models"), kept.count("genai")) == (1, 1)
    assert kept.count("template") == len(list(TEMPLATES.iterdir()))
    assert kept.count("catalogue") == len(languages().all)
