"""The content generator: copy from given facts, within each platform's limits, checked and improved by rules."""

from __future__ import annotations

from liftos_agents.domain.specialist import Specialist
from liftos_agents.prompts import load

_PROMPT = load("content_generator")

SPECIALIST = Specialist(
    name="content_generator",
    purpose="Writes adverts, e-mails, search snippets, posts and text messages from given facts alone and within each platform's limits, in eight languages; checks given copy against limits and policy, and improves it.",
    prompt=_PROMPT.text,
    prompt_version=_PROMPT.version,
    tools=("generate_content", "check_content", "optimise_content"),
    needs="nothing",
    handles=(
        "writing ads, ad copy and ad texts for a product",
        "headlines and descriptions of Google responsive search ads",
        "primary texts and headlines of Facebook, Instagram, LinkedIn and TikTok ads",
        "an e-mail or newsletter with subject and preheader",
        "a meta title and meta description for search engines",
        "ad copy that fits the character limits",
        "checking ad copy against limits and policy",
        "improving, shortening and rewriting ad copy",
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
        "Write a newsletter with subject line for this product in German",
        "Does this ad copy fit the limits and the policy?",
        "Improve these headlines",
    ),
)
