"""Where to begin: what laws about personal data ask of a loyalty program. A shop changes what does not fit it.

GDPR: regulation (EU) 2016/679, articles 6 (basis), 7 (consent can be withdrawn as easily as it was given), 8 (from 16
years, states may say 13), 12.3 (an answer within one month), 15 and 20 (access, export), 17 (erasure), 21 (objection).
PDPA Malaysia: Act 709 of 2010, sections 6 (consent), 7.3 (a notice in the national language and in English), 30 to 31
(access within 21 days), 38 (withdrawal), 43 (direct marketing). PDPA Singapore: Act 26 of 2012, sections 13 to 16
(consent and withdrawal), 21 (access; within 30 days, or word of when), 43 (numbers on the Do Not Call register).
"""

from datetime import datetime

import msgspec
from django.db import transaction

from regulars.consents.models import Policy
from regulars.consents.policies import make_policy
from regulars.consents.purposes import PurposeWish, load_purposes, save_purpose
from regulars.consents.refusals import InvalidTerms
from regulars.consents.terms import Terms, change_terms, load_terms
from regulars.core.actor import Actor
from regulars.core.consents import Basis
from regulars.core.tongue import mark, say

POLICY = "privacy"
WRITTEN = ("email", "sms", "whatsapp", "push")


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """A law's name, the terms it leads to, and what a program usually asks under it."""

    code: str
    name: str
    terms: Terms
    purposes: tuple[PurposeWish, ...]

    def in_words(self) -> "Preset":
        """The preset in the language of whoever takes it over: its texts become the shop's own."""
        purposes = [msgspec.structs.replace(wish, name=say(wish.name), about=say(wish.about)) for wish in self.purposes]
        return msgspec.structs.replace(self, name=say(self.name), purposes=tuple(purposes))


PROGRAM = PurposeWish(
    code="program",
    name=mark("The loyalty program"),
    about=mark(
        "We keep your name, what you buy and what you have collected, because the program cannot work without it."
    ),
    basis=Basis.CONTRACT,
    policy=POLICY,
)
RECORDS = PurposeWish(
    code="records",
    name=mark("Sales records"),
    about=mark("The law asks us to keep what was sold, for how much and when, for several years."),
    basis=Basis.LAW,
    policy=POLICY,
    at_signup=False,
)
MARKETING = PurposeWish(
    code="marketing",
    name=mark("News and offers"),
    about=mark("We write to you about offers and news. You can say no at any time, for every way of writing to you."),
    basis=Basis.CONSENT,
    channels=WRITTEN,
    policy=POLICY,
)
PROFILING = PurposeWish(
    code="personal",
    name=mark("Offers made for you"),
    about=mark("We look at what you have bought to choose offers that fit you."),
    basis=Basis.CONSENT,
    policy=POLICY,
)
SURVEYS = PurposeWish(
    code="surveys",
    name=mark("Questions about your visit"),
    about=mark("We sometimes ask how your visit was. Tell us if you would rather not be asked."),
    basis=Basis.INTEREST,
    channels=("email", "sms"),
    policy=POLICY,
    at_signup=False,
)
SHARING = PurposeWish(
    code="partners",
    name=mark("Sharing with partners"),
    about=mark("We give your name and how to reach you to partners named in our notice, for offers of theirs."),
    basis=Basis.CONSENT,
    policy=POLICY,
)
CALLS = PurposeWish(
    code="calls",
    name=mark("Calls and messages to your number"),
    about=mark("We may call or text your number with offers, even if it is on the Do Not Call register."),
    basis=Basis.CONSENT,
    channels=("phone", "sms", "whatsapp"),
    policy=POLICY,
)

PRESETS = {
    preset.code: preset
    for preset in (
        Preset(
            code="gdpr",
            name=mark("GDPR (European Union, United Kingdom)"),
            terms=Terms(preset="gdpr", answer_days=30, cool_off_days=30, age_of_consent=16),
            purposes=(PROGRAM, RECORDS, MARKETING, PROFILING, SURVEYS),
        ),
        Preset(
            code="pdpa_my",
            name=mark("PDPA (Malaysia)"),
            terms=Terms(preset="pdpa_my", answer_days=21, cool_off_days=21, age_of_consent=18, languages=("ms", "en")),
            purposes=(PROGRAM, RECORDS, MARKETING, SHARING),
        ),
        Preset(
            code="pdpa_sg",
            name=mark("PDPA (Singapore)"),
            terms=Terms(preset="pdpa_sg", answer_days=30, cool_off_days=30, age_of_consent=13, languages=("en",)),
            purposes=(PROGRAM, RECORDS, MARKETING, CALLS, SHARING),
        ),
    )
}


@transaction.atomic
def apply_preset(code: str, *, at: datetime, by: Actor) -> int:
    """Take over a law's terms, and make those of its purposes that the shop does not have; how many were made.

    Purposes that are there stay as the shop has written them. Refuses: InvalidTerms.
    """
    preset = PRESETS.get(code)
    if preset is None:
        raise InvalidTerms(field="preset")
    now = load_terms()
    terms = msgspec.structs.replace(preset.terms, keeps_marks=now.keeps_marks, inactive_months=now.inactive_months)
    change_terms(terms, at=at, by=by)
    if not Policy.objects.filter(code=POLICY).exists():
        make_policy(code=POLICY, name=say("Privacy notice"), at=at, by=by)
    known = load_purposes()
    missing = [wish for wish in preset.in_words().purposes if wish.code not in known]
    for wish in missing:
        save_purpose(wish, at=at, by=by)
    return len(missing)
