"""The content of a registry Secret: the bytes that `kubectl create secret docker-registry` stores.

They are the same bytes, and not just the same JSON, so that a Secret made here and one made by kubectl have one hash,
and none looks changed after the other.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Mapping
from typing import NamedTuple

JSON, LEGACY = "kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"
KEYS = {JSON: ".dockerconfigjson", LEGACY: ".dockercfg"}
"""The two types of registry Secrets, and the key of their data that the kubelet reads (core/v1, SecretType)."""

# How Go's encoding/json spells what it does not write as it is. It also escapes what HTML or JavaScript would trip
# over, and writes one escape for each byte that is no UTF-8, which Python decodes to one surrogate each.
_ESCAPES = str.maketrans(
    {chr(code): f"\\u{code:04x}" for code in (*range(0x20), *map(ord, "<>&\u2028\u2029"))}
    | {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
    | dict.fromkeys(map(chr, range(0xD800, 0xE000)), "\\ufffd")
)


class Credentials(NamedTuple):
    """What opens one registry, as raw bytes; the repr shows none of it."""

    username: bytes
    password: bytes
    email: bytes = b""

    def __repr__(self) -> str:
        return "Credentials()"


def dockerconfigjson(auths: Mapping[str, Credentials]) -> bytes:
    r"""Encode credentials by server into the value of a Secret's `.dockerconfigjson`.

    `auths` maps a key such as `quay.io` or `https://index.docker.io/v1/` to its credentials. The result is compact
    JSON in UTF-8, byte for byte what kubectl writes through Go's encoding/json: servers in the order of their bytes,
    `<`, `>` and `&` escaped, other text as it is. Bytes that are no UTF-8 get lost in `username` and `password`, where
    each becomes `\ufffd`; `auth` keeps them.

    >>> dockerconfigjson({"quay.io": Credentials(b"user", b"<pass>")})
    b'{"auths":{"quay.io":{"username":"user","password":"\\u003cpass\\u003e","auth":"dXNlcjo8cGFzcz4="}}}'
    """
    return b'{"auths":' + dockercfg(auths) + b"}"


def dockercfg(auths: Mapping[str, Credentials]) -> bytes:
    """Encode the same into the value of `.dockercfg`, of the Secrets of the older type: the servers without more.

    >>> dockercfg({"quay.io": Credentials(b"user", b"pass")})
    b'{"quay.io":{"username":"user","password":"pass","auth":"dXNlcjpwYXNz"}}'
    """
    entries = (f"{_quote(server)}:{_entry(auths[server])}" for server in sorted(auths))
    return f"{{{','.join(entries)}}}".encode()


def _entry(credentials: Credentials) -> str:
    auth = b2a_base64(credentials.username + b":" + credentials.password, newline=False)
    fields = {"username": credentials.username, "password": credentials.password}
    if credentials.email:
        fields["email"] = credentials.email
    fields["auth"] = auth
    pairs = (f'"{name}":{_quote(value.decode("utf-8", "surrogateescape"))}' for name, value in fields.items())
    return f"{{{','.join(pairs)}}}"


def _quote(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'
