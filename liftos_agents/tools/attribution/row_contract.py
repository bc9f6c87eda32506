"""What `attribute` takes and gives for rows of users or campaigns."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.domain.estimate import Estimate

RowMethod = Literal["linear", "dml", "causal_forest"]
RowStatus = Literal["estimated", "downgraded", "refused", "unavailable"]

MOST_EXPOSURES = 30


class RowAttribution(BaseModel):
    """A table whose rows are users or campaigns, and the columns that say what reached each of them.

    Attributes:
        exposures: One column a channel: whether a row was reached (two values), or a dose of at least zero such as
            impressions or spend.
        controls: Columns measured before the exposures that drive them and the outcome.
        spend: Exposure column to the column of what it cost; a dose in money may name itself.
        claimed: Exposure column to the column of the outcome that its platform claims.
        methods: Ways to estimate each exposure's effect, with the other exposures and the controls held equal.
        cluster: Column of groups whose rows belong together (households, markets).
        measured_before: Controls and exposures known to be measured before an exposure although their names say otherwise.
        splits: Split seeds of the cross-fitted methods; their median is the estimate.
        seed: Of folds, ties and forests.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: str
    exposures: tuple[str, ...] = Field(
        min_length=1,
        max_length=MOST_EXPOSURES,
        description="One column a channel: reached or not, or a dose such as impressions or spend",
    )
    controls: tuple[str, ...] = Field(default=(), description="Columns measured before the exposures")
    spend: dict[str, str] | None = Field(default=None, description="Exposure column to its cost column")
    claimed: dict[str, str] | None = Field(
        default=None, description="Exposure column to the column of what its platform claims"
    )
    methods: tuple[RowMethod, ...] = Field(default=("linear", "dml", "causal_forest"), min_length=1)
    cluster: str | None = None
    measured_before: tuple[str, ...] = ()
    splits: int = Field(default=5, ge=1, le=25, description="Split seeds; their median is the estimate")
    seed: int = Field(default=0, ge=0)


class RowCredit(BaseModel):
    """What one method credits to one channel of a table of rows; nothing where it refuses.

    Attributes:
        effect: Of one row's exposure, or of one more unit of a dose.
        contribution: `effect` times the channel's `exposed`.
        roas: Contribution per unit of spend; None where spend is not known.
        share: Of the whole outcome; None where that is not above zero.
        rank: 1 for the best channel by this method, as `ranked_by` says.
        evidence: Id of the estimate's evidence, where its assumptions, checks and overlap stand.
        reasons: Why it is refused, downgraded or unavailable.
    """

    model_config = ConfigDict(frozen=True)

    status: RowStatus
    effect: Estimate | None = None
    contribution: Estimate | None = None
    roas: Estimate | None = None
    share: float | None = None
    rank: int | None = None
    evidence: str | None = None
    reasons: tuple[str, ...] = ()


class RowChannel(BaseModel):
    """One exposure under every method that was asked for.

    Attributes:
        column: Its column in the data.
        kind: `reached` for two values, else `dose`.
        exposed: Rows that were reached, or the sum of the dose.
        spend: What it cost over the rows used; None where it is not known.
        naive: Exposed against unexposed rows with nothing held equal; for a dose, the slope of a line.
        claimed: Outcome that the platform claims over the rows used.
        over_claim: Claimed over the contribution by `base_method`; None unless that is clearly above zero.
        over_claim_at_least: Claimed over the upper end of that contribution.
    """

    model_config = ConfigDict(frozen=True)

    column: str
    kind: Literal["reached", "dose"]
    exposed: float
    spend: float | None = None
    naive: RowCredit
    linear: RowCredit | None = None
    dml: RowCredit | None = None
    causal_forest: RowCredit | None = None
    claimed: float | None = None
    over_claim: Estimate | None = None
    over_claim_at_least: float | None = None
