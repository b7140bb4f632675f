"""Report what is all but an object: it has a kind and a name, and no apiVersion, or the key for its kind misspelled.

    apiversion: apps/v1
    kind: Deployment
    metadata: {name: web}

To Kubernetes that is no object, so nothing here looks into it, and its images would be missed without a word.
"""

from __future__ import annotations

from collections.abc import Iterator

from transformer.findings import Finding
from transformer.manifest import Manifest
from transformer.nodes import Mapping, Node, column, filled, get, pairs, resolve, text_of
from transformer.not_run import why_left_alone
from transformer.resources import Resource, as_resource, listed, name_of

_TYPE = ("apiVersion", "kind")
_OF_KUSTOMIZE = ("Kustomization", "Component")  # whose apiVersion kustomize itself completes


def report(manifest: Manifest) -> Iterator[Finding]:
    """Yield a warning for each such mapping that stands as a document, or in a list of objects."""
    for node, path in _in_places_of_objects(manifest):
        lacking = [key for key in _TYPE if not filled(get(node, key))]
        name = _name(node)
        if len(lacking) != 1 or not name or _is_left(node):
            continue
        [key] = lacking
        said = _misspelled(node, key)
        # What has no kind, and no other spelling of it, may be for other programs (Score's workloads).
        if key == "apiVersion" or said:
            hint = f"; did you mean {key!r} where it says {said!r}?" if said else ""
            yield Finding(
                severity="warning",
                outcome="untyped",
                message=f"{name}: without {key} this is no Kubernetes object, and nothing in it was looked at{hint}",
                line=manifest.line(node),
                column=column(node),
                field=path,
            )


def _misspelled(node: Mapping, key: str) -> str:
    """Return the key of a mapping that says what `key` should, in other letters, or an empty text."""
    keys = (text_of(each) for each, _ in pairs(node))
    return next((each for each in keys if each.lower() == key.lower() and each != key), "")


def _kind(node: Mapping) -> str:
    return filled(get(node, "kind")) or filled(get(node, _misspelled(node, "kind")))


def _name(node: Mapping) -> str:
    """Return the name of an object, what a list of objects has in its place, or an empty text for anything else."""
    kind = _kind(node)
    return name_of(node) if listed(node, kind) is None else kind


def _is_left(node: Mapping) -> bool:
    """Say whether the mapping is not to be looked at: by an annotation, or since it is kustomize's."""
    kind = _kind(node)
    return kind in _OF_KUSTOMIZE or bool(why_left_alone(Resource("", kind, "", "", node)))


def _in_places_of_objects(manifest: Manifest) -> Iterator[tuple[Mapping, str]]:
    """Yield the root, where it is no values of a chart, and the items of lists of objects, each with its path."""
    waiting: list[tuple[Node, str]] = [] if manifest.root is None else [(manifest.root, "")]
    if waiting and manifest.config.helm_values and as_resource(waiting[0][0]) is None:
        return
    seen: set[int] = set()
    while waiting:
        node, path = waiting.pop()
        found = resolve(node)
        if not isinstance(found, Mapping) or id(found) in seen:
            continue
        seen.add(id(found))
        yield found, path
        items = listed(found, _kind(found))
        prefix = f"{path}." if path else ""
        entries = [] if items is None else [(child, f"{prefix}items[{n}]") for n, child in enumerate(items.children)]
        waiting.extend(reversed(entries))
