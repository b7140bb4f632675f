"""Credentials from environment variables, or from files such as those of a mounted Secret: one pair for all keys.

credentials:
env: {username: HARBOR_USER, password: HARBOR_PASSWORD}
# files: {username: /run/secrets/u, password: /run/secrets/p}
"""

from __future__ import annotations

from collections.abc import Iterator

from transformer.config import CredentialSource
from transformer.credentials.reach import Found, Reach, why_unreadable
from transformer.dockerconfig import Credentials

_LINE_ENDS = (b"\r\n", b"\n")


def find(source: CredentialSource, registries: tuple[str, ...], reach: Reach) -> Iterator[Found]:
    """Yield the same credentials for each key, or what is missing; a line end at the end of a file is none of it."""
    values: dict[str, bytes] = {}
    for field in ("username", "password", "email"):
        if name := getattr(source, field):
            value = _value(source, name, reach)
            if isinstance(value, str) or not value:
                yield "", f"the {_noun(source)} {name} for its {field} {value or 'is empty'}"
            else:
                values[field] = value
    if {"username", "password"} <= values.keys():
        yield from ((key, Credentials(**values)) for key in registries)


def _value(source: CredentialSource, name: str, reach: Reach) -> bytes | str:
    """Return a value, or what is wrong with it."""
    try:
        if source.kind == "env":
            return reach.variable(name)
        content = reach.file(name)
    except KeyError:
        return "is not set"
    except (OSError, ValueError) as error:
        return why_unreadable(error)
    line_end = next((end for end in _LINE_ENDS if content.endswith(end)), b"")
    return content.removesuffix(line_end)


def _noun(source: CredentialSource) -> str:
    return "environment variable" if source.kind == "env" else "file"
