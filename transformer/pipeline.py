"""The journey of a manifest: split, compose, plan, apply, prove.

Law: every character outside the planned edits is returned as it came, and planning the result again plans nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from transformer.config import Config
from transformer.documents import Document, split
from transformer.edits import apply
from transformer.errors import ManifestSyntaxError
from transformer.findings import Finding
from transformer.manifest import Accounts, Manifest, accounts
from transformer.nodes import Node, compose
from transformer.proof import prove
from transformer.resources import resources
from transformer.rules import RULES

# The first two keys of a CustomResourceDefinition, behind comments and markers.
_END = r"(?:[ \t]+#.*|[ \t]*)\r?\n"
_API_VERSION = rf"apiVersion:[ \t]+apiextensions\.k8s\.io/\S+{_END}"
_KIND = rf"kind:[ \t]+CustomResourceDefinition{_END}"
_SCHEMA_HEAD = re.compile(
    rf"(?:[#%].*\r?\n|---[ \t]*(?:#.*)?\r?\n|[ \t]*\r?\n)*(?:{_API_VERSION}{_KIND}|{_KIND}{_API_VERSION})"
)
# What YAML can begin a key with that reads `kind` in the end.
_KEY_OF_ANY_NAME = re.compile(r"""\n(?:kind|apiVersion|["'?!&*<{\[])""")
_OTHER_BREAKS = ("\x85", "\u2028", "\u2029")


class Rewrite(NamedTuple):
    """A rewritten stream, and what was found on the way. Where a finding is an error, the text is as it came."""

    text: str
    findings: tuple[Finding, ...]


class Survey(NamedTuple):
    """What has to be known of a whole input before any of it is rewritten."""

    accounts: Accounts
    secrets: frozenset[tuple[str, str]]


def rewrite(text: str, config: Config) -> Rewrite:
    r"""Rewrite every manifest in a stream of YAML documents; all of `text` counts as the whole input.

    Nothing is read or written, and no Secret is made.

    >>> from transformer.config import Config, Mirror
    >>> config = Config(mirrors=(Mirror("docker.io", "harbor.example/hub"),))
    >>> pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx:1.27  # web\n"
    >>> print(rewrite(pod, config).text.splitlines()[-1])
      - image: harbor.example/hub/library/nginx:1.27  # web
    """
    return rewrite_part(text, config, survey([text], config))


def rewrite_part(text: str, config: Config, known: Survey, *, skip_unreadable: bool = False) -> Rewrite:
    """Rewrite one stream of an input of several; `known` is the survey of them all.

    With `skip_unreadable`, a document that is no YAML is a warning and passes as it came, else it is an error.
    """
    texts: list[str] = []
    findings: list[Finding] = []
    for document in split(text):
        try:
            root = None if _is_schema(document.text) else compose(document.text)
        except ManifestSyntaxError as error:
            texts.append(document.text)
            findings.append(_unreadable(document, error, skip=skip_unreadable))
            continue
        planned = plan(Manifest(document, root, config, known.accounts))
        texts.append(_carry_out(document, root, planned))
        findings += planned
    has_errors = any(finding.severity == "error" for finding in findings)
    return Rewrite(text if has_errors else "".join(texts), tuple(findings))


def plan(manifest: Manifest) -> list[Finding]:
    """Return what the rules find in one document."""
    return [finding for rule in RULES for finding in rule(manifest)]


def _carry_out(document: Document, root: Node | None, planned: list[Finding]) -> str:
    """Return the text of a document with the planned edits made, proven to be what was planned."""
    edits = [edit.moved(-document.start) for finding in planned for edit in finding.edits]
    if not edits or root is None:
        return document.text
    text = apply(document.text, edits)
    prove(document, root, text, planned)
    return text


def survey(texts: Iterable[str], config: Config) -> Survey:
    """Return what the rules of `config` have to know of a whole input."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    secrets: set[tuple[str, str]] = set()
    emitted = [secret.name for secret in config.pull_secrets if secret.emit]

    def tells(text: str) -> bool:
        is_account = "ServiceAccount" in text and "imagePullSecrets" in text
        return is_account or ("Secret" in text and any(name in text for name in emitted))

    for root in _roots(texts if config.pull_secrets else (), tells):
        found.update(accounts(root))
        secrets.update(
            (each.namespace, each.name) for each in resources(root) if (each.group, each.kind) == ("", "Secret")
        )
    return Survey(found, frozenset(secrets))


def _roots(texts: Iterable[str], tells: Callable[[str], bool]) -> Iterator[Node | None]:
    """Yield the roots of the documents in `texts` that `tells` takes, schemas and unreadable ones left out."""
    for text in filter(tells, texts):
        for document in split(text):
            if tells(document.text) and not _is_schema(document.text):
                with suppress(ManifestSyntaxError):
                    yield compose(document.text)


def _is_schema(text: str) -> bool:
    """Say whether a document is surely a CustomResourceDefinition, without parsing it.

    Schemas are the bulk of a real installation, take long to parse and hold no image. The document is one where its
    first two keys say so and no later line at the left margin could say another kind.
    """
    head = _SCHEMA_HEAD.match(text)
    if head is None or any(char in text for char in _OTHER_BREAKS) or text.count("\r") != text.count("\r\n"):
        return False
    return not _KEY_OF_ANY_NAME.search(text, head.end() - 1)


def _unreadable(document: Document, error: ManifestSyntaxError, *, skip: bool) -> Finding:
    return Finding(
        severity="warning" if skip else "error",
        outcome="unreadable",
        message=f"no YAML: {error.message}" + (", passed on as it came" if skip else ""),
        line=document.line_of(error.line),
        column=error.column,
    )
