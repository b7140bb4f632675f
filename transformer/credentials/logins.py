"""Judge whether the kubelet can use what someone logged in with."""

from __future__ import annotations

from transformer.docker_login import Login
from transformer.dockerconfig import Credentials


def usable(login: Login, source: str, server: str) -> Credentials | str:
    """Return a login as credentials for a Secret, or why it is of no use there; `source` says where it comes from."""
    if login.is_empty:
        return f"{source} has no credentials for {server}; log in there first"
    if login.username and login.password:
        return Credentials(_octets(login.username), _octets(login.password))
    if login.identity_token or login.registry_token:
        kind = "an identity token" if login.identity_token else "a registry token"
        return (
            f"{source} has only {kind} for {server}, which the kubelet cannot use; "
            "log in with a user name and a password or an access token"
        )
    missing = "password" if login.username else "user name"
    return f"{source} has no {missing} for {server}"


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
