"""A post-renderer of Helm, 3 and 4: what Helm passes on comes back rewritten, with the Secrets where it wants them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from command import ATTACHED, CONFIG, POD, SERVICE, Done, lay_out, load, pod, repoint
from in_hosts import Stage, commands_of, stage
from observed_fields import manifests
from programs import needs

from transformer.documents import split

# -- where a Secret stands --------------------------------------------------------------------------------------------


def document(kind: str, more: str = "", version: str = "v1") -> str:
    """Return a document as Helm 3 passes it on."""
    head = f"---\n# Source: shop/templates/{kind.lower()}.yaml\napiVersion: {version}\nkind: {kind}\n"
    return f"{head}metadata: {{name: web, namespace: shop}}\n{more}"


NAMESPACE, ACCOUNT, CONFIG_MAP = document("Namespace"), document("ServiceAccount"), document("ConfigMap")
DEFINITION = document("CustomResourceDefinition", "spec: {scope: Namespaced}\n", "apiextensions.k8s.io/v1")
WORKLOAD = document("Pod", "spec:\n  containers:\n  - {name: web, image: nginx}\n")
LIST = document("List", "items:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: shop}\n")
COMMENT = "---\n# Source: shop/templates/off.yaml\n# nothing is switched on\n"
UNREADABLE = document("Job", f"image: {'[' * 501}{']' * 501}\n", "batch/v1")

# The documents that come in, and how many of them are before the Secret that goes out with them.
PLACES = {
    "first of all": ([WORKLOAD], 0),
    "before what a pod may mount": ([CONFIG_MAP, WORKLOAD], 0),
    "behind its namespace and accounts": ([NAMESPACE, ACCOUNT, CONFIG_MAP, WORKLOAD], 2),
    "behind a namespace that comes after crds/": ([DEFINITION, NAMESPACE, WORKLOAD], 2),
    "behind a namespace in a list, at the end": ([WORKLOAD, LIST], 2),
    "behind what has no object": ([COMMENT, WORKLOAD], 1),
    "before what cannot be read": ([ACCOUNT, UNREADABLE, WORKLOAD], 1),
}


@pytest.mark.parametrize(("given", "before"), PLACES.values(), ids=PLACES)
def test_a_secret_stands_where_helm_3_makes_it_in_time(given: list[str], before: int, tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": CONFIG})
    done = repoint(tmp_path, "--skip-unreadable", stdin="".join(given))
    documents = [each.text for each in split(done.out.decode())]
    assert [index for index, each in enumerate(documents) if "\nkind: Secret\n" in each] == [before]
    assert all(each.startswith("---\n") for each in documents)
    assert len(documents) == len(given) + 1


@pytest.mark.parametrize("quiet", [(), ("-q",)])
def test_nothing_comes_out_as_a_comment(quiet: tuple[str, ...], tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": CONFIG})
    done = repoint(tmp_path, *quiet, stdin="\n")
    said = "repoint: nothing came in, so nothing was rewritten; "
    assert (done.code, done.out.decode().startswith(f"# {said}"), done.out.count(b"\n")) == (0, True, 1)
    assert done.err == ("" if quiet else done.out.decode().removeprefix("# "))


# -- the real programs ------------------------------------------------------------------------------------------------

HELMS = [pytest.param(name, marks=needs(name), id=name) for name in ("helm3", "helm4")]
HELM_3, HELM_4 = (pytest.mark.parametrize("helm", [each], indirect=True) for each in HELMS)
CHART = {"chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n"}
HOOK = POD.replace("{name: web}", "{name: web, annotations: {helm.sh/hook: pre-install}}")
TO_SHOP = ("--post-renderer-args", "-n", "--post-renderer-args", "shop")


class Helm(NamedTuple):
    """One of the two, and a stage with a config and a chart for it."""

    program: str
    at: Stage

    def plain(self, templates: Mapping[str, str | bytes], *options: str, **variables: str) -> Done:
        """Render the chart with these templates, by their names."""
        lay_out(self.at.folder / "chart" / "templates", templates)
        return self.at.run(self.program, "template", "release", "chart", *options, **variables)

    def render(self, templates: Mapping[str, str | bytes], *options: str, **variables: str) -> Done:
        """Do the same, and have repoint rewrite it."""
        return self.plain(templates, "--post-renderer", "repoint", *options, **variables)


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the plugin of Helm 4, which splits a command at its blanks."""
    folder = tmp_path_factory.mktemp("plugins") / "for all charts"
    repoint(folder.parent, "plugin", "install", "helm", "--to", folder)
    return folder


@pytest.fixture(params=HELMS)
def helm(request: pytest.FixtureRequest, bin_folder: Path, plugins: Path, tmp_path: Path) -> Helm:
    lay_out(tmp_path / "stage", {"repoint.yaml": CONFIG} | CHART)
    at = stage(tmp_path / "stage", bin_folder)
    more = {"HELM_PLUGINS": str(plugins)} if request.param == "helm4" else {}
    return Helm(request.param, at._replace(env={**at.env, **more}))


def kinds(stream: bytes) -> list[str]:
    return [each["kind"] for each in load(stream) if each]


def namespaces(stream: bytes) -> list[str | None]:
    """Return those of the Secrets."""
    return [each["metadata"].get("namespace") for each in load(stream) if each["kind"] == "Secret"]


# -- what comes out ---------------------------------------------------------------------------------------------------


def test_a_single_template_is_shown_rewritten(helm: Helm) -> None:
    done = helm.render({"a.yaml": SERVICE, "web.yaml": POD}, "--show-only", "templates/web.yaml")
    assert done.out.startswith(b"---\n# Source: shop/templates/web.yaml\n")
    assert load(done.out) == load(ATTACHED.encode())


def test_a_comment_in_a_template_keeps_an_image(helm: Helm) -> None:
    kept = POD.replace("by hand", "repoint: keep")
    assert load(helm.render({"web.yaml": kept}).out) == load(kept.encode())


def test_definitions_and_namespaces_come_first(helm: Helm) -> None:
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    lay_out(helm.at.folder, {"chart/crds/web.yaml": DEFINITION})
    done = helm.render({"web.yaml": POD, "shop.yaml": namespace}, "--include-crds")
    assert kinds(done.out) == ["CustomResourceDefinition", "Namespace", "Secret", "Pod"]


def test_a_list_is_taken_apart_by_helm_4_alone(helm: Helm) -> None:
    items = "".join(f"- {each.strip().replace(chr(10), chr(10) + '  ')}\n" for each in (POD, pod(name="proxy")))
    done = helm.render({"all.yaml": f"apiVersion: v1\nkind: List\nitems:\n{items}"})
    assert kinds(done.out) == (["Secret", "List"] if helm.program == "helm3" else ["Secret", "Pod", "Pod"])
    assert done.out.count(b"- name: harbor-pull") == 2


def test_an_object_may_have_no_name_yet(helm: Helm) -> None:
    done = helm.render({"web.yaml": POD.replace("{name: web}", "{generateName: web-}")})
    assert [each["metadata"] for each in load(done.out)] == [{"name": "harbor-pull"}, {"generateName": "web-"}]


def test_hooks_are_rewritten_by_helm_4_alone(helm: Helm) -> None:
    done = helm.render({"web.yaml": HOOK})
    if helm.program == "helm3":
        assert done.out.startswith(b"# repoint: nothing came in, ")
        assert load(done.out) == load(HOOK.encode())
    else:
        assert kinds(done.out) == ["Secret", "Pod"]
        assert load(done.out)[1]["spec"] == load(ATTACHED.encode())[0]["spec"]


@HELM_4
def test_an_account_of_hooks_and_of_the_release_is_there_twice(helm: Helm) -> None:
    config = CONFIG.replace("    registries:", "    attachTo: serviceAccounts\n    registries:")
    lay_out(helm.at.folder, {"repoint.yaml": config})
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n"
    first = account.replace("{name: web}", "{name: web, annotations: {helm.sh/hook: pre-install}}")
    done = helm.render({"a.yaml": account, "b.yaml": first, "web.yaml": f"{POD}  serviceAccountName: web\n"})
    found = [each["imagePullSecrets"] for each in load(done.out) if each["kind"] == "ServiceAccount"]
    assert found == [[{"name": "harbor-pull"}]] * 2


NO_OBJECTS = {
    "no templates": {},
    "notes": {"NOTES.txt": "{{ .Release.Name }} is open.\n"},
    "comments": {"off.yaml": "# nothing is switched on\n"},
    "what is switched off": {"off.yaml": f"{{{{ if false }}}}\n{POD}{{{{ end }}}}\n"},
}


@pytest.mark.parametrize("templates", NO_OBJECTS.values(), ids=NO_OBJECTS)
def test_a_chart_may_have_no_objects(templates: dict[str, str], helm: Helm) -> None:
    done = helm.render(templates)
    assert (done.code, kinds(done.out)) == (0, [])


def test_files_in_a_folder_are_rewritten_by_helm_4_alone(helm: Helm) -> None:
    done = helm.render({"web.yaml": POD}, "--output-dir", "out")
    [written] = load((helm.at.folder / "out" / "shop" / "templates" / "web.yaml").read_bytes())
    if helm.program == "helm3":
        assert written == load(POD.encode())[0]
        assert b"with --output-dir, nothing at all\n" in done.out
    else:
        assert written == load(ATTACHED.encode())[0]


# -- what is said to repoint, and what it says ------------------------------------------------------------------------


def test_the_namespace_of_a_release_is_told(helm: Helm) -> None:
    templates = {"a.yaml": pod(name="a"), "b.yaml": pod(name="b").replace("{name: b}", "{name: b, namespace: shop}")}
    assert namespaces(helm.render(templates, "-n", "shop").out) == [None, "shop"]
    assert namespaces(helm.render(templates, "-n", "shop", *TO_SHOP).out) == ["shop"]


def test_a_config_is_named_from_the_folder_of_helm(helm: Helm) -> None:
    named = ("--post-renderer-args=-c", "--post-renderer-args=mirrors/other.yaml")
    lay_out(helm.at.folder, {"mirrors/other.yaml": CONFIG.replace("harbor-pull", "other")})
    assert load(helm.render({"web.yaml": POD}, *named).out)[0]["metadata"] == {"name": "other"}


def test_a_config_is_found_in_a_folder_above(helm: Helm) -> None:
    lay_out(helm.at.folder, {f"charts/{name}": text for name, text in CHART.items()})
    below = helm._replace(at=helm.at._replace(folder=helm.at.folder / "charts"))
    assert kinds(below.render({"web.yaml": POD}).out) == ["Secret", "Pod"]


def test_a_log_has_what_helm_does_not_show(helm: Helm) -> None:
    done = helm.render({"web.yaml": POD})
    assert (done.code, done.err) == (0, "")
    assert "1 of 1 image rewritten" in helm.at.log.read_text()


FAILURES = {
    "no config": (("--post-renderer-args=-c", "--post-renderer-args=no.yaml"), POD, "no.yaml: No such file"),
    "an option": (("--post-renderer-args=--mirror",), POD, "unrecognized arguments: --mirror"),
    "what only Helm can read": ((), UNREADABLE, "not YAML: nested deeper than 500 levels"),
}


@pytest.mark.parametrize(("options", "template", "reason"), FAILURES.values(), ids=FAILURES)
def test_what_fails_says_why(options: tuple[str, ...], template: str, reason: str, helm: Helm) -> None:
    """Helm 4 shows nothing of it."""
    done = helm.render({"web.yaml": template}, *options)
    assert (done.code, done.out) == (1, b"")
    assert reason in helm.at.log.read_text()
    assert (reason in done.err) == (helm.program == "helm3")


# -- the plugin -------------------------------------------------------------------------------------------------------


@HELM_4
@pytest.mark.parametrize("named", ["plugins", "others:plugins"])
def test_helm_4_finds_the_plugin_in_folders_that_it_is_told(named: str, helm: Helm) -> None:
    helm.at.run("repoint", "plugin", "install", "helm", "--to", "plugins")
    assert kinds(helm.render({"web.yaml": POD}, HELM_PLUGINS=named).out) == ["Secret", "Pod"]


@HELM_4
def test_helm_4_can_have_the_plugin_for_good(helm: Helm, plugins: Path) -> None:
    alone = helm.at._replace(env={name: value for name, value in helm.at.env.items() if name != "HELM_PLUGINS"})
    assert alone.run("helm4", "plugin", "install", plugins / "repoint").code == 0
    assert kinds(helm._replace(at=alone).render({"web.yaml": POD}).out) == ["Secret", "Pod"]


@HELM_3
def test_helm_3_loads_no_plugins_beside_that_of_helm_4(helm: Helm, plugins: Path) -> None:
    """Which is why that one has a folder of its own."""
    done = helm.at.run("helm3", "plugin", "list", HELM_PLUGINS=str(plugins))
    assert done.code == 1
    assert "failed to load plugin" in done.err
    assert helm.at.run("helm3", "plugin", "list").code == 0


# -- examples, and real manifests -------------------------------------------------------------------------------------

TESTS = Path(__file__).parent.parent
EXAMPLES, CASES = TESTS.parent / "examples", TESTS / "cases" / "examples"


@pytest.mark.parametrize("name", HELMS)
def test_an_example_runs_as_its_readme_says(name: str, bin_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    at = stage(tmp_path / "examples" / name, bin_folder, {})
    lay_out(tmp_path, {"bin/README": "the program, by its usual name"})
    (tmp_path / "bin" / "helm").symlink_to(str(shutil.which(name)))
    [command] = commands_of(at.folder)
    path = f"{tmp_path / 'bin'}{os.pathsep}{at.env['PATH']}"
    done = at.run("sh", "-ec", command, HOME=str(tmp_path), XDG_DATA_HOME="", PATH=path)
    assert (done.code, done.out) == (0, (CASES / f"{name}.yaml").read_bytes())


CORPUS = os.environ.get("REPOINT_CORPUS", "")
# What begins a template of Go's is written so that it comes out; a file in UTF-16 is no template.
READABLE = [
    data.replace(b"{{", b'{{ "{{" }}')
    for file in (manifests(Path(CORPUS)) if CORPUS else [])
    if "unparsable" not in file.parts and b"\0" not in (data := file.read_bytes())
]


@pytest.fixture
def identity(tmp_path: Path) -> str:
    """A folder with a plugin of Helm 4 that changes nothing, so that Helm does what it does with any."""
    metadata = "apiVersion: v1\ntype: postrenderer/v1\nname: identity\nversion: 1.0.0\nruntime: subprocess\n"
    command = "runtimeConfig: {platformCommand: [{command: cat}]}\n"
    lay_out(tmp_path, {"identity/identity/plugin.yaml": metadata + command})
    return str(tmp_path / "identity")


def ordered(stream: bytes) -> list[str]:
    """Return the documents of a stream in an order that says nothing of where they stood, or what made them."""
    texts = (each.text.removeprefix("---\n") for each in split(stream.decode()))
    return sorted(re.sub(r"\A# Source: generated.*\n", "", text).strip() for text in texts)


@pytest.mark.skipif(not READABLE, reason="REPOINT_CORPUS names no folder of manifests")
def test_real_manifests_come_out_as_from_a_pipe(helm: Helm, identity: str) -> None:
    lay_out(helm.at.folder, {"repoint.yaml": CONFIG.replace("docker.io, mirror", "'*', mirror")})
    templates = {f"{number}.yaml": data for number, data in enumerate(READABLE)}
    same = ("--post-renderer", "identity") if helm.program == "helm4" else ()
    plain = helm.plain(templates, *same, **({"HELM_PLUGINS": identity} if same else {}))
    piped = helm.at.run("repoint", "render", stdin=plain.out)
    passed = helm.render(templates)
    assert (plain.code, piped.code, passed.code) == (0, 0, 0), plain.err + piped.err + passed.err
    assert ordered(passed.out) == ordered(piped.out)
    assert passed.out.count(b"\nkind: Secret\n") > plain.out.count(b"\nkind: Secret\n")
