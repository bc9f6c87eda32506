"""How a command starts and how it ends: exit codes, and errors without tracebacks."""

from __future__ import annotations

import sys

EXIT_INTERRUPTED = 130
_STOPPED = "Stopped. What was finished is kept."


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code: 0 done, 2 a mistake that the user can put right, 130 stopped."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """The exit code of one command; Ctrl-C counts from the start, while the commands are still being loaded."""
    try:
        code = _run(arguments)
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    if code == EXIT_INTERRUPTED:
        sys.stderr.write(f"{_STOPPED}\n")
    return code


def _run(arguments: list[str]) -> int:
    # Loading the commands takes long enough to be stopped at.
    from liftos_agents.cli.app import app
    from liftos_agents.cli.complaint import complain
    from liftos_agents.errors import CancelledError, DataError, UserError

    try:
        app(args=arguments, prog_name="liftos")
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except UserError as error:
        complain(error, as_json="--json" in arguments)
        code = error.exit_code
    except OSError as error:
        if error.filename is None:
            raise
        what = f"the file cannot be read or written: {error.strerror}"
        complain(
            DataError(what, where=str(error.filename), fix="Give another path"), as_json="--json" in arguments
        )
        code = DataError.exit_code
    except CancelledError:
        code = EXIT_INTERRUPTED
    else:
        code = 0
    return code
