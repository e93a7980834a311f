"""The letter with the code that verifies an address."""

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.backoffice.office import Office
from regulars.core.refusals import Refusal
from regulars.members.addresses import CodeMade
from regulars.members.models import IdentifierKind
from regulars.platform.tongues import spoken


class NoChannel(Refusal):
    """Nothing is set up that reaches addresses of this kind."""

    code = "no_channel"

    def __init__(self, *, kind: str) -> None:
        self.kind = kind


def check_channel(kind: IdentifierKind) -> None:
    """Refuses: NoChannel."""
    if kind is not IdentifierKind.EMAIL:
        raise NoChannel(kind=kind.value)


def send_code(made: CodeMade, *, language: str, office: Office) -> None:
    """Send a code to where it belongs, in the member's language, once it is kept. It stands nowhere else."""
    with spoken(language, office.looks.store_word):
        said = {"shop": office.shop, "code": made.code}
        subject = _("Your code for %(shop)s") % said
        body = _("Your code is %(code)s, for ten minutes. Read it out to nobody but the shop's team.") % said
        letter = EmailMessage(subject, body, None, [made.value])
    transaction.on_commit(letter.send, robust=True)
