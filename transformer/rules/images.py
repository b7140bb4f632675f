"""Rewrite the images that stand in fields for them: in pod specs, and where the catalog or the config says.

    -  image: nginx:1.27
    +  image: harbor.corp.example/dockerhub/library/nginx:1.27

Tag and digest go along, and an untagged reference stays untagged. Quotes, anchors and block style stay as they are,
and an image in parts is rewritten in its parts. A value that is no reference (`$(IMAGE)`) is left, with a warning; one
whose target would be invalid is an error. A comment `# repoint: keep` keeps the reference of its line.
"""

from __future__ import annotations

from collections.abc import Iterator

from transformer.directives import KEEP, directive, written_by
from transformer.edits import Edit
from transformer.findings import Finding, Outcome, Said, Severity
from transformer.image_fields import ImageField
from transformer.manifest import Manifest
from transformer.node_edits import replace_scalar
from transformer.nodes import Scalar, column, is_flow, start
from transformer.value_edits import whole
from transformer.verdicts import Verdict

SHARED = "an anchor shares this value with something that stays; write the image out there"
_UNMAPPED: dict[str, Severity] = {"warn": "warning", "error": "error", "allow": "info"}
_SEVERITIES: dict[Outcome, Severity] = {"invalid": "warning", "refused": "error"}


def rewrite(manifest: Manifest) -> Iterator[Finding]:
    """Yield what becomes of each image in the fields of the document, with the edits that make it so."""
    for field in manifest.fields.images:
        found = manifest.verdict(field)
        if found is not None:
            yield from _judge(manifest, field, found)


def _judge(manifest: Manifest, field: ImageField, found: Verdict) -> Iterator[Finding]:
    comments = manifest.comments(field)
    if reason := manifest.why_stays(field):
        yield finding(manifest, field, found.staying("kept", reason, reason), "info")
        return
    for word in filter(None, map(directive, comments)):
        message = f"{word!r} is nothing that a comment can ask for; did you mean {KEEP!r}?"
        yield finding(manifest, field, found.staying("directive", message), "warning")
    if field.confidence == "likely" and (manifest.is_left(field) or found.outcome != "rewritten"):
        yield from _likely(manifest, field, found)
    elif found.outcome != "rewritten":
        severity = _UNMAPPED[manifest.config.unmapped] if found.outcome == "unmapped" else "info"
        yield finding(manifest, field, found, _SEVERITIES.get(found.outcome, severity))
    else:
        done = rewritten_or_refused(manifest, field, found)
        programs = filter(None, map(written_by, comments)) if done.outcome == "rewritten" else ()
        yield done
        yield from (_undone(manifest, field, found, program) for program in programs)


def _likely(manifest: Manifest, field: ImageField, found: Verdict) -> Iterator[Finding]:
    """Yield what is to say of an image of which the values of a chart say only a part."""
    if found.outcome == "rewritten":
        whole_one = "an image, if the chart puts no registry before it"
        what = "a registry that the chart puts before its images" if field.holds == "prefix" else whole_one
        message = f"{found.before} is likely {what}; with 'likely: [values]' it becomes {found.after}"
        yield finding(manifest, field, found.staying("likely", message), "warning")
    elif found.outcome != "invalid":
        yield finding(manifest, field, found, "info")


def rewritten_or_refused(manifest: Manifest, field: ImageField, found: Verdict) -> Finding:
    """Return the finding that a field is rewritten as `found` says, with its edits, or that it cannot be."""
    if manifest.is_stuck(found):
        message = f"not rewritten to {found.after}: {SHARED}"
        return finding(manifest, field, found.staying("refused", message), "warning")
    edits: list[Edit] = []
    said: list[Said] = []
    for part, text in found.changes:
        # An alias says what its anchor says, and the anchor is an image that gets its own edit.
        if isinstance(part.node, Scalar):
            edit = replace_scalar(manifest.text, part.node, text, flow=is_flow(part.holder))
            edits.append(manifest.in_stream(edit))
            said.append(Said(manifest.document.start + start(part.node), whole(part.node, text)))
    return finding(manifest, field, found, "info")._replace(edits=tuple(edits), said=tuple(said))


def severity_of_unsure(manifest: Manifest, outcome: Outcome) -> Severity:
    """Return how bad it is that what is likely an image stays: unmapped ones are fine where the config allows them."""
    return "info" if outcome == "unmapped" and manifest.config.unmapped == "allow" else "warning"


def _undone(manifest: Manifest, field: ImageField, found: Verdict, program: str) -> Finding:
    message = f"{program} writes this image, and would write {found.before} back; point it at the mirror as well"
    return finding(manifest, field, found, "warning")._replace(outcome="undone", message=message)


def finding(manifest: Manifest, field: ImageField, found: Verdict, severity: Severity) -> Finding:
    """Return what was found of a field, with its place."""
    node = found.main.node if found.main else field.value
    return Finding(
        severity=severity,
        outcome=found.outcome,
        message=found.message,
        line=manifest.line(node),
        column=column(node),
        resource=field.resource.ref,
        field=field.path,
        before=found.before,
        after=found.after,
        rule=found.rule,
        confidence=field.confidence,
    )
