"""Messages that are due leave: claimed in a short transaction, sent outside any, and marked one by one.

A claim takes a few and says so in their rows, so that two workers never send the same one. Whether each may still go
is asked anew then: leave may have been withdrawn while it waited. A worker that dies leaves claimed rows behind, which
wait again after five minutes: none is lost, and only the one that was on its way can arrive twice, under the same
Message-ID.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import monotonic

import msgspec
from django.db import transaction

from regulars.consents.contact import Permission, look_up_permissions
from regulars.core.messages.timing import RETRIES, earliest, next_try
from regulars.messages.carriers import Carrier, Letter, NotCarried, Sink, open_carrier
from regulars.messages.channels import find_channel
from regulars.messages.models import Channel, ChannelKind
from regulars.messages.sealed import Said, open_said
from regulars.messages.terms import load_terms
from regulars.messages.values import load_shop, zone_of
from regulars.platform.rows import encode_rows, fetch, run
from regulars.platform.sealing import CannotUnseal

CLAIMED_AT_ONCE = 20
CLAIM_LASTS = timedelta(minutes=5)
HELD_SECONDS = 10.0
"""A worker lets go of what it has claimed after so long: well before anybody else may take it."""

REST = timedelta(minutes=1)
"""How long those wait that were taken together with one that got no answer."""

DUE = """
SELECT delivery.id, delivery.member_id, delivery.address, delivery.subject, delivery.body, delivery.sealed,
       delivery.trigger, delivery.is_marketing, template.purpose, delivery.tries, delivery.dies_at,
       batch.id, coalesce(batch.state, ''), member.status = 'blocked' AND (member.status_until IS NULL
                                                                OR member.status_until > %(at)s)
FROM (
    SELECT * FROM messaging_delivery
    WHERE state = 'waiting' AND channel = %(channel)s AND next_at <= %(at)s
    ORDER BY next_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) AS delivery
JOIN messaging_templateversion AS version ON version.id = delivery.version_id
JOIN messaging_template AS template ON template.id = version.template_id
LEFT JOIN messaging_batch AS batch ON batch.id = delivery.batch_id
LEFT JOIN members_member AS member ON member.id = delivery.member_id
ORDER BY delivery.next_at, delivery.id
"""

TURNED = """
SELECT id, state FROM messaging_batch WHERE id = ANY(%(batches)s::bigint[]) ORDER BY id FOR KEY SHARE
"""

NOTE = """
UPDATE messaging_delivery AS delivery
SET state = row.state, reason = row.reason, next_at = coalesce(row.next_at, delivery.next_at),
    sending_at = CASE WHEN row.state = 'sending' THEN %(at)s END,
    tries = delivery.tries + CASE WHEN row.state = 'sending' THEN 1 ELSE 0 END,
    consent_id = CASE WHEN row.is_asked THEN row.consent_id ELSE delivery.consent_id END,
    policy_version_id = CASE WHEN row.is_asked THEN row.policy_version_id ELSE delivery.policy_version_id END,
    sealed = CASE WHEN row.state IN ('sending', 'waiting', 'stopped') THEN delivery.sealed END
FROM json_to_recordset(%(rows)s::json) AS row(
    id bigint, state text, reason text, next_at timestamptz, is_asked boolean, consent_id bigint,
    policy_version_id bigint)
WHERE delivery.id = row.id
"""

SENT = """
UPDATE messaging_delivery SET state = 'sent', sent_at = %(at)s, sent_over_id = %(over)s, error = '', sealed = NULL,
    subject = CASE WHEN %(shows)s AND address <> '' THEN %(subject)s ELSE subject END,
    body = CASE WHEN %(shows)s AND address <> '' THEN %(body)s ELSE body END
WHERE id = %(id)s AND state = 'sending' AND sending_at = %(claimed)s
"""

NOT_SENT = """
UPDATE messaging_delivery SET state = %(state)s::text, next_at = coalesce(%(next)s::timestamptz, next_at),
    error = %(error)s, reason = %(reason)s, sealed = CASE WHEN %(state)s::text = 'waiting' THEN sealed END
WHERE id = %(id)s AND state = 'sending' AND sending_at = %(claimed)s
"""

LET_GO = """
UPDATE messaging_delivery SET state = 'waiting', next_at = %(next)s, tries = tries - 1, sending_at = NULL
WHERE id = ANY(%(ids)s::bigint[]) AND state = 'sending' AND sending_at = %(claimed)s
"""

FREE = """
UPDATE messaging_delivery
SET state = CASE WHEN tries > %(most)s THEN 'failed' ELSE 'waiting' END, error = 'Interrupted',
    reason = CASE WHEN tries > %(most)s THEN 'tries' ELSE '' END, next_at = %(at)s, sending_at = NULL,
    sealed = CASE WHEN tries > %(most)s THEN NULL ELSE sealed END
WHERE id IN (SELECT id FROM messaging_delivery WHERE state = 'sending' AND sending_at <= %(since)s
             ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED)
"""

LATELY = """
SELECT delivery.id, (
    SELECT count(*) FROM messaging_delivery AS other
    WHERE other.member_id = delivery.member_id AND other.is_marketing AND other.created_at > %(since)s
      AND other.id < delivery.id AND other.state IN ('waiting', 'sending', 'sent', 'stopped'))
FROM messaging_delivery AS delivery WHERE delivery.id = ANY(%(ids)s::bigint[])
"""


class Due(msgspec.Struct, frozen=True):
    id: int
    member_id: int | None
    address: str
    subject: str
    body: str
    sealed: bytes | None
    trigger: str
    is_marketing: bool
    purpose: str
    tries: int
    dies_at: datetime | None
    batch_id: int | None
    batch_state: str
    is_blocked: bool | None


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """What a round did: `taken` were looked at, `sent` have left; a channel that `is_down` rests."""

    taken: int
    sent: int = 0
    is_down: bool = False


def send_due(channel: str, *, now: Callable[[], datetime], limit: int = CLAIMED_AT_ONCE) -> Round:
    """Send up to `limit` messages of a kind that are due. Call it outside any transaction."""
    at = now()
    over, taken, claimed = _claim(channel, at=at, limit=limit)
    if not claimed:
        return Round(taken=taken)
    began, sent, is_down = monotonic(), 0, False
    left = list(claimed)
    try:
        with open_carrier(over) as carrier:
            while left and not is_down and monotonic() - began < HELD_SECONDS:
                each = left.pop(0)
                is_sent, is_down = _send(each, carrier, over, claimed_at=at, now=now)
                sent += is_sent
    except NotCarried as fault:  # the channel cannot even be opened
        _fail(left.pop(0), fault, claimed_at=at, now=now)
        is_down = True
    if left:
        later = now() + REST if is_down else now()
        run(LET_GO, {"ids": [each.id for each in left], "claimed": at, "next": later})
    return Round(taken=taken, sent=sent, is_down=is_down)


def free_stuck(*, at: datetime) -> int:
    """Let wait again what a worker that died had claimed; how many there were. What was claimed six times has
    failed.
    """
    return run(FREE, {"at": at, "since": at - CLAIM_LASTS, "most": len(RETRIES)})


@transaction.atomic
def _claim(channel: str, *, at: datetime, limit: int) -> tuple[Channel | None, int, list[Due]]:
    """Take what is due, look at each again, and note what becomes of it: now being sent, or not after all."""
    rows = [Due(*row) for row in fetch(DUE, {"channel": channel, "at": at, "limit": limit})]
    if not rows:
        return None, 0, []
    over, runs = find_channel(channel), _look_at_runs(rows)
    permissions = _ask_again(rows, channel)
    capped, wakes = _look_at_limits([row.id for row in rows if row.is_marketing], at=at)
    noted = []
    for row in rows:
        permission = permissions.get(row.id)
        state, reason, next_at = "sending", "", None
        if runs.get(row.batch_id) in ("stopped", "cancelled"):
            state = runs[row.batch_id]
        elif not row.address:  # whom it was for was erased while it was on its way
            state, reason = "held_back", "gone"
        elif over is None and channel != ChannelKind.EMAIL:
            state, reason = "held_back", "no_channel"
        elif row.dies_at is not None and row.dies_at <= at:
            state, reason = "failed", "too_late"
        elif permission is not None and not permission.is_allowed:
            state, reason = "held_back", permission.why
        elif row.is_marketing and row.is_blocked:
            state, reason = "held_back", "blocked"
        elif row.id in capped:
            state, reason = "held_back", "cap"
        elif row.is_marketing and wakes > at:
            state, next_at = "waiting", wakes
        noted.append(
            {
                "id": row.id,
                "state": state,
                "reason": reason,
                "next_at": next_at,
                "is_asked": permission is not None and permission.is_allowed,
                "consent_id": permission and permission.consent_id,
                "policy_version_id": permission and permission.version_id,
            }
        )
    run(NOTE, {"rows": encode_rows(noted), "at": at})
    going = {each["id"] for each in noted if each["state"] == "sending"}
    return over, len(rows), [row for row in rows if row.id in going]


def _look_at_runs(rows: Sequence[Due]) -> dict[int | None, str]:
    """Return the state of their runs. One that is stopped stays so until this is over: a message that is stopped after
    its run has gone on would stay behind.
    """
    runs = {row.batch_id: row.batch_state for row in rows}
    stopped = [batch for batch, state in runs.items() if state == "stopped"]
    return runs | dict(fetch(TURNED, {"batches": stopped})) if stopped else runs


def _ask_again(rows: Sequence[Due], channel: str) -> dict[int, Permission]:
    """Ask the consents again, once for each purpose."""
    permissions: dict[int, Permission] = {}
    for purpose in sorted({row.purpose for row in rows if row.purpose and row.trigger != "test"}):
        mine = {row.id: row.member_id for row in rows if row.purpose == purpose and row.member_id is not None}
        found = look_up_permissions(set(mine.values()), purpose=purpose, channel=channel)
        permissions |= {row: found[member] for row, member in mine.items()}
    return permissions


def _look_at_limits(ids: Sequence[int], *, at: datetime) -> tuple[set[int], datetime]:
    """Return whose member has had enough by messages that were put down before, and when the quiet hours end: what the
    shop keeps to may have changed while they waited.
    """
    if not ids:
        return set(), at
    limits = load_terms().limits(zone_of(load_shop(at=at)))
    wakes = earliest(at, limits.quiet, zone=limits.zone)
    if limits.most is None:
        return set(), wakes
    counted = fetch(LATELY, {"ids": list(ids), "since": at - timedelta(days=limits.days)})
    return {row for row, number in counted if number >= limits.most}, wakes


def _send(
    each: Due, carrier: Carrier, over: Channel | None, *, claimed_at: datetime, now: Callable[[], datetime]
) -> tuple[bool, bool]:
    """Send one and note it; whether it has left, and whether the channel is down."""
    try:
        said = Said(each.subject, each.body) if each.sealed is None else open_said(bytes(each.sealed))
        carrier.carry(Letter(to=each.address, subject=said.subject, body=said.body, mark=f"regulars-{each.id}"))
    except CannotUnseal:
        _fail(each, NotCarried("UnreadableText", is_final=True), claimed_at=claimed_at, now=now)
        return False, False
    except NotCarried as fault:
        _fail(each, fault, claimed_at=claimed_at, now=now)
        return False, fault.is_down
    shows = isinstance(carrier, Sink) and each.sealed is not None
    run(
        SENT,
        {
            "id": each.id,
            "at": now(),
            "claimed": claimed_at,
            "over": None if over is None else over.pk,
            "shows": shows,
            "subject": said.subject,
            "body": said.body,
        },
    )
    return True, False


def _fail(each: Due, fault: NotCarried, *, claimed_at: datetime, now: Callable[[], datetime]) -> None:
    again = None if fault.is_final else next_try(each.tries + 1, at=now())
    reason = "" if again else "refused" if fault.is_final else "tries"
    run(
        NOT_SENT,
        {
            "id": each.id,
            "state": "waiting" if again else "failed",
            "next": again,
            "error": fault.error,
            "reason": reason,
            "claimed": claimed_at,
        },
    )
