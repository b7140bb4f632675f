"""Run the command as a user does: in a folder, as a process of its own, and see that it shows no password."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from passwords import PASSWORD, leaks
from ruamel.yaml import YAML

USER = "robot$ci"
CREDENTIALS = {"HARBOR_USER": USER, "HARBOR_PASSWORD": PASSWORD}

CONFIG = """\
apiVersion: repoint.dev/v1alpha1
kind: MirrorConfig
spec:
  mirrors:
  - {source: docker.io, mirror: harbor.corp.example/hub}
  pullSecrets:
  - name: harbor-pull
    registries: [harbor.corp.example]
    credentials:
      env: {username: HARBOR_USER, password: HARBOR_PASSWORD}
"""
# No pull secrets: what is printed is the manifests alone, and no credentials are needed.
PLAIN_CONFIG = CONFIG[: CONFIG.index("  pullSecrets:")]

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
UNREADABLE = "apiVersion: v1\nkind: [Pod\n"


def pod(image: str = "nginx:1.27", name: str = "web") -> str:
    """Return a Pod without a pull secret; its image stands on line 6, column 12."""
    return f"""\
apiVersion: v1
kind: Pod
metadata: {{name: {name}}}
spec:
  containers:
  - image: {image}  # by hand
"""


POD, MIRRORED = pod(), pod("harbor.corp.example/hub/library/nginx:1.27")
ATTACHED = MIRRORED + "  imagePullSecrets:\n  - name: harbor-pull\n"


@dataclass(frozen=True)
class Done:
    """What a run left: its exit code, its standard output as bytes and its standard error as text."""

    code: int
    out: bytes
    err: str


def repoint(
    folder: Path,
    *arguments: str | Path,
    stdin: str | bytes = b"",
    env: Mapping[str, str] = CREDENTIALS,
    **options: Any,
) -> Done:
    """Run the command in `folder`; of the variables, only those in `env` hold credentials.

    Raises AssertionError where a password is seen in what the run left.
    """
    ran = subprocess.run(
        [sys.executable, "-m", "transformer", *map(str, arguments)],
        cwd=folder,
        env=environment(env),
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        **({"capture_output": True} | options),
    )
    done = Done(ran.returncode, ran.stdout or b"", (ran.stderr or b"").decode())
    show_no_password(done, [folder / name for name in reports(*map(str, arguments))])
    return done


def show_no_password(done: Done, files: Iterable[Path]) -> None:
    """Hold what a run left against every sample password: only a Secret's data has one, in base64, in the output."""
    shown = {
        "standard output": leaks(done.out, encoded=False),
        "standard error": leaks(done.err),
        **{file.name: leaks(file.read_bytes()) for file in files if file.is_file()},
    }
    seen = [f"{place}: {leak}" for place, found in shown.items() for leak in found]
    if seen:
        raise AssertionError(f"a password is seen: {'; '.join(seen)}")


def reports(*arguments: str) -> list[str]:
    """Return the files that a command line names for reports, in either way of writing an option."""
    apart = [part for each in arguments for part in (each.split("=", 1) if each.startswith("--report=") else [each])]
    return [value for option, value in pairwise(apart) if option == "--report"]


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of this process without what a test wants to decide itself."""
    decided = {*CREDENTIALS, "NO_COLOR", "TERM"}
    return {name: value for name, value in os.environ.items() if name not in decided} | dict(more)


def shown_on(terminal: int) -> bytes:
    """Return what is written to a terminal until nobody is at its other end, or nothing came for a minute."""
    return b"".join(iter(lambda: _read(terminal), b""))


def _read(terminal: int) -> bytes:
    ready, _, _ = select.select([terminal], [], [], 60)
    try:
        return os.read(terminal, 65536) if ready else b""
    except OSError:  # how Linux says that nobody is at the other end any more
        return b""


def lay_out(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write `files`, by their paths below `folder`."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below `folder`, hidden ones too, and its content; folders end in a slash."""
    found = sorted(folder.rglob("*"))
    return {
        f"{each.relative_to(folder)}{'/' * each.is_dir()}": each.read_bytes() if each.is_file() else b""
        for each in found
    }


def load(stream: bytes) -> list[Any]:
    """Return the documents of a YAML stream, as another parser reads them."""
    return list(YAML(typ="safe", pure=True).load_all(stream))
