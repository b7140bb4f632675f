"""What has to be right between the keys of one pull secret, and what is worth a warning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

from transformer import keyring
from transformer.config import Emit
from transformer.config_schema import Path
from transformer.secret_names import is_subdomain
from transformer.templates import InvalidTemplate, is_template, name_template

REMOTE = ("username", "password", "dockerconfigjson")
"""What the keys of a store may hold."""

# What a form needs besides its name, and which keys mean something for which forms.
_NEEDS = {"SealedSecret": "sealedSecret", "ExternalSecret": "externalSecret", "template": "template"}
_KEYS_OF_FORMS = {
    "sealedSecret": ("SealedSecret",),
    "externalSecret": ("ExternalSecret",),
    "template": ("template",),
    "legacyFormat": ("Secret", "SealedSecret"),
    "immutable": ("Secret", "SealedSecret", "ExternalSecret"),
    "nameSuffixHash": ("Secret",),
    "labels": ("Secret", "SealedSecret", "ExternalSecret", "template"),
    "annotations": ("Secret", "SealedSecret", "ExternalSecret", "template"),
    "leastPrivilege": ("Secret", "SealedSecret", "ExternalSecret", "template"),
    "existing": ("Secret", "SealedSecret", "ExternalSecret", "template"),
}
_WHY = {
    "nameSuffixHash": ", since a hash of the credentials where others can read it lets them test guesses",
}
# Programs and registries whose passwords are good for hours: 12 at ECR, 3 at ACR, 1 at Google's.
_SHORT_LIVED_HELPERS = ("ecr-login", "gcr", "gcloud", "acr", "acr-env", "acr-linux")
_ECR = re.compile(r"(?:[0-9]{12}|\*)\.dkr[.-]ecr(?:-fips)?\..*\.(?:amazonaws\.com(?:\.cn)?|on\.aws)")
SHORT_LIVED_USERS = {
    b"AWS": "ECR's is good for 12 hours",
    b"oauth2accesstoken": "Google's is good for an hour",
    b"00000000-0000-0000-0000-000000000000": "ACR's is good for 3 hours",
}
"""User names that come with a password for a while, and how long that is."""

BETTER = "with emit: ExternalSecret and a generator the cluster renews it"
"""What to do instead of freezing such a password."""


def pull_secret_errors(secret: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong between the keys of a pull secret, each with the path in it."""
    emit = _emit(secret)
    if (wanted := _NEEDS.get(emit)) and wanted not in secret:
        yield ("emit",), f"emit: {emit} needs {wanted}"
    for key, forms in _KEYS_OF_FORMS.items() if emit in get_args(Emit) else ():
        if key in secret and emit not in forms:
            yield (key,), f"{key} goes with emit: {' or '.join(forms)}{_WHY.get(key, '')}"
    yield from _wrong_credentials(secret, emit)
    yield from _wrong_combinations(secret, emit)
    for at, path in (("template",), secret.get("template")), (("sealedSecret", "certificate"), _certificate(secret)):
        if isinstance(path, str) and "\0" in path:
            yield at, "no path has a null character"
    external = secret.get("externalSecret")
    if isinstance(external, dict):
        yield from ((("externalSecret", *at), message) for at, message in _wrong_external(external))
        if "generator" in external and secret.get("immutable") is True:
            yield ("immutable",), "what a generator makes is good for hours, and an immutable Secret is never renewed"
    seen: dict[str, int] = {}
    for index, key in enumerate(_list(secret, "registries")):
        if isinstance(key, str) and (first := seen.setdefault(keyring.right_spelling(key), index)) != index:
            yield ("registries", index), f"{key!r} stands at registries[{first}] already"


def pull_secret_warnings(secret: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield where a password that is good for hours would be frozen, each with the path in a right pull secret."""
    if _emit(secret) not in ("Secret", "SealedSecret", "template") or "credentials" not in secret:
        return
    helper = secret["credentials"].get("credentialHelper")
    if helper in _SHORT_LIVED_HELPERS:
        yield ("credentials",), f"what {helper} gives is good for hours, and is frozen into a Secret; {BETTER}"
    else:
        for index, key in enumerate(secret["registries"]):
            if _ECR.fullmatch(keyring.host(key)):
                yield (
                    ("registries", index),
                    f"a password for ECR is good for 12 hours, and is frozen into a Secret; {BETTER}",
                )


def wrong_secret_name(name: str) -> str:
    """Say what is wrong with the name of a pull secret, which may be a template; an empty text where nothing is."""
    if is_template(name):
        try:
            name_template(name)
        except InvalidTemplate as error:
            return str(error)
        return ""
    if is_subdomain(name):
        return ""
    return f"{name!r} is no name for a Secret (lower-case letters, digits, '-' and '.', up to 253)"


def wrong_registry(key: str) -> str:
    """Say what is wrong with a key of a Secret; an empty text where nothing is."""
    if "@" in key:
        return "a registry's key has no user name or password in it"
    cleaned = keyring.clean(key)
    if not cleaned:
        return f"{key!r} is no registry that the kubelet would match"
    host, _, path = cleaned.partition("/")
    if host == "hub.docker.com":
        return f"{key!r} is a website; did you mean 'docker.io'?"
    return f"no image is matched with {key!r}; did you mean 'docker.io/{path}'?" if host == _HUB and path else ""


_HUB = "index.docker.io"
_PREFIX = "docker-credential-"


def _emit(secret: dict[str, Any]) -> str:
    return str(secret.get("emit", "Secret" if "credentials" in secret else "none"))


def _wrong_credentials(secret: dict[str, Any], emit: str) -> Iterator[tuple[Path, str]]:
    credentials = secret.get("credentials")
    if emit in ("Secret", "SealedSecret") and credentials is None:
        yield ("emit",), f"emit: {emit} needs credentials (env, files, dockerConfig or credentialHelper)"
    if emit == "ExternalSecret" and credentials is not None:
        yield ("credentials",), "emit: ExternalSecret takes credentials from its store or generator, and none from here"
    helper = credentials.get("credentialHelper") if isinstance(credentials, dict) else None
    if isinstance(helper, str) and helper.startswith(_PREFIX):
        at = ("credentials", "credentialHelper")
        yield at, f"only what follows {_PREFIX} is said; did you mean {helper.removeprefix(_PREFIX)!r}?"
    if isinstance(credentials, dict) and {"dockerConfig", "credentialHelper"} & credentials.keys():
        for index, key in enumerate(_list(secret, "registries")):
            if isinstance(key, str) and "*" in key:
                yield ("registries", index), f"{key!r} is no server that credentials could be asked for; name each"


def _wrong_combinations(secret: dict[str, Any], emit: str) -> Iterator[tuple[Path, str]]:
    if secret.get("emitServiceAccounts") is True and secret.get("attachTo") != "serviceAccounts":
        yield ("emitServiceAccounts",), "emitServiceAccounts goes with attachTo: serviceAccounts"
    if secret.get("existing") == "update":
        if emit != "Secret":
            yield ("existing",), "existing: update goes with emit: Secret; say keep or error"
        elif "nameSuffixHash" in secret:
            yield ("existing",), "existing: update is not for a name with a hash, which is another for other content"
        elif secret.get("immutable") is True:
            yield ("existing",), "existing: update is not for one that is immutable; say keep or error"


def _wrong_external(external: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    if ("store" in external) == ("generator" in external):
        yield (), "expected either store (with remote) or generator"
    elif ("store" in external) != ("remote" in external):
        yield (), "store and remote go together"
    remote = external.get("remote")
    if isinstance(remote, dict) and remote.keys() <= {*REMOTE}:
        is_whole = "dockerconfigjson" in remote
        if is_whole == bool({"username", "password"} & remote.keys()) or not (is_whole or len(remote) > 1):
            yield ("remote",), "expected username and password, or dockerconfigjson alone"


def _certificate(secret: dict[str, Any]) -> object:
    sealed = secret.get("sealedSecret")
    return sealed.get("certificate") if isinstance(sealed, dict) else None


def _list(secret: dict[str, Any], key: str) -> list[Any]:
    found = secret.get(key)
    return found if isinstance(found, list) else []
