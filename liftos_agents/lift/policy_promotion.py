"""The policy gate, asked of an engine: may this policy decide unattended?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from liftos_agents.domain.answer import Grounding
from liftos_agents.domain.promotion import NO_RECORD, POLICY, KeptRecord, PromotionRecord
from liftos_agents.errors import NotFoundError
from liftos_agents.lift.promotion import Promotion
from liftos_agents.sandbox import scenarios
from liftos_agents.sandbox.arena import Factory
from liftos_agents.sandbox.gates.judged_policy import JudgedPolicy, scenario_set_hash
from liftos_agents.sandbox.gates.policy_gate import LEAST_SEEDS, policy_gate
from liftos_agents.sandbox.gates.policy_trial import TrialProgress, play_trial
from liftos_agents.sandbox.scenarios import Scenario
from liftos_agents.version import __version__

TRIALS = "gates"
"""Folder of the home in which trials' plays are kept."""


class PolicyPromotion(Promotion):
    """The part of `LiftOS` that puts policies to the gate."""

    def gate_policy(
        self,
        policy: str | Factory,
        on: Sequence[str | Scenario],
        *,
        seeds: int = LEAST_SEEDS,
        jobs: int = 1,
        resume: bool = False,
        grounding: Grounding | None = None,
        progress: Callable[[TrialProgress], None] | None = None,
    ) -> PromotionRecord:
        """The signed verdict on a policy, from worlds that it has not seen.

        Args:
            policy: Name of a policy, or a picklable maker of one.
            on: Names or paths of scenarios, or scenarios; the record is valid for just this set.
            seeds: Worlds in all, shared out evenly among families.
            jobs: Processes; −1 is one a core.
            resume: Go on with a trial of just these that was stopped.
            grounding: How the numbers stand in what the policy wrote, where it writes.
            progress: Called as worlds are played.

        Raises:
            NotFoundError: An unknown policy or scenario.
            ArgumentError: Arguments that no trial can be played with.
            ConfigurationError: The policy lacks what the user has to set up.
            CancelledError: Stopped; what was done is kept.
        """
        stores = self._workshop.stores
        trial = play_trial(
            policy,
            _scenarios(on),
            seeds,
            folder=stores.home.folder(TRIALS),
            resume=resume,
            jobs=jobs,
            progress=progress,
        )
        verdict = policy_gate(trial, code=__version__, grounding=grounding)
        return stores.promotions(self.settings.organisation).sign(verdict)

    def valid_policy_record(self, policy: str | Factory, on: Sequence[str | Scenario]) -> PromotionRecord:
        """The record that promotes this policy, as it is written now, for just this set of scenarios.

        Ask it before a policy is let to decide. The latest verdict counts: one that holds the policy back undoes earlier ones.

        Raises:
            NotFoundError: There is none, or an unknown policy or scenario.
        """
        judged, chosen = JudgedPolicy.of(policy), _scenarios(on)
        wanted = {"policy": judged.hash, "scenarios": scenario_set_hash(chosen)}
        records = self._workshop.stores.promotions(self.settings.organisation)
        record = records.promoted("policy", judged.name, wanted, __version__)
        if record is None:
            raise NotFoundError(
                NO_RECORD.format(what=POLICY).removesuffix("."),
                where=judged.name,
                fix=f"Earn one: liftos simulate gate {judged.name} --scenarios {','.join(s.name for s in chosen)}",
            )
        return record

    def kept_records(self) -> tuple[KeptRecord, ...]:
        """Every promotion record of the organisation, the latest first, those that do not hold included."""
        return self._workshop.stores.promotions(self.settings.organisation).all()


def _scenarios(on: Sequence[str | Scenario]) -> list[Scenario]:
    return [scenarios.find(one) if isinstance(one, str) else one for one in on]
