"""The first promise: a number is bound to evidence, on the right channel, in the right unit, or it does not pass."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftos_agents.graphs.composition import compose
from liftos_agents.graphs.numerals import numerals
from liftos_agents.graphs.sentences import Reader, shown
from liftos_agents.graphs.state import Report
from liftos_agents.graphs.verification import (
    Vocabulary,
    count_numbers,
    failed_checks,
    mentions_check,
    verify,
)

FIT = "ev_aaaa1111"
PLAN = "ev_bbbb2222"
REFUSED = "ev_cccc3333"


def estimate(mean: float, p05: float, p95: float) -> dict[str, float]:
    return {"mean": mean, "p05": p05, "p50": mean, "p95": p95}


RESULTS: dict[str, dict[str, Any]] = {
    FIT: {
        "status": "downgraded",
        "frequency": "week",
        "currency": "EUR",
        "channels": {
            "tv": {
                "spend": 1_200_000.0,
                "roas": estimate(1.6, 1.1, 2.1),
                "share": 0.3,
                "half_life": estimate(3, 2, 4),
                "wasteful": estimate(0.05, 0.0, 0.1),
                "probability_wasteful": 0.12,
            },
            "search": {
                "spend": 600_000.0,
                "roas": estimate(3.2, 2.0, 4.0),
                "share": 0.5,
                "half_life": estimate(1, 0.5, 2),
                "wasteful": estimate(0.0, -0.2, 0.2),
                "probability_wasteful": 0.93,
            },
            "Channel10": {
                "spend": 300_000.0,
                "roas": estimate(0.4, -0.1, 0.9),
                "share": 0.2,
                "half_life": estimate(2, 1, 3),
                "wasteful": estimate(0.1, 0.0, 0.2),
                "probability_wasteful": 0.85,
            },
            "paid_social": {
                "spend": 100_000.0,
                "roas": estimate(0.9, 0.1, 1.9),
                "share": 0.1,
                "half_life": estimate(2, 1, 3),
                "wasteful": estimate(0.1, 0.0, 0.2),
                "probability_wasteful": 0.5,
            },
        },
        "platforms": [{"platform": "meta", "ratio": 2.4}, {"platform": "google", "ratio": 1.3}],
        "total": 2_200_000.0,
        "margin": 1.0,
        "warnings": ["Only 40 weeks were left after 3 gaps."],
        "start": "2023-01-02",
        "checks": [
            {"name": "rhat", "value": 1.004, "threshold": 1.01, "passed": True, "meaning": "Chains agree."},
            {"name": "ess", "value": 220.0, "threshold": 400.0, "passed": False, "meaning": "Few draws"},
        ],
        "units": {
            "channels.*.spend": "money",
            "channels.*.roas": "ratio",
            "channels.*.share": "share",
            "channels.*.half_life": "periods",
            "channels.*.wasteful.*": "money",
            "channels.*.probability_wasteful": "probability",
            "platforms.*.ratio": "ratio",
            "total": "money",
            "margin": "number",
        },
    },
    PLAN: {
        "status": "accepted",
        "recommended": False,
        "allocation": {
            "tv": {"current": 100.0, "proposed": 50.0, "change": -50.0},
            "search": {"current": 100.0, "proposed": 200.0, "change": 100.0},
        },
        "probability_beats_current": 0.62,
        "largest_increase": "search",
        "units": {"allocation.*.*": "money", "probability_beats_current": "probability"},
    },
    REFUSED: {
        "status": "refused",
        "allocation": {"tv": {"change": 1.0}},
        "units": {"allocation.*.change": "money"},
    },
}
WORDS = Vocabulary(
    quoted="What if I double search, cut TV by 20 % and spend 1.5m over 6 weeks?",
    channels=("tv", "search", "Channel10", "paid_social"),
    names=("x1", "Channel10_spend", "revenue", "9.7", "5x", "360 view"),
)


def reasons(text: str, **options: Any) -> tuple[str, ...]:
    text = (
        text.replace("{fit:", f"{{{FIT}:")
        .replace("{plan:", f"{{{PLAN}:")
        .replace("{refused:", f"{{{REFUSED}:")
    )
    return verify(text, Reader(RESULTS), WORDS, **options).reasons


@pytest.mark.parametrize(
    "text",
    [
        "tv returned {fit:channels.tv.roas|x} per unit spent.",
        "TV returned {fit:channels.tv.roas|x}, search {fit:channels.search.roas.mean|x}.",
        "TV (spend {fit:channels.tv.spend|money}, share {fit:channels.tv.share|pct}) is one channel.",
        "Paid social returned {fit:channels.paid_social.roas|x}.",
        "Channel10 took {fit:channels.Channel10.spend}.",
        "Channel10_spend and x1 are columns; Channel10 took {fit:channels.Channel10.spend}.",
        "{fit:channels.tv.spend|money} went to TV.",
        "{fit:channels.tv.spend} more for TV and {fit:channels.search.spend} less for search.",
        "TV and search returned {fit:channels.tv.roas.mean|x} and {fit:channels.search.roas.mean|x} respectively.",
        "TV is slow. It has a half-life of {fit:channels.tv.half_life.mean|number} weeks.",
        "Cutting TV by 20 % and doubling search costs 1.5m over 6 weeks.",
        "Cutting TV by 20% costs 1.5 million.",
        "Between 2019 and 2021, since 2020, at the end of 2023, on May 12 and by 3 May 2024 TV ran.",
        "1. TV ran.\n2. 360 view ran.\n3. Half of the effect has passed after a half-life.",
        "From 2023-01-02 to March 2024, in Q3 2024 and in 2023-W05, all media cost {fit:total|money}.",
        "From {fit:start|text} on, all media cost {fit:total|money}.",
        "{fit:warnings.0|text}",
        "1. All media cost {fit:total|money}.",
        "Move money to {plan:largest_increase|text} (from {plan:allocation.search.current|money}).",
        "Of all channels search had the highest return, {fit:channels.search.roas.mean|x}.",
        "Channel10 had the lowest return ({fit:channels.Channel10.roas.mean|x}).",
        "search gets {plan:allocation.search.proposed} instead of {plan:allocation.search.current}: it is doubled.",
        "Channel10 shows no effect: {fit:channels.Channel10.roas|x}.",
        "search is very likely wasteful ({fit:channels.search.probability_wasteful|pct}).",
        "This does not prove that TV works.",
        "No guarantee can be given.",
        "Raise search by {plan:allocation.search.change} and lower tv by {plan:allocation.tv.change}.",
        "Margin {fit:margin|number} was assumed.",
        "meta claims {fit:platforms.0.ratio|x} of what it adds.",
        "People's search interest grew while TV took {fit:channels.tv.spend}.",
    ],
)
def test_what_passes(text: str) -> None:
    assert reasons(text) == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("TV returned 1.6 per unit.", "bare number '1.6'"),
        ("TV returned 160 percent.", "bare number"),
        ("TV took €1,200,000.", "bare number"),
        ("TV took 1.200.000 Euro.", "bare number"),
        ("Three channels waste money.", "bare number 'Three'"),
        ("Cutting TV by 20 pays.", "bare number '20'"),
        ("Cutting TV by 25 % pays.", "bare number '25 %'"),
        ("It costs 1.6m.", "bare number"),
        ("Version 12 of x1.", "bare number '12'"),
        ("TV returned 1½ per unit.", "bare number"),
        ("TV returned １２ per unit.", "bare number"),
        ("TV returned a dozen per unit.", "bare number 'dozen'"),
        ("TV earned 2023 %.", "bare number"),
        ("TV earned €2023.", "bare number"),
        ("TV returned 2000 customers per week.", "bare number '2000'"),
        ("TV earned 1999 sales.", "bare number '1999'"),
        ("Sales may 30 % rise.", "bare number '30 %'"),
        ("TV brought 9999-99 sales.", "bare number"),
        ("The return of TV is\n40. So it pays.", "bare number '40'"),
        ("TV grew by ²⁵.", "bare number '²⁵'"),
        ("TV grew by fifteen percent.", "bare number 'fifteen'"),
        ("Half of TV is wasted.", "bare number 'Half of'"),
        ("A third of TV is wasted.", "bare number 'A third'"),
        ("TV is tenfold search.", "bare number 'tenfold'"),
        ("TV returned 9.7 on 5x.", "bare number '9.7'"),
        ("TV quadrupled sales.", "'quadrupled' needs"),
        ("tv returned -{fit:channels.tv.roas.mean|x}.", "a minus stands before"),
        ("tv returned minus {fit:channels.tv.roas.mean|x}.", "a minus stands before"),
        (
            "tv returned {fit:channels.tv.roas.mean|x}{fit:channels.tv.roas.mean|x}.",
            "follows another value at once",
        ),
        ("tv returned {fit:channels.search.roas|x}.", "figure of 'search'"),
        ("The return was {fit:channels.search.roas|x}.", "does not name"),
        ("TV returned {fit:channels.search.roas|x}, search {fit:channels.tv.roas|x}.", "stands beside"),
        (
            "{fit:channels.search.spend} more for TV and {fit:channels.tv.spend} less for search.",
            "stands beside",
        ),
        (
            "TV and search returned {fit:channels.search.roas.mean|x} and {fit:channels.tv.roas.mean|x} respectively.",
            "stands beside",
        ),
        (
            "Move money to {plan:largest_increase|text} (from {plan:allocation.tv.current|money}).",
            "stands beside",
        ),
        ("google claims {fit:platforms.0.ratio|x} of what it adds.", "figure of 'meta'"),
        ("tv returned {fit:channels.tv.roas|pct}.", "cannot be shown as"),
        ("tv returned {fit:channels.tv.roi|x}.", "no 'roi'"),
        ("tv returned {ev_dddd4444:channels.tv.roas|x}.", "no evidence"),
        ("tv returned {fit:channels.tv|x}.", "a group"),
        ("tv took {fit:channels.tv.share|pct} %.", "percent sign"),
        ("tv took €{fit:channels.tv.spend|money}.", "currency"),
        ("tv took {fit:channels.tv.spend|money} dollars.", "currency"),
        ("tv took {fit:channels.tv.spend|money}m.", "scale word"),
        ("tv spent for {fit:channels.tv.spend|money} weeks.", "said to be in weeks"),
        (
            "tv has a half-life of {fit:channels.tv.half_life.mean|number} days.",
            "a period of this data is a week",
        ),
        ("tv has a ROAS of {fit:channels.tv.spend|money}.", "said to be a roas"),
        ("tv took {fit:channels.tv.share|pct} times as much.", "said to be a multiple"),
        ("tv had the highest return, {fit:channels.tv.roas.mean|x}.", "'highest' needs"),
        ("tv is the best channel.", "'best' needs"),
        ("tv tripled sales to {fit:channels.tv.roas.mean|x}.", "'tripled' needs"),
        ("tv has no effect.", "no effect' needs"),
        ("tv has no effect ({fit:channels.tv.roas|x}).", "no effect' needs"),
        ("search is almost certainly wasteful ({fit:channels.search.probability_wasteful|pct}).", "0.99"),
        ("Raise tv by {plan:allocation.tv.change}.", "other direction"),
        ("Cut tv by 20 % and lower search by {plan:allocation.search.change}.", "other direction"),
        ("This proves that TV works.", "'proves'"),
        ("TV always pays back.", "'always'"),
        ("tv returned {fit:}.", "cannot be read"),
        ("tv returned {channels.tv.roas}.", "cannot be read"),
        ("As ev_aaaa1111 says, TV works.", "cannot be read"),
        ("  ", "empty"),
    ],
)
def test_what_does_not_pass(text: str, reason: str) -> None:
    found = reasons(text)
    assert any(reason in r for r in found), found


def test_a_recommendation_needs_evidence_that_recommends() -> None:
    move = "Raise search by {plan:allocation.search.change|money}."
    assert reasons(move) == ()
    assert "does not recommend" in reasons(move, recommendation=True)[0]
    keep = "Keep the mix: the plan is better with probability {plan:probability_beats_current|pct}."
    assert reasons(keep, recommendation=True) == ()
    assert (
        "was refused" in reasons("Raise tv by {refused:allocation.tv.change|money}.", recommendation=True)[0]
    )


def test_a_value_that_ends_with_a_stop_does_not_double_it() -> None:
    results = {FIT: {"verdict": "It holds."}}
    assert shown(f"So: {{{FIT}:verdict|text}}.", results).text == "So: It holds."


def test_numbers_are_counted_where_a_reader_sees_them() -> None:
    text = shown(
        f"In 2024 tv took {{{FIT}:channels.tv.spend|money}} and returned {{{FIT}:channels.tv.roas|x}}, not 20 %.",
        RESULTS,
    )
    assert count_numbers(text, WORDS) == (5, 5)
    assert count_numbers(shown("tv took 77.", RESULTS), WORDS) == (1, 0)


def test_failed_checks_are_found_and_recognised() -> None:
    assert failed_checks(RESULTS) == ((FIT, 1, "ess"),)
    assert mentions_check(f"Few: {{{FIT}:checks.1.value|number}}", failed_checks(RESULTS)[0])
    assert not mentions_check(f"Few: {{{FIT}:checks.0.value|number}}", failed_checks(RESULTS)[0])


def report(step: int, **parts: Any) -> Report:
    empty: dict[str, Any] = {
        "agent": "analyst",
        "status": "done",
        "headline": "",
        "claims": [],
        "recommendations": [],
        "caveats": [],
        "dropped": [],
        "calls": [],
        "message": "",
    }
    return Report(**{**empty, **parts, "step": step})


def test_composition_keeps_the_plans_order_says_things_once_and_adds_failed_checks() -> None:
    tv = f"tv took {{{FIT}:channels.tv.spend|money}}."
    texts = compose(
        {
            1: report(1, agent="planner", headline="Second.", claims=[tv], caveats=["The weeks are few."]),
            0: report(0, claims=[tv, "Another."], caveats=["The  weeks are FEW."]),
        },
        Reader({FIT: RESULTS[FIT]}),
    )
    assert [t.source for t in texts.headline] == [tv, "Second."]
    assert [(t.source, t.agent) for t in texts.claims] == [("Another.", "analyst"), (tv, "planner")]
    assert len(texts.caveats) == 2
    assert texts.caveats[1].source.startswith("A check failed: {ev_aaaa1111:checks.1.meaning|text}")
    assert verify(texts.caveats[1].source, Reader(RESULTS), WORDS).accepted


def test_a_failed_check_is_said_even_when_it_cannot_be_shown() -> None:
    odd = {
        "checks": [{"name": "rhat", "value": 2.0, "passed": False, "meaning": None}],
        "units": {"checks.*.value": "text"},
    }
    caveat = compose({0: report(0, headline="Done.")}, Reader({FIT: odd})).caveats[0]
    assert caveat.source == "A check of the evidence failed; its diagnostics say which."


@given(st.floats(min_value=2, max_value=1e9, allow_nan=False))
def test_no_written_number_slips_through(value: float) -> None:
    for form in (f"{value:.2f}", f"{value:,.0f}", f"{value:.1e}", f"{value:.0f}k"):
        year = form.isdigit() and 1900 <= int(form) < 2100
        quoted = {n.value for n in numerals(form)} <= {n.value for n in numerals(WORDS.quoted)}
        assert reasons(f"TV made a return worth {form} in all.") or year or quoted


@given(
    st.sampled_from(["tv", "search", "Channel10", "paid_social"]), st.sampled_from(["spend", "roas", "share"])
)
def test_each_channel_passes_with_its_own_figure_alone(channel: str, key: str) -> None:
    for other in WORDS.channels:
        found = reasons(f"For {channel} the value is {{fit:channels.{other}.{key}}}.")
        assert (found == ()) == (other == channel)


@given(st.text(max_size=200))
def test_any_text_gets_a_verdict(text: str) -> None:
    verify(text, Reader(RESULTS), WORDS)


@given(st.text(alphabet="0123456789.,'% kmMbn€-/:Q W", max_size=40))
def test_numerals_lie_within_the_text_and_do_not_overlap(text: str) -> None:
    found = numerals(text)
    assert all(text[n.start : n.end] == n.text for n in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


def test_verification_changes_nothing() -> None:
    before = copy.deepcopy(RESULTS)
    reasons("tv returned {fit:channels.tv.roas|x}.")
    assert before == RESULTS
