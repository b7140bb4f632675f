"""The Kubernetes objects of a document: one, or the items of a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from transformer.nodes import Mapping, Node, Scalar, Sequence, get, resolve, text_of

IMAGE_PULL_SECRETS = "imagePullSecrets"


class ResourceRef(NamedTuple):
    """What identifies an API object; `namespace` is empty where it names none."""

    api_version: str
    kind: str
    name: str
    namespace: str

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place}" if place else self.kind


class Resource(NamedTuple):
    """An API object: what identifies it, and its node. `namespace` is empty where the object names none."""

    api_version: str
    kind: str
    name: str
    namespace: str
    node: Mapping
    path: str = ""
    """Where the object stands in its document: empty, or such as `items[3]`."""

    @property
    def group(self) -> str:
        """The API group: `apps` of `apps/v1`, and an empty text for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def ref(self) -> ResourceRef:
        """What identifies the object, without its node and all that hangs on it."""
        return ResourceRef(self.api_version, self.kind, self.name, self.namespace)

    def __str__(self) -> str:
        return str(self.ref)


def resources(root: Node | None) -> Iterator[Resource]:
    """Yield the objects under a document's root; those of a `List`, of any list kind and of a ResourceList singly.

    An item of a `DeploymentList` that names no type is a Deployment, as it is to kubectl.
    """
    waiting: list[tuple[Node, str, _Type]] = [(root, "", _NO_TYPE)] if root is not None else []
    seen: set[int] = set()
    while waiting:
        node, path, item_type = waiting.pop()
        resource = as_resource(node, path, item_type=item_type)
        if resource is None or id(resource.node) in seen:
            continue
        seen.add(id(resource.node))
        items = get(resource.node, "items") if resource.kind.endswith("List") else None
        if isinstance(items, Sequence):
            prefix = f"{path}." if path else ""
            of_items = (resource.api_version, resource.kind.removesuffix("List"))
            entries = [(child, f"{prefix}items[{index}]", of_items) for index, child in enumerate(items.children)]
            waiting.extend(reversed(entries))
        else:
            yield resource


_Type: TypeAlias = tuple[str, str]
_NO_TYPE: _Type = ("", "")


def as_resource(node: Node, path: str = "", namespace: str = "", *, item_type: _Type = _NO_TYPE) -> Resource | None:
    """Return `node` as a Resource where it has an apiVersion and a kind.

    `namespace` is for one that names none, and `item_type`, apiVersion and kind, for one that names neither.
    """
    node = resolve(node)
    if not isinstance(node, Mapping):
        return None
    api_version, kind = text_of(get(node, "apiVersion")), text_of(get(node, "kind"))
    if not (api_version or kind):
        api_version, kind = item_type
    if not (api_version and kind):
        return None
    metadata = get(node, "metadata")
    if not isinstance(metadata, Mapping):
        return Resource(api_version, kind, "", namespace, node, path)
    name = text_of(get(metadata, "name")) or text_of(get(metadata, "generateName"))
    return Resource(api_version, kind, name, text_of(get(metadata, "namespace")) or namespace, node, path)


def pull_secret_names(node: Node | None) -> Iterator[str]:
    """Yield the names in a list of LocalObjectReferences, items `{name: ...}`; nothing where `node` is no list."""
    found = resolve(node) if node is not None else None
    for item in found.children if isinstance(found, Sequence) else ():
        reference = resolve(item)
        name = get(reference, "name") if isinstance(reference, Mapping) else None
        if isinstance(name, Scalar):
            yield str(name.value)
