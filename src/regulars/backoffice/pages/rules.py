"""Earning rules: what is live, what is drafted, what has ended."""

from datetime import datetime
from typing import Any

import msgspec
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.forms.rule import RuleForm, as_typed
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.core.refusals import Refusal
from regulars.core.rules import EarningRule
from regulars.core.sentences import describe_expiry, describe_rule
from regulars.programs.models import Rule, RuleVersion
from regulars.programs.publish import end_rule, publish_rule, save_draft
from regulars.staff.rights import Right

AT_MOST = 500


@needs(Right.SEE_RULES)
def rules(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    versions = Prefetch("versions", RuleVersion.objects.order_by("-number"))
    shown = [
        _row(rule, office) for rule in Rule.objects.prefetch_related(versions).order_by("ended_at", "id")[:AT_MOST]
    ]
    return render(request, "backoffice/rules.html", {"rules": shown})


@needs(Right.SEE_RULES)
def rule(request: HttpRequest, rule_id: int | None = None) -> HttpResponse:
    """The editor: whoever may not change rules reads it."""
    office = office_of(request)
    found = get_object_or_404(Rule, pk=rule_id) if rule_id else None
    may_change = office.can(Right.CHANGE_RULES) and not (found and found.ended_at)
    form = RuleForm(request.POST or None, office=office, initial=_initial(found))
    if request.method == "POST" and may_change and form.is_valid() and form.terms:
        try:
            kept = save_draft(
                rule_id=rule_id, name=form.cleaned_data["name"], terms=form.terms, at=office.now, by=office.actor
            )
        except Refusal as refusal:
            show_in(form, refusal)
        else:
            if "publish" in request.POST:
                return redirect("publish_rule", kept.pk)
            messages.success(request, _("Draft kept. Sales earn by it once it is published."))
            return redirect("rule", kept.pk)
    context = {
        "rule": found,
        "form": form,
        "row": _row(found, office) if found else None,
        "said": say_rule(form.terms or _shown(found), office),
        "may_change": may_change,
        "versions": _versions(found, office) if found else [],
    }
    return render(request, "backoffice/rule.html", context)


@needs(Right.SEE_RULES)
def rule_sentence(request: HttpRequest) -> HttpResponse:
    """The sentence of what is typed so far, while it is typed."""
    office = office_of(request)
    form = RuleForm(request.POST or None, office=office)
    form.fields["name"].required = False
    said = say_rule(form.terms, office) if form.is_valid() else None
    return render(request, "backoffice/parts/rule_sentence.html", {"said": said, "form": form})


@needs(Right.CHANGE_RULES)
def publish(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Show what changes for whom, then publish the draft."""
    office, found = office_of(request), get_object_or_404(Rule, pk=rule_id)
    if found.draft is None or found.ended_at:
        return redirect("rule", rule_id)
    terms = msgspec.convert(found.draft, type=EarningRule)
    refused = ""
    if request.method == "POST":
        try:
            publish_rule(rule_id=rule_id, name=found.name, terms=terms, at=office.now, by=office.actor)
        except Refusal as refusal:
            refused = words(refusal)
        else:
            messages.success(request, _("Published: sales earn by it from now on."))
            return redirect("rules")
    newest = found.versions.order_by("-number").first()
    before = say_rule(msgspec.convert(newest.terms, type=EarningRule), office) if newest else None
    context = {"rule": found, "before": before, "after": say_rule(terms, office), "newest": newest, "refused": refused}
    return render(request, "backoffice/publish_rule.html", context)


@needs(Right.CHANGE_RULES)
def end(request: HttpRequest, rule_id: int) -> HttpResponse:
    office, found = office_of(request), get_object_or_404(Rule, pk=rule_id)
    if request.method == "POST":
        end_rule(rule_id=rule_id, at=office.now, by=office.actor)
        messages.success(request, _("Ended: sales from now on earn nothing by this rule."))
        return redirect("rules")
    return render(request, "backoffice/end_rule.html", {"rule": found, "row": _row(found, office)})


def say_rule(terms: EarningRule | None, office: Office) -> dict[str, str] | None:
    """A rule in a sentence, and how long its points live."""
    if terms is None:
        return None
    sentence = describe_rule(terms, currency=office.currency)
    return {
        "sentence": f"{sentence[0].upper()}{sentence[1:]}.",
        "expiry": f"{describe_expiry(terms.expiry).capitalize()}.",
    }


def _initial(found: Rule | None) -> dict[str, Any] | None:
    terms = _shown(found)
    return as_typed(found.name, terms) if found and terms else None


def _shown(found: Rule | None) -> EarningRule | None:
    """What the editor starts from: the draft, or else what is published."""
    if found is None:
        return None
    stored = found.draft
    if stored is None:
        newest = found.versions.order_by("-number").first()
        stored = newest.terms if newest else None
    return None if stored is None else msgspec.convert(stored, type=EarningRule)


def _row(found: Rule, office: Office) -> dict[str, Any]:
    versions = sorted(found.versions.all(), key=lambda version: -version.number)
    live = msgspec.convert(versions[0].terms, type=EarningRule) if versions else None
    draft = msgspec.convert(found.draft, type=EarningRule) if found.draft else None
    return {
        "rule": found,
        "state": _state(found, live, office.now),
        "said": say_rule(live or draft, office),
        "has_draft": draft is not None and live is not None,
        "version": versions[0] if versions else None,
    }


def _state(found: Rule, live: EarningRule | None, now: datetime) -> str:
    if found.ended_at or (live and live.ends_at and live.ends_at <= now):
        return "ended"
    if live is None:
        return "draft"
    return "scheduled" if live.starts_at and live.starts_at > now else "live"


def _versions(found: Rule, office: Office) -> list[dict[str, Any]]:
    return [
        {"version": version, "said": say_rule(msgspec.convert(version.terms, type=EarningRule), office)}
        for version in found.versions.order_by("-number")[:50]
    ]
