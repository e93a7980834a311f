"""A channel's address by its parts, or as a whole; a test of it; and what holds for all messages."""

import re
from typing import Any
from urllib.parse import quote

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.backoffice.messages_words import WRITTEN_IN, name_of_language
from regulars.messages.addresses import LONGEST, TO
from regulars.messages.models import ChannelKind

SECRET = forms.PasswordInput({"autocomplete": "new-password"}, render_value=False)
LINE = forms.TextInput({"autocomplete": "off", "spellcheck": "false"})
WAYS: dict[str, list[tuple[str, Any]]] = {
    ChannelKind.EMAIL: [
        ("server", _("A mail server")),
        ("sink", _("The sink: kept here to be read, and sent to nobody")),
        ("address", _("An address that you have already")),
    ],
    ChannelKind.SMS: [
        ("twilio", _("Twilio")),
        ("vonage", _("Vonage")),
        ("gateway", _("A gateway of your own, over HTTPS")),
        ("sink", _("The sink: kept here to be read, and sent to nobody")),
        ("address", _("Another service, by its address")),
    ],
    ChannelKind.WHATSAPP: [
        ("cloud", _("WhatsApp Cloud API")),
        ("gateway", _("A gateway of your own, over HTTPS")),
        ("sink", _("The sink: kept here to be read, and sent to nobody")),
        ("address", _("Another service, by its address")),
    ],
    ChannelKind.PUSH: [
        ("gateway", _("A gateway of your own, over HTTPS")),
        ("sink", _("The sink: kept here to be read, and sent to nobody")),
        ("address", _("Another service, by its address")),
    ],
}
PARTS: dict[str, tuple[str, ...]] = {
    "server": ("host", "port", "user", "password", "tls"),
    "twilio": ("account", "token", "number"),
    "vonage": ("account", "token", "number"),
    "cloud": ("token", "phone_id"),
    "gateway": ("url", "user", "password"),
    "address": ("address",),
    "sink": (),
}
"""Which parts belong to which way."""

OPTIONAL = frozenset({"port", "user", "password"})


class ChannelForm(forms.Form):
    """`address()` is what all of it means. What belongs to another way than the chosen one is not looked at."""

    way = forms.ChoiceField(label=_("How it leaves"), widget=forms.RadioSelect)
    host = forms.CharField(label=_("Host"), max_length=253, required=False, widget=LINE)
    port = forms.IntegerField(
        label=_("Port"), min_value=1, max_value=65_535, required=False, help_text=_("Empty: the usual one.")
    )
    url = forms.RegexField(
        r"^https?://[^\s/]+(/\S*)?$",
        label=_("Web address"),
        max_length=500,
        required=False,
        widget=LINE,
        help_text=_("It is sent a JSON object with “to” and “message”."),
    )
    user = forms.CharField(label=_("User"), max_length=254, required=False, widget=LINE)
    account = forms.CharField(label=_("Account or API key"), max_length=100, required=False, widget=LINE)
    password = forms.CharField(label=_("Password"), max_length=500, required=False, widget=SECRET, strip=False)
    token = forms.CharField(label=_("Token or secret"), max_length=500, required=False, widget=SECRET)
    number = forms.CharField(
        label=_("Number it comes from"), max_length=20, required=False, widget=LINE, help_text=_("With + and country.")
    )
    phone_id = forms.CharField(label=_("Phone number ID"), max_length=40, required=False, widget=LINE)
    tls = forms.ChoiceField(
        label=_("Encryption"),
        required=False,
        choices=[
            ("upgrade", _("STARTTLS, usually port 587")),
            ("direct", _("TLS from the start, usually port 465")),
            ("no", _("None: only for a server in the same house")),
        ],
    )
    address = forms.CharField(
        label=_("Address"),
        max_length=LONGEST,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "off", "spellcheck": "false"}, render_value=False),
    )
    sender = forms.EmailField(
        label=_("E-mails come from"),
        required=False,
        help_text=_("Empty: the sender of the installation."),
    )

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind = kind
        self.fields["way"].choices = WAYS[kind]  # type: ignore[attr-defined]
        self.fields["address"].help_text = (
            _("Such as smtp://user:password@mail.example.com:587")
            if kind == ChannelKind.EMAIL
            else _("With {to} where the recipient's number stands, such as twilio://account:token@number/{to}")
        )
        if kind != ChannelKind.EMAIL:
            del self.fields["sender"]

    def parts(self) -> list[tuple[Any, str]]:
        """Every part that some way of this kind has, with the classes of the ways it belongs to."""
        ways = [way for way, _title in WAYS[self.kind]]
        wanted = {name: " ".join(f"w-{way}" for way in ways if name in PARTS[way]) for name in self.fields}
        return [(self[name], classes) for name, classes in wanted.items() if classes]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        wanted = PARTS.get(typed.get("way", ""), ())
        for name in set(self.errors) & {part for parts in PARTS.values() for part in parts} - set(wanted):
            del self.errors[name]
        for name in wanted:
            if name not in OPTIONAL and name not in self.errors and not typed.get(name):
                self.add_error(name, _("This must be filled in."))
        return typed

    def whole_address(self) -> str:
        """The address, as the domain reads it."""
        typed = {name: value for name, value in self.cleaned_data.items() if value is not None}
        part = {name: quote(str(typed.get(name, "")), safe="") for name in ("user", "password", "account", "token")}
        match typed["way"]:
            case "sink":
                return "sink:"
            case "server":
                scheme, more = ("smtps", "") if typed["tls"] == "direct" else ("smtp", "")
                more = "?tls=no" if typed["tls"] == "no" else more
                port = f":{typed['port']}" if typed.get("port") else ""
                return f"{scheme}://{_login(part)}{typed['host'].strip()}{port}{more}"
            case "twilio":
                return f"twilio://{part['account']}:{part['token']}@{quote(typed['number'], safe='+')}/{TO}"
            case "vonage":
                return f"vonage://{part['account']}:{part['token']}@{_digits(typed['number'])}/{TO}"
            case "cloud":
                return f"whatsapp://{part['token']}@{quote(typed['phone_id'], safe='')}/{TO}"
            case "gateway":
                scheme, _colon, rest = typed["url"].partition("://")
                joint = "&" if "?" in rest else "?"
                return f"{'jsons' if scheme == 'https' else 'json'}://{_login(part)}{rest}{joint}:to={TO}"
            case _:
                return str(typed["address"]).strip()


class ChannelTestForm(forms.Form):
    to = forms.CharField(
        label=_("Send it to"),
        max_length=254,
        help_text=_("An address of your own: your e-mail, or your phone."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class TermsForm(forms.Form):
    """What holds for every message that needs leave, and the language of who has none."""

    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("until"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=_("In the shop's time zone. What would go then goes at the end. Both empty: there are none."),
    )
    most = forms.IntegerField(
        label=_("At most so many"), min_value=1, max_value=100, required=False, help_text=_("Empty: no limit.")
    )
    days = forms.IntegerField(label=_("in so many days"), min_value=1, max_value=365)
    only_verified = forms.BooleanField(label=_("Only to addresses that are verified"), required=False)
    language = forms.ChoiceField(
        label=_("Language of members without one"),
        choices=[(code, name_of_language(code)) for code in WRITTEN_IN],
    )


def _login(part: dict[str, str]) -> str:
    if not part["user"]:
        return ""
    return f"{part['user']}:{part['password']}@" if part["password"] else f"{part['user']}@"


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)
