"""Find and load the config, and read the credentials it names."""

from __future__ import annotations

import os
from pathlib import Path

from transformer.config import Config
from transformer.config_file import parse_config
from transformer.errors import ConfigError

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


def read_credential(folder: str, kind: str, name: str) -> bytes:
    """Return the value of the environment variable or of the file called `name`, the latter without its last line end.

    Raises KeyError where the variable is not set, OSError where the file cannot be read.
    """
    if kind == "env":
        return os.fsencode(os.environ[name])
    # Not Path.expanduser, which raises a RuntimeError where there is no such user.
    content = Path(folder, os.path.expanduser(name)).read_bytes()  # noqa: PTH111
    line_end = next((end for end in (b"\r\n", b"\n") if content.endswith(end)), b"")
    return content.removesuffix(line_end)
