"""What has to be known of a whole input before any of it is rewritten: its accounts and its Secrets.

Of what a Secret holds, only the keys are kept: which registries it opens, and nothing of how.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Container, Iterable, Iterator
from collections.abc import Mapping as Table
from contextlib import suppress
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from transformer.aliases import aliased
from transformer.config import Config, PullSecret
from transformer.crds import is_schema
from transformer.documents import split
from transformer.errors import ManifestSyntaxError
from transformer.hooks import NORMAL, Timing, timing
from transformer.keyring import clean, without_userinfo
from transformer.kustomize import Renamed, former_names, is_hashed_later, lets_follow, meant, renamed
from transformer.nodes import Mapping, Node, compose, filled, get, is_null, own, pairs, resolve, text_of
from transformer.not_run import why_left_alone
from transformer.pod_specs import contents
from transformer.resources import (
    IMAGE_PULL_SECRETS,
    Resource,
    annotation,
    is_list_of_names,
    pull_secret_names,
    resources,
)

Id: TypeAlias = tuple[str, str]
"""The namespace and the name of an object."""

ObjectId: TypeAlias = tuple[str, str, str, str]
"""The group and the kind, the namespace and the name of an object."""

_TELLS = re.compile(r"\b(?:ServiceAccount(?:List)?|(?:Sealed|External)?Secret(?:List)?)\b")
REGISTRIES = "repoint.dev/registries"
"""The annotation that says which registries a SealedSecret is for, which nobody else could read there."""

# What another program fills in, and what the operator of an ExternalSecret does.
_PLACEHOLDER = re.compile(r"\$[{(]|\{\{|<path:|\bENC\[")
_ACTION = re.compile(r"\{\{.*?\}\}")
SECRET_MAKERS = {("", "Secret"), ("bitnami.com", "SealedSecret"), ("external-secrets.io", "ExternalSecret")}
"""The groups and kinds of objects that are Secrets, or that Secrets of the same name are made of."""

_NO_SUFFIXES: Table[Id, str] = MappingProxyType({})
_NO_CONTENTS: Table[Id, Table[str, str]] = MappingProxyType({})
_NO_NAMES: Table[tuple[str, str, str], tuple[Renamed, ...]] = MappingProxyType({})


class KnownSecret(NamedTuple):
    """A Secret of the input, or what makes one: its kind, and the keys in it, None where they cannot be read here.

    `trouble` says why the kubelet gets nothing from it; with `is_fatal` it then gets nothing from the others either.
    `is_left` says that nothing of the object may be edited, `is_hashed_later` that kustomize will append a hash to its
    name, and `timing` when it is applied.
    """

    kind: str
    keys: tuple[str, ...] | None = None
    trouble: str = ""
    is_fatal: bool = False
    is_left: bool = False
    is_hashed_later: bool = False
    timing: Timing = NORMAL


class Survey(NamedTuple):
    """What has to be known of a whole input before any of it is rewritten.

    `accounts` are the ServiceAccounts with their imagePullSecrets. `suffixes` are the hashes that names of emitted
    Secrets get, by the pull secret's name in the config and the namespace in which the Secret ends; `contents` are the
    values, in base64 by the type of a Secret, that Secrets of the input get, by the namespace in which they end and
    their name. With `is_settled` there are no others of both. `default_namespace` is that of objects that name none.
    `stuck` are the accounts whose list cannot be edited, and `shared` those whose list cannot be extended, since
    something else has it too; names in it can still follow. `renamed` are the accounts and Secrets that kustomize has
    renamed, by their kind, namespace and former name; references still say the former, and most follow later.
    """

    accounts: Table[Id, tuple[str, ...]]
    secrets: Table[Id, KnownSecret]
    default_namespace: str = ""
    suffixes: Table[Id, str] = _NO_SUFFIXES
    contents: Table[Id, Table[str, str]] = _NO_CONTENTS
    is_settled: bool = False
    stuck: frozenset[Id] = frozenset()
    shared: frozenset[Id] = frozenset()
    renamed: Table[tuple[str, str, str], tuple[Renamed, ...]] = _NO_NAMES

    def suffix(self, secret: PullSecret, home: str) -> str:
        """Return what the name of a pull secret gets in the namespace in which it ends."""
        return self.suffixes.get((secret.name, home), "")

    def account(self, namespace: str, name: str, by: Resource | None = None) -> Id | None:
        """Return the id that the input has of an account, if it has it; unset may be the default namespace.

        `by` is the object that names it. What pods run as that name none is called so, whatever was called so once.
        """
        homes = self._homes(namespace, "default")
        ids = ((home, self._now("ServiceAccount", home, name, by) if by else name) for home in homes)
        return next((each for each in ids if each in self.accounts), None)

    def secret(self, namespace: str, name: str, by: Resource | None = None) -> KnownSecret | None:
        """Return the Secret that the input has; unset is the default namespace where that is known.

        `by` is the object that refers to it; without one, it is any of that former name.
        """
        stays = by is not None and not lets_follow(by)
        ids = ((home, name if stays else self._now("Secret", home, name, by)) for home in self._homes(namespace))
        return next((self.secrets[each] for each in ids if each in self.secrets), None)

    def name_now(self, namespace: str, name: str, by: Resource) -> str:
        """Return the name that the Secret has to which the object `by` refers by `name`, if that follows."""
        return self.name_for(namespace, name, by) if lets_follow(by) else name

    def name_for(self, namespace: str, name: str, by: Resource) -> str:
        """Return the name by which the object `by` has to refer to the Secret that was called `name`."""
        names = (self._now("Secret", home, name, by) for home in self._homes(namespace))
        return next((each for each in names if each != name), name)

    def names_now(self, namespace: str, name: str) -> list[str]:
        """Return the names of all Secrets that were called `name`."""
        found = [each.name for home in self._homes(namespace) for each in self.renamed.get(("Secret", home, name), ())]
        return found or [name]

    def _now(self, kind: str, namespace: str, name: str, by: Resource | None) -> str:
        candidates = self.renamed.get((kind, namespace, name), ())
        found = meant(candidates, by) if by is not None else next(iter(candidates), None)
        return found.name if found is not None else name

    def _homes(self, namespace: str, default: str = "") -> tuple[str, ...]:
        unset = ("", self.default_namespace or default)
        return (namespace, *unset) if namespace in unset else (namespace,)


def survey(texts: Iterable[str], config: Config) -> Survey:
    """Return what the rules of `config` have to know of a whole input."""
    accounts: dict[Id, tuple[str, ...]] = {}
    stuck: set[Id] = set()
    shared: set[Id] = set()
    secrets: dict[Id, KnownSecret] = {}
    renames: dict[tuple[str, str, str], tuple[Renamed, ...]] = {}
    for root in _roots(texts if config.pull_secrets else ()):
        in_two_places = aliased(root)
        for resource in (inner for outer in resources(root) for inner in contents(outer).resources):
            if is_account(resource):
                names = tuple(pull_secret_names(get(resource.node, IMAGE_PULL_SECRETS)))
                accounts[resource.namespace, resource.name] = names
                if why_stuck(resource):
                    stuck.add((resource.namespace, resource.name))
                elif shares_list(resource, in_two_places):
                    shared.add((resource.namespace, resource.name))
            elif name := made_secret(resource):
                secrets[resource.namespace, name] = _known(resource)._replace(timing=timing(resource))
            for former in former_names(resource):
                spot = (resource.kind, resource.namespace, former)
                renames[spot] = (*renames.get(spot, ()), renamed(resource))
    return Survey(
        accounts,
        secrets,
        config.default_namespace,
        stuck=frozenset(stuck),
        shared=frozenset(shared),
        renamed=renames,
    )


def _roots(texts: Iterable[str]) -> Iterator[Node | None]:
    """Yield the roots of the documents that may have accounts or Secrets, schemas and unreadable ones left out."""
    for text in filter(_TELLS.search, texts):
        for document in split(text):
            if _TELLS.search(document.text) and not is_schema(document.text):
                with suppress(ManifestSyntaxError):
                    yield compose(document.text)


def ids(texts: Iterable[str], config: Config) -> frozenset[ObjectId]:
    """Return the ids of all objects of an input: group, kind, the namespace in which it ends, and name."""
    found: set[ObjectId] = set()
    for text in texts:
        for document in split(text):
            with suppress(ManifestSyntaxError):
                root = None if is_schema(document.text) else compose(document.text)
                found |= {object_id(each, config.home(each.namespace)) for each in resources(root)}
    return frozenset(found)


def object_id(resource: Resource, home: str) -> ObjectId:
    """Return the id of an object that ends in the namespace `home`."""
    return resource.group, resource.kind, home, resource.name


def is_account(resource: Resource) -> bool:
    """Say whether an object is a ServiceAccount."""
    return (resource.group, resource.kind) == ("", "ServiceAccount")


def why_stuck(account: Resource) -> str:
    """Return why the list of a ServiceAccount cannot be edited, or an empty text."""
    if why := why_left_alone(account):
        return f"nothing in it may be edited ({why})"
    value = get(account.node, IMAGE_PULL_SECRETS)
    is_free = value is None or is_null(value) or is_list_of_names(value)
    return "" if is_free else f"its {IMAGE_PULL_SECRETS} is no list of names"


def shares_list(account: Resource, in_two_places: Container[int]) -> bool:
    """Say whether something else has the list of a ServiceAccount too; `in_two_places` are the ids of aliased nodes."""
    return id(own(account.node, IMAGE_PULL_SECRETS)) in in_two_places


def made_secret(resource: Resource) -> str:
    """Return the name of the Secret that an object is, or that is made of it; an empty text for any other object."""
    if (resource.group, resource.kind) not in SECRET_MAKERS:
        return ""
    target = _mapping(_mapping(resource.node, "spec"), "target") if resource.kind == "ExternalSecret" else None
    return (text_of(get(target, "name")) if target is not None else "") or resource.name


def _mapping(node: Mapping | None, key: str) -> Mapping | None:
    found = get(node, key) if node is not None else None
    return found if isinstance(found, Mapping) else None


def _known(resource: Resource) -> KnownSecret:
    """Return what the kubelet will read in a Secret; nothing is known of one that is encrypted or a template."""
    known = _content(resource)
    return known._replace(is_left=bool(why_left_alone(resource)), is_hashed_later=is_hashed_later(resource))


def _content(resource: Resource) -> KnownSecret:
    if resource.kind != "Secret":
        return KnownSecret(resource.kind, _said_keys(resource))
    texts = {key: dict(_texts(resource.node, key)) for key in ("data", "stringData")}
    if get(resource.node, "sops") is not None or any(map(_PLACEHOLDER.search, texts["data"].values())):
        return KnownSecret("Secret")
    try:
        data = {key: b64decode("".join(value.split()), validate=True) for key, value in texts["data"].items()}
    except ValueError:
        return KnownSecret("Secret", (), "its data is no base64, which the API server refuses")
    data |= {key: value.encode("utf-8", "surrogateescape") for key, value in texts["stringData"].items()}
    return _read(filled(get(resource.node, "type")), data)


def _said_keys(resource: Resource) -> tuple[str, ...] | None:
    """Return the registries that a Secret will have by what it is made of; None where that does not say."""
    if resource.kind == "SealedSecret":
        return tuple((annotation(resource, REGISTRIES) or "").split()) or None
    template = _mapping(_mapping(_mapping(resource.node, "spec"), "target"), "template")
    data = _mapping(template, "data")
    for _, value in pairs(data) if data is not None else ():
        # What the operator fills in stands for a value of JSON, with or without quotes around it.
        with suppress(ValueError):
            content = json.loads(_ACTION.sub("0", text_of(value)))
            auths = content.get("auths") if isinstance(content, dict) else None
            return tuple(auths) if isinstance(auths, dict) else None
    return None


def _read(kind: str, data: dict[str, bytes]) -> KnownSecret:
    """Return what the kubelet reads in a Secret of a type, which may be filled in only later."""
    from transformer import kubelet_secret  # noqa: PLC0415  an input without Secrets does not need it

    try:
        entries = kubelet_secret.entries(kind, data)
    except kubelet_secret.UnreadableSecret as error:
        is_filled_in_later = any(_PLACEHOLDER.search(value.decode("utf-8", "replace")) for value in data.values())
        return KnownSecret("Secret") if is_filled_in_later else KnownSecret("Secret", (), str(error), is_fatal=True)
    if entries is None:
        return KnownSecret(
            "Secret", (), f"the kubelet ignores a Secret of the type {kind or 'Opaque'} with this content"
        )
    if any(map(_PLACEHOLDER.search, entries)):
        return KnownSecret("Secret")
    usable = (key for key, each in entries.items() if clean(key) is not None and (each.username or each.password))
    return KnownSecret("Secret", tuple(map(without_userinfo, usable)))


def _texts(secret: Mapping, key: str) -> Iterator[tuple[str, str]]:
    holder = _mapping(secret, key)
    for name, value in pairs(holder) if holder is not None else ():
        if not is_null(resolve(value)):
            yield text_of(name), text_of(value)
