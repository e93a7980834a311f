"""Messages in the words of lists: how far each is, and why it did not go."""

from collections.abc import Sequence

import msgspec

from regulars.backoffice.messages_words import STATES, TRIGGERS, name_of_channel, say_state, say_why
from regulars.messages.deliveries import DeliveryRow


class ShownDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A message in the words of a list: `note` is the reason or the fault, if any."""

    row: DeliveryRow
    channel: str
    state: str
    look: str
    note: str
    trigger: str

    @property
    def begins(self) -> str:
        """The subject, or how the text begins."""
        return self.row.subject or self.row.body[:80]


def show_deliveries(rows: Sequence[DeliveryRow]) -> list[ShownDelivery]:
    return [
        ShownDelivery(
            row=row,
            channel=name_of_channel(row.channel),
            state=say_state(row.state),
            look=STATES[row.state][1] if row.state in STATES else "",
            note=say_why(row.reason, row.error),
            trigger=str(TRIGGERS.get(row.trigger, row.trigger)),
        )
        for row in rows
    ]
