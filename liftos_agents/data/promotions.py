"""Signed verdicts of the gates, kept as rows; a row is worth what its signature is worth."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from pydantic import ValidationError
from sqlalchemy import delete, insert, select

from liftos_agents.data.database import Database
from liftos_agents.data.signing import SigningKey, signed_by
from liftos_agents.data.tables.promotions import promotions
from liftos_agents.domain.canonical import canonical_json
from liftos_agents.domain.promotion import (
    GateKind,
    KeptRecord,
    PromotionRecord,
    Verdict,
    promotion_id,
    signed_content,
)


class Promotions:
    """The promotion records of one organisation.

    Args:
        database: Open database.
        key: Signs new records; a record signed by another key is not valid here.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        database: Database,
        key: SigningKey,
        organisation: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database, self._key, self._organisation, self._clock = database, key, organisation, clock

    def sign(self, verdict: Verdict) -> PromotionRecord:
        """The signed record of `verdict`, kept; the same verdict again replaces its row."""
        now = float(self._clock())
        record = PromotionRecord(
            id=promotion_id(verdict),
            verdict=verdict,
            organisation=self._organisation,
            signed_at=now,
            public_key=self._key.public,
            signature=self._key.sign(signed_content(verdict, self._organisation, now)),
        )
        row = {
            "id": record.id,
            "organisation": self._organisation,
            "kind": verdict.kind,
            "subject": verdict.subject,
            "record": canonical_json(record),
            "signed_at": now,
        }
        with self._database.begin() as connection:
            connection.execute(
                delete(promotions).where(
                    promotions.c.id == record.id, promotions.c.organisation == self._organisation
                )
            )
            connection.execute(insert(promotions).values(row))
        return record

    def of(self, kind: GateKind, subject: str) -> tuple[PromotionRecord, ...]:
        """The records on a subject whose signatures hold, the latest first."""
        found = (kept.record for kept in self.all() if kept.holds and kept.record is not None)
        return tuple(r for r in found if r.verdict.kind == kind and r.verdict.subject == subject)

    def all(self) -> tuple[KeptRecord, ...]:
        """Every row, the latest first by what was signed; those that cannot be read last."""
        query = select(promotions.c.id, promotions.c.record).where(
            promotions.c.organisation == self._organisation
        )
        with self._database.connect() as connection:
            rows = connection.execute(query.order_by(promotions.c.id)).all()
        found: list[KeptRecord] = []
        for identifier, content in rows:
            record = _record(content)
            holds = record is not None and record.id == identifier and self.holds(record)
            found.append(KeptRecord(id=identifier, holds=holds, record=record))
        found.sort(key=lambda kept: -1.0 if kept.record is None else kept.record.signed_at, reverse=True)
        return tuple(found)

    def holds(self, record: PromotionRecord) -> bool:
        """Whether a record is whole, this organisation's, and signed with this house's key."""
        verdict = record.verdict
        content = signed_content(verdict, record.organisation, record.signed_at)
        return (
            record.id == promotion_id(verdict)
            and record.organisation == self._organisation
            and record.public_key == self._key.public
            and signed_by(self._key.public, record.signature, content)
        )

    def promoted(
        self, kind: GateKind, subject: str, valid_for: Mapping[str, str], code: str
    ) -> PromotionRecord | None:
        """The latest record on `subject`, if it promotes and is valid for just these hashes and this version."""
        for record in self.of(kind, subject):
            verdict = record.verdict
            if verdict.code == code and all(verdict.valid_for.get(k) == v for k, v in valid_for.items()):
                return record if verdict.verdict == "promote" else None
        return None


def _record(content: str) -> PromotionRecord | None:
    try:
        return PromotionRecord.model_validate_json(content)
    except ValidationError:
        return None
