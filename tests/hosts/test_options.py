"""Each command of the command line is a function of a host, though its module is imported only when it is called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest

from transformer.hosts import options


def commands() -> Iterator[tuple[str, str]]:
    """Yield the module and the function of each command, as the source says them."""
    for node in ast.walk(ast.parse(Path(options.__file__).read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_command":
            module, function = (each.value for each in node.args if isinstance(each, ast.Constant))
            yield str(module), str(function)


COMMANDS = sorted(commands())


@pytest.mark.parametrize(("module", "function"), COMMANDS, ids=map(".".join, COMMANDS))
def test_a_command_is_there(module: str, function: str) -> None:
    command = getattr(import_module(f"transformer.hosts.{module}"), function)
    assert len(signature(command).parameters) == 1
    assert signature(command).return_annotation == "int"


def test_all_commands_are_looked_at() -> None:
    assert {"run.render", "pipe.rewrite", "argocd.generate"} <= {*map(".".join, COMMANDS)}
