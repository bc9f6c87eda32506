"""Every example of the README and the documentation runs, in order, in an empty folder."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(console|python|sh)\n(.*?)^```", re.M | re.S)
# Started by hand in the README, and by tests of their own here: they install, or never return.
SKIPPED = ("make ", "git ", "liftos serve")
# One process for the commands of a block: a new one for each spends most of its time on imports.
RUN_ALL = """
import json, sys
from liftos_agents.cli.entry import run
for words in json.loads(sys.argv[1]):
    code = run(words)
    if code:
        sys.exit(f"liftos {words} left with {code}")
"""


def _blocks(page: Path) -> Iterator[tuple[str, str]]:
    for match in BLOCK.finditer(page.read_text()):
        yield match.group(1), match.group(2)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_run(page: Path, tmp_path: Path) -> None:
    for language, text in _blocks(page):
        if language == "python":
            _run([sys.executable, "-W", "error::SyntaxWarning", "-c", text], tmp_path, text)
        elif commands := list(_commands(page, text)):
            _run([sys.executable, "-c", RUN_ALL, json.dumps(commands)], tmp_path, text)


def _commands(page: Path, text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        command = line.removeprefix("$ ")
        if line.startswith("$ ") and not command.startswith(SKIPPED):
            words = shlex.split(command, comments=True)
            assert words[0] == "liftos", f"{page.name} shows {command!r}, which no test runs"
            yield words[1:]


def test_readme_is_short_and_names_only_what_exists() -> None:
    readme = (ROOT / "README.md").read_text()
    assert len(readme.splitlines()) < 150
    for target in re.findall(r"\]\(([^)#:]+)\)", readme):
        assert (ROOT / target).exists(), target


def _run(command: list[str], folder: Path, shown: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, f"{shown}\n{done.stdout}\n{done.stderr}"
