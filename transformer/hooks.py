"""When objects are applied, as their annotations say, and what a Secret has to say to be there before them.

Helm (v3.21 and v4.2, pkg/action and pkg/release/v1/util/manifest_sorter.go) makes hooks at their events, by weight, and
the objects of the release between. At pre-install, pre-upgrade and pre-rollback those are not yet what they are to be:
the first install has none, and an upgrade may bring the Secret, or one of another name or content. So a Secret that
such a hook needs becomes a hook of the same events, made just before. It is then no part of the release, and:

- What else uses it has it only from these hooks, so with any such use it is made at all three events, which is whenever
  the release's own objects are. Hooks of other events (post-*, pre-delete, test) find it there.
- Without a delete policy it is before-hook-creation: one that is there is deleted and made anew, so that a repeated
  event does not fail, and new credentials arrive. Every other policy would take it from pods that still need it.
- The upgrade that first makes it a hook deletes what the last release had and this one has not, right after the
  pre-upgrade hooks, unless the object in the cluster says `helm.sh/resource-policy: keep`: the hook just made says so.
- A rollback to a release in which it was no hook takes it as it is (v4), an upgrade only with `--take-ownership`, since
  Helm marks no hook as the release's own. Uninstalling leaves it there, and the next install makes it anew.

A hook of post-delete runs when all of the release is gone but what says `keep`; that is enough for it.

Argo CD (v3.5, gitops-engine/pkg/sync and controller/hook.go) takes pre-install and pre-upgrade for PreSync and a weight
for a wave, unless the object says its own. It sorts by phase, wave and kind, Secrets before workloads and custom
resources last, and waits for each wave; so what is needed goes into the wave before. A hook without a delete policy is
made anew with each sync here too; it is not compared with the cluster, so that new credentials alone start no sync.
What says `Delete=false` or `keep` outlives the application, and is there at PostDelete.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from collections.abc import Mapping as Table
from typing import NamedTuple, TypeAlias

from transformer.nodes import get, text_of
from transformer.resources import Resource, annotations_of

Annotations: TypeAlias = tuple[tuple[str, str], ...]

_HOOK, _WEIGHT, _POLICY = "helm.sh/hook", "helm.sh/hook-weight", "helm.sh/resource-policy"
_ARGO_HOOK, _WAVE = "argocd.argoproj.io/hook", "argocd.argoproj.io/sync-wave"
_OPTIONS = "argocd.argoproj.io/sync-options"
WRITTEN = (_HOOK, _WEIGHT, _POLICY, _ARGO_HOOK, _WAVE, _OPTIONS)
"""The annotations that are derived here."""

_EARLY = ("pre-install", "pre-upgrade", "pre-rollback")
_POST_DELETE = "post-delete"
_EVENTS = {*_EARLY, "post-install", "post-upgrade", "post-rollback", "pre-delete", _POST_DELETE, "test", "test-success"}
# The phases of Argo CD in their order, and in which of them, and which wave, all the rest is applied.
_PHASES = {"PreSync": -1, "Sync": 0, "PostSync": 1, "SyncFail": 2}
_NORMALLY, _NEVER = (0, 0), (3, 0)
_PHASES_OF_EVENTS = {
    "pre-install": "PreSync",
    "pre-upgrade": "PreSync",
    "post-install": "PostSync",
    "post-upgrade": "PostSync",
}

# Ten to the power of eighteen fits into Go's integers.
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


class Timing(NamedTuple):
    """When an object is applied: to Helm, `events` and `weight`, and to Argo CD, `phases` and `wave`.

    `events` are None where it is part of the release, and empty where Helm drops it, as it does with unknown hooks.
    """

    events: frozenset[str] | None = None
    weight: int = 0
    phases: frozenset[str] = frozenset({"Sync"})
    wave: int = 0

    @property
    def is_early(self) -> bool:
        """Whether it is a hook that runs before what is applied normally."""
        return bool(self.events and self.events.intersection(_EARLY)) or "PreSync" in self.phases

    @property
    def is_lasting(self) -> bool:
        """Whether it is applied with all the rest, and its pods are there to stay."""
        return self.events is None and "Sync" in self.phases


NORMAL = Timing()
"""When an object is applied that says nothing of it."""


def timing(resource: Resource) -> Timing:
    """Return when an object is applied; one inside another object is when that is."""
    said = annotations_of(resource.whole)
    if said is None:
        return NORMAL
    found = ((key, get(said, key)) for key in (_HOOK, _WEIGHT, _ARGO_HOOK, _WAVE))
    return _timing({key: text_of(value) for key, value in found if value is not None})


def before(uses: Iterable[Timing], said: Annotations = ()) -> Annotations:
    """Return the annotations by which an object is there before all of `uses`.

    What it has `said` itself stays; where it says which hook it is, nothing is derived for that system.
    """
    uses, own = frozenset(uses), dict(said)
    derived = {} if _HOOK in own else _for_helm(uses)
    if _ARGO_HOOK not in own:
        derived |= _for_argo_cd(uses, derived | own)
    return tuple((key, own.get(key, value)) for key, value in derived.items())


def before_pods(uses: Iterable[Timing]) -> Annotations:
    """Return the annotations of a ServiceAccount that pods run as, when these are applied at `uses`.

    A hook is deleted and made anew each time, which ends the tokens of all pods that run as it; so it becomes one only
    where nothing but hooks runs as it.
    """
    uses = frozenset(uses)
    is_lasting = any(use.is_lasting for use in uses)
    return before(use for use in uses if not (is_lasting and use.is_early))


def is_late(found: Timing, use: Timing) -> bool:
    """Say whether an object is applied only after a hook or a wave that needs it, and that is before all the rest."""
    return _place(use) < _NORMALLY and _place(use) < _place(found)


def _for_helm(uses: Collection[Timing]) -> dict[str, str]:
    events = frozenset().union(*(use.events or () for use in uses))
    weights = [use.weight for use in uses if use.events and use.events.intersection(_EARLY)]
    if not weights:
        return {_POLICY: "keep"} if _POST_DELETE in events else {}
    is_all = any(use.events is None or use.events.difference(_EARLY) for use in uses)
    hook = ",".join(event for event in _EARLY if is_all or event in events)
    return {_HOOK: hook, _WEIGHT: str(min(weights) - 1), _POLICY: "keep"}


def _for_argo_cd(uses: Collection[Timing], said: Table[str, str]) -> dict[str, str]:
    """Return what an object has to say to Argo CD besides what it has said, hooks of Helm among that."""
    derived: dict[str, str] = {}
    there, first = _place(_timing(said)), min(map(_place, uses), default=_NEVER)
    if there > first or there == first < _NORMALLY:
        derived |= {_ARGO_HOOK: "PreSync"} if first[0] < 0 or there[0] > 0 else {}
        derived[_WAVE] = str(first[1] - 1)
    if any("PostDelete" in use.phases for use in uses) and said.get(_POLICY) != "keep":
        derived[_OPTIONS] = "Delete=false"
    return derived


def _place(found: Timing) -> tuple[int, int]:
    """Return the first phase and the wave in which Argo CD applies an object, as numbers in their order."""
    return min(((_PHASES[phase], found.wave) for phase in found.phases if phase in _PHASES), default=_NEVER)


def _timing(said: Table[str, str]) -> Timing:
    weight = _integer(said.get(_WEIGHT, ""), 0)
    return Timing(_events(said.get(_HOOK)), weight, _phases(said), _integer(said.get(_WAVE, ""), weight))


def _events(hook: str | None) -> frozenset[str] | None:
    """Return the events of a hook as Helm reads them: with one that it does not know, none counts."""
    if hook is None:
        return None
    events = frozenset(each.strip().lower() for each in hook.split(","))
    return events if events <= _EVENTS else frozenset()


def _phases(said: Table[str, str]) -> frozenset[str]:
    """Return the phases of an object as Argo CD reads them: by its own hooks, else by those of Helm that it knows."""
    if _ARGO_HOOK not in said and said.get(_HOOK, "crd-install") == "crd-install":
        return NORMAL.phases
    own = {each.strip() for each in said.get(_ARGO_HOOK, "").split(",")}
    events = (each.strip() for each in said.get(_HOOK, "").split(","))
    of_helm = {_PHASES_OF_EVENTS[event] for event in events if event in _PHASES_OF_EVENTS}
    return frozenset((own & {*_PHASES, "Skip"} or of_helm) | own & {"PostDelete"})


def _integer(text: str, otherwise: int) -> int:
    """Return the number that Go's strconv.Atoi reads, or what is taken where it reads none."""
    return int(text) if _INTEGER.fullmatch(text) else otherwise
