"""Rewrite the image references of pod specs to the mirror.

    -  image: nginx:1.27
    +  image: harbor.corp.example/dockerhub/library/nginx:1.27

Tag and digest go along, and an untagged reference stays untagged. Quotes, anchors and block style stay as they are.
A value that is no reference (`$(IMAGE)`) is left, with a warning; one whose target would be invalid is an error.
"""

from __future__ import annotations

from collections.abc import Iterator

from transformer.edits import Edit
from transformer.findings import Finding, Outcome, Severity
from transformer.manifest import Manifest
from transformer.mirrors import decider
from transformer.node_edits import replace_scalar
from transformer.nodes import Alias, Scalar, column, is_flow, is_null, is_string, resolve
from transformer.pod_specs import ImageField

_UNMAPPED: dict[str, Severity] = {"warn": "warning", "error": "error", "allow": "info"}


def rewrite(manifest: Manifest) -> Iterator[Finding]:
    """Yield what becomes of each image reference in the document, with the edit that makes it so."""
    for pod_spec, fields in manifest.pod_specs:
        for field in fields:
            if pod_spec.not_run:
                yield _finding(manifest, field, "info", "kept", pod_spec.not_run, rule=pod_spec.not_run)
            else:
                yield _judge(manifest, field)


def _judge(manifest: Manifest, field: ImageField) -> Finding:
    value = resolve(field.value)
    if not isinstance(value, Scalar) or not is_string(value):
        found = "nothing" if is_null(value) else f"{value.value!r}" if isinstance(value, Scalar) else "no text"
        return _finding(manifest, field, "warning", "invalid", f"expected an image reference, found {found}")
    decision = decider(manifest.config)(str(value.value))
    if decision.outcome == "invalid":
        return _finding(manifest, field, "warning", "invalid", decision.message)
    if decision.outcome == "unmapped":
        return _finding(manifest, field, _UNMAPPED[manifest.config.unmapped], "unmapped", decision.message)
    if decision.outcome == "refused":
        return _finding(manifest, field, "error", "refused", decision.message, rule=decision.rule)
    if decision.outcome == "kept":
        return _finding(manifest, field, "info", "kept", f"stays: {decision.rule}", rule=decision.rule)
    after = str(decision.reference)
    if manifest.is_shared(value):
        message = f"not rewritten to {after}: a field that is no image says the same scalar, by its anchor"
        return _finding(manifest, field, "warning", "refused", message, rule=decision.rule)
    # An alias says what its anchor says, and the anchor is an image field that gets its own edit.
    edits = () if isinstance(field.value, Alias) else (_edit(manifest, field, value, after),)
    message = f"{value.value} -> {after}"
    return _finding(manifest, field, "info", "rewritten", message, rule=decision.rule, after=after, edits=edits)


def _edit(manifest: Manifest, field: ImageField, value: Scalar, after: str) -> Edit:
    return manifest.in_stream(replace_scalar(manifest.text, value, after, flow=is_flow(field.holder)))


def _finding(
    manifest: Manifest,
    field: ImageField,
    severity: Severity,
    outcome: Outcome,
    message: str,
    *,
    rule: str = "",
    after: str = "",
    edits: tuple[Edit, ...] = (),
) -> Finding:
    value = resolve(field.value)
    before = str(value.value) if isinstance(value, Scalar) else ""
    return Finding(
        severity=severity,
        outcome=outcome,
        message=message,
        line=manifest.line(field.value),
        column=column(field.value),
        resource=field.pod_spec.resource.ref,
        field=field.path,
        before=before,
        after=after or before,
        rule=rule,
        edits=edits,
    )
