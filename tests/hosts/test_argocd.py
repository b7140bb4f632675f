"""Argo CD gets all or an error, in time; and neither a repository nor an Application gets at what is the operator's."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cmp_server import Sidecar, request, sandbox
from command import CONFIG, CREDENTIALS, PLAIN_CONFIG, lay_out, pod, repoint
from programs import needs, required
from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "examples" / "argocd"
WITHOUT_CREDENTIALS = CONFIG[: CONFIG.index("    credentials:")]
NAMED = "env: {username: HARBOR_USER, password: HARBOR_PASSWORD}"


def configure(sidecar: Sidecar, config: str) -> None:
    (sidecar.folder / "etc" / "repoint" / "repoint.yaml").write_text(config)


# -- what comes out ---------------------------------------------------------------------------------------------------


def test_objects_with_and_without_the_namespace_share_a_secret(sidecar: Sidecar, repository: Path) -> None:
    named = pod(name="named").replace("{name: named}", "{name: named, namespace: shop}")
    lay_out(repository, {"a.yaml": pod(), "b.yaml": named})
    assert [each["kind"] for each in sidecar.generate(repository).objects] == ["Pod", "Pod", "Secret"]


def test_the_namespace_is_that_of_argo_cd_whatever_the_config_says(sidecar: Sidecar, repository: Path) -> None:
    named = pod(name="named").replace("{name: named}", "{name: named, namespace: shop}")
    lay_out(repository, {"a.yaml": pod(), "b.yaml": named})
    external = (
        "    emit: ExternalSecret\n    externalSecret: {store: {name: vault}, remote: {dockerconfigjson: {key: x}}}\n"
    )
    configure(sidecar, f"{WITHOUT_CREDENTIALS}{external}  defaultNamespace: elsewhere\n")
    assert [each["kind"] for each in sidecar.generate(repository).objects] == ["Pod", "Pod", "ExternalSecret"]
    without = sidecar.generate(repository, variables=request(namespace="")).objects
    assert [each["kind"] for each in without] == ["Pod", "Pod", "ExternalSecret", "ExternalSecret"]


def test_a_secret_can_be_that_of_the_application(sidecar: Sidecar, repository: Path) -> None:
    lay_out(repository, {"web.yaml": pod()})
    configure(sidecar, WITHOUT_CREDENTIALS.replace("harbor-pull", '"pull-{{ application }}"'))
    [web] = sidecar.generate(repository, variables=request("team_web")).objects
    assert web["spec"]["imagePullSecrets"] == [{"name": "pull-team-web"}]


def test_a_namespace_that_is_none_is_refused(sidecar: Sidecar, repository: Path) -> None:
    lay_out(repository, {"a.yaml": pod()})
    message = sidecar.failure(repository, variables=request(namespace="../x"))
    assert "exit status 2: repoint: ARGOCD_APP_NAMESPACE '../x': no namespace" in message


def test_credentials_that_argo_cd_would_keep_are_a_warning(sidecar: Sidecar, repository: Path) -> None:
    lay_out(repository, {"web.yaml": pod()})
    said = "repoint: warning: harbor-pull: Argo CD keeps the credentials in Redis, and its source hydrator commits them"
    assert said in sidecar.generate(repository).log
    configure(sidecar, WITHOUT_CREDENTIALS)
    assert "Redis" not in sidecar.generate(repository).log


def test_a_secret_that_would_always_be_another_is_a_warning(
    certificate: bytes, sidecar: Sidecar, repository: Path
) -> None:
    form = "    emit: SealedSecret\n    sealedSecret: {certificate: sealed-secrets.pem}\n"
    folder = sidecar.folder / "etc" / "repoint"
    configure(sidecar, (folder / "repoint.yaml").read_text() + form)
    (folder / "sealed-secrets.pem").write_bytes(certificate)
    lay_out(repository, {"web.yaml": pod()})
    answer = sidecar.generate(repository)
    assert "repoint: warning: harbor-pull: sealed anew each time, which Argo CD takes for a change" in answer.log
    assert "Redis" not in answer.log
    (repository / "sealed.yaml").write_text(json.dumps(answer.objects[1]))
    assert "sealed anew" not in sidecar.generate(repository).log


BAD_CONFIGS = {
    "no config": ("", "repoint.yaml:1:1: the file is empty"),
    "a wrong config": (PLAIN_CONFIG.replace("mirrors:", "mirors:"), "did you mean 'mirrors'?"),
    "no credentials": (CONFIG.replace(NAMED, "files: {username: none, password: none}"), "the file none for its user"),
    "an image that no rule covers": (PLAIN_CONFIG.replace("docker", "x") + "  unmapped: error\n", "no mirror covers"),
}


@pytest.mark.parametrize(("config", "message"), BAD_CONFIGS.values(), ids=BAD_CONFIGS)
def test_a_config_that_does_not_do_is_an_error(config: str, message: str, sidecar: Sidecar, repository: Path) -> None:
    configure(sidecar, config)
    lay_out(repository, {"web.yaml": pod()})
    assert message in sidecar.failure(repository)


@needs("unshare", "mount", "setpriv")
def test_a_sidecar_of_these_tests_is_as_confined_as_that_of_the_example(sidecar: Sidecar, repository: Path) -> None:
    if not sandbox(repository):
        assert "unshare" not in required(), "this needs root, and the right to mount"
        pytest.skip("this needs root, and the right to mount")
    sidecar.script("kustomize", "id -u >&2; echo ${HOME-none} >&2; touch /x x; exit 1")
    lay_out(repository, {"Kustomization": ""})
    said = sidecar.failure(repository)
    assert "999\nrepoint: none\n" in said
    assert "Read-only file system" in said


# -- whose config it is -----------------------------------------------------------------------------------------------


def test_variables_are_no_credentials(sidecar: Sidecar, repository: Path) -> None:
    """Requests set some, as ARGOCD_ENV_PASSWORD here, and the tools that make the manifests have all of them."""
    configure(sidecar, CONFIG.replace("HARBOR_PASSWORD", "ARGOCD_ENV_PASSWORD"))
    lay_out(repository, {"web.yaml": pod()})
    message = sidecar.failure(repository, variables=request(env={"PASSWORD": "theirs"}))
    assert (
        "spec.pullSecrets[0].credentials.env: requests set variables, and kustomize and Helm get what this has"
        in message
    )


DOORS = ("LoadRestrictionsNone", "--enable-exec", "--enable-alpha-plugins")


@pytest.mark.parametrize("door", DOORS)
def test_no_kustomization_gets_at_files_where_there_are_credentials(
    door: str, sidecar: Sidecar, repository: Path
) -> None:
    """Whichever config is used for it."""
    lay_out(repository, {"Kustomization": "resources: [web.yaml]\n", "web.yaml": pod(), "own.yaml": PLAIN_CONFIG})
    option = door if door.startswith("-") else f"--load-restrictor={door}"
    opened = sidecar.with_options(f"--kustomize-build-options=--enable-helm {option}")
    for parameters in (None, [{"name": "config", "string": "own.yaml"}]):
        message = opened.failure(repository, variables=request(parameters=parameters))
        assert f"exit status 2: repoint: --kustomize-build-options: with {door} a kustomization could" in message
        assert "there are the credentials of harbor-pull" in message


GRASPING = {
    "variables": CONFIG,
    "files": CONFIG.replace(NAMED, "files: {username: /etc/passwd, password: /etc/passwd}"),
    "a docker config": CONFIG.replace(NAMED, "dockerConfig: {}"),
    "a helper": CONFIG.replace(NAMED, "credentialHelper: ecr-login"),
    "a template": f"{WITHOUT_CREDENTIALS}    emit: template\n    template: /etc/passwd\n",
}


@pytest.mark.parametrize("config", GRASPING.values(), ids=GRASPING)
def test_a_config_of_the_application_gets_at_nothing(config: str, sidecar: Sidecar, repository: Path) -> None:
    lay_out(repository, {"repoint.yaml": config, "web.yaml": pod()})
    sidecar = replace(sidecar, variables={**sidecar.variables, **CREDENTIALS})
    message = sidecar.with_options("--config=repoint.yaml").failure(repository)
    assert (
        "exit status 2: repoint.yaml: spec.pullSecrets[0]: a config at a relative path is the application's" in message
    )


def test_a_config_of_the_application_says_the_rest(sidecar: Sidecar, repository: Path) -> None:
    lay_out(repository, {"repoint.yaml": WITHOUT_CREDENTIALS, "web.yaml": pod()})
    [web] = sidecar.with_options("--config=repoint.yaml").generate(repository).objects
    assert web["spec"]["imagePullSecrets"] == [{"name": "harbor-pull"}]


def test_a_config_has_to_be_named(repository: Path) -> None:
    lay_out(repository, {"repoint.yaml": PLAIN_CONFIG, "web.yaml": pod()})
    done = repoint(repository, "argocd", "generate")
    assert (done.code, done.out) == (2, b"")
    assert "the following arguments are required: -c/--config" in done.err


def test_no_link_leads_out_of_the_repository(sidecar: Sidecar, repository: Path) -> None:
    """That is for the plugin server to see to, and the one of these tests does."""
    (repository / "web.yaml").symlink_to(sidecar.folder / "etc" / "repoint-registry" / "password")
    assert sidecar.failure(repository).startswith("illegal filepath in symlink")


# -- what takes too long ----------------------------------------------------------------------------------------------

# It starts another program; both hold on to a pipe, and nothing ends either but SIGKILL, so that a file is left.
STUBBORN = """\
trap '' TERM
exec 3>"$1"
mktemp
sleep 600 &
echo begun >&3
exec sleep 600
"""


@pytest.fixture
def held(sidecar: Sidecar, repository: Path) -> Iterator[int]:
    """The reading end of a pipe that a tool, and what it started, hold on to as long as they run."""
    pipe = sidecar.folder / "tmp" / "held"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    sidecar.script("kustomize", STUBBORN.replace("$1", str(pipe)))
    lay_out(repository, {"Kustomization": ""})
    yield reading
    os.close(reading)


def is_over(held: int) -> bool:
    """Wait until the tool has run and nothing of it is left."""
    begun = os.read(held, 100) == b"begun\n"
    return begun and bool(select.select([held], [], [], 60)[0]) and os.read(held, 100) == b""


def test_our_time_is_over_before_that_of_argo_cd(held: int, sidecar: Sidecar, repository: Path) -> None:
    message = sidecar.with_options("--timeout=5").failure(repository)
    assert message.endswith("exit status 1: repoint: not done within 5 seconds: kustomize build . was still running")
    assert is_over(held)
    assert {each.name for each in (sidecar.folder / "tmp").iterdir()} == {"held", "_cmp_server"}


def test_a_deadline_of_argo_cd_leaves_nothing_running(held: int, sidecar: Sidecar, repository: Path) -> None:
    assert "failed signal: killed" in sidecar.failure(repository, seconds=5)
    assert is_over(held)


def test_what_a_tool_has_started_writes_no_more(sidecar: Sidecar, repository: Path) -> None:
    """It could do so while the folder for its files is removed."""
    child = 'while :; do mkdir -p "$TMPDIR/a/b"; echo x >"$TMPDIR/a/b/c"; echo x >"$TMPDIR/a/d"; done'
    sidecar.script("kustomize", f"({child}) &\nexec sleep 600")
    lay_out(repository, {"Kustomization": ""})
    assert "not done within 3 seconds" in sidecar.with_options("--timeout=3").failure(repository)
    assert [each.name for each in (sidecar.folder / "tmp").iterdir()] == ["_cmp_server"]


@pytest.mark.parametrize("group", [0, None], ids=["as the leader of a group", "as one of a group"])
def test_sigterm_ends_all_that_was_started(group: int | None, held: int, sidecar: Sidecar, repository: Path) -> None:
    command = ["repoint", "argocd", "generate", "-c", str(sidecar.folder / "etc" / "repoint" / "repoint.yaml")]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(
        command, cwd=repository, env=sidecar.environment({}), process_group=group, text=True, **streams
    )
    assert select.select([held], [], [], 60)[0]
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate()
    assert (process.returncode, out) == (1, "")
    assert err == "repoint: ended by SIGTERM: kustomize build . was still running\n"
    if group == 0:  # then whoever gave us the group ends it, as Argo CD does once a request is over
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert is_over(held)


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "soon", "100000"])
def test_a_timeout_is_a_number_of_seconds(text: str, repository: Path) -> None:
    done = repoint(repository, "argocd", "generate", "-c", "x", f"--timeout={text}")
    assert (done.code, done.out) == (2, b"")
    assert f"argument --timeout: {text!r} is no number of seconds above 0 and below 86400" in done.err


# -- the example ------------------------------------------------------------------------------------------------------


def loaded(name: str) -> Any:
    return YAML(typ="safe").load(EXAMPLE / name)


TOOLS = {
    "kustomize": pytest.param("apps/kustomize", "kustomize", marks=needs("kustomize")),
    "helm": pytest.param("apps/helm", "helm4", marks=needs("helm4")),
    "directory": pytest.param("apps/directory", "", marks=()),
}


@pytest.mark.parametrize(("path", "tool"), TOOLS.values(), ids=TOOLS)
def test_the_applications_of_the_example_are_rewritten(path: str, tool: str, sidecar: Sidecar) -> None:
    if tool:
        sidecar.install(tool)
    # Here the files of the sidecar are not at the root.
    configure(sidecar, (EXAMPLE / "repoint.yaml").read_text().replace("/etc/", "../"))
    deployment, secret = sidecar.generate(EXAMPLE, path, variables=request(path=path)).objects
    template = deployment["spec"]["template"]["spec"]
    assert template["containers"][0]["image"] == "harbor.corp.example/dockerhub/library/nginx:1.27"
    assert template["imagePullSecrets"] == [{"name": secret["metadata"]["name"]}] == [{"name": "harbor-pull-web"}]


@needs("helm4")
def test_the_application_of_the_example_selects_the_plugin(sidecar: Sidecar) -> None:
    sidecar.install("helm4")
    configure(sidecar, PLAIN_CONFIG)
    source = loaded("application.yaml")["spec"]["source"]
    assert source["plugin"]["name"] == loaded("plugin.yaml")["metadata"]["name"]
    path = str(Path(source["path"]).relative_to("examples/argocd"))
    variables = request(path=path, parameters=source["plugin"]["parameters"])
    [deployment] = sidecar.generate(EXAMPLE, path, variables=variables).objects
    assert deployment["spec"]["replicas"] == 3


def test_the_sidecar_of_the_example_has_what_its_plugin_names() -> None:
    spec = loaded("repo-server-patch.yaml")["spec"]["template"]["spec"]
    [container] = spec["containers"]
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    [secret] = loaded("repoint.yaml")["spec"]["pullSecrets"]
    files = [*loaded("plugin.yaml")["spec"]["generate"]["args"], *secret["credentials"]["files"].values()]
    folders = {str(Path(each).parent) for each in files if each.startswith("/")}
    assert folders == {"/etc/repoint", "/etc/repoint-registry"} & mounts.keys()
    # These two, the Deployment of Argo CD has.
    assert {*mounts.values()} - {volume["name"] for volume in spec["volumes"]} == {"var-files", "plugins"}


def test_the_image_of_the_example_is_made_of_what_is_here() -> None:
    lines = (EXAMPLE / "Dockerfile").read_text().splitlines()
    copied = [each.split()[1:-1] for each in lines if each.startswith("COPY ") and "--from" not in each]
    assert copied
    assert [file for files in copied for file in files if not (ROOT / file).exists()] == []
    fetched = [Path(each.split()[1]).name for each in lines if each.startswith("ADD ")]
    checked = {each.split()[1] for each in (EXAMPLE / "tools.sha256").read_text().splitlines()}
    assert {name.replace("${TARGETARCH}", each) for name in fetched for each in ("amd64", "arm64")} == checked
    assert not [each for each in lines if "curl" in each or "wget" in each]
