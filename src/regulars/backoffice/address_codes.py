"""The message with the code that verifies an address."""

from django.db import connection

from regulars.backoffice.office import Office
from regulars.jobs.messages import defer_sending
from regulars.members.addresses import CodeMade
from regulars.members.models import IdentifierKind
from regulars.messages.codes import channel_for, send_code
from regulars.messages.send import new_key


def check_channel(kind: IdentifierKind) -> None:
    """Refuses: NoChannel."""
    channel_for(kind.value)


def post_address_code(made: CodeMade, *, member_id: int, office: Office) -> None:
    """Put the message with a code down, in the member's language, and have it sent. Refuses: NoChannel."""
    channel = send_code(
        template="address_code",
        member_id=member_id,
        kind=made.kind,
        address=made.value,
        code=made.code,
        ends_at=made.ends_at,
        at=office.now,
        key=new_key("address_code"),
    )
    defer_sending(channel, schema=connection.schema_name)  # type: ignore[attr-defined]
