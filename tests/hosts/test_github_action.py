"""The example for GitHub Actions, its steps run as the runner does: files for bash, inputs evaluated into variables."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from command import (
    CREDENTIALS,
    PLAIN_CONFIG,
    UNREADABLE,
    Done,
    contents,
    environment,
    lay_out,
    load,
    pod,
    repoint,
    show_no_password,
)
from installing import OFFLINE, PROJECT, ROOT, new_python
from programs import needs

pytestmark = needs("bash")

EXAMPLE = ROOT / "examples" / "github-actions"
ACTION_PATH = EXAMPLE / ".github" / "actions" / "repoint"
[ACTION] = load((ACTION_PATH / "action.yml").read_bytes())
[WORKFLOW] = load((EXAMPLE / ".github" / "workflows" / "repoint.yml").read_bytes())
JOBS: dict[str, list[dict[str, Any]]] = {name: job["steps"] for name, job in WORKFLOW["jobs"].items()}
SECRETS = {f"secrets.{name}": value for name, value in CREDENTIALS.items()}
# Where the pipe into the cluster ends here.
KUBECTL = '#!/bin/sh\necho "$@" >>"$RUNNER_TEMP/kubectl.log"\ncat >>"$RUNNER_TEMP/kubectl.log"\n'

Step = dict[str, Any]


class Runner(NamedTuple):
    """A machine that runs steps: its folder for temporary files, and its variables."""

    temp: Path
    variables: dict[str, str]

    def run(self, folder: Path, step: Step, values: Mapping[str, str]) -> Done:
        """Run the script of a step in `folder`; what it adds to PATH is there for the next ones."""
        script, path = self.temp / "step.sh", self.temp / "path"
        script.write_text(step["run"])
        path.write_text("")
        own = {name: evaluated(value, values) for name, value in step.get("env", {}).items()}
        given = {"GITHUB_PATH": str(path), "GITHUB_STEP_SUMMARY": str(self.summary)}
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=folder,
            env=environment(self.variables | given | own),
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
        self.variables["PATH"] = ":".join([*path.read_text().splitlines(), self.variables["PATH"]])
        done = Done(ran.returncode, ran.stdout, ran.stderr.decode())
        show_no_password(done, [self.summary])
        return done

    @property
    def summary(self) -> Path:
        return self.temp / "summary.md"


def evaluated(text: str, values: Mapping[str, str]) -> str:
    """Return the text of a variable with its expressions replaced by their values."""
    return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda found: values[found[1]], text)


def inputs(**given: str) -> dict[str, str]:
    """Return the values of the action's inputs: those given, which it has to have, and its defaults."""
    assert given.keys() <= ACTION["inputs"].keys()
    return {f"inputs.{name}": given.get(name, each["default"]) for name, each in ACTION["inputs"].items()}


def run_job(runner: Runner, folder: Path, name: str) -> list[Done]:
    """Run the steps of a job but those of other actions; of this one the first is run already."""
    own_action = [step for step in JOBS[name] if step.get("uses", "").startswith("./")]
    assert [(folder / step["uses"] / "action.yml").is_file() for step in own_action] == [True]
    _, ours = ACTION["runs"]["steps"]
    return [
        runner.run(folder, step, SECRETS) if "run" in step else runner.run(folder, ours, inputs(**step.get("with", {})))
        for step in JOBS[name]
        if "run" in step or step in own_action
    ]


@pytest.fixture(scope="module")
def runner(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """A runner on which the action's first step has installed repoint."""
    temp = tmp_path_factory.mktemp("runner")
    lay_out(temp, {"bin/kubectl": KUBECTL})
    (temp / "bin" / "kubectl").chmod(0o755)
    path = f"{temp / 'bin'}:{new_python(temp / 'python')}:{os.environ['PATH']}"
    runner = Runner(temp, {"RUNNER_TEMP": str(temp), "GITHUB_ACTION_PATH": str(ACTION_PATH), "PATH": path, **OFFLINE})
    install, _ = ACTION["runs"]["steps"]
    done = runner.run(temp, install, inputs(package=str(next(built.glob("*.whl")))))
    assert done.code == 0, done.err
    return runner


@pytest.fixture
def act(runner: Runner, example: Path) -> Callable[..., Done]:
    """A function that runs the action's second step in the example."""
    runner.summary.unlink(missing_ok=True)
    _, step = ACTION["runs"]["steps"]
    return lambda **given: runner.run(example, step, inputs(**given))


@pytest.fixture
def example(tmp_path: Path) -> Path:
    return shutil.copytree(EXAMPLE, tmp_path / "example")


def annotated(output: bytes) -> Iterator[tuple[str, str, int, int, str]]:
    """Yield what the runner makes of a log: severity, file, line, column and message of each line that matches.

    Raises AssertionError where the log has other commands than those of the action, or does not undo these.
    """
    begin, stop, *lines, resume, end = output.decode().split("\n")[:-1]
    assert begin == f"::add-matcher::{ACTION_PATH / 'problem-matcher.json'}"
    assert stop == f"::stop-commands::{resume.strip(':')}"
    assert resume not in lines
    [matcher] = json.loads((ACTION_PATH / "problem-matcher.json").read_text())["problemMatcher"]
    assert end == f"::remove-matcher owner={matcher['owner']}::"
    [pattern] = matcher["pattern"]
    for line in lines:
        if found := re.match(pattern["regexp"], line):
            severity, file, *place, message = (
                found[pattern[part]] for part in ("severity", "file", "line", "column", "message")
            )
            yield severity or matcher["severity"], file, *map(int, place), message


def test_inputs_reach_a_script_by_variables_alone() -> None:
    steps = [*ACTION["runs"]["steps"], *(step for steps in JOBS.values() for step in steps)]
    scripts = [step["run"] for step in steps if "run" in step]
    assert len(scripts) == 3
    assert not [script for script in scripts if "${{" in script]
    assert {step.get("shell") for step in ACTION["runs"]["steps"]} == {"bash"}


def test_the_action_installs_this_version() -> None:
    assert ACTION["inputs"]["package"]["default"] == f"git+https://git.corp.example/repoint@v{PROJECT['version']}"


def test_check_annotates_what_the_command_says(act: Callable[..., Done], runner: Runner, example: Path) -> None:
    lay_out(
        example, {"k8s/x.yaml": UNREADABLE, "k8s/y.yaml": f"{pod('quay.io/x/y')}  imagePullSecrets: [{{name: x}}]\n"}
    )
    said = repoint(example, "check", "k8s")
    done = act()
    assert (done.code, done.err) == (said.code, "") == (1, "")
    assert said.err.encode() in done.out
    lines = [
        f"{file}:{line}:{column}: {severity}: {message}"
        for severity, file, line, column, message in annotated(done.out)
    ]
    assert lines == re.sub(": (would change|to do): ", ": error: ", said.err).splitlines()[:-1]
    assert {line.split()[1] for line in lines} == {"error:", "warning:"}
    summary = "".join(f"    {line}\n" for line in said.err.splitlines())
    assert runner.summary.read_text() == f"### repoint check\n\n{summary}"


def test_a_wrong_config_is_annotated(act: Callable[..., Done], example: Path) -> None:
    lay_out(example, {"repoint.yaml": PLAIN_CONFIG.replace("mirrors:", "mirorrs:")})
    done = act()
    assert done.code == 2
    message = "spec.mirorrs: unknown key 'mirorrs'; did you mean 'mirrors'?"
    assert list(annotated(done.out)) == [("error", "repoint.yaml", 4, 3, message)]


def test_check_passes_once_nothing_is_to_do(act: Callable[..., Done], example: Path) -> None:
    assert repoint(example, "render", "k8s", "-i").code == 0
    done = act()
    assert done.code == 0
    assert list(annotated(done.out)) == []


def test_render_writes_what_the_command_writes(act: Callable[..., Done], example: Path, tmp_path: Path) -> None:
    assert repoint(example, "render", "k8s", "-o", tmp_path / "expected").code == 0
    assert act(command="render").code == 0
    assert contents(example / "rendered") == contents(tmp_path / "expected")


@pytest.mark.parametrize("command", ["secrets", "--version", "", "check; touch x", "$(touch x)"])
def test_another_command_is_refused(command: str, act: Callable[..., Done], example: Path) -> None:
    before = contents(example)
    assert act(command=command).code == 2
    assert contents(example) == before


@pytest.mark.parametrize(
    "name", ["two words", 'it\'s "k8s"', "$(touch x)", "`touch x`", "--help", "x; touch x", "$HOME", "*", "::error::"]
)
def test_an_input_is_a_name_and_nothing_else(name: str, act: Callable[..., Done], example: Path) -> None:
    (example / "k8s").rename(example / name)
    (example / "repoint.yaml").rename(example / f"{name}.config")
    before = contents(example)
    done = act(command="render", path=name, config=f"{name}.config", output=f"{name}.rendered")
    assert done.code == 0, done.out
    written = {f"{name}.rendered/", f"{name}.rendered/web.yaml"}
    assert contents(example).keys() - before.keys() == written
    assert next(annotated(act(path=name, config=f"{name}.config").out))[1] == f"{name}/web.yaml"


def test_what_a_file_is_called_is_no_command(act: Callable[..., Done], example: Path) -> None:
    lay_out(example, {"k8s/a\n::add-mask::web\n.yaml": pod()})
    done = act()
    assert rb"k8s/a\n::add-mask::web\n.yaml:6:12: would change: " in done.out
    assert "k8s/web.yaml" in {file for _, file, *_ in annotated(done.out)}


def test_the_job_that_checks_fails_here(runner: Runner, example: Path) -> None:
    [checked] = run_job(runner, example, "check")
    assert checked.code == 1


def test_the_job_that_deploys_gives_the_cluster_manifests_and_secrets(runner: Runner, example: Path) -> None:
    made = repoint(example, "secrets", "k8s")
    rendered, applied = run_job(runner, example, "deploy")
    assert rendered.code == 0
    assert applied == Done(0, b"", made.err)
    assert (example / "rendered" / "web.yaml").is_file()
    assert (runner.temp / "kubectl.log").read_text() == f"apply -f rendered\napply -f -\n{made.out.decode()}"


def test_only_the_step_that_makes_secrets_has_credentials() -> None:
    steps = [step for steps in JOBS.values() for step in steps]
    assert [step for step in steps if "secrets." in str(step)] == [JOBS["deploy"][-1]]
    assert "repoint secrets" in JOBS["deploy"][-1]["run"]
