"""The content generator: ads from given facts, within the platform's limits."""

from __future__ import annotations

from liftos_agents.domain.specialist import Specialist
from liftos_agents.prompts import load

_PROMPT = load("content_generator")

SPECIALIST = Specialist(
    name="content_generator",
    purpose="Writes ads from given facts alone, within the platform's character limits: Google responsive search ads in English.",
    prompt=_PROMPT.text,
    prompt_version=_PROMPT.version,
    tools=("generate_content",),
    needs="nothing",
    handles=(
        "writing ads, ad copy and ad texts for a product",
        "headlines and descriptions of Google responsive search ads",
        "ad copy that fits the character limits",
        "creatives for a campaign",
        "a slogan or tagline for an ad",
    ),
    examples=(
        "Write Google ads for this product",
        "Draft headlines and descriptions for a responsive search ad",
        "Create ad copy that fits Google's limits",
        "Write me ads for our new product",
        "Generate ten headlines for our campaign",
        "Rewrite this ad text",
        "Turn these facts into a search ad",
    ),
)
