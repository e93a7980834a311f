"""A text while it is written: what it would say to somebody, how long it is, and what is wrong with it."""

import msgspec

from regulars.backoffice.messages_words import say_faults
from regulars.backoffice.office import Office
from regulars.core.messages.sms import Length, measure
from regulars.core.messages.texts import fill_in, read_text
from regulars.members.rows import MemberRow
from regulars.messages.send import MEASURED, Drafted, preview_texts
from regulars.messages.templates import WrittenText
from regulars.messages.values import read_values


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """How one text looks; `name` is whom it is filled in for, "" for examples."""

    channel: str
    language: str
    subject: str
    body: str
    faults: list[str]
    length: Length | None
    name: str = ""


def see_text(text: WrittenText, *, is_code: bool, member: MemberRow | None, office: Office) -> Seen:
    """Fill a text in with examples, or with what is so for a member."""
    drafted = preview_texts(channel=text.channel, subject=text.subject, body=text.body, is_code=is_code)
    faults = [*say_faults(drafted.subject_faults), *say_faults(drafted.body_faults)]
    if member is not None and not faults:
        return _for_member(text, member, office)
    return Seen(
        channel=text.channel,
        language=text.language,
        subject=drafted.subject,
        body=drafted.body,
        faults=faults,
        length=drafted.length,
    )


def faults_of(text: WrittenText, *, is_code: bool) -> dict[str, list[str]]:
    """What is wrong with a text, by its part."""
    drafted: Drafted = preview_texts(channel=text.channel, subject=text.subject, body=text.body, is_code=is_code)
    found = {"subject": say_faults(drafted.subject_faults), "body": say_faults(drafted.body_faults)}
    return {part: said for part, said in found.items() if said}


def _for_member(text: WrittenText, member: MemberRow, office: Office) -> Seen:
    subject, body = read_text(text.subject), read_text(text.body.replace("\r\n", "\n").strip())
    names = subject.names | body.names
    values = read_values([member], names, languages={member.id: text.language}, at=office.now)[member.id]
    said = fill_in(body, values)
    return Seen(
        channel=text.channel,
        language=text.language,
        subject=fill_in(subject, values, is_line=True),
        body=said,
        faults=[],
        length=measure(said) if text.channel in MEASURED else None,
        name=member.name or f"#{member.id}",
    )
