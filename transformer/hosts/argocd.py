"""A config management plugin of Argo CD: the manifests of an application, rewritten, on standard output.

    in    the working directory: the application, in a fresh copy of its repository; no standard input
          ARGOCD_APP_NAME, ARGOCD_APP_NAMESPACE, ARGOCD_APP_SOURCE_PATH, KUBE_VERSION, KUBE_API_VERSIONS
          ARGOCD_APP_PARAMETERS: see argocd_parameters.py
    out   Kubernetes objects; standard error is shown to users where the exit code is not 0, and logged else

Law: nothing that the repository or the Application says gets at a file or a variable of this process. Both are written
by people who may only deploy, and what is printed is theirs to read. So the config with credentials is the operator's,
at an absolute path; one at a relative path is the application's own, and may name no credentials. Variables are none,
and no option of kustomize or Helm comes from there.

Argo CD prunes what is not printed: so nothing at all is an error. It has a deadline for all that it does for a request
(60 seconds by default), at which it kills this process at once and ends its process group: our time is over before.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from transformer.config import Config
from transformer.config_checks import bare, semantic_errors
from transformer.errors import ApplicationError, ConfigError, UsageError
from transformer.hosts import outputs, run
from transformer.hosts.applications import KINDS, App, inside, kind_of, manifests
from transformer.hosts.argocd_parameters import VARIABLE, Values, announced, parsed, refuse_for_others
from transformer.hosts.loading import load_config
from transformer.hosts.planning import Plan, plan, with_namespace
from transformer.hosts.processes import Stopped, stopping
from transformer.registry_secrets import in_plaintext

_NAME, _NAMESPACE = "ARGOCD_APP_NAME", "ARGOCD_APP_NAMESPACE"
# With these options of kustomize, whoever writes to a repository reads the sidecar's files, or runs programs in it.
_DOORS = ("LoadRestrictionsNone", "--enable-exec", "--enable-alpha-plugins", "--enable_alpha_plugins")
_EXPOSED = (
    "Argo CD keeps the credentials in Redis, and its source hydrator commits them to git; "
    "with emit: ExternalSecret, or with a SealedSecret that is committed, they are in neither"
)
_SEALED_ANEW = "sealed anew each time, which Argo CD takes for a change; commit the SealedSecret instead"


def generate(options: argparse.Namespace) -> int:
    """Print the rewritten manifests of the application in the working directory, and return the exit code."""
    try:
        with stopping(options.timeout):
            return _generate(options)
    except Stopped as stopped:
        raise ApplicationError(": ".join([str(stopped), *getattr(stopped, "__notes__", ())])) from None


def parameters(_: argparse.Namespace) -> int:
    """Print the announcements of parameters for the application in the working directory, and return the exit code.

    What is wrong with those that are set is for `generate` to say: without announcements, Argo CD's page of the
    application has no fields in which to set them right.
    """
    try:
        kind = _kind(_parameters())
    except UsageError:
        kind = kind_of(Path())
    content = announced(kind)
    outputs.write((), printed=f"{json.dumps(content, indent=2)}\n".encode())
    return run.DONE


def _generate(options: argparse.Namespace) -> int:
    values, root = _parameters(), _root()
    kind = _kind(values)
    refuse_for_others(values, kind)
    _refuse_open_doors(options)
    file, config = _config(options.config, root, values.get("config", ""))
    app = _app(values, root)._replace(build_options=options.kustomize_build_options.split())
    # The namespace is where Argo CD puts what names none, whatever a config says.
    config = with_namespace(_keeping(config, values.get("keep", ())), app.namespace or None, said=_NAMESPACE)
    planned = plan(manifests(kind, app), file, config._replace(application=os.environ.get(_NAME, "")))
    code = run.print_planned(_strict(planned), options)
    for warning in _warnings(planned) if code == run.DONE else ():
        print(f"repoint: warning: {warning}", file=sys.stderr)
    return code


def _app(values: Values, root: Path) -> App:
    """Return the application, by the variables of the request and its parameters."""
    return App(
        root=root,
        namespace=os.environ.get(_NAMESPACE, ""),
        # Of an application outside of Argo CD's own namespace this is namespace_name, and Argo CD takes the name alone.
        release=values.get("release-name") or os.environ.get(_NAME, "").rpartition("_")[2],
        kube_version=os.environ.get("KUBE_VERSION", ""),
        api_versions=os.environ.get("KUBE_API_VERSIONS", ""),
        values_files=values.get("values-files", ()),
        values=values.get("values", ""),
        recurse=_truth(values.get("recurse", "false")),
    )


def _strict(planned: Plan) -> Plan:
    """Return a plan in which what is all but an object is an error: Argo CD would remove the object that it was."""
    located = [
        each._replace(finding=each.finding._replace(severity="error")) if each.finding.outcome == "untyped" else each
        for each in planned.located
    ]
    return planned._replace(located=located)


def _warnings(planned: Plan) -> Iterator[str]:
    """Yield what Argo CD does to Secrets that are made here."""
    if readable := in_plaintext(planned.demands, planned.reach):
        yield f"{', '.join(map(str, readable))}: {_EXPOSED}"
    if sealed := [demand for demand in planned.demands if demand.secret.emit == "SealedSecret"]:
        yield f"{', '.join(map(str, sealed))}: {_SEALED_ANEW}"


def _parameters() -> Values:
    return parsed(os.environ.get(VARIABLE, ""))


def _kind(values: Values) -> str:
    kind = values.get("type") or kind_of(Path())
    if kind not in KINDS:
        raise UsageError(f"parameter type: {kind!r} is none of {', '.join(KINDS)}")
    return str(kind)


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise UsageError(f"parameter recurse: {text!r} is neither true nor false")
    return text == "true"


def _root() -> Path:
    """Return the folder of the repository, or what there is of it: the application's path in it ends at the folder."""
    folder = _working_folder()
    for name in reversed(Path(os.environ.get("ARGOCD_APP_SOURCE_PATH", "")).parts):
        if folder.name != name:
            break
        folder = folder.parent
    return folder


def _refuse_open_doors(options: argparse.Namespace) -> None:
    """Refuse options with which a kustomization gets at any file here, where the operator's credentials are in some."""
    if doors := [each for each in _DOORS if each in options.kustomize_build_options]:
        secrets = load_config(options.config).pull_secrets
        if named := [secret.name for secret in secrets if secret.credentials]:
            raise UsageError(
                f"--kustomize-build-options: with {doors[0]} a kustomization could print any file here, and there are "
                f"the credentials of {', '.join(named)}; use emit: ExternalSecret or none, or leave it out"
            )


def _working_folder() -> Path:
    """Return the working directory by the name that the plugin server gave it, in which there can be links."""
    said = Path(os.environ.get("PWD", ""))
    return said if said.is_absolute() and said.is_dir() and said.samefile(".") else Path.cwd()


def _config(operators: Path, root: Path, theirs: str) -> tuple[Path, Config]:
    """Return the file of the config, by a parameter the application's own, and the config.

    Raises ConfigError where it is wrong, or gets at more than it may.
    """
    file = Path(os.path.relpath(inside(root, theirs, "config"))) if theirs else operators
    config = load_config(file)
    if wrong := [f"{file}: {message}" for message in _overreaching(config, is_theirs=not file.is_absolute())]:
        raise ConfigError(wrong)
    return file, config


def _overreaching(config: Config, *, is_theirs: bool) -> Iterator[str]:
    for index, secret in enumerate(config.pull_secrets):
        place = f"spec.pullSecrets[{index}]"
        if is_theirs and (secret.credentials or secret.template):
            yield (
                f"{place}: a config at a relative path is the application's own, and could have any file here printed; "
                "it may name no credentials and no template, only one at an absolute path may"
            )
        if secret.credentials and secret.credentials.kind == "env":
            why = "requests set variables, and kustomize and Helm get what this has"
            yield f"{place}.credentials.env: {why}; mount files instead"


def _keeping(config: Config, more: Sequence[str]) -> Config:
    """Return a config with more sources to keep. Raises UsageError where one is none."""
    if wrong := [f"parameter keep: {message}" for _, message in semantic_errors({"spec": {"keep": [*more]}})]:
        raise UsageError("\n".join(wrong))
    return config._replace(keep=(*config.keep, *map(bare, more)))
