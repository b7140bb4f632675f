"""What kustomize's own annotations say, and what of them a config may ask for.

While it builds, kustomize keeps the history of an object in annotations that a transformer sees
(api/internal/utils/annotations.go). A name in a reference is still the one that the object had at first: references
follow at the very end of a build. Of a generator's output two annotations are orders (UpdateResourceOptions in
api/internal/plugins/utils); on anything else they would stay in the manifest for good.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from transformer.config import Config, PullSecret
from transformer.resources import Resource, annotation

NEEDS_HASH, BEHAVIOR = "kustomize.config.k8s.io/needs-hash", "kustomize.config.k8s.io/behavior"
_ORDERS = (NEEDS_HASH, BEHAVIOR)
_FORMER_NAMES = "internal.config.kubernetes.io/previousNames"
_HASHED_LATER = "internal.config.kubernetes.io/needsHashSuffix"
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
