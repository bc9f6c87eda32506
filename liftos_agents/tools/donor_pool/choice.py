"""Which inference gives the interval: asked for, or chosen by how many donors and periods there are."""

from __future__ import annotations

from liftos_agents.tools.donor_pool.arguments import SyntheticControlArguments
from liftos_agents.tools.donor_pool.conformal import by_conformal, can_be_conformal
from liftos_agents.tools.donor_pool.estimators import Fit
from liftos_agents.tools.donor_pool.inference import Inferred
from liftos_agents.tools.donor_pool.jackknife import FEWEST_TREATED, by_jackknife
from liftos_agents.tools.donor_pool.panel import DonorPanel
from liftos_agents.tools.donor_pool.placebo import Placebos, by_rank, by_variance, fewest_donors
from liftos_agents.tools.errors import ToolRetry

FEWEST_PLACEBOS = 5
TREATED_FOR_JACKKNIFE = 10


def infer(
    arguments: SyntheticControlArguments, panel: DonorPanel, fit: Fit, placebos: Placebos
) -> tuple[Inferred | None, tuple[str, ...]]:
    """The inference and what is to be said of it; None with the reasons when nothing can bound the effect.

    Raises:
        ToolRetry: The inference asked for does not exist for this method, or not for so few units or periods.
    """
    if arguments.inference == "auto":
        return _chosen(arguments, panel, fit, placebos)
    problem = _problem(arguments.inference, arguments, panel)
    if problem is not None:
        raise ToolRetry(
            problem[0],
            where="synthetic_control argument inference",
            fix=f"{problem[1]}, or leave inference out",
        )
    return _by(arguments.inference, arguments, panel, fit, placebos), ()


def _chosen(
    arguments: SyntheticControlArguments, panel: DonorPanel, fit: Fit, placebos: Placebos
) -> tuple[Inferred | None, tuple[str, ...]]:
    order = ["placebo", "conformal", "jackknife"]
    if arguments.method == "sdid" and panel.treated >= TREATED_FOR_JACKKNIFE:
        order = ["jackknife", "placebo"]
    problems: list[str] = []
    for name in order:
        problem = _problem(name, arguments, panel)
        if problem is None:
            return _by(name, arguments, panel, fit, placebos), ()
        problems.append(f"{problem[0][0].upper()}{problem[0][1:]}.")
    return None, tuple(problems)


def _problem(name: str, arguments: SyntheticControlArguments, panel: DonorPanel) -> tuple[str, str] | None:
    """Why this inference cannot be had, and what would do instead."""
    level = arguments.level
    if name == "jackknife":
        if arguments.method != "sdid":
            return f"the jackknife is for method 'sdid', and method is {arguments.method!r}", "Ask for sdid"
        if panel.treated < FEWEST_TREATED:
            return (
                f"the jackknife needs {FEWEST_TREATED} treated units or more, and there are {panel.treated}",
                "Use placebo",
            )
        return None
    if name == "conformal":
        if arguments.method == "sdid":
            return "conformal inference is for methods 'unit_demeaned' and 'classic'", "Use placebo"
        if arguments.predictors:
            return "conformal inference fits on outcomes alone, and predictors are given", "Use placebo"
        if not can_be_conformal(panel.before, panel.after, level):
            return (
                f"conformal inference at {level:.0%} needs at least {1.0 / (1.0 - level) + 1.0:.0f} periods and as many before the treatment "
                f"as after it; there are {panel.before} before and {panel.after} after",
                "Use placebo, or a lower level",
            )
        return None
    least = fewest_donors(level) if arguments.method != "sdid" else FEWEST_PLACEBOS
    if panel.treated > 1:
        least = max(least, 2 * panel.treated + 1)
    if panel.donors < least:
        return (
            f"placebo inference at {level:.0%} needs at least {least} donors, and there are {panel.donors}",
            "Use conformal, a lower level or more donors",
        )
    return None


def _by(
    name: str, arguments: SyntheticControlArguments, panel: DonorPanel, fit: Fit, placebos: Placebos
) -> Inferred:
    if name == "jackknife":
        return by_jackknife(panel.outcome, panel.treated, panel.before, fit, arguments.level)
    if name == "conformal":
        return by_conformal(
            panel.target @ panel.outcome,
            panel.outcome[panel.treated :],
            panel.before,
            arguments.method,
            fit.effect,
            max(fit.pre_rmspe, float(placebos.scale(fit.pre_rmspe))),
            arguments.level,
        )
    if arguments.method == "sdid":
        return by_variance(fit, placebos, arguments.level)
    return by_rank(fit, placebos, arguments.level)
