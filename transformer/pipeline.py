"""The journey of a manifest: split, compose, plan, apply, prove.

Law: every character outside the planned edits is returned as it came, and planning the result again plans nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from transformer.config import Config
from transformer.crds import is_schema
from transformer.documents import Document, split
from transformer.edits import apply
from transformer.errors import ManifestSyntaxError
from transformer.findings import Finding, unreadable
from transformer.manifest import Manifest
from transformer.nodes import Node, compose
from transformer.proof import prove
from transformer.rules import RULES
from transformer.survey import Survey, survey


class Rewrite(NamedTuple):
    """A rewritten stream, and what was found on the way. Where a finding is an error, the text is as it came."""

    text: str
    findings: tuple[Finding, ...]


def rewrite(text: str, config: Config) -> Rewrite:
    r"""Rewrite every manifest in `text`, a stream of YAML documents; no Secret is made, nothing is read or written.

    Returns the new text and every finding. ServiceAccounts and Secrets outside `text` are not known. Where a finding
    is an error, and a document that is not YAML is one, the text is `text` itself. Raises InternalError where a
    document would not read back as planned.

    >>> from transformer.config import Config, Mirror
    >>> config = Config(mirrors=(Mirror("docker.io", "harbor.example/hub"),))
    >>> pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx:1.27  # web\n"
    >>> print(rewrite(pod, config).text.splitlines()[-1])
      - image: harbor.example/hub/library/nginx:1.27  # web
    """
    return rewrite_part(text, config, survey([text], config))


def rewrite_part(text: str, config: Config, known: Survey, *, skip_unreadable: bool = False) -> Rewrite:
    """Rewrite one stream of an input of several; `known` is the survey of them all.

    With `skip_unreadable`, a document that is not YAML is a warning and passes as it came, else it is an error.
    """
    texts: list[str] = []
    findings: list[Finding] = []
    for document in split(text):
        try:
            root = None if is_schema(document.text) else compose(document.text)
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


def _unreadable(document: Document, error: ManifestSyntaxError, *, skip: bool) -> Finding:
    hint = "; a Helm template has to be rendered first" if "{{" in document.text else ""
    place = document.line_of(error.line), error.column
    return unreadable(f"not YAML: {error.message}", *place, skip=skip, hint=hint)
