"""A function of kustomize: whole trees of kustomizations, built by the real one.

A case is a folder in `cases/kustomize`: a tree that runs as it stands, and `output.yaml`, what is built of it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from command import CONFIG, CREDENTIALS, PASSWORD, POD, Done, contents, lay_out, load, repoint
from in_hosts import BUILD, FUNCTION, KUSTOMIZATION, Stage, commands_of, stage
from observed_fields import manifests
from programs import needs

CASES = Path(__file__).parent.parent / "cases" / "kustomize"
NAMES = sorted(folder.name for folder in CASES.iterdir())
FUNCTIONS = (*BUILD, "--enable-exec", ".")
PROGRAMS = [pytest.param(program, marks=needs(program)) for program in ("kustomize", "kustomize53")]

pytestmark = needs("kustomize")


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("name", NAMES)
def test_a_tree_is_built_as_expected(name: str, program: str, bin_folder: Path, tmp_path: Path) -> None:
    at = stage(shutil.copytree(CASES / name, tmp_path / "stage"), bin_folder)
    done = at.run(program, *FUNCTIONS)
    assert (done.code, done.out) == (0, at.read("output.yaml").encode()), done.err


CONFIGS = {name: [*(CASES / name).rglob("mirror.yaml")] for name in NAMES}


@pytest.mark.parametrize("name", [name for name in NAMES if CONFIGS[name]])
def test_nothing_is_left_to_do_in_what_is_built(name: str, tmp_path: Path) -> None:
    """Whatever kustomize has made of the names."""
    done = repoint(tmp_path, "check", "-c", CONFIGS[name][0], stdin=(CASES / name / "output.yaml").read_bytes())
    assert done.code == 0, done.err


def test_a_secret_that_kustomize_has_named_is_not_made_again(tmp_path: Path) -> None:
    case = CASES / "generator-and-transformer"
    built = (case / "output.yaml").read_bytes()
    assert repoint(tmp_path, "render", "-c", case / "mirror.yaml", stdin=built).out == built


# -- how a function is declared ---------------------------------------------------------------------------------------


def declared(more: str = "", spec: str = "spec:\n") -> str:
    """Return the config as the object that declares the function, with more of that."""
    head, _, rest = CONFIG.partition("spec:\n")
    function = FUNCTION.replace("{path: repoint}", f"{{path: repoint{more}}}")
    return f"{head}metadata:\n  name: corp\n{function}{spec}{rest}"


def config_map(data: str, more: str = "") -> str:
    function = FUNCTION.replace("{path: repoint}", f"{{path: repoint{more}}}")
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: mirror\n{function}data: {data}\n"


@pytest.fixture
def at(bin_folder: Path, tmp_path: Path) -> Stage:
    lay_out(tmp_path / "stage", {"input.yaml": POD, "kustomization.yaml": KUSTOMIZATION, "function.yaml": declared()})
    return stage(tmp_path / "stage", bin_folder)


def login(done: Done) -> str:
    """Return what the Secret holds, in the base64 that it is in."""
    [found] = [each["data"] for each in load(done.out) if each["kind"] == "Secret"]
    return str(found[".dockerconfigjson"])


def test_a_config_map_names_a_file_beside_the_kustomization(at: Stage) -> None:
    expected = at.run("kustomize", *FUNCTIONS)
    overlay = {"kustomization.yaml": KUSTOMIZATION.replace("input.yaml", "../base")}
    function = {"function.yaml": config_map("{config: conf/mirror.yaml}"), "conf/mirror.yaml": CONFIG}
    base = {"kustomization.yaml": "resources: [input.yaml]\n", "input.yaml": POD}
    files = {"base": base, "overlay": overlay | function}
    lay_out(at.folder, {f"{folder}/{name}": text for folder in files for name, text in files[folder].items()})
    done = at.run("kustomize", *FUNCTIONS[:-1], "overlay")
    assert (done.code, done.out) == (0, expected.out)
    generator = {"overlay/kustomization.yaml": f"{overlay['kustomization.yaml']}generators: [function.yaml]\n"}
    lay_out(at.folder, generator)
    assert at.run("kustomize", *FUNCTIONS[:-1], "overlay").out == expected.out


def test_a_config_map_says_the_namespace(at: Stage) -> None:
    lay_out(at.folder, {"function.yaml": config_map("{config: repoint.yaml, namespace: shop}"), "repoint.yaml": CONFIG})
    lay_out(at.folder, {"kustomization.yaml": f"{KUSTOMIZATION}generators: [function.yaml]\n"})
    secret, pod = load(at.run("kustomize", *FUNCTIONS).out)
    assert (secret["metadata"], pod["metadata"]) == ({"name": "harbor-pull", "namespace": "shop"}, {"name": "web"})


def test_a_generated_secret_is_called_as_anywhere(at: Stage) -> None:
    """By kustomize, which makes the hash of a Secret that it generates, or by us: so check knows it again."""
    lay_out(at.folder, {"function.yaml": f"{declared()}    nameSuffixHash: kustomize\n"})
    piped = at.run("repoint", "render", "-c", "function.yaml", "input.yaml")
    transformed = at.run("kustomize", *FUNCTIONS)
    lay_out(at.folder, {"kustomization.yaml": f"{KUSTOMIZATION}generators: [function.yaml]\n"})
    generated = at.run("kustomize", *FUNCTIONS)
    assert len({*map(names, (piped, transformed, generated))}) == 1
    assert at.run("repoint", "check", "-c", "function.yaml", stdin=generated.out).code == 0


def names(done: Done) -> tuple[str, ...]:
    """Return how a Secret is called by itself and by its Pod."""
    secret, pod = sorted(load(done.out), key=lambda each: str(each["kind"]), reverse=True)
    return secret["metadata"]["name"], *(each["name"] for each in pod["spec"]["imagePullSecrets"])


def test_an_annotation_keeps_an_image_and_no_comment_does(at: Stage) -> None:
    """Kustomize passes no comments on."""
    by_comment = POD.replace("by hand", "repoint: keep")
    by_annotation = POD.replace("{name: web}", "{name: kept, annotations: {repoint.dev/keep: 'true'}}")
    lay_out(at.folder, {"input.yaml": f"{by_comment}---\n{by_annotation}"})
    pods = [each for each in load(at.run("kustomize", *FUNCTIONS).out) if each["kind"] == "Pod"]
    assert {each["metadata"]["name"]: each["spec"]["containers"][0]["image"] for each in pods} == {
        "kept": "nginx:1.27",
        "web": "harbor.corp.example/hub/library/nginx:1.27",
    }


def test_paths_begin_at_the_kustomization(at: Stage) -> None:
    expected = login(at.run("kustomize", *FUNCTIONS, HARBOR_USER="u", HARBOR_PASSWORD="p"))
    files = declared().replace(
        "env: {username: HARBOR_USER, password: HARBOR_PASSWORD}", "files: {username: u, password: p}"
    )
    lay_out(at.folder, {"function.yaml": files, "u": "u\n", "p": "p\n"})
    outside = at._replace(folder=at.folder.parent)
    assert login(outside.run("kustomize", *FUNCTIONS[:-1], at.folder.name)) == expected


def test_kustomize_passes_arguments_and_variables(at: Stage) -> None:
    """From 5.7 on; one whose value has an equals sign it drops."""
    expected = login(at.run("kustomize", *FUNCTIONS, HARBOR_USER="u", HARBOR_PASSWORD="p"))
    more = ', args: ["-c", conf/mirror.yaml, "-q"], envs: [HARBOR_USER=u, HARBOR_PASSWORD=p, HARBOR_PASSWORD=q=]'
    lay_out(at.folder, {"function.yaml": config_map("{}", more), "conf/mirror.yaml": CONFIG})
    done = at.run("kustomize", *FUNCTIONS)
    assert (login(done), done.err) == (expected, "")
    lay_out(at.folder, {"function.yaml": declared()})
    variables = ("-e", "HARBOR_USER=u", "-e", "HARBOR_PASSWORD=p", "-e", "HARBOR_PASSWORD=q=")
    assert login(at.run("kustomize", *FUNCTIONS, *variables)) == expected


# -- what goes wrong --------------------------------------------------------------------------------------------------


def test_without_the_second_flag_nothing_is_done_and_check_says_so(at: Stage) -> None:
    plain = at.run("kustomize", *BUILD, ".")
    assert (plain.code, load(plain.out), plain.err) == (0, load(POD.encode()), "")
    assert at.run("repoint", "check", "-c", "function.yaml", stdin=plain.out).code == 1
    built = at.run("kustomize", *FUNCTIONS)
    assert at.run("repoint", "check", "-c", "function.yaml", stdin=built.out).code == 0


@needs("kubectl")
def test_kubectl_runs_no_function(at: Stage) -> None:
    done = at.run("kubectl", "kustomize", "--enable-alpha-plugins", ".")
    assert (done.code, load(done.out), done.err) == (0, load(POD.encode()), "")


@pytest.mark.parametrize(("transformers", "code"), [("[function.yaml]", 0), ("[]", 1)])
def test_check_is_a_validator(transformers: str, code: int, at: Stage) -> None:
    """With arguments, so from 5.7 on; a validator of kustomize may print nothing."""
    kustomization = (
        f"resources: [input.yaml]\ntransformers: {transformers}\nvalidators: [check.yaml]\nnamePrefix: my-\n"
    )
    check = config_map("{}", ", args: [check, -c, function.yaml]")
    lay_out(at.folder, {"kustomization.yaml": kustomization, "check.yaml": check})
    done = at.run("kustomize", *FUNCTIONS)
    assert (done.code, bool(done.out)) == (code, not code)
    assert ("would change: nginx:1.27 -> harbor.corp.example/hub/library/nginx:1.27" in done.err) == bool(code)


def test_kustomize_takes_no_function_that_gives_objects_for_a_validator(at: Stage) -> None:
    lay_out(at.folder, {"kustomization.yaml": KUSTOMIZATION.replace("transformers", "validators")})
    done = at.run("kustomize", *FUNCTIONS)
    assert (done.code, done.out) == (1, b"")
    assert "validator shouldn't modify the resource map" in done.err


WRONG = {
    "a key": (declared(spec="spec:\n  kept: []\n"), CREDENTIALS, "functionConfig: spec.kept: unknown key 'kept'"),
    "a kind": (
        declared().replace("kind: MirrorConfig", "kind: Mirror"),
        CREDENTIALS,
        "functionConfig: expected a MirrorConfig, or a ConfigMap that says under data.config which file has one",
    ),
    "a file that is not there": (config_map("{config: no.yaml}"), CREDENTIALS, "no.yaml: No such file or directory"),
    "an option": (declared(", args: [--mirror]"), CREDENTIALS, "unrecognized arguments: --mirror"),
    "a password in the config": (
        declared(spec=f"spec:\n  keep: {{password: '{PASSWORD}'}}\n"),
        CREDENTIALS,
        "functionConfig: spec.keep",
    ),
    "credentials that are missing": (declared(), {"HARBOR_USER": "u"}, "HARBOR_PASSWORD for its password is not set"),
    "an image that no rule covers": (
        declared(spec="spec:\n  unmapped: error\n").replace("docker.io", "quay.io"),
        CREDENTIALS,
        "Pod web: spec.containers[0].image: error: no mirror covers docker.io/library/nginx:1.27",
    ),
}


@pytest.mark.parametrize(("config", "variables", "reason"), WRONG.values(), ids=WRONG)
def test_what_fails_says_why_and_writes_nothing(
    config: str, variables: dict[str, str], reason: str, bin_folder: Path, tmp_path: Path
) -> None:
    lay_out(tmp_path / "stage", {"input.yaml": POD, "kustomization.yaml": KUSTOMIZATION, "function.yaml": config})
    at = stage(tmp_path / "stage", bin_folder, variables)
    before = contents(at.folder)
    done = at.run("kustomize", *FUNCTIONS, "-o", "output.yaml")
    assert (done.code, done.out, contents(at.folder)) == (1, b"", before)
    assert reason in done.err


def test_a_generator_that_fails_says_why(at: Stage) -> None:
    lay_out(at.folder, {"kustomization.yaml": KUSTOMIZATION.replace("transformers", "generators")})
    done = at.run("kustomize", *FUNCTIONS, HARBOR_PASSWORD="")
    assert (done.code, done.out) == (1, b"")
    assert done.err.startswith("pull secret harbor-pull: the environment variable HARBOR_PASSWORD for its password")


# -- the example, and real manifests ----------------------------------------------------------------------------------

EXAMPLE = CASES.parent.parent.parent / "examples" / "kustomize"


def test_the_example_runs_as_its_readme_says(bin_folder: Path, tmp_path: Path) -> None:
    at = stage(shutil.copytree(EXAMPLE, tmp_path / "stage"), bin_folder, {})
    [command] = commands_of(EXAMPLE)
    done = at.run("sh", "-ec", command)
    assert (done.code, done.out) == (0, (CASES.parent / "examples" / "kustomize.yaml").read_bytes()), done.err
    assert at.run("repoint", "check", "-c", "overlays/production/repoint.yaml", stdin=done.out).code == 0


CORPUS = os.environ.get("REPOINT_CORPUS", "")
EVERYTHING = CONFIG.replace("docker.io, mirror: harbor.corp.example/hub", "'*', mirror: harbor.corp.example/hub")


@pytest.mark.skipif(not CORPUS, reason="REPOINT_CORPUS names no folder of manifests")
@pytest.mark.parametrize("attach_to", ["pods", "serviceAccounts"])
def test_real_manifests_come_out_as_from_a_pipe(attach_to: str, bin_folder: Path, tmp_path: Path) -> None:
    """Objects that kustomize has renamed, where names have not yet followed; a pipe sees them when all have."""
    (tmp_path / "stage").mkdir()
    at = stage(tmp_path / "stage", bin_folder)
    for index, file in enumerate(manifests(Path(CORPUS))):
        kustomization = f"resources: [input.yaml]\nnamePrefix: f{index}-\n"
        lay_out(at.folder, {f"f{index}/input.yaml": file.read_bytes(), f"f{index}/kustomization.yaml": kustomization})
    folders = [folder.name for folder in at.folder.iterdir() if at.run("kustomize", "build", folder.name).code == 0]
    assert len(folders) > 40
    config = f"{EVERYTHING}    attachTo: {attach_to}\n"
    lay_out(at.folder, {"repoint.yaml": config, "kustomization.yaml": f"resources: [{', '.join(folders)}]\n"})
    plain = at.run("kustomize", "build", ".")
    piped = at.run("repoint", "render", "-n", "default", stdin=plain.out)
    lay_out(at.folder, {"again/input.yaml": piped.out, "again/kustomization.yaml": "resources: [input.yaml]\n"})
    lay_out(at.folder, {"function.yaml": config_map("{config: repoint.yaml}")})
    lay_out(at.folder, {"kustomization.yaml": at.read("kustomization.yaml") + "transformers: [function.yaml]\n"})
    done = at.run("kustomize", *FUNCTIONS)
    assert (plain.code, piped.code, done.code) == (0, 0, 0), plain.err + piped.err + done.err
    assert done.out == at.run("kustomize", "build", "again").out
    assert done.out.count(b"\nkind: Secret\n") > plain.out.count(b"\nkind: Secret\n")
