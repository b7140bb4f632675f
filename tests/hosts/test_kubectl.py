"""`kubectl repoint` is the command: the same bytes, exit codes and standard input, by the name that was typed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from command import CONFIG, CREDENTIALS, MIRRORED, POD, Done, environment, lay_out, repoint, show_no_password
from in_hosts import commands_of, stage
from installing import install
from programs import needs

pytestmark = needs("kubectl")

Run = Callable[..., Done]


@pytest.fixture(scope="module")
def commands(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an installation."""
    return install(tmp_path_factory.mktemp("installed"), next(built.glob("*.whl")))


@pytest.fixture
def kubectl_repoint(commands: Path, tmp_path: Path) -> Run:
    """A function that runs `kubectl repoint` in a folder with a config and a Pod, and no kubeconfig."""
    lay_out(tmp_path, {"repoint.yaml": CONFIG, "web.yaml": POD})
    variables = CREDENTIALS | {"PATH": f"{commands}:{os.environ['PATH']}", "KUBECONFIG": os.devnull}

    def run(*arguments: str, stdin: str = "") -> Done:
        command = ["kubectl", "repoint", *arguments]
        ran = subprocess.run(
            command, cwd=tmp_path, env=environment(variables), input=stdin.encode(), capture_output=True
        )
        done = Done(ran.returncode, ran.stdout, ran.stderr.decode())
        show_no_password(done, [])
        return done

    return run


def test_kubectl_finds_the_command(kubectl_repoint: Run) -> None:
    assert kubectl_repoint("--version") == Done(0, f"repoint {version('repoint')}\n".encode(), "")


def test_standard_input_goes_through(kubectl_repoint: Run, tmp_path: Path) -> None:
    done = kubectl_repoint("render", "-", stdin=POD)
    assert done == repoint(tmp_path, "render", "-", stdin=POD)
    assert done.out.decode().startswith(MIRRORED)


def test_exit_codes_go_through(kubectl_repoint: Run) -> None:
    assert kubectl_repoint("check", "web.yaml").code == 1
    assert kubectl_repoint("check", "no.yaml").code == 2


def test_usage_has_the_name_that_was_typed(kubectl_repoint: Run) -> None:
    assert kubectl_repoint("render", "--help").out.startswith(b"usage: kubectl repoint render ")
    done = kubectl_repoint("rendre")
    assert (done.code, done.out) == (2, b"")
    assert done.err.splitlines()[-1].startswith("kubectl repoint: error: argument COMMAND: invalid choice: 'rendre'")


EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "kubectl"


def test_the_example_runs_as_its_readme_says(commands: Path, tmp_path: Path) -> None:
    at = stage(shutil.copytree(EXAMPLE, tmp_path / "stage"), commands, {})
    [command] = commands_of(EXAMPLE)
    done = at.run("sh", "-ec", command)
    expected = Path(__file__).parent.parent / "cases" / "examples" / "kubectl.yaml"
    assert (done.code, done.out) == (0, expected.read_bytes()), done.err
