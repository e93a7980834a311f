"""A new member at the counter, and changes to one: the form, and one call."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.backoffice.access import needs
from regulars.backoffice.finding import find_or_404
from regulars.backoffice.forms.attributes import PREFIX, ask_for, given_files, typed_values
from regulars.backoffice.forms.member import EnrolForm, ProfileForm
from regulars.backoffice.merging import say_confidence, say_signals
from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in, words
from regulars.backoffice.sign_up import ask_consents, note_consents, warn_of_marks
from regulars.care.duplicates import likely_duplicates
from regulars.core.attributes import Definition
from regulars.core.refusals import Refusal
from regulars.files.keep import keep_file
from regulars.members.attribute_files import purpose_of
from regulars.members.attributes import ValueTaken, load_definitions, read_values
from regulars.members.change import MemberChanges, change_member
from regulars.members.enrol import NewMember, enrol_member
from regulars.members.identity import Duplicate
from regulars.members.rows import MemberRow, read_members
from regulars.staff.rights import Right

FIELDS = ("first_name", "last_name", "phone", "email", "birth_on", "external_id", "language", "home_store")


@needs(Right.CHANGE_MEMBERS)
def enrol(request: HttpRequest) -> HttpResponse:
    office = office_of(request)
    asked = [each for each in load_definitions().live if _asks_at_signup(each, office)]
    form = EnrolForm(request.POST or None, request.FILES or None)
    ask_for(form, asked, {})
    ask_consents(form)
    holder, alike = None, []
    if request.method == "POST" and form.is_valid():
        alike = [] if request.POST.get("sure") else _alike(form, office)
    if request.method == "POST" and form.is_valid() and not alike:
        try:
            with transaction.atomic():
                member_id = enrol_member(_new_member(form, asked, office), at=office.now).member_id
                keep_files(form, asked, member_id, office)
                note_consents(form, member_id, office)
        except Refusal as refusal:
            show_refusal(form, refusal, office)
            holder = _holder(refusal)
        else:
            messages.success(request, _("Enrolled."))
            warn_of_marks(request, member_id, office)
            return redirect("member", member_id)
    context = {"form": form, "fields": _bound(form, asked), "holder": holder, "alike": alike}
    return render(request, "backoffice/enrol.html", context)


@needs(Right.CHANGE_MEMBERS)
def edit_member(request: HttpRequest, member_id: int) -> HttpResponse:
    office, member, definitions = office_of(request), find_or_404(member_id), load_definitions()
    asked = [each for each in definitions.live if not each.is_regulated]
    known = read_values([member.id], definitions)[member.id]
    form = ProfileForm(
        request.POST or None, request.FILES or None, initial={name: getattr(member, name) for name in FIELDS}
    )
    ask_for(form, asked, known)
    holder = None
    if request.method == "POST" and form.is_valid():
        fields: dict[str, Any] = {name: form.cleaned_data[name] or None for name in FIELDS if name in form.changed_data}
        changes = MemberChanges(**fields, attributes=typed_values(form, asked))
        try:
            with transaction.atomic():
                change_member(member_id=member.id, changes=changes, at=office.now, by=office.actor)
                keep_files(form, asked, member.id, office)
        except Refusal as refusal:
            show_refusal(form, refusal, office)
            holder = _holder(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("member", member.id)
    context = {"form": form, "fields": _bound(form, asked), "member": member, "holder": holder}
    return render(request, "backoffice/edit_member.html", context)


def show_refusal(form: Form, refusal: Refusal, office: Office) -> None:
    """Put a refusal beside its field, an attribute's too."""
    name = PREFIX + str(refusal.facts().get("attribute", ""))
    if name in form.fields:
        form.add_error(name, words(refusal, office))
    else:
        show_in(form, refusal, office)


def _alike(form: EnrolForm, office: Office) -> list[tuple[MemberRow, str, str]]:
    """Who may be this person: each with how sure that is, and why. Somebody who has the very phone or e-mail is refused
    anyway, and is not warned of.
    """
    typed: Mapping[str, Any] = form.cleaned_data
    found = likely_duplicates(
        first_name=typed["first_name"],
        last_name=typed["last_name"],
        birth_on=typed["birth_on"],
        phone=typed["phone"],
        email=typed["email"],
        country=office.country,
    )
    members = {member.id: member for member in read_members([each.member_id for each in found])}
    return [
        (members[each.member_id], say_confidence(each.confidence), say_signals(each.signals))
        for each in found
        if each.member_id in members
    ]


def _asks_at_signup(definition: Definition, office: Office) -> bool:
    is_asked = definition.at_signup or definition.is_required
    return is_asked and (not definition.is_regulated or office.can(Right.CHANGE_REGULATED))


def _new_member(form: EnrolForm, asked: Sequence[Definition], office: Office) -> NewMember:
    typed: Mapping[str, Any] = form.cleaned_data
    return NewMember(
        first_name=typed["first_name"],
        last_name=typed["last_name"],
        birth_on=typed["birth_on"],
        cards=(typed["card"],) if typed["card"] else (),
        joined_at=None if typed["is_guest"] else office.now,
        phone=typed["phone"] or None,
        email=typed["email"] or None,
        external_id=typed["external_id"] or None,
        language=typed["language"],
        home_store=typed["home_store"].strip() or None,
        attributes=typed_values(form, asked),
        by=office.actor,
    )


def keep_files(form: Form, asked: Sequence[Definition], member_id: int, office: Office) -> None:
    """Keep the files that came with a form, and write them down as the member's; refuses what `keep_file` refuses."""
    purposes = {each.code: purpose_of(each) for each in asked}
    values: dict[str, object] = {}
    for code, given in given_files(form, asked).items():
        if given is None:
            values[code] = None
            continue
        try:
            kept = keep_file(
                given, name=given.name, purpose=purposes[code], member_id=member_id, at=office.now, by=office.actor
            )
        except Refusal as refusal:
            refusal.attribute = code  # type: ignore[attr-defined]  # so that the form shows it beside its field
            raise
        values[code] = kept.pk
    if values:
        change_member(member_id=member_id, changes=MemberChanges(attributes=values), at=office.now, by=office.actor)


def _bound(form: Form, asked: Sequence[Definition]) -> list[Any]:
    """The fields of attributes, as the page shows them."""
    names = {PREFIX + each.code for each in asked}
    return [field for field in form if field.name in names or field.name.partition("__")[0] in names]


def _holder(refusal: Refusal) -> int | None:
    """The member to open instead, when somebody has the identifier already."""
    return refusal.member_id if isinstance(refusal, Duplicate | ValueTaken) else None
