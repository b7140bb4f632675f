"""The Kubernetes objects of a document: one, or the items of a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from transformer.node_edits import LISTS, TEXTS, NamesForm
from transformer.nodes import Mapping, Node, Scalar, Sequence, filled, get, is_null, resolve, text_of

IMAGE_PULL_SECRETS = "imagePullSecrets"
MARKER = "repoint.dev/mirrored-by"
"""The annotation that says that this program has seen to the images of an object."""


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
    outer: Resource | None = None
    """The object in which it stands, a list among them, where it does not stand by itself."""
    is_inner: bool = False
    """Whether it is a part of what another object says, and not one in a list."""

    @property
    def group(self) -> str:
        """The API group: `apps` of `apps/v1`, and an empty text for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def whole(self) -> Resource:
        """The object that is applied: this one or, where it is a part of what another says, that."""
        found = self
        while found.is_inner and found.outer is not None:
            found = found.outer
        return found

    @property
    def ref(self) -> ResourceRef:
        """What identifies the object, without its node and all that hangs on it."""
        return ResourceRef(self.api_version, self.kind, self.name, self.namespace)

    @property
    def is_definition(self) -> bool:
        """Whether it is a CustomResourceDefinition, which describes fields and has none of them."""
        return (self.group, self.kind) == ("apiextensions.k8s.io", "CustomResourceDefinition")

    def __str__(self) -> str:
        return str(self.ref)


def resources(root: Node | None) -> Iterator[Resource]:
    """Yield the objects under a document's root; those of a `List`, of any list kind and of a ResourceList singly.

    An item of a `DeploymentList` that names no type is a Deployment, as it is to kubectl.
    """
    waiting: list[tuple[Node, str, _Type, Resource | None]] = [(root, "", _NO_TYPE, None)] if root is not None else []
    seen: set[int] = set()
    while waiting:
        node, path, item_type, outer = waiting.pop()
        resource = as_resource(node, path, item_type=item_type)
        if resource is None or id(resource.node) in seen:
            continue
        seen.add(id(resource.node))
        items = listed(resource.node, resource.kind)
        if items is not None:
            prefix = f"{path}." if path else ""
            of_items = (resource.api_version, resource.kind.removesuffix("List"))
            entries = [
                (child, f"{prefix}items[{index}]", of_items, resource) for index, child in enumerate(items.children)
            ]
            waiting.extend(reversed(entries))
        else:
            yield resource if outer is None else resource._replace(outer=outer)


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
    said = filled(get(metadata, "namespace")) if isinstance(metadata, Mapping) else ""
    return Resource(api_version, kind, name_of(node), said or namespace, node, path)


def name_of(node: Mapping) -> str:
    """Return the name that the mapping of an object says, or the one that a name is to be made of, or an empty text."""
    metadata = get(node, "metadata")
    if not isinstance(metadata, Mapping):
        return ""
    return filled(get(metadata, "name")) or filled(get(metadata, "generateName"))


def listed(node: Mapping, kind: str) -> Sequence | None:
    """Return the items of the mapping of an object of a kind, where that is a list of objects."""
    items = get(node, "items") if kind.endswith("List") else None
    return items if isinstance(items, Sequence) else None


def annotations_of(resource: Resource) -> Mapping | None:
    """Return the annotations of an object, where it has a mapping of them."""
    metadata = get(resource.node, "metadata")
    found = get(metadata, "annotations") if isinstance(metadata, Mapping) else None
    return found if isinstance(found, Mapping) else None


def annotation(resource: Resource, name: str) -> str | None:
    """Return the text of an annotation of an object, None where it has none of that name."""
    found = annotations_of(resource)
    value = get(found, name) if found is not None else None
    return None if value is None else text_of(value)


def is_empty(node: Node) -> bool:
    """Say whether nothing would be lost in the place of the node: a null, an empty text, an empty mapping."""
    if isinstance(node, Scalar):
        return is_null(node) or not node.value
    return isinstance(node, Mapping) and not node.children


def pull_secret_names(node: Node | None, form: NamesForm = "pullSecrets") -> Iterator[str]:
    """Yield the names of Secrets that `node` says in the form; nothing where it says none, or in another form."""
    yield from (str(name.value) for name in pull_secret_nodes(node, form))


def is_list_of_names(value: Node, form: NamesForm = "pullSecrets") -> bool:
    """Say whether each item of a list says a name in the form; of an empty list each does."""
    found = resolve(value)
    return isinstance(found, Sequence) and len([*pull_secret_nodes(found, form)]) == len(found.children)


def pull_secret_nodes(node: Node | None, form: NamesForm = "pullSecrets") -> Iterator[Scalar]:
    """Yield the scalars that say these names."""
    found = resolve(node) if node is not None else None
    if form in LISTS:
        items = found.children if isinstance(found, Sequence) else []
    else:
        items = [found] if found is not None else []
    for item in map(resolve, items):
        name = item if form in TEXTS else get(item, "name") if isinstance(item, Mapping) else None
        if isinstance(name, Scalar) and filled(name):
            yield name


def texts_in(root: Node) -> set[str]:
    """Return what the scalars under `root` say, keys among them."""
    found: set[str] = set()
    waiting: list[Node] = [root]
    seen: set[int] = set()
    while waiting:
        node = resolve(waiting.pop())
        if isinstance(node, Scalar):
            found.add(str(node.value))
        elif id(node) not in seen:
            seen.add(id(node))
            waiting.extend(node.children)
    return found
