"""What people are asked about their data, what each of them has decided, and who wants it gone."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from regulars.api.callers import ApiRequest
from regulars.api.leave import write_with_leave
from regulars.api.replies import Reply
from regulars.api.routing import creates, deletes, reads
from regulars.api.shapes import LONGEST_ID, Moment, read_id, read_moment
from regulars.api.writes import do_read, do_write
from regulars.care.blocks import kin_of
from regulars.care.erasures import UnknownErasure, ask_erasure, withdraw_erasure
from regulars.care.export_member import MemberExport, export_member
from regulars.consents.models import Asker, Erasure, Source
from regulars.consents.policies import current_version, text_for
from regulars.consents.purposes import KnownPurpose, load_purposes
from regulars.consents.read import PurposeState, Said, consents_at, consents_of, history_of
from regulars.consents.record import NewConsent, record_consent
from regulars.core.actor import Actor
from regulars.core.approval import Action
from regulars.core.consents import WHOLE
from regulars.members.find import find_keeper
from regulars.members.lock import UnknownMember
from regulars.staff.models import Scope

PurposeCode = Annotated[str, Meta(min_length=1, max_length=32)]
Channel = Literal["email", "sms", "whatsapp", "push", "phone", "post"]
Language = Annotated[str, Meta(min_length=2, max_length=8)]


class PolicyOut(msgspec.Struct, frozen=True, kw_only=True):
    """The text to show beside the question; `body` is empty where it is a file, which the shop hands out."""

    version: int
    language: str
    title: str
    body: str
    effective_at: datetime


class PurposeOut(msgspec.Struct, frozen=True, kw_only=True):
    """`basis` is consent, interest, contract or law; only the first two are decided about (`is_asked`). With
    `channels` a decision can be made about each.
    """

    code: str
    name: str
    about: str
    basis: str
    channels: tuple[str, ...]
    is_asked: bool
    at_signup: bool
    policy: PolicyOut | None


class PurposesOut(msgspec.Struct, frozen=True):
    purposes: list[PurposeOut]


class AllowedOut(msgspec.Struct, frozen=True, kw_only=True):
    """`channel` null: the purpose as a whole. `given` null: nobody asked yet."""

    channel: str | None
    is_allowed: bool
    given: bool | None
    given_at: datetime | None


class ConsentStateOut(msgspec.Struct, frozen=True, kw_only=True):
    """`policy_version` is the text they last decided under; it `is_outdated` where another is in force now."""

    purpose: str
    basis: str
    policy_version: int | None
    is_outdated: bool
    allowed: list[AllowedOut]


class ConsentOut(msgspec.Struct, frozen=True, kw_only=True):
    """One decision. `source` is counter, paper, phone, website, message, import or merge."""

    id: str
    purpose: str
    channel: str | None
    given: bool
    policy_version: int | None
    language: str
    source: str
    given_at: datetime
    recorded_at: datetime


class ConsentsOut(msgspec.Struct, frozen=True):
    """Where the member stands, and a page of the decisions, newest first: `next` as `cursor` gets what follows."""

    consents: list[ConsentStateOut]
    history: list[ConsentOut]
    next: str | None


class ConsentIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One decision; without `channel` about the purpose as a whole. `given_at` is when they said so, now if left out;
    `policy_version` is what they could read, the one in force if left out.
    """

    purpose: PurposeCode
    given: bool
    channel: Channel | None = None
    source: Literal["counter", "paper", "phone", "website", "message"] = "website"
    given_at: Moment | None = None
    policy_version: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    language: Language | None = None


class ConsentNotedOut(msgspec.Struct, frozen=True, kw_only=True):
    """`id` null: they had said so already. `counts` is false where something was said later."""

    id: str | None
    counts: bool
    consents: list[ConsentStateOut]


class ErasureIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who wants it: the member, or the law."""

    asked_by: Literal["member", "law"] = "member"


class ErasureOut(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is waiting, withdrawn or done; nothing goes before `due_at`, and until then it can be withdrawn."""

    id: str
    member_id: str
    state: str
    asked_at: datetime
    due_at: datetime


@reads("/purposes", scope=Scope.MEMBERS_READ, summary="List what people are asked")
async def list_purposes(
    request: ApiRequest,
    language: Annotated[str, QueryParameter(min_length=2, max_length=8)] = "en",
) -> Reply[PurposesOut]:
    """What the shop uses people's data for, with the policy's text in this language, or else in its first one."""

    def read(at: datetime) -> PurposesOut:
        return PurposesOut([_purpose(each, language, at=at) for each in load_purposes().values()])

    return await do_read(request, read)


@reads("/members/{member_id:str}/consents", scope=Scope.MEMBERS_READ, summary="Read a member's consents")
async def list_consents(
    request: ApiRequest,
    member_id: FromPath[str],
    moment: Annotated[datetime | None, QueryParameter(required=False)] = None,
    cursor: Annotated[str | None, QueryParameter(min_length=1, max_length=LONGEST_ID, required=False)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> Reply[ConsentsOut]:
    """Where they stand now, or stood at a `moment`, and how they came there."""
    number = read_id(member_id, otherwise=UnknownMember)
    before = None if cursor is None else read_id(cursor)
    then = None if moment is None else read_moment(moment, where="moment")

    def read(at: datetime) -> ConsentsOut:
        keeper = find_keeper(number)
        states = consents_of(keeper, at=at) if then is None else consents_at(keeper, moment=then)
        history = history_of(kin_of(keeper), before=before, limit=limit + 1)
        page = history[:limit]
        return ConsentsOut(
            [_state(each) for each in states],
            [_said(each) for each in page],
            str(page[-1].id) if len(history) > limit else None,
        )

    return await do_read(request, read)


@creates(
    "/members/{member_id:str}/consents", scope=Scope.MEMBERS_WRITE, takes=ConsentIn, summary="Note a member's consent"
)
async def create_consent(
    data: JSONBody[ConsentIn], request: ApiRequest, member_id: FromPath[str]
) -> Reply[ConsentNotedOut]:
    """A yes or a no. Decisions are never changed: to withdraw one, note a no."""
    number = read_id(member_id, otherwise=UnknownMember)
    by = request.auth.by
    new = new_consent(data, number, where="given_at")

    def write(at: datetime) -> ConsentNotedOut:
        noted = record_consent(new, at=at, by=by)
        number = None if noted.consent_id is None else str(noted.consent_id)
        return ConsentNotedOut(id=number, counts=noted.counts, consents=consents_out(noted.member_id, at=at))

    return await do_write(request, write)


def new_consent(data: ConsentIn, member_id: int, *, where: str) -> NewConsent:
    """Return a decision as it is written down; `where` names the moment in the body, if it is none."""
    return NewConsent(
        member_id=member_id,
        purpose=data.purpose,
        channel=data.channel or WHOLE,
        is_given=data.given,
        source=Source(data.source),
        given_at=None if data.given_at is None else read_moment(data.given_at, where=where),
        version=data.policy_version,
        language=data.language or "",
    )


def consents_out(member_id: int, *, at: datetime) -> list[ConsentStateOut]:
    """Say where a member stands on every purpose."""
    return [_state(each) for each in consents_of(member_id, at=at)]


@reads("/members/{member_id:str}/export", scope=Scope.MEMBERS_READ, summary="Export all of a member's data")
async def get_export(request: ApiRequest, member_id: FromPath[str]) -> Reply[MemberExport]:
    """Everything the shop knows about one person but regulated attributes, which only its team opens."""
    number = read_id(member_id, otherwise=UnknownMember)
    by = request.auth.by
    return await do_read(request, lambda at: export_member(member_id=number, at=at, by=by))


@creates(
    "/members/{member_id:str}/erasures",
    scope=Scope.MEMBERS_WRITE,
    takes=ErasureIn,
    summary="Ask for an erasure",
    may_need_leave=True,
)
async def create_erasure(data: JSONBody[ErasureIn], request: ApiRequest, member_id: FromPath[str]) -> Reply[ErasureOut]:
    """The member's data goes when the shop's cool-off is over and nothing is open between them."""
    number = read_id(member_id, otherwise=UnknownMember)
    asker = Asker(data.asked_by)

    def ask(at: datetime, by: Actor) -> ErasureOut:
        return _erasure(ask_erasure(member_id=number, asker=asker, at=at, by=by))

    return await write_with_leave(request, Action.ERASE_MEMBER, ask)


@deletes("/erasures/{erasure_id:str}", scope=Scope.MEMBERS_WRITE, summary="Withdraw an erasure")
async def delete_erasure(request: ApiRequest, erasure_id: FromPath[str]) -> Reply[ErasureOut]:
    """The member has changed their mind before it was done."""
    number = read_id(erasure_id, otherwise=UnknownErasure)
    by = request.auth.by
    return await do_write(request, lambda at: _erasure(withdraw_erasure(erasure_id=number, at=at, by=by)), status=200)


def _purpose(purpose: KnownPurpose, language: str, *, at: datetime) -> PurposeOut:
    version = None if purpose.policy_id is None else current_version(purpose.policy_id, at=at)
    text = None if version is None else text_for(version, language)
    policy = None
    if version is not None and text is not None:
        policy = PolicyOut(
            version=version.number,
            language=text.language,
            title=text.title,
            body=text.body,
            effective_at=version.effective_at,
        )
    return PurposeOut(
        code=purpose.code,
        name=purpose.name,
        about=purpose.about,
        basis=purpose.basis.value,
        channels=purpose.channels,
        is_asked=purpose.is_asked,
        at_signup=purpose.at_signup,
        policy=policy,
    )


def _state(state: PurposeState) -> ConsentStateOut:
    return ConsentStateOut(
        purpose=state.purpose.code,
        basis=state.purpose.basis.value,
        policy_version=state.version,
        is_outdated=state.is_outdated,
        allowed=[
            AllowedOut(
                channel=each.channel or None,
                is_allowed=each.is_allowed,
                given=each.decision.is_given if each.decision else None,
                given_at=each.decision.given_at if each.decision else None,
            )
            for each in state.channels
        ],
    )


def _said(said: Said) -> ConsentOut:
    return ConsentOut(
        id=str(said.id),
        purpose=said.purpose,
        channel=said.channel or None,
        given=said.is_given,
        policy_version=said.version,
        language=said.language,
        source=said.source,
        given_at=said.given_at,
        recorded_at=said.recorded_at,
    )


def _erasure(erasure: Erasure) -> ErasureOut:
    return ErasureOut(
        id=str(erasure.pk),
        member_id=str(erasure.member_id),
        state=erasure.state,
        asked_at=erasure.asked_at,
        due_at=erasure.due_at,
    )
