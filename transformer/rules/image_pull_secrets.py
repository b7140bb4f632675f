"""Name the pull secrets where images need them: in pod specs, and in the fields that custom resources have for them.

     spec:
       containers: [...]
    +  imagePullSecrets:
    +  - name: harbor-pull

A pull secret is needed where an image, as it reads after the rewrite, matches one of its registries by the
kubelet's rules. Names are appended to the list that is there, in its own style; the module `attachments` decides
whether that is the pod's or its ServiceAccount's. A custom resource that is not known to have such a field gets none.
Where the name of a Secret has a hash, the names that are there follow.
"""

from __future__ import annotations

from collections.abc import Iterator

from transformer.attachments import Account, Attachment, Need, attachment, following, renaming
from transformer.edits import Edit
from transformer.field_paths import join
from transformer.findings import Finding, Grown, Outcome, Severity
from transformer.hooks import timing
from transformer.manifest import Manifest
from transformer.node_edits import append_names
from transformer.nodes import own, start
from transformer.not_run import why_left_alone
from transformer.pod_specs import CONTAINER_LISTS
from transformer.pull_proof import prove_pulls
from transformer.resources import pull_secret_nodes

_SHARED = "another object has the same by an alias, and needs others"


def add(manifest: Manifest) -> Iterator[Finding]:
    """Yield, for each place and each pull secret its images need, whether it gets it, has it, or cannot be given it.

    Then, for each image, by which key of which Secret it is opened, or why it is not.
    """
    edited: dict[tuple[int, str], list[str]] = {}
    renamed: set[int] = set()
    for place in manifest.fields.pull_secrets if manifest.config.pull_secrets else ():
        found = attachment(manifest, place)
        spot = (id(place.holder), found.key)
        is_edited = spot in edited
        if found.written != edited.setdefault(spot, found.written):
            found = found._replace(obstacle=_SHARED)
        yield from _renamed(manifest, found, renamed)
        yield from _attached(manifest, found, is_edited=is_edited)
        yield from prove_pulls(manifest, found)


def _renamed(manifest: Manifest, found: Attachment, renamed: set[int]) -> Iterator[Finding]:
    """Yield the names that follow a Secret whose name has a hash; those of a list under an alias once."""
    resource = found.place.resource
    is_asked = manifest.known.is_settled and not why_left_alone(resource)
    names = [*pull_secret_nodes(found.value, found.place.form)] if is_asked else []
    for node, after in following(manifest, resource.namespace, names):
        if id(node) not in renamed:
            renamed.add(id(node))
            yield renaming(manifest, _finding(manifest, found, "info", "renamed", ""), node, after)


def _attached(manifest: Manifest, found: Attachment, *, is_edited: bool) -> Iterator[Finding]:
    edits = (_edit(manifest, found),) if found.is_written and not is_edited else ()
    for need in found.needs:
        severity, outcome, message = _say(found, need)
        finding = _finding(manifest, found, severity, outcome, message, need)
        if outcome == "attached" and edits:
            holder = manifest.document.start + start(found.place.holder)
            finding = finding._replace(edits=edits, grown=Grown(holder, found.key, found.place.form))
        yield finding
    if found.is_written and not found.present and found.account is not None and found.account.entries is None:
        yield _switched_off(manifest, found, found.account)
    if found.account is not None and found.account.entries is None and not found.to_account:
        yield from _runs_as(manifest, found, found.account)


def _say(found: Attachment, need: Need) -> tuple[Severity, Outcome, str]:
    name = need.name
    if need.secret.attach_to == "none":
        return "info", "present", f"uses the pull secret {name}, which is attached elsewhere"
    if need in found.to_account and found.account is not None:
        return _say_of_account(found.account, need, is_made=found.makes_account)
    if need not in found.to_place:
        owner = "has" if found.present else "its ServiceAccount has"
        return "info", "present", f"{owner} the pull secret {name}"
    if found.obstacle:
        return "warning", "unattached", f"its images need the pull secret {name}; none was added: {found.obstacle}"
    carried = f", with {', '.join(found.inherited)} of its ServiceAccount" if found.inherited else ""
    return "info", "attached", f"gets the pull secret {name}{carried}"


def _say_of_account(account: Account, need: Need, *, is_made: bool) -> tuple[Severity, Outcome, str]:
    if account.entries is not None or is_made:
        return "info", "present", f"its ServiceAccount {account.name} gets the pull secret {need.name}"
    namespace = f" -n {account.namespace}" if account.namespace else ""
    return (
        "warning",
        "account",
        (
            f"its ServiceAccount {account.name} is not in the input; check that it has the pull secret {need.name}: "
            f"kubectl{namespace} get serviceaccount {account.name} -o jsonpath='{{.imagePullSecrets[*].name}}'"
        ),
    )


def _edit(manifest: Manifest, found: Attachment) -> Edit:
    place = found.place
    containers = [entry for key in CONTAINER_LISTS if (entry := own(place.holder, key)) is not None]
    edit = append_names(
        manifest.text,
        place.holder,
        found.key,
        found.written,
        form=place.form,
        present=found.present,
        after=max(containers, key=start, default=None),
    )
    return manifest.in_stream(edit)


def _switched_off(manifest: Manifest, found: Attachment, account: Account) -> Finding:
    message = (
        f"the pod's own list switches off what its ServiceAccount {account.name} has, which is not in the input; "
        "check that it has no imagePullSecrets, or put it into the input, and they are kept"
    )
    return _finding(manifest, found, "info", "account", message)


def _runs_as(manifest: Manifest, found: Attachment, account: Account) -> Iterator[Finding]:
    """Yield that an account is run as which others may need made: it is then there for these pods too."""
    if any(secret.emit_accounts for secret in manifest.config.pull_secrets):
        message = f"runs as the ServiceAccount {account.name}, which is not in the input"
        yield _finding(manifest, found, "info", "account", message)._replace(account=account.id)


def _finding(
    manifest: Manifest,
    found: Attachment,
    severity: Severity,
    outcome: Outcome,
    message: str,
    need: Need | None = None,
) -> Finding:
    """Return a finding at the list of a place, about one of its needs where that is given."""
    place, account = found.place, found.account
    node = own(place.holder, found.key) or place.holder
    its_account = (account.namespace, account.name) if account is not None and need in found.to_account else None
    return Finding(
        severity=severity,
        outcome=outcome,
        message=f"{place.resource}: {message}" if message else str(place.resource),
        **manifest.where(place.resource, node),
        field=join(place.path, found.key),
        pull_secret=need.secret.name if need else "",
        secret=need.name if need else "",
        keys=need.keys if need else (),
        timing=timing(place.resource),
        account=its_account,
        subject=("account", *its_account, need.name) if its_account and need and outcome == "account" else (),
    )
