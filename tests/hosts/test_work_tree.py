"""Credentials that others could read are not written where a `git add` would take them along, unless asked for."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from command import ATTACHED, CONFIG, POD, Done, contents, lay_out, load, repoint
from programs import needs

from transformer.errors import UsageError
from transformer.hosts.work_tree import refuse_plaintext, work_tree

pytestmark = needs("git")

SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: harbor-pull}\ntype: kubernetes.io/dockerconfigjson\n"
OLD_SECRET = f"{SECRET}data: {{.dockerconfigjson: e30=}}\n"
UPDATING = f"{CONFIG}    existing: update\n"
EXTERNAL = CONFIG[: CONFIG.index("    credentials:")] + (
    "    emit: ExternalSecret\n    externalSecret:\n      store: {name: vault}\n"
    "      remote: {username: {key: u}, password: {key: p}}\n"
)
TEMPLATED = f"{CONFIG}    emit: template\n    template: form.j2\n"
# Forms of the user's own, and whether others could read the credentials in what they make.
FORMS = {
    "with the credentials": ("{{ auths | tojson }}", True),
    "with their JSON": ("{{ dockerconfigjson | tojson }}", True),
    "without": ("{{ registries | join }}", False),
}
WAY_OUT = "use emit: SealedSecret or ExternalSecret, name a file elsewhere, or say --allow-plaintext-secrets"


def git(folder: Path, *arguments: str) -> None:
    """Run git as nobody in particular, with nobody's configuration."""
    said = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    said |= {
        f"GIT_{role}_{what}": f"{what.lower()}@corp.example"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *arguments], cwd=folder, env=kept | said, check=True, capture_output=True)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder that is in no work tree, with a config."""
    assert work_tree(tmp_path / "x") is None
    lay_out(tmp_path, {"out/repoint.yaml": CONFIG, "out/k8s/web.yaml": POD})
    return tmp_path / "out"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The work tree of a repository, with a config and a manifest."""
    lay_out(tmp_path, {"tree/repoint.yaml": CONFIG, "tree/k8s/web.yaml": POD})
    git(tmp_path / "tree", "init", "--quiet")
    return tmp_path / "tree"


def seen(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder, but for those that git keeps for itself."""
    return {name: content for name, content in contents(folder).items() if not name.startswith(".git/")}


def refused(done: Done, file: str | Path, tree: Path, what: str = "the credentials of harbor-pull") -> bool:
    """See that a run wrote nothing, and whether it says why and how else."""
    message = (
        f"repoint: {file}: {what} would be written as plain text into the git work tree {tree.resolve()}; {WAY_OUT}\n"
    )
    return (done.code, done.out, done.err) == (2, b"", message)


# -- where a file is ---------------------------------------------------------------------------------------------------


def test_work_tree_is_the_folder_with_the_repository(tree: Path) -> None:
    assert work_tree(tree / "s.yaml") == tree.resolve()
    assert work_tree(tree / "k8s" / "web.yaml") == tree.resolve()
    assert work_tree(tree / "not" / "there" / "s.yaml") == tree.resolve()
    assert work_tree(tree / "k8s" / ".." / "s.yaml") == tree.resolve()


def test_work_tree_is_none_outside(tree: Path, outside: Path) -> None:
    assert work_tree(outside / "s.yaml") is None
    assert work_tree(tree.parent / "s.yaml") is None
    assert work_tree(tree / ".." / "s.yaml") is None
    assert work_tree(tree) is None


def test_work_tree_goes_by_the_working_directory(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree / "k8s")
    assert work_tree(Path("s.yaml")) == tree.resolve()
    assert work_tree(Path("../../s.yaml")) is None


def test_work_tree_knows_the_other_trees_of_a_repository(tree: Path) -> None:
    """Their `.git` is a file."""
    git(tree, "commit", "--quiet", "--allow-empty", "--message=x")
    git(tree, "worktree", "add", "--quiet", "../second")
    second = tree.parent / "second"
    assert (second / ".git").is_file()
    assert work_tree(second / "k8s" / "s.yaml") == second.resolve()


def test_work_tree_knows_one_whose_repository_lies_elsewhere(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--separate-git-dir=elsewhere", "tree")
    assert work_tree(tmp_path / "tree" / "s.yaml") == (tmp_path / "tree").resolve()
    assert work_tree(tmp_path / "s.yaml") is None


def test_work_tree_knows_a_submodule(tree: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "module")
    git(tmp_path / "module", "commit", "--quiet", "--allow-empty", "--message=x")
    git(tree, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "module"), "m")
    assert work_tree(tree / "m" / "s.yaml") == (tree / "m").resolve()


def test_a_bare_repository_has_no_work_tree(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    assert work_tree(tmp_path / "bare.git" / "s.yaml") is None


def test_work_tree_follows_links(tree: Path, outside: Path) -> None:
    (outside / "into").symlink_to(tree / "k8s")
    (tree / "out").symlink_to(outside)
    (outside / "in.yaml").symlink_to(tree / "s.yaml")
    (tree / "out.yaml").symlink_to(outside / "s.yaml")
    assert work_tree(outside / "into" / "s.yaml") == tree.resolve()
    assert work_tree(outside / "in.yaml") == tree.resolve()
    assert work_tree(tree / "out" / "s.yaml") is None
    assert work_tree(tree / "out.yaml") is None


def test_refuse_plaintext_names_the_first_that_is_in_one(tree: Path, outside: Path) -> None:
    refuse_plaintext([], "anything")
    refuse_plaintext([outside / "s.yaml", outside / "t.yaml"], "anything")
    with pytest.raises(UsageError) as caught:
        refuse_plaintext([outside / "s.yaml", tree / "a.yaml", tree / "b.yaml"], "anything")
    assert str(caught.value) == (
        f"{tree / 'a.yaml'}: anything would be written as plain text into the git work tree {tree.resolve()}; {WAY_OUT}"
    )


# -- Secrets that are made --------------------------------------------------------------------------------------------

TO = [(), ("-i",), ("-o", "../made")]


@pytest.mark.parametrize("to", TO, ids=["stdout", "-i", "-o"])
def test_secrets_are_not_written_into_a_work_tree(to: tuple[str, ...], tree: Path) -> None:
    before = contents(tree.parent)
    done = repoint(tree, "render", "k8s", *to, "--secrets", "secrets/s.yaml", "--report", "r.json")
    assert refused(done, "secrets/s.yaml", tree)
    assert contents(tree.parent) == before


@pytest.mark.parametrize("to", TO, ids=["stdout", "-i", "-o"])
def test_secrets_are_written_there_when_asked(to: tuple[str, ...], tree: Path) -> None:
    done = repoint(tree, "render", "k8s", *to, "--secrets", "s.yaml", "--allow-plaintext-secrets")
    assert done.code == 0
    assert [document["kind"] for document in load((tree / "s.yaml").read_bytes())] == ["Secret"]


def test_a_file_that_git_ignores_is_refused_too(tree: Path) -> None:
    """Who ignores it today may not tomorrow, and `git add -f` takes it at once."""
    lay_out(tree, {".gitignore": "s.yaml\n"})
    assert refused(repoint(tree, "render", "k8s", "--secrets", "s.yaml"), "s.yaml", tree)


@pytest.mark.parametrize("to", TO, ids=["stdout", "-i", "-o"])
def test_secrets_are_written_outside(to: tuple[str, ...], tree: Path) -> None:
    done = repoint(tree, "render", "k8s", *to, "--secrets", "../s.yaml")
    assert done.code == 0
    assert [document["kind"] for document in load((tree.parent / "s.yaml").read_bytes())] == ["Secret"]


def test_a_link_into_a_work_tree_is_no_way_in(tree: Path, outside: Path) -> None:
    (outside / "folder").symlink_to(tree / "k8s")
    (outside / "s.yaml").symlink_to(tree / "s.yaml")
    for file in ("folder/s.yaml", "s.yaml"):
        assert refused(repoint(outside, "render", "k8s", "--secrets", file), file, tree)
    assert set(seen(tree)) == {"repoint.yaml", "k8s/", "k8s/web.yaml"}


def test_a_link_out_of_a_work_tree_is_a_way_out(tree: Path, outside: Path) -> None:
    (tree / "s.yaml").symlink_to(outside / "s.yaml")
    assert repoint(tree, "render", "k8s", "--secrets", "s.yaml").code == 0
    assert [document["kind"] for document in load((outside / "s.yaml").read_bytes())] == ["Secret"]
    assert (tree / "s.yaml").is_symlink()


@pytest.mark.parametrize("to", TO[1:], ids=["-i", "-o"])
def test_standard_output_is_no_file_of_a_work_tree(to: tuple[str, ...], tree: Path) -> None:
    done = repoint(tree, "render", "k8s", *to, "--secrets", "/dev/stdout")
    assert done.code == 0
    assert [document["kind"] for document in load(done.out)] == ["Secret"]


def test_standard_output_may_be_a_file_of_a_work_tree(tree: Path) -> None:
    """The shell has opened that, and the user with it."""
    for command in (("render", "k8s"), ("secrets", "k8s"), ("render", "k8s", "-i", "--secrets", "/dev/stdout")):
        with (tree / "all.txt").open("wb") as file:
            assert repoint(tree, *command, capture_output=False, stdout=file).code == 0
        assert [each["kind"] for each in load((tree / "all.txt").read_bytes()) if each][-1] == "Secret"


def test_secrets_are_printed_in_a_work_tree(tree: Path) -> None:
    done = repoint(tree, "render", "k8s")
    assert (done.code, done.out.decode().startswith(f"{ATTACHED}---\n")) == (0, True)


def test_what_holds_no_credentials_is_written(tree: Path) -> None:
    lay_out(tree, {"repoint.yaml": EXTERNAL})
    done = repoint(tree, "render", "k8s", "-i", "--secrets", "s.yaml", env={})
    assert done.code == 0
    assert [document["kind"] for document in load((tree / "s.yaml").read_bytes())] == ["ExternalSecret"]


@pytest.mark.parametrize(("value", "is_plain"), FORMS.values(), ids=FORMS)
def test_a_form_of_the_users_own_is_asked_what_it_holds(value: str, is_plain: bool, tree: Path) -> None:
    form = f"apiVersion: x/v1\nkind: Vault\nmetadata: {{name: {{{{ name }}}}}}\nspec: {{x: {value}}}\n"
    lay_out(tree, {"repoint.yaml": TEMPLATED, "form.j2": form})
    done = repoint(tree, "render", "k8s", "-i", "--secrets", "s.yaml")
    assert (tree / "s.yaml").exists() != is_plain
    assert refused(done, "s.yaml", tree) if is_plain else done.code == 0


def test_where_no_secret_is_needed_there_is_nothing_to_refuse(tree: Path) -> None:
    lay_out(tree, {"k8s/web.yaml": POD.replace("nginx:1.27", "x.example/app")})
    assert repoint(tree, "render", "k8s", "-i", "--secrets", "s.yaml", env={}).code == 0


def test_those_that_are_in_plain_text_are_named(tree: Path) -> None:
    external = EXTERNAL[EXTERNAL.index("  - name: harbor-pull") :].replace("harbor-pull", "other")
    lay_out(tree, {"repoint.yaml": CONFIG + external})
    for namespace in ("shop", "mail"):
        text = POD.replace("{name: web}", f"{{name: web, namespace: {namespace}}}")
        lay_out(tree, {f"k8s/{namespace}.yaml": text})
    done = repoint(tree, "render", "k8s", "-i", "--secrets", "s.yaml")
    assert refused(done, "s.yaml", tree, "the credentials of harbor-pull, mail/harbor-pull, shop/harbor-pull")


# -- Secrets that are updated -----------------------------------------------------------------------------------------


@pytest.fixture
def with_secret(tree: Path) -> Path:
    """A work tree that has a Secret which is to be updated, alone in a file."""
    lay_out(tree, {"repoint.yaml": UPDATING, "k8s/secret.yaml": OLD_SECRET})
    return tree


def test_secrets_are_not_updated_in_a_work_tree(with_secret: Path) -> None:
    before = contents(with_secret)
    done = repoint(with_secret, "render", "k8s", "-i", "--report", "r.json")
    assert refused(done, "k8s/secret.yaml", with_secret, "new credentials")
    assert contents(with_secret) == before


def test_secrets_are_updated_there_when_asked(with_secret: Path) -> None:
    done = repoint(with_secret, "render", "k8s", "-i", "--allow-plaintext-secrets")
    assert (done.code, done.out) == (0, b"")
    assert seen(with_secret)["k8s/secret.yaml"] != OLD_SECRET.encode()
    again = repoint(with_secret, "render", "k8s", "-i")
    assert again.code == 0
    assert "0 files written" in again.err


def test_updated_secrets_are_not_copied_into_a_work_tree(with_secret: Path, outside: Path) -> None:
    lay_out(outside, {"repoint.yaml": UPDATING, "k8s/secret.yaml": OLD_SECRET})
    before = contents(with_secret)
    out = with_secret / "made"
    done = repoint(outside, "render", "k8s", "-o", out)
    assert refused(done, out / "secret.yaml", with_secret, "new credentials")
    assert contents(with_secret) == before


def test_updated_secrets_are_copied_out_of_a_work_tree(with_secret: Path) -> None:
    before = contents(with_secret)
    assert repoint(with_secret, "render", "k8s", "-o", "../made").code == 0
    assert contents(with_secret) == before
    assert contents(with_secret.parent / "made")["secret.yaml"] != OLD_SECRET.encode()


def test_a_link_into_a_work_tree_is_no_way_to_update(with_secret: Path, outside: Path) -> None:
    lay_out(outside, {"repoint.yaml": UPDATING})
    (outside / "k8s" / "secret.yaml").symlink_to(with_secret / "k8s" / "secret.yaml")
    before = contents(with_secret)
    done = repoint(outside, "render", "k8s", "-i")
    assert refused(done, "k8s/secret.yaml", with_secret, "new credentials")
    assert contents(with_secret) == before


def test_other_files_are_no_matter(with_secret: Path) -> None:
    """Neither one whose Secret is as it is to be, nor one that has a Secret of another name."""
    repoint(with_secret, "render", "k8s", "-i", "--allow-plaintext-secrets")
    lay_out(with_secret, {"k8s/other.yaml": OLD_SECRET.replace("harbor-pull", "other"), "k8s/db.yaml": POD})
    done = repoint(with_secret, "render", "k8s", "-i")
    assert (done.code, "1 file written" in done.err) == (0, True)
    assert seen(with_secret)["k8s/db.yaml"].decode() == ATTACHED


@pytest.mark.parametrize(
    "arguments", [("render",), ("render", "--diff"), ("check",)], ids=["stdout", "--diff", "check"]
)
def test_what_writes_no_file_is_allowed(arguments: tuple[str, ...], with_secret: Path) -> None:
    before = contents(with_secret)
    assert repoint(with_secret, *arguments, "k8s").code in (0, 1)
    assert contents(with_secret) == before
