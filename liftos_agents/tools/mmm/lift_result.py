"""What a fit says of lift tests: which one would settle most, and whether those that were run agree with the rest."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from liftos_agents.domain.estimate import Estimate


class Frozen(BaseModel):
    """A result part: immutable, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LiftTestProposal(Frozen):
    """The best standard lift test of one channel, before it is run.

    The test changes the channel's spend in half of the market and compares with the other half. Spend, lift and standard error are
    scaled to the whole market, as `lift_tests` takes them.

    Attributes:
        rank: 1 is the test that would settle most.
        relative_change: Of the recent mean spend: 0.5 is half as much again, −1 is a pause.
        spend_change: The same in money per period.
        periods: How long the change lasts.
        readout_periods: How long the outcome is counted: the change, and what nine tenths of the carry-over and the lag to purchase take.
        expected_lift: What the decision draws say the test would show, its noise left out.
        standard_error: Of the lift, as the test is assumed to reach it.
        variance_reduction: Expected share of the decision marginal return's variance that the test takes away.
        probability_wrong_now, probability_wrong_after: That the likelier side of break-even is the wrong one, before the test and
            expected after it; None where the outcome has no money value.
        value: Expected profit a year from moving a fifth of the channel's spend by what the test says rather than by what is known
            now; None likewise.
        cost: Expected profit that the test itself costs, in the half that is changed; negative where it earns. None likewise.
        why: In words.
    """

    channel: str
    rank: int
    relative_change: float
    spend_change: float
    periods: int
    readout_periods: int
    expected_lift: Estimate
    standard_error: float
    variance_reduction: float
    probability_wrong_now: float | None
    probability_wrong_after: float | None
    value: float | None
    cost: float | None
    why: str


class LiftTestAgreement(Frozen):
    """One lift test beside the model that has not seen it, and beside the fit that has.

    Attributes:
        lift, standard_error: As given.
        expected: What the same data say of the test's lift without any test, along the whole path of carry-over and lag to purchase.
        deviation: (lift − expected) over the standard deviation of their difference.
        fitted: What the fit says of it with all tests.
        fitted_deviation: (lift − fitted mean) over the test's standard error.
        conflict: Whether either deviation is beyond its limit.
        meaning: In words.
    """

    channel: str
    start: str
    end: str
    lift: float
    standard_error: float
    expected: Estimate
    deviation: float
    fitted: Estimate
    fitted_deviation: float
    conflict: bool
    meaning: str
