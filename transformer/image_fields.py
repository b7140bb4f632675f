"""Find every field of a document that holds an image for certain, and every place for the pull secrets they need.

What a pod spec holds is known by its shape, what other kinds hold from the catalog, what users' own kinds hold from
the `fieldSpecs` of the config.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from transformer import catalog
from transformer.config import Config, FieldSpec
from transformer.field_paths import Entry, Places, Steps, concat, first, is_at_or_below, upward, walk
from transformer.findings import Confidence
from transformer.helm_values import images_in
from transformer.node_edits import NamesForm
from transformer.nodes import Mapping, Node, Sequence, get, own, resolve, start, text_of
from transformer.not_run import why_left_alone, why_not_run
from transformer.pod_specs import PodSpec, contents, image_entries, mappings
from transformer.resources import IMAGE_PULL_SECRETS, Resource, as_resource, resources
from transformer.spellings import parts

Holds: TypeAlias = Literal["reference", "image", "imageOrName", "imageOrTag", "prefix", "url", "urlPrefix"]


class Spec(NamedTuple):
    """What a path says of the places it leads to.

    `siblings` are roles and names of keys beside an image. A place for pull secrets is the mapping that has, or would
    have, the entry `key`; `serves` is what it is for, as in the catalog. `kind_of_image` is that of the objects which
    name an image, where others may stand there too. `number` is that of the config's field spec, and -1 for a row of
    the catalog.
    """

    holds: catalog.Value
    key: str = ""
    siblings: tuple[tuple[str, str], ...] = ()
    serves: tuple[int, str] | None = None
    kind_of_image: str = ""
    number: int = -1


class ImageField(NamedTuple):
    """A field that holds an image: the resource, what it is written in, its value (an alias as such), its path.

    `holds` says what the value is, `siblings` which other keys of the holder say a part of it. `not_run` is the
    reason why it is left alone, and empty where it is not.
    """

    resource: Resource
    holder: Mapping | Sequence
    value: Node
    path: str
    confidence: Confidence = "certain"
    holds: Holds = "image"
    siblings: tuple[tuple[str, str], ...] = ()
    not_run: str = ""


class PullSecretField(NamedTuple):
    """A place for pull secrets, and the images that are pulled with them.

    `holder` is the mapping whose entry `key` holds them in the form `form`, and `path` leads to it. `key` is empty
    where the kind has, as far as is known, no such entry.
    """

    resource: Resource
    holder: Mapping
    path: str
    key: str
    form: NamesForm = "pullSecrets"
    scope: str = ""
    images: tuple[ImageField, ...] = ()


class _NotAnImage(NamedTuple):
    """A value that is named like an image and known to be none."""

    value: Node


class _ValuesText(NamedTuple):
    """A text that is known to hold Helm values as YAML."""

    value: Node


class _Match(NamedTuple):
    """A field spec of the config, by its number, led to something."""

    number: int


class Fields(NamedTuple):
    """What a document has: images, places for pull secrets, objects, pod specs, and what only looks like an image.

    `matched` are the indices of the config's field specs that led to something.
    """

    images: tuple[ImageField, ...]
    pull_secrets: tuple[PullSecretField, ...]
    resources: tuple[Resource, ...]
    pod_specs: tuple[PodSpec, ...]
    not_images: tuple[Node, ...]
    values_texts: tuple[Node, ...]
    matched: frozenset[int]


_Found: TypeAlias = ImageField | PullSecretField | Resource | PodSpec | _NotAnImage | _ValuesText | _Match
_TYPES = get_args(_Found)


def fields(root: Node | None, config: Config) -> Fields:
    """Return what the document under `root` has; a field that several paths or aliases lead to comes once."""
    found = [each for outer in resources(root) for each in _in_object(outer, config)]
    if config.helm_values and isinstance(root, Mapping) and as_resource(root) is None:
        values = Resource("", "", "", "", root)
        found = [values, *_in_values(values, Entry(root, root, ""))]
    by_type: dict[type, list[Any]] = {each: [] for each in _TYPES}
    for each in found:
        by_type[type(each)].append(each)
    # A container that two pods have by an alias is one to rewrite, and for each pod one to pull.
    pulled = {each.path: each for each in by_type[ImageField] if each.resource.kind}
    return Fields(
        images=tuple(_once(by_type[ImageField])),
        pull_secrets=tuple(_serve([*pulled.values()], by_type[PullSecretField])),
        resources=tuple(by_type[Resource]),
        pod_specs=tuple(by_type[PodSpec]),
        not_images=tuple(each.value for each in by_type[_NotAnImage]),
        values_texts=tuple(each.value for each in by_type[_ValuesText]),
        matched=frozenset(each.number for each in by_type[_Match]),
    )


def _in_object(outer: Resource, config: Config) -> Iterator[_Found]:
    inside = contents(outer)
    yield from inside.resources
    yield from (_NotAnImage(definition.node) for definition in inside.definitions)
    for resource in inside.resources:
        places = _places(resource.api_version, resource.kind, config.field_specs)
        if places.here or places.below:
            yield from _by_path(resource, places)
    yield from inside.pod_specs
    for pod_spec in inside.pod_specs:
        yield from _in_pod_spec(pod_spec)


def _by_path(resource: Resource, places: Places[Spec]) -> Iterator[_Found]:
    for spec, entry in walk(resource.node, places):
        if spec.number >= 0 and (not spec.key or any(get(each, spec.key) is not None for _, each in _mappings(entry))):
            yield _Match(spec.number)
        match spec.holds:
            case "none":
                yield _NotAnImage(entry.value)
            case "values":
                yield from _in_values(resource, entry)
            case "valuesText":
                yield _ValuesText(entry.value)
            case "image" if spec.kind_of_image and not _is_of(spec.kind_of_image, entry.value):
                yield _NotAnImage(entry.value)
            case "image" | "imageOrName" | "imageOrTag" | "prefix" | "url" | "urlPrefix" as holds:
                # An object without a name leaves the image to the controller; its parts are looked at as texts.
                is_object = isinstance(resolve(entry.value), Mapping)
                if not is_object or spec.number >= 0 or parts(entry.value, entry.holder):
                    yield _image(resource, entry, spec, holds)
            case form:
                for path, holder in _mappings(entry):
                    scope = path if spec.serves is None else concat(first(path, spec.serves[0]), spec.serves[1])
                    at = concat(resource.path, path)
                    yield PullSecretField(resource, holder, at, spec.key, form, concat(resource.path, scope))


def _is_of(kind: str, value: Node) -> bool:
    node = resolve(value)
    return isinstance(node, Mapping) and text_of(get(node, "kind")) == kind


def _mappings(entry: Entry) -> Iterator[tuple[str, Mapping]]:
    """Yield the mapping that stands at a place, or those in the list there."""
    node = resolve(entry.value)
    if isinstance(node, Mapping):
        yield entry.path, node
    yield from mappings(node, entry.path)


def _image(resource: Resource, entry: Entry, spec: Spec, holds: Holds) -> ImageField:
    is_declared = spec.number >= 0
    return ImageField(
        resource=resource,
        holder=entry.holder,
        value=entry.value,
        path=concat(resource.path, entry.path),
        confidence="declared" if is_declared else "certain",
        holds=holds,
        siblings=spec.siblings,
        not_run=why_left_alone(resource) if is_declared else why_not_run(resource),
    )


def _in_values(resource: Resource, values: Entry) -> Iterator[_Found]:
    """Yield the images in a tree of Helm values, or those in other trees that are read like one."""
    for (holder, value, below), holds, is_sure, why_stays in images_in(values):
        confidence: Confidence = "certain" if is_sure else "likely"
        path = concat(resource.path, below)
        if holds == "none":
            yield _NotAnImage(value)
        else:
            reason = why_not_run(resource) or why_stays
            yield ImageField(resource, holder, value, path, confidence, holds, not_run=reason)


def _in_pod_spec(pod_spec: PodSpec) -> Iterator[_Found]:
    resource = pod_spec.resource
    not_run = why_not_run(resource)
    holds: Holds = "reference" if pod_spec.is_built_in else "image"
    for holder, value, path in image_entries(pod_spec):
        yield ImageField(resource, holder, value, concat(resource.path, path), holds=holds, not_run=not_run)
    key = IMAGE_PULL_SECRETS if pod_spec.is_built_in else ""
    path = concat(resource.path, pod_spec.path)
    yield PullSecretField(resource, pod_spec.node, path, key, scope=path)


def _once(images: list[ImageField]) -> list[ImageField]:
    """Return each field once, in the order of the text; one that is run here and described there, in both roles.

    What the config declares of one decides what it is, and an image in parts is one rather than each of its parts.
    """
    if len(images) < 2:
        return images
    found: list[ImageField] = []
    declared: set[tuple[int, int]] = set()
    taken: set[tuple[int, int, bool]] = set()
    for image in sorted(images, key=_rank):
        image_parts = parts(image.value, image.holder, image.siblings)
        places = {(id(part.holder), id(part.node)) for part in image_parts} or {(id(image.holder), id(image.value))}
        roles = {(*place, bool(image.not_run)) for place in places}
        if not (places & declared or roles & taken):
            found.append(image)
            taken |= roles
            declared |= places if image.confidence == "declared" else set()
    return sorted(found, key=lambda image: start(image.value))


def _rank(image: ImageField) -> tuple[bool, bool, bool]:
    has_parts = bool(image.siblings) or isinstance(resolve(image.value), Mapping)
    return image.confidence != "declared", not has_parts, image.confidence == "likely"


def _serve(images: list[ImageField], places: list[PullSecretField]) -> Iterator[PullSecretField]:
    """Yield each place for pull secrets with its images.

    An image belongs to the innermost place around it, or else to all those that serve the closest part of the object
    that it stands in. Images that no place serves come with one that has no key.
    """
    known = {(id(place.holder), id(place.resource.node)) for place in places if place.key}
    served: list[_Served] = [
        (place, []) for place in places if place.key or (id(place.holder), id(place.resource.node)) not in known
    ]
    by_scope: defaultdict[tuple[int, str], list[_Served]] = defaultdict(list)
    for each in served:
        by_scope[id(each[0].resource.node), each[0].scope].append(each)
    for image in images:
        resource = image.resource
        serving = [each for path in upward(image.path) for each in by_scope.get((id(resource.node), path), ())]
        if not serving:
            serving = [(PullSecretField(resource, resource.node, resource.path, ""), [])]
            served += serving
            by_scope[id(resource.node), ""] += serving
        for _, its_images in _closest(image, [each for each in serving if each[0].key] or serving):
            its_images.append(image)
    yield from (place._replace(images=tuple(its_images)) for place, its_images in served if its_images)


_Served: TypeAlias = tuple[PullSecretField, list[ImageField]]


def _closest(image: ImageField, serving: list[_Served]) -> list[_Served]:
    """Return the innermost of the places around `image`, or else those that serve the closest part of the object."""
    around = [each for each in serving if is_at_or_below(image.path, each[0].path)]
    if around:
        return [max(around, key=_depth)]
    length = max(len(place.scope) for place, _ in serving)
    return [each for each in serving if len(each[0].scope) == length]


def _depth(served: _Served) -> tuple[int, bool, bool]:
    """Say how close a place is to what it serves; of equal ones, one that is there is closer, and a list is."""
    place, _ = served
    return len(place.path), own(place.holder, place.key) is not None, place.form == "pullSecrets"


@lru_cache(maxsize=1000)
def _places(api_version: str, kind: str, field_specs: tuple[FieldSpec, ...]) -> Places[Spec]:
    """Return the paths of a kind: those that the config declares, then those of the catalog."""
    group, _, version = api_version.rpartition("/")
    declared = (
        (spec.steps, Spec(spec.holds, siblings=spec.siblings, number=number))
        for number, spec in enumerate(field_specs)
        if spec.kind == kind and spec.group in (None, group) and spec.version in ("", version)
    )
    known = (
        (row.steps, Spec(row.value, siblings=row.siblings, serves=row.serves, kind_of_image=row.kind_of_image))
        for row in catalog.of_kind(group, kind)
    )
    return Places(_with_home(*each) for each in (*declared, *known))


def _with_home(steps: Steps, spec: Spec) -> tuple[Steps, Spec]:
    """Return what leads to a place for pull secrets, which is a mapping whether it has the entry or not."""
    if spec.holds not in get_args(NamesForm):
        return steps, spec
    *home, key = steps
    return tuple(home), spec._replace(key=key)
