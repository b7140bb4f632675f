"""Name the pull secrets where images need them: in pod specs, and in the fields that custom resources have for them.

     spec:
       containers: [...]
    +  imagePullSecrets:
    +  - name: harbor-pull

A pull secret is needed where an image, as it reads after the rewrite, matches one of its registries by the
kubelet's rules. Names are appended to the list that is there, in its own style. A list on the pod switches off that
of its ServiceAccount (the admission plugin fills in only an empty one), so a pod's first entry takes the account's
entries along; where the account has the pull secret already, the pod needs no list. A custom resource that is not
known to have such a field gets none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import get_args

from transformer import catalog, keyring
from transformer.config import PullSecret
from transformer.edits import Edit
from transformer.field_paths import common, join
from transformer.findings import Finding, Grown, Outcome, Severity
from transformer.image_fields import ImageField, PullSecretField
from transformer.manifest import Manifest
from transformer.node_edits import LISTS, NamesForm, append_names
from transformer.nodes import Mapping, Node, Scalar, Sequence, column, get, is_null, own, resolve, start, text_of
from transformer.pod_specs import BUILT_IN, CONTAINER_LISTS
from transformer.reference import Reference, parse
from transformer.resources import IMAGE_PULL_SECRETS, is_empty, pull_secret_names


def add(manifest: Manifest) -> Iterator[Finding]:
    """Yield, for each place and each pull secret its images need, whether it gets it, has it, or cannot be given it."""
    found = list(_add(manifest))
    edits = dict(_joined(edit for each in found for edit in each.edits))
    for each in found:
        yield each._replace(edits=tuple(edits.pop(edit) for edit in each.edits if edit in edits))


def _joined(edits: Iterable[Edit]) -> Iterator[tuple[Edit, Edit]]:
    """Yield edits, each with what to make of it: those that insert at one place are one, the innermost first.

    The lists of a pod and of something in it go to one place where that is the last thing in the pod.
    """
    by_place: dict[tuple[int, int], dict[Edit, None]] = {}
    for edit in edits:
        by_place.setdefault((edit.start, edit.end), {})[edit] = None
    for (start_at, end_at), here in by_place.items():
        innermost_first = sorted((edit.replacement for edit in here), key=_indentation, reverse=True)
        yield next(iter(here)), Edit(start_at, end_at, "".join(innermost_first))


def _indentation(text: str) -> int:
    line = text.lstrip("\r\n")
    return len(line) - len(line.lstrip(" "))


def _add(manifest: Manifest) -> Iterator[Finding]:
    edited: set[tuple[int, str]] = set()
    for place in manifest.fields.pull_secrets if manifest.config.pull_secrets else ():
        needed = list(_needed(manifest, place))
        if needed:
            spot = (id(place.holder), place.key)
            yield from _attach(manifest, place, needed, is_edited=spot in edited)
            edited.add(spot)


def _needed(manifest: Manifest, place: PullSecretField) -> Iterator[PullSecret]:
    references = [_reference(manifest, field) for field in place.images if not field.not_run]
    names = {reference.name for reference in references if reference is not None}
    for secret in manifest.config.pull_secrets:
        if any(_opens(secret.registries, name) for name in names):
            yield secret


def _reference(manifest: Manifest, field: ImageField) -> Reference | None:
    """Return the reference that the field holds once the images are rewritten; None where it holds none."""
    found = manifest.verdict(field)
    if found is None or found.reference is None:
        return None
    stays = manifest.why_stays(field) or manifest.is_left(field) or manifest.is_stuck(found)
    return parse(found.before) if stays and "://" not in found.before else found.reference


@lru_cache(maxsize=100_000)
def _opens(registries: tuple[str, ...], name: str) -> bool:
    return bool(keyring.select(registries, name))


def _attach(
    manifest: Manifest, place: PullSecretField, needed: list[PullSecret], *, is_edited: bool
) -> Iterator[Finding]:
    value = get(place.holder, _key(place))
    present = list(pull_secret_names(value, place.form))
    account = [] if present or place.form not in LISTS else list(_account_entries(manifest, place))
    missing = [secret.name for secret in needed if secret.attach and secret.name not in {*present, *account}]
    obstacle = _obstacle(place, value, present, missing) if missing else ""
    edits: tuple[Edit, ...] = ()
    if missing and not obstacle and not is_edited:
        edits = (_edit(manifest, place, present, [*dict.fromkeys([*account, *missing])]),)
    for secret in needed:
        severity, outcome, message = _say(secret, missing, account, obstacle)
        found = _finding(manifest, place, severity, outcome, message, secret.name)
        if outcome == "attached" and edits:
            holder = manifest.document.start + start(place.holder)
            found = found._replace(edits=edits, grown=Grown(holder, _key(place), place.form))
        yield found
    if edits and not present and not account:
        yield from _unknown_account(manifest, place)


def _say(secret: PullSecret, missing: list[str], account: list[str], obstacle: str) -> tuple[Severity, Outcome, str]:
    if not secret.attach:
        return "info", "present", f"uses the pull secret {secret.name}, which is attached elsewhere"
    if secret.name not in missing:
        owner = "its ServiceAccount has" if secret.name in account else "has"
        return "info", "present", f"{owner} the pull secret {secret.name}"
    if obstacle:
        return "warning", "unattached", f"its images need the pull secret {secret.name}; none was added: {obstacle}"
    carried = f", with {', '.join(account)} of its ServiceAccount" if account else ""
    return "info", "attached", f"gets the pull secret {secret.name}{carried}"


def _edit(manifest: Manifest, place: PullSecretField, present: list[str], names: list[str]) -> Edit:
    containers = [entry for key in CONTAINER_LISTS if (entry := own(place.holder, key)) is not None]
    after = max(containers, key=start, default=None)
    edit = append_names(manifest.text, place.holder, _key(place), names, form=place.form, present=present, after=after)
    return manifest.in_stream(edit)


def _key(place: PullSecretField) -> str:
    return place.key or IMAGE_PULL_SECRETS


def _obstacle(place: PullSecretField, value: Node | None, present: list[str], missing: list[str]) -> str:
    """Return why no pull secret can be written at the place, or an empty text."""
    key = _key(place)
    if place.form not in LISTS:
        is_free = value is None or is_empty(value)
        if present:
            return f"its {key} is one name, {present[0]}"
        if not is_free:
            return f"its {key} holds something else than one name"
        return "" if len(missing) == 1 else f"its {key} is one name, and these are needed: {', '.join(missing)}"
    if (
        value is not None
        and not is_null(value)
        and not _is_list_of(value, Mapping if place.form == "pullSecrets" else Scalar)
    ):
        return f"its {key} is no list of names"
    # Custom resources have this field as a list of strings too: an empty one does not say which it is.
    if not place.key and not present:
        known = _known_place(place)
        where = f"they go to {known}, which has no parent here; with an empty one ({{}}) it gets them"
        return where if known else f"{place.resource.kind} is not known to have {key} here"
    return ""


def _known_place(place: PullSecretField) -> str:
    """Return where the catalog knows pull secrets of the kind, closest to an image of the place, or an empty text."""
    resource = place.resource
    rows = (row.path for row in catalog.of_kind(resource.group, resource.kind) if row.value in get_args(NamesForm))
    path = place.images[0].path.removeprefix(resource.path).removeprefix(".")
    return max(rows, key=lambda row: common(row, path), default="")


def _is_list_of(value: Node, kind: type) -> bool:
    return isinstance(value, Sequence) and all(isinstance(resolve(item), kind) for item in value.children)


def _account_entries(manifest: Manifest, place: PullSecretField) -> tuple[str, ...]:
    """Return the pull secrets of the pod's ServiceAccount, where that is in the input.

    Who names none runs as `default`, if it is a pod: what other objects' pods run as, their controllers say.
    """
    is_pod = (place.resource.group, place.resource.kind) in BUILT_IN or any(
        own(place.holder, key) is not None for key in CONTAINER_LISTS
    )
    name = _account_name(place) or ("default" if is_pod else "")
    namespace = place.resource.namespace
    unset = ("", "default")
    namespaces = (namespace, *unset) if namespace in unset else (namespace,)
    return next((manifest.accounts[each, name] for each in namespaces if (each, name) in manifest.accounts), ())


def _unknown_account(manifest: Manifest, place: PullSecretField) -> Iterator[Finding]:
    if name := _account_name(place):
        message = f"the pod's own list switches off what its ServiceAccount {name} has; nothing of that is in the input"
        yield _finding(manifest, place, "info", "account", message)


def _account_name(place: PullSecretField) -> str:
    return text_of(get(place.holder, "serviceAccountName")) or text_of(get(place.holder, "serviceAccount"))


def _finding(
    manifest: Manifest, place: PullSecretField, severity: Severity, outcome: Outcome, message: str, secret: str = ""
) -> Finding:
    key = _key(place)
    node = own(place.holder, key) or place.holder
    return Finding(
        severity=severity,
        outcome=outcome,
        message=f"{place.resource}: {message}",
        line=manifest.line(node),
        column=column(node),
        resource=place.resource.ref,
        field=join(place.path, key),
        pull_secret=secret,
        namespace=place.resource.namespace,
    )
