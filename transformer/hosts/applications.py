"""What an application is, and what the tool of its kind makes of it, as if Argo CD ran that tool itself.

    kustomize    kustomize build . with the operator's options
    helm         helm template NAME . --namespace ... --kube-version ... --values ... --api-versions ... --include-crds
    directory    the files in it, and with `recurse` those below it, that hold Kubernetes objects

The working directory is that of the application. Which kind it is, and how Helm is called, is told by the sources of
Argo CD: util/app/discovery/discovery.go, util/helm/cmd.go and, for directories, reposerver/repository/repository.go.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Table
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import NamedTuple

from transformer.documents import split
from transformer.errors import ApplicationError, ManifestSyntaxError, UsageError
from transformer.hosts import sources
from transformer.hosts.processes import called, find, run, without_logins
from transformer.hosts.sources import Source, source_of
from transformer.nodes import Mapping, compose, filled, get, plain
from transformer.resources import resources

_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_CHART = "Chart.yaml"
_MOST_OUTPUT = 100 << 20  # bytes; the plugin server sends no more in one message (ARGOCD_GRPC_MAX_SIZE_MB)
_LACKS_DEPENDENCIES = "but missing in charts"
_SKIPPED = "+argocd:skip-file-rendering"
# What Helm wants of the name of a release (pkg/chart/v2/util/validate_name.go), and what Argo CD leaves of a version.
_RELEASE = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LONGEST_RELEASE = 53
_VERSION = re.compile(r"v?([0-9]+(?:\.[0-9]+)+)")
# To git a path is a repository too, in which a command of whoever asks can be run (fetch --upload-pack), and kustomize
# hands it as the name of a branch whatever a URL says.
_REMOTE_ONLY = MappingProxyType({"GIT_ALLOW_PROTOCOL": "https:http:ssh:git"})
# What the schema of a chart's values refers to can be a file of the sidecar, of which Helm says why it is no schema.
_OF_A_SCHEMA = re.compile(r'((?:failing loading|json-pointer in) "file:(?:[^"\\]|\\.)*").*', re.DOTALL)


class App(NamedTuple):
    """An application: its namespace, what a chart is to know of the release and the cluster, and what a kind is told.

    `root` is the folder that all its files are to lie in, and `build_options` are the operator's for kustomize.
    """

    root: Path
    namespace: str = ""
    release: str = ""
    kube_version: str = ""
    api_versions: str = ""
    values_files: Sequence[str] = ()
    values: str = ""
    recurse: bool = False
    build_options: Sequence[str] = ()

    @property
    def version(self) -> str:
        """The version of the cluster, as much of it as Argo CD tells a chart."""
        plain_version = _VERSION.match(self.kube_version)
        return plain_version[1] if plain_version else self.kube_version


def kind_of(folder: Path) -> str:
    """Return what Argo CD takes a folder for: one that is both a chart and a kustomization is the latter."""
    if any((folder / name).is_file() for name in _KUSTOMIZATIONS):
        return "kustomize"
    return "helm" if (folder / _CHART).is_file() else "directory"


def manifests(kind: str, app: App) -> list[Source]:
    """Return what an application of a kind comes to.

    Raises ApplicationError where its tool fails or that is no Kubernetes object, and UsageError for wrong values.
    """
    made = KINDS[kind](app)
    if not any(_holds_an_object(source.text) or _lacks_a_version(source.text) for source in made):
        what = made[0].name if made else "this folder, read as a directory,"
        hint = "" if kind != "directory" or app.recurse else "; those below it are read with the parameter recurse"
        raise ApplicationError(f"{what} has no Kubernetes object, and Argo CD would remove all that there was{hint}")
    return made


def _holds_an_object(text: str) -> bool:
    for document in split(text):
        try:
            if any(resources(compose(document.text))):
                return True
        except ManifestSyntaxError:  # that is for others to say, and where
            return True
    return False


def _kustomize(app: App) -> list[Source]:
    with _folder() as folder:
        command = ["kustomize", "build", ".", *app.build_options, *_told_of_the_cluster(app)]
        return [_printed(command, app, folder, _REMOTE_ONLY)]


@contextmanager
def _folder() -> Iterator[Path]:
    """Make a folder for the files of a tool; what a tool that is ended has started may still write to it."""
    with TemporaryDirectory(prefix="repoint-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _told_of_the_cluster(app: App) -> Iterator[str]:
    """Yield what charts in a kustomization are told (util/kustomize/kustomize.go, parseKustomizeBuildOptions)."""
    if any(each.startswith("--enable-helm") for each in app.build_options):
        yield from ("--helm-kube-version", app.version) if app.version else ()
        yield from ("--helm-api-versions", app.api_versions) if app.api_versions else ()


def _helm(app: App) -> list[Source]:
    if not _RELEASE.fullmatch(app.release) or len(app.release) > _LONGEST_RELEASE:
        raise UsageError(
            f"{app.release!r} is no name of a Helm release (lower-case letters, digits, '-' and '.', up to 53); "
            "it is the application's name, or what the parameter release-name says"
        )
    with _folder() as folder:
        homes = {f"XDG_{name}_HOME": f"{folder}/{name.lower()}" for name in ("CACHE", "CONFIG", "DATA")}
        command = ["helm", "template", app.release, ".", *_options(app, folder)]
        try:
            return [_printed(command, app, folder, homes)]
        except ApplicationError as error:
            if _LACKS_DEPENDENCIES not in str(error):
                raise
        for fetch in _fetching():
            _printed(fetch, app, folder, homes)
        return [_printed(command, app, folder, homes)]


def _options(app: App, folder: Path) -> Iterator[str]:
    if app.namespace:
        yield from ("--namespace", app.namespace)
    if app.version:
        yield from ("--kube-version", app.version)
    for name in app.values_files:
        yield from ("--values", str(_values_file(app.root, name)))
    if app.values:
        file = folder / "values.yaml"
        file.write_text(app.values, "utf-8", "surrogatepass")
        yield from ("--values", str(file))
    if app.api_versions:
        yield from ("--api-versions", app.api_versions)
    yield "--include-crds"


def inside(root: Path, name: str, parameter: str) -> Path:
    """Return the file that a parameter names from the working directory or, as in Argo CD, behind a `/` from the top.

    Raises UsageError where it is none, or lies outside the repository.
    """
    top = Path(os.path.realpath(root))
    named = top / name.lstrip("/") if name.startswith("/") else Path(name)
    # Of a loop of links, resolve() would raise a RuntimeError.
    file = Path(os.path.realpath(named)) if name.isprintable() else top
    if not file.is_relative_to(top) or not file.is_file():
        where = "from the application's folder or, behind a '/', from the top"
        raise UsageError(f"parameter {parameter}: {name!r} is no file in the repository, {where}")
    return file


def _values_file(root: Path, name: str) -> Path:
    """Return a file of values, by a name that Helm takes for one: at a comma another begins (pflag, StringSlice)."""
    file = inside(root, name, "values-files")
    if not str(file).isprintable() or {*str(file)} & {*',"'}:
        raise UsageError(f"parameter values-files: {name!r} has a comma or a quote in it, which Helm reads as more")
    return file


def _fetching() -> Iterator[list[str]]:
    """Yield the commands that fetch the dependencies of a chart, as Argo CD does where they are not in `charts`."""
    try:
        root = compose(Path(_CHART).read_text("utf-8", "replace"))
    except ManifestSyntaxError as error:
        raise ApplicationError(f"{_CHART}:{error.line}:{error.column}: not YAML: {error.message}") from None
    chart = plain(root) if isinstance(root, Mapping) else {}
    listed = [each for each in chart.get("dependencies") or () if isinstance(each, dict)]
    urls = dict.fromkeys(str(each.get("repository")) for each in listed)
    for number, url in enumerate(each for each in urls if each.startswith(("https://", "http://"))):
        yield ["helm", "repo", "add", f"dependencies-{number}", url]
    yield ["helm", "dependency", "build"]


def _directory(app: App) -> list[Source]:
    pattern = "**/*.jsonnet" if app.recurse else "*.jsonnet"
    if unread := next(iter(sorted(Path().glob(pattern))), None):
        raise ApplicationError(f"{unread}: Argo CD would evaluate it, which nothing here can")
    below = [] if app.recurse else [each for each in Path().iterdir() if each.is_dir()]
    return [
        source._replace(text=source.text.removeprefix("\ufeff"), encoding="utf-8")
        for source in sources.read(["."], leave_out=below)
        if _is_read(source.text) and _SKIPPED not in source.text
    ]


def _is_read(text: str) -> bool:
    """Say whether Argo CD takes something of a file for an object, for which to it a kind is enough."""
    if sources.may_hold_objects(text):
        return sources.is_for_a_cluster(text)
    return _lacks_a_version(text)


def _lacks_a_version(text: str) -> bool:
    try:
        roots = [compose(each.text) for each in split(text)] if "kind" in text else []
    except ManifestSyntaxError:
        return False
    objects = (root for root in roots if isinstance(root, Mapping) and filled(get(root, "kind")))
    return any(not filled(get(root, "apiVersion")) for root in objects)


KINDS = {"kustomize": _kustomize, "helm": _helm, "directory": _directory}


def _printed(command: Sequence[str], app: App, folder: Path, defaults: Table[str, str]) -> Source:
    """Return what a program printed; `defaults` are variables for what ours do not say, `folder` is for its files.

    Raises ApplicationError where it is not there, or fails.
    """
    name, program = called(command), find(command[0])
    if program is None:
        raise ApplicationError(f"{command[0]} is not on PATH, and this application needs it")
    variables = {**defaults, **os.environ, "TMPDIR": str(folder)}  # one that is ended cannot tidy up
    try:
        ended = run([program, *command[1:]], most=_MOST_OUTPUT, environment=variables, stays=True)
    except OSError as error:
        raise ApplicationError(f"{name} cannot be started: {error.strerror}") from None
    errors = _shown(ended.errors.decode("utf-8", "replace").strip(), app, folder)
    if len(ended.output) > _MOST_OUTPUT:
        raise ApplicationError(f"{name} printed more than {_MOST_OUTPUT} bytes")
    if ended.code:
        raise ApplicationError(": ".join(filter(None, [f"{name} failed with {ended.how}", errors])))
    if errors:
        print(f"{name}: {errors}", file=sys.stderr)
    return source_of(name, ended.output)


def _shown(errors: str, app: App, folder: Path) -> str:
    """Return what a program says without logins, why a file is no schema, and folders that are named anew each time."""
    text = _OF_A_SCHEMA.sub(r"\1: (not shown)", without_logins(errors)).replace(f"{folder}/", "")
    root = os.path.realpath(app.root)
    return text.replace(f"{root}/", "./").replace(root, ".") if root != "/" else text
