"""Every host that repoint runs in, as a function: a folder with `repoint.yaml` and `input.yaml`, and what comes out.

Each host is the real program. `repoint` is on its PATH, as a script that runs this very checkout.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

from command import CREDENTIALS, Done, environment, lay_out, show_no_password

import transformer

CHECKOUT = Path(transformer.__path__[0]).parent
FUNCTION = "  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: repoint}\n"
KUSTOMIZATION = "resources: [input.yaml]\ntransformers: [function.yaml]\n"
BUILD = ("build", "--enable-alpha-plugins")
CHART = {"Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n"}


class Stage(NamedTuple):
    """A folder of a test, the variables of its runs, and the file that a run logs to."""

    folder: Path
    env: Mapping[str, str]
    log: Path

    def run(self, *command: str | Path, stdin: bytes = b"", **variables: str) -> Done:
        """Run a program in the folder and see that it shows no password but in what it makes."""
        ran = subprocess.run(
            [*map(str, command)],
            cwd=self.folder,
            env={**self.env, **variables},
            input=stdin,
            capture_output=True,
            timeout=120,
        )
        done = Done(ran.returncode, ran.stdout, ran.stderr.decode())
        show_no_password(done, [self.log])
        return done

    def read(self, name: str) -> str:
        return (self.folder / name).read_text()


def stage(folder: Path, bin_folder: Path, variables: Mapping[str, str] = CREDENTIALS) -> Stage:
    """Return a stage in `folder`, where `bin_folder` has the command."""
    log = folder.parent / f"{folder.name}.log"
    homes = {f"HELM_{name}_HOME": str(folder.parent / "helm") for name in ("CACHE", "CONFIG", "DATA")}
    path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    # A legacy plugin that fails leaves its config among the temporary files.
    places = {"PATH": path, "TMPDIR": str(folder.parent), "REPOINT_LOG": str(log)}
    return Stage(folder, environment(variables) | homes | places, log)


def install_command(folder: Path) -> Path:
    """Make the folder hold a program `repoint` that runs this checkout, and return it."""
    script = folder / "repoint"
    variables = f"PYTHONPATH={shlex.quote(str(CHECKOUT))}"
    script.write_text(f'#!/bin/sh\n{variables} exec {shlex.quote(sys.executable)} -P -m transformer "$@"\n')
    script.chmod(0o755)
    return folder


def commands_of(example: Path) -> list[str]:
    """Return what the README of an example says to run, block by block."""
    return re.findall(r"^```sh\n(.*?)^```$", (example / "README.md").read_text(), re.MULTILINE | re.DOTALL)


Host: TypeAlias = Callable[[Stage], Done]


def render(at: Stage) -> Done:
    return at.run("repoint", "render", stdin=at.read("input.yaml").encode())


def render_files(at: Stage) -> Done:
    return at.run("repoint", "render", "input.yaml")


def function(program: str) -> Host:
    """Return kustomize, with the config as an exec function among its transformers."""

    def build(at: Stage) -> Done:
        config = at.read("repoint.yaml").replace("  name: corp\n", f"  name: corp\n{FUNCTION}")
        lay_out(at.folder, {"function.yaml": config, "kustomization.yaml": KUSTOMIZATION})
        return at.run(program, *BUILD, "--enable-exec", ".")

    return build


def plugin(*command: str) -> Host:
    """Return a kustomize, with the config for its legacy plugin among its transformers."""

    def build(at: Stage) -> Done:
        lay_out(at.folder, {"kustomization.yaml": KUSTOMIZATION.replace("function.yaml", "repoint.yaml")})
        at.run("repoint", "plugin", "install", "kustomize", "--to", "home")
        return at.run(*command, ".", KUSTOMIZE_PLUGIN_HOME=str(at.folder / "home"))

    return build


def _chart(at: Stage) -> None:
    lay_out(at.folder / "chart", {**CHART, "templates/input.yaml": at.read("input.yaml")})


def helm3(at: Stage) -> Done:
    _chart(at)
    return at.run("helm3", "template", "release", "chart", "--post-renderer", "repoint")


def helm4(at: Stage) -> Done:
    _chart(at)
    at.run("repoint", "plugin", "install", "helm", "--to", "plugins")
    command = ("helm4", "template", "release", "chart", "--post-renderer", "repoint")
    return at.run(*command, HELM_PLUGINS=str(at.folder / "plugins"))


def kpt(at: Stage) -> Done:
    lay_out(at.folder, {"package/input.yaml": at.read("input.yaml")})
    command = "repoint --allow-plaintext-secrets"
    return at.run(
        *("kpt", "fn", "eval", "package", "--exec", command, "--truncate-output=false", "--fn-config", "repoint.yaml"),
        *("--output", "unwrap"),
    )


def argocd(program: str, *names: str, **files: str) -> Host:
    """Return the plugin of Argo CD, with an application that has the input by one of `names` and other `files`."""

    def generate(at: Stage) -> Done:
        mounted = {f"mounted/{name}": at.env[name] for name in CREDENTIALS if name in at.env}
        config = at.read("repoint.yaml").replace(
            "env: {username: HARBOR_USER, password: HARBOR_PASSWORD}",
            "files: {username: mounted/HARBOR_USER, password: mounted/HARBOR_PASSWORD}",
        )
        lay_out(at.folder, {"operators.yaml": config, **mounted})
        lay_out(at.folder / "app", {**dict.fromkeys(names, at.read("input.yaml")), **files})
        tool = at.folder / "bin" / program.rstrip("0123456789")
        tool.parent.mkdir()
        tool.symlink_to(str(shutil.which(program)))
        command = ("env", "-C", "app", "repoint", "argocd", "generate", "--config", at.folder / "operators.yaml")
        return at.run(*command, PATH=f"{tool.parent}{os.pathsep}{at.env['PATH']}", ARGOCD_APP_NAME="release")

    return generate


HOSTS: dict[str, tuple[str, Host]] = {
    "standard input": ("sh", render),
    "files": ("sh", render_files),
    "kustomize": ("kustomize", function("kustomize")),
    "kustomize 5.3": ("kustomize53", function("kustomize53")),
    "kustomize, plugin": ("kustomize", plugin("kustomize", *BUILD)),
    "kustomize 5.3, plugin": ("kustomize53", plugin("kustomize53", *BUILD)),
    "kubectl kustomize, plugin": ("kubectl", plugin("kubectl", "kustomize", "--enable-alpha-plugins")),
    "Helm 3": ("helm3", helm3),
    "Helm 4": ("helm4", helm4),
    "kpt": ("kpt", kpt),
    "Argo CD, a directory": ("sh", argocd("sh", "input.yaml")),
    "Argo CD, kustomize": ("kustomize", argocd("kustomize", "input.yaml", Kustomization="resources: [input.yaml]\n")),
    "Argo CD, Helm 3": ("helm3", argocd("helm3", "templates/input.yaml", **CHART)),
    "Argo CD, Helm 4": ("helm4", argocd("helm4", "templates/input.yaml", **CHART)),
}
"""By name, the program that a host is and how it is run."""
