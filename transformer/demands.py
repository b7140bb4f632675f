"""Which Secrets have to exist: one for each pull secret and namespace in use, with what its pods use of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from transformer.config import Config, PullSecret
from transformer.errors import ConfigError
from transformer.findings import IN_USE, Finding
from transformer.hooks import Annotations, Timing, before
from transformer.secret_names import secret_name
from transformer.survey import Survey


class Demand(NamedTuple):
    """A Secret that has to exist: of which pull secret, its name, where, and with which registries.

    `namespace` is what it says, empty where its pods name none either; `home` is where it ends, as far as is known.
    What is made for it has these `annotations`, with those of the config, to be there before its pods.
    """

    secret: PullSecret
    name: str
    namespace: str
    home: str
    registries: tuple[str, ...]
    annotations: Annotations = ()

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


def demands(findings: Iterable[Finding], config: Config, known: Survey) -> list[Demand]:
    """Return the Secrets in use that are to be emitted, ordered by pull secret and namespace.

    Raises ConfigError where two of them would have one name in one namespace.
    """
    by_name = {secret.name: secret for secret in config.pull_secrets if secret.emit != "none"}
    uses: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    timings: defaultdict[tuple[str, ...], set[Timing]] = defaultdict(set)
    for finding in findings:
        if finding.outcome in IN_USE and finding.keys and finding.pull_secret in by_name:
            home = config.home(finding.namespace)
            uses[finding.pull_secret, home].append(finding)
            timings[_origin(by_name[finding.pull_secret], home)].add(finding.timing)
    ordered = [
        _demanded(secret, home, uses[secret.name, home], config, known, timings[_origin(secret, home)])
        for secret in by_name.values()
        for home in sorted(home for name, home in uses if name == secret.name)
    ]
    _refuse_one_name_twice(ordered)
    return ordered


def whole_demands(namespaces: Iterable[str], config: Config, known: Survey) -> list[Demand]:
    """Return all Secrets that the config can emit, each whole, for these namespaces. Raises as `demands` does."""
    ordered = [
        _demand(secret, namespace, namespace, secret.registries, config, known)
        for secret in config.pull_secrets
        if secret.emit != "none"
        for namespace in dict.fromkeys(namespaces)
    ]
    _refuse_one_name_twice(ordered)
    return ordered


def _origin(secret: PullSecret, home: str) -> tuple[str, ...]:
    """Return what identifies the first object made for a demand: its generator, which others may share, or its own."""
    external = secret.external
    if external is None or not external.spec:
        return secret.name, home
    return external.kind, external.name, "" if external.is_of_cluster else home


def _demanded(
    secret: PullSecret, home: str, uses: list[Finding], config: Config, known: Survey, timings: Iterable[Timing]
) -> Demand:
    """Return the demand of findings in one namespace, which says the namespace where one of them does."""
    namespace = next((use.namespace for use in uses if use.namespace), "")
    demand = _demand(secret, home, namespace, {key for use in uses for key in use.keys}, config, known)
    return demand._replace(annotations=before(timings, secret.annotations))


def _demand(
    secret: PullSecret, home: str, namespace: str, used: Container[str], config: Config, known: Survey
) -> Demand:
    name = secret_name(secret, namespace, config) + known.suffix(secret, home)
    registries = secret.registries if secret.is_whole else tuple(key for key in secret.registries if key in used)
    return Demand(secret, name, namespace, home, registries)


def _refuse_one_name_twice(ordered: Iterable[Demand]) -> None:
    wrong = [*_repeated(ordered)]
    if wrong:
        raise ConfigError(wrong)


def _repeated(ordered: Iterable[Demand]) -> Iterator[str]:
    first: dict[tuple[str, str], Demand] = {}
    for demand in ordered:
        earlier = first.setdefault((demand.home, demand.name), demand)
        if earlier is not demand:
            names = f"{earlier.secret.name!r} and {demand.secret.name!r}"
            yield f"spec.pullSecrets: {names} are both named {demand.name} in {demand.home or 'one namespace'}"
