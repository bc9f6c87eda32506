"""Answers of real runs, made once: a budget in a simulated shop, an audit, an ad, a refusal, a question back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liftos_agents import LiftOS
from liftos_agents.cli import demo_shop
from liftos_agents.domain.answer import Answer
from liftos_agents.domain.evidence import Evidence

LISTING = """Linen Throw Blanket by Example Weavers

A light blanket for sofas and beds, woven from washed linen.

Material: 100 % linen
Size: 130 x 170 cm
Colour: oat
Care: wash at 40 °C
"""


@pytest.fixture(scope="session")
def lift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiftOS]:
    with LiftOS(home=tmp_path_factory.mktemp("home"), model="offline", organisation="tests") as opened:
        yield opened


@pytest.fixture(scope="session")
def listing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("listing") / "listing.txt"
    path.write_text(LISTING)
    return path


@pytest.fixture(scope="session")
def budget_answer(lift: LiftOS) -> Answer:
    shop = demo_shop.market()
    data = {demo_shop.NAME: demo_shop.frame(shop)}
    return lift.ask(demo_shop.QUESTION, data, roles={"margin": shop.spec.margin}, interactive=False)


@pytest.fixture(scope="session")
def audit_answer(lift: LiftOS, listing: Path) -> Answer:
    return lift.ask("Audit this product page: why does no assistant recommend it?", listing)


@pytest.fixture(scope="session")
def ad_answer(lift: LiftOS, listing: Path) -> Answer:
    return lift.ask("Write Google ads for it", listing)


@pytest.fixture(scope="session")
def refusal(lift: LiftOS) -> Answer:
    return lift.ask("What is the capital of France?")


@pytest.fixture(scope="session")
def question_back(lift: LiftOS) -> Answer:
    return lift.ask("How should I split my budget?")


@pytest.fixture(scope="session")
def many_pictures(budget_answer: Answer, audit_answer: Answer) -> Answer:
    """Every kind of picture on one page, with names that do not fit."""
    estimate = {"mean": 4e5, "p05": 2e5, "p50": 4e5, "p95": 9e5}
    channel = {
        "mmm": {"contribution": estimate},
        "platform_claimed": {"contribution": 9e5},
        "over_claim": {"mean": 2.2, "p05": 1.2, "p50": 2.2, "p95": 5.0},
    }
    claims = {
        "channels": {"meta": channel, "A platform with a very long name, Düsseldorf": channel},
        "units": {},
    }
    fixes = [
        {"text": words * 3, "rows": 4, "share": 1.0, "catalogue_gain": 2.5}
        for words in ("State more measured properties. ", "Name whom it is for. ")
    ]
    catalogue = {
        "bands": [{"start": 20.0 * i, "end": 20.0 * i + 20.0, "rows": 300 * i} for i in range(5)],
        "fixes": fixes,
    }
    more = (
        Evidence(id="ev_1111", tool="attribute", version="1", arguments={}, result=claims),
        Evidence(id="ev_2222", tool="audit_catalogue", version="1", arguments={}, result=catalogue),
    )
    return budget_answer.model_copy(
        update={"evidence": (*budget_answer.evidence, *audit_answer.evidence, *more)}
    )
