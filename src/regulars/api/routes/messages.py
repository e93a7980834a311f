"""Prepared messages: put down for one member, and what became of them."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from regulars.api.callers import ApiRequest
from regulars.api.replies import Reply
from regulars.api.routing import creates, reads
from regulars.api.shapes import LONGEST_ID, read_id
from regulars.api.writes import do_read, do_write
from regulars.jobs.messages import defer_sending
from regulars.members.find import find_keeper
from regulars.members.lock import UnknownMember
from regulars.messages.deliveries import DeliveryRow, deliveries_of, read_delivery
from regulars.messages.models import Trigger
from regulars.messages.send import LONGEST_GIVEN, send_prepared
from regulars.staff.models import Scope

Said = Annotated[str, Meta(max_length=LONGEST_GIVEN)]


class MessageIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`template` by its code. What the text says of the sender's: `comment`, `reward`, `change`, `day`."""

    template: Annotated[str, Meta(min_length=1, max_length=32)]
    channel: Literal["email", "sms", "whatsapp", "push"]
    comment: Said = ""
    reward: Said = ""
    change: Said = ""
    day: Said = ""


class MessageOut(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is waiting, sending, sent, failed, held_back, stopped or cancelled; `reason` says why it was held back or
    has failed. `why` it was allowed: consent, basis, service, code. It does not say what was written.
    """

    id: str
    template: str
    channel: str
    language: str
    state: str
    reason: str
    why: str
    created_at: datetime
    next_at: datetime | None
    sent_at: datetime | None
    replayed: bool = False


class MessagesOut(msgspec.Struct, frozen=True):
    """Newest first; send `next` as `cursor` for the page that follows, null when there is none."""

    messages: list[MessageOut]
    next: str | None


@creates(
    "/members/{member_id:str}/messages",
    scope=Scope.MESSAGES_SEND,
    takes=MessageIn,
    summary="Send a member a prepared message",
)
async def create_message(data: JSONBody[MessageIn], request: ApiRequest, member_id: FromPath[str]) -> Reply[MessageOut]:
    """It is put down and sent afterwards. One that may not go is put down too: `held_back`, with the reason. Send an
    `Idempotency-Key`: without one, the same request writes again.
    """
    call = request.auth
    number = read_id(member_id, otherwise=UnknownMember)
    # Answers are forgotten one day, and messages are not: the key is this member's alone.
    key = f"api/{number}/{call.natural_key()}"

    def send(at: datetime) -> MessageOut:
        find_keeper(number)
        put = send_prepared(
            member_id=number,
            template=data.template,
            channel=data.channel,
            comment=data.comment,
            given={"reward": data.reward, "change": data.change, "day": data.day},
            trigger=Trigger.SYSTEM,
            key=key,
            at=at,
            by=call.by,
        )
        defer_sending(data.channel, schema=call.schema)
        return _out(read_delivery(put.delivery_id), replayed=put.replayed)

    return await do_write(request, send)


@reads("/members/{member_id:str}/messages", scope=Scope.MEMBERS_READ, summary="List a member's messages")
async def list_messages(
    request: ApiRequest,
    member_id: FromPath[str],
    cursor: Annotated[str | None, QueryParameter(min_length=1, max_length=LONGEST_ID, required=False)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> Reply[MessagesOut]:
    """What was written to a member, over which channel, and what became of it; not in which words."""
    number = read_id(member_id, otherwise=UnknownMember)
    before = None if cursor is None else read_id(cursor)

    def read(at: datetime) -> MessagesOut:
        found = deliveries_of(find_keeper(number), before=before, limit=limit + 1)
        more = str(found[limit - 1].id) if len(found) > limit else None
        return MessagesOut([_out(each) for each in found[:limit]], more)

    return await do_read(request, read)


def _out(row: DeliveryRow, *, replayed: bool = False) -> MessageOut:
    return MessageOut(
        id=str(row.id),
        template=row.template_code,
        channel=row.channel,
        language=row.language,
        state=row.state,
        reason=row.reason,
        why=row.why,
        created_at=row.created_at,
        next_at=row.next_at,
        sent_at=row.sent_at,
        replayed=replayed,
    )
