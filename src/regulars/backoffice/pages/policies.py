"""The texts the shop publishes about people's data: versions with a day they start on, each in several languages."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.forms.privacy import LANGUAGES, PolicyForm, TextForm, VersionForm
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.consents.models import Policy, PolicyText, PolicyVersion
from regulars.consents.policies import (
    NewText,
    Upload,
    add_translation,
    current_version,
    make_policy,
    publish_version,
)
from regulars.core.periods import start_of_day
from regulars.core.refusals import Refusal
from regulars.staff.rights import Right

MOST_VERSIONS = 100


@needs(Right.CHANGE_PRIVACY)
def new_policy(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    form = PolicyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = make_policy(**form.cleaned_data, at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            messages.success(request, _("Made. Publish its first version now."))
            return redirect("policy", made.code)
    return render(request, "backoffice/new_policy.html", {"form": form})


@needs(Right.CHANGE_PRIVACY)
def policy(request: HttpRequest, code: str) -> HttpResponse:
    office, found = office_of(request), get_object_or_404(Policy, code=code)
    current = current_version(found.pk, at=office.now)
    versions = PolicyVersion.objects.filter(policy=found).prefetch_related("texts").order_by("-number")[:MOST_VERSIONS]
    context = {
        "policy": found,
        "current": current,
        "versions": [
            {"version": each, "state": _state(each, current, office), "texts": each.texts.order_by("id")}
            for each in versions
        ],
        "languages": dict(LANGUAGES),
    }
    return render(request, "backoffice/policy.html", context)


@needs(Right.CHANGE_PRIVACY)
def publish(request: HttpRequest, code: str) -> HttpResponse:
    office, found = office_of(request), get_object_or_404(Policy, code=code)
    form = VersionForm(request.POST or None, request.FILES or None, initial=_last_text(found))
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["effective_on"]
        starts = max(start_of_day(day, office.zone), office.now) if day else None
        try:
            published = publish_version(
                policy=code, texts=[_text(form)], effective_at=starts, at=office.now, by=office.actor
            )
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            messages.success(request, _("Version %(n)s is published.") % {"n": published.number})
            return redirect("policy", code)
    return render(request, "backoffice/publish_policy.html", {"form": form, "policy": found, "version": None})


@needs(Right.CHANGE_PRIVACY)
def translate(request: HttpRequest, version_id: int) -> HttpResponse:
    office = office_of(request)
    version = get_object_or_404(PolicyVersion.objects.select_related("policy"), pk=version_id)
    form = TextForm(request.POST or None, request.FILES or None)
    spoken = set(PolicyText.objects.filter(version=version).values_list("language", flat=True))
    form.fields["language"].choices = [each for each in LANGUAGES if each[0] not in spoken]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            add_translation(version_id=version_id, text=_text(form), at=office.now, by=office.actor)
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            messages.success(request, _("Added."))
            return redirect("policy", version.policy.code)
    context = {"form": form, "policy": version.policy, "version": version}
    return render(request, "backoffice/publish_policy.html", context)


def _text(form: TextForm) -> NewText:
    typed = form.cleaned_data
    upload = typed["upload"]
    return NewText(
        language=typed["language"],
        title=typed["title"],
        body=typed["body"],
        upload=Upload(upload.name, upload) if upload else None,
    )


def _last_text(policy: Policy) -> dict[str, str]:
    last = PolicyText.objects.filter(version__policy=policy).order_by("-version__number", "id").first()
    return {} if last is None else {"language": last.language, "title": last.title, "body": last.body}


def _state(version: PolicyVersion, current: PolicyVersion | None, office: Office) -> str:
    if current is not None and version.pk == current.pk:
        return "in force"
    return "coming" if version.effective_at > office.now else "past"
