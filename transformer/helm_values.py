"""Find the images in a tree of Helm values, which no schema describes: by how charts commonly spell them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from transformer.field_paths import Entry, children, join
from transformer.nodes import Mapping, Scalar, filled, own, resolve, text_of
from transformer.reference import begins_with_registry

_BESIDE_A_REPOSITORY = ("registry", "tag", "digest", "sha", "pullPolicy", "imagePullPolicy", "pullSecrets")
_REPOSITORIES = ("repository", "imageRepository", "repo")
_REGISTRIES = ("imageRegistry", "image_registry", "hub")


class InValues(NamedTuple):
    """An image, or a registry put before images, in Helm values; `is_sure` where the chart puts none before it.

    It holds `none` where the values themselves say the registry that is put before it.
    """

    entry: Entry
    holds: Literal["image", "prefix", "none"]
    is_sure: bool


def images_in(values: Entry) -> Iterator[InValues]:
    """Yield the images in the tree that stands at `values`, each node once.

    An image is a text under `image`, or an object with a repository. Where it says no registry it is not sure what it
    is the whole of: many charts put a registry of their own before a repository. Where the values say that registry,
    it stands for all such images.
    """
    found = [*_walk(values)]
    has_registry = any(each.holds == "prefix" for each in found)
    for each in found:
        is_completed = has_registry and each.holds == "image" and not each.is_sure
        yield each._replace(holds="none") if is_completed else each


def _walk(values: Entry) -> Iterator[InValues]:
    seen: set[int] = set()
    waiting = [(values, "")]
    while waiting:
        entry, key = waiting.pop()
        node = resolve(entry.value)
        if isinstance(node, Scalar):
            if found := _text(entry, key):
                yield found
        elif id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, Mapping) and is_image(node, key):
                yield InValues(entry, "image", _says_registry(node))
            else:
                waiting += [
                    (Entry(node, child, join(entry.path, step)), "" if step.startswith("[") else step)
                    for child, step in reversed([*children(node)])
                ]


def _text(entry: Entry, key: str) -> InValues | None:
    text = filled(entry.value)
    if key in _REGISTRIES and text:
        return InValues(entry, "prefix", is_sure=False)
    if key == "image" or key.endswith("Image"):
        return InValues(entry, "image", begins_with_registry(text)) if text else None
    return None


def is_image(node: Mapping, key: str) -> bool:
    """Say whether an object under `key` is spelled like an image: it has a name, and more that belongs to one."""
    is_named = key in ("image", "images") or key.endswith("Image")
    has_more = any(own(node, each) is not None for each in _BESIDE_A_REPOSITORY)
    if any(_is_text(node, each) for each in _REPOSITORIES):
        return is_named or has_more or _is_text(node, "image")
    if _is_text(node, "image"):
        return _is_text(node, "registry") or (is_named and has_more)
    return is_named and has_more and _is_text(node, "name")


def _is_text(node: Mapping, key: str) -> bool:
    return bool(filled(own(node, key)))


def _says_registry(node: Mapping) -> bool:
    names = (*_REPOSITORIES, "image", "name")
    return _is_text(node, "registry") or any(begins_with_registry(text_of(own(node, each))) for each in names)
