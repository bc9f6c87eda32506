"""The surfacing auditor: how ready a product, or a catalogue, is to be found and recommended by AI assistants."""

from __future__ import annotations

from liftos_agents.domain.specialist import Specialist
from liftos_agents.prompts import load

_PROMPT = load("surfacing_auditor")

SPECIALIST = Specialist(
    name="surfacing_auditor",
    purpose="Audits a product page, a text or a whole catalogue for how ready it is to be found and recommended by AI assistants and search, finds keywords, compares texts with competitors', and says what to improve.",
    prompt=_PROMPT.text,
    prompt_version=_PROMPT.version,
    tools=("audit_product", "audit_catalogue", "find_keywords", "compare_competitors"),
    needs="text",
    handles=(
        "auditing a product page or product description for AI assistants",
        "why an assistant such as ChatGPT does not recommend or find a product",
        "readiness score of a listing, discoverability and visibility in AI search",
        "improving a product text so that it is found",
        "missing facts and attributes on a product page",
        "auditing a product catalogue or feed and ranking its products",
        "keywords and search terms that a product text covers or lacks",
        "comparing a product text with competitors' product texts",
    ),
    examples=(
        "Why does no AI assistant recommend this product?",
        "Audit this product page",
        "Score my product description for ChatGPT and Perplexity",
        "How visible is our listing in AI search?",
        "What is missing on this product page?",
        "How can this product text be improved to be found?",
        "Check this text",
        "Audit our whole product catalogue",
        "Which keywords are missing in our product descriptions?",
        "Compare our product page with the competitors' pages",
    ),
)
