"""An installed plugin stands where its host looks, and runs the very installation that made it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from command import CREDENTIALS, MIRRORED, PLAIN_CONFIG, POD, contents, environment, lay_out, repoint

PLUGIN = "repoint.dev/v1alpha1/mirrorconfig/MirrorConfig"
HOMES = {
    "a variable": ({"KUSTOMIZE_PLUGIN_HOME": "HOME/x"}, ("kustomize",), f"x/{PLUGIN}"),
    "a folder of configuration": ({"XDG_CONFIG_HOME": "HOME/c"}, ("kustomize",), f"c/kustomize/plugin/{PLUGIN}"),
    "a home": ({"HOME": "HOME"}, ("kustomize",), f".config/kustomize/plugin/{PLUGIN}"),
    "a folder that is named": ({}, ("kustomize", "--to", "p"), f"p/{PLUGIN}"),
    "a folder of data": ({"XDG_DATA_HOME": "HOME/d"}, ("helm",), "d/repoint/helm/repoint/repoint"),
    "a home, for Helm": ({"HOME": "HOME"}, ("helm",), ".local/share/repoint/helm/repoint/repoint"),
    "a folder that is named, for Helm": ({}, ("helm", "--to", "p"), "p/repoint/repoint"),
}


@pytest.mark.parametrize(("variables", "arguments", "place"), HOMES.values(), ids=HOMES)
def test_install(variables: dict[str, str], arguments: tuple[str, ...], place: str, tmp_path: Path) -> None:
    unset = dict.fromkeys(("KUSTOMIZE_PLUGIN_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), "")
    env = unset | {name: value.replace("HOME", str(tmp_path)) for name, value in variables.items()}
    for _ in "again":
        done = repoint(tmp_path, "plugin", "install", *arguments, env=env)
        assert (done.code, done.out) == (0, b"")
    script = tmp_path / place
    assert script.stat().st_mode & 0o111 == 0o111
    assert {name for name in contents(tmp_path) if not name.endswith("/")} == {
        place,
        *([place.removesuffix("repoint") + "plugin.yaml"] if "helm" in arguments else []),
    }


@pytest.mark.parametrize("host", ["kustomize", "helm"])
def test_a_plugin_runs_this_installation(host: str, tmp_path: Path) -> None:
    """A folder with the name of the package, where the host works, is not taken for it."""
    repoint(tmp_path, "plugin", "install", host, "--to", "a folder")
    lay_out(tmp_path, {"repoint.yaml": PLAIN_CONFIG, "transformer/__init__.py": "raise SystemExit(9)\n"})
    script = tmp_path / "a folder" / ("repoint/repoint" if host == "helm" else PLUGIN)
    arguments = [] if host == "helm" else ["repoint.yaml"]
    package = str(Path(sys.modules["transformer"].__path__[0]).parent)
    env = environment(CREDENTIALS) | {"PATH": "", "PYTHONPATH": package}
    done = subprocess.run([script, *arguments], cwd=tmp_path, env=env, input=POD.encode(), capture_output=True)
    assert (done.returncode, done.stdout.decode()) == (0, MIRRORED)
