"""One prepared message to one member, a preview of it, and a test to an address of the team's own."""

import secrets
from collections.abc import Mapping
from datetime import datetime

import msgspec
from django.db import transaction

from regulars.audit.record import record_event
from regulars.core.actor import Actor
from regulars.core.identifiers import e164, fold_email
from regulars.core.messages.sms import Length, measure
from regulars.core.messages.texts import Fault, fill_in, find_faults, read_text
from regulars.core.messages.variables import FOR_CODES, VARIABLES, Source
from regulars.messages.channels import is_connected
from regulars.messages.look import PlainText, look_at, prepare
from regulars.messages.models import ChannelKind, Delivery, DeliveryState, Trigger
from regulars.messages.put import Put, Wish, insert, put_messages
from regulars.messages.refusals import NoChannel, NoText, TooLongComment
from regulars.messages.templates import find_sendable, known_units, read_version
from regulars.programs.book import NoProgram, load_book

LONGEST_GIVEN = 500
"""Characters of a comment, and of everything else that a sender says."""

SENDERS = frozenset(name for name, each in VARIABLES.items() if each.source is Source.GIVEN) - FOR_CODES
"""What a sender may say beside the comment."""

MEASURED = frozenset({ChannelKind.SMS, ChannelKind.WHATSAPP})


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a member would get now: `held` says why they would not, `go_at` from when on they would.
    `length` of an SMS.
    """

    subject: str
    body: str
    language: str = ""
    address: str = ""
    why: str = ""
    held: str | None = None
    go_at: datetime | None = None
    length: Length | None = None


class Drafted(msgspec.Struct, frozen=True, kw_only=True):
    """A text as it is typed: filled in with samples, and everything that is wrong with it."""

    subject: str
    body: str
    subject_faults: list[Fault]
    body_faults: list[Fault]
    length: Length | None = None


@transaction.atomic
def send_prepared(
    *,
    member_id: int,
    template: str,
    channel: str,
    at: datetime,
    by: Actor,
    key: str,
    comment: str = "",
    given: Mapping[str, str] | None = None,
    trigger: Trigger = Trigger.STAFF,
) -> Put:
    """Put a message to a member down; it is sent by the job afterwards. The same `key` again changes nothing.

    `given` is what else the sender says, by variable (reward, change, day). A message that may not go is put down too,
    held back, with the reason. Refuses: UnknownTemplate (also one for codes), NoText, TooLongComment, KeyTaken.
    """
    prepared = prepare(find_sendable(template, channel=channel).live.id, channel, at=at)
    wish = Wish(member_id=member_id, key=key, given=check_given(comment, given))
    [put] = put_messages(prepared, [wish], trigger=trigger, at=at, by=by)
    if not put.replayed:
        record_event(
            action="message.put",
            about="delivery",
            about_id=put.delivery_id,
            member_id=put.member_id,
            facts={"template": template, "channel": channel, "state": put.state, "reason": put.reason},
            at=at,
            by=by,
        )
    return put


def preview_message(
    *,
    member_id: int,
    template: str,
    channel: str,
    at: datetime,
    comment: str = "",
    given: Mapping[str, str] | None = None,
) -> Preview:
    """Say what `send_prepared` would do now, and write nothing. Refuses: UnknownTemplate, NoText, TooLongComment."""
    prepared = prepare(find_sendable(template, channel=channel).live.id, channel, at=at)
    looked = look_at(prepared, {member_id: dict(check_given(comment, given))}, at=at)[member_id]
    return Preview(
        subject=looked.subject,
        body=looked.body,
        language="" if looked.text is None else looked.text.language,
        address=looked.address,
        why=looked.why,
        held=looked.decided.held,
        go_at=looked.decided.go_at,
        length=measure(looked.body) if channel in MEASURED else None,
    )


def preview_texts(*, channel: str, subject: str, body: str, is_code: bool = False) -> Drafted:
    """Fill a text that is being written in with samples, as far as it is sound, and say what is wrong with it."""
    body = body.replace("\r\n", "\n").strip()
    has_subject = channel == ChannelKind.EMAIL
    units = known_units()
    subject_faults = find_faults(subject, kind="subject", is_code=is_code, units=units) if has_subject else []
    body_faults = find_faults(body, kind="body", is_code=is_code, units=units)
    written = "" if body_faults else fill_in(read_text(body), _samples(body))
    return Drafted(
        subject=""
        if subject_faults or not has_subject
        else fill_in(read_text(subject), _samples(subject), is_line=True),
        body=written,
        subject_faults=subject_faults,
        body_faults=body_faults,
        length=measure(written) if channel in MEASURED and written else None,
    )


@transaction.atomic
def send_test(*, version_id: int, channel: str, language: str, to: str, at: datetime, by: Actor, key: str) -> int:
    """Put a text of a version down as a test, filled in with samples, to an address of the team's own; its id.

    Refuses: UnknownTemplate, NoText, NoChannel, InvalidEmail, InvalidPhone.
    """
    version = read_version(version_id)
    prepared = prepare(version.id, channel, at=at)
    if not is_connected(channel):
        raise NoChannel(kind=channel)
    text = next((text for text in prepared.texts if text.language == language), None)
    if text is None:
        raise NoText(channel=channel)
    row = {
        "member_id": None,
        "text_id": text.id,
        "version_id": version.id,
        "channel": channel,
        "language": text.language,
        "address": clean_address(to, channel=channel),
        **_sampled(text),
        "trigger": Trigger.TEST,
        "is_marketing": False,
        "why": "test",
        "state": DeliveryState.WAITING,
        "reason": "",
        "next_at": at,
        "key": key,
    }
    written = insert([row], at=at, by=by)
    if key not in written:
        return put_earlier(key)
    facts = {"template": prepared.template, "channel": channel}
    record_event(action="message.test_put", about="delivery", about_id=written[key], facts=facts, at=at, by=by)
    return written[key]


def put_earlier(key: str) -> int:
    """The id of the message that was put down with a key."""
    return Delivery.objects.values_list("pk", flat=True).get(key=key)


def new_key(prefix: str) -> str:
    """A key that nobody had, for a form that is to be sent once."""
    return f"{prefix}/{secrets.token_hex(12)}"


def clean_address(to: str, *, channel: str) -> str:
    """Refuses: InvalidEmail, InvalidPhone."""
    match channel:
        case ChannelKind.EMAIL:
            return fold_email(to)
        case ChannelKind.PUSH:
            return to.strip()[:254]
        case _:
            try:
                country = load_book().program.country
            except NoProgram:
                country = ""
            return e164(to, country=country)


def check_given(comment: str, given: Mapping[str, str] | None) -> dict[str, str]:
    """Return what the sender says, by variable; what no text may say is left out. Refuses: TooLongComment."""
    said = {"comment": comment.strip(), **{name: text for name, text in (given or {}).items() if name in SENDERS}}
    if any(len(text) > LONGEST_GIVEN for text in said.values()):
        raise TooLongComment(longest=LONGEST_GIVEN)
    return said


def _sampled(text: PlainText) -> dict[str, str]:
    samples = {name: VARIABLES[name.partition(".")[0]].sample for name in text.names}
    subject = fill_in(text.subject, samples, is_line=True) if text.subject else ""
    return {"subject": subject, "body": fill_in(text.body, samples)}


def _samples(written: str) -> dict[str, str]:
    return {name: VARIABLES[name.partition(".")[0]].sample for name in read_text(written).names}
