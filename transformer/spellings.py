"""Read an image in the shape in which it is spelled, and say what each part of it has to be for another reference.

A custom resource writes an image as one text, `registry.example/app:1`, or as an object of parts:

    image: {registry: registry.example, repository: app, tag: "1"}

or as a repository with the tag in a sibling key. Each is rewritten in its own shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Table
from typing import Literal, NamedTuple, TypeAlias, get_args

from transformer.field_paths import entries
from transformer.nodes import Mapping, Node, filled, resolve, text_of
from transformer.nodes import Sequence as Items
from transformer.reference import Reference, is_registry

Role: TypeAlias = Literal["registry", "repository", "name", "tag", "digest"]

# The keys under which objects spell a part, those that say it surely first.
_KEYS: Table[str, tuple[str, ...]] = {
    "registry": ("registry", "imageRegistry", "image_registry", "registryUrl"),
    "repository": ("repository", "imageRepository", "image_repository", "repo", "reference", "imageRef", "ref"),
    "name": ("name", "image", "imageName", "image_name", "uri", "imageURI", "url", "imageUrl"),
    "tag": ("tag", "imageTag", "image_tag", "version", "imageVersion", "versionTag"),
    "digest": ("digest", "imageDigest", "sha", "sha256", "digestHash", "hash"),
}
_OF_NAME: tuple[Role, ...] = ("registry", "repository", "name")
_OF_SUFFIX: tuple[Role, ...] = ("tag", "digest")
_SCHEMES = ("oci://", "docker://")
_SUFFIX = re.compile(r"(?::[^:/@]*)?(?:@.*)?\Z")


class Part(NamedTuple):
    """A part of an image: what it says, the scalar that says it (an alias as such), and what that is written in."""

    role: Role
    node: Node
    holder: Mapping | Items

    @property
    def text(self) -> str:
        """What the scalar says, without a scheme such as `oci://`."""
        return text_of(self.node).removeprefix(self.scheme)

    @property
    def scheme(self) -> str:
        """The scheme before a reference, `oci://`, or an empty text."""
        return scheme_of(text_of(self.node))


class Misfit(Exception):
    """A reference does not fit the shape of an image; the text says why."""


def scheme_of(text: str) -> str:
    """Return the scheme with which a text begins and behind which a reference stands, or an empty text."""
    return next((scheme for scheme in _SCHEMES if text.startswith(scheme)), "")


def parts(value: Node, holder: Mapping | Items, siblings: Sequence[tuple[str, str]] = ()) -> tuple[Part, ...]:
    """Return the parts in which the image `value`, written in `holder`, is spelled; nothing where it is no image.

    `siblings` are the roles of other keys of `holder`. The parts of the name come first, in the order in which slashes
    join them; tag and digest are left out where the name says one of them itself.
    """
    target = resolve(value)
    if isinstance(target, Mapping):
        found = tuple(_among(target, _KEYS))
        return _complete(found) if any(part.role in ("repository", "name") for part in found) else ()
    if not filled(target):
        return ()
    main = Part("repository", value, holder)
    if not siblings or not isinstance(holder, Mapping):
        return (main,)
    return _complete((main, *_among(holder, {role: (key,) for role, key in siblings})))


def _among(mapping: Mapping, keys: Table[str, tuple[str, ...]]) -> Iterator[Part]:
    """Yield the part of each role that an object has."""
    here: dict[str, tuple[Mapping, Node]] = {}
    for holder, key, value in entries(mapping):
        if holder is mapping or key not in here:  # of equal keys parsers take the last
            here[key] = (holder, value)
    for role in get_args(Role):
        for holder, value in (here[key] for key in keys.get(role, ()) if key in here):
            if filled(value):
                yield Part(role, value, holder)
                break


def _complete(found: Iterable[Part]) -> tuple[Part, ...]:
    """Return the parts that count, each once."""
    image = {part.role: part for part in found}
    name = tuple(image[role] for role in _OF_NAME if role in image)
    is_whole = bool(_suffix(name[-1].text))
    return (*name, *(image[role] for role in _OF_SUFFIX if role in image and not is_whole))


def _suffix(text: str) -> str:
    """Return the tag and the digest that the last part of a name says, with what is before them."""
    found = _SUFFIX.search(text)
    return found[0] if found else ""


def spelled(image: Sequence[Part]) -> str:
    """Return the reference that the parts of an image say together."""
    if len(image) == 1:
        return image[0].text
    text = {part.role: part.text for part in image}
    name = "/".join(text[role].strip("/") for role in _OF_NAME if role in text)
    tag, digest = text.get("tag", ""), text.get("digest", "")
    if tag.startswith("sha256:"):
        tag, digest = "", tag
    if digest and ":" not in digest:
        digest = f"sha256:{digest}"
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def respelled(image: Sequence[Part], before: Reference, after: Reference) -> Iterator[tuple[Part, str]]:
    """Yield the parts that have to change for the image to be `after`, and what each has to say.

    Raises Misfit, with the reason, where the shape has no place for something that `after` says.
    """
    if len(image) == 1 and before != after:
        yield image[0], image[0].scheme + str(after)
        return
    name = [part for part in image if part.role in _OF_NAME]
    rest = {part.role: part for part in image if part.role not in _OF_NAME}
    texts = [part.text for part in name]
    texts[-1] = texts[-1].removesuffix(_suffix(texts[-1]))
    if before.name != after.name:
        texts = _divided(texts, after, has_registry=name[0].role == "registry")
    if not rest:
        if len(name) > 1 and after.suffix and not _suffix(name[-1].text):
            raise _no_place(after)
        texts[-1] += after.suffix
    elif (before.tag, before.digest) != (after.tag, after.digest):
        yield _in_fields(rest, after)
    for part, text in zip(name, texts, strict=True):
        if (said := part.scheme + text) != text_of(part.node):
            yield part, said


def _in_fields(rest: dict[Role, Part], after: Reference) -> tuple[Part, str]:
    """Return which field has to say the tag or the digest, and how."""
    if "tag" in rest and "digest" not in rest and not after.digest:
        return rest["tag"], after.tag
    if "digest" in rest and "tag" not in rest and not after.tag:
        is_bare = ":" not in rest["digest"].text
        return rest["digest"], after.digest.partition(":")[2] if is_bare else after.digest
    raise _no_place(after)


def _no_place(after: Reference) -> Misfit:
    return Misfit(f"tag and digest stand in fields of their own, which have no place for {after.suffix or 'none'}")


def _divided(texts: list[str], after: Reference, *, has_registry: bool) -> list[str]:
    """Return what the parts of a name, which say `texts`, have to say; slashes join them."""
    if len(texts) == 1:
        return [after.name]
    first, *others = texts
    slash = "/" if first.endswith("/") else ""
    if has_registry and is_registry(first.rstrip("/")) and len(others) == 1:
        return [after.domain + slash, after.path]
    below = "/".join(text.strip("/") for text in others)
    if after.name.endswith(f"/{below}"):
        return [after.name.removesuffix(f"/{below}") + slash, *others]
    if len(others) == 1:
        above, _, last = after.name.rpartition("/")
        return [above + slash, last]
    raise Misfit(f"its name stands in {len(texts)} fields, among which {after.name} cannot be divided")
