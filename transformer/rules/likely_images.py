"""Report what is likely an image in a text, and rewrite it where the config asks for that.

         env:
         - name: RELATED_IMAGE_PROXY
    -      value: quay.io/org/proxy:1.0
    +      value: harbor.corp.example/quay/org/proxy:1.0

The classes of text are those of `likely` in the config. A field of a custom resource that as a whole reads like an
image is one for `uncovered_fields`.
"""

from __future__ import annotations

from collections.abc import Iterator

from transformer.directives import why_kept
from transformer.edits import Edit, merge
from transformer.findings import Finding, Outcome, Said, Severity
from transformer.manifest import Manifest
from transformer.nodes import Alias, Scalar, is_flow, resolve, start
from transformer.rules.images import SHARED, severity_of_unsure
from transformer.rules.uncovered_fields import is_whole_field
from transformer.spots import Spot
from transformer.texts import Text
from transformer.value_edits import offsets, replace_within, spelled

_PLACES = {
    "args": "an argument",
    "env": "the variable {}",
    "annotations": "the annotation {}",
    "data": "the text {}",
    "values": "the values",
    "fields": "the field {}",
}
_UNSPELLABLE = "it is written in a way that cannot be edited in part"


def rewrite(manifest: Manifest) -> Iterator[Finding]:
    """Yield what is likely an image in the texts of the document, with the edits where it is to be rewritten."""
    for text, found in manifest.texts:
        value = resolve(text.value)
        if isinstance(value, Scalar) and found and not is_whole_field(text, found):
            yield from _in_scalar(manifest, text, value, found)


def _in_scalar(manifest: Manifest, text: Text, scalar: Scalar, found: tuple[Spot, ...]) -> Iterator[Finding]:
    """Yield what is to say of each image in what a scalar says."""
    places = offsets(manifest.text, scalar, [Edit(spot.start, spot.end, "") for spot in found])
    kept = [text.not_run or why_kept(_comment(manifest, text, place)) for place in places]
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
        return "info", "kept", keep or found.message
    where = _PLACES[text.place].format(text.name)
    if found.outcome != "rewritten":
        message = f"{found.before} in {where} is likely an image, and {found.message}"
        return severity_of_unsure(manifest, found.outcome), "likely", message
    if obstacle:
        return "warning", "refused", f"{found.before} in {where} is not rewritten to {found.after}: {obstacle}"
    if obstacle is None:
        opt_in = f"with 'likely: [{text.place}]' in the config it becomes {found.after}"
        return "warning", "likely", f"{found.before} in {where} is likely an image; {opt_in}"
    return "info", "rewritten", found.message


def _changes(
    manifest: Manifest, text: Text, scalar: Scalar, asked: list[Spot]
) -> tuple[dict[Spot, tuple[Edit, ...]], str]:
    """Return the edits that each spot brings that can be edited, or why none can."""
    if manifest.is_shared(scalar):
        return {}, SHARED
    if isinstance(text.value, Alias):  # its anchor brings them
        return dict.fromkeys(asked, ()), ""
    pieces = _pieces(asked)
    ours = spelled(manifest.text, scalar, pieces)
    escaped = {piece for piece, edit in zip(pieces, ours, strict=True) if edit is None}
    asked = [spot for spot in asked if spot.edits and escaped.isdisjoint(spot.edits)]
    pieces = _pieces(asked)
    edits = replace_within(manifest.text, scalar, pieces, flow=is_flow(text.holder))
    if edits is None or (len(edits) != len(pieces) and any(spot.evidence for spot in asked)):
        return {}, ""
    in_stream = [manifest.in_stream(edit) for edit in edits]
    if len(edits) != len(pieces):  # all of it is written anew, in quotes
        return {spot: tuple(in_stream) for spot in asked}, ""
    by_piece = dict(zip(pieces, in_stream, strict=True))
    return {spot: tuple(by_piece[edit] for edit in spot.edits or ()) for spot in asked}, ""


def _pieces(asked: list[Spot]) -> list[Edit]:
    return merge(edit for spot in asked for edit in spot.edits or ())


def _said(manifest: Manifest, scalar: Scalar, spot: Spot) -> tuple[Said, ...]:
    begin = manifest.document.start + start(scalar)
    return tuple(Said(begin, edit) for edit in spot.edits or ())


def _is_asked(manifest: Manifest, text: Text, spot: Spot) -> bool:
    return spot.found.outcome == "rewritten" and (text.place in manifest.config.likely or _is_sure(text, spot))


def _is_sure(text: Text, spot: Spot) -> bool:
    return text.place == "values" and spot.is_field


def _comment(manifest: Manifest, text: Text, place: int) -> str:
    """Return the comment in the line of a spot, in a block of text as well, or else in that of the whole."""
    return manifest.comment_behind(place) or manifest.comment(text.value)
