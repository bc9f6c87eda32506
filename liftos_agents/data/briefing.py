"""A dataset as a model or a person is told of it: names and shape, no rows."""

from __future__ import annotations

from liftos_agents.data.catalogue_table import is_catalogue, product_titles
from liftos_agents.data.dataset import Dataset
from liftos_agents.domain.roles import ColumnRoles
from liftos_agents.domain.task import DatasetBrief
from liftos_agents.errors import UserError

_EXCERPT = 2_000
_MOST_NOTES = 5
_HARMLESS = ("The file is in encoding", "Columns are parted by")


def brief(dataset: Dataset, roles: ColumnRoles | None = None) -> DatasetBrief:
    """The brief of `dataset`; `problem` says why when a table that is no catalogue makes no panel."""
    if dataset.frame is None:
        return DatasetBrief(
            id=dataset.id, name=dataset.name, kind="text", text=(dataset.text or "")[:_EXCERPT]
        )
    columns = tuple(str(c) for c in dataset.frame.columns)
    shape = DatasetBrief(
        id=dataset.id, name=dataset.name, rows=len(dataset.frame), columns=columns, notes=_repairs(dataset)
    )
    if is_catalogue(dataset):
        shape = shape.model_copy(update={"catalogue": True, "products": product_titles(dataset)})
        if roles is None:
            return shape
    try:
        panel = dataset.panel(roles)
    except UserError as problem:
        return shape.model_copy(update={"problem": str(problem)})
    known = panel.roles
    return shape.model_copy(
        update={
            "start": str(panel.dates[0]),
            "end": str(panel.dates[-1]),
            "frequency": panel.frequency,
            "periods": panel.periods,
            "outcome": known.outcome,
            "channels": panel.channels,
            "controls": tuple(panel.controls),
            "events": tuple(panel.events),
            "currency": panel.currency,
            "margin": panel.margin if panel.margin is not None else known.margin,
            "claimed": tuple(panel.claimed),
        }
    )


def _repairs(dataset: Dataset) -> tuple[str, ...]:
    """What was put right or assumed while reading; braces would be taken for references."""
    notes = [note for note in dataset.notes if not note.startswith(_HARMLESS)]
    return tuple(note.replace("{", "(").replace("}", ")") for note in notes[:_MOST_NOTES])
