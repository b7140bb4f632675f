"""Make the registry Secrets that an input demands, in the form that the config asks for, and ServiceAccounts."""

from __future__ import annotations

from base64 import b64encode
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from collections.abc import Mapping as Table
from typing import NamedTuple

from transformer.authored import document
from transformer.config import Config
from transformer.credentials import credentials
from transformer.credentials.reach import Reach
from transformer.demands import Demand
from transformer.dockerconfig import KEYS, Credentials
from transformer.documents import split
from transformer.errors import CredentialsError
from transformer.findings import Finding
from transformer.forms import form
from transformer.forms.order import Form, Order, content, type_of
from transformer.hooks import Timing, before_pods
from transformer.nodes import compose
from transformer.pull_secret_checks import BETTER, SHORT_LIVED_USERS
from transformer.resources import IMAGE_PULL_SECRETS, resources
from transformer.secret_names import hash_suffix, secret_name
from transformer.survey import Id, ObjectId, Survey, object_id


class Made(NamedTuple):
    """What was made: texts of documents, each ending in a line feed, and what is worth saying of them."""

    texts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Made({len(self.texts)} texts)"


def make(wanted: Iterable[Demand], reach: Reach, there: Container[ObjectId] = frozenset()) -> Made:
    """Return what is made for each demand, in their order, without documents of objects that are there already.

    Raises CredentialsError naming all that is missing or cannot be used.
    """
    texts: dict[str, None] = {}
    warnings: dict[str, None] = {}
    problems: dict[str, None] = {}
    for demand in wanted:
        try:
            auths = _auths(demand, reach)
            made = _form(demand).make(Order(demand, auths, reach))
            texts |= dict.fromkeys(text for each in made for text in _lacking(each, demand, there))
        except CredentialsError as error:
            problems |= dict.fromkeys(error.missing)
        else:
            warnings |= dict.fromkeys(_short_lived(demand, auths))
    if problems:
        texts.clear()  # whoever shows a traceback with its variables shows no credential
        raise CredentialsError([*problems])
    return Made(tuple(texts), tuple(warnings))


def _lacking(text: str, demand: Demand, there: Container[ObjectId]) -> Iterator[str]:
    """Yield the documents of a text whose objects are not there; the text as it is where none of them is."""
    found = [(each.text, list(resources(compose(each.text)))) for each in split(text)] if there else []
    kept = [each for each, objects in found if any(object_id(one, demand.home) in there for one in objects)]
    yield from (each for each, objects in found if each not in kept and objects) if kept else (text,)


def _auths(demand: Demand, reach: Reach) -> Table[str, Credentials]:
    """Return the credentials that the form of a demand takes; raises CredentialsError where it lacks some."""
    secret = demand.secret
    if not _form(demand).needs_credentials(secret, reach):
        return {}
    if secret.credentials is None:
        raise CredentialsError([f"pull secret {secret.name}: its {secret.emit} uses credentials, and none are named"])
    return credentials(secret, demand.registries, reach)


def _form(demand: Demand) -> Form:
    return form(demand.secret.emit)


def _short_lived(demand: Demand, auths: Table[str, Credentials]) -> Iterator[str]:
    for key, each in auths.items():
        if each.username in SHORT_LIVED_USERS:
            user, why = each.username.decode("ascii"), SHORT_LIVED_USERS[each.username]
            yield (
                f"pull secret {demand.secret.name}: the password of {user} for {key} is frozen into a Secret, and "
                f"{why}; {BETTER}"
            )


def settled(known: Survey, wanted: Iterable[Demand], config: Config, reach: Reach) -> Survey:
    """Return what is known of an input with what only the credentials say: hashes of names, and new contents.

    The contents are those of the Secrets that the input has and that are to be updated. Nothing is read where neither
    is asked for. Raises CredentialsError where credentials are missing.
    """
    wanted = [*wanted]
    asked = [each for each in wanted if _gets_hash(each, known) or _is_updated(each, known)]
    if not asked and not any(secret.hashed for secret in config.pull_secrets):
        return known
    auths = _credentials(asked, reach)
    suffixes: dict[Id, str] = {}
    values: dict[Id, Table[str, str]] = {}
    for demand in asked:
        if _gets_hash(demand, known):
            suffixes[demand.secret.name, demand.home] = _suffix(demand, config, auths[demand])
        if _is_updated(demand, known):
            by_type = {each: b64encode(content(each, auths[demand])).decode("ascii") for each in KEYS}
            for name in known.names_now(demand.namespace, demand.name):
                values[demand.home, name] = by_type
    return known._replace(suffixes=suffixes, contents=values, is_settled=True)


def _suffix(demand: Demand, config: Config, auths: Table[str, Credentials]) -> str:
    secret, kind = demand.secret, type_of(demand.secret)
    name = secret_name(secret, demand.namespace, config)
    return hash_suffix(secret, name, kind, {KEYS[kind]: content(kind, auths)})


def _gets_hash(demand: Demand, known: Survey) -> bool:
    """Say whether the name of a Secret gets a hash here, and not from kustomize, which has generated it."""
    there = known.secret(demand.namespace, demand.name) if demand.secret.hashed else None
    return bool(demand.secret.hashed) and not (there is not None and there.is_hashed_later)


def unmet(wanted: Iterable[Demand], known: Survey) -> list[Demand]:
    """Return the demands that the input does not fulfil itself."""
    return [demand for demand in wanted if known.secret(demand.namespace, demand.name) is None]


def in_plaintext(wanted: Iterable[Demand], reach: Reach) -> list[Demand]:
    """Return the demands for which credentials are written so that others can read them."""
    return [demand for demand in wanted if _form(demand).is_plain(demand.secret, reach)]


def account_documents(findings: Iterable[Finding], known: Survey) -> list[str]:
    """Return the texts of the ServiceAccounts that pods run as, that the input lacks, and that are to be made."""
    namespaces: dict[Id, str] = {}
    names: dict[Id, dict[str, None]] = {}
    timings: defaultdict[Id, set[Timing]] = defaultdict(set)
    for finding in findings:
        if finding.account is not None and finding.account not in known.accounts:
            namespace, name = finding.account
            account = (namespace or known.default_namespace, name)
            timings[account].add(finding.timing)
            if finding.outcome == "present":
                namespaces[account] = namespaces.get(account) or namespace
                names.setdefault(account, {}).setdefault(finding.secret)
    return [_account_document(namespaces[each], each[1], needed, timings[each]) for each, needed in names.items()]


def _account_document(namespace: str, name: str, secrets: Iterable[str], uses: Iterable[Timing]) -> str:
    annotations = dict(before_pods(uses)) or None
    return document(
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": name, "namespace": namespace or None, "annotations": annotations},
            IMAGE_PULL_SECRETS: [{"name": secret} for secret in secrets],
        }
    )


def _is_updated(demand: Demand, known: Survey) -> bool:
    there = known.secret(demand.namespace, demand.name)
    if demand.secret.existing != "update" or demand.secret.hashed or there is None:
        return False
    return there.kind == "Secret" and not there.is_left


def _credentials(wanted: Iterable[Demand], reach: Reach) -> dict[Demand, Table[str, Credentials]]:
    """Return the credentials of each demand by its keys; raises CredentialsError with all that is missing."""
    found: dict[Demand, Table[str, Credentials]] = {}
    problems: list[str] = []
    for demand in wanted:
        try:
            found[demand] = credentials(demand.secret, demand.registries, reach)
        except CredentialsError as error:
            problems += error.missing
    if problems:
        raise CredentialsError([*dict.fromkeys(problems)])
    return found
