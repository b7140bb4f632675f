"""What sources of credentials and forms of Secrets are given by a host, and what sources give back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from transformer.dockerconfig import Credentials

if TYPE_CHECKING:
    from datetime import datetime

Found: TypeAlias = tuple[str, Credentials | str]
"""A key of a pull secret, and its credentials, or what is wrong with them."""


def why_unreadable(error: OSError | ValueError) -> str:
    """Return what is to be said of a file that `Reach.file` does not return; a ValueError is a path of no file."""
    detail = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    return f"cannot be read{detail}"


class Reach(NamedTuple):
    """How a host gets at what Secrets are made of.

    `variable` returns the bytes of an environment variable, or raises KeyError. `file` returns those of the file at a
    path, which starts from the config's folder, or raises OSError or ValueError. `docker_config` returns the path of
    the `config.json` that the docker CLI reads. `helper(name, server)` returns what a credential helper prints, or
    raises LoginError. `now` is the time, with its zone.
    """

    variable: Callable[[str], bytes]
    file: Callable[[str], bytes]
    docker_config: Callable[[], str]
    helper: Callable[[str, str], bytes]
    now: Callable[[], datetime]
