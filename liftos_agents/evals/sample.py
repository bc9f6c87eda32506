"""A question with what a good plan or a good design for it looks like, and a suite of such questions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, cast

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from liftos_agents.domain.canonical import content_hash
from liftos_agents.domain.task import DatasetBrief, RoutingTask, Turn
from liftos_agents.errors import DataError, NotFoundError
from liftos_agents.evals.tables import table, table_names

SUITES = Path(__file__).parent / "suites"
Kind = Literal["steps", "clarification", "refusal", "design", "declined"]
Split = Literal["dev", "test"]

EXAMPLE_TABLE = DatasetBrief(
    id="0" * 64,
    name="weekly_sales",
    rows=156,
    columns=("date", "revenue", "tv_spend", "search_spend", "facebook_spend", "print_spend", "radio_spend"),
    start="2022-01-03",
    end="2024-12-23",
    frequency="week",
    periods=156,
    outcome="revenue",
    channels=("tv", "search", "facebook", "print", "radio"),
    currency="EUR",
)


_OF_DESIGNS = ("designs", "outcome", "treatment", "arguments", "includes", "excludes", "declined")


class Expected(BaseModel):
    """What the plan should be: these agents, or a clarifying question, or a refusal; or, of a question put to a table,
    a design or that it is declined. Exactly one of the five.

    Attributes:
        agents: Names of the specialists.
        ordered: Whether their order matters; by default it does not.
        designs: Names of the designs that are right.
        outcome, treatment: Columns that are right, any of them; unchecked when empty.
        arguments: Argument of the design's tool to its value; further arguments are free, lists have no order.
        includes, excludes: Argument to columns that must, or must not, be among it.
        declined: The table cannot answer the question, and no estimate may be given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    agents: tuple[str, ...] = ()
    ordered: bool = False
    clarification: bool = False
    refusal: bool = False
    designs: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    treatment: tuple[str, ...] = ()
    arguments: dict[str, Any] = Field(default_factory=dict)
    includes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    excludes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    declined: bool = False

    @model_validator(mode="after")
    def _exactly_one(self) -> Expected:
        wanted = (bool(self.agents), self.clarification, self.refusal, bool(self.designs), self.declined)
        if sum(wanted) != 1:
            raise ValueError(
                "expect agents, or clarification, or refusal, or designs, or declined: exactly one"
            )
        return self

    @model_serializer(mode="wrap")
    def _without_what_routing_lacks(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # A routing sample is written, and hashed, as before there were designs: its logs stay comparable.
        return _dropped(serialise(self), () if self.kind in ("design", "declined") else _OF_DESIGNS)

    @property
    def kind(self) -> Kind:
        """Which of the five is expected."""
        if self.declined:
            return "declined"
        if self.designs:
            return "design"
        if self.refusal:
            return "refusal"
        return "clarification" if self.clarification else "steps"


class Sample(BaseModel):
    """One question.

    Attributes:
        data: Whether a table lies beside the question: True for the suite's example of weekly sales and five
            channels, or a brief of its own.
        table: Name of the simulated table that the question is put to, for samples that expect a design.
        describe: Column to what it holds in words, as a description file would say.
        thread: Earlier turns of the conversation.
        tags: What is hard about it (`de`, `compound`, `typo`, …); results are broken down by them.
        split: `dev` samples may be looked at while tuning, `test` samples may not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    question: str
    data: bool | DatasetBrief = False
    table: str | None = None
    describe: dict[str, str] = Field(default_factory=dict)
    thread: tuple[Turn, ...] = ()
    expect: Expected
    tags: tuple[str, ...] = ()
    split: Split = "test"

    @model_validator(mode="after")
    def _table_of_a_design(self) -> Sample:
        if (self.table is not None) != (self.expect.kind in ("design", "declined")):
            raise ValueError("a sample expects a design, or that it is declined, exactly when it has a table")
        if self.table is not None and self.table not in table_names():
            raise ValueError(f"no simulated table {self.table!r}")
        return self

    @model_serializer(mode="wrap")
    def _without_a_table(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _dropped(serialise(self), () if self.table is not None else ("table", "describe"))

    @property
    def task(self) -> RoutingTask:
        """The sample as a router is told it."""
        brief = EXAMPLE_TABLE if self.data is True else self.data
        return RoutingTask(question=self.question, datasets=(brief,) if brief else (), thread=self.thread)


class Suite(BaseModel):
    """Samples with how they are scored.

    Attributes:
        scorers: Names of the scorers, each applied to the samples that it is for.
        primary: The scorer that solvers are compared by.
        epochs: How often each sample is put.
        reducer: How a sample's epochs become one score.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    purpose: str
    scorers: tuple[str, ...] = Field(min_length=1)
    primary: str
    epochs: int = Field(default=1, ge=1)
    reducer: str = "mean"
    samples: tuple[Sample, ...] = Field(min_length=1)

    @property
    def hash(self) -> str:
        """Hash of everything that decides a score: the samples, and the tables that they are put to."""
        named = sorted({sample.table for sample in self.samples if sample.table is not None})
        if not named:
            return content_hash(self)
        return content_hash(
            {
                "suite": self.model_dump(mode="json"),
                "tables": {name: content_hash(table(name).to_csv(index=False).encode()) for name in named},
            }
        )

    def narrow(
        self, *, split: Split | None = None, tags: tuple[str, ...] = (), limit: int | None = None
    ) -> Suite:
        """The suite with fewer samples: of one split, with every tag, the first `limit`.

        Raises:
            NotFoundError: No sample is left.
        """
        left = [s for s in self.samples if (split is None or s.split == split) and set(tags) <= set(s.tags)][
            :limit
        ]
        if not left:
            raise NotFoundError(f"no sample of {self.name!r} has split {split!r} and tags {tags!r}")
        return self.model_copy(update={"samples": tuple(left)})


def suite_names() -> tuple[str, ...]:
    """Suites that ship with the package."""
    return tuple(sorted(path.stem for path in SUITES.glob("*.yaml")))


def load_suite(name: str | Path) -> Suite:
    """A suite by name, or from a YAML header whose `samples` names one or more JSON-lines files beside it.

    The first file must be there; a further one, such as a held-out test split that is kept sealed while others tune, is
    read where it is present.

    Raises:
        NotFoundError: No such suite or file.
        DataError: The header or a line cannot be read; it says which.
    """
    header_path = SUITES / f"{name}.yaml" if str(name) in suite_names() else Path(name)
    if not header_path.is_file():
        raise NotFoundError(
            f"no suite {str(name)!r}",
            fix=f"There are: {', '.join(suite_names())}; or give a YAML header's path",
        )
    header = _header(header_path)
    named = header.pop("samples", f"{header_path.stem}.jsonl")
    names = [str(n) for n in cast("list[Any]", named)] if isinstance(named, list) else [str(named)]
    samples: list[Sample] = []
    for position, file in enumerate(names):
        lines_path = header_path.parent / file
        if lines_path.is_file():
            samples += _samples(lines_path)
        elif position == 0:
            raise NotFoundError(f"no samples at {str(lines_path)!r}", where=str(header_path))
    _unique(samples, header_path.parent / names[0])
    try:
        return Suite(**header, samples=tuple(samples))
    except ValidationError as error:
        raise DataError(_first(error), where=str(header_path)) from error


def _dropped(found: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key not in names}


def _header(path: Path) -> dict[str, Any]:
    try:
        header = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise DataError(f"no YAML: {error}", where=str(path)) from error
    if not isinstance(header, dict):
        raise DataError("the header is no mapping", where=str(path))
    return header


def _samples(path: Path) -> list[Sample]:
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    return [_sample(line, where=f"{path.name}, line {number}") for number, line in lines if line.strip()]


def _sample(line: str, *, where: str) -> Sample:
    try:
        return Sample.model_validate_json(line)
    except ValidationError as error:
        raise DataError(_first(error), where=where) from error
    except json.JSONDecodeError as error:
        raise DataError(str(error), where=where) from error


def _unique(samples: list[Sample], path: Path) -> None:
    seen: set[str] = set()
    for sample in samples:
        if sample.id in seen:
            raise DataError(f"sample id {sample.id!r} occurs twice", where=path.name)
        seen.add(sample.id)


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])
