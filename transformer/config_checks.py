"""What has to be right about a config and cannot be said in its schema: references, names, paths, repetitions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, get_args

from transformer.config import Holds
from transformer.config_schema import Path, key_path
from transformer.errors import InvalidReference
from transformer.field_paths import EVERY_ITEM, EVERY_VALUE, slashed
from transformer.pull_secret_checks import pull_secret_errors, pull_secret_warnings, wrong_registry, wrong_secret_name
from transformer.reference import canonical_domain, is_registry, is_tag, parse
from transformer.secret_names import is_subdomain
from transformer.templates import is_template, template_error

# RFC 1035 label, which it wants of an API version, and of a kind in whatever case.
_LABEL = re.compile(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?")
# RFC 1123 label, which it wants of a namespace.
_NAMESPACE = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_EVERY = "*"

# The keys of a fieldSpec that name keys beside the one its path ends in.
SIBLINGS = ("registry", "tag", "digest")


def semantic_errors(data: Any) -> Iterator[tuple[Path, str]]:
    """Yield what the schema cannot say, without the loops between rules; parts that the schema refuses are skipped."""
    for pattern, what_is_wrong in _CHECKS:
        for path, text in _texts(data, pattern):
            if message := what_is_wrong(text):
                yield path, message
    for patterns, same in _DISTINCT:
        yield from _repeated(same, [found for pattern in patterns for found in _texts(data, pattern)])
    for path, secret in _values(data, _SECRETS):
        if isinstance(secret, dict):
            yield from (((*path, *at), message) for at, message in pull_secret_errors(secret))
    yield from _wrong_marker(data)
    yield from _wrong_field_specs([each for each in _values(data, _FIELD_SPECS) if isinstance(each[1], dict)])


def semantic_warnings(data: Any) -> Iterator[tuple[Path, str]]:
    """Yield what is right about a config and may still not be what was meant."""
    for path, secret in _values(data, _SECRETS):
        yield from (((*path, *at), message) for at, message in pull_secret_warnings(secret))


def is_namespace(name: str) -> bool:
    """Say whether the API server takes `name` for a namespace."""
    return not _wrong_namespace(name)


def bare(name: str) -> str:
    """Return a source or a prefix without the slash that some write behind it, the Hub's alias resolved."""
    name = name.rstrip("/")
    domain, slash, path = name.partition("/")
    return f"{canonical_domain(domain)}{slash}{path}"


def _texts(data: Any, pattern: tuple[str, ...]) -> list[tuple[Path, str]]:
    return [(path, value) for path, value in _values(data, pattern) if isinstance(value, str) and value]


def _values(data: Any, pattern: tuple[str, ...]) -> list[tuple[Path, Any]]:
    """Return what stands at `pattern`, keys and `_EVERY` for each item of a list, with its path."""
    found: list[tuple[Path, Any]] = [((), data)]
    for part in pattern:
        found = [((*path, key), value) for path, node in found for key, value in _children(node, part)]
    return found


def _children(node: Any, part: str) -> Iterable[tuple[str | int, Any]]:
    if part == _EVERY:
        return enumerate(node) if isinstance(node, list) else ()
    return [(part, node[part])] if isinstance(node, dict) and part in node else ()


def _repeated(same: Callable[[str], str], found: list[tuple[Path, str]]) -> Iterator[tuple[Path, str]]:
    first: dict[str, Path] = {}
    for path, text in found:
        if (earlier := first.setdefault(same(text), path)) != path:
            yield path, f"{text!r} stands at {key_path(earlier)} already"


def _wrong_source(text: str) -> str:
    source = bare(text)
    domain, slash, path = source.partition("/")
    if message := _wrong_address(source, "source"):
        return message
    if domain == "*" and not slash:
        return ""
    if "*" in source.removeprefix("*."):
        covering = re.split(r"/?\*", source)[0]
        hint = f"; did you mean {covering!r}?" if is_registry(covering.partition("/")[0]) else ""
        return f"'*' stands alone, or as '*.' before a domain, and a source covers all that lies below it{hint}"
    if not is_registry(domain.removeprefix("*.")):
        return _no_registry(text)
    if slash and not _is_path(path):
        return f"{path!r} is no repository path (lower case, without tag and digest)"
    return ""


def _wrong_target(text: str) -> str:
    target = bare(text)
    domain, slash, path = target.partition("/")
    if message := template_error(text) or _wrong_address(target, "mirror"):
        return message
    if is_template(domain):
        return ""
    if not is_registry(domain):
        return _no_registry(text)
    if slash and not is_template(path) and not _is_path(path):
        hint = "; a variable is written {{ path }}" if "{" in path else ""
        return f"{path!r} is no repository path (lower case, without tag and digest){hint}"
    return ""


def _wrong_address(text: str, noun: str) -> str:
    """Say what is wrong with something that looks like a URL; a password in it is not repeated."""
    scheme, separator, rest = text.rpartition("://")
    if "@" in rest.partition("/")[0]:
        return f"a {noun} has no user name, no password and no digest, hence no '@' before its first '/'"
    return f"a {noun} has no {scheme}://; did you mean {rest!r}?" if separator else ""


def _no_registry(name: str) -> str:
    try:
        in_full = f"; Kubernetes would read it as {str(parse(name))!r}"
    except InvalidReference:
        in_full = ""
    return f"{name!r} begins with no registry (a host with a dot or a port, or localhost){in_full}"


def _is_path(path: str) -> bool:
    try:
        reference = parse(f"registry.invalid/{path}")
    except InvalidReference:
        return False
    return not reference.suffix


def _wrong_name(name: str) -> str:
    try:
        has_suffix = bool(parse(name).suffix)
    except InvalidReference as error:
        return str(error)
    return f"{name!r} has a tag or a digest; those are said with newTag and digest" if has_suffix else ""


def _wrong_tag(tag: str) -> str:
    return "" if is_tag(tag) else f"{tag!r} is no tag (up to 128 letters, digits, '_', '.' and '-')"


def _wrong_digest(digest: str) -> str:
    try:
        parse(f"registry.invalid/x@{digest}")
    except InvalidReference:
        return f"{digest!r} is no digest (sha256: and 64 hexadecimal digits)"
    return ""


def _wrong_namespace(name: str) -> str:
    return (
        "" if _NAMESPACE.fullmatch(name) else f"{name!r} is no namespace (lower-case letters, digits and '-', up to 63)"
    )


def _wrong_kind(kind: str) -> str:
    return "" if _LABEL.fullmatch(kind.lower()) else f"{kind!r} is no kind (up to 63 letters, digits and '-')"


def _wrong_group(group: str) -> str:
    if is_subdomain(group):
        return ""
    name, slash, version = group.partition("/")
    hint = f"; did you mean {name!r}, with version: {version}?" if slash and name and version else ""
    return f"{group!r} is no API group (lower-case letters, digits, '-' and '.', up to 253){hint}"


def _wrong_version(version: str) -> str:
    if _LABEL.fullmatch(version):
        return ""
    group, slash, name = version.partition("/")
    hint = f"; did you mean {name!r}, with group: {group}?" if slash and group and name else ""
    return f"{version!r} is no API version (such as v1beta1){hint}"


def _wrong_path(path: str) -> str:
    try:
        slashed(path)
    except ValueError as error:
        return str(error)
    return ""


def _wrong_marker(data: Any) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong about the name of a config that objects are marked with."""
    if (("spec", "marker"), True) in _values(data, ("spec", "marker")):
        for path, name in _texts(data, ("metadata", "name")):
            if not is_subdomain(name):
                yield (
                    path,
                    f"{name!r} is no name to mark objects with (lower-case letters, digits, '-' and '.', up to 253)",
                )


def _wrong_field_specs(found: list[tuple[Path, dict[str, Any]]]) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong between the keys of a fieldSpec, and each that an earlier one says already."""
    first: dict[str, Path] = {}
    for path, entry in found:
        written = entry.get("path")
        steps = slashed(written) if isinstance(written, str) and written and not _wrong_path(written) else ()
        if (holds := entry.get("holds", "image")) in get_args(Holds):
            yield from _wrong_siblings(path, entry, holds, steps)
            if steps and steps[-1] in _WILDCARDS and (message := _wants_a_key(str(written), holds)):
                yield (*path, "path"), message
        if not steps:
            continue
        group = "" if entry.get("group") == "core" else entry.get("group")
        same = repr((entry.get("kind"), group, entry.get("version"), steps))
        if (earlier := first.setdefault(same, path)) != path:
            yield (*path, "path"), f"{written!r} of this kind stands at {key_path((*earlier, 'path'))} already"


def _wrong_siblings(
    path: Path, entry: dict[str, Any], holds: str, steps: tuple[str, ...]
) -> Iterator[tuple[Path, str]]:
    siblings = [((*path, role), entry[role]) for role in SIBLINGS if isinstance(entry.get(role), str) and entry[role]]
    if holds != "image":
        yield from ((at, f"only an image has a {at[-1]} beside it, and this holds: {holds}") for at, _ in siblings)
        return
    yield from _repeated(str, siblings)
    if siblings and steps and steps[-1] in _WILDCARDS:
        roles = " and ".join(str(at[-1]) for at, _ in siblings)
        yield (*path, "path"), f"{roles} can stand beside a key only, and this path ends in none"
    elif steps:
        yield from ((at, f"{key!r} is what the path itself ends in") for at, key in siblings if key == steps[-1])


def _wants_a_key(path: str, holds: str) -> str:
    """Say why a `path` that ends in a wildcard leads to none of what it `holds`; empty where it may."""
    if holds not in _LISTS_OF:
        return ""
    above = re.sub(r"/?\[\*?\]$", "", path)
    other = f" with holds: {_LISTS_OF[holds]}" if _LISTS_OF[holds] != holds else ""
    hint = f"; did you mean {above!r}{other}?" if above != path else ""
    return f"a path to {holds} ends in a key{hint}"


def _in_full(name: str) -> str:
    """Return an image's name such that two spellings of one image are the same text."""
    try:
        return parse(name).name.lower()
    except InvalidReference:
        return name


_SOURCES = ("spec", "mirrors", _EVERY, "source")
_KEEP = ("spec", "keep", _EVERY)
_IMAGES = ("spec", "images", _EVERY)
_SECRETS = ("spec", "pullSecrets", _EVERY)
_FIELD_SPECS = ("spec", "fieldSpecs", _EVERY)

_WILDCARDS = (EVERY_ITEM, EVERY_VALUE)
# What of pull secrets a field may hold, and what a list of it is called.
_LISTS_OF = {
    "pullSecrets": "pullSecrets",
    "pullSecretNames": "pullSecretNames",
    "pullSecretName": "pullSecretNames",
    "pullSecretRef": "pullSecrets",
}

# What has to be right about a text, and which texts have to differ, by where they stand.
_CHECKS: tuple[tuple[tuple[str, ...], Callable[[str], str]], ...] = (
    (_SOURCES, _wrong_source),
    (("spec", "mirrors", _EVERY, "mirror"), _wrong_target),
    (_KEEP, _wrong_source),
    ((*_IMAGES, "name"), _wrong_name),
    ((*_IMAGES, "newName"), _wrong_name),
    ((*_IMAGES, "newTag"), _wrong_tag),
    ((*_IMAGES, "digest"), _wrong_digest),
    (("spec", "defaultNamespace"), _wrong_namespace),
    ((*_SECRETS, "name"), wrong_secret_name),
    ((*_SECRETS, "registries", _EVERY), wrong_registry),
    ((*_FIELD_SPECS, "kind"), _wrong_kind),
    ((*_FIELD_SPECS, "group"), _wrong_group),
    ((*_FIELD_SPECS, "version"), _wrong_version),
    ((*_FIELD_SPECS, "path"), _wrong_path),
)
_DISTINCT: tuple[tuple[tuple[tuple[str, ...], ...], Callable[[str], str]], ...] = (
    ((_SOURCES, _KEEP), lambda source: bare(source).lower()),
    (((*_IMAGES, "name"),), _in_full),
    (((*_SECRETS, "name"),), str),
)
