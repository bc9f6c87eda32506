"""The page and the pictures of a replay, in a real browser where there is one."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from liftos_agents.domain.amount import format_money
from liftos_agents.domain.replay import Replay
from liftos_agents.errors import ArgumentError
from liftos_agents.reports import draw_replay, replay_html
from liftos_agents.reports.chart import Chart
from liftos_agents.reports.replay_sheet import panels, sheet_png, sheet_svg
from liftos_agents.sandbox.replay import record
from tests.reports.browser import Browser, Page, installed

PROGRAM = installed()
in_browser = pytest.mark.skipif(PROGRAM is None, reason="no Chromium is installed")
WEEKS = 20
SHOWN = "[...document.querySelectorAll('.week')].filter(w => w.getBoundingClientRect().height).map(w => w.id)"
MARKED = "[...new Set([...document.querySelectorAll('.drawn .now')].map(m => /week (\\d+)/.exec(m.getAttribute('aria-label'))[1]))]"


@pytest.fixture(scope="module")
def replay() -> Replay:
    return record(["thompson", "follow_platform_roas"], "structural_break", 7, horizon=WEEKS)


@pytest.fixture(scope="module")
def html(replay: Replay) -> str:
    return replay_html(replay)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert PROGRAM is not None
    with Browser(PROGRAM, tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture(scope="module")
def written(html: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "replay.html"
    path.write_text(html)
    return path.as_uri()


class Ids(HTMLParser):
    """Ids, and what is loaded from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag in ("img", "link", "iframe", "object") or "src" in found:
            self.loaded.append(tag)


def chart(replay: Replay, start: str) -> Chart:
    return next(one for one in panels(replay) if one.id == f"replay-{start}")


def test_the_page_says_what_it_is_and_loads_nothing(replay: Replay, html: str) -> None:
    seen = Ids()
    seen.feed(html)
    assert seen.loaded == []
    assert len(seen.ids) == len(set(seen.ids))
    assert html.count('<section class="week"') == WEEKS
    assert html.count("Simulated data") >= 3
    assert html == replay_html(Replay.model_validate_json(replay.model_dump_json()))
    assert re.search(r"script-src 'sha256-[^']+' 'sha256-[^']+';", unescape(html))


def test_the_weeks_hold_the_decisions(replay: Replay, html: str) -> None:
    agent, number = replay.agents[0], 9
    section = html[html.index(f'id="week-{number + 1}"') : html.index(f'id="week-{number + 2}"')]
    week = agent.weeks[number]
    for c, channel in enumerate(replay.channels):
        row = re.search(rf"<tr><th scope=\"row\">{channel}</th>(.*?)</tr>", section)
        assert row is not None
        cells = re.findall(r"<td[^>]*>(.*?)</td>", row[1])
        figures = (week.asked[c], week.booked[c], week.spent[c], week.claimed[c], week.incremental[c])
        assert cells == [format_money(value or 0.0) for value in figures]
    assert format_money(week.regret, replay.currency) in section
    assert "Hidden from agents" in section


def test_a_break_is_told_in_its_week(replay: Replay, html: str) -> None:
    event = next(e for e in replay.events if 0 <= e.week < WEEKS)
    at = html.index(f'id="week-{event.week + 1}"')
    assert event.words in html[at : html.index("</section>", at)]
    assert html.count(f"break: {event.words}") == 1


def test_the_pictures_hold_the_replay(replay: Replay) -> None:
    claims, regret, agents = (chart(replay, name) for name in ("claims", "regret", "agents"))
    agent = replay.agents[1]
    c = replay.channels.index("tv")
    row = next(r for r in claims.table.rows if r[:2] == ("tv", agent.name))
    assert row[2:5] == tuple(
        format_money(sum(values), replay.currency)
        for values in (
            [w.spent[c] for w in agent.weeks],
            [w.claimed[c] for w in agent.weeks],
            [w.incremental[c] for w in agent.weeks],
        )
    )
    assert len(regret.table.rows) == WEEKS + 1
    assert len(chart(replay, "spend").table.columns) == 1 + 2 * len(replay.channels)
    held = next(a for a in replay.agents if a.name == "hold").expected_profit
    gain = format_money(agent.expected_profit - held, replay.currency)
    assert gain in agents.summary
    assert {r[0] for r in agents.table.rows} == {a.name for a in replay.agents}


def test_new_creatives_are_marked_on_the_line_of_who_bought_them() -> None:
    replay = record(["oracle", "hold"], "creative_fatigue", 7, horizon=WEEKS)
    oracle = next(agent for agent in replay.agents if agent.name == "oracle")
    assert "A triangle is a new creative." in chart(replay, "spend").summary
    svg = sheet_svg(replay)
    for channel in replay.channels:
        bought = sum(channel in week.refreshed for week in oracle.weeks)
        assert svg.count(f"new creative for {channel}, oracle") == bought
        assert f"new creative for {channel}, hold" not in svg
    assert "new creative for social, oracle" in svg
    assert "triangle" not in chart(record(["hold"], "textbook", 7, horizon=4), "spend").summary


def test_the_sheet_has_four_pictures_and_fits(replay: Replay) -> None:
    root = ElementTree.fromstring(sheet_svg(replay))
    drawn = [child for child in root.iter() if child.get("role") == "img"]
    assert [d.get("aria-label") for d in drawn] == [one.summary for one in panels(replay)]
    texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
    assert any("Simulated data" in (text or "") for text in texts)
    names = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(names) == len(set(names))
    png = sheet_png(replay)
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20]) == 2 * float(root.get("width", 0))


@pytest.mark.parametrize(
    "policies", [["hold"], ["oracle"], ["thompson", "equal_split", "hold", "oracle", "follow_platform_roas"]]
)
def test_one_agent_or_five_in_one_week(policies: list[str]) -> None:
    made = record(policies, "creative_fatigue", 1, horizon=1)
    assert replay_html(made).count("<h4>") == len(policies)
    ElementTree.fromstring(sheet_svg(made))


def test_nothing_hostile_gets_through(replay: Replay) -> None:
    trap = "<script>document.title='caught'</script>\x00"
    agent = replay.agents[0].model_copy(update={"name": trap})
    hostile = replay.model_copy(
        update={"purpose": trap, "truth": trap, "scenario": trap, "agents": (agent, *replay.agents[1:])}
    )
    page = replay_html(hostile)
    assert "<script>document" not in page
    assert "\x00" not in page
    ElementTree.fromstring(sheet_svg(hostile))


def test_endings_and_places_are_checked(replay: Replay, tmp_path: Path) -> None:
    for name, words in (("x.pdf", "'.pdf'"), ("x", "''"), ("absent/x.html", "no such folder")):
        with pytest.raises(ArgumentError, match=words):
            draw_replay(replay, tmp_path / name)
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(ArgumentError, match="a folder"):
        draw_replay(replay, tmp_path / "folder.svg")
    written = draw_replay(replay, tmp_path / "x.SVG")
    assert written.read_text() == sheet_svg(replay)


@in_browser
@pytest.mark.parametrize("width", [1100, 320])
@pytest.mark.parametrize("dark", [False, True])
def test_it_can_be_read(browser: Browser, written: str, width: int, dark: bool) -> None:
    shown = browser.open(written, width=width, dark=dark, touch=width < 400)
    assert shown.run("document.documentElement.scrollWidth") <= width
    assert shown.run(_SMALLEST) > 10.0
    assert shown.run(_CLIPPED) == []
    assert shown.run(_FAINTEST) > 4.5
    table = "document.querySelector('.week.chosen .scroll')"
    assert shown.run(f"{table}.scrollWidth - {table}.clientWidth") <= 0
    assert shown.requests() == [written]
    assert shown.complaints() == []
    shown.close()


_SMALLEST = """Math.min(
  ...[...document.querySelectorAll('svg text')].filter(t => t.getBoundingClientRect().width)
    .map(t => parseFloat(getComputedStyle(t).fontSize) * t.ownerSVGElement.getBoundingClientRect().width
      / t.ownerSVGElement.viewBox.baseVal.width),
  ...[...document.querySelectorAll('.week.chosen td')].map(t => parseFloat(getComputedStyle(t).fontSize)))"""
_CLIPPED = """[...document.querySelectorAll('.drawn svg')].filter(s => s.getBoundingClientRect().width).flatMap(s => {
  const edge = s.getBoundingClientRect();
  return [...s.querySelectorAll('text')].filter(t => t.textContent.trim()).filter(t => {
    const box = t.getBoundingClientRect();
    return box.left < edge.left - 1 || box.right > edge.right + 1 || box.bottom > edge.bottom + 1 || box.top < edge.top - 1;
  }).map(t => t.textContent);
})"""
_FAINTEST = """(() => {
  const light = c => { const v = c.match(/[\\d.]+/g).slice(0, 3).map(x => x / 255)
    .map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4); return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  return Math.min(...[...document.querySelectorAll('main p, main td, main th, main dt, main dd, h1, h2, h3, h4, output')]
    .map(e => light(getComputedStyle(e).color)).map(l => (Math.max(l, paper) + .05) / (Math.min(l, paper) + .05)));
})()"""


@in_browser
def test_weeks_are_stepped_through_by_key_button_and_slider(browser: Browser, written: str) -> None:
    shown = browser.open(written)
    at = "document.getElementById('now').textContent"
    assert shown.run(SHOWN) == ["week-1"]
    assert shown.run(MARKED) == ["1"]
    shown.press("ArrowRight")
    shown.press("ArrowRight")
    assert shown.run(SHOWN) == ["week-3"]
    assert shown.run(MARKED) == ["3"]
    assert shown.run(at).startswith(f"Week 3 of {WEEKS}, ")
    assert shown.run("location.hash") == "#week-3"
    shown.press("ArrowLeft")
    assert shown.run(SHOWN) == ["week-2"]
    shown.run("document.getElementById('next').click()")
    assert shown.run(SHOWN) == ["week-3"]
    shown.run("document.getElementById('week').focus()")
    shown.press("ArrowRight")
    assert shown.run(SHOWN) == ["week-4"]
    assert shown.run("document.getElementById('week').getAttribute('aria-valuetext')").startswith("Week 4 of")
    shown.run("document.querySelector('.drawn').focus()")
    shown.press("ArrowRight")
    assert shown.run(SHOWN) == ["week-4"]
    shown.run("document.activeElement.blur()")
    for _ in range(WEEKS):
        shown.press("ArrowRight")
    assert shown.run(SHOWN) == [f"week-{WEEKS}"]
    assert shown.run("document.getElementById('next').disabled")
    shown.close()
    later = browser.open(written + "#week-5")
    assert later.run(SHOWN) == ["week-5"]
    later.close()


@in_browser
def test_every_control_is_reached_by_keyboard_and_named(browser: Browser, written: str) -> None:
    shown = browser.open(written)
    reached: set[str] = set()
    for _ in range(80):
        shown.press("Tab")
        reached.add(shown.run("document.activeElement.id"))
    assert {"theme", "next", "week"} <= reached
    unnamed = (
        "[...document.querySelectorAll('button, input, svg[role=img], [role=region]')]"
        ".filter(e => !(e.getAttribute('aria-label') || e.textContent.trim())).length"
    )
    assert shown.run(unnamed) == 0
    shown.close()


@in_browser
def test_without_script_every_week_is_there(browser: Browser, written: str) -> None:
    shown = browser.open(written, script=False)
    assert len(shown.run(SHOWN)) == WEEKS
    assert shown.run("document.querySelector('.stepper').hidden")
    shown.close()


@in_browser
def test_it_prints_the_week_chosen(browser: Browser, written: str) -> None:
    shown: Page = browser.open(written + "#week-3", dark=True)
    printed = shown.printed()
    assert printed.startswith(b"%PDF")
    assert 2 <= printed.count(b"/Type /Page\n") <= 8
    shown.call("Emulation.setEmulatedMedia", media="print")
    assert shown.run(SHOWN) == ["week-3"]
    assert shown.run("getComputedStyle(document.querySelector('.stepper')).display") == "none"
    assert shown.run("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    shown.close()
