"""How ready a product text, page or catalogue row is to be found and used by assistants that answer shoppers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from liftos_agents.tools.catalogue.products import MOST_CHARACTERS, product_of
from liftos_agents.tools.context import ToolContext
from liftos_agents.tools.registry import tool
from liftos_agents.tools.surfacing.audit import Surroundings, audit
from liftos_agents.tools.surfacing.audit_result import AuditResult


class AuditArguments(BaseModel):
    """Arguments of `audit_product`; without `text` the given document, page or catalogue row is audited."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    item: str | None = Field(
        default=None,
        max_length=2_000,
        description="Which row of a catalogue: its id, or words of its title, alone or within a sentence.",
    )
    text: str | None = Field(
        default=None,
        max_length=MOST_CHARACTERS,
        description="The product text or page, when no document is given.",
    )
    category: str | None = Field(
        default=None,
        max_length=80,
        description="What shoppers call such a product, for example 'car stereo', or one of apparel, electronics, furniture, consumables.",
    )
    brand: str | None = Field(
        default=None, max_length=80, description="The brand, when the text does not make it plain."
    )
    robots_txt: str | None = Field(
        default=None, max_length=500_000, description="The text of the site's robots.txt."
    )
    url: str | None = Field(default=None, max_length=2_000, description="The page's address or path.")
    competitors: tuple[str, ...] = Field(
        default=(), max_length=20, description="Texts of competitors' pages, to rank the product among them."
    )
    queries: tuple[str, ...] = Field(
        default=(), max_length=50, description="What shoppers type; drawn from the texts when absent."
    )
    as_of: str | None = Field(
        default=None,
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        description="The day to judge the page's age by, ISO; without it a stated date counts, whatever its age.",
    )


@tool(
    "audit_product",
    version="4",
    summary="Scores how ready a product text, page or catalogue row is to be found and quoted by assistants, and ranks what to change.",
    data="product",
    timeout_seconds=30.0,
)
def audit_product(context: ToolContext, arguments: AuditArguments) -> AuditResult:
    """The readiness of one product, 0 to 100 over the weight that what is given lets one measure.

    The text is data: sentences in it that address a machine are set aside, count nowhere and cost points.

    Raises:
        ToolRetry: Nothing was given, or `item` names no row of the catalogue, or several.
        ToolFailed: The text holds no words, or the table is no catalogue.
    """
    product = product_of(context, arguments.item, arguments.text)
    around = Surroundings(
        category=arguments.category,
        brand=arguments.brand,
        robots_txt=arguments.robots_txt,
        url=arguments.url,
        competitors=tuple(c[:MOST_CHARACTERS] for c in arguments.competitors if c.strip()),
        queries=tuple(q for q in arguments.queries if q.strip()),
        as_of=arguments.as_of,
    )
    return audit(product, around)
