"""`liftos ask` and `liftos demo`: a question, and an answer that one can trace."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import liftos_agents
from liftos_agents import reports
from liftos_agents.cli import answer_view, approvals, chat_input, demo_shop, options
from liftos_agents.cli.steps import Steps
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.engine import AskRequest
from liftos_agents.domain.event import Event
from liftos_agents.errors import ArgumentError, CancelledError

LONGEST_QUESTION = 20_000


def ask(
    question: Annotated[str, typer.Argument(help="What you want to know, in plain words.")],
    data: options.Data = None,
    model: options.Model = None,
    thread: Annotated[
        str | None,
        typer.Option("--thread", "-t", help="Go on with an earlier conversation: its id, or `last`."),
    ] = None,
    organisation: options.Organisation = None,
    role: options.Role = None,
    describe: options.Describe = None,
    graph: options.Graph = None,
    max_usd: Annotated[
        float | None, typer.Option("--max-usd", min=0.0, help="Stop before the models cost more.")
    ] = None,
    timeout: options.Timeout = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FILE.html", help="Write the answer as one page with pictures, too."
        ),
    ] = None,
    as_json: options.AsJson = False,
    no_input: Annotated[
        bool,
        typer.Option(
            "--no-input", help="Never ask back: what is ambiguous is an error that names the choices."
        ),
    ] = False,
    home: options.Home = None,
) -> None:
    """Answer a question about marketing data, with every number bound to evidence."""
    settings = options.settings(home=home, organisation=organisation, model=model, max_usd=max_usd)
    if not 0 < len(question.strip()) <= LONGEST_QUESTION:
        raise ArgumentError(
            "the question is empty" if not question.strip() else "the question is too long",
            where="QUESTION",
            fix=f"Ask it in 1 to {LONGEST_QUESTION} characters; give a long text with --data FILE",
        )
    if report is not None:
        reports.check_page_path(report)
    request = AskRequest(
        question=chat_input.readable(question),
        data=tuple(data or ()),
        roles={**options.roles(role), **options.about_columns(describe, graph)},
        interactive=not no_input,
        max_seconds=timeout,
    )
    with liftos_agents.LiftOS(settings=settings) as lift:
        if thread is not None:
            request = request.model_copy(update={"thread_id": lift.thread(thread)})
            if not as_json:
                _tell_unfinished(lift, request.thread_id or "")
        answer = _run(lift, request, quiet=as_json)
        while answer.status == "needs_clarification" and not as_json and _may_ask(no_input):
            answer_view.show(Console(), answer)
            reply = typer.prompt("Your reply")
            request = request.model_copy(
                update={"question": reply, "thread_id": answer.thread_id, "data": ()}
            )
            answer = _run(lift, request, quiet=False)
        if not as_json and _may_ask(no_input):
            answer = approvals.decide(lift, Console(), answer)
        page = lift.report(answer.run_id) if report is not None else ""
    _print(answer, as_json=as_json)
    if report is not None:
        reports.write_page(page, report)
        Console(stderr=True, quiet=as_json).print(
            f"Report written to {report}", highlight=False, markup=False
        )


def demo(
    out: Annotated[
        Path | None, typer.Option("--out", help="Only write the simulated shop's table, as CSV, and leave.")
    ] = None,
    as_json: options.AsJson = False,
    home: options.Home = None,
) -> None:
    """A simulated shop with known truth: a question, the answer, and the truth beside it."""
    shop = demo_shop.market()
    if out:
        demo_shop.frame(shop).to_csv(out, index=False)
        typer.echo(f"Simulated data written to {out}")
        return
    with liftos_agents.LiftOS(settings=options.settings(home=home)) as lift:
        request = AskRequest(
            question=demo_shop.QUESTION, roles={"margin": shop.spec.margin}, interactive=False
        )
        answer = _run(lift, request, quiet=as_json, frame=demo_shop.frame(shop))
    if as_json:
        typer.echo(demo_shop.as_json(shop, answer))
        return
    console = Console()
    demo_shop.introduce(console, shop)
    answer_view.show(console, answer)
    demo_shop.compare(console, shop, answer)
    demo_shop.rehearse(console, shop, answer)


def _run(lift: liftos_agents.LiftOS, request: AskRequest, *, quiet: bool, frame: object = None) -> Answer:
    """The answer, with steps shown on the way unless `quiet`."""
    console = Console(stderr=True)
    begun = ""

    def feed(event: Event) -> None:
        nonlocal begun
        begun = event.run_id
        steps.feed(event)

    try:
        with Steps(Console(stderr=True, quiet=quiet)) as steps:
            return lift.ask(
                request.question,
                list(request.data) if frame is None else {demo_shop.NAME: frame},
                roles=request.roles,
                thread=request.thread_id,
                interactive=request.interactive,
                max_seconds=request.max_seconds,
                on_event=feed,
            )
    except (KeyboardInterrupt, CancelledError):
        if begun:
            console.print(f"Go on with it: liftos runs resume {begun}", style="dim", highlight=False)
        raise


def _tell_unfinished(lift: liftos_agents.LiftOS, thread: str) -> None:
    """Says which runs of a conversation have no answer: the question goes on from the last one that has."""
    for run in lift.runs(3, thread=thread):
        if run.resumable or run.status in ("running", "needs_approval"):
            Console(stderr=True).print(
                f"Run {run.id} of this conversation has no answer yet ({run.status}); it is left as it is.",
                style="yellow",
                highlight=False,
            )


def _may_ask(no_input: bool) -> bool:
    return not no_input and sys.stdin.isatty()


def _print(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        typer.echo(answer.model_dump_json())
        return
    console = Console()
    answer_view.show(console, answer)
    for waiting in approvals.pending(answer):
        console.print(approvals.view(waiting))
    if answer.status == "needs_approval":
        console.print(approvals.how_to_decide(answer), style="dim", highlight=False)
