"""An application comes as Argo CD would render it itself, with real tools, or there is an error."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cmp_server import Answer, Sidecar, request
from command import SERVICE, UNREADABLE, lay_out, load, pod, repoint
from programs import needs

KUSTOMIZES = [pytest.param(name, marks=needs(name)) for name in ("kustomize", "kustomize53")]
HELMS = [pytest.param(name, marks=needs(name)) for name in ("helm3", "helm4")]
HELM = needs("helm4")

CHART = "apiVersion: v2\nname: shop\nversion: 0.1.0\n"
TEMPLATE = pod().replace("{name: web}", '{name: "{{ .Release.Name }}", namespace: "{{ .Release.Namespace }}"}')
KNOWN = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: known}
data:
  release: "{{ .Release.Name }}"
  namespace: "{{ .Release.Namespace }}"
  kube: "{{ .Capabilities.KubeVersion.Version }}"
  has: "{{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1/Prometheus" }}"
  more: "{{ .Capabilities.APIVersions.Has "example.com/v1" }}"
  values: {{ .Values | toJson | quote }}
"""
KNOWING = {"Chart.yaml": CHART, "templates/known.yaml": KNOWN}
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions: []
"""


def set_to(**values: Any) -> dict[str, str]:
    """Return the variables of a request that sets parameters."""
    named = {name.replace("_", "-"): value for name, value in values.items()}
    entries = [{"name": name, "array" if isinstance(value, list) else "string": value} for name, value in named.items()]
    return request(parameters=entries)


def known(answer: Answer) -> dict[str, Any]:
    """Return what a chart knew of its release and of the cluster."""
    [data] = (each["data"] for each in answer.objects if each["kind"] == "ConfigMap")
    return data | {"values": json.loads(data["values"])}


def kinds(answer: Answer) -> list[str]:
    return [each["kind"] for each in answer.objects]


def names(answer: Answer) -> list[str]:
    return [each["metadata"]["name"] for each in answer.objects]


def rendered(sidecar: Sidecar, folder: Path, *paths: str, stdin: bytes = b"") -> bytes:
    """Return what `repoint render` prints with the config of a sidecar."""
    config = sidecar.folder / "etc" / "repoint" / "repoint.yaml"
    return repoint(folder, "render", *paths, "-n", "shop", "-c", config, stdin=stdin).out


# -- the same bytes as on the command line ----------------------------------------------------------------------------


def test_a_directory_comes_as_render_prints_it(sidecar: Sidecar, repository: Path) -> None:
    lay_out(repository, {"web.yaml": pod(), "b.yml": SERVICE, "c.json": '{"apiVersion": "v1", "kind": "Service"}'})
    answer = sidecar.generate(repository)
    assert answer.out == rendered(sidecar, repository, ".")
    assert kinds(answer) == ["Service", "Service", "Pod", "Secret"]


@pytest.mark.parametrize("tool", KUSTOMIZES)
def test_a_kustomization_comes_as_render_prints_what_kustomize_builds(
    tool: str, sidecar: Sidecar, repository: Path
) -> None:
    sidecar.install(tool)
    lay_out(repository, {"app/kustomization.yaml": "namePrefix: shop-\nresources: [../base]\n"})
    lay_out(repository, {"base/kustomization.yaml": "resources: [web.yaml]\n", "base/web.yaml": pod()})
    built = subprocess.run([tool, "build", repository / "app"], capture_output=True, check=True).stdout
    answer = sidecar.generate(repository, "app")
    assert answer.out == rendered(sidecar, repository, stdin=built)
    assert names(answer) == ["shop-web", "harbor-pull"]


@pytest.mark.parametrize("tool", HELMS)
def test_a_chart_comes_as_render_prints_what_helm_makes(tool: str, sidecar: Sidecar, repository: Path) -> None:
    sidecar.install(tool)
    lay_out(repository, {"Chart.yaml": CHART, "templates/web.yaml": TEMPLATE, "crds/widget.yaml": CRD})
    options = ["--namespace", "shop", "--kube-version", "1.31.4", "--include-crds"]
    made = subprocess.run([tool, "template", "web", repository, *options], capture_output=True, check=True).stdout
    answer = sidecar.generate(repository)
    assert answer.out == rendered(sidecar, repository, stdin=made)
    assert kinds(answer) == ["CustomResourceDefinition", "Pod", "Secret"]


# -- which kind it is -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
@needs("kustomize")
def test_what_is_both_is_a_kustomization(name: str, sidecar: Sidecar, repository: Path) -> None:
    sidecar.install("kustomize")
    lay_out(repository, {"Chart.yaml": CHART, "web.yaml": pod(), name: "resources: [web.yaml]\n"})
    assert kinds(sidecar.generate(repository)) == ["Pod", "Secret"]


@HELM
def test_a_parameter_says_what_it_is_instead(sidecar: Sidecar, repository: Path) -> None:
    sidecar.install("helm4")
    lay_out(repository, {**KNOWING, "kustomization.yaml": "resources: [none.yaml]\n", "service.yaml": SERVICE})
    assert kinds(sidecar.generate(repository, variables=set_to(type="helm"))) == ["ConfigMap"]
    assert kinds(sidecar.generate(repository, variables=set_to(type="directory"))) == ["Service"]


# -- charts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", HELMS)
def test_a_chart_knows_what_argo_cd_would_tell_it(tool: str, sidecar: Sidecar, repository: Path) -> None:
    sidecar.install(tool)
    lay_out(repository / "apps" / "shop", {**KNOWING, "values.yaml": "a: 1\nb: 1\nc: 1\nd: 1\n"})
    lay_out(repository, {"prod.yaml": "b: 2\nc: 2\nd: 2\n", "apps/shop/more.yaml": "c: 3\nd: 3\n"})
    variables = request(
        "team_web",
        path="apps/shop",
        parameters=[
            {"name": "values-files", "array": ["../../prod.yaml", "more.yaml"]},
            {"name": "values", "string": "d: 4"},
        ],
    )
    assert known(sidecar.generate(repository, "apps/shop", variables=variables)) == {
        "release": "web",
        "namespace": "shop",
        "kube": "v1.31.4",
        "has": "true",
        "more": "false",
        "values": {"a": 1, "b": 2, "c": 3, "d": 4},
    }


@HELM
def test_a_chart_that_is_told_nothing_knows_what_helm_does(sidecar: Sidecar, repository: Path) -> None:
    sidecar.install("helm4")
    lay_out(repository, KNOWING)
    variables = request(namespace="") | {"KUBE_VERSION": "", "KUBE_API_VERSIONS": ""}
    found = known(sidecar.generate(repository, variables=variables))
    assert (found["namespace"], found["has"]) == ("default", "false")


@HELM
@pytest.mark.parametrize("version", ["v1.31.4-gke.1131000", "v1.31.4+k3s1"])
def test_a_chart_is_told_a_version_without_what_a_vendor_adds(version: str, sidecar: Sidecar, repository: Path) -> None:
    sidecar.install("helm4")
    lay_out(repository, {**KNOWING, "Chart.yaml": CHART + 'kubeVersion: ">=1.31.0"\n'})
    assert known(sidecar.generate(repository, variables=request() | {"KUBE_VERSION": version}))["kube"] == "v1.31.4"


@HELM
def test_a_parameter_names_the_release(sidecar: Sidecar, repository: Path) -> None:
    sidecar.install("helm4")
    lay_out(repository, KNOWING)
    assert known(sidecar.generate(repository, variables=set_to(release_name="till")))["release"] == "till"


LIBRARY = {"lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 0.1.0\n", "lib/templates/web.yaml": TEMPLATE}
DEPENDS = CHART + "dependencies:\n- {{name: lib, version: 0.1.0, repository: '{}'}}\n"


@pytest.mark.parametrize("tool", HELMS)
def test_dependencies_of_a_chart_are_fetched(tool: str, sidecar: Sidecar, repository: Path) -> None:
    sidecar.install(tool)
    lay_out(repository, {**LIBRARY, "app/Chart.yaml": DEPENDS.format("file://../lib")})
    assert names(sidecar.generate(repository, "app")) == ["web", "harbor-pull"]


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the URL by which it is served."""
    folder = tmp_path / "served"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("tool", HELMS)
def test_locked_dependencies_of_a_chart_are_fetched_from_their_repository(
    tool: str, served: tuple[Path, str], tmp_path: Path, sidecar: Sidecar, repository: Path
) -> None:
    sidecar.install(tool)
    folder, url = served
    lay_out(tmp_path, LIBRARY)
    lay_out(repository, {"Chart.yaml": DEPENDS.format(url)})
    package = ["package", tmp_path / "lib", "-d", folder]
    for command in (package, ["repo", "index", folder, "--url", url], ["dependency", "update", repository]):
        homes = {f"XDG_{each}_HOME": str(tmp_path / each) for each in ("CACHE", "CONFIG", "DATA")}
        subprocess.run([tool, *command], check=True, capture_output=True, env={**os.environ, **homes})
    shutil.rmtree(repository / "charts")
    assert (repository / "Chart.lock").is_file()
    assert names(sidecar.generate(repository)) == ["web", "harbor-pull"]


# -- kustomizations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", KUSTOMIZES)
@needs("helm3")
def test_the_operator_allows_a_kustomization_its_charts(tool: str, sidecar: Sidecar, repository: Path) -> None:
    """As by `kustomize.buildOptions`, of which no plugin knows; what a chart then knows is what Argo CD tells."""
    sidecar.install(tool)
    sidecar.install("helm3")
    chart = {f"app/charts/shop/{name}": text for name, text in {**KNOWING, "values.yaml": "a: 1\n"}.items()}
    kustomization = "resources: [../web.yaml]\nhelmCharts: [{name: shop, releaseName: front}]\n"
    lay_out(repository, {**chart, "app/kustomization.yaml": kustomization, "web.yaml": pod()})
    config = sidecar.folder / "etc" / "repoint" / "repoint.yaml"
    config.write_text(config.read_text().partition("    credentials:")[0])
    variables = request(path="app") | {"KUBE_VERSION": "v1.31.4+k3s1", "KUBE_API_VERSIONS": "v1,example.com/v1"}
    assert "is not in or below" in sidecar.failure(repository, "app", variables=variables)
    options = "--kustomize-build-options=--enable-helm  --load-restrictor LoadRestrictionsNone"
    answer = sidecar.with_options(options).generate(repository, "app", variables=variables)
    assert names(answer) == ["known", "web"]
    told = known(answer)
    assert {key: told[key] for key in ("release", "kube", "more", "values")} == {
        "release": "front",
        "kube": "v1.31.4",
        "more": "true",
        "values": {"a": 1},
    }


# -- directories ------------------------------------------------------------------------------------------------------


def test_a_directory_is_read_without_those_below_it(sidecar: Sidecar, repository: Path) -> None:
    passed_over = {
        ".git/x.yaml": pod(name="git"),
        "values.yaml": "image: {{ x }}\n",
        ".argocd-source.yaml": "plugin: {name: repoint}\n",
        "skipped.yaml": f"# +argocd:skip-file-rendering\n{pod(name='skipped')}",
        "package.json": "{}",
        "notes.txt": pod(name="notes"),
    }
    lay_out(repository, {**passed_over, "web.yaml": pod(), "below/more.yaml": pod(name="below")})
    assert names(sidecar.generate(repository)) == ["web", "harbor-pull"]
    assert names(sidecar.generate(repository, variables=set_to(recurse="true"))) == ["web", "below", "harbor-pull"]
    assert names(sidecar.generate(repository, variables=set_to(recurse="false"))) == ["web", "harbor-pull"]


def test_a_directory_comes_as_utf_8(sidecar: Sidecar, repository: Path) -> None:
    lay_out(repository, {"web.yaml": b"\xff\xfe" + SERVICE.encode("utf-16-le")})
    assert sidecar.generate(repository).out == SERVICE.encode()


# -- what cannot be rendered ------------------------------------------------------------------------------------------

NOTHING = "has no Kubernetes object, and Argo CD would remove all that there was"
WRONG: dict[str, tuple[dict[str, str | bytes], str]] = {
    "not YAML": ({"x.yaml": UNREADABLE}, "exit status 1: x.yaml:3:1: error: not YAML"),
    "not UTF-8": ({"x.yaml": SERVICE.encode() + b"# \xff\n"}, "exit status 1: x.yaml:4:3: error: no UTF-8 text"),
    "no manifest": ({"x.yaml": "a: 1\n"}, f"exit status 1: repoint: this folder, read as a directory, {NOTHING}"),
    "an object without a version": (
        {"web.yaml": SERVICE, "x.yaml": "apiversion: v1\nkind: Pod\nmetadata: {name: shop}\n"},
        "exit status 1: x.yaml:1:1: error: shop: without apiVersion this is no Kubernetes object",
    ),
    "no other": ({"x.yaml": "kind: Pod\nmetadata: {name: shop}\n"}, "x.yaml:1:1: error: shop: without apiVersion"),
    "one in JSON": (
        {"web.yaml": SERVICE, "x.json": '{"kind": "Pod", "metadata": {"name": "shop"}}'},
        "shop: without apiVersion this is no Kubernetes object",
    ),
    "only comments": ({"x.yaml": "# apiVersion, kind\n---\n"}, NOTHING),
    "an empty list": ({"x.yaml": "apiVersion: v1\nkind: List\nitems: []\n"}, NOTHING),
    "jsonnet": ({"web.yaml": SERVICE, "x.jsonnet": "{}"}, "exit status 1: repoint: x.jsonnet: Argo CD would"),
    "no helm": ({"Chart.yaml": CHART}, "exit status 1: repoint: helm is not on PATH, and this application needs it"),
    "no kustomize": ({"Kustomization": ""}, "exit status 1: repoint: kustomize is not on PATH"),
}


@pytest.mark.parametrize(("files", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_rendered_is_an_error(
    files: dict[str, str | bytes], message: str, sidecar: Sidecar, repository: Path
) -> None:
    lay_out(repository, files)
    assert message in sidecar.failure(repository)


BROKEN_CHARTS = {
    "it fails": ('{{ fail "no such shop" }}', "exit status 1: repoint: helm template web . failed with exit code 1: "),
    "why": ('{{ fail "no such shop" }}', "no such shop"),
    "it is empty": ("{{- /* nothing */ -}}", f"exit status 1: repoint: helm template web . {NOTHING}"),
    "it is no YAML": (UNREADABLE, "helm template web . failed with exit code 1: "),
}


@pytest.mark.parametrize("tool", HELMS)
@pytest.mark.parametrize(("template", "message"), BROKEN_CHARTS.values(), ids=BROKEN_CHARTS)
def test_a_chart_that_makes_nothing_is_an_error(
    template: str, message: str, tool: str, sidecar: Sidecar, repository: Path
) -> None:
    sidecar.install(tool)
    lay_out(repository, {"Chart.yaml": CHART, "templates/web.yaml": template})
    assert message in sidecar.failure(repository)


@HELM
def test_a_dependency_that_is_not_there_is_an_error(sidecar: Sidecar, repository: Path) -> None:
    sidecar.install("helm4")
    lay_out(repository, {"Chart.yaml": DEPENDS.format("file://../none")})
    assert "exit status 1: repoint: helm dependency build failed with exit code 1: " in sidecar.failure(repository)


BROKEN_KUSTOMIZATIONS = {
    "it fails": ("none.yaml", "exit status 1: repoint: kustomize build . failed with exit code 1: "),
    "why, and where": ("none.yaml", "'./none.yaml'"),
    "in a circle": (".", "'.'"),
    "it is empty": ("local.yaml", f"exit status 1: repoint: kustomize build . {NOTHING}"),
}


@pytest.mark.parametrize("tool", KUSTOMIZES)
@pytest.mark.parametrize(("resource", "message"), BROKEN_KUSTOMIZATIONS.values(), ids=BROKEN_KUSTOMIZATIONS)
def test_a_kustomization_that_makes_nothing_is_an_error(
    resource: str, message: str, tool: str, sidecar: Sidecar, repository: Path
) -> None:
    sidecar.install(tool)
    local = pod().replace("{name: web}", "{name: web, annotations: {config.kubernetes.io/local-config: 'true'}}")
    lay_out(repository, {"kustomization.yaml": f"resources: [{resource}]\n", "local.yaml": local})
    assert message in sidecar.failure(repository)


ASKED = {
    "nothing": ("", "build ."),
    "files": ("--load-restrictor LoadRestrictionsRootOnly", "build . --load-restrictor LoadRestrictionsRootOnly"),
    "charts": (
        "--enable-helm=true",
        f"build . --enable-helm=true --helm-kube-version 1.31.4 --helm-api-versions {request()['KUBE_API_VERSIONS']}",
    ),
}


@pytest.mark.parametrize(("options", "told"), ASKED.values(), ids=ASKED)
def test_kustomize_is_told_of_the_cluster_for_charts(
    options: str, told: str, sidecar: Sidecar, repository: Path
) -> None:
    sidecar.script("kustomize", 'echo "<$*>" >&2; exit 1')
    lay_out(repository, {"Kustomization": ""})
    message = sidecar.with_options(f"--kustomize-build-options={options}").failure(repository)
    assert f"<{told}>" in message


SAYING = {
    "it failed": ('echo "$0: no" >&2; exit 3', "kustomize build . failed with exit code 3: "),
    "it was killed": ("kill -9 $$", "kustomize build . failed with signal 9"),
    "it cannot be started": ("", "kustomize build . cannot be started: Exec format error"),
    "it said a lot": ("yes a long story | head -c 1000000 >&2; echo the end >&2; exit 3", "the end"),
    "it printed too much": ("yes | head -c 104857601", "kustomize build . printed more than 104857600 bytes"),
}


@pytest.mark.parametrize(("script", "message"), SAYING.values(), ids=SAYING)
def test_a_tool_that_fails_is_named(script: str, message: str, sidecar: Sidecar, repository: Path) -> None:
    sidecar.script("kustomize", script)
    if not script:
        (sidecar.folder / "bin" / "kustomize").write_bytes(b"\x7fELF nonsense")
    lay_out(repository, {"Kustomization": ""})
    said = sidecar.failure(repository)
    assert message in said
    assert len(said) < 20_000


@pytest.mark.parametrize("code", [0, 3])
def test_no_login_that_stands_in_a_url_is_repeated(code: int, sidecar: Sidecar, repository: Path) -> None:
    said = "https://bob:hunter2@x.example/charts is not there: ssh://git@x.example/y"
    sidecar.script("kustomize", f"echo '{said}' >&2; echo '{SERVICE}'; exit {code}")
    lay_out(repository, {"Kustomization": ""})
    shown = sidecar.failure(repository) if code else sidecar.generate(repository).log
    assert "https://***@x.example/charts is not there: ssh://***@x.example/y" in shown


def test_what_a_tool_says_before_it_succeeds_is_logged(sidecar: Sidecar, repository: Path) -> None:
    sidecar.script("kustomize", f"echo 'a warning' >&2; echo '{SERVICE}'")
    lay_out(repository, {"Kustomization": ""})
    answer = sidecar.generate(repository)
    assert answer.objects == load(SERVICE.encode())
    assert "kustomize build .: a warning" in answer.log


# -- what parameters may not do ---------------------------------------------------------------------------------------

OUTSIDE = {
    "above the repository": "../../../../etc/repoint-registry/password",
    "an absolute path": "/etc/passwd",
    "nothing": "none.yaml",
    "a folder": "templates",
    "a URL": "https://values.example/x.yaml",
    "no path": "a\nb",
}


@HELM
@pytest.mark.parametrize("name", OUTSIDE.values(), ids=OUTSIDE)
def test_values_come_from_the_repository_alone(name: str, sidecar: Sidecar, repository: Path) -> None:
    sidecar.install("helm4")
    lay_out(repository, KNOWING)
    message = sidecar.failure(repository, variables=set_to(values_files=[name]))
    assert f"exit status 2: repoint: parameter values-files: {name!r} is no file in the repository" in message


@HELM
def test_values_are_found_from_the_folder_and_from_the_top(sidecar: Sidecar, repository: Path) -> None:
    sidecar.install("helm4")
    lay_out(repository, {f"app/{name}": text for name, text in KNOWING.items()})
    lay_out(repository, {"app/values-a.yaml": "a: 1\n", "b.yaml": "b: 1\n", "c/c.yaml": "c: 1\n"})
    parameters = [{"name": "values-files", "array": ["values-a.yaml", "../b.yaml", "/c/c.yaml"]}]
    answer = sidecar.generate(repository, "app", variables=request(path="app", parameters=parameters))
    assert known(answer)["values"] == {"a": 1, "b": 1, "c": 1}


@HELM
def test_values_are_found_from_a_folder_that_a_link_leads_to(sidecar: Sidecar, repository: Path) -> None:
    sidecar.install("helm4")
    lay_out(repository, {f"apps/v1/{name}": text for name, text in KNOWING.items()})
    lay_out(repository, {"top.yaml": "a: 1\n"})
    (repository / "apps" / "current").symlink_to("v1")
    parameters = [{"name": "values-files", "array": ["/top.yaml"]}]
    answer = sidecar.generate(repository, "apps/current", variables=request(path="apps/current", parameters=parameters))
    assert known(answer)["values"] == {"a": 1}


@HELM
def test_no_link_leads_to_values_elsewhere(sidecar: Sidecar, repository: Path) -> None:
    """The plugin server refuses such a link; here it lets it through."""
    sidecar.install("helm4")
    lay_out(repository, KNOWING)
    (repository / "x.yaml").symlink_to(sidecar.folder / "etc" / "repoint-registry" / "password")
    variables = sidecar.environment(set_to(values_files=["x.yaml"]))
    config = sidecar.folder / "etc" / "repoint" / "repoint.yaml"
    done = repoint(repository, "argocd", "generate", "-c", config, env=variables)
    assert (done.code, done.out) == (2, b"")
    assert "parameter values-files: 'x.yaml' is no file in the repository" in done.err


@pytest.mark.parametrize("tool", HELMS)
@pytest.mark.parametrize("form", ["x,{}", 'x",{},"'], ids=["a comma", "quotes"])
def test_helm_takes_a_values_file_for_one(form: str, tool: str, sidecar: Sidecar, repository: Path) -> None:
    """Helm splits what it is given at commas: of a file in the repository, the second half could be any other."""
    sidecar.install(tool)
    name = form.format(sidecar.folder / "etc" / "repoint-registry" / "password")
    lay_out(repository, {**KNOWING, name: "a: 1", "x": "b: 1", "link.yaml": ""})
    (repository / "link.yaml").unlink()
    (repository / "link.yaml").symlink_to(name)
    for each in (name, "link.yaml"):
        message = sidecar.failure(repository, variables=set_to(values_files=[each]))
        assert "has a comma or a quote in it, which Helm reads as more" in message


@pytest.mark.parametrize("tool", HELMS)
def test_a_schema_that_refers_to_a_file_shows_nothing_of_it(tool: str, sidecar: Sidecar, repository: Path) -> None:
    sidecar.install(tool)
    secret = sidecar.folder / "etc" / "password"
    secret.write_text("~secret")
    secret.chmod(0o644)
    (sidecar.folder / "etc" / "x.json").write_text("{}")
    for url in (f"file://{secret}", f"file://{sidecar.folder}/etc/x.json#/auths"):
        lay_out(repository, {**KNOWING, "values.schema.json": json.dumps({"$ref": url})})
        message = sidecar.failure(repository)
        assert re.search('(failing loading|json-pointer in) "file:[^"]*": .not shown.$', message)
        assert "'~'" not in message


@HELM
@pytest.mark.parametrize("name", ["--post-renderer=/bin/sh", '{{ env "PATH" }}', "a b", "-", "A", "a" * 54])
def test_the_name_of_a_release_is_no_more_than_that(name: str, sidecar: Sidecar, repository: Path) -> None:
    sidecar.install("helm4")
    lay_out(repository, KNOWING)
    refused = f"exit status 2: repoint: {name!r} is no name of a Helm release"
    assert refused in sidecar.failure(repository, variables=set_to(release_name=name))
    assert refused in sidecar.failure(repository, variables=request(name))


@needs("kustomize")
def test_a_kustomization_runs_nothing(sidecar: Sidecar, repository: Path) -> None:
    sidecar.install("kustomize")
    function = '{annotations: {config.kubernetes.io/function: "exec: {path: /bin/cat}"}, name: run}'
    lay_out(repository, {"f.yaml": f"apiVersion: example.com/v1\nkind: Run\nmetadata: {function}\n", "web.yaml": pod()})
    lay_out(repository, {"kustomization.yaml": "resources: [web.yaml]\ntransformers: [f.yaml]\n"})
    assert "external plugins disabled" in sidecar.failure(repository)


@needs("kustomize", "git")
def test_a_base_elsewhere_is_no_command_and_no_folder_here(sidecar: Sidecar, repository: Path) -> None:
    """What kustomize hands to git as the name of a branch can be an option of git, with a command in it."""
    sidecar.install("kustomize")
    subprocess.run(["git", "init", "--quiet", repository / "base"], check=True)
    url, ran = f"file://{repository}/base", sidecar.folder / "tmp" / "ran"
    for each in (url, f"{url}?ref=--upload-pack=touch {ran}"):
        lay_out(repository, {"app/kustomization.yaml": json.dumps({"resources": [each]})})
        assert "transport 'file' not allowed" in sidecar.failure(repository, "app")
    assert not ran.exists()


def test_nothing_in_the_folder_is_a_program_or_a_module(sidecar: Sidecar, repository: Path) -> None:
    modules = {f"{name}.py": "raise SystemExit('run')" for name in ("json", "re", "transformer", "sitecustomize")}
    lay_out(repository, {**modules, "Kustomization": "", "kustomize": f"#!/bin/sh\necho '{SERVICE}'\n"})
    (repository / "kustomize").chmod(0o755)
    variables = request() | {"PATH": f"{sidecar.environment({})['PATH']}:.:"}
    assert "kustomize is not on PATH" in sidecar.failure(repository, variables=variables)
