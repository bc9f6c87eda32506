"""The recipes of CONTRIBUTING.md, walked through: what each names exists, and adding costs what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from liftos_agents import agents, prompts, tools

ROOT = Path(__file__).parents[2]
RECIPES = (ROOT / "CONTRIBUTING.md").read_text()
OPENINGS = {"own_specialist": "season_teller · The season explains", "embed_in_fastapi": "200 "}
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.timeout(240)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs_and_says_what_it_should(example: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(example)], cwd=tmp_path, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(OPENINGS[example.stem])


def test_every_path_in_the_recipes_exists() -> None:
    named = re.findall(r"`((?:liftos_agents|tests|docs|benchmarks)/[\w./]+)`", RECIPES)
    assert len(named) >= 8
    for path in named:
        assert (ROOT / path).exists(), path


def test_every_file_that_the_architecture_names_exists() -> None:
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text()
    named = re.findall(r"`((?:\w+/)+(?:\w+\.py)?)`", text)
    assert len(named) >= 15
    for path in named:
        assert (ROOT / path).exists() or (ROOT / "liftos_agents" / path).exists(), path


def test_a_tool_is_one_file_named_as_the_tool() -> None:
    for name in tools.names():
        assert (ROOT / "liftos_agents" / "tools" / f"{name}.py").exists()


def test_a_specialist_is_one_file_and_one_prompt() -> None:
    for name, specialist in agents.built_in().items():
        assert (ROOT / "liftos_agents" / "agents" / f"{name}.py").exists()
        assert prompts.load(name).version == specialist.prompt_version
        assert set(specialist.tools) <= set(tools.names())


def test_a_specialist_is_named_nowhere_but_in_its_files_and_the_table() -> None:
    allowed = {"agents", "prompts"}
    for path in (ROOT / "liftos_agents").rglob("*.py"):
        room = path.relative_to(ROOT / "liftos_agents").parts[0]
        if room in allowed or path.name == "plan.py":
            continue
        for name in agents.built_in():
            assert name not in path.read_text(), f"{path} names {name}"
