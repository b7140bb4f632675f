"""What a registry Secret is called: a text or a template, made a name that the API server takes, and maybe a hash.

    name   = [a-z0-9] ([-a-z0-9]* [a-z0-9])? ("." [a-z0-9] ([-a-z0-9]* [a-z0-9])?)*      at most 253 characters
    hashed = name "-" hash                           hash = ten of the characters 2456789bcdfghkmt

The first is the subdomain of RFC 1123, which the API server wants of a Secret (apimachinery, pkg/util/validation).
The hash is that of kubectl (kubectl/pkg/util/hash) or of kustomize (api/hasher): both take SHA-256 of a JSON object
with sorted keys, and differ in what they put into it.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from transformer import keyring
from transformer.config import Config, PullSecret
from transformer.errors import ConfigError
from transformer.templates import InvalidTemplate, name_template

_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_LONGEST = 253
_LENGTH = 10
_SPELLED = str.maketrans("013ae", "ghkmt")
_HASH = re.compile(rf"[2456789bcdfghkmt]{{{_LENGTH}}}")
_NO_PART_OF_A_NAME = re.compile(r"[^a-z0-9.-]+")
_ENDS_OF_LABELS = re.compile(r"[-.]*\.[-.]*")
_WRAPPED = 70


def is_subdomain(name: str) -> bool:
    """Say whether `name` is a subdomain of RFC 1123, which the API server takes for a Secret and for an API group."""
    return bool(_NAME.fullmatch(name))


def secret_name(secret: PullSecret, namespace: str, config: Config) -> str:
    """Return the name of a Secret in a namespace, as objects say that, without a hash.

    Raises ConfigError where the template of the name fails, or nothing of it is left.
    """
    home = config.home(namespace)
    try:
        name = _name(secret, home, config.name, config.application)
    except InvalidTemplate as error:
        raise ConfigError([f"spec.pullSecrets: the name {secret.name!r}: {error}"]) from None
    if not name:
        where = f"the namespace {home}" if home else "objects that say no namespace"
        raise ConfigError([f"spec.pullSecrets: the name {secret.name!r} comes out empty for {where}"])
    return name


def templated_name(secret: PullSecret, namespace: str, config: Config) -> str:
    """Return the same as the template gives it, before it is made a name that the API server takes."""
    return _templated(secret, config.home(namespace), config.name, config.application)


def is_hashed(name: str, base: str) -> bool:
    """Say whether `name` is `base` with a hash behind it, whatever the content it was made of."""
    return name.startswith(f"{base}-") and bool(_HASH.fullmatch(name[len(base) + 1 :]))


def hash_suffix(secret: PullSecret, name: str, kind_of_secret: str, data: Mapping[str, bytes]) -> str:
    """Return what the name of a Secret of this type and content gets, with its hyphen; empty where none is wanted."""
    if not secret.hashed:
        return ""
    is_kubectl = secret.hashed == "kubectl"
    hashed: dict[str, Any] = {
        "data": {key: encoded(value, wrap=not is_kubectl) for key, value in data.items()},
        "kind": "Secret",
        "name": name if is_kubectl else "",
        "type": kind_of_secret,
    }
    if is_kubectl and secret.immutable:
        hashed["immutable"] = True
    from hashlib import sha256  # noqa: PLC0415  slow to import, and most names have no hash

    text = json.dumps(hashed, separators=(",", ":"), sort_keys=True)
    return "-" + sha256(text.encode()).hexdigest()[:_LENGTH].translate(_SPELLED)


def encoded(value: bytes, *, wrap: bool) -> str:
    """Return a value of a Secret in base64: with `wrap` in lines where it is longer than one, as kustomize has it."""
    text = b64encode(value).decode("ascii")
    if not wrap or len(text) <= _WRAPPED:
        return text
    return "".join(f"{text[start : start + _WRAPPED]}\n" for start in range(0, len(text), _WRAPPED))


@lru_cache(maxsize=10_000)
def _name(secret: PullSecret, namespace: str, config: str, application: str) -> str:
    longest = _LONGEST - (1 + _LENGTH if secret.hashed else 0)
    name = _NO_PART_OF_A_NAME.sub("-", _templated(secret, namespace, config, application).lower())
    return _ENDS_OF_LABELS.sub(".", name).strip("-.")[:longest].strip("-.")


def _templated(secret: PullSecret, namespace: str, config: str, application: str) -> str:
    values = {
        "namespace": namespace,
        "registry": keyring.host(secret.registries[0]),
        "config": config,
        "application": application,
    }
    return name_template(secret.name)(values)
