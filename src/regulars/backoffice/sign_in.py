"""How the team signs in: people are added by an owner, and nobody lets themselves in."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class TeamAdapter(DefaultAccountAdapter):
    """There is no sign-up: a stranger who registers would be staff."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
