"""Nobody's data is kept for ever: who has not been seen for as long as the shop's terms say is to be erased.

Seen is whoever joined, bought, decided about their data, or said that it shall stay since. Who has something left to
spend is not asked after: what expires goes first.
"""

from datetime import datetime

from django.db import transaction

from regulars.care.erasures import ErasureAsked, ask_erasure
from regulars.care.notice import notify_unseen
from regulars.consents.models import Asker
from regulars.consents.terms import load_terms
from regulars.core.actor import SYSTEM
from regulars.core.periods import add_months
from regulars.members.lock import UnknownMember
from regulars.platform.rows import fetch

LOOKED_AT = 2_000
"""So many members are looked at in one go, the longest known first."""

# Ids count up with time: who is older than the first of them that is too young is too young as well.
UNSEEN = """
SELECT member.id FROM (
    SELECT id FROM members_member WHERE id > %(after)s AND created_at < %(since)s ORDER BY id LIMIT %(limit)s
) AS known
JOIN members_member AS member ON member.id = known.id
WHERE member.erased_at IS NULL AND member.merged_into_id IS NULL
  AND coalesce(greatest(member.joined_at, member.left_at), member.created_at) < %(since)s
  AND NOT EXISTS (
    SELECT FROM consents_erasure WHERE member_id = member.id AND (state = 'waiting' OR asked_at >= %(since)s))
  AND NOT EXISTS (SELECT FROM sales_sale WHERE member_id = member.id AND occurred_at >= %(since)s)
  AND NOT EXISTS (SELECT FROM consents_consent WHERE member_id = member.id AND recorded_at >= %(since)s)
  AND NOT EXISTS (
    SELECT FROM ledger_account WHERE holder_id = member.id AND side = 'member' AND balance > 0)
ORDER BY member.id
"""

LAST_LOOKED_AT = """
SELECT max(id) FROM (
    SELECT id FROM members_member WHERE id > %(after)s AND created_at < %(since)s ORDER BY id LIMIT %(limit)s
) AS known
"""


def find_unseen(*, at: datetime, after: int = 0, limit: int = LOOKED_AT) -> tuple[list[int], int | None]:
    """Return the members among the next `limit` whom nobody has seen for too long, and where to go on; None: that was
    all. Without a limit in the shop's terms nobody is.
    """
    months = load_terms().inactive_months
    if months is None:
        return [], None
    since = at.replace(hour=0, minute=0, second=0, microsecond=0)
    since = datetime.combine(add_months(since.date(), -months), since.timetz())
    params = {"after": after, "since": since, "limit": limit}
    [(last,)] = fetch(LAST_LOOKED_AT, params)
    return [member_id for (member_id,) in fetch(UNSEEN, params)], last


def ask_for_unseen(*, at: datetime, after: int = 0, limit: int = LOOKED_AT) -> tuple[int, int | None]:
    """Ask for the erasure of those, and tell them; how many, and where to go on. Their cool-off runs as anybody's."""
    unseen, last = find_unseen(at=at, after=after, limit=limit)
    asked = 0
    with transaction.atomic():
        for member_id in unseen:
            try:
                erasure = ask_erasure(member_id=member_id, asker=Asker.AGE, at=at, by=SYSTEM)
            except (UnknownMember, ErasureAsked):
                continue  # somebody else was quicker
            notify_unseen(erasure, at=at)
            asked += 1
    return asked, last
