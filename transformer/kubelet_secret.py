"""What the kubelet reads in a pull secret: the credentials by key, each key as it is spelled there.

    type                              key in data          content
    kubernetes.io/dockerconfigjson    .dockerconfigjson    { "auths": { key: entry }, "HttpHeaders": { text: text } }
    kubernetes.io/dockercfg           .dockercfg           { key: entry }

    entry = { "username", "password", "email", "auth": base64 of user ":" password }

Of a Secret with another type, or with nothing under the key that goes with its type, the kubelet takes no notice. One
that does not decode fails all pull secrets of the pod, and with them each pull, also where another one would open the
registry. In an entry the `auth` replaces user name and password; its padding may be missing, and the user name empty.

The content is one JSON value, as Go's encoding/json reads it; `go_json` has its quirks. The rule is that of
kubernetes (pkg/credentialprovider/config.go and secrets/secrets.go); `keyring` says which key opens which image.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from transformer.docker_login import user_and_password
from transformer.dockerconfig import JSON, KEYS, LEGACY, Credentials
from transformer.errors import LoginError, TransformerError
from transformer.go_json import first_json, json_fields, json_map, json_text


class UnreadableSecret(TransformerError):
    """A pull secret that the kubelet cannot decode; the message names keys and known fields, and no other content.

    `reason` is one word: bad-json, wrong-json-type, bad-base64 or bad-auth-text.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def entries(secret_type: str, data: Mapping[str, bytes]) -> dict[str, Credentials] | None:
    """Return the credentials in a Secret by their keys, for `keyring.select`, or None where the kubelet ignores it.

    `data` has the decoded values of the Secret's `data`. Credentials can be empty, as can be all that is returned.

    Raises UnreadableSecret.

    >>> data = {".dockerconfigjson": b'{"auths": {"https://quay.io/v2/": {"auth": "dXNlcjpwYXNz"}}}'}
    >>> list(entries("kubernetes.io/dockerconfigjson", data))
    ['https://quay.io/v2/']
    """
    if secret_type not in _READERS:
        return None
    key, read = _READERS[secret_type]
    content = data.get(key)
    if not content:
        return None
    try:
        return read(_only_json(content), "")
    except LoginError as error:
        raise UnreadableSecret(error.reason, f"{key}: {error}") from None


def _only_json(content: bytes) -> object:
    value, rest = first_json(content.decode("utf-8", "surrogateescape"))
    if rest:
        raise LoginError("bad-json", "more than one JSON value")
    return value


def _read_dockerconfigjson(value: object, where: str) -> dict[str, Credentials]:
    auths: dict[str, Credentials] = json_fields(value, where, readers=_CONFIG_FIELDS).get("auths", {})
    return auths


def _read_dockercfg(value: object, where: str) -> dict[str, Credentials]:
    return json_map(value, where, read=_read_entry)


def _read_entry(value: object, where: str) -> Credentials:
    fields: dict[str, str] = json_fields(value, where, readers=_ENTRY_FIELDS)
    username, password = (fields.get(name, "").encode() for name in ("username", "password"))
    if auth := fields.get("auth"):
        username, password = user_and_password(auth, where, padded=False)
    return Credentials(username, password, fields.get("email", "").encode())


_ENTRY_FIELDS = dict.fromkeys(("username", "password", "email", "auth"), json_text)
_CONFIG_FIELDS: dict[str, Callable[[object, str], object]] = {
    "auths": partial(json_map, read=_read_entry),
    "HttpHeaders": partial(json_map, read=json_text, named=False),
}
_READERS: dict[str, tuple[str, Callable[[object, str], dict[str, Credentials]]]] = {
    JSON: (KEYS[JSON], _read_dockerconfigjson),
    LEGACY: (KEYS[LEGACY], _read_dockercfg),
}
