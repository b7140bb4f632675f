"""The journey of a manifest: split, compose, plan, apply, prove.

Law: every character outside the planned edits is returned as it came, and planning the result again plans nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from transformer.config import Config
from transformer.crds import is_schema
from transformer.documents import Document, split
from transformer.edits import apply
from transformer.errors import ConfigError, ManifestSyntaxError
from transformer.findings import Finding, unreadable
from transformer.manifest import Manifest
from transformer.nodes import Node, compose
from transformer.proof import prove
from transformer.rules import LAST_RULES, RULES
from transformer.survey import Survey, is_account, made_secret, survey
from transformer.whole import Whole, whole

_RENDER_FIRST = "; a Helm template has to be rendered first"


class Rewrite(NamedTuple):
    """A rewritten stream, and what was found on the way. Where a finding is an error, the text is as it came."""

    text: str
    findings: tuple[Finding, ...]


def rewrite(text: str, config: Config) -> Rewrite:
    r"""Rewrite every manifest in `text`, a stream of YAML documents; no Secret is made, nothing is read or written.

    Returns the new text and every finding. ServiceAccounts and Secrets outside `text` are not known. Where a finding
    is an error, and a document that is not YAML is one, the text is `text` itself. Raises ConfigError where a field
    spec of the config leads to nothing, and InternalError where a document would not read back as planned.

    >>> from transformer.config import Config, Mirror
    >>> config = Config(mirrors=(Mirror("docker.io", "harbor.example/hub"),))
    >>> pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx:1.27  # web\n"
    >>> print(rewrite(pod, config).text.splitlines()[-1])
      - image: harbor.example/hub/library/nginx:1.27  # web
    """
    return rewrite_all([text], config, survey([text], config))[0]


def rewrite_all(texts: Iterable[str], config: Config, known: Survey, *, skip_unreadable: bool = False) -> list[Rewrite]:
    """Rewrite the streams of an input, in their order; `known` is the survey of them all.

    With `skip_unreadable`, a document that is not YAML is a warning and passes as it came, else it is an error.
    Raises as `rewrite` does.
    """
    streams = [[_draft(document, config, known, skip=skip_unreadable) for document in split(text)] for text in texts]
    drafts = [draft for stream in streams for draft in stream]
    _refuse_idle_specs(config, frozenset().union(*(draft.matched for draft in drafts)))
    images = (image for draft in drafts for image in draft.images)
    said = whole(images, (finding for draft in drafts for finding in draft.planned), config)
    seen: set[tuple[str, ...]] = set()
    return [_finish(stream, said, seen) for stream in streams]


class _Draft(NamedTuple):
    """A document on its way: what was planned, its text after that, and what it proves about others.

    `text` is None, and `manifest` kept, as long as it depends on what other documents have.
    """

    document: Document
    planned: tuple[Finding, ...]
    text: str | None
    manifest: Manifest | None = None
    images: tuple[str, ...] = ()
    matched: frozenset[int] = frozenset()


def _draft(document: Document, config: Config, known: Survey, *, skip: bool) -> _Draft:
    try:
        root = None if is_schema(document.text) else compose(document.text)
    except ManifestSyntaxError as error:
        return _Draft(document, (_unreadable(document, error, skip=skip),), document.text)
    manifest = Manifest(document, root, config, known)
    planned = tuple(_of_template(each, skip=skip) for each in plan(manifest))
    is_open = any(finding.evidence for finding in planned) or _depends_on_others(manifest)
    text = None if is_open else _carry_out(document, root, planned)
    matched = manifest.fields.matched
    return _Draft(document, planned, text, manifest if is_open else None, tuple(manifest.certain), matched)


def _depends_on_others(manifest: Manifest) -> bool:
    """Say whether a document has accounts or Secrets of which others decide what becomes of them."""
    secrets = manifest.config.pull_secrets
    if not any(each.attach_to == "serviceAccounts" or each.hashed or each.existing == "error" for each in secrets):
        return False
    return any(made_secret(each) or is_account(each) for each in manifest.fields.resources)


def _finish(drafts: list[_Draft], said: Whole, seen: set[tuple[str, ...]]) -> Rewrite:
    """Return a stream rewritten by what is planned and, where that depends on other documents, holds.

    `seen` are the subjects of warnings so far, which this adds to.
    """
    texts: list[str] = []
    findings: list[Finding] = []
    for draft in drafts:
        planned = tuple(each for each in draft.planned if not each.evidence or each.evidence in said.evidence)
        if draft.manifest is not None:
            planned += tuple(finding for rule in LAST_RULES for finding in rule(draft.manifest, said))
            texts.append(_carry_out(draft.document, draft.manifest.root, planned))
        else:
            texts.append(draft.document.text if draft.text is None else draft.text)
        findings += (_warned_once(each, seen) for each in planned if not _is_made(each, said))
    has_errors = any(finding.severity == "error" for finding in findings)
    unchanged = "".join(draft.document.text for draft in drafts)
    return Rewrite(unchanged if has_errors else "".join(texts), tuple(findings))


def _is_made(finding: Finding, said: Whole) -> bool:
    """Say whether a finding misses a Secret that is made after all, since others need it."""
    return finding.outcome == "missing" and finding.subject[1:] in said.made


def _warned_once(finding: Finding, seen: set[tuple[str, ...]]) -> Finding:
    """Return a finding, as one for the report alone where another has warned of its subject."""
    if finding.severity != "warning" or not finding.subject:
        return finding
    if finding.subject in seen:
        return finding._replace(severity="info")
    seen.add(finding.subject)
    return finding


def plan(manifest: Manifest) -> list[Finding]:
    """Return what the rules find in one document."""
    return [finding for rule in RULES for finding in rule(manifest)]


def _refuse_idle_specs(config: Config, matched: frozenset[int]) -> None:
    """Raise ConfigError where field specs that have to lead somewhere lead to nothing in the whole input."""
    idle = [
        f"spec.fieldSpecs[{index}]: {spec.path} leads to nothing in any {spec.kind} of the input; "
        "correct it, or say 'optional: true' where that is fine"
        for index, spec in enumerate(config.field_specs)
        if index not in matched and not spec.optional
    ]
    if idle:
        raise ConfigError(idle)


def _carry_out(document: Document, root: Node | None, planned: tuple[Finding, ...]) -> str:
    """Return the text of a document with the planned edits made, proven to be what was planned."""
    edits = [edit.moved(-document.start) for finding in planned for edit in finding.edits]
    if not edits or root is None:
        return document.text
    text = apply(document.text, edits)
    prove(document, root, text, planned)
    return text


def _of_template(finding: Finding, *, skip: bool) -> Finding:
    """Return what is said of a value that a Helm template leaves open: nothing to do where such documents pass."""
    if finding.outcome != "invalid" or "{{" not in finding.before:
        return finding
    return finding._replace(message=finding.message + _RENDER_FIRST, severity="info" if skip else finding.severity)


def _unreadable(document: Document, error: ManifestSyntaxError, *, skip: bool) -> Finding:
    hint = _RENDER_FIRST if "{{" in document.text else ""
    place = document.line_of(error.line), error.column
    return unreadable(f"not YAML: {error.message}", *place, skip=skip, hint=hint)
