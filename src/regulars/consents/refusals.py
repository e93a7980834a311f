"""What is refused about purposes, policies and consents."""

from regulars.core.refusals import Refusal


class UnknownPurpose(Refusal):
    """The shop has no purpose of this code, or has retired it."""

    code = "unknown_purpose"

    def __init__(self, *, purpose: str) -> None:
        self.purpose = purpose


class UnknownChannel(Refusal):
    """Nobody is asked about this channel for this purpose."""

    code = "unknown_channel"

    def __init__(self, *, channel: str, channels: tuple[str, ...]) -> None:
        self.channel = channel
        self.channels = channels


class CannotWithdraw(Refusal):
    """What is done by contract or by law needs no yes, and knows no no: leaving or erasing ends it."""

    code = "cannot_withdraw"

    def __init__(self, *, purpose: str) -> None:
        self.purpose = purpose


class FutureConsent(Refusal):
    """A decision was made in the past."""

    code = "future_consent"


class UnknownPolicyVersion(Refusal):
    """The purpose's policy has no version of this number."""

    code = "unknown_policy_version"

    def __init__(self, *, version: int) -> None:
        self.version = version


class TooYoung(Refusal):
    """People under this age cannot consent themselves."""

    code = "too_young_to_consent"

    def __init__(self, *, age: int) -> None:
        self.age = age


class InvalidPurpose(Refusal):
    """A purpose has a code, a name, a text for members, a basis, and channels that there are; `field` is at fault."""

    code = "invalid_purpose"

    def __init__(self, *, field: str) -> None:
        self.field = field


class InvalidPolicy(Refusal):
    """A policy has a code and a name, and each version texts in different languages, as words or as a file."""

    code = "invalid_policy"

    def __init__(self, *, field: str) -> None:
        self.field = field


class UnknownPolicy(Refusal):
    """The shop has no policy of this code."""

    code = "unknown_policy"


class InvalidTerms(Refusal):
    """The shop's terms of privacy are whole numbers within their bounds; `field` is not."""

    code = "invalid_privacy_terms"

    def __init__(self, *, field: str) -> None:
        self.field = field
