"""Report the fields that read like an image and of which nothing is known, with the field spec that would cover each.

They are fields of custom resources that neither the catalog nor the config names. With `likely: [fields]` those that
say more than a word are rewritten.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from transformer.directives import why_kept
from transformer.field_paths import as_slashed
from transformer.findings import Finding
from transformer.image_fields import ImageField
from transformer.likely import is_image_name
from transformer.manifest import Manifest
from transformer.nodes import Mapping, Scalar, resolve
from transformer.rules.images import finding, rewritten_or_refused, severity_of_unsure
from transformer.spellings import scheme_of
from transformer.spots import Spot
from transformer.texts import Text
from transformer.verdicts import verdict

# Groups of Kubernetes' own, which hold no image but in pods.
_OWN_GROUPS = {"", "apps", "autoscaling", "batch", "extensions", "policy"}
_OF_PARAMETERS = ("value", "default")
_PLAIN_PATH = re.compile(r"[A-Za-z][\w./\\-]*")


def report(manifest: Manifest) -> Iterator[Finding]:
    """Yield what is to say of each such field of the document, with the edits where it is to be rewritten."""
    for text, found in manifest.texts:
        if is_whole_field(text, found):
            evidence = found[0].evidence if found and not is_image_name(text.name) else ""
            is_word = isinstance(resolve(text.value), Scalar) and (not found or bool(found[0].evidence))
            yield from (each._replace(evidence=evidence) for each in _report(manifest, text, is_word=is_word))


def is_whole_field(text: Text, found: Sequence[Spot]) -> bool:
    """Say whether a text is a field of a custom resource that as a whole, by what was found in it, may be an image."""
    if text.place != "fields" or text.resource.group in _OWN_GROUPS:
        return False
    value = resolve(text.value)
    if not isinstance(value, Scalar):
        return isinstance(value, Mapping)
    if not found:
        return is_image_name(text.name)
    return (found[0].start, found[0].end) == (len(scheme_of(value.value)), len(value.value))


def _report(manifest: Manifest, text: Text, *, is_word: bool) -> Iterator[Finding]:
    """Yield what is to say of a field that may be an image, spelled as one text or as an object.

    A word may be much else and is only reported, whatever the config asks for.
    """
    field = ImageField(text.resource, text.holder, text.value, text.path, "likely", not_run=text.not_run)
    found = verdict(field, manifest.config)
    if found is None or found.outcome == "invalid":
        return
    if reason := text.not_run or why_kept(manifest.comment(text.value)):
        yield finding(manifest, field, found.staying("kept", reason, reason), "info")
    elif found.outcome == "kept":
        yield finding(manifest, field, found, "info")
    elif found.outcome == "rewritten" and "fields" in manifest.config.likely and not is_word:
        yield rewritten_or_refused(manifest, field, found)
    else:
        message = f"{text.path} reads like an image ({found.before}), and nothing is known of that field"
        entry = f"add to spec.fieldSpecs: - {_field_spec(text)}"
        aim = "rewritten" if found.outcome == "rewritten" else "known"
        advice = f"to have it {aim}, {entry if _is_one_field(text) else 'ask for it with likely: [fields]'}"
        why = f"; {found.message}" if found.outcome != "rewritten" else ""
        said = found.staying("uncovered", f"{message}{why}; {advice}")
        yield finding(manifest, field, said, severity_of_unsure(manifest, found.outcome))


def _is_one_field(text: Text) -> bool:
    """Say whether a path leads to such fields alone: parameters have values of all kinds, each with its name beside."""
    return isinstance(resolve(text.value), Mapping) or as_slashed(text.path).rpartition("/")[2] not in _OF_PARAMETERS


def _field_spec(text: Text) -> str:
    """Return the field spec that covers a text, as an entry of the config in one line."""
    resource = text.resource
    path = as_slashed(text.path.removeprefix(resource.path).removeprefix("."))
    group = f"group: {resource.group}, " if resource.group else ""
    said = path if _PLAIN_PATH.fullmatch(path) else json.dumps(path)
    return f"{{{group}kind: {resource.kind}, path: {said}}}"
