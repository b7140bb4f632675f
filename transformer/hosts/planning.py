"""Read everything and plan everything that a run is going to do; nothing is written here."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from transformer.attachments import opening_keys
from transformer.config import Config
from transformer.config_checks import is_namespace
from transformer.credentials.reach import Reach
from transformer.demands import Demand, demands, whole_demands
from transformer.errors import ConfigError, InvalidReference, UsageError
from transformer.findings import Finding, unreadable
from transformer.hosts import outputs, report, sources, terminal
from transformer.hosts.loading import find_config, load_config, path_of, reach_of
from transformer.hosts.sources import Source
from transformer.kustomize import without_orders
from transformer.own_output import holds_nothing_else
from transformer.pipeline import Rewrite, rewrite_all
from transformer.reference import Reference, parse
from transformer.registry_secrets import account_documents, settled, unmet
from transformer.secret_names import templated_name
from transformer.survey import Survey, survey


class Plan(NamedTuple):
    """All that a run is going to do: what becomes of each source, and which Secrets and ServiceAccounts are made.

    `located` is every finding, with the name of its source, in the order in which the places stand in it. `homes` are
    the namespaces in which there are Secrets, or pods that need some.
    """

    config: Config
    reach: Reach
    parts: tuple[tuple[Source, Rewrite], ...]
    located: list[report.Located]
    demands: list[Demand]
    accounts: list[str]
    remarks: tuple[str, ...]
    homes: frozenset[str] = frozenset()


def config_of(options: argparse.Namespace) -> tuple[Path, Config]:
    """Return the file of the config that `options` name, and the config."""
    file = options.config or find_config(Path.cwd())
    return file, load_config(file)


def with_namespace(config: Config, namespace: str | None, *, said: str = "--namespace") -> Config:
    """Return a config for which objects that name no namespace end in this one.

    Raises UsageError where it is none; `said` is how the user has named it.
    """
    if namespace is None:
        return config
    if not is_namespace(namespace):
        raise UsageError(f"{said} {namespace!r}: no namespace (lower-case letters, digits and '-', up to 63)")
    return config._replace(default_namespace=namespace)


def read(options: argparse.Namespace, config_file: Path, config: Config) -> list[Source]:
    """Return the sources that `options` name, without what is no manifest: the config, and what is going to be made."""
    with _naming(config_file):
        refuse_to_overwrite(options, config)
    ours = [path for path in (config_file, options.output, options.secrets, options.report) if path]
    return sources.read(options.paths, leave_out=[*ours, *_files_of(config)])


def plan(
    found: Sequence[Source], called: str | Path, config: Config, *, skip_unreadable: bool = False, quiet: bool = False
) -> Plan:
    """Return what there is to do with the sources; `called` is how messages name the config.

    With `skip_unreadable` what is not YAML passes as it came; unless it is to be `quiet`, a person sees how far it is.
    """
    config = without_orders(config)
    known, reach = survey((source.text for source in found), config), reach_of(config)
    rewrite = partial(_rewrite, found, config, skip=skip_unreadable, quiet=quiet)
    with _naming(called):
        parts = tuple(rewrite(known))
        wanted = demands(_findings(parts), config, known)
        final = settled(known, wanted, config, reach)
        if final is not known:
            parts = tuple(rewrite(final))
            wanted = demands(_findings(parts), config, final)
    findings = _findings(parts)
    located = [
        report.Located(source.name, finding)
        for source, part in parts
        for finding in sorted(part.findings, key=lambda finding: (finding.line, finding.column))
    ]
    lacking = unmet(wanted, known)
    there = [
        f"{secret.kind} {demand}"
        for demand in wanted
        if demand.secret.existing == "keep" and (secret := known.secret(demand.namespace, demand.name)) is not None
    ]
    remarks = (*_remarks(config, findings, wanted, there), *_apart(lacking))
    uses = (config.home(finding.namespace) for finding in findings if finding.pull_secret)
    homes = frozenset(namespace for namespace, _ in known.secrets).union(uses)
    return Plan(config, reach, parts, located, lacking, account_documents(findings, known), remarks, homes)


def plan_build(found: Sequence[Source], called: str | Path, config: Config, *, quiet: bool = False) -> Plan:
    """Return the plan for what `kustomize build` has, to which objects that name no namespace are in `default`.

    It would refuse a Secret for both.
    """
    planned = plan(found, called, config, quiet=quiet)
    if config.default_namespace or not {"", "default"} <= planned.homes:
        return planned
    return plan(found, called, config._replace(default_namespace="default"), quiet=quiet)


def plan_whole(namespaces: Sequence[str], called: str | Path, config: Config) -> Plan:
    """Return what there is to make for these namespaces, each Secret whole, whatever an input would need.

    An empty namespace is none: who gets the Secret says where it goes.
    """
    reach, nothing = reach_of(config), Survey({}, {})
    with _naming(called):
        known = settled(nothing, whole_demands(namespaces, config, nothing), config, reach)
        wanted = whole_demands(namespaces, config, known)
    return Plan(config, reach, (), [], wanted, [], ())


@contextmanager
def _naming(called: str | Path) -> Iterator[None]:
    """Say of which config an error is that came up only with an input."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError([f"{called}: {line}" for line in error.errors]) from None


def refuse_to_overwrite(options: argparse.Namespace, config: Config) -> None:
    """Refuse to put Secrets or a report in the place of a file that holds anything else."""
    for option, file in (("--secrets", options.secrets), ("--report", options.report)):
        if file is None or not file.is_file() or outputs.is_standard_output(file):
            continue
        text = file.read_bytes().decode("utf-8", "replace")
        is_ours = report.is_report(text) if option == "--report" else holds_nothing_else(text, config)
        if text and not is_ours:
            raise UsageError(f"{option} {file}: this file holds something else; remove it first, or name another")


def _files_of(config: Config) -> Iterator[Path]:
    """Yield the templates that the config names, which are no manifests."""
    for secret in config.pull_secrets:
        if secret.template:
            yield path_of(config, secret.template)


def _findings(parts: Iterable[tuple[Source, Rewrite]]) -> list[Finding]:
    return [finding for _, part in parts for finding in part.findings]


def _rewrite(
    found: Sequence[Source], config: Config, known: Survey, *, skip: bool, quiet: bool
) -> Iterator[tuple[Source, Rewrite]]:
    texts = (source.text for source in terminal.progress(found, quiet=quiet) if source.broken is None)
    rewrites = iter(rewrite_all(texts, config, known, skip_unreadable=skip))
    for source in found:
        if source.broken is None:
            yield source, next(rewrites)
        else:
            line, column, message = source.broken
            yield source, Rewrite(source.text, (unreadable(message, line, column, skip=skip),))


def _remarks(config: Config, findings: list[Finding], wanted: list[Demand], there: list[str]) -> Iterator[str]:
    """Yield what is no finding at any one place, and may still not be what was meant."""
    used = {finding.pull_secret for finding in findings}
    unused = [secret.name for secret in config.pull_secrets if secret.name not in used]
    if unused:
        closed = " and ".join(_closed(config, findings))
        hint = f", and none opens {closed}, where images come from" if closed else ""
        yield f"no pod here needs the pull secret {' or '.join(unused)}{hint}"
    if there:
        yield f"in the input already, and not made again: {', '.join(there)}"
    for demand in wanted:
        said = templated_name(demand.secret, demand.namespace, config)
        if not demand.name.startswith(said):
            yield f"the Secret {demand} has that name since {said!r} is none that the API server takes"


def _closed(config: Config, findings: Iterable[Finding]) -> list[str]:
    """Return the hosts of mirrors from which images here come though no pull secret opens them: a typo, most likely."""
    mirrors = {mirror.target.partition("/")[0] for mirror in config.mirrors}
    images = dict.fromkeys(each.after for each in findings if each.outcome in ("rewritten", "kept"))
    found = (each for each in map(_reference, images) if each is not None and each.domain in mirrors)
    closed = (each for each in found if not any(opening_keys(one.registries, each.name) for one in config.pull_secrets))
    return [*dict.fromkeys(each.domain for each in closed)]


def _reference(text: str) -> Reference | None:
    try:
        return parse(text)
    except InvalidReference:  # as of a registry alone, which charts put before names
        return None


def _apart(made: list[Demand]) -> Iterator[str]:
    """Yield the pull secrets that are made for no namespace and for others, and may so be made twice for one."""
    for name in dict.fromkeys(demand.secret.name for demand in made if not demand.home):
        homes = [demand.home for demand in made if demand.secret.name == name and demand.home]
        if homes:
            yield f"{name} is made for {', '.join(homes)} and for no namespace; if that ends in one, say --namespace"
