"""What kustomize's own annotations say, and what of them a config may ask for.

While it builds, kustomize keeps the history of an object in annotations that a transformer sees
(api/internal/utils/annotations.go). A name in a reference is still the one that the object had at first: references
follow at the very end of a build. Of a generator's output two annotations are orders (UpdateResourceOptions in
api/internal/plugins/utils); on anything else they would stay in the manifest for good. What is made here gets such a
history too, where references to other objects would otherwise go wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Table
from typing import NamedTuple, TypeAlias

from transformer.config import Config, PullSecret
from transformer.documents import join, split
from transformer.edits import apply
from transformer.node_edits import set_entry
from transformer.nodes import Mapping, compose, is_null, own
from transformer.resources import Resource, annotation, resources

NEEDS_HASH, BEHAVIOR = "kustomize.config.k8s.io/needs-hash", "kustomize.config.k8s.io/behavior"
_ORDERS = (NEEDS_HASH, BEHAVIOR)
_FORMER_NAMES = "internal.config.kubernetes.io/previousNames"
_FORMER_NAMESPACES = "internal.config.kubernetes.io/previousNamespaces"
_FORMER_KINDS = "internal.config.kubernetes.io/previousKinds"
_HASHED_LATER = "internal.config.kubernetes.io/needsHashSuffix"
_ABSORBED = ("merge", "replace")  # by what is there, which has a history of its own
_NO_NAMESPACE = "default"  # of an object that names none
_AFFIXES = ("internal.config.kubernetes.io/prefixes", "internal.config.kubernetes.io/suffixes")

# In these kinds names of Secrets follow (api/internal/konfig/builtinpluginconsts, namereference.go); in others where a
# kustomization says so under `configurations`, which is not seen here.
_FOLLOWING = {
    *("Pod", "PodTemplate", "ServiceAccount", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job", "CronJob"),
}

Affixes: TypeAlias = tuple[list[str], list[str]]


class Renamed(NamedTuple):
    """The name that kustomize has given to an object, and all that it has put before and behind names of it."""

    name: str
    affixes: Affixes


def former_names(resource: Resource) -> list[str]:
    """Return the names that an object had before, by which others may still refer to it."""
    former = filter(None, (annotation(resource, _FORMER_NAMES) or "").split(","))
    return [name for name in dict.fromkeys(former) if name != resource.name]


def renamed(resource: Resource) -> Renamed:
    """Return what kustomize has made of the name of an object."""
    before, behind = (list(filter(None, (annotation(resource, each) or "").split(","))) for each in _AFFIXES)
    return Renamed(resource.name, (before, behind))


def meant(candidates: Sequence[Renamed], referrer: Resource) -> Renamed | None:
    """Return which of the objects that had one name `referrer` means by it: of several, that with the same affixes.

    (selectReferral in api/filters/nameref; that several are left, kustomize takes for an error.)
    """
    if len(candidates) < 2:
        return next(iter(candidates), None)
    own = renamed(referrer).affixes
    found = [
        each
        for each in candidates
        if all(not (one and other) or _end_alike(one, other) for one, other in zip(each.affixes, own, strict=True))
    ]
    if len(found) > 1:
        found = [each for each in found if all(map(_end_alike, each.affixes, own))]
    return next(iter(found), None)


def _end_alike(one: list[str], other: list[str]) -> bool:
    """Say whether the shorter list is how the longer one ends; an empty list is so of an empty one alone."""
    length = min(len(one), len(other))
    return one[-length:] == other[-length:] if length else one == other


def lets_follow(referrer: Resource) -> bool:
    """Say whether the names of Secrets in an object follow when kustomize renames these."""
    return referrer.kind in _FOLLOWING and not referrer.is_inner


def is_hashed_later(resource: Resource) -> bool:
    """Say whether kustomize is going to append a hash to the name of an object, and to what refers to it."""
    return annotation(resource, _HASHED_LATER) == "enabled"


def origins(objects: Iterable[Resource]) -> dict[str, str]:
    """Map each namespace that none of the objects was in at first to that in which the first of them that is there was.

    To kustomize a reference with a namespace (a subject of a RoleBinding, the service of a webhook) means what was
    there at first, if anything was, and what is there now only if not (filterMapCandidatesByNamespace in
    api/filters/nameref). A Secret that is new there would so be all that could be meant, and no reference followed.
    """
    found = [(each.namespace, _first_namespace(each)) for each in objects]
    at_first = {first for _, first in found}
    return {now: first for now, first in reversed(found) if now and now not in at_first}


def origins_of_generated(namespace: str) -> dict[str, str]:
    """Return the same for what a generator makes for a namespace, with no sight of what else there is."""
    return {namespace: _NO_NAMESPACE} if namespace else {}


def coming_from(first: Table[str, str], text: str) -> str:
    """Return what is made, a stream, in which objects whose namespaces are in `first` have come from those there.

    At the end of a build kustomize removes the annotations that say so.
    """
    return join([_coming_from(first, each.text) for each in split(text)]) if first else text


def _coming_from(first: Table[str, str], text: str) -> str:
    found = next(resources(compose(text)), None)
    if found is None or found.namespace not in first or annotation(found, BEHAVIOR) in _ABSORBED:
        return text
    history = {_FORMER_NAMES: found.name, _FORMER_NAMESPACES: first[found.namespace], _FORMER_KINDS: found.kind}
    for name, value in history.items():
        text = _annotated(text, name, value)
    return text


def _annotated(text: str, name: str, value: str) -> str:
    """Return a document whose object has one annotation more; as it is where its annotations are no mapping."""
    root = compose(text)
    metadata = own(root, "metadata") if isinstance(root, Mapping) else None
    if not isinstance(metadata, Mapping):
        return text
    there = own(metadata, "annotations")
    if isinstance(there, Mapping) and there.children:
        return apply(text, [set_entry(text, there, name, value)])
    is_free = there is None or is_null(there) or isinstance(there, Mapping)
    return apply(text, [set_entry(text, metadata, "annotations", (name, value))]) if is_free else text


def _first_namespace(resource: Resource) -> str:
    former = (annotation(resource, _FORMER_NAMESPACES) or "").split(",")[0]
    return former or resource.namespace or _NO_NAMESPACE


def ordering_hashes(config: Config) -> Config:
    """Return the config of a generator: where it asks for kustomize's hash, kustomize is to make it."""
    return config._replace(pull_secrets=tuple(map(_ordering_a_hash, config.pull_secrets)))


def is_hashed_by_kustomize(secret: PullSecret) -> bool:
    """Say whether the name of a Secret of a generator is to get its hash from kustomize."""
    return (NEEDS_HASH, "true") in secret.annotations


def without_orders(config: Config) -> Config:
    """Return the config of everybody else, without the annotations that are orders to kustomize."""
    if not any(name in _ORDERS for secret in config.pull_secrets for name, _ in secret.annotations):
        return config
    return config._replace(pull_secrets=tuple(map(_ordering_nothing, config.pull_secrets)))


def _ordering_a_hash(secret: PullSecret) -> PullSecret:
    if secret.hashed != "kustomize":
        return secret
    others = tuple(each for each in secret.annotations if each[0] != NEEDS_HASH)
    return secret._replace(hashed="", annotations=(*others, (NEEDS_HASH, "true")))


def _ordering_nothing(secret: PullSecret) -> PullSecret:
    return secret._replace(annotations=tuple(each for each in secret.annotations if each[0] not in _ORDERS))
