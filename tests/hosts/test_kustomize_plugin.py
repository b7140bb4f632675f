"""The legacy plugin of kustomize, also through kubectl: the same trees come out in the same bytes as by a function."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from command import ATTACHED, CONFIG, CREDENTIALS, POD, contents, lay_out, load, repoint
from in_hosts import BUILD, FUNCTION, KUSTOMIZATION, Stage, commands_of, stage
from passwords import leaks
from programs import needs

CASES = Path(__file__).parent.parent / "cases" / "kustomize"
NAMES = sorted(folder.name for folder in CASES.iterdir())
KUBECTL = ("kubectl", "kustomize", "--enable-alpha-plugins")
HOSTS = [
    pytest.param(("kustomize", *BUILD), id="kustomize", marks=needs("kustomize")),
    pytest.param(KUBECTL, id="kubectl", marks=needs("kubectl")),
]
hosts = pytest.mark.parametrize("host", HOSTS)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder with the plugin."""
    folder = tmp_path_factory.mktemp("plugins")
    assert repoint(folder, "plugin", "install", "kustomize", "--to", "home").code == 0
    return str(folder / "home")


@pytest.fixture
def at(home: str, bin_folder: Path, tmp_path: Path) -> Stage:
    lay_out(tmp_path / "stage", {"input.yaml": POD, "kustomization.yaml": KUSTOMIZATION, "function.yaml": declared()})
    lay_out(tmp_path, {"left/README": "what a plugin leaves behind"})
    found = stage(tmp_path / "stage", bin_folder)
    return found._replace(env={**found.env, "KUSTOMIZE_PLUGIN_HOME": home, "TMPDIR": str(tmp_path / "left")})


def declared(more: str = "") -> str:
    """Return the config as the object that declares the plugin."""
    return CONFIG.replace("spec:\n", f"metadata: {{name: corp}}\n{more}spec:\n")


@hosts
@pytest.mark.parametrize("name", NAMES)
def test_a_tree_is_built_as_by_a_function(name: str, host: tuple[str, ...], at: Stage) -> None:
    shutil.rmtree(at.folder)
    shutil.copytree(CASES / name, at.folder)
    lines = FUNCTION.splitlines(keepends=True)
    for file in at.folder.rglob("*.yaml"):
        text = file.read_text()
        for function in (FUNCTION, "".join(f"  {line}" for line in lines)):
            text = text.replace(function, "")
        file.write_text(text)
    done = at.run(*host, ".")
    assert (done.code, done.out) == (0, at.read("output.yaml").encode()), done.err


@hosts
def test_a_log_has_what_is_not_shown_of_a_success(host: tuple[str, ...], at: Stage) -> None:
    done = at.run(*host, ".")
    assert (done.code, done.err) == (0, "")
    assert load(done.out)[1] == load(ATTACHED.encode())[0]
    first, last = (line.partition("] ")[2] for line in at.log.read_text().splitlines())
    assert re.fullmatch(r"repoint kustomize-plugin \S+/kust-plugin-config-\d+ \(in .*\)", first)
    assert last.endswith("1 of 1 pull with credentials proven; 1 Secret in the output (harbor-pull)")


@hosts
def test_a_generator_may_have_nothing_to_make(host: tuple[str, ...], at: Stage) -> None:
    config = CONFIG[: CONFIG.index("  pullSecrets:")].replace("spec:\n", "metadata: {name: corp}\nspec:\n")
    lay_out(at.folder, {"kustomization.yaml": KUSTOMIZATION.replace("transformers", "generators")})
    lay_out(at.folder, {"function.yaml": config})
    done = at.run(*host, ".")
    assert (done.code, load(done.out)) == (0, load(POD.encode()))


WRONG = {
    "a key": (
        declared().replace("mirrors:", "mirors:"),
        CREDENTIALS,
        "MirrorConfig: spec.mirors: unknown key 'mirors'",
    ),
    "arguments": (declared("argsOneLiner: -n shop\n"), CREDENTIALS, "unrecognized arguments: -n shop"),
    "credentials that are missing": (
        declared(),
        {"HARBOR_USER": "u", "HARBOR_PASSWORD": ""},
        "HARBOR_PASSWORD for its password is empty",
    ),
    "an image that no rule covers": (
        f"{declared().replace('docker.io', 'quay.io')}  unmapped: error\n",
        CREDENTIALS,
        "Pod web: spec.containers[0].image: error: no mirror covers docker.io/library/nginx:1.27",
    ),
}


@hosts
@pytest.mark.parametrize(("config", "variables", "reason"), WRONG.values(), ids=WRONG)
def test_what_fails_says_why_and_leaves_no_credential(
    config: str, variables: dict[str, str], reason: str, host: tuple[str, ...], at: Stage
) -> None:
    """Kustomize leaves the config behind in a folder for temporary files."""
    lay_out(at.folder, {"function.yaml": config})
    before = contents(at.folder)
    done = at.run(*host, "-o", "output.yaml", ".", **variables)
    assert (done.code, done.out, contents(at.folder)) == (1, b"", before)
    assert reason in done.err
    [left] = (at.folder.parent / "left").glob("kust-plugin-config-*")
    assert left.name in done.err
    assert leaks(left.read_bytes()) == []


@hosts
def test_no_validator_can_give_objects(host: tuple[str, ...], at: Stage) -> None:
    lay_out(at.folder, {"kustomization.yaml": KUSTOMIZATION.replace("transformers", "validators")})
    done = at.run(*host, ".")
    assert (done.code, done.out) == (1, b"")
    assert "validator shouldn't modify the resource map" in done.err


@needs("kubectl")
def test_kubectl_runs_no_plugin_when_it_applies(at: Stage) -> None:
    done = at.run("kubectl", "apply", "-k", ".", "--dry-run=client", KUBECONFIG="/dev/null")
    assert (done.code, done.out) == (1, b"")
    assert "external plugins disabled; unable to load external plugin 'MirrorConfig'" in done.err


EXAMPLE = CASES.parent.parent.parent / "examples" / "kustomize-plugin"


@needs("kubectl")
def test_the_example_runs_as_its_readme_says(bin_folder: Path, tmp_path: Path) -> None:
    at = stage(shutil.copytree(EXAMPLE, tmp_path / "stage"), bin_folder, {})
    [command] = commands_of(EXAMPLE)
    done = at.run("sh", "-ec", command, HOME=str(tmp_path), XDG_CONFIG_HOME="", KUSTOMIZE_PLUGIN_HOME="")
    assert (done.code, done.out) == (0, (CASES.parent / "examples" / "kustomize-plugin.yaml").read_bytes()), done.err
    assert at.run("repoint", "check", stdin=done.out).code == 0
