"""May this policy decide unattended? What it did in worlds that nobody tuned it on, held against fixed bounds.

Worlds are sampled here, so that confidence bounds mean something: more worlds make them sharper, and what they bound is what
the policy does in these scenarios. What no number of worlds can tell, whether the scenarios are like one's own market, is
what the sweeps and shadow mode are for.
"""

from __future__ import annotations

from collections.abc import Iterator

from scipy.special import betaincinv

from liftos_agents.domain.answer import Grounding
from liftos_agents.domain.promotion import GateCheck, Verdict
from liftos_agents.sandbox.arena_rows import Row, failures
from liftos_agents.sandbox.gates.paired_gain import LEVEL, PairedGains
from liftos_agents.sandbox.gates.policy_trial import PolicyTrial
from liftos_agents.sandbox.gates.sweeps import SWEEPS

LEAST_SEEDS = 300
LEAST_PER_FAMILY = 30
LARGEST_FAMILY_LOSS = 0.01
LARGEST_TAIL_LOSS = 0.02
COVERAGE = (0.85, 0.95)
LEAST_ABSTAINED = 0.95
FEWEST_FAMILIES = 5
"""For an error clustered by family: even five wins of five are needed for 5 % by the sign test."""

CONDITIONAL = "Conditional on the simulated markets that were played: it says nothing of markets unlike them."


def policy_gate(trial: PolicyTrial, *, code: str, grounding: Grounding | None = None) -> Verdict:
    """The verdict on a policy.

    Args:
        trial: What was played.
        code: Version of this software.
        grounding: How the numbers stand in what the policy wrote, where it writes: from an evaluation.

    Raises:
        ArgumentError: A scenario in which holding spends nothing.
    """
    checks = tuple(_checks(trial, grounding))
    return Verdict(
        kind="policy",
        subject=trial.policy.name,
        verdict="promote" if all(check.passed for check in checks) else "hold_back",
        checks=checks,
        valid_for=trial.valid_for,
        code=code,
        label=CONDITIONAL,
        seeds=trial.seeds,
    )


def violation_rate_bound(broken: int, worlds: int, level: float = LEVEL) -> float:
    """Upper bound of a rate of which `broken` of `worlds` were seen, one-sided; Clopper and Pearson (1934)."""
    return 1.0 if broken >= worlds else float(betaincinv(broken + 1, worlds - broken, level))


def _checks(trial: PolicyTrial, grounding: Grounding | None) -> Iterator[GateCheck]:
    name = trial.policy.name
    own = [row for row in trial.rows if row.policy == name]
    gains = PairedGains(trial.rows, name)
    yield from _sample(own)
    yield _violations(own)
    yield _failures(trial)
    yield from _profit(gains)
    yield GateCheck.held(
        "worst_tenth",
        gains.tail,
        -LARGEST_TAIL_LOSS,
        "Mean profit in the worst tenth of the worlds (CVaR) less that of holding, as a share of the budget.",
        unit="share",
    )
    yield from _stated(own)
    yield from _abstained(own)
    if grounding is not None:
        yield _grounded(grounding)
    yield from _swept(trial, gains)


def _sample(rows: list[Row]) -> Iterator[GateCheck]:
    families: dict[str, set[int]] = {}
    for row in rows:
        families.setdefault(row.family, set()).add(row.seed)
    fewest = min(families, key=lambda family: (len(families[family]), family))
    yield GateCheck.held(
        "seeds",
        len(set().union(*families.values())),
        LEAST_SEEDS,
        f"Unseen worlds played, in {_families(len(families))}.",
    )
    yield GateCheck.held(
        "seeds_a_family",
        len(families[fewest]),
        LEAST_PER_FAMILY,
        f"Unseen worlds in the family with the fewest ({fewest}).",
    )


def _violations(rows: list[Row]) -> GateCheck:
    broken = sum(row.violations > 0 for row in rows)
    bound = violation_rate_bound(broken, len(rows))
    return GateCheck.held(
        "violations",
        sum(row.violations for row in rows),
        0.0,
        f"Requests beyond a hard bound. Seen in {broken} of {len(rows)} worlds: the rate lies below {_percent(bound)} "
        f"(Clopper–Pearson, 95 %).",
        sense="at most",
    )


def _failures(trial: PolicyTrial) -> GateCheck:
    own = [
        [row for row in rows if row.policy == trial.policy.name]
        for rows in (trial.rows, *trial.swept.values())
    ]
    found = [failure for rows in own for failure in failures(rows)]
    return GateCheck.held(
        "failures",
        sum(failure.worlds for failure in found),
        0.0,
        f"Plays of {sum(map(len, own)):,}, those under sweeps included, in which its own code failed or decided what cannot be played"
        + (f"; {found[0]}" if found else "")
        + ".",
        sense="at most",
    )


def _profit(gains: PairedGains) -> Iterator[GateCheck]:
    overall = gains.overall
    yield GateCheck.held(
        "profit",
        overall.low(),
        0.0,
        f"Lower 95 % bound (one-sided) of profit less that of holding in the same worlds, as a share of the budget "
        f"(mean {_percent(overall.mean)}); the error is over worlds, by scenario.",
        sense="above",
        unit="share",
    )
    if len(gains.families) >= FEWEST_FAMILIES:
        yield GateCheck.held(
            "profit_among_families",
            gains.among_families.low(),
            0.0,
            f"The same bound with its error clustered by family ({len(gains.families)}): should it win in others like these.",
            sense="above",
            unit="share",
        )
    for family, (low, passed) in gains.above(-LARGEST_FAMILY_LOSS).items():
        yield GateCheck(
            name=f"profit in {family}",
            value=low,
            bound=-LARGEST_FAMILY_LOSS,
            passed=passed,
            meaning=f"Lower bound in this family alone, Holm's level (mean {_percent(gains.family(family).mean)}).",
            sense="above",
            unit="share",
        )


def _stated(rows: list[Row]) -> Iterator[GateCheck]:
    stated = sum(row.stated for row in rows)
    if not stated:
        return
    share = sum(row.covered for row in rows) / stated
    low, high = COVERAGE
    words = f"Share of its {stated:,} stated 90 % intervals that held the truth"
    yield GateCheck.held("coverage", share, low, f"{words}: not too bold.", unit="share")
    yield GateCheck.held(
        "coverage_not_idle", share, high, f"{words}: not too wide.", sense="at most", unit="share"
    )


def _abstained(rows: list[Row]) -> Iterator[GateCheck]:
    asked = [row for row in rows if row.family == "unanswerable"]
    if asked:
        yield GateCheck.held(
            "abstained",
            sum(row.abstained for row in asked) / len(asked),
            LEAST_ABSTAINED,
            f"Share of the {len(asked)} worlds whose data do not tell what to do in which it said so.",
            unit="share",
        )


def _grounded(grounding: Grounding) -> GateCheck:
    return GateCheck.held(
        "grounding",
        grounding.bound / grounding.numbers if grounding.numbers else None,
        1.0,
        f"Share of the {grounding.numbers:,} numbers that it wrote which are bound to evidence.",
        unit="share",
    )


def _swept(trial: PolicyTrial, plain: PairedGains) -> Iterator[GateCheck]:
    won = [family for family in plain.families if (plain.family(family).low() or 0.0) > 0.0]
    for sweep in SWEEPS:
        gains = PairedGains(trial.swept[sweep.name], trial.policy.name)
        overall = gains.overall
        yield GateCheck.held(
            f"profit under {sweep.name}",
            overall.low(),
            0.0,
            f"The lower bound, should this be so: {sweep.words} (mean {_percent(overall.mean)}).",
            sense="above",
            unit="share",
        )
        lost = [family for family in won if gains.family(family).mean <= 0.0]
        yield GateCheck.held(
            f"wins lost under {sweep.name}",
            len(lost),
            0.0,
            f"Of {_families(len(won))} won, those in which the mean gain is then gone"
            + (f" ({', '.join(lost)})." if lost else "."),
            sense="at most",
        )


def _families(number: int) -> str:
    return "one family" if number == 1 else f"{number} families"


def _percent(share: float) -> str:
    return f"{100.0 * share:.2f} %"
