"""Hooks of a chart find their pull secret: what the real Helm 4 takes for a hook, and what the command makes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import CONFIG, lay_out, load, repoint
from in_hosts import Stage, stage
from programs import needs

JOB = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations:
    helm.sh/hook: pre-install, pre-upgrade
    helm.sh/hook-weight: "-5"
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: migrate
        image: nginx:1.27
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: nginx:1.27
"""
CHART = {
    "repoint.yaml": CONFIG,
    "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
    "chart/templates/migrate.yaml": JOB,
    "chart/templates/web.yaml": DEPLOYMENT,
}
ANNOTATIONS = {
    "helm.sh/hook": "pre-install,pre-upgrade,pre-rollback",
    "helm.sh/hook-weight": "-6",
    "helm.sh/resource-policy": "keep",
}


@pytest.fixture
def at(bin_folder: Path, tmp_path: Path) -> Stage:
    """A stage with the chart and the plugin of Helm 4."""
    lay_out(tmp_path / "stage", CHART)
    made = stage(tmp_path / "stage", bin_folder)
    made.run("repoint", "plugin", "install", "helm", "--to", "plugins")
    return made


def templated(at: Stage, *options: str) -> list[Any]:
    """Return what `helm template` prints of the chart, rendered by the plugin: the release, then its hooks."""
    command = ("helm4", "template", "shop", "chart", "--post-renderer", "repoint", *options)
    return load(at.run(*command, HELM_PLUGINS=str(at.folder / "plugins")).out)


def named(objects: list[Any]) -> list[str]:
    return [f"{each['kind']} {each['metadata']['name']}" for each in objects]


def pulled_with(objects: list[Any]) -> Iterator[list[str]]:
    for each in objects:
        if each["kind"] != "Secret":
            yield [entry["name"] for entry in each["spec"]["template"]["spec"]["imagePullSecrets"]]


@needs("helm4")
def test_helm_takes_the_secret_of_a_hook_for_a_hook(at: Stage) -> None:
    release, hooks = templated(at, "--no-hooks"), templated(at)[1:]
    assert named(release) == ["Deployment web"]
    assert named(hooks) == ["Secret harbor-pull", "Job migrate"]
    assert list(pulled_with([*release, *hooks])) == [["harbor-pull"]] * 2
    assert hooks[0]["metadata"]["annotations"] == ANNOTATIONS


@needs("helm4")
def test_helm_takes_the_secret_of_other_hooks_for_a_part_of_the_release(at: Stage) -> None:
    lay_out(at.folder, {"chart/templates/migrate.yaml": JOB.replace("pre-", "post-")})
    assert named(templated(at, "--no-hooks")) == ["Secret harbor-pull", "Deployment web"]


def made(folder: Path, text: str, more: str = "") -> list[Any]:
    """What the command makes for a stream, with more in the pull secret of the config."""
    lay_out(folder, {"repoint.yaml": CONFIG + more})
    done = repoint(folder, "render", stdin=text)
    assert done.code == 0, done.err
    return load(done.out)[text.count("kind:") :]


def test_a_hook_finds_its_secret_by_the_name_with_its_hash(tmp_path: Path) -> None:
    text = f"{JOB}---\n{DEPLOYMENT}"
    [secret] = made(tmp_path, text, "    nameSuffixHash: kubectl\n")
    [normal] = made(tmp_path, DEPLOYMENT, "    nameSuffixHash: kubectl\n")
    assert secret["metadata"] == {"name": normal["metadata"]["name"], "annotations": ANNOTATIONS}


def test_annotations_of_the_config_win(tmp_path: Path) -> None:
    by_hand = {"helm.sh/hook": "pre-install", "helm.sh/hook-weight": "-50"}
    [secret] = made(tmp_path, JOB, f"    annotations: {json.dumps(by_hand)}\n")
    assert secret["metadata"]["annotations"] == by_hand


@pytest.mark.parametrize(("wave", "expected"), [("-3", {"argocd.argoproj.io/sync-wave": "-4"}), ("3", None)])
def test_a_wave_of_argo_cd_finds_its_secret(wave: str, expected: dict[str, str] | None, tmp_path: Path) -> None:
    said = f'  name: web\n  annotations: {{argocd.argoproj.io/sync-wave: "{wave}"}}\n'
    [secret] = made(tmp_path, DEPLOYMENT.replace("  name: web\n", said, 1))
    assert secret["metadata"].get("annotations") == expected


ON_ACCOUNT = "    attachTo: serviceAccounts\n    emitServiceAccounts: true\n"


def test_an_account_that_is_made_is_there_before_hooks(tmp_path: Path) -> None:
    account, secret = made(tmp_path, JOB, ON_ACCOUNT)
    assert (account["kind"], secret["kind"]) == ("ServiceAccount", "Secret")
    assert account["metadata"]["annotations"] == secret["metadata"]["annotations"]
    assert account["metadata"]["annotations"]["helm.sh/hook-weight"] == "-6"


LASTING = {
    "what needs the same": DEPLOYMENT,
    "what needs nothing": DEPLOYMENT.replace("nginx", "quay.io/app"),
    "what has a list of its own": f"{DEPLOYMENT}      imagePullSecrets: [{{name: harbor-pull}}]\n",
}


@pytest.mark.parametrize("text", LASTING.values(), ids=LASTING)
def test_no_account_that_other_pods_run_as_becomes_a_hook(text: str, tmp_path: Path) -> None:
    """Helm would delete it at each upgrade, and with it the tokens of these pods."""
    account, secret = made(tmp_path, f"{JOB}---\n{text}", ON_ACCOUNT)
    assert "annotations" not in account["metadata"]
    assert "helm.sh/hook" in secret["metadata"]["annotations"]
