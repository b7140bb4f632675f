"""Decide how the pull secrets that images need get to the pods: by their own list, or by their ServiceAccount's.

A list on a pod switches off that of its ServiceAccount: the admission plugin fills in only an empty one (kubernetes,
plugin/pkg/admission/serviceaccount). So a pod's first entry takes the account's entries along; where the account has
the pull secret, or is to get it, the pod needs no list; and a pod with a list of its own gets it there, whatever is
asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, get_args

from transformer import catalog, keyring
from transformer.config import PullSecret
from transformer.edits import Edit
from transformer.field_paths import common
from transformer.findings import Finding, Said
from transformer.image_fields import ImageField, PullSecretField
from transformer.manifest import Manifest
from transformer.node_edits import LISTS, NamesForm, replace_scalar
from transformer.nodes import Node, Scalar, Sequence, filled, get, is_null, own, start
from transformer.pod_specs import BUILT_IN, CONTAINER_LISTS
from transformer.reference import Reference, parse
from transformer.resources import IMAGE_PULL_SECRETS, Resource, is_empty, is_list_of_names, pull_secret_nodes
from transformer.secret_names import is_hashed
from transformer.survey import Id


class Need(NamedTuple):
    """A pull secret that images need: what the Secret is called there, and which of its keys open them.

    There are no keys where the input has it by a longer name.
    """

    secret: PullSecret
    name: str
    keys: tuple[str, ...]


class Account(NamedTuple):
    """A ServiceAccount: its id, and its pull secrets, None where it is not in the input."""

    namespace: str
    name: str
    entries: tuple[str, ...] | None

    @property
    def id(self) -> Id:
        """The namespace and the name."""
        return self.namespace, self.name


class Attachment(NamedTuple):
    """How a place gets the pull secrets that its images need.

    `images` are those that are run, each with the name that it has once images are rewritten. `key` is that of the
    list, `value` what stands there, and `present` the names in it, as they will read. `account` is None where it is not
    known what its pods run as; `inherited` are its entries that reach the pods. `to_place` and `to_account` are what
    has to be written, `obstacle` says why it cannot be written at the place.
    """

    place: PullSecretField
    images: tuple[tuple[ImageField, str], ...]
    key: str
    value: Node | None
    needs: tuple[Need, ...]
    present: tuple[str, ...]
    account: Account | None
    inherited: tuple[str, ...]
    to_place: tuple[Need, ...]
    to_account: tuple[Need, ...]
    obstacle: str

    @property
    def written(self) -> list[str]:
        """The names to write at the place: those it would switch off, then those its images need."""
        return [*dict.fromkeys([*self.inherited, *(need.name for need in self.to_place)])]

    @property
    def makes_account(self) -> bool:
        """Whether the account, where the input lacks it, is made, with all that the images need by it."""
        return any(need.secret.emit_accounts for need in self.to_account)

    @property
    def is_written(self) -> bool:
        """Whether the place will have a list that it does not have, or a longer one."""
        return bool(self.to_place) and not self.obstacle


def attachment(manifest: Manifest, place: PullSecretField) -> Attachment:
    """Return how the place is to get what its images need; nothing is to be written where they need nothing."""
    key = place.key or IMAGE_PULL_SECRETS
    value = get(place.holder, key)
    images = tuple(_pulled(manifest, place))
    resource, known = place.resource, manifest.known
    present = tuple(_name_there(manifest, resource.namespace, node) for node in pull_secret_nodes(value, place.form))
    account = _account(manifest, place)
    has_list = bool(present) or (isinstance(value, Sequence) and bool(value.children))
    is_heir = not has_list and place.form in LISTS
    inherited = _inherited(manifest, account, resource) if account is not None and is_heir else ()
    reaching = [*inherited, *(known.name_now(resource.namespace, name, resource) for name in present)]
    needs = tuple(_needs(manifest, place, dict.fromkeys(name for _, name in images), reaching))
    lacking = [need for need in needs if need.secret.attach_to != "none" and need.name not in reaching]
    by_account = account is not None and not has_list and all(_is_for_account(need) for need in lacking)
    to_place, to_account = ((), tuple(lacking)) if by_account else (tuple(lacking), ())
    obstacle = _obstacle(place, value, present, to_place) if to_place else ""
    if obstacle and account is not None and not has_list:
        to_account = tuple(need for need in to_place if _is_for_account(need))
        to_place = tuple(need for need in to_place if need not in to_account)
    return Attachment(place, images, key, value, needs, present, account, inherited, to_place, to_account, obstacle)


def _name_there(manifest: Manifest, namespace: str, node: Scalar) -> str:
    """Return what a scalar will say; one that something else says too stays."""
    return str(node.value) if manifest.is_shared(node) else current(manifest, namespace, str(node.value))


def _inherited(manifest: Manifest, account: Account, heir: Resource) -> tuple[str, ...]:
    """Return the names in the list of an account, as they will read in the object whose pods run as it."""
    names = account.entries or ()
    if account.id not in manifest.known.stuck:
        names = tuple(current(manifest, account.namespace, name) for name in names)
    return tuple(manifest.known.name_for(account.namespace, name, heir) for name in names)


def current(manifest: Manifest, namespace: str, name: str) -> str:
    """Return what a name of a Secret will read: one with a hash follows the content of its Secret.

    As long as that content is not known, whatever hash there is counts for none, and nothing may be renamed.
    """
    for secret in manifest.config.pull_secrets:
        base = manifest.base_name(secret, namespace) if secret.hashed else ""
        if base and (name == base or is_hashed(name, base)):
            suffix = manifest.known.suffix(secret, manifest.config.home(namespace))
            return base + suffix if suffix or not manifest.known.is_settled else name
    return name


def following(manifest: Manifest, namespace: str, names: list[Scalar]) -> Iterator[tuple[Scalar, str]]:
    """Yield the names of a list that follow, each with what it will read; none that another name there is already."""
    taken = {str(node.value): str(node.value) for node in names}
    for node in names:
        before, after = str(node.value), current(manifest, namespace, str(node.value))
        if after != before and taken.setdefault(after, before) == before:
            yield node, after


def renaming(manifest: Manifest, finding: Finding, node: Scalar, after: str) -> Finding:
    """Return `finding`, whose message is who names it, with the edit that makes a scalar say another name.

    Without an edit, as a warning, where something else says the scalar too.
    """
    before = str(node.value)
    if manifest.is_shared(node):
        message = f"{finding.message}: the pull secret {before} is now {after}, and something else says that name too"
        return finding._replace(severity="warning", outcome="unattached", message=message)
    edit = manifest.in_stream(replace_scalar(manifest.text, node, after, flow=False))
    said = Said(manifest.document.start + start(node), Edit(0, len(before), after))
    message = f"{finding.message}: the pull secret {before} is now {after}"
    return finding._replace(message=message, edits=(edit,), said=(said,), before=before, after=after)


def _is_for_account(need: Need) -> bool:
    return need.secret.attach_to == "serviceAccounts"


def _pulled(manifest: Manifest, place: PullSecretField) -> Iterator[tuple[ImageField, str]]:
    for field in place.images:
        reference = None if field.not_run else _reference(manifest, field)
        if reference is not None:
            yield field, reference.name


def _needs(manifest: Manifest, place: PullSecretField, images: Iterable[str], reaching: list[str]) -> Iterator[Need]:
    """Yield the pull secrets that open images of these names; `reaching` are the names of those that pods get now."""
    for secret in manifest.config.pull_secrets:
        keys = {key for image in images for key in opening_keys(secret.registries, image)}
        if keys:
            name = manifest.name_for(secret, place.resource)
            longer = "" if name in reaching else _longer_name(manifest, secret, place.resource, keys, reaching)
            yield Need(secret, longer or name, () if longer else tuple(filter(keys.__contains__, secret.registries)))


def _longer_name(
    manifest: Manifest, secret: PullSecret, referrer: Resource, keys: set[str], names: Iterable[str]
) -> str:
    """Return that of `names` which has the name of a pull secret in it, if its Secret in the input has all the keys.

    Kustomize makes such names, and once it is done, nothing else tells what they were before.
    """
    base = manifest.base_name(secret, referrer.namespace)
    for name in names:
        there = manifest.known.secret(referrer.namespace, name, referrer) if base in name else None
        if there is not None and keys.issubset(there.keys or ()):
            return name
    return ""


def _reference(manifest: Manifest, field: ImageField) -> Reference | None:
    """Return the reference that the field holds once the images are rewritten; None where it holds none."""
    found = manifest.verdict(field)
    if found is None or found.reference is None:
        return None
    stays = manifest.why_stays(field) or manifest.is_left(field) or manifest.is_stuck(found)
    return parse(found.before) if stays and "://" not in found.before else found.reference


@lru_cache(maxsize=100_000)
def opening_keys(keys: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return those of the keys that open an image, by its normalized name, in the order in which they are tried."""
    return tuple(keyring.select(keys, name))


def _obstacle(place: PullSecretField, value: Node | None, present: tuple[str, ...], missing: Iterable[Need]) -> str:
    """Return why no pull secret can be written at the place, or an empty text."""
    key = place.key or IMAGE_PULL_SECRETS
    names = [need.name for need in missing]
    if place.form not in LISTS:
        is_free = value is None or is_empty(value)
        if present:
            return f"its {key} is one name, {present[0]}"
        if not is_free:
            return f"its {key} holds something else than one name"
        return "" if len(names) == 1 else f"its {key} is one name, and these are needed: {', '.join(names)}"
    if value is not None and not is_null(value) and not is_list_of_names(value, place.form):
        return f"its {key} is no list of names"
    # Custom resources have this field as a list of strings too: an empty one does not say which it is.
    if not place.key and not present:
        known = _known_place(place)
        where = f"they go to {known}, which has no parent here; with an empty one ({{}}) it gets them"
        unknown = f"{place.resource.kind} is not known to have {key} here; where it has, spec.fieldSpecs can say"
        return where if known else unknown
    return ""


def _known_place(place: PullSecretField) -> str:
    """Return where the catalog knows pull secrets of the kind, closest to an image of the place, or an empty text."""
    resource = place.resource
    rows = (row.path for row in catalog.of_kind(resource.group, resource.kind) if row.value in get_args(NamesForm))
    path = place.images[0].path.removeprefix(resource.path).removeprefix(".")
    return max(rows, key=lambda row: common(row, path), default="")


def _account(manifest: Manifest, place: PullSecretField) -> Account | None:
    """Return the ServiceAccount that the pods of a place run as.

    Who names none runs as `default`, if it is a pod: what other objects' pods run as, their controllers say.
    """
    is_pod = (place.resource.group, place.resource.kind) in BUILT_IN or any(
        own(place.holder, key) is not None for key in CONTAINER_LISTS
    )
    said = account_name(place)
    name = said or ("default" if is_pod else "")
    if not name:
        return None
    found = manifest.known.account(place.resource.namespace, name, place.resource if said else None)
    return Account(*(found or (place.resource.namespace, name)), manifest.known.accounts[found] if found else None)


def account_name(place: PullSecretField) -> str:
    """Return the ServiceAccount that a place names, or an empty text."""
    return filled(get(place.holder, "serviceAccountName")) or filled(get(place.holder, "serviceAccount"))
