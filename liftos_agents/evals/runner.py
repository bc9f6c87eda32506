"""Running a suite: one solver, every sample, a log that survives whatever happens on the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.plan import Plan
from liftos_agents.errors import CancelledError
from liftos_agents.evals.found_design import FoundDesign
from liftos_agents.evals.log import EvalLog, Header, LogFile, Result
from liftos_agents.evals.sample import Sample, Suite
from liftos_agents.evals.score import Score
from liftos_agents.evals.scorers import Scorer, scorers


class Solution(BaseModel):
    """What a solver answers when it has costs to tell, or found a design.

    Attributes:
        plan: The plan, of a question to be routed.
        found: The design that it came to, of a question put to a table.
    """

    model_config = ConfigDict(frozen=True)

    plan: Plan = Field(default_factory=Plan)
    found: FoundDesign | None = None
    usd: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def answer(self) -> Plan | FoundDesign:
        """What is scored."""
        return self.found if self.found is not None else self.plan


@dataclass(frozen=True)
class Progress:
    """How far a run has come.

    Attributes:
        rate: Samples a second in this sitting.
        seconds_left: What that rate leaves to do; None before the first sample.
    """

    done: int
    total: int
    right: float
    rate: float
    usd: float
    seconds_left: float | None


Solver = Callable[[Sample], Plan | Solution]


def run(
    suite: Suite,
    solver: Solver,
    *,
    name: str,
    log: Path | None = None,
    max_usd: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> EvalLog:
    """The log of `suite` put to `solver`, resumed where `log` left off.

    A sample that fails is scored 0 with its error; the run goes on. Before each sample the dearest one so far
    is taken for its cost, and where that would pass the cap the run stops, to be resumed with a higher one.

    Args:
        suite: What to ask.
        solver: From a sample to a plan, or to the design that was found.
        name: The solver's name with its model, as the log keeps it.
        log: File to stream results to; without it nothing is written.
        max_usd: Money cap over the whole run, what was spent before a resumption included.
        progress: Told after every sample.

    Raises:
        ArgumentError: The file holds another run.
        CancelledError: The solver was cancelled; what was done is in the file.
    """
    header = Header.of(suite, name)
    graders = scorers(suite.scorers)
    file = LogFile(log, header) if log is not None else None
    results = file.results if file is not None else []
    done = {result.key for result in results}
    todo = [
        (sample, epoch)
        for epoch in range(1, suite.epochs + 1)
        for sample in suite.samples
        if (sample.id, epoch) not in done
    ]
    stopped: str | None = None
    started = time.monotonic()
    try:
        for position, (sample, epoch) in enumerate(todo):
            if max_usd is not None and _next_total(results) > max_usd:
                stopped = f"the next sample could pass the cap of {max_usd:g} US dollars"
                break
            result = _put(sample, epoch, solver, graders)
            if file is not None:
                file.add(result)
            else:
                results.append(result)
            if progress is not None:
                progress(_progress(results, suite, position + 1, len(todo), time.monotonic() - started))
    finally:
        if file is not None:
            file.close()
    order = {sample.id: place for place, sample in enumerate(suite.samples)}
    ordered = sorted(results, key=lambda r: (r.epoch, order[r.sample.id]))
    return EvalLog(header=header, results=tuple(ordered), stopped=stopped)


def _put(sample: Sample, epoch: int, solver: Solver, graders: tuple[Scorer, ...]) -> Result:
    due = [grader for grader in graders if grader.applies(sample)]
    started = time.monotonic()
    try:
        answer = solver(sample)
        solution = answer if isinstance(answer, Solution) else Solution(plan=answer)
        seconds = time.monotonic() - started
        return Result(
            sample=sample,
            epoch=epoch,
            output=solution.answer.model_dump(mode="json"),
            scores={grader.name: grader.score(sample, solution.answer) for grader in due},
            seconds=round(seconds, 6),
            usd=solution.usd,
            input_tokens=solution.input_tokens,
            output_tokens=solution.output_tokens,
        )
    except CancelledError:
        raise
    except Exception as error:  # noqa: BLE001
        # Whatever a solver raises is its score, not the end of the run.
        text = f"{type(error).__name__}: {error}"
        return Result(
            sample=sample,
            epoch=epoch,
            output=None,
            scores={grader.name: Score(value=0.0, why=text) for grader in due},
            error=text,
            seconds=round(time.monotonic() - started, 6),
        )


def _next_total(results: list[Result]) -> float:
    return sum(r.usd for r in results) + max((r.usd for r in results), default=0.0)


def _progress(results: list[Result], suite: Suite, here: int, todo: int, seconds: float) -> Progress:
    rate = here / seconds if seconds > 0 else 0.0
    scored = [r.scores[suite.primary].value for r in results if suite.primary in r.scores]
    return Progress(
        done=len(results),
        total=len(suite.samples) * suite.epochs,
        right=sum(scored) / len(scored) if scored else 0.0,
        rate=rate,
        usd=sum(r.usd for r in results),
        seconds_left=(todo - here) / rate if rate else None,
    )
