"""`liftos completion`: scripts that shells accept, and words that Tab offers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from liftos_agents.cli.entry import run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_script_names_the_program(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "liftos" in script
    assert "_LIFTOS_COMPLETE" in script


def test_bash_reads_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    bash = shutil.which("bash")
    assert bash, "the suite runs where there is a bash"
    run(["completion", "bash"])
    checked = subprocess.run([bash, "-n"], input=capsys.readouterr().out, text=True, check=False)
    assert checked.returncode == 0


def test_tab_offers_commands() -> None:
    asked = {"_LIFTOS_COMPLETE": "complete_bash", "COMP_WORDS": "liftos mem", "COMP_CWORD": "1"}
    offered = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.argv[0] = 'liftos'; from liftos_agents.cli import main; main()",
        ],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert offered.stdout.split() == ["memory"]


def test_an_unknown_shell_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "tcsh"]) == 2
    assert "zsh" in capsys.readouterr().err
