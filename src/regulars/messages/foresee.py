"""Who of many members would get a message now, and who would not and why: looked at before anything is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from regulars.audiences.find import find_page
from regulars.audiences.segments import asking_at
from regulars.core.audience import Condition
from regulars.messages.look import look_at, prepare
from regulars.messages.send import check_given
from regulars.messages.templates import find_sendable

AT_MOST = 1_000
"""So many members, the newest, stand for all where there are more."""


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """Of `looked` members, `goes` would get it, some of them `later` (when the quiet hours are over), and the others
    not, by reason. `is_all`: nobody else is meant. `first` is one of those who would get it.
    """

    looked: int
    is_all: bool
    goes: int
    later: int
    held: Mapping[str, int]
    first: int | None


def foresee_many(
    *,
    template: str,
    channel: str,
    at: datetime,
    members: Sequence[int] = (),
    condition: Condition | None = None,
    comment: str = "",
    limit: int = AT_MOST,
) -> Foreseen:
    """Say what `send_many` would do now, and write nothing. Refuses: UnknownTemplate, NoText, TooLongComment."""
    found = find_sendable(template, channel=channel)
    given = check_given(comment, None)
    ids, is_all = list(dict.fromkeys(members))[:limit], len(set(members)) <= limit
    if condition is not None:
        page = find_page(condition, asking_at(at), before=None, limit=limit)
        ids, is_all = page.ids, page.next_before is None
    looked = look_at(prepare(found.live.id, channel, at=at), dict.fromkeys(ids, given), at=at)
    goes = [member for member in ids if looked[member].decided.held is None]
    return Foreseen(
        looked=len(ids),
        is_all=is_all,
        goes=len(goes),
        later=sum((looked[member].decided.go_at or at) > at for member in goes),
        held=dict(Counter(str(each.decided.held) for each in looked.values() if each.decided.held).most_common()),
        first=goes[0] if goes else None,
    )
