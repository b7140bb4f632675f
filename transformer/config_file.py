"""Read a config: YAML, held against the schema, then against what a schema cannot say; every error at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from transformer import config_schema, keyring
from transformer.config import Config, CredentialSource, ImageOverride, Mirror, PullSecret
from transformer.config_schema import SchemaError
from transformer.documents import split
from transformer.errors import ConfigError, InvalidReference, ManifestSyntaxError
from transformer.loops import loops
from transformer.nodes import Mapping, Node, Sequence, column, compose, is_null, line, pairs, plain, resolve, text_of
from transformer.reference import canonical_domain, is_registry, is_tag, parse
from transformer.templates import is_template, template_error

Path: TypeAlias = tuple[str | int, ...]

# RFC 1123 subdomain, which the API server wants of a Secret's name.
_SUBDOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_EVERY = "*"


def parse_config(text: str, *, file: str, folder: str = "") -> Config:
    """Read the config in `text`; `file` is what messages call it, `folder` what its relative paths start from.

    Raises ConfigError with every error, each as `file:line:column: key.path: what is wrong`.
    """
    root, first_line = _compose(text, file)
    try:
        data = plain(root)
    except ManifestSyntaxError as error:
        raise ConfigError([f"{file}:{error.line + first_line - 1}:{error.column}: {error.message}"]) from None
    wrong = [SchemaError(path, True, message) for path, message in _repeated_keys(root)]
    wrong += config_schema.errors(data)
    wrong += [SchemaError(path, False, message) for path, message in _semantic_errors(data)]
    if not wrong:
        config = _build(data, folder)
        wrong += [SchemaError(_path(key), False, message) for key, message in loops(config)]
    if wrong:
        placed = sorted(((*_place(root, error), error) for error in wrong), key=lambda each: each[:2])
        raise ConfigError(
            [f"{file}:{row + first_line - 1}:{at}: {_key_path(error.path)}{error.message}" for row, at, error in placed]
        )
    return config


def _compose(text: str, file: str) -> tuple[Node, int]:
    """Return the one node in `text` and the line on which its document begins."""
    found = []
    for document in split(text):
        try:
            root = compose(document.text)
        except ManifestSyntaxError as error:
            hint = "; a template goes in quotes" if _is_template(document.text, error.line) else ""
            message = f"{file}:{document.line_of(error.line)}:{error.column}: not YAML: {error.message}{hint}"
            raise ConfigError([message]) from None
        if root is not None and not is_null(root):
            found.append((root, document.line))
    if not found:
        raise ConfigError([f"{file}:1:1: the file is empty; expected a MirrorConfig"])
    if len(found) > 1:
        raise ConfigError([f"{file}:{found[1][1]}:1: a second document; expected one MirrorConfig in the file"])
    return found[0]


def _is_template(text: str, line: int) -> bool:
    return is_template("".join(text.splitlines()[line - 1 : line]))


def _repeated_keys(root: Node) -> Iterator[tuple[Path, str]]:
    waiting: list[tuple[Node, Path]] = [(root, ())]
    while waiting:
        node, path = waiting.pop()
        if isinstance(node, Mapping):
            names = [text_of(key) for key, _ in pairs(node)]
            for name, times in Counter(names).items():
                if times > 1:
                    yield (*path, name), f"the key {name!r} stands here {'twice' if times == 2 else f'{times} times'}"
            waiting += [(value, (*path, text_of(key))) for key, value in pairs(node)]
        elif isinstance(node, Sequence):
            waiting += [(child, (*path, index)) for index, child in enumerate(node.children)]


def _build(data: Any, folder: str) -> Config:
    spec = data["spec"]
    return Config(
        name=(data.get("metadata") or {}).get("name", ""),
        mirrors=tuple(Mirror(_bare(entry["source"]), _bare(entry["mirror"])) for entry in spec.get("mirrors", ())),
        keep=tuple(_bare(source) for source in spec.get("keep", ())),
        images=tuple(
            ImageOverride(entry["name"], entry.get("newName", ""), entry.get("newTag", ""), entry.get("digest", ""))
            for entry in spec.get("images", ())
        ),
        unmapped=spec.get("unmapped", "warn" if "mirrors" in spec or "images" in spec else "allow"),
        pull_secrets=tuple(_pull_secret(entry) for entry in spec.get("pullSecrets", ())),
        folder=folder,
    )


def _bare(name: str) -> str:
    """Return a source or a prefix without the slash that some write behind it, the Hub's alias resolved."""
    name = name.rstrip("/")
    domain, slash, path = name.partition("/")
    return f"{canonical_domain(domain)}{slash}{path}"


def _pull_secret(entry: dict[str, Any]) -> PullSecret:
    credentials = None
    for kind, names in entry.get("credentials", {}).items():
        credentials = CredentialSource(kind, names["username"], names["password"], names.get("email", ""))
    return PullSecret(
        name=entry["name"],
        registries=tuple(entry["registries"]),
        attach=entry.get("attachTo", "pods") == "pods",
        credentials=credentials,
        emit=entry.get("emit", "Secret" if credentials else "none") == "Secret",
    )


def _semantic_errors(data: Any) -> Iterator[tuple[Path, str]]:
    """Yield what the schema cannot say, without the loops between rules; parts that the schema refuses are skipped."""
    for pattern, what_is_wrong in _CHECKS:
        for path, text in _texts(data, pattern):
            if message := what_is_wrong(text):
                yield path, message
    for patterns, same in _DISTINCT:
        yield from _repeated(same, [found for pattern in patterns for found in _texts(data, pattern)])
    for path, secret in _values(data, _SECRETS):
        if isinstance(secret, dict) and secret.get("emit") == "Secret" and "credentials" not in secret:
            yield (*path, "emit"), "emit: Secret needs credentials (env or files)"


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
            yield path, f"{text!r} stands at {_key_path(earlier).removesuffix(': ')} already"


def _wrong_source(text: str) -> str:
    source = _bare(text)
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
    target = _bare(text)
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


def _wrong_secret_name(name: str) -> str:
    if _SUBDOMAIN.fullmatch(name):
        return ""
    return f"{name!r} is no name for a Secret (lower-case letters, digits, '-' and '.', up to 253)"


def _wrong_registry(key: str) -> str:
    if "@" in key:
        return "a registry's key has no user name or password in it"
    return "" if keyring.clean(key) else f"{key!r} is no registry that the kubelet would match"


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

# What has to be right about a text, and which texts have to differ, by where they stand.
_CHECKS: tuple[tuple[tuple[str, ...], Callable[[str], str]], ...] = (
    (_SOURCES, _wrong_source),
    (("spec", "mirrors", _EVERY, "mirror"), _wrong_target),
    (_KEEP, _wrong_source),
    ((*_IMAGES, "name"), _wrong_name),
    ((*_IMAGES, "newName"), _wrong_name),
    ((*_IMAGES, "newTag"), _wrong_tag),
    ((*_IMAGES, "digest"), _wrong_digest),
    ((*_SECRETS, "name"), _wrong_secret_name),
    ((*_SECRETS, "registries", _EVERY), _wrong_registry),
)
_DISTINCT: tuple[tuple[tuple[tuple[str, ...], ...], Callable[[str], str]], ...] = (
    ((_SOURCES, _KEEP), lambda source: _bare(source).lower()),
    (((*_IMAGES, "name"),), _in_full),
    (((*_SECRETS, "name"),), str),
)


def _path(key: str) -> Path:
    """Return `spec.mirrors[0]` as the path it is."""
    return tuple(int(part) if part.isdigit() else part for part in key.replace("[", ".").replace("]", "").split("."))


def _key_path(path: Path) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    return f"{text}: " if text else ""


def _place(root: Node, error: SchemaError) -> tuple[int, int]:
    """Return line and column of what `error` is about, or of the nearest thing around it that is there."""
    node, at = root, root
    for depth, part in enumerate(error.path):
        node = resolve(node)
        if isinstance(node, Sequence) and isinstance(part, int) and part < len(node.children):
            node = at = node.children[part]
        elif isinstance(node, Mapping):
            entry = next(((key, value) for key, value in reversed([*pairs(node)]) if text_of(key) == part), None)
            if entry is None:
                break
            last = depth == len(error.path) - 1
            node, at = entry[1], entry[0] if last and error.at_key else entry[1]
        else:
            break
    return line(at), column(at)
