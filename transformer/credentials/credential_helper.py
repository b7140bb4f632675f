"""Credentials from a docker credential helper, `docker-credential-NAME get`: of clouds, password stores, desktops.

credentials:
credentialHelper: ecr-login
"""

from __future__ import annotations

from collections.abc import Iterator

from transformer.config import CredentialSource
from transformer.credentials.logins import usable
from transformer.credentials.reach import Found, Reach
from transformer.docker_login import answer, server_of
from transformer.errors import LoginError


def find(source: CredentialSource, registries: tuple[str, ...], reach: Reach) -> Iterator[Found]:
    """Yield the credentials of each key, or what is wrong with them; a server is asked for once."""
    helper = source.helper
    for key in registries:
        server = server_of(key)
        try:
            found = answer(reach.helper(helper, server), helper=helper, server=server)
        except LoginError as error:
            yield key, str(error)
        else:
            yield key, usable(found, f"docker-credential-{helper}", server)
