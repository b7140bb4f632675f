"""Say what was found: as lines for a person, as one line of numbers, and as JSON for a program."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from transformer.findings import OF_PULLS, OF_REFERENCES, Finding
from transformer.resources import ResourceRef


class Located(NamedTuple):
    """A finding, and the name of the input it was found in.

    `at` is where a person finds it, if not at its line and column: of what a host pipes in, nobody sees the lines.
    """

    source: str
    finding: Finding
    at: str = ""


def numbers(found: Iterable[Located], sources: int, *, done: bool) -> str:
    """Return the one line that says how many of what: what is `done`, or what there is to do."""
    found = list(found)
    outcomes = Counter(each.finding.outcome for each in found)
    attached = {
        (each.source, each.finding.line, each.finding.column) for each in found if each.finding.outcome == "attached"
    }
    images = count(sum(outcomes[one] for one in OF_REFERENCES), "image")
    parts = [f"{outcomes['rewritten']} of {images} {'rewritten' if done else 'to rewrite'}"]
    parts += [f"{outcomes[outcome]} {outcome}" for outcome in OF_REFERENCES[1:] if outcomes[outcome]]
    if attached:
        parts.append(f"pull secrets {'added' if done else 'to add'} to {count(len(attached), 'place')}")
    if outcomes["marked"]:
        parts.append(f"{count(outcomes['marked'], 'object')} {'marked' if done else 'to mark'}")
    pulls = outcomes["opened"] + outcomes["unopened"]
    if pulls:
        parts.append(f"{outcomes['opened']} of {count(pulls, 'pull')} with credentials proven")
    return f"{count(sources, 'input')}: {', '.join(parts)}"


def report(found: Sequence[Located], *, version: str) -> str:
    """Return the JSON report: each image reference with its place, fate and rule, and every other finding.

    It holds no offsets and no credentials; lines and columns count from 1.
    """
    references = [_reference(each) for each in found if each.finding.outcome in OF_REFERENCES]
    others = [_other(each) for each in found if each.finding.outcome not in OF_REFERENCES]
    counts = dict(sorted(Counter(each.finding.outcome for each in found).items()))
    content = {"repoint": version, "counts": counts, "references": references, "findings": others}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def is_report(text: str) -> bool:
    """Say whether `text` begins as a report does."""
    return text.startswith('{\n  "repoint": ')


def _reference(located: Located) -> dict[str, Any]:
    finding = located.finding
    return {
        **_place(located),
        "outcome": finding.outcome,
        "before": finding.before,
        "after": finding.after,
        "rule": finding.rule,
        "confidence": finding.confidence,
        "message": finding.message,
    }


def _other(located: Located) -> dict[str, Any]:
    finding = located.finding
    more = {
        "pullSecret": finding.secret or finding.pull_secret,
        "image": finding.after if finding.outcome in OF_PULLS else "",
        "keys": list(finding.keys),
    }
    said = {name: value for name, value in more.items() if value}
    return {**_place(located), "outcome": finding.outcome, **said, "message": finding.message}


def _place(located: Located) -> dict[str, Any]:
    finding = located.finding
    resource = {"resource": identity(finding.resource)} if finding.resource else {}
    field = {"field": finding.field} if finding.field else {}
    place = {"file": located.source, "line": finding.line, "column": finding.column}
    return {**place, **resource, **field, "severity": finding.severity, "toDo": finding.is_to_do}


def identity(resource: ResourceRef) -> dict[str, str]:
    """Return what identifies an object, in the words of its own fields; the namespace is empty where it names none."""
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "name": resource.name,
        "namespace": resource.namespace,
    }


def lines(found: Iterable[Located], *, also_to_do: bool) -> Iterator[str]:
    """Yield a line for each finding that a person should see: warnings, errors and, for `check`, what is left to do.

    And, for `check` too, each Secret that pods name and nobody knows, once.
    """
    noted: set[tuple[str, ...]] = set()
    for source, finding, at in found:
        word = _word_to_do(finding, is_new=finding.subject not in noted) if also_to_do else ""
        if finding.severity == "info":
            noted.add(finding.subject)
        elif not word:
            word = finding.severity
        if word:
            yield one_line(f"{at or f'{source}:{finding.line}:{finding.column}'}: {word}: {finding.message}")


def one_line(text: str) -> str:
    """Return what is said with escapes for line breaks and for what a terminal takes for a command."""
    return text if text.isprintable() else "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _word_to_do(finding: Finding, *, is_new: bool) -> str:
    """Return what `check` calls a finding that is more to it than its severity says, or an empty text."""
    if finding.severity == "info":
        is_news = finding.outcome == "missing" and is_new
        return "would change" if finding.is_to_do else "note" if is_news else ""
    return "to do" if finding.severity == "warning" and finding.is_to_do else ""


def by_object(found: Iterable[Located]) -> list[Located]:
    """Return the findings, each at the object and the field that it is about, where it is about one."""
    return [
        at_object(each, ": ".join(filter(None, (str(each.finding.resource), each.finding.field))))
        if each.finding.resource is not None
        else each
        for each in found
    ]


def at_object(located: Located, at: str) -> Located:
    """Return a finding at a place that names its object, which the message then does not."""
    finding = located.finding
    message = finding.message.removeprefix(f"{finding.resource}: ")
    return located._replace(at=at, finding=finding._replace(message=message))


def count(number: int, noun: str) -> str:
    """Return a number and a noun, in the plural where there is not one of it."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
