"""What is known of many members and one template at once: who may be written to, where, in which text, saying what."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from django.conf.locale import LANG_INFO

from regulars.consents.contact import Permission, look_up_permissions
from regulars.consents.purposes import load_purposes
from regulars.core.messages.deciding import Decided, Limits, Wanted, decide
from regulars.core.messages.texts import Text, fill_in, read_text
from regulars.members.find import find_keepers
from regulars.members.rows import MemberRow, read_members
from regulars.messages.channels import is_connected
from regulars.messages.models import ChannelKind, TemplateKind, TemplateText
from regulars.messages.refusals import UnknownTemplate
from regulars.messages.terms import load_terms
from regulars.messages.values import Values, load_shop, read_values, zone_of
from regulars.platform.rows import fetch

LATELY = """
SELECT wanted.id, (
    SELECT count(*) FROM messaging_delivery
    WHERE member_id = wanted.id AND is_marketing AND created_at > %(since)s
      AND state IN ('waiting', 'sending', 'sent', 'stopped'))
FROM unnest(%(members)s::bigint[]) AS wanted(id)
"""

OF_TEMPLATE = """
SELECT template.id, template.code, template.kind, template.purpose FROM messaging_templateversion AS version
JOIN messaging_template AS template ON template.id = version.template_id WHERE version.id = %(version)s
"""


class PlainText(msgspec.Struct, frozen=True, kw_only=True):
    """A text of a version, taken apart."""

    id: int
    language: str
    subject: Text | None
    body: Text

    @property
    def names(self) -> frozenset[str]:
        return self.body.names | (self.subject.names if self.subject else frozenset())


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A version over one channel, ready to be filled in for anybody; `limits` are those of this moment."""

    version_id: int
    template: str
    kind: str
    purpose: str
    channel: str
    is_marketing: bool
    is_connected: bool
    limits: Limits
    language: str
    texts: tuple[PlainText, ...]

    def text_for(self, language: str) -> PlainText | None:
        """The text in a language (zh-cn is written as zh-hans), else in another script or country's of the same
        language, else in the shop's, else the first.
        """
        by_language = {text.language: text for text in self.texts}
        base = language.partition("-")[0]
        written_as = LANG_INFO.get(language, {}).get("fallback", ())
        related = (each for each in by_language if base and each.startswith(f"{base}-"))
        for wanted in (language, *written_as, base, *related, self.language):
            if wanted in by_language:
                return by_language[wanted]
        return self.texts[0] if self.texts else None

    @property
    def names(self) -> frozenset[str]:
        return frozenset().union(*(text.names for text in self.texts))


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """One member as the template meets them; `member_id` is who they are now. Nothing is written for who is held, but
    for want of a channel.
    """

    member_id: int | None
    decided: Decided
    why: str = ""
    permission: Permission | None = None
    text: PlainText | None = None
    address: str = ""
    subject: str = ""
    body: str = ""


def prepare(version_id: int, channel: str, *, at: datetime) -> Prepared:
    """Read a version over a channel, with what the shop keeps to now. Refuses: UnknownTemplate."""
    found = fetch(OF_TEMPLATE, {"version": version_id})
    if not found:
        raise UnknownTemplate()
    [(_, code, kind, purpose)] = found
    rows = TemplateText.objects.filter(version=version_id, channel=channel).order_by("place")
    terms, shop = load_terms(), load_shop(at=at)
    asked = load_purposes().get(purpose)
    return Prepared(
        version_id=version_id,
        template=code,
        kind=kind,
        purpose=purpose,
        channel=channel,
        # What nobody knows any more wants leave too: it is refused, and never sent for want of a rule.
        is_marketing=kind == TemplateKind.PURPOSE and (asked is None or asked.is_asked),
        is_connected=is_connected(channel),
        limits=terms.limits(zone_of(shop)),
        language=terms.language,
        texts=tuple(
            PlainText(
                id=row.pk,
                language=row.language,
                subject=read_text(row.subject) if row.subject else None,
                body=read_text(row.body),
            )
            for row in rows
        ),
    )


def look_at(prepared: Prepared, members: Mapping[int, Values], *, at: datetime) -> dict[int, Looked]:
    """Look at members (their ids, with what is said to each by the sender) and decide about each; the same number of
    statements for one and for a thousand.
    """
    keepers = find_keepers(members)
    ids = sorted({keeper for keeper in keepers.values() if keeper is not None})
    rows = {row.id: row.at(at) for row in read_members(ids)}
    permissions = _permissions(prepared, ids)
    lately = _count_lately(prepared, ids, at=at)
    decided = {
        member: _decide(prepared, rows[member], permissions.get(member), lately.get(member, 0), at=at) for member in ids
    }
    languages = {
        member: looked.text.language
        for member, looked in decided.items()
        if looked.decided.held in (None, "no_channel") and looked.text is not None
    }
    writing = [rows[member] for member in languages]
    values = read_values(writing, prepared.names, languages=languages, at=at) if writing else {}
    nobody = Looked(member_id=None, decided=Decided(held="gone"))
    found = {}
    for member, given in members.items():
        keeper = keepers[member]
        looked = nobody if keeper is None else decided[keeper]
        if keeper is not None and keeper in values and looked.text is not None:
            looked = write(looked, values[keeper] | given)
        found[member] = looked
    return found


def write(looked: Looked, values: Values) -> Looked:
    """Fill the text in."""
    text = looked.text
    assert text is not None, "who has no text is held back"
    return msgspec.structs.replace(
        looked,
        subject=fill_in(text.subject, values, is_line=True) if text.subject else "",
        body=fill_in(text.body, values),
    )


def _permissions(prepared: Prepared, ids: Sequence[int]) -> dict[int, Permission]:
    if prepared.kind != TemplateKind.PURPOSE:
        return {}
    return look_up_permissions(ids, purpose=prepared.purpose, channel=prepared.channel)


def _count_lately(prepared: Prepared, ids: Sequence[int], *, at: datetime) -> dict[int, int]:
    if not prepared.is_marketing or prepared.limits.most is None:
        return {}
    since = at - timedelta(days=prepared.limits.days)
    return dict(fetch(LATELY, {"members": list(ids), "since": since}))


def _decide(prepared: Prepared, row: MemberRow, permission: Permission | None, lately: int, *, at: datetime) -> Looked:
    text = prepared.text_for(row.language)
    address, is_verified = address_of(row, prepared.channel)
    allowed = prepared.kind if permission is None else permission.why
    wanted = Wanted(
        allowed=allowed,
        is_marketing=prepared.is_marketing,
        has_channel=prepared.is_connected,
        has_text=text is not None,
        has_address=bool(address),
        is_verified=is_verified,
        is_blocked=row.status == "blocked",
        is_gone=row.erased_at is not None,
        lately=lately,
    )
    return Looked(
        member_id=row.id,
        decided=decide(wanted, prepared.limits, at=at),
        why=allowed,
        permission=permission,
        text=text,
        address=address,
    )


def address_of(row: MemberRow, channel: str) -> tuple[str, bool]:
    """Where messages of a channel reach this member, and whether that is verified. A notification goes to the id that
    the shop's own app knows them by.
    """
    match channel:
        case ChannelKind.EMAIL:
            return row.email or "", row.email_verified_at is not None
        case ChannelKind.PUSH:
            return row.external_id or "", True
        case _:
            return row.phone or "", row.phone_verified_at is not None
