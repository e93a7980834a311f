"""How the team signs in: people are added by an owner, and nobody lets themselves in."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.password_reset import get_reset_password_from_key_url
from allauth.account.utils import user_pk_to_url_str
from django.http import HttpRequest
from django.utils import timezone

from regulars.backoffice.office import office_of
from regulars.platform.tongues import spoken, tongue_now
from regulars.staff.models import Person
from regulars.staff.states import end_locks


class TeamAdapter(DefaultAccountAdapter):
    """There is no sign-up: a stranger who registers would be staff. A lock that is over does not keep anybody out."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        super().pre_authenticate(request, **credentials)
        if email := credentials.get("email"):
            end_locks(at=timezone.now(), email=str(email))


def send_invitation(request: HttpRequest, person: Person) -> None:
    """Send somebody the link by which they choose their password; it works for three days and once."""
    office = office_of(request)
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    context = {
        "person": person,
        "shop": office.shop,
        "inviter": request.user,
        "link": get_reset_password_from_key_url(request, key),
    }
    with spoken(person.language or tongue_now(), office.looks.store_word):
        TeamAdapter(request).send_mail("account/email/invitation", person.email, context)
