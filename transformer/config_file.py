"""Read a config: YAML, held against the schema, then against what a schema cannot say; every error at once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from transformer import config_schema
from transformer.config import (
    Config,
    CredentialSource,
    External,
    FieldSpec,
    ImageOverride,
    Mirror,
    PullSecret,
    RemoteKey,
    Sealing,
)
from transformer.config_checks import SIBLINGS, bare, semantic_errors, semantic_warnings
from transformer.config_schema import Path, SchemaError, key_path
from transformer.documents import split
from transformer.errors import ConfigError, ManifestSyntaxError
from transformer.field_paths import slashed
from transformer.keyring import right_spelling
from transformer.loops import loops
from transformer.nodes import Mapping, Node, Sequence, column, compose, is_null, line, pairs, plain, resolve, text_of
from transformer.pull_secret_checks import REMOTE
from transformer.templates import is_template


def parse_config(text: str, *, file: str, folder: str = "") -> Config:
    """Read the config in `text`; `file` is what messages call it, `folder` what its relative paths start from.

    Raises ConfigError with every error, each as `file:line:column: key.path: what is wrong`.
    """
    root, first_line = root_of(text, file)

    def place(line: int, column: int) -> str:
        return f"{file}:{line + first_line - 1}:{column}"

    return _read(root, place, folder)


def config_in(root: Node, *, called: str, folder: str = "") -> Config:
    """Read the config that is a part of something else, whose lines nobody knows; messages say what it is `called`.

    Raises ConfigError with every error, each as `called: key.path: what is wrong`.
    """
    return _read(root, lambda line, column: called, folder)  # noqa: ARG005  a place that has none


def _read(root: Node, place: Callable[[int, int], str], folder: str) -> Config:
    """Return the config that a node is; `place` says where a line and a column of its text are."""
    try:
        data = plain(root)
    except ManifestSyntaxError as error:
        raise ConfigError([f"{place(error.line, error.column)}: {error.message}"]) from None
    wrong = [SchemaError(path, True, message) for path, message in _repeated_keys(root)]
    wrong += config_schema.errors(data)
    wrong += [SchemaError(path, False, message) for path, message in semantic_errors(data)]
    if not wrong:
        config = _build(data, folder)
        wrong += [SchemaError(_path(key), False, message) for key, message in loops(config)]

    def placed(found: Iterable[SchemaError], word: str = "") -> list[str]:
        ordered = sorted(((*_place(root, each), each) for each in found), key=lambda each: each[:2])
        return [f"{place(row, at)}: {word}{_said(each)}" for row, at, each in ordered]

    if wrong:
        raise ConfigError(placed(wrong))
    warnings = [SchemaError(path, False, message) for path, message in semantic_warnings(data)]
    return config._replace(warnings=tuple(placed(warnings, "warning: ")))


def root_of(text: str, file: str) -> tuple[Node, int]:
    """Return the root of the one document in `text`, and the line, from 1, on which that begins.

    Raises ConfigError, naming the `file`, where it is not YAML, empty, or more than one document.
    """
    found = []
    for document in split(text):
        try:
            root = compose(document.text)
        except ManifestSyntaxError as error:
            hint = _hint(document.text, error)
            message = f"{file}:{document.line_of(error.line)}:{error.column}: not YAML: {error.message}{hint}"
            raise ConfigError([message]) from None
        if root is not None and not is_null(root):
            found.append((root, document.line))
    if not found:
        raise ConfigError([f"{file}:1:1: the file is empty; expected a MirrorConfig"])
    if len(found) > 1:
        raise ConfigError([f"{file}:{found[1][1]}:1: a second document; expected one MirrorConfig in the file"])
    return found[0]


def _hint(text: str, error: ManifestSyntaxError) -> str:
    """Return what is likely wrong with a line that is not YAML, or an empty text."""
    if is_template("".join(text.splitlines()[error.line - 1 : error.line])):
        return "; a template goes in quotes"
    return "; a source with * goes in quotes" if "scanning an alias" in error.message else ""


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
        mirrors=tuple(Mirror(bare(entry["source"]), bare(entry["mirror"])) for entry in spec.get("mirrors", ())),
        keep=tuple(bare(source) for source in spec.get("keep", ())),
        images=tuple(
            ImageOverride(entry["name"], entry.get("newName", ""), entry.get("newTag", ""), entry.get("digest", ""))
            for entry in spec.get("images", ())
        ),
        unmapped=spec.get("unmapped", "warn" if "mirrors" in spec or "images" in spec else "allow"),
        pull_secrets=tuple(_pull_secret(entry) for entry in spec.get("pullSecrets", ())),
        field_specs=tuple(_field_spec(entry) for entry in spec.get("fieldSpecs", ())),
        likely=tuple(spec.get("likely", ())),
        helm_values=spec.get("helmValues", False),
        marker=spec.get("marker", False),
        default_namespace=spec.get("defaultNamespace", ""),
        folder=folder,
    )


def _pull_secret(entry: dict[str, Any]) -> PullSecret:
    return PullSecret(
        name=entry["name"],
        registries=tuple(map(right_spelling, entry["registries"])),
        attach_to=entry.get("attachTo", "pods"),
        credentials=_credentials(entry["credentials"]) if "credentials" in entry else None,
        emit=entry.get("emit", "Secret" if "credentials" in entry else "none"),
        emit_accounts=entry.get("emitServiceAccounts", False),
        labels=tuple(entry.get("labels", {}).items()),
        annotations=tuple(entry.get("annotations", {}).items()),
        immutable=entry.get("immutable", False),
        is_legacy=entry.get("legacyFormat", False),
        hashed=entry.get("nameSuffixHash", ""),
        is_whole=not entry.get("leastPrivilege", True),
        existing=entry.get("existing", "keep"),
        sealing=Sealing(**entry["sealedSecret"]) if "sealedSecret" in entry else None,
        external=_external(entry["externalSecret"]) if "externalSecret" in entry else None,
        template=entry.get("template", ""),
    )


def _credentials(entry: dict[str, Any]) -> CredentialSource:
    [(kind, said)] = entry.items()
    names = {"helper": said} if kind == "credentialHelper" else said
    return CredentialSource(**{"kind": kind, **names})


def _external(entry: dict[str, Any]) -> External:
    refresh = entry.get("refreshInterval", "")
    if "generator" in entry:
        generator = entry["generator"]
        spec = json.dumps(generator["spec"]) if "spec" in generator else ""
        return External(generator["kind"], generator["name"], spec=spec, refresh=refresh)
    store = entry["store"]
    # In one order: hosts pass on the keys of a config in whatever order they like.
    remote = tuple(
        RemoteKey(holds, said["key"], said.get("property", ""), said.get("version", ""))
        for holds in REMOTE
        if (said := entry["remote"].get(holds))
    )
    return External(store.get("kind", "SecretStore"), store["name"], remote, refresh=refresh)


def _field_spec(entry: dict[str, Any]) -> FieldSpec:
    group = entry.get("group")
    return FieldSpec(
        kind=entry["kind"],
        steps=slashed(entry["path"]),
        path=entry["path"],
        group="" if group == "core" else group,
        version=entry.get("version", ""),
        holds=entry.get("holds", "image"),
        siblings=tuple((role, entry[role]) for role in SIBLINGS if role in entry),
        optional=entry.get("optional", False),
    )


def _path(key: str) -> Path:
    """Return `spec.mirrors[0]` as the path it is."""
    return tuple(int(part) if part.isdigit() else part for part in key.replace("[", ".").replace("]", "").split("."))


def _said(error: SchemaError) -> str:
    return f"{key_path(error.path)}: {error.message}" if error.path else error.message


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
