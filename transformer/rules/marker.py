"""Mark the objects whose images this program has seen to, so that people and policies see that it ran.

     metadata:
       name: web
    +  annotations:
    +    repoint.dev/mirrored-by: corp

A host can skip a program without a word: kustomize does so, and exits with 0, where `--enable-exec` is missing. With
`marker: true` each object that has an image in a field for images gets the annotation, whatever becomes of the image:
one that is kept, or that no rule covers, has been looked at as well, and who asks for the annotation need not know the
rules. Objects whose images are left alone get none: some may not be edited, and the others run nothing. What is only
likely an image counts only in values, where those are asked for; in a text that can depend on other documents.

The annotation stands on the object, and never on the pod template in it, which would restart pods. Objects inside
another object are a part of what that says, and are not marked.
"""

from __future__ import annotations

from collections.abc import Iterator

from transformer.edits import Edit
from transformer.field_paths import concat, join
from transformer.findings import Added, Finding, Said
from transformer.image_fields import ImageField
from transformer.manifest import Manifest
from transformer.node_edits import Value, indent_of, replace_scalar, set_entry
from transformer.nodes import Alias, Mapping, Node, Scalar, get, is_flow, is_null, is_string, own, start, text_of
from transformer.resources import MARKER, Resource, annotations_of

_NAMELESS = "repoint"
_STEPS: tuple[str, ...] = ("metadata", "annotations", MARKER)
_PATH = join("metadata.annotations", MARKER)


def mark(manifest: Manifest) -> Iterator[Finding]:
    """Yield, for each object of the document that lacks the annotation, that it gets it, or why it does not."""
    seen: set[int] = set()
    for field in _looked_at(manifest) if manifest.config.marker else ():
        resource = field.resource.whole
        if resource.kind and id(resource.node) not in seen:
            seen.add(id(resource.node))
            yield from _mark(manifest, resource)


def _looked_at(manifest: Manifest) -> Iterator[ImageField]:
    """Yield the images that are not left alone; one that objects share by an alias, for each of them."""
    served = (field for place in manifest.fields.pull_secrets for field in place.images)
    for field in (*manifest.fields.images, *served):
        if not manifest.is_left(field) and manifest.verdict(field) is not None:
            yield field


def _mark(manifest: Manifest, resource: Resource) -> Iterator[Finding]:
    name = manifest.config.name or _NAMELESS
    if _says(resource, name):
        return
    holder, steps = _way(resource)
    value = own(holder, steps[0])
    finding = Finding(
        severity="info",
        outcome="marked",
        message=f"{resource}: gets the annotation {MARKER}: {name}",
        **manifest.where(resource, value or holder),
        field=concat(resource.path, _PATH),
    )
    if why := _obstacle(manifest, holder, steps[0], value):
        message = f"{resource}: does not get the annotation {MARKER}: {why}"
        yield finding._replace(severity="warning", outcome="unmarked", message=message)
    elif isinstance(value, Scalar) and not is_null(value):
        edit = manifest.in_stream(replace_scalar(manifest.text, value, name, flow=is_flow(holder)))
        said = Said(manifest.document.start + start(value), Edit(0, len(value.value), name))
        yield finding._replace(edits=(edit,), said=(said,))
    else:
        edit = manifest.in_stream(_entry(manifest.text, resource, holder, steps, name))
        added = Added(manifest.document.start + start(holder), steps, name)
        yield finding._replace(edits=(edit,), grown=added)


def _says(resource: Resource, name: str) -> bool:
    """Say whether an object has the annotation, wherever it is written."""
    said = annotations_of(resource)
    value = get(said, MARKER) if said is not None else None
    return value is not None and is_string(value) and text_of(value) == name


def _way(resource: Resource) -> tuple[Mapping, tuple[str, ...]]:
    """Return the innermost mapping that an object has on the way to the annotation, and the steps from there."""
    holder, steps = resource.node, _STEPS
    while len(steps) > 1 and isinstance(value := own(holder, steps[0]), Mapping) and value.children:
        holder, steps = value, steps[1:]
    return holder, steps


def _obstacle(manifest: Manifest, holder: Mapping, key: str, value: Node | None) -> str:
    """Return why nothing can be written under a step, or an empty text."""
    is_merged = value is None and get(holder, key) is not None
    if is_merged or isinstance(value, Alias) or {id(holder), id(value)} & manifest.aliased:
        return "something else has a part of its metadata too, by an alias or a merge key"
    if key == "metadata":
        return "it has no metadata"
    if value is None or is_null(value):
        return ""
    if key == MARKER:
        return "" if _is_one_line(value) else "its mark is no text in one line"
    return "" if isinstance(value, Mapping) else "its annotations are no mapping"


def _is_one_line(node: Node) -> bool:
    """Say whether a node is a text that another can take the place of."""
    is_written = isinstance(node, Scalar) and bool(node.value or node.style in ("'", '"'))
    return is_written and "\n" not in text_of(node)


def _entry(text: str, resource: Resource, holder: Mapping, steps: tuple[str, ...], name: str) -> Edit:
    """Return the edit that writes the annotation, and the mapping for it where the object has none."""
    value: Value = name if steps[0] == MARKER else (MARKER, name)
    return set_entry(text, holder, steps[0], value, step=indent_of(text, holder) - indent_of(text, resource.node))
