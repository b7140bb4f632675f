"""What the documents of an input say about each other, once all of them are planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple, TypeAlias

from transformer.config import Config
from transformer.errors import InvalidReference
from transformer.findings import IN_USE, Finding
from transformer.reference import parse
from transformer.survey import Id


class AccountNeed(NamedTuple):
    """A Secret that an account has to name: what the config and what it is called, and the object that needs it."""

    pull_secret: str
    secret: str
    user: str


Needs: TypeAlias = Mapping[Id, Mapping[AccountNeed, None]]
"""What accounts need, in order."""


class Whole(NamedTuple):
    """What documents say about each other.

    `evidence` are the images that the input has for certain, by their names in full, and the hosts of their registries.
    `needs` are what its accounts need. `made` are the Secrets that are made, by the namespace in which they end and
    their name, and `strict` those of them that the input must not have.
    """

    evidence: frozenset[str]
    needs: Needs
    made: frozenset[Id] = frozenset()
    strict: frozenset[Id] = frozenset()


def whole(images: Iterable[str], findings: Iterable[Finding], config: Config) -> Whole:
    """Return what `findings`, those of all documents, and `images`, as they are spelled there, say."""
    findings = list(findings)
    emitted = {each.name: each for each in config.pull_secrets if each.emit != "none"}
    used = [each for each in findings if each.outcome in IN_USE and each.keys and each.pull_secret in emitted]
    strict = [each for each in used if emitted[each.pull_secret].existing == "error"]
    return Whole(_evidence(images), _needs(findings), _ids(used, config), _ids(strict, config))


def _evidence(images: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for image in {*images}:
        with suppress(InvalidReference):
            found |= {str(parse(image)), parse(image).domain}
    return frozenset(found)


def _needs(findings: Iterable[Finding]) -> Needs:
    needs: dict[Id, dict[AccountNeed, None]] = {}
    for finding in findings:
        if finding.account is not None and finding.outcome == "present":
            need = AccountNeed(finding.pull_secret, finding.secret, str(finding.resource))
            needs.setdefault(finding.account, {}).setdefault(need)
    return needs


def _ids(findings: Iterable[Finding], config: Config) -> frozenset[Id]:
    return frozenset((config.home(each.namespace), each.secret) for each in findings)
