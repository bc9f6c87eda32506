"""The budget optimiser: how to split money over channels, and how sure that is."""

from __future__ import annotations

from liftos_agents.domain.specialist import Specialist
from liftos_agents.prompts import load

_PROMPT = load("budget_optimiser")

SPECIALIST = Specialist(
    name="budget_optimiser",
    purpose="Splits a media budget over channels for the highest expected profit under the limits given, and rehearses the plan before money is spent.",
    prompt=_PROMPT.text,
    prompt_version=_PROMPT.version,
    tools=("fit_mmm", "optimise_budget", "simulate_plan", "what_if"),
    needs="table",
    handles=(
        "splitting a budget over channels",
        "optimising, allocating or reallocating the media budget",
        "the best media mix for a given budget",
        "moving budget from one channel to another",
        "planning how much to spend on each channel next quarter",
        "budget plans under limits: minimum, maximum, at least, at most, keep unchanged",
        "where to put the next euro, extra money or savings",
        "rehearsing a plan before money is spent, its risk and probability",
    ),
    examples=(
        "How should I split 1.5m over the channels next quarter?",
        "What is the optimal budget allocation?",
        "Allocate 200k a month with TV at least 20 %",
        "Where should I put an additional 100k?",
        "Reallocate our budget to get the most revenue",
        "How much should we spend on search next year?",
        "Plan the media budget for next quarter",
        "What is the best way to spend 1 million on ads?",
        "Where can we save 10 % of the budget?",
        "Move the money to where it works",
        "I have 750k, what goes where?",
        "How would you spend 1 million?",
        "Which channels should receive the extra money?",
    ),
)
