"""Where credentials come from: a module for each source, which yields them by the keys of a pull secret.

A host says by a Reach how variables, files and helpers are got at; nothing here does that itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module

from transformer.config import PullSecret
from transformer.credentials.reach import Found, Reach
from transformer.dockerconfig import Credentials
from transformer.errors import CredentialsError

# The module of each source; only the one that a config names is imported.
SOURCES = {
    "env": "named_values",
    "files": "named_values",
    "dockerConfig": "docker_config",
    "credentialHelper": "credential_helper",
}


def credentials(secret: PullSecret, registries: Iterable[str], reach: Reach) -> dict[str, Credentials]:
    """Return the credentials of a pull secret, by these of its keys; empty where it names no source.

    Raises CredentialsError with everything that is missing or cannot be used, in words that hold no credential.
    """
    if secret.credentials is None:
        return {}
    found: dict[str, Credentials] = {}
    missing: list[str] = []
    source = import_module(f"{__name__}.{SOURCES[secret.credentials.kind]}")
    yielded: Iterator[Found] = source.find(secret.credentials, tuple(registries), reach)
    for key, what in yielded:
        if isinstance(what, str):
            missing.append(f"pull secret {secret.name}: {what}")
        elif b":" in what.username:
            missing.append(f"pull secret {secret.name}: its user name has a colon, where every reader splits it")
        else:
            found[key] = what
    if missing:
        raise CredentialsError([*dict.fromkeys(missing)])
    return found
