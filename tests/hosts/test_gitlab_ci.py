"""The example for GitLab CI, its jobs run as the runner does: the lines of a job as one script, without credentials."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command import UNREADABLE, Done, contents, environment, lay_out, load, pod, repoint
from installing import OFFLINE, PROJECT, ROOT, new_python
from programs import needs

pytestmark = needs("bash")

EXAMPLE = ROOT / "examples" / "gitlab-ci"
[PIPELINE] = load((EXAMPLE / ".gitlab-ci.yml").read_bytes())
SEVERITIES = {"info", "minor", "major", "critical", "blocker"}

Job = Callable[..., Done]


@pytest.fixture(scope="module")
def variables(built: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a machine in which `python` and `pip` are those of an environment of their own."""
    python = new_python(tmp_path_factory.mktemp("python"), with_pip=True)
    of_machine = {"REPOINT_PACKAGE": str(next(built.glob("*.whl"))), "PATH": f"{python}:{os.environ['PATH']}"}
    return {**PIPELINE["variables"], **OFFLINE, **of_machine}


@pytest.fixture
def run_job(variables: dict[str, str], example: Path) -> Job:
    """A function that runs a job in the example, with the variables of the pipeline and those it is given."""

    def run(name: str, **given: str) -> Done:
        job = PIPELINE[PIPELINE[name]["extends"]] | PIPELINE[name]
        ran, *_ = [
            subprocess.run(
                ["bash", "-c", "\n".join(["set -eo pipefail", *lines])],
                cwd=example,
                env=environment(variables | given),
                stdin=subprocess.DEVNULL,
                capture_output=True,
            )
            for lines in ([*job["before_script"], *job["script"]], job.get("after_script", []))
        ]
        return Done(ran.returncode, ran.stdout, ran.stderr.decode())

    return run


@pytest.fixture
def example(tmp_path: Path) -> Path:
    return shutil.copytree(EXAMPLE, tmp_path / "example")


def issues(folder: Path) -> list[dict[str, Any]]:
    """Return the issues that GitLab is given; raises AssertionError where one is not as its documentation asks."""
    file = folder / PIPELINE["check"]["artifacts"]["reports"]["codequality"]
    found: list[dict[str, Any]] = json.loads(file.read_text())
    for each in found:
        assert each.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert each["severity"] in SEVERITIES
    assert len({each["fingerprint"] for each in found}) == len(found)
    return found


def test_the_pipeline_installs_this_version() -> None:
    assert PIPELINE["variables"]["REPOINT_PACKAGE"] == f"git+https://git.corp.example/repoint@v{PROJECT['version']}"


def test_check_says_what_the_command_says(run_job: Job, example: Path) -> None:
    lay_out(example, {"k8s/x.yaml": UNREADABLE, "k8s/y.yaml": pod("quay.io/x/y")})
    said = repoint(example, "check", "k8s")
    assert run_job("check") == said
    lines = [
        f"{each['location']['path']}:{each['location']['lines']['begin']}: {each['severity']}: {each['description']}"
        for each in issues(example)
    ]
    assert sorted(lines) == [
        "k8s/web.yaml:13: major: Deployment shop/web: gets the pull secret harbor-pull",
        "k8s/web.yaml:15: major: nginx:1.27 -> harbor.corp.example/dockerhub/library/nginx:1.27",
        "k8s/x.yaml:3: critical: not YAML: did not find expected ',' or ']' (while parsing a flow sequence)",
        "k8s/y.yaml:6: minor: no mirror covers quay.io/x/y",
    ]
    assert len(said.err.splitlines()) == len(lines) + 1


def test_an_issue_that_moves_is_the_same(run_job: Job, example: Path) -> None:
    run_job("check")
    before = issues(example)
    lay_out(example, {"k8s/web.yaml": f"# The front door.\n{(example / 'k8s' / 'web.yaml').read_text()}"})
    run_job("check")
    after = issues(example)
    assert [each["fingerprint"] for each in after] == [each["fingerprint"] for each in before]
    assert [each["location"] for each in after] != [each["location"] for each in before]


def test_check_passes_once_nothing_is_to_do(run_job: Job, example: Path) -> None:
    assert repoint(example, "render", "k8s", "-i").code == 0
    assert run_job("check").code == 0
    assert issues(example) == []


def test_render_keeps_what_the_command_writes(run_job: Job, example: Path, tmp_path: Path) -> None:
    assert repoint(example, "render", "k8s", "-o", tmp_path / "expected").code == 0
    assert run_job("render").code == 0
    [kept] = PIPELINE["render"]["artifacts"]["paths"]
    assert contents(example / kept) == contents(tmp_path / "expected")


@pytest.mark.parametrize("name", ["two words", 'it\'s "k8s"', "$(touch x)", "`touch x`", "--help", "x; touch x", "*"])
def test_a_variable_is_a_name_and_nothing_else(name: str, run_job: Job, example: Path) -> None:
    (example / "k8s").rename(example / name)
    before = contents(example)
    assert run_job("render", MANIFESTS=name).code == 0
    assert contents(example).keys() - before.keys() == {"rendered/", "rendered/web.yaml"}
