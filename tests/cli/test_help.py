"""Every command explains itself: a sentence, its options, and an example that names it."""

from __future__ import annotations

import shlex

import pytest
import typer

from liftos_agents.cli.app import app
from liftos_agents.cli.entry import run
from liftos_agents.cli.simulate import commands as simulate


def _commands(at: typer.Typer, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    found: dict[tuple[str, ...], object] = {(*path, str(c.name)): c.epilog for c in at.registered_commands}
    for group in at.registered_groups:
        assert group.typer_instance is not None
        inner = simulate.app if group.name == "simulate" else group.typer_instance
        found |= _commands(inner, (*path, str(group.name)))
    return found


COMMANDS = _commands(app)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_ends_with_an_example_of_the_command(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    example = COMMANDS[command]
    assert isinstance(example, str), "give the command an epilog with an example"
    words = shlex.split(example.split("Example: ", 1)[1])
    assert words[: len(command) + 1] == ["liftos", *command]
    assert run([*command, "--help"]) == 0
    assert "Example:" in capsys.readouterr().out
