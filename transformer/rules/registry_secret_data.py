"""Give the Secrets of the input that are to be updated their new content.

     data:
    -  .dockerconfigjson: eyJhdXRocyI6e30=
    +  .dockerconfigjson: eyJhdXRocyI6eyJoYXJib3IuY29ycC5leGFtcGxlIjp7fX19

The text of the value is all that changes. A Secret under SOPS, or one of another form, stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Table

from transformer.dockerconfig import KEYS
from transformer.documents import LINE_BREAK, REST_OF_LINE
from transformer.edits import Edit
from transformer.findings import Finding, Said
from transformer.manifest import Manifest
from transformer.node_edits import content_start, replace_scalar
from transformer.nodes import Mapping, Node, Scalar, end, get, own, start, text_of
from transformer.not_run import why_left_alone
from transformer.resources import Resource


def update(manifest: Manifest) -> Iterator[Finding]:
    """Yield, for each Secret of the document that is to have other content, the edit that gives it."""
    for resource in manifest.fields.resources if manifest.known.contents else ():
        if (resource.group, resource.kind) == ("", "Secret") and not why_left_alone(resource):
            wanted = manifest.known.contents.get((manifest.config.home(resource.namespace), resource.name))
            if wanted is not None:
                yield from _updated(manifest, resource, wanted)


def _updated(manifest: Manifest, secret: Resource, wanted: Table[str, str]) -> Iterator[Finding]:
    kind = text_of(get(secret.node, "type"))
    data, key = get(secret.node, "data"), KEYS.get(kind, "")
    node = own(data, key) if isinstance(data, Mapping) and key else None
    if isinstance(node, Scalar) and "".join(str(node.value).split()) == wanted[kind] and not _is_overruled(secret, key):
        return
    if why := _obstacle(manifest, secret, key, node):
        yield _refused(manifest, secret, why)
    elif isinstance(node, Scalar):
        old = str(node.value)
        message = f"{secret}: gets the credentials that the config names"
        is_block = node.style in ("|", ">")
        yield _finding(manifest, secret, node, message)._replace(
            edits=(manifest.in_stream(_edit(manifest.text, node, wanted[kind])),),
            said=(
                Said(
                    manifest.document.start + start(node),
                    Edit(0, len(old.rstrip("\n") if is_block else old), wanted[kind]),
                ),
            ),
        )


def _obstacle(manifest: Manifest, secret: Resource, key: str, node: Node | None) -> str:
    """Return why the content of a Secret cannot be replaced, or an empty text."""
    if _is_overruled(secret, key):
        return f"its {key} stands under stringData, which wins; put it under data"
    if not isinstance(node, Scalar):
        return "it is no registry Secret with its content under data"
    if not _is_replaceable(manifest.text, node):
        return "its content is written in a way that nothing else can be put into"
    if id(node) in manifest.aliased:
        return "something else has its content too, by an alias"
    return "it is immutable" if text_of(get(secret.node, "immutable")) == "true" else ""


def _is_replaceable(text: str, node: Scalar) -> bool:
    """Say whether `_edit` knows how a scalar is written: not as a block that is empty or says its own indentation."""
    if node.style in ("|", ">"):
        header = text[content_start(text, node) :].partition("\n")[0].partition("#")[0]
        return bool(str(node.value).strip()) and not any(map(str.isdigit, header))
    return start(node) < end(node) or text[start(node) - 1] == ":"


def _is_overruled(secret: Resource, key: str) -> bool:
    plain = get(secret.node, "stringData")
    return bool(key) and isinstance(plain, Mapping) and get(plain, key) is not None


def _edit(text: str, node: Scalar, value: str) -> Edit:
    """Return the edit of the value; of a block scalar the lines change, and not its header."""
    if start(node) == end(node):
        return Edit(start(node), end(node), f" {value}")
    if node.style not in ("|", ">"):
        return replace_scalar(text, node, value, flow=False)
    first, last = content_start(text, node), end(node)
    begin = re.compile(rf"{REST_OF_LINE}(?:{LINE_BREAK}[ \t]*)+").match(text, first)
    at = begin.end() if begin else first
    return Edit(at, at + len(text[at:last].rstrip()), value)


def _refused(manifest: Manifest, secret: Resource, why: str) -> Finding:
    message = f"{secret}: cannot be updated (existing: update): {why}"
    return _finding(manifest, secret, secret.node, message)._replace(severity="error", outcome="conflict")


def _finding(manifest: Manifest, secret: Resource, node: Scalar | Mapping, message: str) -> Finding:
    return Finding(
        severity="info",
        outcome="updated",
        message=message,
        **manifest.where(secret, node),
        field=f"{secret.path}.data" if secret.path else "data",
        secret=secret.name,
    )
