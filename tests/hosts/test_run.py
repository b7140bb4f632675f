"""The ways a run can go: to standard output, below a folder, in place, as a diff, and as a check."""

from __future__ import annotations

import os
import stat
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest
from command import (
    ATTACHED,
    CONFIG,
    MIRRORED,
    PASSWORD,
    PLAIN_CONFIG,
    POD,
    SERVICE,
    UNREADABLE,
    USER,
    contents,
    lay_out,
    load,
    pod,
    repoint,
)

HELM = "{{- if .Values.web }}\nkind: Pod\n{{- end }}\n"
NOT_HELM = "not YAML: did not find expected node content (while parsing a flow node)"


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A folder whose config has no pull secrets, so that nothing but the images changes."""
    lay_out(tmp_path, {"repoint.yaml": PLAIN_CONFIG})
    return tmp_path


@pytest.fixture
def corp(tmp_path: Path) -> Path:
    """A folder whose config has a pull secret, with credentials from the environment."""
    lay_out(tmp_path, {"repoint.yaml": CONFIG})
    return tmp_path


def images(stream: bytes) -> list[str]:
    """Return the image of each Pod in a stream, in order."""
    found = [document for document in load(stream) if document]
    return [document["spec"]["containers"][0]["image"] for document in found if document["kind"] == "Pod"]


def last_line(text: str) -> str:
    return text.splitlines()[-1]


# -- standard input and output ----------------------------------------------------------------------------------------

STREAMS = {
    "a manifest": (POD, MIRRORED),
    "nothing": ("", ""),
    "no manifest": ("# just a comment\n", "# just a comment\n"),
    "CRLF": (POD.replace("\n", "\r\n"), MIRRORED.replace("\n", "\r\n")),
    "no final newline": (POD.rstrip("\n"), MIRRORED.rstrip("\n")),
    "byte order mark": ("\ufeff" + POD, "\ufeff" + MIRRORED),
    "blanks and markers": (f"\n--- # x\n{POD}...\n\n---\n", f"\n--- # x\n{MIRRORED}...\n\n---\n"),
    "JSON": (
        '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"nginx"}]}}',
        '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"harbor.corp.example/hub/library/nginx"}]}}',
    ),
}


@pytest.mark.parametrize("arguments", [(), ("-",)], ids=["nothing", "-"])
@pytest.mark.parametrize(("text", "rewritten"), STREAMS.values(), ids=STREAMS.keys())
def test_render_changes_nothing_but_the_images(
    text: str, rewritten: str, arguments: tuple[str, ...], plain: Path
) -> None:
    done = repoint(plain, "render", *arguments, stdin=text)
    assert (done.code, done.out) == (0, rewritten.encode())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_render_answers_in_the_encoding_it_was_asked_in(encoding: str, plain: Path) -> None:
    mark = "\ufeff" if encoding.endswith("-be") else ""
    done = repoint(plain, "render", stdin=(mark + POD).encode(encoding))
    assert done.out == (mark + MIRRORED).encode(encoding)


def test_render_appends_the_secret_in_the_encoding_of_the_manifest(corp: Path) -> None:
    done = repoint(corp, "render", stdin=POD.encode("utf-16"))
    text = done.out.decode("utf-16")
    assert text.startswith(ATTACHED + "---\napiVersion: v1\nkind: Secret\n")


def test_render_joins_files_and_folders_into_one_stream(plain: Path) -> None:
    files: dict[str, str | bytes] = {
        "one.yaml": pod(name="one").rstrip("\n"),
        "k8s/a.yaml": "\ufeff" + pod(name="a"),
        "k8s/b.yaml": f"%YAML 1.1\n---\n{pod(name='b')}...\n",
        "k8s/c.yaml": pod(name="c").replace("\n", "\r\n"),
        "k8s/d.json": '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"d"},"spec":{"containers":[{"image":"x"}]}}',
        "k8s/values.yaml": "image: nginx\n",
        "last/e.yaml": pod(name="e").encode("utf-16"),
    }
    lay_out(plain, files)
    done = repoint(plain, "render", "one.yaml", "k8s", "-", "last", stdin=pod(name="in"))
    documents = [document for document in load(done.out) if document]
    assert [document["metadata"]["name"] for document in documents] == ["one", "a", "b", "c", "d", "in", "e"]
    assert all(image.startswith("harbor.corp.example/hub/library/") for image in images(done.out))
    assert last_line(done.err) == "repoint: 8 inputs: 7 of 7 images rewritten; left out 1 without Kubernetes objects"


def test_render_passes_over_version_control_and_its_own_files(corp: Path) -> None:
    lay_out(corp, {".git/x.yaml": pod("unseen"), "web.yaml": POD})
    for _ in ("they are made", "they are there"):
        done = repoint(corp, "render", ".", "--secrets", "s.yaml", "--report", "r.json", "--allow-plaintext-secrets")
        assert (done.code, done.out.decode()) == (0, ATTACHED)


HELD = {
    "a manifest": pod("mine"),
    "another Secret": "apiVersion: v1\nkind: Secret\nmetadata: {name: mine}\ntype: kubernetes.io/dockerconfigjson\n",
    "a Secret of another type": "apiVersion: v1\nkind: Secret\nmetadata: {name: harbor-pull}\ntype: Opaque\n",
    "a config": CONFIG,
    "text": "mine",
    "what is not YAML": "a: [",
}


@pytest.mark.parametrize("option", ["--secrets", "--report"])
@pytest.mark.parametrize("held", HELD.values(), ids=HELD.keys())
def test_a_file_that_holds_something_else_is_not_overwritten(held: str, option: str, corp: Path) -> None:
    lay_out(corp, {"k8s/web.yaml": POD, "k8s/mine.yaml": held})
    before = contents(corp)
    done = repoint(corp, "render", "k8s", "-i", option, "k8s/mine.yaml")
    assert (done.code, done.out, contents(corp)) == (2, b"", before)
    assert done.err == (
        f"repoint: {option} k8s/mine.yaml: this file holds something else; remove it first, or name another\n"
    )


def test_render_prints_nothing_that_only_tools_read(plain: Path) -> None:
    kustomization = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [web.yaml]\n"
    lay_out(plain, {"k8s/kustomization.yaml": kustomization, "k8s/other.yaml": CONFIG, "k8s/web.yaml": POD})
    done = repoint(plain, "render", "k8s")
    assert [document["kind"] for document in load(done.out)] == ["Pod"]
    assert repoint(plain, "render", "k8s/kustomization.yaml").out.decode() == kustomization


def test_render_leaves_nothing_out_that_stands_beside_configuration(plain: Path) -> None:
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
    lay_out(plain, {"k8s/a.yaml": f"{component}---\n{POD}", "k8s/b.yaml": f"{component}---\n# no object\n"})
    assert repoint(plain, "render", "k8s").out.decode() == f"{component}---\n{MIRRORED}"


def test_what_may_not_be_meant_is_said(corp: Path) -> None:
    lay_out(corp, {"service.yaml": SERVICE, "web.yaml": POD})
    done = repoint(corp, "render", "service.yaml")
    assert last_line(done.err).endswith("; no pod here needs the pull secret harbor-pull")
    twice = repoint(corp, "render", stdin=repoint(corp, "render", "web.yaml").out)
    assert "; in the input already, and not made again: Secret harbor-pull" in last_line(twice.err)


def test_registries_that_are_not_those_of_the_mirror_are_said(corp: Path) -> None:
    """A typo in them would leave every pod without its pull secret."""
    config = (corp / "repoint.yaml").read_text()
    lay_out(corp, {"repoint.yaml": config.replace("registries: [harbor.", "registries: [harbr."), "web.yaml": POD})
    done = repoint(corp, "render", "web.yaml")
    said = "; no pod here needs the pull secret harbor-pull, and none opens harbor.corp.example, where images come from"
    assert said in last_line(done.err)
    assert said in last_line(repoint(corp, "check", stdin=done.out).err)


def test_render_names_every_missing_path(plain: Path) -> None:
    lay_out(plain, {"web.yaml": POD})
    done = repoint(plain, "render", "no.yaml", "web.yaml", "neither")
    assert (done.code, done.out) == (2, b"")
    assert done.err.splitlines() == [
        "repoint: no.yaml: No such file or directory",
        "repoint: neither: No such file or directory",
    ]


# -- Secrets ----------------------------------------------------------------------------------------------------------


def test_secrets_follow_the_manifests(corp: Path) -> None:
    done = repoint(corp, "render", stdin=POD)
    assert done.out.decode().startswith(ATTACHED + "---\n")
    assert load(done.out)[1]["metadata"] == {"name": "harbor-pull"}
    assert done.err == (
        "repoint: 1 input: 1 of 1 image rewritten, pull secrets added to 1 place, "
        "1 of 1 pull with credentials proven; 1 Secret in the output (harbor-pull)\n"
    )


def test_a_second_render_adds_nothing(corp: Path) -> None:
    once = repoint(corp, "render", stdin=POD).out
    assert repoint(corp, "render", stdin=once, env={}).out == once
    assert repoint(corp, "check", stdin=once, env={}).code == 0


def test_a_secret_in_any_of_the_files_is_not_made_again(corp: Path) -> None:
    lay_out(corp, {"k8s/a.yaml": POD})
    secret = repoint(corp, "render", stdin=POD).out.decode().removeprefix(ATTACHED)
    lay_out(corp, {"k8s/z.yaml": secret})
    done = repoint(corp, "render", "k8s", env={})
    assert done.out.decode() == ATTACHED + secret


OLD_SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: harbor-pull}\ntype: kubernetes.io/dockerconfigjson\n"


@pytest.mark.parametrize("to", [(), ("-o", "out"), ("-i",)], ids=["stdout", "-o", "-i"])
def test_secrets_go_to_the_file_that_is_named(to: tuple[str, ...], corp: Path) -> None:
    lay_out(corp, {"k8s/web.yaml": POD, "s.yaml": OLD_SECRET})
    (corp / "s.yaml").chmod(0o644)
    done = repoint(corp, "render", "k8s", *to, "--secrets", "s.yaml")
    written = {(): done.out, ("-i",): contents(corp)["k8s/web.yaml"]}.get(to) or contents(corp)["out/web.yaml"]
    assert (done.code, written.decode()) == (0, ATTACHED)
    assert [document["kind"] for document in load((corp / "s.yaml").read_bytes())] == ["Secret"]
    assert stat.S_IMODE((corp / "s.yaml").stat().st_mode) == 0o600
    assert last_line(done.err).endswith("; 1 Secret in s.yaml (harbor-pull)")


@pytest.mark.parametrize("to", [("-o", "out"), ("-i",)], ids=["-o", "-i"])
def test_without_a_file_for_them_no_secrets_are_written_and_that_is_said(to: tuple[str, ...], corp: Path) -> None:
    lay_out(corp, {"k8s/web.yaml": POD})
    done = repoint(corp, "render", "k8s", *to, env={})
    assert (done.code, done.out) == (0, b"")
    assert not any(b"kind: Secret" in content for content in contents(corp).values())
    assert last_line(done.err).endswith(
        "; 1 file written; 1 Secret needed and not written (harbor-pull): "
        "name a file with --secrets FILE, or see `repoint secrets`"
    )


def test_where_no_secret_is_needed_the_file_for_them_is_left_and_that_is_said(corp: Path) -> None:
    done = repoint(corp, "render", "--secrets", "s.yaml", stdin=SERVICE, env={})
    assert (done.code, done.out.decode(), (corp / "s.yaml").exists()) == (0, SERVICE, False)
    assert last_line(done.err).endswith("; no Secret is needed, s.yaml was not written")


def test_secrets_can_go_to_a_pipe_beside_files(corp: Path) -> None:
    lay_out(corp, {"k8s/web.yaml": POD})
    done = repoint(corp, "render", "k8s", "-i", "--secrets", "/dev/stdout")
    assert [document["kind"] for document in load(done.out)] == ["Secret"]


def test_secrets_can_go_to_a_redirected_output_beside_files(corp: Path) -> None:
    """The file that the shell opened is written to, not replaced by another of its name."""
    lay_out(corp, {"k8s/web.yaml": POD})
    with (corp / "s.yaml").open("wb") as file:
        file.write(b"# before\n")
        file.flush()
        done = repoint(corp, "render", "k8s", "-i", "--secrets", "/dev/stdout", capture_output=False, stdout=file)
        assert os.fstat(file.fileno()).st_ino == (corp / "s.yaml").stat().st_ino
    assert done.code == 0
    assert (corp / "s.yaml").read_text().startswith("# before\napiVersion: v1\nkind: Secret\n")


@pytest.mark.parametrize("option", ["--secrets", "--report"])
@pytest.mark.parametrize("name", ["/dev/stdout", "out.yaml"])
def test_nothing_else_goes_where_the_manifests_go(option: str, name: str, corp: Path) -> None:
    with (corp / "out.yaml").open("wb") as file:
        done = repoint(
            corp, "render", option, name, stdin=POD, capture_output=False, stdout=file, stderr=subprocess.PIPE
        )
    assert (done.code, (corp / "out.yaml").read_bytes()) == (2, b"")
    assert (
        done.err == f"repoint: {option} {name}: that is standard output, which something else is printed to already\n"
    )


# -- below another folder ---------------------------------------------------------------------------------------------


def test_output_mirrors_a_folder(plain: Path) -> None:
    tree = {"web.yaml": POD, "db/db.yaml": SERVICE, "db/values.yml": "a: 1\n", "crlf.yaml": POD.replace("\n", "\r\n")}
    lay_out(plain, {f"k8s/{name}": text for name, text in tree.items()})
    (plain / "k8s/web.yaml").chmod(0o600)
    done = repoint(plain, "render", "k8s", "-o", "out")
    assert (done.code, done.out) == (0, b"")
    assert last_line(done.err) == "repoint: 4 inputs: 2 of 2 images rewritten; 4 files written"
    assert contents(plain / "out") == {
        "crlf.yaml": MIRRORED.replace("\n", "\r\n").encode(),
        "db/": b"",
        "db/db.yaml": SERVICE.encode(),
        "db/values.yml": b"a: 1\n",
        "web.yaml": MIRRORED.encode(),
    }
    assert stat.S_IMODE((plain / "out/web.yaml").stat().st_mode) == 0o600


def test_output_below_the_input_is_no_input(plain: Path) -> None:
    lay_out(plain, {"web.yaml": POD})
    repoint(plain, "render", ".", "-o", "out/final")
    first = contents(plain)
    assert repoint(plain, "render", ".", "-o", "out/final").code == 0
    assert contents(plain) == first
    assert set(first) == {"repoint.yaml", "web.yaml", "out/", "out/final/", "out/final/web.yaml"}


def test_output_never_writes_outside_its_folder(plain: Path) -> None:
    lay_out(plain, {"here/k8s/web.yaml": POD, "other/db.yaml": POD})
    done = repoint(plain / "here", "render", "k8s", "../other", "-o", "out")
    assert done.code == 0
    assert contents(plain / "other") == {"db.yaml": POD.encode()}
    assert contents(plain / "here/out")["other/db.yaml"] == MIRRORED.encode()


def test_output_of_a_file_named_twice_is_one(plain: Path) -> None:
    lay_out(plain, {"k8s/web.yaml": POD})
    done = repoint(plain, "render", "k8s", "k8s/web.yaml", "-o", "out")
    assert contents(plain / "out") == {"web.yaml": MIRRORED.encode()}
    assert "; 1 file written" in done.err


@pytest.mark.parametrize("place", ["out/web.yaml/x", "out"])
def test_output_is_all_or_nothing(place: str, corp: Path) -> None:
    lay_out(corp, {"k8s/a.yaml": POD, "k8s/web.yaml": POD, place: "in the way"})
    before = contents(corp)
    done = repoint(corp, "render", "k8s", "-o", "out", "--secrets", "s/s.yaml", "--report", "r/r.json")
    assert (done.code, contents(corp)) == (2, before)


# -- in place ---------------------------------------------------------------------------------------------------------


def test_in_place_writes_only_what_changes(plain: Path) -> None:
    lay_out(plain, {"k8s/a.yaml": POD, "k8s/b.yaml": SERVICE, "k8s/c.yaml": MIRRORED, "k8s/d.yaml": "a: 1\n"})
    for file in (plain / "k8s").iterdir():
        os.utime(file, ns=(0, 0))
    (plain / "k8s/a.yaml").chmod(0o755)
    done = repoint(plain, "render", "-i", "k8s")
    assert (done.code, done.out) == (0, b"")
    assert contents(plain / "k8s")["a.yaml"] == MIRRORED.encode()
    assert stat.S_IMODE((plain / "k8s/a.yaml").stat().st_mode) == 0o755
    assert [file.name for file in sorted((plain / "k8s").iterdir()) if file.stat().st_mtime_ns == 0] == [
        *("b.yaml", "c.yaml", "d.yaml")
    ]
    assert last_line(done.err) == "repoint: 4 inputs: 1 of 2 images rewritten, 1 kept; 1 file written"


def test_in_place_writes_through_links(plain: Path) -> None:
    lay_out(plain, {"real/web.yaml": POD})
    for name in ("one.yaml", "two.yaml"):
        (plain / name).symlink_to("real/web.yaml")
    done = repoint(plain, "render", "-i", ".")
    assert "; 1 file written" in done.err
    assert (plain / "one.yaml").is_symlink()
    assert (plain / "two.yaml").is_symlink()
    assert (plain / "real/web.yaml").read_bytes() == MIRRORED.encode()
    assert set(contents(plain)) == {"repoint.yaml", "one.yaml", "two.yaml", "real/", "real/web.yaml"}


@pytest.mark.parametrize("option", ["--secrets", "--report"])
def test_in_place_is_all_or_nothing(option: str, corp: Path) -> None:
    lay_out(corp, {"k8s/a.yaml": POD, "k8s/b.yaml": POD, "file": ""})
    before = contents(corp)
    done = repoint(corp, "render", "-i", "k8s", option, "file/x")
    assert (done.code, contents(corp)) == (2, before)
    assert done.err == "repoint: file/x: Not a directory; no file was changed\n"


# -- diff -------------------------------------------------------------------------------------------------------------


def test_diff_is_what_patch_needs_to_make_the_same_files(corp: Path) -> None:
    files = {
        "k8s/web.yaml": POD,
        "k8s/my pod.yaml": POD.rstrip("\n"),
        "k8s/db/crlf.yaml": POD.replace("\n", "\r\n"),
        "k8s/db/service.yaml": SERVICE,
        "k8s/many.yaml": "---\n".join(pod(name=f"web-{number}") for number in range(9)),
        "k8s/ünï.yaml": "\ufeff" + POD,
    }
    lay_out(corp, files)
    before = contents(corp)
    diff = repoint(corp, "render", "k8s", "--diff", env={})
    assert (diff.code, contents(corp)) == (0, before)
    assert repoint(corp, "render", "k8s", "-o", "out", env={}).code == 0
    patched = subprocess.run(["patch", "--binary", "-p1"], cwd=corp, input=diff.out, capture_output=True)
    assert patched.returncode == 0, patched.stdout
    assert contents(corp / "k8s") == contents(corp / "out")


def test_git_takes_the_diff_too(plain: Path) -> None:
    lay_out(plain, {"k8s/web.yaml": POD})
    diff = repoint(plain, "render", "./k8s", "--diff").out
    subprocess.run(["git", "apply", "--unsafe-paths", "-"], cwd=plain, input=diff, check=True)
    assert contents(plain / "k8s") == {"web.yaml": MIRRORED.encode()}


def test_diff_of_nothing_to_do_is_empty(plain: Path) -> None:
    done = repoint(plain, "render", "--diff", stdin=MIRRORED)
    assert (done.code, done.out) == (0, b"")
    assert done.err == "repoint: 1 input: 0 of 1 image to rewrite, 1 kept; nothing was written\n"


# -- check ------------------------------------------------------------------------------------------------------------

CHECKS = {
    "an image to rewrite": (
        POD,
        1,
        "web.yaml:6:12: would change: nginx:1.27 -> harbor.corp.example/hub/library/nginx:1.27",
    ),
    "an unmapped image": (pod("quay.io/x/y"), 1, "web.yaml:6:12: to do: no mirror covers quay.io/x/y"),
    "a pull secret to add": (MIRRORED, 1, "web.yaml:5:3: would change: Pod web: gets the pull secret harbor-pull"),
    "nothing to do": (ATTACHED, 0, None),
    "no image": (SERVICE, 0, None),
}


@pytest.mark.parametrize(("text", "code", "line"), CHECKS.values(), ids=CHECKS.keys())
def test_check_says_what_is_to_do_and_writes_nothing(text: str, code: int, line: str | None, corp: Path) -> None:
    lay_out(corp, {"web.yaml": text})
    before = contents(corp)
    done = repoint(corp, "check", "web.yaml", env={})
    assert (done.code, done.out, contents(corp)) == (code, b"", before)
    assert line is None or line in done.err.splitlines()
    assert last_line(done.err).endswith(f"; {'nothing' if code == 0 else '1'} to do; nothing was written") or code


NOTHING = {"standard input": ("-",), "a folder": ("empty",), "a file": ("empty/x.yaml",)}


@pytest.mark.parametrize("paths", NOTHING.values(), ids=NOTHING)
def test_check_fails_where_there_is_nothing_to_check(paths: tuple[str, ...], plain: Path) -> None:
    """What should have printed it has failed, as the build in `kustomize build . | repoint check` may."""
    lay_out(plain, {"empty/x.yaml": "\n"} if paths[0].endswith("x.yaml") else {"empty/x.txt": ""})
    done = repoint(plain, "check", *paths, stdin=" \n")
    assert (done.code, done.out) == (2, b"")
    assert done.err == "repoint: there is nothing to check in the input; did what was to print or write it fail?\n"


def test_check_fails_on_what_another_program_did_not_pass_through_here(plain: Path) -> None:
    """Nothing would change but the mark: the images of this pod are mirrored already."""
    marked = PLAIN_CONFIG + "  marker: true\n"
    lay_out(plain, {"repoint.yaml": marked, "skipped.yaml": MIRRORED})
    assert repoint(plain, "check", "skipped.yaml").code == 1
    passed = repoint(plain, "render", "skipped.yaml").out
    assert b"repoint.dev/mirrored-by: repoint" in passed
    assert repoint(plain, "check", stdin=passed).code == 0


# -- images beside pod specs -------------------------------------------------------------------------------------------

WIDGET = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec:\n  sidecar: {image: redis:7}  # ours\n"
WIDGETS_IMAGE = "  fieldSpecs:\n  - {group: example.com, kind: Widget, path: spec/sidecar/image}\n"
OPERATOR = POD + "    env:\n    - {name: RELATED_IMAGE_PROXY, value: envoyproxy/envoy:v1.31}\n"
VALUES = "image:\n  registry: docker.io  # Helm\n  repository: bitnami/redis\n"


def test_a_field_that_nothing_is_known_of_is_said_with_the_entry_that_covers_it(plain: Path) -> None:
    lay_out(plain, {"widget.yaml": WIDGET})
    done = repoint(plain, "check", "widget.yaml")
    said = (
        "spec.sidecar.image reads like an image (redis:7), and nothing is known of that field; to have it rewritten, "
    )
    entry = WIDGETS_IMAGE.splitlines()[1].strip()
    assert done.err.splitlines()[0] == f"widget.yaml:5:20: warning: {said}add to spec.fieldSpecs: {entry}"
    assert done.code == 0
    lay_out(plain, {"repoint.yaml": PLAIN_CONFIG + WIDGETS_IMAGE})
    done = repoint(plain, "render", "widget.yaml")
    assert done.out.decode() == WIDGET.replace("redis:7", "harbor.corp.example/hub/library/redis:7")


def test_a_field_spec_that_leads_to_nothing_is_an_error_of_the_config(plain: Path) -> None:
    lay_out(plain, {"repoint.yaml": PLAIN_CONFIG + WIDGETS_IMAGE, "widget.yaml": WIDGET.replace("image:", "imge:")})
    done = repoint(plain, "render", "widget.yaml")
    assert (done.code, done.out) == (2, b"")
    assert (
        "repoint.yaml: spec.fieldSpecs[0]: spec/sidecar/image leads to nothing in any Widget of the input" in done.err
    )


def test_likely_images_are_said_and_with_an_entry_in_the_config_rewritten(plain: Path) -> None:
    lay_out(plain, {"operator.yaml": OPERATOR})
    done = repoint(plain, "render", "operator.yaml")
    assert "envoyproxy/envoy:v1.31" in done.out.decode()
    assert (
        "operator.yaml:8:42: warning: envoyproxy/envoy:v1.31 in the variable RELATED_IMAGE_PROXY is likely" in done.err
    )
    lay_out(plain, {"repoint.yaml": PLAIN_CONFIG + "  likely: [env]\n"})
    done = repoint(plain, "render", "operator.yaml")
    assert "value: harbor.corp.example/hub/envoyproxy/envoy:v1.31}" in done.out.decode()


def test_helm_values_are_rewritten_when_asked(plain: Path) -> None:
    lay_out(plain, {"values.yaml": VALUES})
    assert repoint(plain, "render", "values.yaml").out.decode() == VALUES
    lay_out(plain, {"repoint.yaml": PLAIN_CONFIG + "  helmValues: true\n"})
    expected = VALUES.replace("docker.io", "harbor.corp.example").replace("bitnami", "hub/bitnami")
    assert repoint(plain, "render", "values.yaml").out.decode() == expected


# -- what cannot be read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [("render",), ("render", "-i"), ("render", "-o", "out"), ("render", "--diff"), ("check",)]
)
def test_unreadable_documents_are_all_listed_and_nothing_is_written(arguments: tuple[str, ...], corp: Path) -> None:
    lay_out(
        corp,
        {"k8s/a.yaml": f"{POD}---\n{UNREADABLE}", "k8s/b.yaml": POD, "k8s/c.yaml": HELM, "k8s/d.yaml": b"a: \xff\n"},
    )
    before = contents(corp)
    done = repoint(corp, *arguments, "k8s")
    assert (done.code, done.out, contents(corp)) == (1, b"", before)
    assert [line for line in done.err.splitlines() if ": error: " in line] == [
        "k8s/a.yaml:10:1: error: not YAML: did not find expected ',' or ']' (while parsing a flow sequence)",
        f"k8s/c.yaml:1:3: error: {NOT_HELM}; a Helm template has to be rendered first",
        "k8s/d.yaml:1:4: error: no UTF-8 text: invalid start byte",
    ]
    assert last_line(done.err).endswith("; nothing was written")


def test_skip_unreadable_passes_such_documents_on(plain: Path) -> None:
    broken = b"a: \xff # apiVersion kind\n"
    lay_out(plain, {"k8s/a.yaml": f"{HELM}---\n{POD}", "k8s/b.yaml": broken})
    done = repoint(plain, "render", "--skip-unreadable", "k8s")
    assert (done.code, done.out) == (0, f"{HELM}---\n{MIRRORED}---\n".encode() + broken)
    assert [line.partition(": ")[2] for line in done.err.splitlines()[:2]] == [
        f"warning: {NOT_HELM}, passed on as it came",
        "warning: no UTF-8 text: invalid start byte, passed on as it came",
    ]


def test_skip_unreadable_copies_what_is_no_text_byte_for_byte(plain: Path) -> None:
    broken = b"\xff\xfea\x00\xff"
    lay_out(plain, {"k8s/a.yaml": broken, "k8s/b.yaml": POD})
    assert repoint(plain, "render", "--skip-unreadable", "k8s", "-o", "out").code == 0
    assert contents(plain / "out") == {"a.yaml": broken, "b.yaml": MIRRORED.encode()}


# -- no credential where it does not belong ---------------------------------------------------------------------------

WAYS = {
    "render": ("render", "k8s", "--secrets", "s.yaml"),
    "render, -o": ("render", "k8s", "-o", "out", "--secrets", "s.yaml"),
    "render, -i": ("render", "k8s", "-i", "--secrets", "s.yaml"),
    "render, --diff": ("render", "k8s", "--diff"),
    "check": ("check", "k8s"),
    "a file that cannot be written": ("render", "k8s", "--secrets", "k8s/web.yaml/s.yaml"),
    "a config that is wrong": ("render", "k8s", "-c", "wrong.yaml"),
    "a document that is not YAML": ("render", "wrong"),
}


@pytest.mark.parametrize("arguments", WAYS.values(), ids=WAYS.keys())
def test_no_credential_is_seen_anywhere_but_in_a_secret(arguments: tuple[str, ...], corp: Path) -> None:
    lay_out(corp, {"k8s/web.yaml": POD, "wrong.yaml": "a: b", "wrong/x.yaml": UNREADABLE})
    secret = repoint(corp, "render", stdin=POD).out.decode()
    hidden = [
        PASSWORD,
        secret.partition(".dockerconfigjson: ")[2].strip(),
        *encoded(PASSWORD),
        *encoded(f"{USER}:{PASSWORD}"),
    ]
    done = repoint(corp, *arguments, "--report", "r.json")
    files = [content.decode() for name, content in contents(corp).items() if name != "s.yaml"]
    seen = "\n".join([done.out.decode(), done.err, *files])
    assert not [each for each in hidden if each in seen]


def encoded(text: str) -> list[str]:
    """Return the base64 of `text` as it can stand in that of a longer one: three ways, without the ends that vary."""
    ways = [b64encode(b"x" * before + text.encode()).decode() for before in range(3)]
    return [way[(0, 2, 3)[before] : -4] for before, way in enumerate(ways)]
