"""Logs and leaderboards as tables for a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from liftos_agents.domain.amount import format_share
from liftos_agents.evals.comparison import Leaderboard
from liftos_agents.evals.summary import Metric, Summary, meaning

MOST_FAILURES = 12


def render_summary(summary: Summary) -> RenderableType:
    """A table of scores with intervals, the breakdown by tag, what failed, time and money."""
    parts: list[RenderableType] = [
        Text(f"{summary.suite} {summary.suite_version} · {summary.solver}", style="bold"),
        _metric_table("score", [(meaning(m.scorer), m) for m in summary.metrics]),
    ]
    breakdown = [(f"{m.group} split", m) for m in summary.splits if len(summary.splits) > 1]
    breakdown += [(m.group, m) for m in summary.tags]
    if breakdown:
        parts.append(_metric_table(f"{meaning(summary.primary)} by tag", breakdown))
    if summary.reliability:
        shares = ", ".join(f"pass^{k} {format_share(v)}" for k, v in summary.reliability.items())
        parts.append(Text(f"Reliability over {summary.epochs} epochs: {shares}"))
    if summary.failures:
        parts.append(_failures(summary))
    parts.append(Text(_foot(summary), style="dim"))
    return Group(*parts)


def render_leaderboard(board: Leaderboard) -> RenderableType:
    """Solvers with their tie group, and each paired difference with what could have been detected."""
    table = Table(title=f"{board.suite}: {meaning(board.scorer)}", title_justify="left")
    for column in ("tie group", "solver", "mean"):
        table.add_column(column, justify="right" if column == "mean" else "left")
    for name, mean in board.means.items():
        letters = "".join(chr(ord("A") + i) for i, group in enumerate(board.ties) if name in group)
        table.add_row(letters, name, format_share(mean))
    gaps = Table(title="Paired differences (95 % interval)", title_justify="left")
    for column in ("pair", "samples", "difference", "p (Holm)", "detectable", "test"):
        gaps.add_column(column)
    for d in board.differences:
        gaps.add_row(
            f"{d.first} − {d.second}",
            str(d.samples),
            f"{format_share(d.difference)} ({format_share(d.low)} to {format_share(d.high)})",
            f"{d.adjusted_p:.3f}",
            format_share(d.detectable),
            d.test,
        )
    return Group(table, gaps)


def _metric_table(title: str, rows: list[tuple[str, Metric]]) -> Table:
    table = Table()
    table.add_column(title)
    for column in ("samples", "mean", "95 % interval"):
        table.add_column(column, justify="right")
    for name, metric in rows:
        interval = f"{format_share(metric.low)} to {format_share(metric.high)}"
        table.add_row(name, str(metric.samples), format_share(metric.mean), interval)
    return table


def _failures(summary: Summary) -> Table:
    table = Table(title=f"Not right ({len(summary.failures)})", title_justify="left")
    table.add_column("sample")
    table.add_column("why")
    for sample, why in list(summary.failures.items())[:MOST_FAILURES]:
        table.add_row(sample, why)
    if len(summary.failures) > MOST_FAILURES:
        table.add_row("…", f"{len(summary.failures) - MOST_FAILURES} more in the log")
    return table


def _foot(summary: Summary) -> str:
    seconds = summary.seconds
    parts = [
        f"{summary.samples} samples × {summary.epochs}",
        f"{summary.errors} errors",
        f"p50 {seconds['p50'] * 1000:.1f} ms, p95 {seconds['p95'] * 1000:.1f} ms",
        f"{summary.usd:.4f} US dollars",
    ]
    if not summary.complete:
        parts.append(f"incomplete: {summary.stopped or 'interrupted'}")
    return " · ".join(parts)
