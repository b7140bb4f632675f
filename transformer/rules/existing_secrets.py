"""Refuse an input that has a Secret which is also to be made, where the config says `existing: error`."""

from __future__ import annotations

from collections.abc import Iterator

from transformer.findings import Finding
from transformer.kustomize import former_names
from transformer.manifest import Manifest
from transformer.survey import made_secret
from transformer.whole import Whole


def refuse(manifest: Manifest, whole: Whole) -> Iterator[Finding]:
    """Yield an error for each Secret of the document, or what makes one, that is to be made."""
    for resource in manifest.fields.resources if whole.strict else ():
        name, home = made_secret(resource), manifest.config.home(resource.namespace)
        names = [name, *former_names(resource)] if name else []
        if any((home, each) in whole.strict for each in names):
            yield Finding(
                severity="error",
                outcome="conflict",
                message=f"{resource}: the config makes a Secret of this name too (existing: error)",
                **manifest.where(resource, resource.node),
                secret=name,
            )
