"""What is kept of who was erased, where the shop's terms want it against fraud: keyed hashes, and nothing else.

They tell that a phone or e-mail was here before, and not whose it was.
"""

from collections.abc import Sequence
from datetime import datetime

from regulars.consents.models import ErasedMark
from regulars.consents.terms import load_terms
from regulars.platform.rows import fetch
from regulars.platform.sealing import keyed_hash

PURPOSE = "erased members"

IDENTIFIERS = """
SELECT kind, value FROM members_identifier
WHERE member_id = ANY(%(members)s::bigint[]) AND kind IN ('phone', 'email') ORDER BY kind, value
"""


def keep_marks(people: Sequence[int], *, at: datetime) -> int:
    """Keep the hashes of these rows' phones and e-mails, before those go; how many there were."""
    if not load_terms().keeps_marks:
        return 0
    marks = [
        ErasedMark(kind=kind, mark=mark_of(kind, value), erased_at=at)
        for kind, value in fetch(IDENTIFIERS, {"members": list(people)})
    ]
    return len(ErasedMark.objects.bulk_create(marks))


def erased_before(member_id: int) -> datetime | None:
    """When somebody with this member's phone or e-mail was last erased; None where nobody was, or no marks are kept."""
    marks = [mark_of(kind, value) for kind, value in fetch(IDENTIFIERS, {"members": [member_id]})]
    last = ErasedMark.objects.filter(mark__in=marks).order_by("-erased_at").first() if marks else None
    return None if last is None else last.erased_at


def mark_of(kind: str, value: str) -> str:
    """What is kept of a phone or e-mail in its one spelling: nobody can test guesses against it without the key."""
    return keyed_hash(f"{kind}={value}", purpose=PURPOSE)
