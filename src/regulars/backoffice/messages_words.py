"""What pages call messages' states, reasons, triggers and ways, and what is wrong with a text."""

from collections.abc import Sequence

import msgspec
from django.conf.locale import LANG_INFO
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.core.messages.texts import Fault
from regulars.core.messages.variables import FOR_CODES, OF_CODES, VARIABLES, Source

CHANNELS: dict[str, Promise] = {
    "email": gettext_lazy("E-mail"),
    "sms": gettext_lazy("SMS"),
    "whatsapp": gettext_lazy("WhatsApp"),
    "push": gettext_lazy("App message"),
}
STATES: dict[str, tuple[Promise, str]] = {
    "waiting": (gettext_lazy("Waiting"), "careful"),
    "sending": (gettext_lazy("Being sent"), "careful"),
    "sent": (gettext_lazy("Sent"), "good"),
    "failed": (gettext_lazy("Failed"), "stop"),
    "held_back": (gettext_lazy("Held back"), ""),
    "stopped": (gettext_lazy("Stopped"), ""),
    "cancelled": (gettext_lazy("Cancelled"), ""),
}
TRIGGERS: dict[str, Promise] = {
    "staff": gettext_lazy("Sent by the team"),
    "bulk": gettext_lazy("Sent to many"),
    "test": gettext_lazy("A test"),
    "code": gettext_lazy("A code"),
    "system": gettext_lazy("Sent by the program"),
}
WHYS: dict[str, Promise] = {
    "consent": gettext_lazy("The member said yes to it."),
    "basis": gettext_lazy("The shop may, by a right other than consent, and the member has not objected."),
    "service": gettext_lazy("It is part of the program: nobody is asked for leave."),
    "code": gettext_lazy("It is a code that was asked for."),
    "test": gettext_lazy("It is a test, to an address of the team's own."),
}
REASONS: dict[str, Promise] = {
    "no_address": gettext_lazy("No address for this channel"),
    "unverified": gettext_lazy("The address is not verified"),
    "no_text": gettext_lazy("The template has no text for this channel"),
    "no_channel": gettext_lazy("The channel is not connected"),
    "no_consent": gettext_lazy("Never said yes to it"),
    "withdrawn": gettext_lazy("Said no to it"),
    "left": gettext_lazy("Has left the program"),
    "erasing": gettext_lazy("Is about to be erased"),
    "gone": gettext_lazy("Is not there any more"),
    "blocked": gettext_lazy("Is blocked"),
    "unknown_purpose": gettext_lazy("Nobody is asked about this purpose any more"),
    "unknown_channel": gettext_lazy("Nobody is asked about this way of writing"),
    "cap": gettext_lazy("Had enough messages lately"),
    "too_late": gettext_lazy("The code was over before it could be sent"),
}
"""Why a message is held back, or does not go any more."""

FAULTS: dict[str, Promise] = {
    "SMTPRecipientsRefused": gettext_lazy("The mail server does not take this address."),
    "SMTPAuthenticationError": gettext_lazy("The mail server does not take the user and password."),
    "SMTPSenderRefused": gettext_lazy("The mail server does not take the sender's address."),
    "SMTPDataError": gettext_lazy("The mail server does not take the message."),
    "SMTPConnectError": gettext_lazy("The mail server does not answer as it should."),
    "SMTPServerDisconnected": gettext_lazy("The mail server hung up."),
    "SMTPNotSupportedError": gettext_lazy("The mail server cannot do what is asked, perhaps encryption."),
    "SSLError": gettext_lazy("The encrypted connection could not be made."),
    "SSLCertVerificationError": gettext_lazy("The server's certificate is not valid."),
    "TimeoutError": gettext_lazy("No answer in time."),
    "ConnectionRefusedError": gettext_lazy("Nothing listens at this host and port."),
    "gaierror": gettext_lazy("There is no host of this name."),
    "PrivateAddress": gettext_lazy("The host lies in a private network, which messages do not go to."),
    "NotTaken": gettext_lazy("The service did not take it: look at its address, password and credit."),
    "NotUnderstood": gettext_lazy("The service does not understand this recipient."),
    "CannotUnseal": gettext_lazy(
        "The channel's address cannot be opened with this installation's key. Connect it again."
    ),
    "Disconnected": gettext_lazy("The channel was taken away."),
    "Interrupted": gettext_lazy("The sending was cut off before it was known whether it had arrived."),
    "UnreadableText": gettext_lazy("What it says cannot be opened with this installation's key."),
}
"""What is known by the class of a fault."""

PROBLEMS: dict[str, Promise] = {
    "unknown_variable": gettext_lazy("There is no variable “%(words)s”."),
    "not_closed": gettext_lazy("“%(words)s” is opened with {{ and never closed with }}."),
    "stray_close": gettext_lazy("}} closes nothing."),
    "bad_place": gettext_lazy(
        "“%(words)s” is not a variable. Write {{ name }}, or {{ name | what stands there if it is empty }}."
    ),
    "wrong_code": gettext_lazy("The program has nothing that “%(words)s” could mean."),
    "only_for_codes": gettext_lazy("“%(words)s” does not go into this kind of template."),
    "code_missing": gettext_lazy("A template for codes says {{ code }}."),
    "too_long": gettext_lazy("This is longer than %(words)s characters."),
    "empty": gettext_lazy("This is empty."),
    "line_break": gettext_lazy("A subject is one line."),
    "bad_character": gettext_lazy("There is a character that cannot be seen (%(words)s)."),
}
VARIABLE_WORDS: dict[str, Promise] = {
    "first_name": gettext_lazy("The member's first name"),
    "last_name": gettext_lazy("The member's last name"),
    "name": gettext_lazy("The member's whole name"),
    "number": gettext_lazy("The member's number"),
    "store": gettext_lazy("The name of the member's home store"),
    "shop": gettext_lazy("The shop's name"),
    "store_word": gettext_lazy("What the shop calls its stores"),
    "balance": gettext_lazy("What the member can spend, with the unit"),
    "worth": gettext_lazy("What that pays at the till"),
    "pending": gettext_lazy("What is not active yet"),
    "expiring": gettext_lazy("How much of the balance expires next"),
    "expires_on": gettext_lazy("The last day of what expires next"),
    "level": gettext_lazy("The member's level"),
    "next_level": gettext_lazy("The level above it"),
    "missing": gettext_lazy("What is missing to the level above"),
    "level_until": gettext_lazy("The last day of the level"),
    "rewards": gettext_lazy("The rewards the member can use now"),
    "rewards_count": gettext_lazy("How many those are"),
    "card": gettext_lazy("The last four digits of the member's card"),
    "comment": gettext_lazy("What whoever sends it adds"),
    "change": gettext_lazy("What was added or taken, with the unit"),
    "reward": gettext_lazy("The reward this is about"),
    "day": gettext_lazy("The day this is about"),
    "code": gettext_lazy("The code, in templates for codes alone"),
    "minutes": gettext_lazy("How many minutes the code can be used"),
    "about": gettext_lazy("What the code is for"),
}
SOURCES: dict[Source, Promise] = {
    Source.MEMBER: gettext_lazy("The member"),
    Source.SHOP: gettext_lazy("The shop"),
    Source.BALANCE: gettext_lazy("Balances"),
    Source.LEVEL: gettext_lazy("Levels"),
    Source.REWARDS: gettext_lazy("Rewards"),
    Source.CARD: gettext_lazy("Cards"),
    Source.GIVEN: gettext_lazy("Said by whoever sends it"),
}
WRITTEN_IN = (
    "en",
    "vi",
    "ms",
    "zh-hans",
    "zh-hant",
    "id",
    "th",
    "ta",
    "hi",
    "ja",
    "ko",
    "es",
    "pt",
    "fr",
    "de",
    "it",
    "nl",
)
"""Languages that texts are offered for, by the code that members have."""


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """A variable as the editor offers it."""

    place: str
    about: str
    sample: str


def name_of_channel(kind: str) -> str:
    return str(CHANNELS.get(kind, kind))


def name_of_language(code: str) -> str:
    """A language by its own name: whoever writes in it knows it by that."""
    known = LANG_INFO.get(code)
    name = str(known.get("name_local", code)) if known else code
    return name[:1].upper() + name[1:]


def say_state(state: str) -> str:
    return str(STATES[state][0]) if state in STATES else state


def say_reason(reason: str) -> str:
    return str(REASONS.get(reason, reason.replace("_", " ")))


def say_error(error: str) -> str:
    """What went wrong, by the class of the fault; one that is not known is named."""
    if not error:
        return ""
    return str(FAULTS[error]) if error in FAULTS else _("It could not be handed over (%(fault)s).") % {"fault": error}


def say_why(reason: str, error: str) -> str:
    """Why a message did not go. That it was refused, or tried often enough, only says that nobody tries again: the
    fault says why.
    """
    return str(REASONS[reason]) if reason in REASONS else say_error(error) or say_reason(reason)


def say_faults(faults: Sequence[Fault]) -> list[str]:
    """Each fault of a text with its place."""
    return [_say_fault(fault) for fault in faults]


def explain_variables(*, is_code: bool) -> dict[str, list[Explained]]:
    """The variables that a text of this kind may say, by where their values come from."""
    explained: dict[str, list[Explained]] = {}
    for name, variable in VARIABLES.items():
        if (name not in OF_CODES) if is_code else (name in FOR_CODES):
            continue
        told = Explained(place=f"{{{{ {name} }}}}", about=str(VARIABLE_WORDS[name]), sample=variable.sample)
        explained.setdefault(str(SOURCES[variable.source]), []).append(told)
    return explained


def _say_fault(fault: Fault) -> str:
    said = str(PROBLEMS.get(fault.problem, fault.problem)) % {"words": fault.words}
    if fault.problem in ("empty", "code_missing", "too_long"):
        return said
    return _("Line %(line)s, column %(column)s: %(said)s") % {"line": fault.line, "column": fault.column, "said": said}
