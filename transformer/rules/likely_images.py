"""Report what is likely an image in a text, and rewrite it where the config asks for that.

         env:
         - name: RELATED_IMAGE_PROXY
    -      value: quay.io/org/proxy:1.0
    +      value: harbor.corp.example/quay/org/proxy:1.0

The classes of text are those of `likely` in the config. A field of a custom resource that reads like an image, and of
which nothing is known, is reported with the field spec that would cover it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from transformer.directives import KEEP, comment_behind, directive
from transformer.edits import Edit, merge
from transformer.field_paths import as_slashed
from transformer.findings import Finding, Outcome, Said, Severity
from transformer.image_fields import ImageField
from transformer.likely import is_image_name
from transformer.manifest import Manifest
from transformer.nodes import Alias, Mapping, Scalar, is_flow, resolve, start
from transformer.rules.images import finding, rewritten
from transformer.spellings import Part
from transformer.spots import Spot, spots
from transformer.texts import Text
from transformer.value_edits import offsets, replace_within
from transformer.verdicts import verdict

# Groups of Kubernetes' own, which hold no image but in pods.
_OWN_GROUPS = {"", "apps", "autoscaling", "batch", "extensions", "policy"}
_PLACES = {
    "args": "an argument",
    "env": "the variable {}",
    "annotations": "the annotation {}",
    "data": "the text {}",
    "values": "the values",
    "fields": "the field {}",
}
_SHARED = "something else says the same scalar, by its anchor"
_UNSPELLABLE = "it is written in a way that cannot be edited in part"


def rewrite(manifest: Manifest) -> Iterator[Finding]:
    """Yield what is likely an image in the texts of the document, with the edits where it is to be rewritten."""
    for text in manifest.texts:
        value = resolve(text.value)
        found = spots(str(value.value), text.name, manifest.config) if isinstance(value, Scalar) else []
        if _is_field(text, found):
            evidence = found[0].evidence if found and not is_image_name(text.name) else ""
            is_word = isinstance(value, Scalar) and (not found or bool(found[0].evidence))
            yield from (each._replace(evidence=evidence) for each in _field(manifest, text, is_word=is_word))
        elif isinstance(value, Scalar) and found:
            yield from _in_scalar(manifest, text, value, found)


def _is_field(text: Text, found: list[Spot]) -> bool:
    """Say whether a text is a field of a custom resource that as a whole may be an image."""
    if text.place != "fields" or text.resource.group in _OWN_GROUPS:
        return False
    value = resolve(text.value)
    if not isinstance(value, Scalar):
        return isinstance(value, Mapping)
    return is_image_name(text.name) if not found else (found[0].start, found[0].end) == (0, len(value.value))


def _field(manifest: Manifest, text: Text, *, is_word: bool) -> Iterator[Finding]:
    """Yield what is to say of a field that may be an image, spelled as one text or as an object.

    A word may be much else and is only reported, whatever the config asks for.
    """
    field = ImageField(text.resource, text.holder, text.value, text.path, "likely", not_run=text.not_run)
    found = verdict(field, manifest.config)
    if found is None or found.outcome == "invalid":
        return
    if reason := text.not_run or _keeping(manifest.comment(text.value)):
        yield finding(manifest, field, found.staying("kept", reason, reason), "info")
    elif found.outcome == "kept":
        yield finding(manifest, field, found, "info")
    elif found.outcome == "rewritten" and "fields" in manifest.config.likely and not is_word:
        stuck = f"not rewritten to {found.after}: {_SHARED}"
        is_stuck = _is_stuck(manifest, found.changes)
        said = found.staying("refused", stuck) if is_stuck else found
        yield finding(manifest, field, said, "warning") if is_stuck else rewritten(manifest, field, found)
    else:
        message = f"{text.path} reads like an image ({found.before}), and nothing is known of that field"
        advice = f"to have it rewritten, add to spec.fieldSpecs: - {_field_spec(text)}"
        why = f"; {found.message}" if found.outcome != "rewritten" else ""
        said = found.staying("uncovered", f"{message}{why}; {advice}")
        yield finding(manifest, field, said, _severity(manifest, found.outcome))


def _field_spec(text: Text) -> str:
    """Return the field spec that covers a text, as an entry of the config in one line."""
    resource = text.resource
    path = as_slashed(text.path.removeprefix(resource.path).removeprefix("."))
    group = f"group: {resource.group}, " if resource.group else ""
    said = path if _PLAIN_PATH.fullmatch(path) else json.dumps(path)
    return f"{{{group}kind: {resource.kind}, path: {said}}}"


_PLAIN_PATH = re.compile(r"[A-Za-z][\w./\\-]*")


def _in_scalar(manifest: Manifest, text: Text, scalar: Scalar, found: list[Spot]) -> Iterator[Finding]:
    """Yield what is to say of each image in what a scalar says."""
    places = offsets(manifest.text, scalar, [Edit(spot.start, spot.end, "") for spot in found])
    kept = [text.not_run or _keeping(_comment(manifest, text, place)) for place in places]
    asked = [not keep and _is_asked(manifest, text, spot) for spot, keep in zip(found, kept, strict=True)]
    changes, obstacle = _changes(manifest, text, scalar, [spot for spot, ask in zip(found, asked, strict=True) if ask])
    for spot, place, keep, ask in zip(found, places, kept, asked, strict=True):
        hindrance = obstacle or ("" if spot in changes else _UNSPELLABLE)
        severity, outcome, message = _say(manifest, text, spot, keep, hindrance if ask else None)
        line, column = manifest.place(place)
        yield Finding(
            severity=severity,
            outcome=outcome,
            message=message,
            line=line,
            column=column,
            resource=text.resource.ref,
            field=text.path,
            before=spot.found.before,
            after=spot.found.after if outcome == "rewritten" else spot.found.before,
            rule=keep or spot.found.rule,
            confidence="certain" if _is_sure(text, spot) else "likely",
            edits=changes.get(spot, ()) if outcome == "rewritten" else (),
            said=_said(manifest, scalar, spot) if outcome == "rewritten" and changes.get(spot) else (),
            evidence=spot.evidence,
        )


def _say(manifest: Manifest, text: Text, spot: Spot, keep: str, obstacle: str | None) -> tuple[Severity, Outcome, str]:
    """Return what to say of a spot; `obstacle` is None where it is not to be rewritten, and empty where it can be."""
    found = spot.found
    if keep or found.outcome == "kept":
        return "info", "kept", keep or found.message or f"stays: {found.rule}"
    where = _PLACES[text.place].format(text.name)
    if found.outcome != "rewritten":
        message = f"{found.before} in {where} is likely an image, and {found.message}"
        return _severity(manifest, found.outcome), "likely", message
    if obstacle:
        return "warning", "refused", f"{found.before} in {where} is not rewritten to {found.after}: {obstacle}"
    if obstacle is None:
        opt_in = f"with 'likely: [{text.place}]' in the config it becomes {found.after}"
        return "warning", "likely", f"{found.before} in {where} is likely an image; {opt_in}"
    return "info", "rewritten", f"{found.before} -> {found.after}"


def _severity(manifest: Manifest, outcome: Outcome) -> Severity:
    return "info" if outcome == "unmapped" and manifest.config.unmapped == "allow" else "warning"


def _changes(
    manifest: Manifest, text: Text, scalar: Scalar, asked: list[Spot]
) -> tuple[dict[Spot, tuple[Edit, ...]], str]:
    """Return the edits that each spot brings that can be edited, or why none can."""
    if manifest.is_shared(scalar):
        return {}, _SHARED
    if isinstance(text.value, Alias):  # its anchor brings them
        return dict.fromkeys(asked, ()), ""

    def edits_for(spots: list[Spot]) -> tuple[list[Edit], tuple[Edit, ...] | None]:
        pieces = merge(edit for spot in spots for edit in spot.edits or ())
        return pieces, replace_within(manifest.text, scalar, pieces, flow=is_flow(text.holder))

    asked = [spot for spot in asked if spot.edits]
    pieces, edits = edits_for(asked)
    if edits is None:
        asked = [spot for spot in asked if edits_for([spot])[1] is not None]
        pieces, edits = edits_for(asked)
    if edits is None or (len(edits) != len(pieces) and any(spot.evidence for spot in asked)):
        return {}, ""
    in_stream = [manifest.in_stream(edit) for edit in edits]
    if len(edits) != len(pieces):  # all of it is written anew, in quotes
        return {spot: tuple(in_stream) for spot in asked}, ""
    by_piece = dict(zip(pieces, in_stream, strict=True))
    return {spot: tuple(by_piece[edit] for edit in spot.edits or ()) for spot in asked}, ""


def _said(manifest: Manifest, scalar: Scalar, spot: Spot) -> tuple[Said, ...]:
    begin = manifest.document.start + start(scalar)
    return tuple(Said(begin, edit) for edit in spot.edits or ())


def _is_asked(manifest: Manifest, text: Text, spot: Spot) -> bool:
    return spot.found.outcome == "rewritten" and (text.place in manifest.config.likely or _is_sure(text, spot))


def _is_sure(text: Text, spot: Spot) -> bool:
    return text.place == "values" and spot.is_field


def _keeping(comment: str) -> str:
    return "the comment repoint: keep" if directive(comment) == KEEP else ""


def _comment(manifest: Manifest, text: Text, place: int) -> str:
    """Return the comment in the line of a spot, in a block of text as well, or else in that of the whole."""
    return comment_behind(manifest.text, place) or manifest.comment(text.value)


def _is_stuck(manifest: Manifest, changes: tuple[tuple[Part, str], ...]) -> bool:
    scalars = [resolve(part.node) for part, _ in changes]
    return any(isinstance(scalar, Scalar) and manifest.is_shared(scalar) for scalar in scalars)
