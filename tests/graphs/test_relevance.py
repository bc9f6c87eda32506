"""What was learnt of other data stays away from a question that has nothing to do with them."""

from __future__ import annotations

from pathlib import Path

from liftos_agents import LiftOS
from liftos_agents.domain.memory_record import CausalEdge, MemoryKind, MemoryRecord, Recall
from liftos_agents.domain.task import DatasetBrief
from liftos_agents.graphs.relevance import relevant
from liftos_agents.memory.record import new_record

SHOP = DatasetBrief(
    id="a" * 64,
    name="shop.csv",
    columns=("date", "revenue", "tv_spend", "search_spend"),
    outcome="revenue",
    channels=("tv", "Paid Search"),
)
OTHER = ("b" * 64,)


def record(
    *entities: str, kind: MemoryKind = "finding", datasets: tuple[str, ...] = OTHER, edge: str = ""
) -> MemoryRecord:
    measured = CausalEdge(
        source=entities[0] if entities else "",
        source_kind="channel",
        target=edge,
        target_kind="kpi",
        measure="ROAS",
        effect=1.0,
        low=0.5,
        high=1.5,
        method="MMM",
        evidence="ev_00aa",
    )
    return new_record(
        "acme",
        kind,
        " ".join(entities),
        f"{entities} {kind} {datasets}",
        entities=entities,
        datasets=datasets,
        edge=measured if edge else None,
    )


def kept(*records: MemoryRecord, question: str = "Which channels waste money?", limit: int = 5) -> list[str]:
    found = [Recall(record=r, score=1.0) for r in records]
    return [r.record.subject for r in relevant(found, question, (SHOP,), limit)]


def test_records_of_other_data_need_a_name_in_common() -> None:
    assert kept(record("Channel0", "revenue"), record("paid_search", "sales"), record()) == [
        "paid_search sales"
    ]
    assert kept(record("revenue"), record("tv_spend")) == ["revenue", "tv_spend"]


def test_an_outcome_of_the_same_name_does_not_make_it_the_same_data() -> None:
    assert kept(record("Channel0", "revenue", kind="causal_edge", edge="revenue")) == []
    asks = "Which channels drive sales?"
    assert kept(record("Channel0", "sales", kind="causal_edge", edge="sales"), question=asks) == []


def test_what_the_question_names_is_kept() -> None:
    asks = "How does this compare with Channel0?"
    assert kept(record("Channel0", "revenue"), record("Channel", "revenue"), question=asks) == [
        "Channel0 revenue"
    ]


def test_records_of_the_data_at_hand_and_standing_ones_are_kept() -> None:
    assert kept(record("Channel0", datasets=(SHOP.id,)), record("margin", kind="fact")) == [
        "Channel0",
        "margin",
    ]
    assert kept(record("tone", kind="preference")) == ["tone"]
    assert kept(record(datasets=())) == [""], "what no data brought is of no other data"


def test_the_limit_counts_neither_what_was_dropped_nor_what_stands() -> None:
    dropped, fact = record("Channel0"), record("margin", kind="fact")
    assert kept(dropped, fact, record("tv"), record("Paid Search"), limit=1) == ["margin", "tv"]


def test_without_data_everything_is_kept_up_to_the_limit() -> None:
    found = [Recall(record=record(f"Channel{i}"), score=1.0) for i in range(9)]
    assert relevant(found, "What do we know?", (), 5) == tuple(found[:5])


def test_filtering_again_changes_nothing() -> None:
    records = [record("tv"), record("margin", kind="fact"), record("Channel0"), record("revenue")]
    first = relevant([Recall(record=r, score=1.0) for r in records], "tv?", (SHOP,), 2)
    assert relevant(first, "tv?", (SHOP,), 2) == first, "a replay recalls what was kept, and filters it again"


def test_another_products_findings_are_not_shown_beside_an_audit(tmp_path: Path) -> None:
    pages = {
        "shoe.txt": "Trail Runner 5. Waterproof shoe, 260 g, sizes 36 to 48. Price 129 EUR.",
        "pot.txt": "Riva Brewer 12 coffee maker. Capacity: 12 cups. Material: steel. Price: 89 EUR.",
    }
    for name, text in pages.items():
        (tmp_path / name).write_text(text)
    with LiftOS(tmp_path / "home") as lift:
        lift.ask("Audit this product page", tmp_path / "shoe.txt")
        lift.settle()
        again = lift.ask("Audit this product page, please", tmp_path / "shoe.txt")
        other = lift.ask("Audit this product page", tmp_path / "pot.txt")
    assert again.recalled
    assert other.recalled == ()
