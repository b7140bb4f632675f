"""Name the pull secrets in the ServiceAccounts whose pods need them.

     kind: ServiceAccount
     metadata:
       name: builder
    +imagePullSecrets:
    +- name: harbor-pull

What an account needs is known once all documents of an input are planned, so this runs after the other rules. A pod
gets the list of its account where it has none of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transformer.attachments import current, following, renaming
from transformer.findings import Finding, Grown
from transformer.manifest import Manifest
from transformer.node_edits import append_names
from transformer.nodes import get, own, start
from transformer.resources import IMAGE_PULL_SECRETS, Resource, pull_secret_names, pull_secret_nodes
from transformer.survey import is_account, shares_list, why_stuck
from transformer.whole import AccountNeed, Whole


def extend(manifest: Manifest, whole: Whole) -> Iterator[Finding]:
    """Yield what the accounts of a document get, and the names there that follow Secrets whose names have a hash."""
    seen: set[int] = set()
    for account in filter(is_account, manifest.fields.resources):
        if id(account.node) not in seen:
            seen.add(id(account.node))
            needs = whole.needs.get((account.namespace, account.name), {})
            if why := why_stuck(account):
                yield from _stuck(manifest, account, needs, why)
            else:
                yield from _renamed(manifest, account, seen)
                yield from _extended(manifest, account, needs)


def _renamed(manifest: Manifest, account: Resource, seen: set[int]) -> Iterator[Finding]:
    names = [*pull_secret_nodes(get(account.node, IMAGE_PULL_SECRETS))] if manifest.known.is_settled else []
    for node, after in following(manifest, account.namespace, names):
        if id(node) not in seen:
            seen.add(id(node))
            yield renaming(manifest, _finding(manifest, account, str(account))._replace(outcome="renamed"), node, after)


def _extended(manifest: Manifest, account: Resource, needs: Iterable[AccountNeed]) -> Iterator[Finding]:
    value = get(account.node, IMAGE_PULL_SECRETS)
    present = [current(manifest, account.namespace, name) for name in pull_secret_names(value)]
    reaching = {manifest.known.name_now(account.namespace, name, account) for name in present}
    lacking = [need for need in needs if need.secret not in reaching]
    if lacking and shares_list(account, manifest.aliased):
        yield from _stuck(manifest, account, lacking, f"something else has its {IMAGE_PULL_SECRETS} too, by an alias")
    elif lacking:
        yield from _given(manifest, account, lacking, present)


def _given(
    manifest: Manifest, account: Resource, needs: Iterable[AccountNeed], present: list[str]
) -> Iterator[Finding]:
    users: dict[str, list[AccountNeed]] = {}
    for need in needs:
        users.setdefault(need.secret, []).append(need)
    edit = append_names(manifest.text, account.node, IMAGE_PULL_SECRETS, [*users], present=present)
    for index, (name, needing) in enumerate(users.items()):
        others = f" and {len(needing) - 1} more" if len(needing) > 1 else ""
        message = f"{account}: gets the pull secret {name}, for {needing[0].user}{others}"
        yield _finding(manifest, account, message)._replace(
            edits=() if index else (manifest.in_stream(edit),),
            grown=Grown(manifest.document.start + start(account.node), IMAGE_PULL_SECRETS, "pullSecrets"),
            pull_secret=needing[0].pull_secret,
            secret=name,
        )


def _stuck(manifest: Manifest, account: Resource, needs: Iterable[AccountNeed], why: str) -> Iterator[Finding]:
    present = {*pull_secret_names(get(account.node, IMAGE_PULL_SECRETS))}
    for name in dict.fromkeys(need.secret for need in needs):
        if name not in present:
            message = f"{account}: its pods need the pull secret {name}; none was added: {why}"
            yield _finding(manifest, account, message)._replace(severity="warning", outcome="unattached")


def _finding(manifest: Manifest, account: Resource, message: str) -> Finding:
    node = own(account.node, IMAGE_PULL_SECRETS) or account.node
    return Finding(
        severity="info",
        outcome="attached",
        message=message,
        **manifest.where(account, node),
        field=f"{account.path}.{IMAGE_PULL_SECRETS}" if account.path else IMAGE_PULL_SECRETS,
    )
