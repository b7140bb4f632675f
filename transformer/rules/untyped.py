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
from transformer.nodes import Mapping, Node, Sequence, column, filled, get, pairs, resolve, text_of

_TYPE = ("apiVersion", "kind")


def report(manifest: Manifest) -> Iterator[Finding]:
    """Yield a warning for each such mapping that stands as a document, or in a list of objects."""
    for node, path in _in_places_of_objects(manifest.root):
        lacking = [key for key in _TYPE if not filled(get(node, key))]
        name = _name(node)
        if len(lacking) != 1 or not name:
            continue
        [key] = lacking
        said = [text for text, _ in pairs(node) if text_of(text).lower() == key.lower() and text_of(text) != key]
        # What has no kind, and no other spelling of it, may be for other programs (Score's workloads).
        if key == "apiVersion" or said:
            hint = f"; did you mean {key!r} where it says {text_of(said[0])!r}?" if said else ""
            yield Finding(
                severity="warning",
                outcome="untyped",
                message=f"{name}: without {key} this is no Kubernetes object, and nothing in it was looked at{hint}",
                line=manifest.line(node),
                column=column(node),
                field=path,
            )


def _name(node: Mapping) -> str:
    """Return the name of an object, what a list of objects has in its place, or an empty text for anything else."""
    metadata, kind = get(node, "metadata"), text_of(get(node, "kind"))
    if kind.endswith("List") and isinstance(get(node, "items"), Sequence):
        return kind
    return (
        filled(get(metadata, "name")) or filled(get(metadata, "generateName")) if isinstance(metadata, Mapping) else ""
    )


def _in_places_of_objects(root: Node | None) -> Iterator[tuple[Mapping, str]]:
    """Yield the root, and the items of a list of objects, where they are mappings, each with its path."""
    found = resolve(root) if root is not None else None
    if not isinstance(found, Mapping):
        return
    yield found, ""
    items = get(found, "items") if text_of(get(found, "kind")).endswith("List") else None
    for index, child in enumerate(items.children if isinstance(items, Sequence) else ()):
        item = resolve(child)
        if isinstance(item, Mapping):
            yield item, f"items[{index}]"
