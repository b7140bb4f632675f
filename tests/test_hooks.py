"""When objects are applied, and that what is made is there before them: by the order in which Helm and Argo CD go."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.hooks import NORMAL, WRITTEN, Timing, before, before_pods, timing
from transformer.nodes import compose
from transformer.pod_specs import contents
from transformer.resources import Resource, resources

Said = Mapping[str, str]

HOOK, WEIGHT, POLICY = "helm.sh/hook", "helm.sh/hook-weight", "helm.sh/resource-policy"
ARGO, WAVE, OPTIONS = (f"argocd.argoproj.io/{name}" for name in ("hook", "sync-wave", "sync-options"))
SYNC = frozenset({"Sync"})
PRE_SYNC = frozenset({"PreSync"})


def resource(annotations: Said) -> Resource:
    [found] = resources(compose(f"apiVersion: v1\nkind: Pod\nmetadata: {{annotations: {json.dumps(annotations)}}}\n"))
    return found


def hook(*events: str, weight: int = 0, phases: Iterable[str] = (), wave: int | None = None) -> Timing:
    """When a hook of these events is applied; without a wave, its weight is that to Argo CD."""
    return Timing(frozenset(events), weight, frozenset(phases), weight if wave is None else wave)


TIMINGS: dict[str, tuple[Said, Timing]] = {
    "nothing": ({}, NORMAL),
    "something else": ({"note": "pre-install"}, NORMAL),
    # Helm: pkg/release/v1/util/manifest_sorter.go; Argo CD's mapping: gitops-engine/pkg/sync/hook/helm/type.go
    "pre-install": ({HOOK: "pre-install"}, hook("pre-install", phases=PRE_SYNC)),
    "pre-upgrade": ({HOOK: "pre-upgrade"}, hook("pre-upgrade", phases=PRE_SYNC)),
    "pre-rollback, which Argo CD knows none of": ({HOOK: "pre-rollback"}, hook("pre-rollback")),
    "pre-delete": ({HOOK: "pre-delete"}, hook("pre-delete")),
    "post-delete": ({HOOK: "post-delete"}, hook("post-delete")),
    "test": ({HOOK: "test"}, hook("test")),
    "several": (
        {HOOK: "pre-install, post-install"},
        hook("pre-install", "post-install", phases=("PreSync", "PostSync")),
    ),
    "blanks and upper case, which only Helm takes": ({HOOK: "\tPre-Install "}, hook("pre-install")),
    "the name of a test in Helm 2": ({HOOK: "test-success"}, hook("test-success")),
    "an event that Helm drops an object for": ({HOOK: "test-failure"}, hook()),
    "one beside others": ({HOOK: "pre-install,when-ready"}, hook(phases=PRE_SYNC)),
    "one that ends in a comma": ({HOOK: "pre-install,"}, hook(phases=PRE_SYNC)),
    "an empty one": ({HOOK: ""}, hook()),
    "crd-install, which Helm drops and Argo CD takes for none": ({HOOK: "crd-install"}, hook(phases=SYNC)),
    "crd-install with others": ({HOOK: "crd-install,pre-install"}, hook(phases=PRE_SYNC)),
    "a weight": ({HOOK: "pre-install", WEIGHT: "-5"}, hook("pre-install", weight=-5, phases=PRE_SYNC)),
    "a weight with a sign": ({HOOK: "pre-install", WEIGHT: "+07"}, hook("pre-install", weight=7, phases=PRE_SYNC)),
    "a weight that is a wave to Argo CD alone": ({WEIGHT: "-5"}, Timing(weight=-5, wave=-5)),
    # Argo CD: gitops-engine/pkg/sync/hook/hook.go and syncwaves/waves.go
    "PreSync": ({ARGO: "PreSync"}, Timing(phases=PRE_SYNC)),
    "PreSync and PostSync": ({ARGO: " PreSync ,PostSync"}, Timing(phases=frozenset({"PreSync", "PostSync"}))),
    "Skip": ({ARGO: "Skip"}, Timing(phases=frozenset({"Skip"}))),
    "PreDelete": ({ARGO: "PreDelete"}, Timing(phases=frozenset())),
    "PostDelete": ({ARGO: "PostDelete"}, Timing(phases=frozenset({"PostDelete"}))),
    "a hook of Argo CD's own rather than Helm's": (
        {ARGO: "PostSync", HOOK: "pre-install"},
        hook("pre-install", phases={"PostSync"}),
    ),
    "a hook of Helm's where Argo CD's is none": (
        {ARGO: "presync", HOOK: "pre-install"},
        hook("pre-install", phases=PRE_SYNC),
    ),
    "no hook at all": ({ARGO: "presync"}, Timing(phases=frozenset())),
    "a wave": ({WAVE: "-3"}, Timing(wave=-3)),
    "a wave rather than a weight": (
        {WAVE: "2", HOOK: "pre-install", WEIGHT: "-5"},
        hook("pre-install", weight=-5, phases=PRE_SYNC, wave=2),
    ),
    "a weight where the wave is none": ({WAVE: "first", WEIGHT: "-5"}, Timing(weight=-5, wave=-5)),
}


@pytest.mark.parametrize(("annotations", "expected"), TIMINGS.values(), ids=TIMINGS)
def test_timing_is_what_helm_and_argo_cd_read(annotations: Said, expected: Timing) -> None:
    assert timing(resource(annotations)) == expected


@pytest.mark.parametrize("number", ["", "five", " -5", "-5 ", "5.0", "1_0", "\u0665", "--5", "9" * 19, "9" * 5000])
def test_timing_takes_no_other_number_than_go_does(number: str) -> None:
    assert timing(resource({WEIGHT: number, WAVE: number})) == NORMAL


# Metadata that is not as it should be.
METADATA = ["", "[a]", "{annotations: }", "{annotations: [a]}", "{annotations: {helm.sh/hook-weight: [1]}}"]


@pytest.mark.parametrize("metadata", METADATA)
def test_timing_takes_metadata_as_it_comes(metadata: str) -> None:
    [found] = resources(compose(f"apiVersion: v1\nkind: Pod\nmetadata: {metadata}\n"))
    assert timing(found) == NORMAL


def test_timing_takes_values_that_are_no_texts() -> None:
    [found] = resources(
        compose(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    helm.sh/hook: &h pre-install\n"
            "    helm.sh/hook-weight: -5\n    argocd.argoproj.io/hook:\n"
        )
    )
    assert timing(found) == hook("pre-install", weight=-5, phases=PRE_SYNC)


HOOKED = "metadata: {annotations: {helm.sh/hook: pre-install}}"
POD = "{apiVersion: v1, kind: Pod, spec: {containers: [{image: nginx}]}"


def test_timing_of_an_item_is_its_own() -> None:
    [item] = resources(compose(f"{{apiVersion: v1, kind: List, {HOOKED}, items: [{POD}}}]}}"))
    assert timing(item) == NORMAL


def test_timing_of_an_object_inside_another_is_that_of_the_outer_one() -> None:
    [outer] = resources(compose(f"{{apiVersion: x/v1, kind: Widget, {HOOKED}, spec: [{{template: {POD}}}}}]}}"))
    [_, inner] = contents(outer).resources
    assert (inner.kind, timing(inner)) == ("Pod", hook("pre-install", phases=PRE_SYNC))


# -- what is derived ---------------------------------------------------------------------------------------------------

ALL = "pre-install,pre-upgrade,pre-rollback"


def helm(hook: str, weight: str) -> Said:
    return {HOOK: hook, WEIGHT: weight, POLICY: "keep"}


# The annotations of what uses an object, what it says itself, and what is derived.
DERIVED: dict[str, tuple[list[Said], Said, Said]] = {
    "nothing uses it": ([], {}, {}),
    "what is applied normally": ([{}, {}], {}, {}),
    # Helm
    "a hook before the first install": ([{HOOK: "pre-install"}], {}, helm("pre-install", "-1")),
    "hooks before, in a fixed order": (
        [{HOOK: "pre-upgrade"}, {HOOK: "pre-rollback,pre-install"}],
        {},
        helm(ALL, "-1"),
    ),
    "two events alone": ([{HOOK: "pre-upgrade,pre-install"}], {}, helm("pre-install,pre-upgrade", "-1")),
    "the least weight of hooks before": (
        [{HOOK: "pre-install", WEIGHT: "5"}, {HOOK: "pre-upgrade", WEIGHT: "3"}, {HOOK: "post-install", WEIGHT: "-9"}],
        {},
        helm(ALL, "2"),
    ),
    "a hook before, and the release": ([{HOOK: "pre-upgrade", WEIGHT: "-5"}, {}], {}, helm(ALL, "-6")),
    "a hook before, and one behind": ([{HOOK: "pre-install"}, {HOOK: "post-upgrade"}], {}, helm(ALL, "-1")),
    "one hook before and behind": ([{HOOK: "pre-install, post-install"}], {}, helm(ALL, "-1")),
    "a hook before, and a test": ([{HOOK: "pre-install"}, {HOOK: "test"}], {}, helm(ALL, "-1")),
    "a hook before, and one when all is gone": ([{HOOK: "pre-install"}, {HOOK: "post-delete"}], {}, helm(ALL, "-1")),
    "a hook before, and what Helm drops": (
        [{HOOK: "pre-install"}, {HOOK: "crd-install"}, {HOOK: "pre-install,when-ready"}],
        {},
        helm("pre-install", "-1"),
    ),
    "a weight that is none": ([{HOOK: "pre-install", WEIGHT: "first"}], {}, helm("pre-install", "-1")),
    "hooks behind and tests": ([{HOOK: "post-install,post-upgrade,post-rollback,pre-delete,test"}, {}], {}, {}),
    "a hook when all is gone": ([{}, {HOOK: "post-delete"}], {}, {POLICY: "keep"}),
    "what Helm drops": ([{HOOK: "pre-install,when-ready", ARGO: "PostSync"}, {HOOK: ""}], {}, {}),
    # Argo CD
    "a PreSync hook": ([{ARGO: "PreSync"}, {}], {}, {ARGO: "PreSync", WAVE: "-1"}),
    "the least wave of PreSync hooks": (
        [{ARGO: "PreSync", WAVE: "3"}, {ARGO: "PreSync", WAVE: "2"}, {WAVE: "-5"}],
        {},
        {ARGO: "PreSync", WAVE: "1"},
    ),
    "a negative wave": ([{WAVE: "-1"}, {WAVE: "-3"}, {}], {}, {WAVE: "-4"}),
    "a Sync hook in a negative wave": ([{ARGO: "Sync", WAVE: "-1"}], {}, {WAVE: "-2"}),
    "other waves": ([{WAVE: "1"}, {WAVE: "0"}], {}, {}),
    "hooks behind, and what is skipped": (
        [
            {ARGO: "PostSync", WAVE: "-1"},
            {ARGO: "SyncFail", WAVE: "-1"},
            {ARGO: "Skip", WAVE: "-1"},
            {ARGO: "PreDelete"},
        ],
        {},
        {},
    ),
    "a PostDelete hook": ([{}, {ARGO: "PostDelete"}], {}, {OPTIONS: "Delete=false"}),
    "a PreSync and PostDelete hook": (
        [{ARGO: "PreSync,PostDelete"}],
        {},
        {ARGO: "PreSync", WAVE: "-1", OPTIONS: "Delete=false"},
    ),
    # both
    "a hook that says both alike": (
        [{HOOK: "pre-install", WEIGHT: "-5", ARGO: "PreSync", WAVE: "-5"}],
        {},
        helm("pre-install", "-6"),
    ),
    "a hook that is earlier to Argo CD": (
        [{HOOK: "pre-install", WAVE: "-5"}],
        {},
        {**helm("pre-install", "-1"), ARGO: "PreSync", WAVE: "-6"},
    ),
    "a hook of each": (
        [{HOOK: "pre-install", WEIGHT: "-5"}, {ARGO: "PreSync"}],
        {},
        helm(ALL, "-6"),
    ),
    "a hook of each, the other earlier": (
        [{HOOK: "pre-install"}, {ARGO: "PreSync", WAVE: "-5"}],
        {},
        {**helm(ALL, "-1"), ARGO: "PreSync", WAVE: "-6"},
    ),
    "a hook that Argo CD knows none of, and its own": (
        [{HOOK: "pre-rollback", ARGO: "Sync"}],
        {},
        {**helm("pre-rollback", "-1"), ARGO: "PreSync", WAVE: "-1"},
    ),
    "a hook of Helm before, and a negative wave": ([{HOOK: "pre-install"}, {WAVE: "-5"}], {}, helm(ALL, "-1")),
    "a weight without a hook, which is a wave": ([{WEIGHT: "-5"}], {}, {WAVE: "-6"}),
    "hooks of both when all is gone": ([{HOOK: "post-delete"}, {ARGO: "PostDelete"}], {}, {POLICY: "keep"}),
    # what it says itself
    "its own note": ([{HOOK: "pre-install"}], {"note": "mine"}, helm("pre-install", "-1")),
    "its own hook": ([{HOOK: "pre-install"}], {HOOK: "pre-install", WEIGHT: "-50"}, {}),
    "its own hook, which comes late": ([{}], {HOOK: "post-install"}, {ARGO: "PreSync", WAVE: "-1"}),
    "its own hook, too late for Argo CD": (
        [{HOOK: "pre-install", WEIGHT: "-5"}],
        {HOOK: "post-install"},
        {ARGO: "PreSync", WAVE: "-6"},
    ),
    "its own weight": ([{HOOK: "pre-install"}], {WEIGHT: "-50"}, helm("pre-install", "-50")),
    "its own policy": ([{HOOK: "pre-install"}], {POLICY: "none"}, {**helm("pre-install", "-1"), POLICY: "none"}),
    "its own hook of Argo CD": ([{ARGO: "PreSync"}, {WAVE: "-5"}], {ARGO: "Sync"}, {}),
    "its own hook of Argo CD alone": ([{HOOK: "pre-install"}], {ARGO: "Sync"}, helm("pre-install", "-1")),
    "its own wave, early enough": ([{WAVE: "-1"}], {WAVE: "-5"}, {}),
    "its own wave, too late": ([{WAVE: "-5"}], {WAVE: "-1"}, {WAVE: "-1"}),
    "its own wave, behind all the rest": ([{}], {WAVE: "1"}, {WAVE: "1"}),
    "its own wave, in which it becomes a hook": ([{ARGO: "PreSync"}], {WAVE: "-1"}, {ARGO: "PreSync", WAVE: "-1"}),
}


@pytest.mark.parametrize(("uses", "said", "expected"), DERIVED.values(), ids=DERIVED)
def test_before_is_what_has_to_be_said(uses: list[Said], said: Said, expected: Said) -> None:
    found = before([timing(resource(each)) for each in uses], tuple(said.items()))
    assert dict(found) == expected
    assert {*expected} <= {*WRITTEN}


# The annotations of what runs as a ServiceAccount, and what is derived for that.
ACCOUNTS: dict[str, tuple[list[Said], Said]] = {
    "what is applied normally": ([{}], {}),
    "hooks alone": ([{HOOK: "pre-install", WEIGHT: "-5"}, {HOOK: "post-install"}], helm(ALL, "-6")),
    "PreSync hooks alone": ([{ARGO: "PreSync"}, {ARGO: "PostSync"}], {ARGO: "PreSync", WAVE: "-1"}),
    "a hook beside what lasts": ([{HOOK: "pre-install"}, {}], {}),
    "a PreSync hook beside what lasts": ([{ARGO: "PreSync"}, {}], {}),
    "a PreSync hook beside a hook of Helm": (
        [{ARGO: "PreSync"}, {HOOK: "post-install"}],
        {ARGO: "PreSync", WAVE: "-1"},
    ),
    "a negative wave": ([{WAVE: "-5"}, {}], {WAVE: "-6"}),
    "hooks beside a negative wave": ([{ARGO: "PreSync"}, {HOOK: "pre-install"}, {WAVE: "-5"}], {WAVE: "-6"}),
    "a hook when all is gone, beside what lasts": (
        [{HOOK: "pre-install"}, {HOOK: "post-delete"}, {}],
        {POLICY: "keep"},
    ),
}


@pytest.mark.parametrize(("uses", "expected"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_before_pods_deletes_no_account_of_pods_that_last(uses: list[Said], expected: Said) -> None:
    assert dict(before_pods(timing(resource(each)) for each in uses)) == expected


# -- what it comes to --------------------------------------------------------------------------------------------------

Objects = dict[str, Said]
SECRET = "secret"


class Cluster(Objects):
    """Objects by their names; what is made finds the Secret that it needs."""

    def make(self, name: str, said: Said) -> None:
        self[name] = said
        assert SECRET in self, f"{name} finds no Secret"

    def run_hooks(self, objects: Objects, event: str) -> None:
        """Make the hooks of an event (helm, pkg/action/hooks.go)."""
        hooks = [name for name, said in objects.items() if event in said.get(HOOK, "").split(",")]
        for name in sorted(hooks, key=lambda name: (int(objects[name].get(WEIGHT, "0")), name)):
            self.make(name, objects[name])

    def run(self, event: str, old: Objects, new: Objects) -> None:
        """Install, upgrade or roll back to a release (helm, pkg/action and Client.Update of pkg/kube)."""
        self.run_hooks(new, f"pre-{event}")
        for name in sorted(released(new)):
            self.make(name, new[name])
        for name in released(old) - released(new):
            self.delete(name, self[name])
        self.run_hooks(new, f"post-{event}")

    def uninstall(self, objects: Objects) -> None:
        self.run_hooks(objects, "pre-delete")
        for name in released(objects):
            self.delete(name, objects[name])
        self.run_hooks(objects, "post-delete")

    def delete(self, name: str, said: Said) -> None:
        if said.get(POLICY) != "keep":
            del self[name]


def released(objects: Objects) -> set[str]:
    """The objects that are part of a release, and no hooks."""
    return {name for name, said in objects.items() if HOOK not in said}


def with_secret(uses: list[Said]) -> Objects:
    """What uses a Secret, and the Secret, which is made first of what is made at one time."""
    return {
        SECRET: dict(before(map(timing, map(resource, uses)))),
        **{f"use-{at}": said for at, said in enumerate(uses)},
    }


EVENTS = [f"{when}-{event}" for event in ("install", "upgrade", "rollback", "delete") for when in ("pre", "post")]
PHASES = ["PreSync", "Sync", "PostSync", "SyncFail"]
weights = st.integers(-9, 9).map(str)


def some_of(values: list[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(",".join)


hooks_of_helm = st.fixed_dictionaries({HOOK: some_of([*EVENTS, "test"])}, optional={WEIGHT: weights})
uses_of_helm = st.lists(st.just({}) | hooks_of_helm, min_size=1, max_size=4)


@given(uses_of_helm, st.sampled_from(["install", "upgrade", "rollback"]))
def test_helm_makes_it_before_what_uses_it(uses: list[Said], event: str) -> None:
    """At the first install, and at an upgrade from a release that had none."""
    objects, cluster = with_secret(uses), Cluster()
    cluster.run(event, {}, objects)
    cluster.run_hooks(objects, "test")
    cluster.uninstall(objects)


@given(uses_of_helm, uses_of_helm, st.sampled_from(["upgrade", "rollback"]))
def test_helm_keeps_it_while_it_is_used(uses: list[Said], others: list[Said], event: str) -> None:
    """Whatever was a hook in the last release: the pods of this one need it from then on."""
    old, new, cluster = with_secret([*uses, {}]), with_secret([*others, {}]), Cluster()
    cluster.run("install", {}, old)
    cluster.run(event, old, new)
    assert SECRET in cluster


says = {ARGO: some_of(PHASES), WAVE: weights, HOOK: some_of(EVENTS), WEIGHT: weights}
PHASES_OF_EVENTS = dict(zip(EVENTS[:4], ["PreSync", "PostSync"] * 2, strict=True))


def steps(said: Said) -> Iterator[tuple[int, int]]:
    """Yield the phases and waves in which Argo CD applies an object (gitops-engine, pkg/sync/sync_phase.go)."""
    of_helm = [PHASES_OF_EVENTS.get(event, "") for event in said[HOOK].split(",")] if HOOK in said else ["Sync"]
    phases = said[ARGO].split(",") if ARGO in said else filter(None, of_helm)
    yield from ((PHASES.index(phase), int(said.get(WAVE, said.get(WEIGHT, "0")))) for phase in phases)


@given(st.lists(st.fixed_dictionaries({}, optional=says), min_size=1, max_size=4))
def test_argo_cd_applies_it_before_what_uses_it(uses: list[Said]) -> None:
    """In an earlier phase or wave, but for what is applied normally, of which Secrets come first anyway."""
    made = [*steps(with_secret(uses)[SECRET])]
    for step in (step for said in uses for step in steps(said)):
        assert min(made) < step or min(made) == step == (PHASES.index("Sync"), 0)
