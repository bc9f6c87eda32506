"""`liftos completion`: Tab completes commands, options and names in the user's shell."""

from __future__ import annotations

from typing import Annotated

import typer
from typer._completion_shared import Shells, get_completion_script
from typer._completion_shared import install as install_script

from liftos_agents.errors import ArgumentError

PROGRAM = "liftos"
VARIABLE = "_LIFTOS_COMPLETE"


def completion(
    shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh, fish, powershell or pwsh.")],
    install: Annotated[
        bool, typer.Option("--install", help="Write it where the shell looks, instead of printing it.")
    ] = False,
) -> None:
    """Print the shell's completion script, or install it."""
    known = [s.value for s in Shells]
    if shell not in known:
        raise ArgumentError(
            f"there is no completion for {shell!r}", where="SHELL", fix=f"Shells: {', '.join(known)}"
        )
    if install:
        _, path = install_script(shell=shell, prog_name=PROGRAM, complete_var=VARIABLE)
        typer.echo(f"Written to {path}; open a new terminal to use it")
    else:
        typer.echo(get_completion_script(prog_name=PROGRAM, complete_var=VARIABLE, shell=shell))
