"""Find and load the config, and give it a reach to the credentials it names."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from transformer.config import Config
from transformer.config_file import parse_config
from transformer.credentials.reach import Reach
from transformer.errors import ConfigError, LoginError

if TYPE_CHECKING:
    from datetime import datetime

FILE_NAME = "repoint.yaml"


def load_config(file: str | os.PathLike[str]) -> Config:
    """Read and check the config in `file`; the paths in it start from its folder.

    Raises ConfigError with every error in it, each with file:line:column, or saying why it cannot be read.

    >>> from pathlib import Path
    >>> _ = Path("repoint.yaml").write_text('''
    ... apiVersion: repoint.dev/v1alpha1
    ... kind: MirrorConfig
    ... spec:
    ...   mirrors:
    ...   - {source: docker.io, mirror: harbor.corp.example/dockerhub}
    ... ''')
    >>> load_config("repoint.yaml").mirrors[0].source
    'docker.io'
    """
    path = Path(file)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}"]) from None
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: not UTF-8, at byte {error.start}"]) from None
    return parse_config(text, file=str(path), folder=str(path.parent))


def find_config(folder: Path) -> Path:
    """Return the `repoint.yaml` of `folder` or of the nearest folder above it.

    Raises ConfigError where there is none.
    """
    for place in (folder, *folder.parents):
        if (place / FILE_NAME).is_file():
            found = place / FILE_NAME
            return found.relative_to(folder) if place == folder else found
    message = f"no config: there is no {FILE_NAME} in {folder} or a folder above it; name one with -c"
    raise ConfigError([message])


def reach_of(config: Config) -> Reach:
    """Return how the credentials that a config names are got at: by this process's variables, files and helpers.

    A file is read once, as a pipe can be, and a helper is asked for a server once, however often that is wanted.
    """
    return Reach(
        variable=lambda name: os.fsencode(os.environ[name]),
        file=_once(lambda name: path_of(config, name).read_bytes()),
        docker_config=_docker_config,
        helper=_once(_ask),
        now=_now,
    )


def _once(reach: Callable[..., bytes]) -> Callable[..., bytes]:
    """Return a function that gets each thing once, and raises again what that raised."""
    found: dict[tuple[str, ...], bytes | Exception] = {}

    def get(*asked: str) -> bytes:
        if asked not in found:
            try:
                found[asked] = reach(*asked)
            except (OSError, ValueError, LoginError) as error:
                found[asked] = error
        result = found[asked]
        if isinstance(result, Exception):
            raise result
        return result

    return get


def _ask(name: str, server: str) -> bytes:
    from transformer.hosts.credential_helpers import ask  # noqa: PLC0415  most runs start no program

    return ask(name, server)


def _now() -> datetime:
    from datetime import UTC, datetime  # noqa: PLC0415  only a certificate has to be valid now

    return datetime.now(UTC)


def _docker_config() -> str:
    """Return the path of the file that the docker CLI reads (docker, cli/config: DOCKER_CONFIG names its folder)."""
    folder = os.environ.get("DOCKER_CONFIG")
    return str(Path(folder).absolute() / "config.json") if folder else "~/.docker/config.json"


def path_of(config: Config, name: str) -> Path:
    """Return the path of a file that the config names, from the config's folder or a home."""
    # Not Path.expanduser, which raises a RuntimeError where there is no such user.
    return Path(config.folder, os.path.expanduser(name))  # noqa: PTH111
