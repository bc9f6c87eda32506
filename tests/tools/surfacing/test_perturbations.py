"""Changes to real listings move the score the right way; the whole matrix is `python -m benchmarks audit_perturbations`."""

from __future__ import annotations

import pytest

from benchmarks.audit_perturbations import (
    BETTER_TEXT,
    GOAL,
    LISTINGS,
    SAME_PAGE,
    SAME_TEXT,
    WORSE_PAGE,
    WORSE_TEXT,
    listings,
    page,
    text,
)
from liftos_agents.tools.surfacing.audit import audit

pytestmark = pytest.mark.skipif(
    not LISTINGS.exists(), reason="reference listings are not at LIFTOS_REFERENCE_DATA"
)
BASES = {"text": text, "page": page}
PAGES = 5


@pytest.fixture(scope="module")
def rows():
    return listings()


@pytest.fixture(scope="module")
def scores(rows):
    return {
        "text": [audit(text(r)).score for r in rows],
        "page": [audit(page(r)).score for r in rows[:PAGES]],
    }


def moves(rows, scores, form, change):
    pairs = zip(rows, scores[form], strict=False)
    return [audit(change(row)).score - before for row, before in pairs if change(row) != BASES[form](row)]


@pytest.mark.parametrize("name", WORSE_TEXT)
def test_what_harms_a_listing_lowers_its_score(rows, scores, name):
    changes = moves(rows, scores, "text", WORSE_TEXT[name])
    assert len(changes) >= 12
    assert sum(c < 0 for c in changes) >= GOAL * len(changes), changes


@pytest.mark.parametrize("name", BETTER_TEXT)
def test_what_helps_a_listing_raises_its_score(rows, scores, name):
    changes = moves(rows, scores, "text", BETTER_TEXT[name])
    assert sum(c > 0 for c in changes) >= GOAL * len(changes), changes


@pytest.mark.parametrize("name", WORSE_PAGE)
def test_what_harms_a_page_lowers_its_score(rows, scores, name):
    changes = moves(rows, scores, "page", WORSE_PAGE[name])
    assert len(changes) == PAGES
    assert all(c < 0 for c in changes), changes


@pytest.mark.parametrize(
    ("form", "change"),
    [*(("text", c) for c in SAME_TEXT.values()), *(("page", c) for c in SAME_PAGE.values())],
)
def test_llms_txt_moves_nothing(rows, form, change):
    for row in rows[:PAGES]:
        plain = audit(BASES[form](row))
        assert change(row) != BASES[form](row)
        assert audit(change(row)) == plain
