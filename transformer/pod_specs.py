"""Find the pod specs of a resource, and the image references in each.

The built-in kinds keep them at a known path. In every other kind a pod spec is known by its shape: a mapping with a
list of containers. What describes pods without running them (policies, tools' own configuration) is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from transformer import pod_spec_table
from transformer.nodes import Mapping, Node, Scalar, Sequence, get, merged, pairs, resolve, text_of
from transformer.resources import Resource, as_resource

CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")

BUILT_IN = pod_spec_table.read(pod_spec_table.BUILT_IN)

# API groups whose objects describe pods and run none, and why their images stay. A kind of `*` is every kind.
NOT_RUN = {
    ("admission.k8s.io", "*"): "an admission review quotes an object",
    ("admissionregistration.k8s.io", "*"): "a policy describes pods, it runs none",
    ("argoproj.io", "Application"): "the configuration of Argo CD",
    ("argoproj.io", "ApplicationSet"): "the configuration of Argo CD",
    ("chainsaw.kyverno.io", "*"): "a test describes pods, it runs none",
    ("cli.kyverno.io", "*"): "a test describes pods, it runs none",
    ("constraints.gatekeeper.sh", "*"): "a policy describes pods, it runs none",
    ("kpt.dev", "*"): "the configuration of kpt",
    ("kustomize.config.k8s.io", "*"): "the configuration of kustomize",
    ("kyverno.io", "*"): "a policy describes pods, it runs none",
    ("mutations.gatekeeper.sh", "*"): "a policy describes pods, it runs none",
    ("policies.kyverno.io", "*"): "a policy describes pods, it runs none",
    ("repoint.dev", "*"): "the configuration of repoint",
    ("skaffold", "*"): "the configuration of Skaffold",
    ("templates.gatekeeper.sh", "*"): "a policy describes pods, it runs none",
}


class PodSpec(NamedTuple):
    """A pod spec, the resource it belongs to, and where it stands in the document.

    `takes_secrets` says whether the kind is known to have imagePullSecrets here. `not_run` is the reason why its
    images are left alone, and empty where they are not.
    """

    resource: Resource
    node: Mapping
    path: str
    takes_secrets: bool
    not_run: str = ""


class ImageField(NamedTuple):
    """A field that holds an image reference: the mapping it is written in, its value (an alias as such), its path."""

    pod_spec: PodSpec
    holder: Mapping
    value: Node
    path: str


def pod_specs(resource: Resource) -> Iterator[PodSpec]:
    """Yield the pod specs of `resource`, each node once; a CustomResourceDefinition describes fields and has none."""
    if (resource.group, resource.kind) == ("apiextensions.k8s.io", "CustomResourceDefinition"):
        return
    not_run = _why_not_run(resource)
    paths = BUILT_IN.get((resource.group, resource.kind))
    if paths is None:
        yield from _by_shape(resource, not_run)
        return
    for path in paths:
        node: Node | None = resource.node
        for key in path.split("."):
            node = get(node, key) if isinstance(node, Mapping) else None
        if isinstance(node, Mapping):
            yield PodSpec(resource, node, _join(resource.path, path), takes_secrets=True, not_run=not_run)


def image_fields(pod_spec: PodSpec) -> Iterator[ImageField]:
    """Yield the image fields of a pod spec: of its containers of all three kinds, and of its image volumes.

    Of equal keys in a mapping each one is yielded: parsers differ in which of them they take.
    """
    for _, key, value in _entries(pod_spec.node):
        if key in CONTAINER_LISTS:
            for path, container in _mappings(value, _join(pod_spec.path, key)):
                yield from _fields(pod_spec, container, "image", path)
        elif key == "volumes":
            for path, volume in _mappings(value, _join(pod_spec.path, key)):
                source = get(volume, "image")
                if isinstance(source, Mapping):
                    yield from _fields(pod_spec, source, "reference", f"{path}.image")


def _fields(pod_spec: PodSpec, mapping: Mapping, name: str, path: str) -> Iterator[ImageField]:
    for holder, key, value in _entries(mapping):
        if key == name:
            yield ImageField(pod_spec, holder, value, f"{path}.{name}")


def _entries(mapping: Mapping) -> Iterator[tuple[Mapping, str, Node]]:
    """Yield the entries of `mapping` behind the mapping each is written in: its own, then those it merges in.

    A key that stands behind `<<` hides what that merges in. One before it does so by the YAML specification, and not
    to Kubernetes' parser, so that both values count.
    """
    entries = [(mapping, text_of(key), value) for key, value in pairs(mapping)]
    yield from entries
    names = [name for _, name, _ in entries]
    hidden = set(names[names.index("<<") :]) if "<<" in names else set()
    for holder in merged(mapping) if hidden else ():
        entries = [(holder, text_of(key), value) for key, value in pairs(holder)]
        yield from (entry for entry in entries if entry[1] not in hidden)
        hidden.update(name for _, name, _ in entries)


def _mappings(node: Node, path: str) -> Iterator[tuple[str, Mapping]]:
    node = resolve(node)
    for index, child in enumerate(node.children if isinstance(node, Sequence) else ()):
        item = resolve(child)
        if isinstance(item, Mapping):
            yield f"{path}[{index}]", item


class _Scope(NamedTuple):
    """The object to which a place in the document belongs, the path to the place in it, and why it is not run."""

    resource: Resource
    path: str
    not_run: str

    def below(self, step: str) -> _Scope:
        return self._replace(path=_join(self.path, step))


def _by_shape(outer: Resource, not_run: str) -> Iterator[PodSpec]:
    """Walk every node of `outer` once, whatever aliases it has, and yield what has the shape of a pod spec.

    An object inside the object is the resource of the pod specs in it.
    """
    seen: set[int] = set()
    waiting: list[tuple[Node, str, _Scope]] = [(outer.node, outer.path, _Scope(outer, "", not_run))]
    while waiting:
        node, path, scope = waiting.pop()
        node = resolve(node)
        if not isinstance(node, (Mapping, Sequence)) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            if node is not outer.node and (inner := as_resource(node, path, scope.resource.namespace)) is not None:
                scope = _Scope(inner, "", scope.not_run or _why_not_run(inner))
            if _has_containers(node):
                takes_secrets = _takes_secrets(scope.resource, scope.path)
                yield PodSpec(scope.resource, node, path, takes_secrets, scope.not_run)
        steps = [(child, step) for child, step in _children(node) if not isinstance(child, Scalar)]
        waiting += [(child, _join(path, step), scope.below(step)) for child, step in reversed(steps)]


def _children(node: Mapping | Sequence) -> Iterator[tuple[Node, str]]:
    """Yield what stands in a collection, each with its step of a path: a key, or an index in brackets."""
    if isinstance(node, Sequence):
        yield from ((child, f"[{index}]") for index, child in enumerate(node.children))
    else:
        yield from ((value, text_of(key)) for key, value in pairs(node))


def _has_containers(node: Mapping) -> bool:
    return any(text_of(key) in CONTAINER_LISTS and any(_mappings(value, "")) for key, value in pairs(node))


@cache
def _custom() -> dict[tuple[str, str], tuple[str, ...]]:
    return {**pod_spec_table.read(pod_spec_table.CUSTOM), **BUILT_IN}


def _takes_secrets(resource: Resource, relative: str) -> bool:
    steps = _steps(relative)
    paths = _custom().get((resource.group, resource.kind), ())
    return any(_is_instance(steps, _steps(path)) for path in paths)


def _steps(path: str) -> list[str]:
    return path.replace("[", ".[").split(".")


def _is_instance(steps: list[str], pattern: list[str]) -> bool:
    """Say whether the steps of a path are those of the pattern, whose `*` is any key and `[*]` any index."""
    return len(steps) == len(pattern) and all(
        wanted in (step, "*") or (wanted == "[*]" and step.startswith("["))
        for step, wanted in zip(steps, pattern, strict=True)
    )


def _why_not_run(resource: Resource) -> str:
    reason = NOT_RUN.get((resource.group, "*")) or NOT_RUN.get((resource.group, resource.kind), "")
    if not reason and isinstance(get(resource.node, "sops"), Mapping):
        reason = "encrypted with SOPS, whose checksum an edit would break"
    if not reason and _is_local_config(resource):
        reason = "config.kubernetes.io/local-config: it never reaches a cluster"
    return reason


def _is_local_config(resource: Resource) -> bool:
    metadata = get(resource.node, "metadata")
    annotations = get(metadata, "annotations") if isinstance(metadata, Mapping) else None
    value = get(annotations, "config.kubernetes.io/local-config") if isinstance(annotations, Mapping) else None
    return value is not None and text_of(value) != "false"


def _join(path: str, step: str) -> str:
    return f"{path}.{step}" if path and not step.startswith("[") else path + step
