"""Let references to a Secret follow when the hash in its name changes, besides those in lists of pull secrets.

     volumes:
     - name: docker-config
       secret:
    -    secretName: harbor-pull
    +    secretName: harbor-pull-2mt8c7k9fb

Those of pods: volumes, also projected ones, and environment variables; and the `secrets` of a ServiceAccount. These
places are those of kustomize's name references (api/internal/konfig/builtinpluginconsts, namereference.go).
"""

from __future__ import annotations

from collections.abc import Iterator

from transformer.attachments import current, renaming
from transformer.findings import Finding
from transformer.manifest import Manifest
from transformer.nodes import Mapping, Node, Scalar, get, resolve
from transformer.not_run import why_left_alone
from transformer.pod_specs import containers, mappings
from transformer.resources import Resource
from transformer.survey import is_account

_OF_CONTAINERS = (("env", ("valueFrom", "secretKeyRef", "name")), ("envFrom", ("secretRef", "name")))


def follow(manifest: Manifest) -> Iterator[Finding]:
    """Yield the references of a document that follow, each once; not those to a Secret that the input has."""
    seen: set[int] = set()
    for resource, node, path in _references(manifest):
        after = current(manifest, resource.namespace, str(node.value))
        is_there = manifest.known.secret(resource.namespace, str(node.value), resource) is not None
        if after != node.value and not is_there and id(node) not in seen and not why_left_alone(resource):
            seen.add(id(node))
            finding = Finding(
                severity="info",
                outcome="renamed",
                message=str(resource),
                **manifest.where(resource, node),
                field=path,
            )
            yield renaming(manifest, finding, node, after)


def _references(manifest: Manifest) -> Iterator[tuple[Resource, Scalar, str]]:
    """Yield what names Secrets, with the object it stands in and its path."""
    if not manifest.known.is_settled:
        return
    for pod_spec in manifest.fields.pod_specs:
        for path, volume in mappings(get(pod_spec.node, "volumes"), f"{pod_spec.path}.volumes"):
            yield from _named(pod_spec.resource, volume, ("secret", "secretName"), path)
            projected = get(volume, "projected")
            sources = get(projected, "sources") if isinstance(projected, Mapping) else None
            for below, source in mappings(sources, f"{path}.projected.sources"):
                yield from _named(pod_spec.resource, source, ("secret", "name"), below)
        for path, container in containers(pod_spec):
            for key, steps in _OF_CONTAINERS:
                for below, entry in mappings(get(container, key), f"{path}.{key}"):
                    yield from _named(pod_spec.resource, entry, steps, below)
    for account in filter(is_account, manifest.fields.resources):
        for path, entry in mappings(get(account.node, "secrets"), "secrets"):
            yield from _named(account, entry, ("name",), path)


def _named(
    resource: Resource, mapping: Mapping, steps: tuple[str, ...], path: str
) -> Iterator[tuple[Resource, Scalar, str]]:
    node: Node | None = mapping
    for step in steps:
        node = get(node, step) if isinstance(node, Mapping) else None
    found = resolve(node) if node is not None else None
    if isinstance(found, Scalar):
        yield resource, found, ".".join((path, *steps))
