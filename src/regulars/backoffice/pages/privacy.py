"""How the shop keeps to the law about personal data: its terms, what it asks people, and what it publishes."""

from typing import Any

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.consent_words import CHANNEL_NAMES, SHORT_BASES
from regulars.backoffice.forms.privacy import TermsForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.consents.models import Policy, PolicyText, PolicyVersion
from regulars.consents.policies import current_version
from regulars.consents.presets import PRESETS, apply_preset
from regulars.consents.purposes import load_purposes
from regulars.consents.terms import Terms, change_terms, load_terms
from regulars.core.refusals import Refusal
from regulars.platform.rows import fetch
from regulars.staff.rights import Right

WAITING = "SELECT count(*) FROM (SELECT FROM consents_erasure WHERE state = 'waiting' LIMIT 1000) AS found"
HELD = "SELECT count(*) FROM (SELECT FROM consents_retentionhold WHERE lifted_at IS NULL LIMIT 1000) AS found"


@needs(Right.CHANGE_PRIVACY)
def privacy(request: HttpRequest) -> HttpResponse:
    office, terms = office_of(request), load_terms()
    context = {
        "terms": terms,
        "preset": PRESETS[terms.preset].in_words() if terms.preset in PRESETS else None,
        "presets": [preset.in_words() for preset in PRESETS.values()],
        "purposes": [_purpose(each) for each in load_purposes().values()],
        "policies": [_policy(each, terms, office) for each in Policy.objects.order_by("id")[:100]],
        "waiting": fetch(WAITING, {})[0][0],
        "held": fetch(HELD, {})[0][0],
    }
    return render(request, "backoffice/privacy.html", context)


@needs(Right.CHANGE_PRIVACY)
def terms(request: HttpRequest) -> HttpResponse:
    office, now = office_of(request), load_terms()
    given = msgspec.structs.asdict(now) | {"languages": ", ".join(now.languages)}
    form = TermsForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        languages = tuple(part.strip() for part in form.cleaned_data["languages"].split(",") if part.strip())
        wanted = Terms(**(form.cleaned_data | {"languages": languages, "preset": now.preset}))
        try:
            change_terms(wanted, at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            messages.success(request, _("Saved: these terms hold from now on."))
            return redirect("privacy")
    return render(request, "backoffice/privacy_terms.html", {"form": form})


@needs(Right.CHANGE_PRIVACY)
def preset(request: HttpRequest, code: str) -> HttpResponse:
    """What a law's preset would change, and then the change."""
    office = office_of(request)
    if code not in PRESETS:
        raise Http404
    chosen = PRESETS[code].in_words()
    known = load_purposes()
    if request.method == "POST":
        made = apply_preset(code, at=office.now, by=office.actor)
        messages.success(request, _("%(name)s: %(n)s purposes were added.") % {"name": chosen.name, "n": made})
        return redirect("privacy")
    context = {
        "preset": chosen,
        "now": load_terms(),
        "missing": [wish for wish in chosen.purposes if wish.code not in known],
        "bases": SHORT_BASES,
    }
    return render(request, "backoffice/privacy_preset.html", context)


def _purpose(purpose: Any) -> dict[str, Any]:
    return {
        "purpose": purpose,
        "basis": SHORT_BASES[purpose.basis.value],
        "channels": [CHANNEL_NAMES[channel] for channel in purpose.channels],
    }


def _policy(policy: Policy, terms: Terms, office: Office) -> dict[str, Any]:
    version = current_version(policy.pk, at=office.now)
    texts = list(PolicyText.objects.filter(version=version).order_by("id")) if version else []
    coming = PolicyVersion.objects.filter(policy=policy, effective_at__gt=office.now).order_by("number").first()
    spoken = {text.language for text in texts}
    return {
        "policy": policy,
        "version": version,
        "languages": sorted(spoken),
        "lacking": [language for language in terms.languages if version and language not in spoken],
        "coming": coming,
    }
