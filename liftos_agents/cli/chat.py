"""`liftos chat`: a conversation in the terminal, with history, data, reasons, reports and a way back."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import liftos_agents
from liftos_agents import data as data_room
from liftos_agents import reports
from liftos_agents.cli import answer_view, approvals, chat_input, explanation_view, options
from liftos_agents.cli.complaint import complain
from liftos_agents.cli.steps import Steps
from liftos_agents.domain.answer import Answer
from liftos_agents.errors import ArgumentError, CancelledError, NotFoundError, UserError

WELCOME = "Ask about your marketing data. /help lists the commands, /quit or Ctrl-D leaves."


def chat(
    data: options.Data = None,
    model: options.Model = None,
    thread: Annotated[
        str | None,
        typer.Option("--thread", "-t", help="Go on with a conversation: its id, or `last`."),
    ] = None,
    threads: Annotated[bool, typer.Option("--threads", help="List the conversations and leave.")] = False,
    organisation: options.Organisation = None,
    role: options.Role = None,
    describe: options.Describe = None,
    graph: options.Graph = None,
    max_usd: Annotated[
        float | None, typer.Option("--max-usd", min=0.0, help="Cap of each question's model calls.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Read questions from standard input; print one JSON object each.")
    ] = False,
    home: options.Home = None,
) -> None:
    """Talk about marketing data: follow-up questions keep the data and what was found."""
    settings = options.settings(home=home, organisation=organisation, model=model, max_usd=max_usd)
    with liftos_agents.LiftOS(settings=settings) as lift:
        if threads:
            _print_threads(lift, as_json)
            return
        console = Console(stderr=as_json)
        talk = Conversation(
            lift,
            console,
            sources=list(data or ()),
            roles={**options.roles(role), **options.about_columns(describe, graph)},
            thread=lift.thread(thread) if thread else None,
            as_json=as_json,
        )
        talk.hold(chat_input.lines(settings.home, COMMANDS, console=console, plain=as_json))


@dataclass
class Conversation:
    """One conversation: what is asked next is asked of the same thread, data and roles.

    Attributes:
        sources: Data of the next question; a thread keeps its own until new data are given.
        roles: Column roles of the project and the command, for every conversation.
        named: Column roles that were named in this conversation.
        answers: Answers of this sitting, the latest last.
    """

    lift: liftos_agents.LiftOS
    console: Console
    sources: list[str] = field(default_factory=list[str])
    roles: dict[str, Any] = field(default_factory=dict[str, Any])
    named: dict[str, Any] = field(default_factory=dict[str, Any])
    thread: str | None = None
    as_json: bool = False
    answers: list[Answer] = field(default_factory=list[Answer])
    left: bool = False

    def hold(self, lines: Iterator[str]) -> None:
        """Answers line after line until there is none, or `/quit`."""
        if not self.as_json:
            self.console.print(WELCOME, style="dim")
            if self.thread:
                self._show_history()
        for line in lines:
            if line.strip():
                self.take(line.strip())
            if self.left:
                return

    def take(self, line: str) -> None:
        """Acts on one line: a command when it begins with a slash, else a question."""
        try:
            if line.startswith("/"):
                self._command(line)
            else:
                self.ask(line)
        except UserError as error:
            complain(error, as_json=self.as_json)
        except (CancelledError, KeyboardInterrupt):
            self.console.print("Stopped. What was finished is kept.", style="yellow")

    def ask(self, question: str) -> None:
        """Asks, shows the steps on the way and the answer, and lets a person decide what waits for one."""
        with Steps(Console(stderr=True, quiet=self.as_json)) as steps:
            answer = self.lift.ask(
                question, self.sources, roles=self._all_roles, thread=self.thread, on_event=steps.feed
            )
        self.sources = []
        self.thread = answer.thread_id
        self.answers.append(answer)
        self._show(answer)
        if answer.status == "needs_approval" and not self.as_json and sys.stdin.isatty():
            self.answers[-1] = approvals.decide(self.lift, self.console, answer)

    def help(self, _: list[str]) -> None:
        """List the commands"""
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for name, command in COMMANDS.items():
            table.add_row(f"/{name} {command.arguments}".strip(), command.summary)
        self.console.print(table)

    def data(self, words: list[str]) -> None:
        """Give data for the questions to come"""
        if not words:
            held = ", ".join(self.sources or self._used()) or "none yet; give it with /data FILE"
            self.console.print(f"Data of the next question: {escape(held)}", highlight=False)
            return
        for source in words:
            data_room.load(source, date_order=self._all_roles.get("date_order"))
        self.sources = words
        self.console.print(f"The next question is of {escape(', '.join(words))}", highlight=False)

    def role(self, words: list[str]) -> None:
        """Say what a column is"""
        said = data_room.parse_role_options(words)
        self._check(said)
        self.named |= said
        known = self._all_roles
        self.console.print(escape(json.dumps(known)) if known else "No roles were named.")

    def why(self, words: list[str]) -> None:
        """Where a claim's numbers come from"""
        answer = self._latest()
        claims = (*answer.answer.claims, *answer.answer.recommendations)
        telling = [c for c in claims if any(map(str.isdigit, c.text))] or claims
        if not telling and not words:
            raise NotFoundError("the last answer makes no claim", fix="Ask something of your data first")
        claim = " ".join(words) or telling[0].id
        self.console.print(explanation_view.view(self.lift.why(answer.run_id, claim)))

    def report(self, words: list[str]) -> None:
        """Write the last answer as a page"""
        answer = self._latest()
        out = Path(words[0]) if words else Path(f"{answer.run_id}.html")
        reports.write_page(reports.page(answer), out)
        self.console.print(f"Written: {escape(str(out))}", highlight=False)

    def undo(self, _: list[str]) -> None:
        """Take the last question back"""
        if self.thread is None:
            raise NotFoundError("nothing has been asked yet", fix="Ask something first")
        question = self.lift.undo(self.thread)
        if self.answers:
            self.answers.pop()
        self.console.print(f"Taken back: {escape(question)}", highlight=False)

    def threads(self, _: list[str]) -> None:
        """List the conversations"""
        _print_threads(self.lift, self.as_json, self.console)

    def resume(self, words: list[str]) -> None:
        """Go on with another conversation"""
        if len(words) != 1:
            raise ArgumentError("say which conversation", where="/resume", fix="Ids are listed by /threads")
        self.thread = self.lift.thread(words[0])
        self.sources, self.answers, self.named = [], [], {}
        self._show_history()

    def new(self, _: list[str]) -> None:
        """Begin a new conversation"""
        self.thread, self.answers, self.named = None, [], {}
        self.console.print("A new conversation; give it data with /data FILE", style="dim")

    def quit(self, _: list[str]) -> None:
        """Leave"""
        self.left = True

    def _command(self, line: str) -> None:
        try:
            name, *words = _words(line[1:]) or ["help"]
        except ValueError as error:
            raise ArgumentError(
                f"the command cannot be read: {error}", where=line, fix="Close the quotation mark"
            ) from error
        if name not in COMMANDS:
            raise ArgumentError(f"there is no command /{name}", fix="/help lists them")
        COMMANDS[name].action(self, words)

    @property
    def _all_roles(self) -> dict[str, Any]:
        return {**self.roles, **self.named}

    def _check(self, said: dict[str, Any]) -> None:
        """Refuses a role that fits no column of the files given; what else is wrong is for the question to say."""
        order = {**self._all_roles, **said}.get("date_order")
        columns = {role: value for role, value in said.items() if role != "date_order"}
        if not columns or not self.sources:
            return
        try:
            loaded = [data_room.load(source, date_order=order) for source in self.sources]
            tables = [d for d in loaded if d.kind == "table" and not data_room.is_catalogue(d)]
            if tables:
                data_room.work_out_roles(data_room.unify(tables), columns)
        except ArgumentError:
            raise
        except UserError:
            return

    def _used(self) -> tuple[str, ...]:
        """Names of the data that this conversation's answers rest on."""
        past = self.answers or (self.lift.history(self.thread) if self.thread else ())
        return tuple(dict.fromkeys(d.name for a in past for e in a.evidence for d in e.datasets))

    def _latest(self) -> Answer:
        if self.answers:
            return self.answers[-1]
        past = self.lift.history(self.thread) if self.thread else ()
        if not past:
            raise NotFoundError("nothing has been answered yet", fix="Ask something first")
        return past[-1]

    def _show_history(self) -> None:
        for answer in self.lift.history(self.thread) if self.thread else ():
            self.console.print(f"[bold cyan]›[/bold cyan] {escape(answer.question)}", highlight=False)
            self.console.print(f"  {escape(answer.answer.headline)}", style="dim", highlight=False)

    def _show(self, answer: Answer) -> None:
        if self.as_json:
            typer.echo(answer.model_dump_json())
        else:
            answer_view.show(self.console, answer)


def _words(line: str) -> list[str]:
    """The words of a command; quotation marks hold a word with spaces together."""
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    if os.sep == "\\":
        lexer.escape = ""
    return list(lexer)


@dataclass(frozen=True)
class Command:
    """A command of the conversation; its summary is its method's docstring."""

    action: Callable[[Conversation, list[str]], None]
    arguments: str = ""

    @property
    def summary(self) -> str:
        """What it does."""
        return (self.action.__doc__ or "").strip()


COMMANDS: dict[str, Command] = {
    "help": Command(Conversation.help),
    "data": Command(Conversation.data, "FILE…"),
    "role": Command(Conversation.role, "ROLE=COLUMNS…"),
    "why": Command(Conversation.why, "[CLAIM]"),
    "report": Command(Conversation.report, "[FILE.html]"),
    "undo": Command(Conversation.undo),
    "threads": Command(Conversation.threads),
    "resume": Command(Conversation.resume, "THREAD"),
    "new": Command(Conversation.new),
    "quit": Command(Conversation.quit),
}


def _print_threads(lift: liftos_agents.LiftOS, as_json: bool, console: Console | None = None) -> None:
    found = lift.threads()
    if as_json:
        typer.echo(json.dumps([t.model_dump(mode="json") for t in found], ensure_ascii=False))
        return
    if not found:
        typer.echo("There is no conversation yet.")
        return
    table = Table("Conversation", "Questions", "Last asked", box=box.SIMPLE_HEAD)
    for t in found:
        table.add_row(t.id, str(t.runs), escape(t.question))
    (console or Console()).print(table)
