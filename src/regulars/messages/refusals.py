"""Why a message, a template or a channel is refused."""

from collections.abc import Sequence
from typing import Any

import msgspec

from regulars.core.messages.texts import Fault
from regulars.core.refusals import Refusal


class InvalidTemplate(Refusal):
    """A template has a code of small letters, digits and _ (32 at most), a name of 1 to 64 visible characters, a kind,
    and the purpose that goes with it; `field` says what is wrong.
    """

    code = "invalid_template"

    def __init__(self, *, field: str) -> None:
        self.field = field


class TemplateTaken(Refusal):
    """There is a template of this code already."""

    code = "template_taken"

    def __init__(self, *, template: str) -> None:
        self.template = template


class UnknownTemplate(Refusal):
    """There is no such template, or it is not used any more."""

    code = "template_not_found"


class InvalidText(Refusal):
    """A text of a template cannot be filled in; `faults` say what is wrong, with line and column."""

    code = "invalid_text"

    def __init__(self, *, channel: str, language: str, part: str, faults: Sequence[Fault]) -> None:
        self.channel = channel
        self.language = language
        self.part = part
        self.faults: list[dict[str, Any]] = [msgspec.to_builtins(fault) for fault in faults]


class InvalidChannel(Refusal):
    """An address of a channel cannot be used; `why` is a word: unknown_scheme, no_place, no_host, not_understood,
    sender or kind.
    """

    code = "invalid_channel"

    def __init__(self, *, why: str) -> None:
        self.why = why


class PrivateHost(Refusal):
    """A channel's host lies in a private network, which messages do not go to unless the installation lets them."""

    code = "private_host"

    def __init__(self, *, host: str) -> None:
        self.host = host


class NoChannel(Refusal):
    """Nothing is set up that reaches addresses of this kind."""

    code = "no_channel"

    def __init__(self, *, kind: str) -> None:
        self.kind = kind


class NoText(Refusal):
    """The template has no text for this channel."""

    code = "no_text"

    def __init__(self, *, channel: str) -> None:
        self.channel = channel


class InvalidSendingTerms(Refusal):
    """Quiet hours begin and end, 1 to 100 messages go in 1 to 365 days, a language is known; `field` says what is
    wrong.
    """

    code = "invalid_sending_terms"

    def __init__(self, *, field: str) -> None:
        self.field = field


class UnknownDelivery(Refusal):
    """There is no such message."""

    code = "delivery_not_found"


class DeliveryOver(Refusal):
    """This cannot be done with a message that is `state`."""

    code = "delivery_over"

    def __init__(self, *, state: str) -> None:
        self.state = state


class UnknownBatch(Refusal):
    """There is no such run of messages."""

    code = "message_run_not_found"


class BatchOver(Refusal):
    """This cannot be done with a run of messages that is `state`."""

    code = "message_run_over"

    def __init__(self, *, state: str) -> None:
        self.state = state


class KeyTaken(Refusal):
    """Another message was sent with this key before."""

    code = "message_key_taken"


class TooLongComment(Refusal):
    """What is added to a message has at most `longest` characters."""

    code = "comment_too_long"

    def __init__(self, *, longest: int) -> None:
        self.longest = longest
