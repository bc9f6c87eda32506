"""How a command starts: quickly, and to be stopped at any moment without a traceback."""

from __future__ import annotations

import subprocess
import sys

_INTERRUPTED = """
import sys

class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Stop())
from liftos_agents.cli import main
main(["--help"])
"""


def _python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_an_interrupt_while_the_commands_load_is_one_line_and_exit_code_130() -> None:
    for name in ("liftos_agents.cli.app", "typer", "pydantic"):
        ended = _python(_INTERRUPTED.format(name=name))
        assert ended.returncode == 130
        assert ended.stderr == "Stopped. What was finished is kept.\n"


def test_help_loads_no_library_of_the_work_itself() -> None:
    ended = _python(
        "import sys\n"
        "from liftos_agents.cli.entry import run\n"
        "assert run(['--help']) == 0\n"
        "print(sorted({'pandas', 'numpy', 'scipy', 'duckdb', 'sqlalchemy', 'langgraph'} & set(sys.modules)))"
    )
    assert ended.stdout.endswith("[]\n")
