"""Run a config management plugin as the plugin server of Argo CD does, from the same plugin.yaml.

For each request there: the repository comes as a copy without file modes, in which no link leads out; the command is
run in the application's folder, without a shell and without standard input, as the leader of a process group; at the
deadline it is killed at once, and its group ended. (cmpserver/plugin/plugin.go, util/io/files/tar.go and, for what
comes with a request, reposerver/repository/repository.go of github.com/argoproj/argo-cd.)

As in the sidecar it runs as the user 999 without a home, and where only TMPDIR can be written, if we may arrange that.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from command import Done, lay_out, load, show_no_password
from ruamel.yaml import YAML

USER = 999
_SPARE = 0.1  # seconds before the deadline of the request (cmpTimeoutBuffer)
_REVISION = "0123456789abcdef0123456789abcdef01234567"
_GRACE = 5  # seconds from SIGTERM to SIGKILL (cleanupTimeout)
# What may be read is what root may read: the tests, the interpreter and the tools lie where that user may not look.
_SANDBOX = """\
mount --bind "$0" "$0"
mount -o remount,bind,ro /
cd "$PWD"
exec setpriv --reuid=999 --regid=999 --clear-groups --no-new-privs \
  --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search "$@"
"""


class PluginError(Exception):
    """What Argo CD shows of a request that failed."""


@dataclass(frozen=True)
class Answer:
    """What a request came to: the objects, and what the command printed for whoever looks into the log."""

    objects: list[dict[str, Any]]
    out: bytes
    log: str


@dataclass(frozen=True)
class Sidecar:
    """A container with the plugin server in it: its plugin.yaml, its variables, and a folder for what is in it.

    Its programs are in `bin`, and `tmp` is its /tmp; what plugin.yaml names by an absolute path is below the folder.
    """

    folder: Path
    plugin: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    def install(self, name: str) -> None:
        """Put a real program into it, by the name that it has without a version."""
        program, installed = Path(str(shutil.which(name))).resolve(), self.folder / "bin" / name.rstrip("0123456789")
        try:
            installed.hardlink_to(program)  # a link of the other kind may lead where the user of a sidecar cannot look
        except OSError:
            shutil.copy(program, installed)

    def with_options(self, *options: str) -> Sidecar:
        """Return one that generates with more options than this."""
        plugin = YAML(typ="safe").load(self.plugin)
        plugin["spec"]["generate"]["args"] += options
        file = self.folder / "plugin.yaml"
        file.write_text(json.dumps(plugin))
        return replace(self, plugin=file)

    def script(self, name: str, text: str, shell: str = "/bin/sh") -> None:
        """Put a script into it, as a program of that name."""
        lay_out(self.folder, {f"bin/{name}": f"#!{shell}\n{text}\n"})
        (self.folder / "bin" / name).chmod(0o755)

    def generate(
        self, repository: Path, path: str = ".", *, variables: Mapping[str, str] | None = None, seconds: float = 60
    ) -> Answer:
        """Return the manifests of the application at `path`; `variables` are those of the request."""
        done = self._request(self._spec("generate"), repository, path, variables or request(path=path), seconds)
        return Answer(list(_objects(done.out)), done.out, done.err)

    def failure(self, repository: Path, path: str = ".", **options: Any) -> str:
        """Return what Argo CD says of an application that cannot be rendered."""
        with pytest.raises(PluginError) as raised:
            self.generate(repository, path, **options)
        return str(raised.value)

    def parameters(
        self, repository: Path, path: str = ".", *, variables: Mapping[str, str] | None = None
    ) -> list[dict[str, Any]]:
        """Return the announcements of parameters for the application at `path`."""
        command = self._spec("parameters")["dynamic"]
        done = self._request(command, repository, path, variables or announcement_request(path=path), 60)
        announced: list[dict[str, Any]] = json.loads(done.out)
        return announced

    def environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Return the variables of a command: those of the container, then those of the request."""
        own = {"PATH": f"{self.folder}/bin:/usr/bin:/bin", "TMPDIR": f"{self.folder}/tmp"}
        return {**own, **self.variables, **variables}

    def _spec(self, key: str) -> Any:
        return YAML(typ="safe").load(self.plugin)["spec"][key]

    def _request(
        self,
        command: Mapping[str, list[str]],
        repository: Path,
        path: str,
        variables: Mapping[str, str],
        seconds: float,
    ) -> Done:
        temporary = self.folder / "tmp"
        work = temporary / "_cmp_server" / str(uuid.uuid4())
        work.mkdir(parents=True)
        try:
            receive(repository, work)
            _hand_over(temporary)
            arguments = [self._mounted(each) for each in [*command["command"], *command.get("args", ())]]
            return self._run(arguments, work / path, self.environment(variables), seconds - _SPARE)
        finally:
            shutil.rmtree(work)

    def _mounted(self, argument: str) -> str:
        below = self.folder / argument.lstrip("/")
        return str(below) if argument.startswith("/") and below.exists() else argument

    def _run(self, arguments: list[str], folder: Path, environment: dict[str, str], seconds: float) -> Done:
        program = shutil.which(arguments[0], path=environment["PATH"])
        if program is None:
            raise PluginError(f'exec: "{arguments[0]}": executable file not found in $PATH')
        process = subprocess.Popen(
            [*sandbox(self.folder / "tmp"), program, *arguments[1:]],
            cwd=folder,
            env={**environment, "PWD": str(folder)},  # as Go does for a command with a folder
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        )
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()  # os/exec does that for its context, at the same moment
            _end(process.pid)
            out, err = process.communicate()
        finally:
            _end(process.pid)
        done = Done(process.returncode, out, err.decode())
        show_no_password(done, ())
        if done.code:
            how = f"signal: {signal.strsignal(-done.code)}".lower() if done.code < 0 else f"exit status {done.code}"
            raise PluginError(f"`{' '.join(arguments)}` failed {how}: {done.err.strip()}")
        return done


def request(
    name: str = "web",
    namespace: str = "shop",
    path: str = ".",
    *,
    parameters: Any = None,
    env: Mapping[str, str] | None = None,
    api_versions: str = "v1,apps/v1,monitoring.coreos.com/v1/Prometheus",
) -> dict[str, str]:
    """Return the variables of a request for manifests; `parameters` None is a plugin section without any."""
    return {
        "ARGOCD_APP_NAMESPACE": namespace,
        "ARGOCD_APP_PROJECT_NAME": "default",
        "ARGOCD_APP_REVISION": _REVISION,
        "ARGOCD_APP_REVISION_SHORT": _REVISION[:7],
        "ARGOCD_APP_REVISION_SHORT_8": _REVISION[:8],
        "KUBE_VERSION": "1.31.4",
        "KUBE_API_VERSIONS": api_versions,
        **announcement_request(name, path, parameters=parameters, env=env),
    }


def announcement_request(
    name: str = "web", path: str = ".", *, parameters: Any = None, env: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the variables of a request for parameters, which are fewer."""
    return {
        "ARGOCD_APP_NAME": name,
        "ARGOCD_APP_SOURCE_REPO_URL": "https://git.example/shop.git",
        "ARGOCD_APP_SOURCE_PATH": path,
        "ARGOCD_APP_SOURCE_TARGET_REVISION": "main",
        **{f"ARGOCD_ENV_{each}": value for each, value in (env or {}).items()},
        "ARGOCD_APP_PARAMETERS": json.dumps(parameters),
        **dict(_single(parameters or [])),
    }


def _single(parameters: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the parameters once more, as a variable each, which may be one for two of them."""
    for each in parameters:
        name = f"PARAM_{_escaped(str(each.get('name')))}"
        if isinstance(each.get("string"), str):
            yield name, each["string"]
        if isinstance(each.get("array"), list):
            yield from ((f"{name}_{index}", str(value)) for index, value in enumerate(each["array"]))


def _escaped(name: str) -> str:
    return re.sub("[^A-Z0-9_]", "_", name.upper())


def receive(repository: Path, work: Path) -> None:
    """Copy a repository as it arrives in a sidecar. Raises PluginError for a link out of it."""
    for parent, folders, names in os.walk(repository):
        folders.sort()
        for name in sorted([*folders, *names]):
            file = Path(parent, name)
            target = work / file.relative_to(repository)
            if file.is_symlink():
                target.symlink_to(_link(file, target, work))
            elif file.is_dir():
                target.mkdir(0o755)
            elif file.is_file():
                target.write_bytes(file.read_bytes())
                target.chmod(0o644)


def _link(link: Path, target: Path, work: Path) -> str:
    leads_to = os.path.normpath(target.parent / link.readlink())
    real = os.path.realpath(leads_to) if Path(leads_to).exists() else leads_to
    if not Path(real).is_relative_to(work):
        raise PluginError(f"illegal filepath in symlink: {leads_to}")
    return os.path.relpath(real, target.parent)


def _objects(stream: bytes) -> Iterator[dict[str, Any]]:
    """Yield the Kubernetes objects in a stream, those of a list singly. Raises PluginError for anything else."""
    for document in filter(None, load(stream)):
        if not isinstance(document, dict) or "kind" not in document:
            raise PluginError("failed to unmarshal manifest: Object 'Kind' is missing")
        yield from document["items"] if isinstance(document.get("items"), list) else [document]


def _end(group: int) -> None:
    """End what is left of a process group, by SIGKILL what does not end by SIGTERM."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGTERM)
        for _ in range(_GRACE * 10):
            os.killpg(group, 0)
            time.sleep(0.1)
        os.killpg(group, signal.SIGKILL)


def _hand_over(folder: Path) -> None:
    if os.geteuid() == 0:
        for each in (folder, *folder.rglob("*")):
            os.chown(each, USER, USER, follow_symlinks=False)


def sandbox(writable: Path) -> list[str]:
    """Return what, before a command, runs it as in the sidecar; nothing where that cannot be done."""
    if not _can_confine():
        return []
    unshare, shell = shutil.which("unshare"), shutil.which("sh")
    return [str(unshare), "--mount", str(shell), "-ec", _SANDBOX, str(writable)]


@functools.cache
def _can_confine() -> bool:
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "mount", "setpriv"))):
        return False
    command = ["unshare", "--mount", "sh", "-ec", _SANDBOX, "/tmp", "true"]
    return subprocess.run(command, capture_output=True).returncode == 0
