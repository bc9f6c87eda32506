"""The chain of decisions: each record's hash covers the one before, and a signed head covers them all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from liftos_agents.data.signing import SigningKey, signed_by
from liftos_agents.domain.canonical import canonical_json

FaultKind = Literal["edited", "deleted", "reordered", "truncated", "forged_head", "changed_run"]


@dataclass(frozen=True)
class Link:
    """One record of a chain as it lies in the database; `content` is canonical JSON."""

    position: int
    run_id: str
    kind: str
    content: str
    previous: str
    hash: str


class ChainHead(BaseModel):
    """The end of a chain, signed: whoever keeps one can later prove that records were cut off.

    `public_key` and `signature` are Ed25519 in hexadecimal, over organisation, position and hash.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    organisation: str
    position: int
    hash: str
    public_key: str
    signature: str


class ChainFault(BaseModel):
    """One sign of tampering; `position` is the record at which it shows."""

    model_config = ConfigDict(frozen=True)

    kind: FaultKind
    position: int
    message: str


class ChainReport(BaseModel):
    """What verifying one organisation's chain found."""

    model_config = ConfigDict(frozen=True)

    organisation: str
    records: int
    runs: int
    head: ChainHead | None
    faults: tuple[ChainFault, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was tampered with."""
        return not self.faults


def genesis(organisation: str) -> str:
    """What the first record of an organisation's chain has as `previous`."""
    return hashlib.sha256(f"liftos decision chain\n{organisation}".encode()).hexdigest()


def link_hash(organisation: str, run_id: str, kind: str, content: str, previous: str) -> str:
    """The hash of a record: of everything in it, and of the one before."""
    return hashlib.sha256("\n".join((previous, organisation, run_id, kind, content)).encode()).hexdigest()


def sign_head(key: SigningKey, organisation: str, position: int, digest: str) -> ChainHead:
    """The signed head of a chain that ends at `position` with hash `digest`."""
    return ChainHead(
        organisation=organisation,
        position=position,
        hash=digest,
        public_key=key.public,
        signature=key.sign(_signed_content(organisation, position, digest)),
    )


def link_faults(organisation: str, links: Sequence[Link]) -> list[ChainFault]:
    """Edits, deletions and reorderings among `links`, which are in order of position."""
    faults: list[ChainFault] = []
    place = {link.hash: link.position for link in links}
    before = genesis(organisation)
    expected = 1
    for link in links:
        if link_hash(organisation, link.run_id, link.kind, link.content, link.previous) != link.hash:
            faults.append(_fault("edited", link.position, "was changed after it was written"))
        if link.position != expected:
            gap = f"{expected} to {link.position - 1}" if link.position > expected + 1 else str(expected)
            faults.append(_fault("deleted", expected, f"record {gap} is missing", bare=True))
        elif link.previous != before:
            if link.previous in place or link.previous == genesis(organisation):
                faults.append(_fault("reordered", link.position, "does not follow the record before it"))
            else:
                faults.append(_fault("deleted", link.position, "follows a record that is gone"))
        before = link.hash
        expected = link.position + 1
    return faults


def head_faults(
    organisation: str, links: Sequence[Link], head: ChainHead, public_key: str, whose: str
) -> list[ChainFault]:
    """A forged head, or records that `head` covers and that are gone.

    Args:
        whose: What `head` is called in messages: `the stored head`, `the exported head`.
    """
    if head.organisation != organisation:
        return [_fault("forged_head", head.position, f"{whose} is of {head.organisation!r}", bare=True)]
    content = _signed_content(organisation, head.position, head.hash)
    if head.public_key != public_key or not signed_by(public_key, head.signature, content):
        return [_fault("forged_head", head.position, f"{whose} was not signed with this key", bare=True)]
    last = links[-1].position if links else 0
    if last < head.position:
        return [
            _fault(
                "truncated", last + 1, f"{whose} covers {head.position} records, {last} are left", bare=True
            )
        ]
    if head.position == 0:
        return []
    at_head = next((link for link in links if link.position == head.position), None)
    if at_head is None or at_head.hash != head.hash:
        return [_fault("forged_head", head.position, f"is not the record that {whose} was signed over")]
    return []


def _signed_content(organisation: str, position: int, digest: str) -> bytes:
    return canonical_json({"organisation": organisation, "position": position, "hash": digest}).encode()


def _fault(kind: FaultKind, position: int, message: str, *, bare: bool = False) -> ChainFault:
    text = message if bare else f"record {position} {message}"
    return ChainFault(kind=kind, position=position, message=text)
