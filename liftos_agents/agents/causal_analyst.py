"""The causal analyst: what marketing causes, and what cannot be told."""

from __future__ import annotations

from liftos_agents.domain.specialist import Specialist
from liftos_agents.prompts import load

_PROMPT = load("causal_analyst")

SPECIALIST = Specialist(
    name="causal_analyst",
    purpose="Says what each marketing channel causes: its return, its contribution, whether it wastes money, and what would happen if spend changed.",
    prompt=_PROMPT.text,
    prompt_version=_PROMPT.version,
    tools=("profile_data", "check_quality", "fit_mmm", "attribute", "what_if"),
    needs="table",
    handles=(
        "measuring which channels waste money and which pay back",
        "return on ad spend and marginal return of a channel",
        "contribution of each channel to sales, incremental revenue",
        "what would happen if spend on a channel is cut, increased or stopped",
        "attribution compared: marketing mix model, last click, platform claims",
        "whether platforms over-claim conversions, whether to believe their reports",
        "quality, gaps and outliers of a data file",
        "profile of the data: columns, spend and sales",
        "saturation, diminishing returns and carry-over of a channel",
        "why a channel is effective or not, cause or correlation",
    ),
    examples=(
        "Which channels waste money?",
        "Where is my budget wasted?",
        "What would happen if I cut TV by 20 %?",
        "What is the ROAS of search?",
        "Does Facebook over-claim its conversions?",
        "Which channels drive our sales?",
        "How effective is our advertising?",
        "Is this data good enough for a marketing mix model?",
        "Is radio worth it, and are we overspending on TV?",
        "How saturated is search?",
        "Which ads do not work?",
        "Did print do anything for our sales?",
        "How many extra sales did radio cause?",
        "What does a euro on TV bring back?",
        "What is in this file, and is it clean?",
        "Which channel is best, and which is worst?",
        "How is TV doing?",
        "Does the mix model agree with the last click?",
        "Should I spend more on social, or less?",
        "Should we spend 20 % less on search?",
        "How much of our revenue comes from advertising?",
        "Can I trust these numbers?",
        "Should we double a channel, such as radio?",
    ),
)
