"""A tool whose source changed has a new version, for evidence ids rest on it.

Run `python tests/tools/test_tool_sources.py` to write down the sources as they are.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
from pathlib import Path

import pytest

from liftos_agents.tools import names, spec

ROOM = Path(__file__).parents[2] / "liftos_agents"
FROZEN = Path(__file__).with_name("tool_sources.json")
PLUMBING = {"liftos_agents.tools.registry", "liftos_agents.tools.context", "liftos_agents.tools.errors"}


def test_a_changed_tool_has_a_new_version() -> None:
    frozen, now = json.loads(FROZEN.read_text()), sources()
    stale = [name for name in now if now[name] != frozen.get(name)]
    same_version = [n for n in stale if n in frozen and frozen[n]["version"] == now[n]["version"]]
    assert not stale, (
        f"the source of {', '.join(stale)} changed since it was written down"
        + (f"; {', '.join(same_version)} still has the same version" if same_version else "")
        + ". Raise `version=` in @tool unless no result can differ, then run: python tests/tools/test_tool_sources.py"
    )
    assert sorted(frozen) == sorted(now)


def test_the_hash_covers_the_tool_s_own_package() -> None:
    files = [path.relative_to(ROOM).as_posix() for path in files_of("fit_mmm")]
    assert {"tools/fit_mmm.py", "tools/mmm/gibbs.py"} <= set(files)
    assert "tools/registry.py" not in files
    assert ROOM / "data/quality.py" in files_of("check_quality")


def sources() -> dict[str, dict[str, str]]:
    """Version and source hash of every tool that is there."""
    return {
        name: {"version": spec(name).version, "sha256": digest(files_of(name))}
        for name in names()
        if importlib.util.find_spec(f"liftos_agents.tools.{name}") is not None
    }


def files_of(name: str) -> list[Path]:
    """The tool's module, what it imports within the room and from `data` itself, and data files beside."""
    own = f"liftos_agents.tools.{name}"
    todo, seen = [own], set[str]()
    from_data: set[Path] = set()
    while todo:
        module = todo.pop()
        if module in seen or module in PLUMBING or not module.startswith("liftos_agents.tools."):
            continue
        path = path_of(module)
        if path is None:
            continue
        seen.add(module)
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                below = path_of(node.module) if node.module.startswith("liftos_agents.data.") else None
                if module == own and below is not None:
                    from_data.add(below)
                todo.extend([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
            elif isinstance(node, ast.Import):
                todo.extend(alias.name for alias in node.names)
        if package != "liftos_agents.tools":
            todo.append(package)
    found = {path for module in seen if (path := path_of(module)) is not None}
    folders = {path.parent for path in found} - {ROOM / "tools"}
    beside = {
        p for folder in folders for p in folder.iterdir() if p.suffix in (".toml", ".yaml", ".json", ".csv")
    }
    return sorted(found | beside | from_data)


def path_of(module: str) -> Path | None:
    """The file of a module of the package, or None when it is no module."""
    base = ROOM.joinpath(*module.split(".")[1:])
    return next((p for p in (base.with_suffix(".py"), base / "__init__.py") if p.is_file()), None)


def digest(files: list[Path]) -> str:
    """sha256 over names and contents."""
    total = hashlib.sha256()
    for path in files:
        total.update(f"{path.relative_to(ROOM).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return total.hexdigest()


@pytest.mark.parametrize("name", names())
def test_every_tool_reads_no_clock_and_no_network(name: str) -> None:
    for path in files_of(name):
        if path.suffix == ".py":
            imported = imports_of(path)
            assert not imported & {"time", "socket", "urllib", "httpx", "requests", "random", "secrets"}, path


def imports_of(path: Path) -> set[str]:
    """The top-level names of what a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


if __name__ == "__main__":
    FROZEN.write_text(json.dumps(sources(), indent=2) + "\n", encoding="utf-8")
