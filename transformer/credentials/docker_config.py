"""Credentials from what `docker login` left: a `config.json` and the helpers in it, as the docker CLI reads them.

     credentials:
       dockerConfig: {path: ~/.docker/config.json}     # without a path, the one that the docker CLI would read

As for the docker CLI, `$DOCKER_AUTH_CONFIG` comes before the file for the servers that it has. Before both comes, for
a key with a path (`quay.io/team`), an entry of exactly that name in the file, as podman writes them.
"""

from __future__ import annotations

from collections.abc import Iterator

from transformer import keyring
from transformer.config import CredentialSource
from transformer.credentials.logins import usable
from transformer.credentials.reach import Found, Reach, why_unreadable
from transformer.docker_login import Login, entry, login, server_of, variable_logins
from transformer.errors import LoginError

_VARIABLE = "DOCKER_AUTH_CONFIG"


def find(source: CredentialSource, registries: tuple[str, ...], reach: Reach) -> Iterator[Found]:
    """Yield the credentials of each key, or what is wrong with them."""
    path = source.path or reach.docker_config()
    variable = _variable(reach)
    trouble = _trouble(variable)
    try:
        config = reach.file(path)
    except (OSError, ValueError) as error:
        if variable is None or trouble:
            yield "", f"the docker config {path} {why_unreadable(error)}{trouble}"
            return
        config = b""
    for key in registries:
        try:
            found = _exact(config, key) or login(config, server_of(key), ask=reach.helper, auth_config=variable)
        except LoginError as error:
            yield key, f"the docker config {path}: {error}{trouble}"
        else:
            result = usable(found, f"the docker config {path}", server_of(key))
            yield key, f"{result}{trouble}" if isinstance(result, str) else result


def _variable(reach: Reach) -> str | None:
    try:
        return reach.variable(_VARIABLE).decode("utf-8", "surrogateescape")
    except KeyError:
        return None


def _trouble(variable: str | None) -> str:
    """Return why the variable does not count, to be said where something is missing; an empty text where it does."""
    try:
        variable_logins(variable or "")
    except LoginError as error:
        return f"; {_VARIABLE} does not count: {error}"
    return ""


def _exact(config: bytes, key: str) -> Login | None:
    """Return the login of an entry that is called as the key is, path and all."""
    name = keyring.clean(key) or ""
    if "/" not in name or keyring.right_spelling(key) == keyring.HUB:
        return None
    found = entry(config, name)
    return None if found.is_empty else found
