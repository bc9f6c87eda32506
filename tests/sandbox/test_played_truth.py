"""True returns of a market in play, against playing it again without the channel."""

import dataclasses

import numpy as np
import pytest

from liftos_agents.errors import ArgumentError
from liftos_agents.sandbox import played_truth
from liftos_agents.sandbox.decision import Decision
from liftos_agents.sandbox.experiments import ExperimentDesign
from liftos_agents.sandbox.play import MarketPlay
from liftos_agents.sandbox.played_truth import true_returns

WEEKS, WORLDS = 14, 3


def decisions():
    chance = np.random.default_rng(5)
    made = [
        Decision(
            chance.uniform(0, 40_000, (WORLDS, 4)),
            bids=chance.uniform(0.3, 2.0, (WORLDS, 4)) if week % 3 else None,
            refresh=chance.random((WORLDS, 4)) < 0.1 if week % 2 else None,
        )
        for week in range(WEEKS)
    ]
    return made


def with_experiment(made):
    tested = dataclasses.replace(made[4], experiments={1: ExperimentDesign("social", (0, 2), 4, 0.5)})
    return [*made[:4], tested, *made[5:]]


def played(spec, made, scale=None, weeks=range(WEEKS), keep=False):
    """A play in which each channel's budget is multiplied by `scale` (C,) in some weeks."""
    play = MarketPlay(spec, range(WORLDS), WEEKS, keep=keep)
    spend = np.zeros((WORLDS, 4))
    for week, decision in enumerate(made):
        factor = 1.0 if scale is None or week not in weeks else np.asarray(scale)
        report, _ = play.step(dataclasses.replace(decision, spend=decision.spend * factor))
        spend += report.spend[:, 0] * (week in weeks)
    return play, spend


def expected_revenue(play):
    return (play.score.expected_profit + play.score.spend + play.score.fees) / play.spec.margin


@pytest.mark.parametrize("regions", [1, 5])
def test_returns_are_those_of_playing_again_without_the_channel(everything, regions):
    spec = everything(regions)
    made = with_experiment(decisions()) if regions > 1 else decisions()
    play, spend = played(spec, made, keep=True)
    found = true_returns(play)
    np.testing.assert_allclose(found.spend, spend, rtol=1e-9)
    for c in range(4):
        off, less, more = np.ones((3, 4))
        off[c], less[c], more[c] = 0.0, 0.995, 1.005
        (without, _), (below, cheap), (above, dear) = (played(spec, made, s) for s in (off, less, more))
        brought = expected_revenue(play) - expected_revenue(without)
        np.testing.assert_allclose(found.incremental[:, c], brought, rtol=1e-7)
        np.testing.assert_allclose(found.roas[:, c], brought / spend[:, c], rtol=1e-7)
        gained = expected_revenue(above) - expected_revenue(below)
        np.testing.assert_allclose(found.marginal_roas[:, c], gained / (dear - cheap)[:, c], rtol=1e-6)


def test_some_weeks_can_be_asked_for(everything):
    spec, made = everything(), decisions()
    play, _ = played(spec, made, keep=True)
    found = true_returns(play, 3, 8)
    _, spend = played(spec, made, weeks=range(3, 8))
    without, _ = played(spec, made, [1, 1, 0, 1], weeks=range(3, 8))
    brought = expected_revenue(play) - expected_revenue(without)
    np.testing.assert_allclose(found.incremental[:, 2], brought, rtol=1e-7)
    np.testing.assert_allclose(found.spend, spend, rtol=1e-9)


def test_a_market_half_played_knows_what_was_done_so_far(everything):
    spec, made = everything(), decisions()
    short = MarketPlay(spec, range(WORLDS), 6, keep=True)
    long = MarketPlay(spec, range(WORLDS), WEEKS, keep=True)
    for decision in made[:6]:
        short.step(decision)
        long.step(decision)
    for name in ("spend", "incremental", "roas", "marginal_roas"):
        np.testing.assert_allclose(
            getattr(true_returns(long), name), getattr(true_returns(short), name), rtol=1e-9
        )


def test_worlds_in_groups_are_the_same_as_at_once(everything, monkeypatch):
    play, _ = played(everything(5), decisions(), keep=True)
    whole = true_returns(play)
    monkeypatch.setattr(played_truth, "_AT_ONCE", 1)
    np.testing.assert_allclose(true_returns(play).marginal_roas, whole.marginal_roas, rtol=1e-9)


def test_a_channel_without_spend_has_no_return(everything):
    play, _ = played(everything(), decisions(), [1, 0, 1, 1], keep=True)
    found = true_returns(play)
    assert np.isnan(found.roas[:, 1]).all()
    assert np.isnan(found.marginal_roas[:, 1]).all()
    assert (found.incremental[:, 1] == 0).all()
    assert np.isfinite(found.roas[:, [0, 2, 3]]).all()


def test_more_money_for_searches_that_are_all_bought_has_no_marginal_return(everything):
    play = MarketPlay(everything(rival=None), [1], 3, keep=True)
    for _ in range(3):
        play.step(Decision(np.full((1, 4), 1e6)))
    assert np.isnan(true_returns(play).marginal_roas[0, 0])


def test_what_was_not_kept_or_not_played_is_refused(everything):
    with pytest.raises(ArgumentError, match="kept no budgets"):
        true_returns(MarketPlay(everything(), [1], 4))
    play = MarketPlay(everything(), [1], 4, keep=True)
    for first, stop in ((0, None), (0, 1), (-1, None)):
        with pytest.raises(ArgumentError, match="weeks"):
            true_returns(play, first, stop)
