"""What the docker CLI logs in with: its `config.json`, `$DOCKER_AUTH_CONFIG` and the answers of credential helpers.

    config   = { "auths": { server: entry }, "credHelpers": { server: helper }, "credsStore": helper, ... }
    entry    = { "auth": base64 of user ":" password, "username", "password", "identitytoken", "registrytoken" }
    variable = { "auths": { server: { "auth": base64 of user ":" password } } }, and no other field
    answer   = { "ServerURL", "Username", "Secret" }; with the user name "<token>" the secret is an identity token

Who decides, in this order: the variable, for exactly this server; the helper that `credHelpers` has for it, or else the
one in `credsStore`; the file, where no helper is named or its name is "". The file does not step in for a helper that
fails or has nothing. In `auths` the key that is the server wins, then the first one whose host it is. A file with one
entry that cannot be read is not read at all, nor is one where any field known to the docker CLI has the wrong type.

JSON is read as Go's encoding/json reads it, by `go_json`.

The rules are those of github.com/docker/cli (cli/config, at 28f7560) and, for the answers, of
github.com/docker/docker-credential-helpers (client/client.go). One that needs a look at the machine is not here: for a
file without any login or helper, the docker CLI takes the platform's own helper, if that is installed.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from transformer.errors import LoginError
from transformer.go_json import first_json, json_fields, json_map, json_text, typed
from transformer.keyring import HUB, HUB_DOMAINS, host, shown

_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*")
_PORT = re.compile("[0-9]+")
_BASE64 = re.compile("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?")


class Login(NamedTuple):
    """What opens one registry, each "" where there is none; the repr shows none of it.

    A byte of `username` or `password` that is no UTF-8 is a surrogate, as `surrogateescape` has it.
    """

    username: str
    password: str
    identity_token: str = ""
    registry_token: str = ""

    def __repr__(self) -> str:
        return "Login()"

    @property
    def is_empty(self) -> bool:
        """Whether the registry is used anonymously."""
        return not any(self)


def login(config: bytes, server: str, *, ask: Callable[[str, str], bytes], auth_config: str | None = None) -> Login:
    """Return what the docker CLI would use for `server`, a registry as `server_of` spells it; empty if anonymous.

    `config` is the content of `config.json`, b"" where there is none; `auth_config` that of `$DOCKER_AUTH_CONFIG`,
    None where it is not set. `ask(helper, server)` runs the program `docker-credential-HELPER` and returns what it
    printed; it raises LoginError, with the reason not-found where the helper has no login.

    A variable that cannot be read is passed over without a word; `variable_logins` says what is wrong with it.

    Raises LoginError where the file cannot be read or the helper gives no answer, and whatever else `ask` raises.

    >>> config = b'{"auths": {"https://quay.io/v2/": {"auth": "dXNlcjpwYXNz"}}}'
    >>> login(config, "quay.io", ask=lambda helper, server: b"").username
    'user'
    """
    file = _file(config)
    auths = _entry_logins(file.get("auths", {}))
    key = HUB if server in HUB_DOMAINS else server
    with suppress(LoginError):
        given = variable_logins(auth_config or "")
        if key in given:
            return given[key]
    stored = _stored(auths, key)
    helper = file.get("credHelpers", {}).get(key, file.get("credsStore"))
    # What a helper cannot keep, the docker CLI takes from the file all the same.
    return _asked(helper, key, ask)._replace(registry_token=stored.registry_token) if helper else stored


def entry(config: bytes, key: str) -> Login:
    """Return what the content of a `config.json` has itself under exactly this key; empty where it has nothing.

    Raises LoginError where the file cannot be read.
    """
    return _entry_logins(_file(config).get("auths", {})).get(key, Login("", ""))


def variable_logins(auth_config: str) -> dict[str, Login]:
    """Read the content of `$DOCKER_AUTH_CONFIG`: the logins by server, as spelled there.

    Raises LoginError for what makes the docker CLI pass over the variable, with a warning.
    """
    value, rest = first_json(auth_config, required=False)
    # Go's decoder takes a bracket that closes nothing for the end of the text.
    if rest and rest[0] not in "}]":
        raise LoginError("bad-json", "more than one JSON value")
    read_entry = partial(json_fields, readers={"auth": json_text}, closed=True)
    auths = json_fields(value, "", readers={"auths": partial(json_map, read=read_entry)}, closed=True).get("auths", {})
    for key, entry in auths.items():
        if not entry.get("auth"):
            raise LoginError("no-auth", f"the entry for {shown(key)} in auths has no auth")
    return _entry_logins(auths)


def answer(output: bytes, *, helper: str, server: str) -> Login:
    """Read what the credential helper called `helper` printed when asked for `server`.

    Raises LoginError, reason helper-bad-answer.

    >>> answer(b'{"ServerURL": "quay.io", "Username": "<token>", "Secret": "t"}', helper="pass", server="quay.io")[2]
    't'
    """
    try:
        value, _ = first_json(_unicode(output))
        fields = json_fields(value, "", readers=dict.fromkeys(("ServerURL", "Username", "Secret"), json_text))
    except LoginError as error:
        message = f"the answer of docker-credential-{shown(helper)} for {shown(server)}: {error}"
        raise LoginError("helper-bad-answer", message) from None
    username, secret = fields.get("Username", ""), fields.get("Secret", "")
    return Login("", "", identity_token=secret) if username == "<token>" else Login(username, secret)


def server_of(name: str) -> str:
    """Return the server under which the docker CLI looks up a registry, or the key of a pull secret.

    That is the `host[:port]` in it, but for Docker Hub the URL of its index.

    >>> server_of("https://quay.io:8443/v2/")
    'quay.io:8443'
    """
    server = _host(name)
    return HUB if server in HUB_DOMAINS else server


def _file(config: bytes) -> dict[str, Any]:
    return json_fields(first_json(_unicode(config), required=False)[0], "", readers=_CONFIG_FIELDS)


def _stored(auths: Mapping[str, Login], server: str) -> Login:
    """Look up a server in the file. Where several keys have its host, the docker CLI takes any one of them."""
    if server in auths:
        return auths[server]
    return next((login for key, login in auths.items() if _host(key) == server), Login("", ""))


def _asked(helper: str, server: str, ask: Callable[[str, str], bytes]) -> Login:
    try:
        output = ask(helper, server)
    except LoginError as error:
        if error.reason != "not-found":
            raise
        return Login("", "")
    return answer(output, helper=helper, server=server)


def _host(key: str) -> str:
    """Take the host and the port from a key, be it a URL or not."""
    scheme, separator, rest = key.partition("://")
    if not separator:
        return key.partition("/")[0]
    # The keyring has Go's rules for URLs, if only for the web's; for other schemes they hardly differ.
    found = host(f"https://{rest}") if _SCHEME.fullmatch(scheme) else ""
    if found.partition(":")[0]:
        return _spelled(found)
    return _bracketed(rest.partition("/")[0]) or key.partition("/")[0]


def _spelled(found: str) -> str:
    """Spell a URL's host as the docker CLI does from its parts; without a port, IPv6 addresses lose their brackets."""
    found = found.removesuffix(":")
    return found[1:-1] if found.startswith("[") and found.endswith("]") else found


def _bracketed(address: str) -> str:
    """Put an IPv6 address into the brackets that it lacks before a port, for which reason it is in no URL."""
    name, _, port = address.rpartition(":")
    is_bare = ":" in name and not name.startswith("[") and _PORT.fullmatch(port)
    return f"[{name}]:{port}" if is_bare else address


def _entry_logins(auths: Mapping[str, Mapping[str, str]]) -> dict[str, Login]:
    return {key: _entry_login(entry, f"the entry for {shown(key)} in auths") for key, entry in auths.items()}


def _entry_login(entry: Mapping[str, str], where: str) -> Login:
    """Make a login of an entry in `auths`; an `auth` that is not empty replaces user name and password."""
    username, password = entry.get("username", ""), entry.get("password", "")
    if auth := entry.get("auth"):
        user, secret = user_and_password(auth, where)
        if not user:
            raise LoginError("bad-auth-text", f"{where} has an auth without a user name")
        # Go decodes into a buffer that can be too long; the docker CLI strips what that leaves, from both ends.
        username, password = _unicode(user), _unicode(secret.strip(b"\0"))
    return Login(username, password, entry.get("identitytoken", ""), entry.get("registrytoken", ""))


def user_and_password(auth: str, where: str, *, padded: bool = True) -> tuple[bytes, bytes]:
    """Decode an `auth` as Go's encoding/base64 does, and split it at its first colon.

    Line ends in it do not count; the "=" at its end may be missing unless `padded`. `where` names its entry.

    Raises LoginError with the reason bad-base64 or bad-auth-text.
    """
    text = auth.replace("\r", "").replace("\n", "")
    missing = -len(text) % 4
    if not _BASE64.fullmatch(text) or (missing and padded):
        raise LoginError("bad-base64", f"{where} has an auth that is not base64")
    user, colon, password = a2b_base64(text + "=" * missing).partition(b":")
    if not colon:
        raise LoginError("bad-auth-text", f"{where} has an auth that is not base64 of USER:PASSWORD")
    return user, password


def _unicode(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _read_texts(value: object, where: str) -> list[str]:
    return [json_text(inner, f"a value in {where}") for inner in typed(value, list, where) or ()]


# The fields of the docker CLI's own types. Those that have nothing to do with logins can spoil the file all the same.
_ENTRY_FIELDS = ("username", "password", "auth", "serveraddress", "identitytoken", "registrytoken")
_PROXY_FIELDS = ("httpProxy", "httpsProxy", "noProxy", "ftpProxy", "allProxy")
_FORMATS = ("ps", "images", "networks", "plugins", "volumes", "stats", "serviceInspect", "services", "tasks", "secret")
_read_entry = partial(json_fields, readers=dict.fromkeys(_ENTRY_FIELDS, json_text))
_read_proxy = partial(json_fields, readers=dict.fromkeys(_PROXY_FIELDS, json_text))
_read_text_map = partial(json_map, read=json_text, named=False)
_CONFIG_FIELDS: dict[str, Callable[[object, str], Any]] = {
    "auths": partial(json_map, read=_read_entry),
    "credHelpers": partial(json_map, read=json_text),
    "plugins": partial(json_map, read=_read_text_map, named=False),
    "proxies": partial(json_map, read=_read_proxy, named=False),
    **dict.fromkeys(("HttpHeaders", "aliases", "features"), _read_text_map),
    **dict.fromkeys(("pruneFilters", "cliPluginsExtraDirs"), _read_texts),
    **dict.fromkeys(("credsStore", "detachKeys", "currentContext"), json_text),
    **{f"{name}Format": json_text for name in (*_FORMATS, "config", "nodes")},
}
