"""The noise-free truth against a million weeks with their luck, each with and without a channel."""

import numpy as np
import pytest

from liftos_agents.sandbox import sales, simulate
from liftos_agents.sandbox.response import Response
from liftos_agents.sandbox.tape import record

NORMAL = {"kind": "normal", "level": 0.1}
ORDERS = {"kind": "negative_binomial", "level": 0.1, "order_value": 40.0}
FEW_ORDERS = {"kind": "negative_binomial", "level": 0.2, "order_value": 9_000.0}


def differences(spec, worlds, off):
    """Noisy and expected revenue with and without a channel's shown weeks, (S,) each."""
    response = Response(spec)
    shown = slice(spec.weeks_before, spec.weeks_before + spec.weeks)
    tape = record(spec, np.arange(worlds), shown.stop + response.fading)
    budgets = tape.planned[:, :, None, :] * spec.geo_weights[:, None]
    budgets[:, shown.stop :] = 0.0
    without = budgets.copy()
    without[:, shown, :, off] = 0.0
    expected = [response.respond(tape, b)[0].expected for b in (budgets, without)]
    noisy = [sales.draw(spec, e, tape.luck).sum(axis=(1, 2)) for e in expected]
    smooth = [e.sum(axis=(1, 2)) for e in expected]
    return noisy[0] - noisy[1], smooth[0] - smooth[1], tape.luck.size


@pytest.mark.parametrize(
    ("noise", "channel"),
    [(NORMAL, 0), (ORDERS, 2), (FEW_ORDERS, 0)],
    ids=["normal", "orders", "few orders"],
)
def test_a_million_draws_agree_with_the_truth_of_a_world_with_every_mechanism(everything, noise, channel):
    spec = everything(1, weeks=12, noise=noise)
    noisy, smooth, draws = differences(spec, 18_000, channel)
    assert draws >= 1_000_000
    off = noisy - smooth
    error = off.std(ddof=1) / np.sqrt(len(off))
    assert error < 0.01 * smooth.mean()
    assert abs(off.mean()) < 4 * error


@pytest.mark.parametrize("noise", [NORMAL, ORDERS], ids=["normal", "orders"])
def test_regions_with_their_own_luck_agree_too(everything, noise):
    spec = everything(8, weeks=12, noise=noise)
    noisy, smooth, _ = differences(spec, 2_500, 2)
    off = noisy - smooth
    error = off.std(ddof=1) / np.sqrt(len(off))
    assert error < 0.02 * smooth.mean()
    assert abs(off.mean()) < 4 * error


@pytest.mark.parametrize("noise", [NORMAL, ORDERS], ids=["normal", "orders"])
def test_where_all_seeds_share_one_truth_their_mean_is_the_stated_return(everything, noise):
    spec = everything(
        1,
        weeks=12,
        noise=noise,
        demand={"volatility": 0, "season": 0},
        planner={},
        promotions={},
        breaks=[],
        channels=[
            c.model_copy(update={"volatility": 0.0, "active": 1.0}).model_dump()
            for c in everything().channels
        ],
    )
    for channel in (1, 2):
        noisy, _, _ = differences(spec, 6_000, channel)
        world = simulate(spec, 0)
        truth = world.truth.channels[spec.names[channel]]
        error = noisy.std(ddof=1) / np.sqrt(len(noisy)) / truth.spend
        assert error < 0.01 * truth.roas
        assert noisy.mean() / truth.spend == pytest.approx(truth.roas, abs=4 * error)
