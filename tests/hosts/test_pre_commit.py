"""The hooks of pre-commit: the real one installs this repository, and finds and writes what the command does."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from command import CONFIG, MIRRORED, POD, Done, contents, environment, lay_out, pod, repoint, show_no_password
from installing import PACKAGED, PROJECT, ROOT, copy, run
from programs import needs

pytestmark = needs("pre-commit", "git")

EXAMPLE = ROOT / "examples" / "pre-commit"
ADDRESS = "https://git.corp.example/repoint"
GIT = ["git", "-c", "user.name=somebody", "-c", "user.email=somebody@corp.example"]

# The hooks as they are without any `args`.
WITHOUT_ARGUMENTS = f"""\
repos:
- repo: {ADDRESS}
  rev: v{PROJECT["version"]}
  hooks: [{{id: repoint-render}}, {{id: repoint-check}}]
"""
HELM_TEMPLATE = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n  labels:\n    {{- include }}\n"
KUSTOMIZATION = (
    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages: [{name: nginx, newTag: '1'}]\n"
)

PreCommit = Callable[..., Done]


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables by which git has this repository at ADDRESS, and pre-commit keeps its environments apart."""
    origin = committed(copy(tmp_path_factory.mktemp("origin"), *PACKAGED, ".pre-commit-hooks.yaml"))
    run(*GIT, "tag", f"v{PROJECT['version']}", cwd=origin)
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{origin}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
        "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("environments")),
    }


@pytest.fixture
def pre_commit(variables: dict[str, str]) -> PreCommit:
    """A function that runs pre-commit in a folder."""

    def run_hooks(folder: Path, *arguments: str) -> Done:
        command = ["pre-commit", "run", "--color=never", *arguments]
        ran = subprocess.run(command, cwd=folder, env=environment(variables), capture_output=True)
        done = Done(ran.returncode, ran.stdout, ran.stderr.decode())
        show_no_password(done, [])
        return done

    return run_hooks


def committed(folder: Path) -> Path:
    """Make `folder` a repository in which all is committed."""
    run("git", "init", "--quiet", cwd=folder)
    run("git", "add", ".", cwd=folder)
    run(*GIT, "commit", "--quiet", "--message=All", cwd=folder)
    return folder


@pytest.fixture
def example(tmp_path: Path) -> Path:
    return committed(shutil.copytree(EXAMPLE, tmp_path / "example"))


def outcomes(done: Done) -> dict[str, str]:
    """Return what pre-commit says became of each hook."""
    return dict(re.findall(r"^(repoint \w+)\.+(?:\(.*\))?(\w+)$", done.out.decode(), re.MULTILINE))


def test_the_example_is_rewritten_once(example: Path, pre_commit: PreCommit, tmp_path: Path) -> None:
    assert repoint(example, "render", "k8s", "-o", tmp_path / "expected").code == 0
    done = pre_commit(example, "--all-files")
    assert (done.code, outcomes(done)) == (1, {"repoint render": "Failed", "repoint check": "Passed"})
    assert contents(example / "k8s") == contents(tmp_path / "expected") != contents(EXAMPLE / "k8s")
    done = pre_commit(example, "--all-files")
    assert (done.code, outcomes(done)) == (0, {"repoint render": "Passed", "repoint check": "Passed"})


def test_check_says_what_the_command_says(example: Path, pre_commit: PreCommit) -> None:
    done = pre_commit(example, "--all-files", "repoint-check")
    assert (done.code, outcomes(done)) == (1, {"repoint check": "Failed"})
    assert repoint(example, "check", "k8s").err in done.out.decode()
    assert contents(example / "k8s") == contents(EXAMPLE / "k8s")


def test_accounts_count_that_are_not_staged(example: Path, pre_commit: PreCommit) -> None:
    file = example / "k8s" / "web.yaml"
    file.write_text(file.read_text().replace("nginx:1.27", "nginx:1.28"))
    run("git", "add", ".", cwd=example)
    assert outcomes(pre_commit(example)) == {"repoint render": "Failed", "repoint check": "Passed"}
    assert "- name: partner-registry\n      - name: harbor-pull\n" in file.read_text()


def test_nothing_runs_where_no_manifest_is_staged(example: Path, pre_commit: PreCommit) -> None:
    lay_out(example, {"notes.md": "image: nginx\n"})
    run("git", "add", ".", cwd=example)
    assert outcomes(pre_commit(example)) == {"repoint render": "Skipped", "repoint check": "Skipped"}


def test_without_arguments_all_is_read_and_what_is_no_manifest_passes(tmp_path: Path, pre_commit: PreCommit) -> None:
    others = {"chart/templates/pod.yaml": HELM_TEMPLATE, "k8s/kustomization.yaml": KUSTOMIZATION, "x.json": "[1]\n"}
    ours = {"repoint.yaml": CONFIG, ".pre-commit-config.yaml": WITHOUT_ARGUMENTS}
    lay_out(tmp_path, {"k8s/web.yaml": POD, "pods/mail.yaml": pod("nginx:1.27", "mail"), **others, **ours})
    committed(tmp_path)
    assert pre_commit(tmp_path, "--all-files").code == 1
    assert pre_commit(tmp_path, "--all-files").code == 0
    changed = run("git", "diff", "--name-only", cwd=tmp_path).split()
    assert changed == ["k8s/web.yaml", "pods/mail.yaml"]
    assert (tmp_path / "k8s" / "web.yaml").read_text().startswith(MIRRORED)
