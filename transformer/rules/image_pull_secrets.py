"""Name the pull secrets in the pod specs whose images need them.

     spec:
       containers: [...]
    +  imagePullSecrets:
    +  - name: harbor-pull

A pull secret is needed where an image, as it reads after the rewrite, matches one of its registries by the
kubelet's rules. Names are appended to the list that is there, in its own style. A list on the pod switches off that
of its ServiceAccount (the admission plugin fills in only an empty one), so a pod's first entry takes the account's
entries along; where the account has the pull secret already, the pod needs no list.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from transformer import keyring
from transformer.config import PullSecret
from transformer.edits import Edit
from transformer.findings import Finding, Outcome, Severity
from transformer.manifest import Manifest
from transformer.mirrors import decider
from transformer.node_edits import append_names
from transformer.nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    column,
    get,
    is_null,
    is_string,
    own,
    resolve,
    start,
    text_of,
)
from transformer.pod_specs import CONTAINER_LISTS, ImageField, PodSpec
from transformer.reference import Reference, parse
from transformer.resources import IMAGE_PULL_SECRETS, pull_secret_names


def add(manifest: Manifest) -> Iterator[Finding]:
    """Yield, for each pod spec and each pull secret it needs, whether it gets it, has it, or cannot be given it."""
    edited: set[int] = set()
    for pod_spec, fields in manifest.pod_specs if manifest.config.pull_secrets else ():
        if pod_spec.not_run:
            continue
        needed = list(_needed(manifest, fields))
        if needed:
            yield from _attach(manifest, pod_spec, needed, is_edited=id(pod_spec.node) in edited)
            edited.add(id(pod_spec.node))


def _needed(manifest: Manifest, fields: tuple[ImageField, ...]) -> Iterator[PullSecret]:
    references = [_reference(manifest, field) for field in fields]
    names = {reference.name for reference in references if reference is not None}
    for secret in manifest.config.pull_secrets:
        if any(_opens(secret.registries, name) for name in names):
            yield secret


def _reference(manifest: Manifest, field: ImageField) -> Reference | None:
    """Return the reference that the field holds once the images are rewritten; None where it holds none."""
    value = resolve(field.value)
    if not isinstance(value, Scalar) or not is_string(value):
        return None
    decision = decider(manifest.config)(str(value.value))
    stays = decision.outcome == "rewritten" and manifest.is_shared(value)
    return parse(str(value.value)) if stays else decision.reference


@lru_cache(maxsize=100_000)
def _opens(registries: tuple[str, ...], name: str) -> bool:
    return bool(keyring.select(registries, name))


def _attach(manifest: Manifest, pod_spec: PodSpec, needed: list[PullSecret], *, is_edited: bool) -> Iterator[Finding]:
    value = get(pod_spec.node, IMAGE_PULL_SECRETS)
    present = list(pull_secret_names(value))
    account = [] if present else list(_account_entries(manifest, pod_spec))
    missing = [secret.name for secret in needed if secret.attach and secret.name not in {*present, *account}]
    obstacle = _obstacle(pod_spec, value, present) if missing else ""
    edits: tuple[Edit, ...] = ()
    if missing and not obstacle and not is_edited:
        edits = (_edit(manifest, pod_spec, present, [*dict.fromkeys([*account, *missing])]),)
    for secret in needed:
        severity, outcome, message = _say(secret, missing, account, obstacle)
        attached = edits if outcome == "attached" else ()
        yield _finding(manifest, pod_spec, severity, outcome, message, secret.name, attached)
    if edits and not present and not account:
        yield from _unknown_account(manifest, pod_spec)


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


def _edit(manifest: Manifest, pod_spec: PodSpec, present: list[str], names: list[str]) -> Edit:
    containers = [entry for key in CONTAINER_LISTS if (entry := own(pod_spec.node, key)) is not None]
    after = max(containers, key=start, default=None)
    return manifest.in_stream(
        append_names(manifest.text, pod_spec.node, IMAGE_PULL_SECRETS, names, present=present, after=after)
    )


def _obstacle(pod_spec: PodSpec, value: Node | None, present: list[str]) -> str:
    """Return why no pull secret can be written into the pod spec, or an empty text."""
    if value is not None and not is_null(value) and not _is_list_of_mappings(value):
        return f"its {IMAGE_PULL_SECRETS} is no list of names"
    # Custom resources have this field as a list of strings too: an empty one does not say which it is.
    if not pod_spec.takes_secrets and not present:
        return f"{pod_spec.resource.kind} is not known to have {IMAGE_PULL_SECRETS} here"
    return ""


def _is_list_of_mappings(value: Node) -> bool:
    return isinstance(value, Sequence) and all(isinstance(resolve(item), Mapping) for item in value.children)


def _account_entries(manifest: Manifest, pod_spec: PodSpec) -> tuple[str, ...]:
    """Return the pull secrets of the pod's ServiceAccount, where that is in the input."""
    name, namespace = _account_name(pod_spec) or "default", pod_spec.resource.namespace
    unset = ("", "default")
    namespaces = (namespace, *unset) if namespace in unset else (namespace,)
    return next((manifest.accounts[place, name] for place in namespaces if (place, name) in manifest.accounts), ())


def _unknown_account(manifest: Manifest, pod_spec: PodSpec) -> Iterator[Finding]:
    if name := _account_name(pod_spec):
        message = f"the pod's own list switches off what its ServiceAccount {name} has; nothing of that is in the input"
        yield _finding(manifest, pod_spec, "info", "account", message)


def _account_name(pod_spec: PodSpec) -> str:
    return text_of(get(pod_spec.node, "serviceAccountName")) or text_of(get(pod_spec.node, "serviceAccount"))


def _finding(
    manifest: Manifest,
    pod_spec: PodSpec,
    severity: Severity,
    outcome: Outcome,
    message: str,
    secret: str = "",
    edits: tuple[Edit, ...] = (),
) -> Finding:
    node = own(pod_spec.node, IMAGE_PULL_SECRETS) or pod_spec.node
    return Finding(
        severity=severity,
        outcome=outcome,
        message=f"{pod_spec.resource}: {message}",
        line=manifest.line(node),
        column=column(node),
        resource=pod_spec.resource.ref,
        field=f"{pod_spec.path}.{IMAGE_PULL_SECRETS}" if pod_spec.path else IMAGE_PULL_SECRETS,
        edits=edits,
        pull_secret=secret,
        namespace=pod_spec.resource.namespace,
    )
