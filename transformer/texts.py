"""Walk to every text of a document in which an image may stand, beside the fields that hold one for certain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from transformer.config import Likely
from transformer.field_paths import children, concat, entries, join
from transformer.helm_values import is_image
from transformer.image_fields import Fields
from transformer.likely import is_image_name
from transformer.nodes import Mapping, Node, Scalar, Sequence, get, is_string, resolve, text_of
from transformer.not_run import why_not_run
from transformer.pod_specs import BUILT_IN, PodSpec, containers, is_plain
from transformer.resources import MARKER, Resource
from transformer.spellings import parts

_PLACES: dict[str, Likely] = {"args": "args", "command": "args", "env": "env", "annotations": "annotations"}
_LEFT_ALONE = {
    "status": "the status is what the cluster reports",
    "managedFields": "the managed fields are what the cluster reports",
    "kubectl.kubernetes.io/last-applied-configuration": "kubectl's record of what was applied",
    MARKER: "it says that this program ran",
}
# Keys below which nothing is used as an image: prose, examples, the disks of Ceph.
_NO_IMAGES = {
    "_example",
    "apiVersion",
    "kind",
    "rbd",
    "changelog",
    "description",
    "documentation",
    "message",
    "readme",
    "summary",
}


class Text(NamedTuple):
    """A text: the resource, which class of text it is of, what it stands under, and where.

    `name` is the key, the variable, or the flag before it. `value` is a scalar, or an object that is spelled like an
    image; an alias stands for itself. `not_run` is the reason why it is left alone.
    """

    resource: Resource
    place: Likely
    name: str
    holder: Mapping | Sequence
    value: Node
    path: str
    not_run: str = ""


def texts(fields: Fields) -> Iterator[Text]:
    """Yield the texts of a document's objects, each node once, without the fields that hold an image for certain.

    A Secret has none but its annotations: what it holds is nobody's to read. Prose is left out.
    """
    covered = [*(each.value for each in fields.images), *fields.not_images]
    covered += [part.node for each in fields.images for part in parts(each.value, each.holder, each.siblings)]
    known = {id(value if isinstance(resolve(value), Scalar) else resolve(value)) for value in covered}
    inner = {id(resource.node): resource for resource in fields.resources if resource.is_inner}
    values = {id(value) for value in fields.values_texts}
    pods = {id(pod_spec.resource.node): pod_spec for pod_spec in fields.pod_specs}
    for resource in fields.resources:
        if not resource.is_inner:
            for text in _below(_roots(resource, pods.get(id(resource.node))), known, inner):
                yield text._replace(place="values") if id(text.value) in values else text


def _roots(resource: Resource, pod_spec: PodSpec | None) -> list[Text]:
    """Return where to look: in most kinds of Kubernetes' own only at annotations and in containers."""
    root = Text(resource, "fields", "", resource.node, resource.node, resource.path, why_not_run(resource))
    if (resource.group, resource.kind) in BUILT_IN:
        return [*_of_pod(root, pod_spec)]
    if not resource.kind:
        return [root._replace(place="values")]
    return [*_annotations(root)] if is_plain(resource) else [root]


def _of_pod(root: Text, pod_spec: PodSpec | None) -> Iterator[Text]:
    """Yield what is to be seen in a pod, or what makes such pods: annotations, arguments, variables."""
    *above, _ = BUILT_IN[root.resource.group, root.resource.kind].split(".")
    yield from _annotations(root)
    node, path = root.resource.node, root.path
    for key in above:
        below = get(node, key)
        if not isinstance(below, Mapping):
            return
        node, path = below, join(path, key)
        yield from _annotations(root._replace(value=node, path=path))
    for below_path, container in containers(pod_spec) if pod_spec else ():
        for holder, key, value in entries(container):
            if key in ("args", "command", "env"):
                at = join(concat(root.path, below_path), key)
                yield root._replace(place=_PLACES[key], name=key, holder=holder, value=value, path=at)


def _annotations(here: Text) -> Iterator[Text]:
    node = here.value
    metadata = get(node, "metadata") if isinstance(node, Mapping) else None
    value = get(metadata, "annotations") if isinstance(metadata, Mapping) else None
    if isinstance(metadata, Mapping) and value is not None:
        path = join(join(here.path, "metadata"), "annotations")
        yield here._replace(place="annotations", name="annotations", holder=metadata, value=value, path=path)


def _below(roots: list[Text], known: set[int], inner: dict[int, Resource]) -> Iterator[Text]:
    seen = set(known)
    said: set[tuple[int, int]] = set()
    waiting = roots[::-1]
    while waiting:
        here = waiting.pop()
        node = resolve(here.value)
        # An alias of a scalar that is an image is a text of its own.
        if id(here.value if isinstance(node, Scalar) else node) in known:
            continue
        if isinstance(node, Scalar):
            if (id(here.holder), id(here.value)) not in said and _may_say_image(here.place, here.name, node):
                said.add((id(here.holder), id(here.value)))
                yield here
            continue
        if id(node) in seen:
            continue
        seen.add(id(node))
        if (resource := inner.get(id(node))) is not None:
            here = here._replace(resource=resource, place="fields", not_run=why_not_run(resource))
        if (
            here.place == "fields"
            and isinstance(node, Mapping)
            and is_image(node, here.name)
            and not known & {id(part.node) for part in parts(node, here.holder)}
        ):
            yield here
        else:
            waiting += reversed([*_steps(here, node)])


def _steps(here: Text, node: Mapping | Sequence) -> Iterator[Text]:
    if isinstance(node, Sequence):
        flag = ""
        for child, step in children(node):
            if not isinstance(child, Scalar) or _may_say_image(here.place, flag or here.name, child):
                yield here._replace(holder=node, value=child, path=here.path + step, name=flag or here.name)
            text = text_of(child)
            flag = text if text.startswith("-") and "=" not in text else ""
        return
    for holder, key, value in entries(node):
        if key.rpartition("/")[2] in _NO_IMAGES:
            continue
        variable = text_of(get(node, "name")) if key == "value" else ""
        name, place = variable or key, _place(here, node, key)
        if not isinstance(value, Scalar) or _may_say_image(place, name, value):
            path, not_run = join(here.path, key), here.not_run or _why_left_alone(here, node, key)
            yield Text(here.resource, place, name, holder, value, path, not_run)


def _place(here: Text, node: Mapping, key: str) -> Likely:
    if here.place != "fields":
        return here.place
    if key == "data" and node is here.resource.node and (here.resource.group, here.resource.kind) == ("", "ConfigMap"):
        return "data"
    return _PLACES.get(key, "fields")


def _why_left_alone(here: Text, node: Mapping, key: str) -> str:
    is_ours = key != "status" or node is here.resource.node
    return _LEFT_ALONE.get(key, "") if is_ours else ""


def _may_say_image(place: Likely, name: str, node: Scalar) -> bool:
    """Say whether a scalar is worth a look: a word is where a field is named like an image."""
    if "/" in node.value or ":" in node.value:
        return True
    return place == "fields" and bool(node.value) and is_string(node) and is_image_name(name)
