"""Install repoint as a plugin: a folder with a small script, where kustomize or Helm 4 looks for it.

Helm 3 takes the command itself for a post-renderer, and loads no plugin of Helm 4: one that it finds among its own
makes it refuse to load any (pkg/plugin/plugin.go). So the plugin of Helm 4 goes into a folder of its own.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from transformer.errors import UsageError
from transformer.hosts import outputs
from transformer.hosts.outputs import Output
from transformer.hosts.run import DONE, version

_EXECUTABLE = 0o755
_KIND = Path("repoint.dev", "v1alpha1", "mirrorconfig", "MirrorConfig")
_HELM = """\
apiVersion: v1
type: postrenderer/v1
name: repoint
version: {version}
runtime: subprocess
runtimeConfig:
  platformCommand:
  - command: ${{HELM_PLUGIN_DIR}}/repoint
"""


class Plugin(NamedTuple):
    """A plugin: the folder that its host looks into, its files there with their text and mode, and how it is used."""

    folder: Path
    files: Mapping[Path, tuple[str, int | None]]
    use: str


def install(options: argparse.Namespace) -> int:
    """Write the files of a plugin, say how it is used, and return the exit code."""
    if os.name != "posix":
        raise UsageError("plugins are shell scripts, for Linux and macOS")
    plugin = (_kustomize if options.host == "kustomize" else _helm)(options.to)
    outputs.write([Output(plugin.folder / name, text.encode(), mode) for name, (text, mode) in plugin.files.items()])
    print(f"repoint: the plugin is in {plugin.folder}\n{plugin.use}", file=sys.stderr)
    return DONE


def _kustomize(to: Path | None) -> Plugin:
    folder = to or _plugin_home()
    home = "" if folder == _plugin_home() else f"KUSTOMIZE_PLUGIN_HOME={shlex.quote(str(folder.absolute()))} "
    use = (
        f"  {home}kustomize build --enable-alpha-plugins DIR, or {home}kubectl kustomize --enable-alpha-plugins DIR\n"
        "runs it for each MirrorConfig under transformers or generators that has no annotation for a function"
    )
    return Plugin(folder, {_KIND: (_script("kustomize-plugin"), _EXECUTABLE)}, use)


def _helm(to: Path | None) -> Plugin:
    folder = to or _home("XDG_DATA_HOME", ".local/share") / "repoint" / "helm"
    name = Path("repoint")
    files = {
        name / "plugin.yaml": (_HELM.format(version=version()), None),
        name / "repoint": (_script("pipe"), _EXECUTABLE),
    }
    use = (
        f"  HELM_PLUGINS={shlex.quote(str(folder.absolute()))} helm template NAME CHART --post-renderer repoint\n"
        "runs it in Helm 4, which shows nothing of what it says: REPOINT_LOG=FILE keeps that"
    )
    return Plugin(folder, files, use)


def _script(command: str) -> str:
    """Return a script that runs this very installation, which need not be on the PATH of a host.

    Without -P, Python would take modules of the folder in which the host works for its own.
    """
    return f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -m transformer {command} "$@"\n'


def _plugin_home() -> Path:
    """Return where kustomize looks for plugins first (api/konfig/plugins.go): what a variable says, or its default."""
    said = os.environ.get("KUSTOMIZE_PLUGIN_HOME")
    return Path(said) if said else _home("XDG_CONFIG_HOME", ".config") / "kustomize" / "plugin"


def _home(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / default)
