"""Prove that pods can pull: for each image, which Secret that the pod gets opens it, and which key of that.

By the kubelet's rules: the keys of all Secrets that a pod names are pooled; a Secret that does not decode spoils the
whole set; keys of Docker Hub's index count only where no other key opens an image of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from transformer import keyring
from transformer.attachments import Attachment, opening_keys
from transformer.findings import Finding, Outcome, Severity
from transformer.hooks import is_late, timing
from transformer.image_fields import ImageField
from transformer.kustomize import lets_follow
from transformer.manifest import Manifest
from transformer.nodes import own

_HASHED_LATER = "kustomize appends a hash to its name, and without `configurations` for it no name follows"
_EMITTED, _UNREAD = "emitted", "in the input, and by the word of the config alone"


class Holder(NamedTuple):
    """A Secret that a pod names, and its keys: None where they cannot be known; `origin` says where it comes from.

    `trouble` says why it opens nothing, with `is_fatal` nor do others. `lost` are keys that it has before an update.
    """

    name: str
    keys: tuple[str, ...] | None
    origin: str
    trouble: str = ""
    is_fatal: bool = False
    lost: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} ({self.origin})" if self.origin else self.name


def prove_pulls(manifest: Manifest, found: Attachment) -> Iterator[Finding]:
    """Yield, for each image of a place, which key opens it or what is wrong with that, and Secrets that are missing."""
    names = _reaching(manifest, found) if found.images else None
    if names is None:
        return
    holders = [_holder(manifest, found, name) for name in names]
    counting = [] if any(holder.is_fatal for holder in holders) else holders
    is_open = all(opening_keys(_pooled(counting), image) for _, image in found.images)
    yield from _about_secrets(manifest, found, holders, is_open=is_open)
    for field, image in found.images:
        yield from _about_image(manifest, found, field, image, counting)


def _reaching(manifest: Manifest, found: Attachment) -> list[str] | None:
    """Return the names of the Secrets that reach the pods of a place; None where an account is not known to have it."""
    if found.present or found.is_written:
        return [*dict.fromkeys([*found.present, *(found.written if found.is_written else ())])]
    accounts, known, account = found.to_account, manifest.known, found.account
    if accounts and account is not None and (account.id in known.stuck or account.id in known.shared):
        return None
    if accounts and account is not None and account.entries is None and not found.makes_account:
        return None
    return [*dict.fromkeys([*found.inherited, *(need.name for need in accounts)])]


def _holder(manifest: Manifest, found: Attachment, name: str) -> Holder:
    """Return what is known of the Secret that a pod names."""
    resource, known = found.place.resource, manifest.known
    namespace = resource.namespace
    there, name_now = known.secret(namespace, name, resource), known.name_now(namespace, name, resource)
    secrets = manifest.config.pull_secrets
    declared = next((each for each in secrets if manifest.name_for(each, resource) == name_now), None)
    is_updated = (manifest.config.home(namespace), name_now) in known.contents
    if there is not None and there.is_hashed_later and not lets_follow(resource):
        return Holder(name, (), "in the input", f"{_HASHED_LATER} in a {resource.kind}")
    if there is not None and there.keys is not None and not is_updated:
        return Holder(name, there.keys, "in the input", there.trouble, there.is_fatal)
    if declared is not None and is_updated and there is not None:
        lost = tuple(key for key in there.keys or () if key not in declared.registries)
        return Holder(name, declared.registries, "in the input", lost=lost)
    if declared is not None:
        origin = _UNREAD if there is not None else _EMITTED
        return Holder(name, declared.registries, "said by the config" if declared.emit == "none" else origin)
    return Holder(name, None, "in the input" if there is not None else "")


def _about_secrets(manifest: Manifest, found: Attachment, holders: list[Holder], *, is_open: bool) -> Iterator[Finding]:
    """Yield what is wrong with Secrets; that one is missing matters where it is not known that others do for all."""
    needed = {need.name for need in found.needs}
    for holder in holders:
        if holder.trouble:
            others = "; none of the pod's pull secrets counts then" if holder.is_fatal else ""
            message = f"the Secret {holder.name} in the input opens nothing: {holder.trouble}{others}"
            yield _of_list(manifest, found, "broken", message, holder)
        elif not holder.origin or (holder.origin == _EMITTED and holder.name not in needed):
            message = (
                f"the secret {holder.name} is referenced, but neither in the input nor emitted; where it exists "
                "already, say so under pullSecrets, with its registries and emit: none"
            )
            severity: Severity = "info" if is_open else "warning"
            yield _of_list(manifest, found, "missing", message, holder)._replace(severity=severity)
        elif _is_late(manifest, found, holder):
            message = f"the Secret {holder.name} in the input comes too late; annotate it as an earlier hook or wave"
            yield _of_list(manifest, found, "late", message, holder)


def _is_late(manifest: Manifest, found: Attachment, holder: Holder) -> bool:
    resource = found.place.resource
    there = manifest.known.secret(resource.namespace, holder.name)
    return there is not None and is_late(there.timing, timing(resource))


def _about_image(
    manifest: Manifest, found: Attachment, field: ImageField, image: str, holders: list[Holder]
) -> Iterator[Finding]:
    tried = opening_keys(_pooled(holders), image)
    if tried:
        key = tried[0]
        owners = " and ".join(str(holder) for holder in holders if key in (holder.keys or ()))
        message = f"{image} is opened by {key} of the Secret {owners}"
        first = next(holder.name for holder in holders if key in (holder.keys or ()))
        yield _of_image(manifest, found, field, "info", "opened", message, image, key)._replace(secret=first)
        yield from _hidden(manifest, found, field, image, holders, tried)
        return
    wanted = [need for need in found.needs if any(opening_keys((key,), image) for key in need.keys)]
    lost = [f"{key} of the Secret {each.name}" for each in holders for key in opening_keys(each.lost, image)]
    if lost:
        message = f"no pull secret covers {image} any more: the update takes {' and '.join(lost)}"
        yield _of_image(manifest, found, field, "warning", "unopened", message, image)
    elif any(holder.keys is None for holder in holders):
        return
    elif not wanted:
        yield from _anonymous(manifest, found, field, image)
    elif found.present or not (found.obstacle and any(need in found.to_place for need in wanted)):
        yield from _unopened(manifest, found, field, image, holders)


def _unopened(
    manifest: Manifest, found: Attachment, field: ImageField, image: str, holders: list[Holder]
) -> Iterator[Finding]:
    yield from _switched_off(manifest, found, field, image)
    wanted = [need for need in found.needs if opening_keys(need.keys, image)]
    if all(need.secret.attach_to == "none" and need.name not in {each.name for each in holders} for need in wanted):
        message = f"no pull secret here covers {image}; {wanted[0].name} is attached elsewhere"
        yield _of_image(manifest, found, field, "info", "unopened", message, image)
        return
    behind = [each for each in holders if each.keys is not None and not opening_keys(each.keys, image)]
    has = [f"the Secret {each} has {' and '.join(each.keys) if each.keys else 'no key'}" for each in behind]
    why = f": {'; '.join(has)}" if has else ""
    yield _of_image(manifest, found, field, "warning", "unopened", f"no pull secret covers {image}{why}", image)


def _switched_off(manifest: Manifest, found: Attachment, field: ImageField, image: str) -> Iterator[Finding]:
    """Yield the pull secrets of an account that would open an image, were it not for the pod's own list."""
    account = found.account if found.present else None
    for name in account.entries or () if account is not None else ():
        if account is not None and opening_keys(_holder(manifest, found, name).keys or (), image):
            message = f"the entry {name} of the ServiceAccount {account.name} is hidden by the pod's own list"
            yield _of_image(manifest, found, field, "warning", "hidden", message, image)


def _hidden(
    manifest: Manifest,
    found: Attachment,
    field: ImageField,
    image: str,
    holders: list[Holder],
    tried: tuple[str, ...],
) -> Iterator[Finding]:
    """Yield the keys that would open an image, and are not tried since others do."""
    for holder in holders:
        for key in holder.keys or ():
            if key not in tried and opening_keys((key,), image):
                message = f"for {image}, the entry {key} of the Secret {holder.name} is hidden by {tried[0]}"
                yield _of_image(manifest, found, field, "warning", "hidden", message, image, key)


def _anonymous(manifest: Manifest, found: Attachment, field: ImageField, image: str) -> Iterator[Finding]:
    """Yield an image that no key opens, though there are keys for its registry."""
    registries = chain.from_iterable(secret.registries for secret in manifest.config.pull_secrets)
    account = found.account
    if account is not None and account.entries is None and not (found.present or found.is_written):
        return  # what it runs as may well have some
    near = [key for key in registries if keyring.host(key) == image.partition("/")[0]]
    if near:
        message = f"no pull secret covers {image}, only {' and '.join(near)}; it is pulled without credentials"
        yield _of_image(manifest, found, field, "warning", "anonymous", message, image)


def _pooled(holders: list[Holder]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for holder in holders for key in holder.keys or ()))


def _of_image(
    manifest: Manifest,
    found: Attachment,
    field: ImageField,
    severity: Severity,
    outcome: Outcome,
    message: str,
    image: str,
    key: str = "",
) -> Finding:
    node = field.value
    return Finding(
        severity=severity,
        outcome=outcome,
        message=f"{found.place.resource}: {message}",
        **manifest.where(found.place.resource, node),
        field=field.path,
        after=image,
        keys=(key,) if key else (),
    )


def _of_list(manifest: Manifest, found: Attachment, outcome: Outcome, message: str, holder: Holder) -> Finding:
    place = found.place
    node = own(place.holder, found.key) or place.holder
    return Finding(
        severity="warning",
        outcome=outcome,
        message=f"{place.resource}: {message}",
        **manifest.where(place.resource, node),
        field=f"{place.path}.{found.key}" if place.path else found.key,
        secret=holder.name,
        subject=(outcome, manifest.config.home(place.resource.namespace), holder.name),
    )
