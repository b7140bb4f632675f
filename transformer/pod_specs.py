"""Find the pod specs of a resource, and the objects in it that are resources themselves.

The built-in kinds keep a pod spec at a known path. In every other kind it is known by its shape: a mapping with a list
of containers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from transformer.field_paths import children, concat, entries, join
from transformer.nodes import Mapping, Node, Scalar, Sequence, get, pairs, resolve, text_of
from transformer.resources import Resource, as_resource

CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")

BUILT_IN = {
    ("", "Pod"): "spec",
    ("", "PodTemplate"): "template.spec",
    ("", "ReplicationController"): "spec.template.spec",
    ("apps", "DaemonSet"): "spec.template.spec",
    ("apps", "Deployment"): "spec.template.spec",
    ("apps", "ReplicaSet"): "spec.template.spec",
    ("apps", "StatefulSet"): "spec.template.spec",
    ("batch", "CronJob"): "spec.jobTemplate.spec.template.spec",
    ("batch", "Job"): "spec.template.spec",
    ("extensions", "DaemonSet"): "spec.template.spec",
    ("extensions", "Deployment"): "spec.template.spec",
    ("extensions", "ReplicaSet"): "spec.template.spec",
}


# Kubernetes' own kinds that are no pods and make none.
_OWN_GROUPS = {
    *("admissionregistration.k8s.io", "apiregistration.k8s.io", "autoscaling", "certificates.k8s.io"),
    *("coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "flowcontrol.apiserver.k8s.io", "networking.k8s.io"),
    *("node.k8s.io", "policy", "rbac.authorization.k8s.io", "scheduling.k8s.io", "storage.k8s.io"),
}
_OWN_KINDS = {
    *("Endpoints", "Event", "LimitRange", "Namespace", "Node", "PersistentVolume", "PersistentVolumeClaim"),
    *("ResourceQuota", "Secret", "Service", "ServiceAccount"),
}


class PodSpec(NamedTuple):
    """A pod spec, the resource it belongs to, and its path in that; `is_built_in` where the kind is Kubernetes' own."""

    resource: Resource
    node: Mapping
    path: str
    is_built_in: bool = False


class Contents(NamedTuple):
    """What stands in an object: the objects it holds, itself first, and the pod specs of them all.

    Definitions of kinds are apart: they describe fields, and nothing stands in them.
    """

    resources: tuple[Resource, ...]
    pod_specs: tuple[PodSpec, ...]
    definitions: tuple[Resource, ...] = ()


def contents(resource: Resource) -> Contents:
    """Return what stands in `resource`."""
    key = (resource.group, resource.kind)
    if resource.is_definition:
        return Contents((), (), (resource,))
    if key in BUILT_IN:
        return Contents((resource,), tuple(_built_in(resource, BUILT_IN[key])))
    if is_plain(resource):
        return Contents((resource,), ())
    found = list(_by_shape(resource))
    inner = [each for each in found if isinstance(each, Resource)]
    return Contents(
        (resource, *(each for each in inner if not each.is_definition)),
        tuple(each for each in found if isinstance(each, PodSpec)),
        tuple(each for each in inner if each.is_definition),
    )


def is_plain(resource: Resource) -> bool:
    """Say whether a resource is of a kind of Kubernetes' own that has no image but, by chance, in its annotations."""
    return resource.group in _OWN_GROUPS or (not resource.group and resource.kind in _OWN_KINDS)


def image_entries(pod_spec: PodSpec) -> Iterator[tuple[Mapping, Node, str]]:
    """Yield the image references of a pod spec: of its containers of all three kinds, and of its image volumes.

    Each with the mapping it is written in and its path in the resource. Of equal keys in a mapping each one is
    yielded: parsers differ in which of them they take.
    """
    for path, container in containers(pod_spec):
        yield from _fields(container, "image", path)
    for _, key, value in entries(pod_spec.node):
        if key == "volumes":
            for path, volume in mappings(value, join(pod_spec.path, key)):
                source = get(volume, "image")
                if isinstance(source, Mapping):
                    yield from _fields(source, "reference", f"{path}.image")


def containers(pod_spec: PodSpec) -> Iterator[tuple[str, Mapping]]:
    """Yield the containers of a pod spec, of all three kinds, each with its path in the resource."""
    for _, key, value in entries(pod_spec.node):
        if key in CONTAINER_LISTS:
            yield from mappings(value, join(pod_spec.path, key))


def _fields(mapping: Mapping, name: str, path: str) -> Iterator[tuple[Mapping, Node, str]]:
    for holder, key, value in entries(mapping):
        if key == name:
            yield holder, value, f"{path}.{name}"


def mappings(node: Node | None, path: str) -> Iterator[tuple[str, Mapping]]:
    """Yield the mappings in the list `node` that stands at `path`, each with its own path; none where that is none."""
    node = resolve(node) if node is not None else None
    for index, child in enumerate(node.children if isinstance(node, Sequence) else ()):
        item = resolve(child)
        if isinstance(item, Mapping):
            yield f"{path}[{index}]", item


def _built_in(resource: Resource, path: str) -> Iterator[PodSpec]:
    node: Node | None = resource.node
    for key in path.split("."):
        node = get(node, key) if isinstance(node, Mapping) else None
    if isinstance(node, Mapping):
        yield PodSpec(resource, node, path, is_built_in=True)


def _by_shape(outer: Resource) -> Iterator[Resource | PodSpec]:
    """Walk every node of `outer` once, whatever aliases it has, and yield objects in it and what has a pod's shape.

    An object inside the object is the resource of the pod specs in it; one of a built-in kind has them at its path.
    """
    seen: set[int] = set()
    waiting: list[tuple[Node, str, Resource]] = [(outer.node, "", outer)]
    while waiting:
        node, path, resource = waiting.pop()
        node = resolve(node)
        if not isinstance(node, (Mapping, Sequence)) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            inner = as_resource(node, concat(resource.path, path), resource.namespace)
            if inner is not None and node is not outer.node:
                resource, path = inner._replace(outer=resource, is_inner=True), ""
                yield resource
                if resource.is_definition:
                    continue
            if _has_containers(node):
                yield PodSpec(resource, node, path, BUILT_IN.get((resource.group, resource.kind)) == path)
        steps = [(child, step) for child, step in children(node) if not isinstance(child, Scalar)]
        waiting += [(child, join(path, step), resource) for child, step in reversed(steps)]


def _has_containers(node: Mapping) -> bool:
    return any(text_of(key) in CONTAINER_LISTS and any(mappings(value, "")) for key, value in pairs(node))
