"""What a request says that a tool call may need: the slots that playbooks name with `$`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from liftos_agents.domain.task import SpecialistTask
from liftos_agents.models.offline.causal_slots import causal_slots
from liftos_agents.models.offline.changes import Changes, changes
from liftos_agents.models.offline.channel_names import Mention, mentions
from liftos_agents.models.offline.constraints import Constraints, constraints, margin, target_roas
from liftos_agents.models.offline.facts import read_facts
from liftos_agents.models.offline.follow_up import is_follow_up
from liftos_agents.models.offline.items import Item, items
from liftos_agents.models.offline.periods import horizon, over_horizon
from liftos_agents.models.offline.quantities import plain, quantities
from liftos_agents.models.offline.references import about_money, named_product, recalled_margin
from liftos_agents.models.offline.slot_language import in_slot_words
from liftos_agents.models.offline.words import concepts

_SPLIT_OVER = re.compile(
    r"\b(?:split|divide|allocate|distribute|spread|verteil\w*|aufteil\w*|repart\w*|distribu\w*)\b[^.;?!]*"
    r"\b(?:over|between|across|among|auf|zwischen|uber|entre|sur)\s(?:just |only |nur )?(?:the )?$"
)
_CAUTIOUS = re.compile(
    r"\b(?:safe(?:st|ly)?|risk[- ]averse|low risk|conservativ\w*|cautious\w*|worst case|downside|vorsichtig|sicher|prudent\w*)\b"
)
_ALSO = re.compile(
    r"\b(?:also|as well|too|in addition|on top|additionally|auch|ausserdem|aussi|en plus|tambien|ademas)\b"
)
_EXTRAPOLATE = re.compile(
    r"\b(?:even if|allow|extrapolat\w*|permit|anyway|regardless|trotzdem|quand meme|de todas formas)\b"
)
_OWN = frozenset(
    ("$channels", "$changes", "$amount_changes", "$moves", "$extra", "$extra_share", "$absent", "$unclear", "$concepts")
)  # fmt: skip


def read_slots(task: SpecialistTask) -> dict[str, Any]:
    """Slots of a specialist's task; amounts and limits that the goal does not say are looked for in the whole question."""
    dataset = next((d for d in task.datasets if d.kind == "table"), None)
    channels = dataset.channels if dataset else ()
    frequency = dataset.frequency if dataset else None
    goal = _with_answer(task, channels)
    found = dict(_slots(goal, channels, frequency))
    said = tuple(name for name, value in found.items() if _said(value))
    if task.question.strip() and task.question != task.goal:
        whole = _slots(about_money(task.question), channels, frequency)
        found = {
            name: value if name in _OWN or _said(value) else whole.get(name) for name, value in found.items()
        }
    found["$said"], found["$absent"] = said, _slots(goal, channels, frequency)["$absent"]
    thread = bool(task.thread)
    found["$follow_up"] = thread and is_follow_up(task.question)
    found["$also"] = thread and _ALSO.search(plain(task.question)) is not None
    found["$all_channels"] = channels
    found["$currency"] = dataset.currency if dataset else None
    found["$data_margin"] = dataset.margin if dataset else None
    found["$claimed"] = bool(dataset and dataset.claimed)
    recalled = None if found["$margin"] or found["$data_margin"] else recalled_margin(task)
    found["$margin"], found["$margin_recalled"] = found["$margin"] or recalled, recalled is not None
    found["$goal"], found["$question"] = task.goal, task.question
    found |= causal_slots(task)
    catalogue = next((d for d in task.datasets if d.catalogue), None)
    found["$item"] = named_product(task) if catalogue else None
    found["$simulated"] = any("simulated" in d.name.casefold() for d in task.datasets)
    last = task.thread[-1] if thread else None
    text = next((d.text for d in task.datasets if d.kind == "text" and d.text), None)
    earlier = last.question if last is not None and (found["$follow_up"] or last.clarification) else None
    answered = last is not None and last.clarification is not None
    facts = read_facts(task.question, text, earlier, answered=answered)
    if catalogue is not None:
        facts |= {name: facts[name] or catalogue.name for name in ("$product_text", "$product_facts")}
    return found | facts


def _with_answer(task: SpecialistTask, channels: tuple[str, ...]) -> str:
    """The goal; a channel that was asked back about is the one that the answer names."""
    if not task.thread or not task.thread[-1].clarification:
        return task.goal
    goal = plain(task.goal)
    over = [q for q in quantities(goal) if q.kind == "share" and abs(q.value) > 1]
    shares = [q for q in quantities(plain(task.question)) if q.kind in ("share", "number")]
    if over and shares and "at most all of the spend" in task.thread[-1].clarification:
        value = abs(shares[0].value) * (100 if shares[0].kind == "share" else 1)
        return f"{goal[: over[0].start].rstrip('-− ')} {value:g} %"
    unclear = [m for m in mentions(goal, channels) if len(m.choices) != 1]
    named = [m.choices[0] for m in mentions(plain(task.question), channels) if len(m.choices) == 1]
    if not unclear or not named:
        return task.goal
    return goal[: unclear[0].start] + named[0] + goal[unclear[0].end :]


def _outside(said: str, row: Sequence[Item], channels: Sequence[str], dropped: Sequence[str]) -> list[str]:
    """Channels that a split over some of them, named one after another, leaves out."""
    for index, item in enumerate(row):
        if item.kind != "channel" or not _SPLIT_OVER.search(said[: item.start]):
            continue
        named: list[str] = []
        for follower in row[index:]:
            if follower.kind not in ("channel", "and", "comma"):
                break
            if follower.mention is not None:
                named += follower.mention.choices
        if len(named) > 1:
            return [c for c in channels if c not in named and c not in dropped]
    return []


@lru_cache(maxsize=256)
def _slots(text: str, channels: tuple[str, ...], frequency: str | None) -> Mapping[str, Any]:
    said = in_slot_words(text)
    row = items(text, channels)
    limits = constraints(row)
    moves = changes(row, channels, limits.used)
    periods = horizon(row, frequency)
    named = [i.mention for i in row if i.mention is not None and i.kind == "channel"]
    return {
        "$money": _total(row, limits, moves),
        "$horizon_periods": periods,
        "$changes": moves.relative,
        "$amount_changes": moves.amount,
        "$moves": moves.relative or moves.amount,
        "$extra": moves.whole_amount,
        "$extra_share": moves.whole_relative,
        "$exclude": [*moves.dropped, *_outside(said, row, channels, moves.dropped)],
        "$minimum": limits.minimum,
        "$maximum": limits.maximum,
        "$minimum_share": limits.minimum_share,
        "$maximum_share": limits.maximum_share,
        "$groups": limits.groups,
        "$hold": limits.hold,
        "$max_change": limits.max_change,
        "$max_period_change": limits.max_period_change,
        "$target_roas": target_roas(said),
        "$margin": margin(said),
        "$objective": "cvar" if _CAUTIOUS.search(said) else None,
        "$allow_extrapolation": True if _EXTRAPOLATE.search(said) else None,
        "$channels": list(dict.fromkeys(m.choices[0] for m in named if len(m.choices) == 1)),
        "$absent": list(dict.fromkeys(f"“{m.said}”" for m in named if not m.choices)),
        "$unclear": _question([*limits.unclear, *moves.unclear], channels, moves),
        "$concepts": list(concepts(text)),
    }


def _total(row: Sequence[Item], limits: Constraints, moves: Changes) -> float | None:
    taken = limits.used | moves.used
    free = (i for i, item in enumerate(row) if item.kind == "money" and i not in taken)
    return next((over_horizon(row, i) for i in free if (q := row[i].quantity) and q.value > 0), None)


def _question(unclear: Sequence[Mention], channels: Sequence[str], moves: Changes) -> str | None:
    if not channels:
        return None
    if unclear:
        mention = unclear[0]
        if not mention.said:
            return f"Which channel is the lower limit meant for? The data has {', '.join(channels)}."
        if mention.choices:
            return f"Which channel do you mean by “{mention.said}”: {' or '.join(mention.choices)}?"
        return (
            f"The data has no channel “{mention.said}”; it has {', '.join(channels)}. Which one do you mean?"
        )
    over = next((c for c, change in moves.relative.items() if change < -1), None)
    if over is not None:
        return f"A cut takes at most all of the spend, not more. By how much should {over} be cut?"
    if moves.half_moved:
        return f"From which channel to which should the money move? The data has {', '.join(channels)}."
    return None


def _said(value: Any) -> bool:
    return value is not None and not (isinstance(value, Mapping | Sequence) and len(value) == 0)  # pyright: ignore[reportUnknownArgumentType]
