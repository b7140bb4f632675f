"""Find the images in a tree of Helm values, which no schema describes: by how charts commonly spell them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Literal, NamedTuple

from transformer.field_paths import Entry, children, is_at_or_below, join, upward
from transformer.nodes import Mapping, Scalar, Sequence, filled, own, resolve, text_of
from transformer.reference import HUB, begins_with_registry, canonical_domain
from transformer.spellings import scheme_of

_BESIDE_A_REPOSITORY = ("registry", "tag", "digest", "sha", "pullPolicy", "imagePullPolicy", "pullSecrets")
_REPOSITORIES = ("repository", "imageRepository", "repo")
_NAMES = (*_REPOSITORIES, "image", "name")
_REGISTRIES = ("imageRegistry", "image_registry", "hub")
# Keys that say a registry before images only where they say a host, and no login to it stands beside.
_HOSTS = ("registry", "defaultRegistry", "containerRegistry", "dockerRegistry")
_OF_A_LOGIN = ("username", "password")


class InValues(NamedTuple):
    """An image, or a registry put before images, in Helm values; `is_sure` where the chart puts none before it.

    It holds `none` where the values themselves say the registry that is put before it. `why_stays` is empty for most.
    """

    entry: Entry
    holds: Literal["image", "prefix", "none"]
    is_sure: bool
    why_stays: str = ""


def images_in(values: Entry) -> Iterator[InValues]:
    """Yield the images in the tree that stands at `values`, each node once.

    An image is a text under `image`, or an object with a repository. Where it says no registry it is not sure what it
    is the whole of: many charts put a registry of their own before a repository. Where the values say that registry,
    it stands for all such images within its reach.
    """
    found = [*_walk(values)]
    incomplete = [each.entry for each in found if each.holds == "image" and not each.is_sure]
    paths = (each.entry.path for each in found if each.holds == "prefix")
    reaches = {path: _reach(path, values.path) for path in paths}
    reached = {*reaches.values()}
    for each in found:
        path = each.entry.path
        if each.holds == "prefix":
            images = (entry for entry in incomplete if is_at_or_below(entry.path, reaches[path]))
            yield each._replace(why_stays=_why_stays(text_of(each.entry.value), images))
        elif not each.is_sure and any(is_at_or_below(path, reach) for reach in reached):
            yield each._replace(holds="none")
        else:
            yield each


def _why_stays(registry: str, images: Iterable[Entry]) -> str:
    """Return why a registry stays: Docker Hub puts `library/` before a single name, and no other registry does."""
    names = map(_name, images) if canonical_domain(registry.rstrip("/")) == HUB else iter(())
    single = next((name for name in names if name and "/" not in name), "")
    return f"the chart puts it before {single}, which Docker Hub alone takes for library/{single}" if single else ""


def _name(image: Entry) -> str:
    """Return what an image says in the place of its repository, without a tag."""
    node = resolve(image.value)
    names = (own(node, each) for each in _NAMES) if isinstance(node, Mapping) else (node,)
    return re.split("[:@]", next(filter(None, map(filled, names)), ""))[0]


def _reach(path: str, root: str) -> str:
    """Return the path of what has the images before which the registry at `path` stands.

    A chart hands what is `global` in it to the charts in it.
    """
    if path.rpartition(".")[2] in _REGISTRIES:
        return root
    around = [*upward(path)][1:]
    charts = (
        outer for each, outer in pairwise(around) if each.rpartition(".")[2] == "global" and is_at_or_below(outer, root)
    )
    return next(charts, around[0])


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
    if text and (key in _REGISTRIES or (key in _HOSTS and _is_alone(entry.holder, key, text))):
        return InValues(entry, "prefix", is_sure=False)
    if key == "image" or key.endswith("Image"):
        return InValues(entry, "image", _begins_with_registry(text)) if text else None
    return None


def _is_alone(holder: Mapping | Sequence, key: str, text: str) -> bool:
    """Say whether a text is a host, or a path on one, that is neither a part of an image nor a server to log in to."""
    if not isinstance(holder, Mapping) or any(own(holder, each) is not None for each in _OF_A_LOGIN):
        return False
    is_part = key == "registry" and any(_is_text(holder, each) for each in _NAMES)
    return not is_part and begins_with_registry(f"{text}/")


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
    return _is_text(node, "registry") or any(_begins_with_registry(text_of(own(node, each))) for each in _NAMES)


def _begins_with_registry(text: str) -> bool:
    return begins_with_registry(text.removeprefix(scheme_of(text)))
