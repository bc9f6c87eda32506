"""A replay as one HTML page that needs nothing else: pictures, and the weeks to step through."""

from __future__ import annotations

from pathlib import Path

from liftos_agents.domain.amount import format_money, format_number
from liftos_agents.domain.replay import Replay
from liftos_agents.errors import ArgumentError
from liftos_agents.reports.bound_text import BoundText
from liftos_agents.reports.chart import Table
from liftos_agents.reports.figures_section import figures_section, table
from liftos_agents.reports.files import check_page_path, write_bytes
from liftos_agents.reports.frame import framed, theme_switch
from liftos_agents.reports.markup import Markup, element, joined, pairs
from liftos_agents.reports.replay_sheet import panels, sheet_png, sheet_svg, title
from liftos_agents.reports.replay_weeks import week_name, week_sections

DRAWN = (".html", ".png", ".svg")


def replay_html(replay: Replay) -> str:
    """The whole page, the same bytes for the same replay.

    It stands without its script, too: then all weeks follow each other. The script shows one at a time, by slider, buttons,
    and the arrow keys, and marks that week in the pictures.
    """
    weeks = element(
        "section",
        element("h2", "Week by week"),
        element(
            "p",
            "Asked is what the agent wanted, booked what the market's bounds left of it, spent what was paid. "
            "Claimed is revenue that the platform reports. What no agent could see is marked hidden.",
        ),
        week_sections(replay),
        id="weeks",
    )
    body = joined(
        (
            element("a", "To the weeks", class_="skip", href="#weeks"),
            element(
                "header",
                element("b", "LiftOS Agents"),
                element("span", replay.label, class_="chip simulated"),
                theme_switch(),
            ),
            element(
                "main",
                element(
                    "h1", f"Replay: {', '.join(agent.name for agent in replay.shown)} in {replay.scenario}"
                ),
                element("p", replay.purpose),
                element("p", element("b", "Hidden from agents: "), replay.truth, class_="hidden-truth"),
                _scores(replay),
                figures_section(panels(replay), BoundText(())),
                weeks,
                _stepper(replay),
                id="replay",
            ),
            element("footer", _about(replay)),
        )
    )
    return framed(title(replay), body, scripts=("page.js", "replay.js"), styles=("page.css", "replay.css"))


def check_replay_path(path: Path) -> None:
    """Nothing, when a replay can be drawn there as far as one can tell beforehand.

    Raises:
        ArgumentError: The ending is of nothing that can be drawn, a folder stands there, or there is no folder to write in.
    """
    if path.suffix.lower() not in DRAWN:
        raise ArgumentError(
            f"the ending {path.suffix!r} is of nothing that a replay is drawn as",
            where=str(path),
            fix=f"Use {', '.join(DRAWN)}",
        )
    check_page_path(path)


def draw_replay(replay: Replay, path: Path) -> Path:
    """The file written: a page, or the four pictures on one sheet as SVG or PNG, by its ending.

    Raises:
        ArgumentError: As `check_replay_path`, or nothing can be written there.
    """
    check_replay_path(path)
    ending = path.suffix.lower()
    if ending == ".png":
        return write_bytes(sheet_png(replay), path)
    return write_bytes((replay_html(replay) if ending == ".html" else sheet_svg(replay)).encode(), path)


def _scores(replay: Replay) -> Markup:
    rows = tuple(
        (
            agent.name if agent.asked_for else f"{agent.name} *",
            format_money(agent.profit),
            format_money(agent.expected_profit),
            format_money(agent.regret),
            "–" if agent.normalised_regret is None else format_number(agent.normalised_regret, decimals=2),
            format_money(agent.spent),
            format_money(agent.fees),
            agent.violations,
            agent.abstained,
        )
        for agent in replay.agents
    )
    columns = (
        "Agent",
        "Profit",
        "Expected profit",
        "Regret",
        "Of hold's",
        "Spent",
        "Fees",
        "Violations",
        "Abstained",
    )
    return element(
        "section",
        element("h2", "What it came to"),
        element("div", table(Table(columns, rows)), class_="scores"),
        element(
            "p",
            f"{replay.currency} of {len(replay.settings)} weeks, what is sold after them included. Expected profit is without luck; "
            "regret is the oracle's less the agent's; of hold's regret, 0 is the oracle and 1 is hold. Abstained counts weeks."
            + (
                "" if all(agent.asked_for for agent in replay.agents) else " * Played to be measured against."
            ),
            class_="goal",
        ),
    )


def _stepper(replay: Replay) -> Markup:
    last = len(replay.settings)
    return element(
        "nav",
        element("button", "◀", type="button", id="back", aria_label="Week before"),
        element(
            "input",
            type="range",
            id="week",
            min=1,
            max=last,
            value=1,
            step=1,
            aria_label="Week",
            aria_valuetext=week_name(replay, 0),
        ),
        element("button", "▶", type="button", id="next", aria_label="Next week"),
        element("output", week_name(replay, 0), for_="week", id="now", aria_live="polite"),
        class_="stepper",
        aria_label="Step through the weeks; left and right arrows, Home and End",
        hidden=True,
    )


def _about(replay: Replay) -> Markup:
    facts = (
        (
            "Scenario",
            f"{replay.scenario}, version {replay.version} ({replay.fingerprint}), family {replay.family}",
        ),
        ("Seed", str(replay.seed)),
        ("Policies", ", ".join(f"{agent.name} version {agent.version}" for agent in replay.agents)),
        ("Made with", f"liftos-agents {replay.software}, replay format {replay.format}"),
        ("Data", f"{replay.label}: no customer, no platform and no sale of it is real."),
    )
    return joined((element("h2", "About this replay"), pairs(facts)))
