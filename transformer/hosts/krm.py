"""A KRM function, for kustomize and kpt: a ResourceList in and out (kustomize, cmd/config/docs/api-conventions).

As a transformer it returns the list as it came, but for what is rewritten, with what is made behind its items and what
was found as `results`. As a generator of kustomize, whose one item is the functionConfig itself, it returns the
registry Secrets alone. Nothing is printed after an error: the host takes whatever it can parse for the outcome.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from transformer.authored import document
from transformer.config import Config
from transformer.config_file import config_in
from transformer.errors import ConfigError, UsageError
from transformer.hosts import outputs, run
from transformer.hosts.loading import load_config
from transformer.hosts.planning import Plan, config_of, plan, plan_build, plan_whole, with_namespace
from transformer.hosts.report import at_object
from transformer.hosts.resource_list import FUNCTION_CONFIG, ResourceList, appended, completed, place_of
from transformer.kustomize import coming_from, ordering_hashes, origins, origins_of_generated
from transformer.nodes import Mapping, get, pairs, text_of
from transformer.registry_secrets import in_plaintext

_KNOWN_DATA = ("config", "namespace")


def rewrite(found: ResourceList, options: argparse.Namespace) -> int:
    """Print what becomes of a ResourceList, and return the exit code."""
    called, config = _config(found, options)
    if found.is_of_generator:
        return _generate(found, called, config, options)
    planned = _plan(found, called, config, options)
    if run.is_wrong(planned):
        # Of what is said, kpt shows four lines.
        errors_first = sorted(planned.located, key=lambda each: each.finding.severity != "error")
        return run.refuse(options, planned._replace(located=errors_first))
    _refuse_plaintext(found, planned, options)
    made = run.make_all(planned)
    if found.is_build:
        known = origins(item for item in found.items if item)
        made = made._replace(texts=tuple(coming_from(known, text) for text in made.texts))
    rewritten = planned.parts[0][1].text if planned.parts else found.source.text
    text = completed(found, rewritten, made.texts, planned.located)
    outputs.write([], printed=text.encode(found.source.encoding, "surrogateescape"))
    run.say(options, planned, run.about_made(options, planned, written=True), made=made)
    return run.DONE


# -- the config -------------------------------------------------------------------------------------------------------


def _config(found: ResourceList, options: argparse.Namespace) -> tuple[str | Path, Config]:
    """Return the config, and how messages call it: of -c, else the functionConfig, else of the file that it names."""
    given = found.function_config
    kind = text_of(get(given, "kind")) if given is not None else ""
    data = _data(given) if given is not None and kind == "ConfigMap" else {}
    called, config = _loaded(given, kind, data, options)
    config = with_namespace(config, data.get("namespace"), said="data.namespace")
    return called, with_namespace(config, options.namespace)


def _loaded(
    given: Mapping | None, kind: str, data: dict[str, str], options: argparse.Namespace
) -> tuple[str | Path, Config]:
    if options.config or given is None or not kind or (kind == "ConfigMap" and "config" not in data):
        return config_of(options)
    if kind == "MirrorConfig":
        return FUNCTION_CONFIG, config_in(given, called=FUNCTION_CONFIG, folder=str(Path.cwd()))
    if kind == "ConfigMap":
        return data["config"], load_config(data["config"])
    expected = "expected a MirrorConfig, or a ConfigMap that says under data.config which file has one"
    raise ConfigError([f"{FUNCTION_CONFIG}: {expected}, found {kind}"])


def _data(config_map: Mapping) -> dict[str, str]:
    found = get(config_map, "data")
    data = {text_of(key): text_of(value) for key, value in pairs(found)} if isinstance(found, Mapping) else {}
    unknown = [key for key in data if key not in _KNOWN_DATA]
    if unknown:
        raise ConfigError(
            [f"{FUNCTION_CONFIG}: data.{key}: expected one of {', '.join(_KNOWN_DATA)}" for key in unknown]
        )
    return data


# -- a generator ------------------------------------------------------------------------------------------------------


def _generate(found: ResourceList, called: str | Path, config: Config, options: argparse.Namespace) -> int:
    planned = plan_whole([config.default_namespace], called, ordering_hashes(config))
    head = {key: text_of(get(found.root, key)) for key in ("apiVersion", "kind")}
    known = origins_of_generated(config.default_namespace)
    shaped = partial(coming_from, known)
    return run.print_made(planned, options, lambda made: appended(document(head), {"items": [*map(shaped, made)]}))


# -- a transformer ----------------------------------------------------------------------------------------------------


def _plan(found: ResourceList, called: str | Path, config: Config, options: argparse.Namespace) -> Plan:
    given = [found.source] if found.items else []  # a list without items has nothing but the config in it
    planned = (plan_build if found.is_build else plan)(given, called, config, quiet=options.quiet)
    return planned._replace(located=[at_object(each, place_of(each, found)) for each in planned.located])


def _refuse_plaintext(found: ResourceList, planned: Plan, options: argparse.Namespace) -> None:
    """Refuse to have credentials written as plain text into the files that the items come from."""
    if not found.is_of_files or options.allow_plaintext_secrets:
        return
    written = [*map(str, in_plaintext(planned.demands, planned.reach))]
    written += [str(each.finding.resource) for each in planned.located if each.finding.outcome == "updated"]
    if written:
        message = (
            f"the credentials of {', '.join(written)} would be written as plain text into the package that the items "
            "come from; use emit: SealedSecret, ExternalSecret or none, or say --allow-plaintext-secrets"
        )
        raise UsageError(message)
