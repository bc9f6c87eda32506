"""The page in a real browser: wide and narrow, light and dark, by mouse, finger and keyboard, printed, without script."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from liftos_agents.domain.answer import Answer
from liftos_agents.reports import page
from tests.reports.browser import Browser, Page, installed

PROGRAM = installed()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium is installed")

OPEN_BOX = "document.querySelector('.note:popover-open')?.id ?? null"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert PROGRAM is not None
    with Browser(PROGRAM, tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture(scope="module")
def written(many_pictures: Answer, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page(many_pictures))
    return path.as_uri()


@pytest.fixture(scope="module")
def wide(browser: Browser, written: str) -> Page:
    return browser.open(written)


def calm(shown: Page, url: str) -> None:
    """Nothing was asked for but the page, and nothing was complained of."""
    assert shown.requests() == [url]
    assert shown.complaints() == []


def middle_of(shown: Page, selector: str) -> tuple[float, float]:
    shown.run(f"document.querySelector({json.dumps(selector)}).scrollIntoView({{block: 'center'}})")
    box = shown.run(
        f"(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
    )
    return box[0], box[1]


@pytest.mark.parametrize("width", [1100, 320])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_overflows_and_text_can_be_read(
    browser: Browser, written: str, width: int, dark: bool
) -> None:
    shown = browser.open(written, width=width, dark=dark, touch=width < 400)
    assert shown.run("document.documentElement.scrollWidth") <= width
    sizes = shown.run(
        "[...document.querySelectorAll('svg text')].filter(t => t.getBoundingClientRect().width)"
        ".map(t => parseFloat(getComputedStyle(t).fontSize) * t.ownerSVGElement.getBoundingClientRect().width"
        " / t.ownerSVGElement.viewBox.baseVal.width)"
    )
    assert len(sizes) > 100
    assert min(sizes) > 10.0
    assert shown.run(_CLIPPED) == []
    assert shown.run(_OFF) == []
    assert shown.run("getComputedStyle(document.body).backgroundColor") == (
        "rgb(21, 24, 27)" if dark else "rgb(251, 250, 248)"
    )
    calm(shown, written)
    shown.close()


_CLIPPED = """[...document.querySelectorAll('.drawn svg')].filter(s => s.getBoundingClientRect().width).flatMap(s => {
  const edge = s.getBoundingClientRect();
  return [...s.querySelectorAll('text')].filter(t => t.textContent.trim()).filter(t => {
    const box = t.getBoundingClientRect();
    return box.left < edge.left - 1 || box.right > edge.right + 1 || box.bottom > edge.bottom + 1 || box.top < edge.top - 1;
  }).map(t => t.textContent);
})"""
"""Texts of pictures that stick out of their picture."""

_OFF = """[...document.querySelectorAll('.drawn svg')].filter(s => s.getBoundingClientRect().width).flatMap(s => {
  const edge = s.getBoundingClientRect();
  return [...s.querySelectorAll('[role=graphics-symbol][aria-roledescription=point]')].filter(m => {
    const box = m.getBoundingClientRect();
    return box.left < edge.left - 1 || box.right > edge.right + 1;
  }).map(m => m.getAttribute('aria-label'));
})"""
"""Points of pictures that do."""


def test_the_keyboard_opens_every_box_and_closes_it(wide: Page) -> None:
    count = wide.run("document.querySelectorAll('button.number:not([tabindex])').length")
    assert count > 30
    wide.run("document.querySelector('#theme').focus()")
    seen: list[str] = []
    for _ in range(4 * count):
        wide.press("Tab")
        if not wide.run("document.activeElement.matches('button.number')"):
            if wide.run("document.activeElement === document.body"):
                break
            continue
        target = wide.run("document.activeElement.getAttribute('aria-controls')")
        assert wide.run(OPEN_BOX) == target
        assert wide.run("document.activeElement.getAttribute('aria-expanded')") == "true"
        inside = wide.run(
            "(b => b.left >= 0 && b.right <= innerWidth && b.top >= 0 && b.bottom <= innerHeight)"
            "(document.querySelector('.note:popover-open').getBoundingClientRect())"
        )
        assert inside
        seen.append(target)
    assert len(seen) == count
    wide.run("document.querySelector('button.number').focus()")
    wide.press("Enter")
    assert wide.run(OPEN_BOX) is not None
    wide.press("Tab")
    assert wide.run("document.activeElement.closest('.note') !== null")
    wide.press("Escape")
    assert wide.run(OPEN_BOX) is None
    assert wide.run("document.activeElement.matches('button.number')")


def test_the_mouse_opens_a_box_and_leaves_it(wide: Page) -> None:
    x, y = middle_of(wide, "ul.said button.number")
    wide.move(x, y)
    assert wide.run(OPEN_BOX) is not None
    assert "version" in wide.run("document.querySelector('.note:popover-open').innerText")
    wide.press("Escape")
    assert wide.run(OPEN_BOX) is None
    wide.move(1, 1)


def test_a_finger_opens_a_box_and_another_place_closes_it(browser: Browser, written: str) -> None:
    shown = browser.open(written, width=320, touch=True)
    x, y = middle_of(shown, "ul.said button.number")
    shown.tap(x, y)
    assert shown.run(OPEN_BOX) is not None
    assert shown.run(
        "(b => b.left >= 0 && b.right <= innerWidth)(document.querySelector('.note:popover-open').getBoundingClientRect())"
    )
    x, y = middle_of(shown, "h1")
    shown.tap(x, y)
    assert shown.run(OPEN_BOX) is None
    shown.close()


def test_pictures_answer_to_mouse_and_keyboard(wide: Page, budget_answer: Answer) -> None:
    tip = "document.querySelector('.tip:not([hidden])')?.textContent ?? null"
    x, y = middle_of(wide, "figure .drawn [aria-roledescription=bar]")
    wide.move(x, y)
    first = wide.run(tip)
    assert first is not None
    assert (
        first.split(",")[0]
        in next(e for e in budget_answer.evidence if e.tool == "optimise_budget").result["allocation"]
    )
    wide.move(1, 1)
    assert wide.run(tip) is None
    read: list[str] = []
    for position in range(wide.run("document.querySelectorAll('.drawn').length")):
        wide.run(f"document.querySelectorAll('.drawn')[{position}].focus()")
        wide.press("ArrowRight")
        read.append(wide.run(tip))
        wide.press("ArrowRight")
        assert wide.run(tip) not in (None, read[-1])
    assert all(read)
    wide.run("document.activeElement.blur()")
    assert wide.run(tip) is None


def test_the_theme_can_be_chosen(wide: Page) -> None:
    colours: list[str] = []
    for _ in range(3):
        wide.run("document.querySelector('#theme').click()")
        colours.append(wide.run("getComputedStyle(document.body).backgroundColor"))
    assert colours == ["rgb(251, 250, 248)", "rgb(21, 24, 27)", "rgb(251, 250, 248)"]


def test_without_script_all_is_there_and_boxes_open(browser: Browser, written: str) -> None:
    shown = browser.open(written, script=False)
    x, y = middle_of(shown, "ul.said button.number")
    for kind in ("mousePressed", "mouseReleased"):
        shown.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
    assert shown.run(OPEN_BOX) is not None
    assert shown.run(
        "[...document.querySelectorAll('figure .drawn')].every(d => d.getBoundingClientRect().height > 80)"
    )
    assert shown.run("document.querySelector('#theme').hidden")
    shown.close()


def test_it_prints(browser: Browser, written: str, tmp_path: Path) -> None:
    shown = browser.open(written, dark=True)
    shown.call("Emulation.setEmulatedMedia", media="print")
    assert shown.run("getComputedStyle(document.querySelector('.appendix')).breakBefore") == "page"
    assert shown.run("getComputedStyle(document.querySelector('#theme')).display") == "none"
    assert shown.run("getComputedStyle(document.querySelector('.lead')).color") == "rgb(0, 0, 0)"
    assert shown.run("document.querySelectorAll('.only-print tbody tr').length") > 30
    assert shown.run("getComputedStyle(document.querySelector('.only-print')).display") == "block"
    printed = shown.printed()
    assert printed.startswith(b"%PDF")
    assert 3 <= printed.count(b"/Type /Page\n") <= 20
    calm(shown, written)
    shown.close()


def test_nothing_hostile_runs(browser: Browser, audit_answer: Answer, tmp_path: Path) -> None:
    trap = "<img src=x onerror=\"document.title='caught'\"><script>document.title='caught'</script>"
    body = audit_answer.answer.model_copy(update={"headline": trap, "caveats": (trap,)})
    path = tmp_path / "hostile.html"
    path.write_text(page(audit_answer.model_copy(update={"answer": body, "question": trap})))
    shown = browser.open(path.as_uri())
    assert "caught" not in shown.run("document.title").replace(trap[:79], "")
    assert trap in shown.run("document.querySelector('h1').textContent")
    calm(shown, path.as_uri())
    shown.close()
