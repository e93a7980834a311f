"""Messages are put down as rows, in the transaction that wants them; a job sends them afterwards."""

import base64
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from regulars.core.actor import Actor
from regulars.members.find import find_keepers
from regulars.members.lock import lock_members
from regulars.messages.look import Looked, Prepared, look_at
from regulars.messages.models import DeliveryState, Trigger
from regulars.messages.refusals import KeyTaken
from regulars.platform.rows import encode_rows, fetch

EARLIER = """
SELECT delivery.key, delivery.id, delivery.member_id, template.code, delivery.channel, delivery.state, delivery.reason
FROM messaging_delivery AS delivery
JOIN messaging_templateversion AS version ON version.id = delivery.version_id
JOIN messaging_template AS template ON template.id = version.template_id
WHERE delivery.key = ANY(%(keys)s::text[])
"""

INSERT = """
INSERT INTO messaging_delivery (member_id, text_id, version_id, batch_id, channel, language, address, subject, body,
    sealed, trigger, is_marketing, why, consent_id, policy_version_id, state, reason, tries, next_at, dies_at, error,
    key, created_at, created_by)
SELECT row.member_id, row.text_id, row.version_id, row.batch_id, row.channel, row.language, row.address, row.subject,
    row.body, decode(row.sealed, 'base64'), row.trigger, row.is_marketing, row.why, row.consent_id,
    row.policy_version_id, row.state, row.reason, 0, row.next_at, row.dies_at, '', row.key, %(at)s, %(by)s
FROM json_to_recordset(%(rows)s::json) AS row(
    member_id bigint, text_id bigint, version_id bigint, batch_id bigint, channel text, language text, address text,
    subject text, body text, sealed text, trigger text, is_marketing boolean, why text, consent_id bigint,
    policy_version_id bigint, state text, reason text, next_at timestamptz, dies_at timestamptz, key text)
ON CONFLICT (key) DO NOTHING
RETURNING key, id
"""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A message to one member; the same `key` again is the same message. `given` is what the sender says."""

    member_id: int
    key: str
    given: Mapping[str, str] = {}


class Put(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a wish: waiting, or held_back for a `reason`. Where it is `replayed`: what it is by now."""

    delivery_id: int
    member_id: int | None
    state: str
    reason: str = ""
    next_at: datetime | None = None
    replayed: bool = False

    @property
    def goes(self) -> bool:
        return self.state != DeliveryState.HELD_BACK


def put_messages(
    prepared: Prepared,
    wishes: Sequence[Wish],
    *,
    trigger: Trigger,
    at: datetime,
    by: Actor,
    batch_id: int | None = None,
) -> list[Put]:
    """Decide about these messages and put them down, in order; the same number of statements for any number. Call it
    in a transaction. Refuses: KeyTaken (another message has the key).
    """
    earlier = _find_earlier(prepared, [wish.key for wish in wishes])
    new = {wish.key: wish for wish in wishes if wish.key not in earlier}
    if new and prepared.is_marketing and prepared.limits.most is not None:
        # Two who write to one member at once take turns, so that together they keep to the limit: also where one of
        # them knows the member by a number that was merged.
        keepers = find_keepers({wish.member_id for wish in new.values()}).values()
        lock_members({keeper for keeper in keepers if keeper is not None})
        earlier |= _find_earlier(prepared, new)
        new = {key: wish for key, wish in new.items() if key not in earlier}
    looked = look_at(prepared, {wish.member_id: dict(wish.given) for wish in new.values()}, at=at) if new else {}
    rows = [
        delivery_row(prepared, looked[wish.member_id], key=key, trigger=trigger, batch_id=batch_id, at=at)
        for key, wish in new.items()
    ]
    if rows:
        written = insert(rows, at=at, by=by)
        for row in rows:
            if row["key"] in written:
                earlier[row["key"]] = Put(
                    delivery_id=written[row["key"]],
                    member_id=row["member_id"],
                    state=row["state"],
                    reason=row["reason"],
                    next_at=row["next_at"],
                )
        if lost := new.keys() - written.keys():
            earlier |= _find_earlier(prepared, lost)  # somebody else was quicker with the same key
    return [earlier[wish.key] for wish in wishes]


def delivery_row(
    prepared: Prepared, looked: Looked, *, key: str, trigger: str, batch_id: int | None, at: datetime
) -> dict[str, Any]:
    """The row of a message as it was decided. One that is held back says nothing, but for want of a channel."""
    held, permission = looked.decided.held, looked.permission
    return {
        "member_id": looked.member_id,
        "text_id": None if looked.text is None else looked.text.id,
        "version_id": prepared.version_id,
        "batch_id": batch_id,
        "channel": prepared.channel,
        "language": "" if looked.text is None else looked.text.language,
        "address": looked.address if held in (None, "no_channel") else "",
        "subject": looked.subject,
        "body": looked.body,
        "sealed": None,
        "trigger": trigger,
        "is_marketing": prepared.is_marketing,
        "why": looked.why if held in (None, "no_channel", "cap") else "",
        "consent_id": None if permission is None else permission.consent_id,
        "policy_version_id": None if permission is None else permission.version_id,
        "state": DeliveryState.WAITING if held is None else DeliveryState.HELD_BACK,
        "reason": held or "",
        "next_at": looked.decided.go_at,
        "dies_at": None,
        "key": key,
    }


def insert(rows: Sequence[Mapping[str, Any]], *, at: datetime, by: Actor) -> dict[str, int]:
    """Write new messages with one statement; their ids by key. A key that is there already writes nothing."""
    return dict(fetch(INSERT, {"rows": encode_rows(rows), "at": at, "by": by.tag}))


def encode_sealed(sealed: bytes) -> str:
    return base64.b64encode(sealed).decode()


def _find_earlier(prepared: Prepared, keys: Collection[str]) -> dict[str, Put]:
    """Return what was put down with these keys before. Refuses: KeyTaken."""
    earlier = {}
    for key, delivery, member, template, channel, state, reason in fetch(EARLIER, {"keys": list(keys)}):
        if (template, channel) != (prepared.template, prepared.channel):
            raise KeyTaken()
        earlier[key] = Put(delivery_id=delivery, member_id=member, state=state, reason=reason, replayed=True)
    return earlier
