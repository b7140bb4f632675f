"""Tell what more than one place of a document says, by an anchor and its aliases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from transformer.nodes import Alias, Mapping, Node, Scalar, Sequence, resolve


def aliased(root: Node | None) -> frozenset[int]:
    """Return the ids of all nodes that an alias says too, or that stand in what one says."""
    found: set[int] = set()
    waiting = [resolve(node) for node in _walk(root) if isinstance(node, Alias)]
    while waiting:
        node = waiting.pop()
        if id(node) not in found:
            found.add(id(node))
            waiting += map(resolve, node.children if isinstance(node, (Mapping, Sequence)) else ())
    return frozenset(found)


def uses(root: Node | None) -> Counter[int]:
    """Return how often each scalar with an anchor is said, by its id: where it stands, and once for each alias."""
    found: Counter[int] = Counter()
    for node in _walk(root):
        target = resolve(node)
        if isinstance(target, Scalar) and target.anchor is not None:
            found[id(target)] += 1
    return found


def _walk(root: Node | None) -> Iterator[Node]:
    """Yield every node where it stands, an alias as itself."""
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, (Mapping, Sequence)):
            waiting.extend(node.children)
