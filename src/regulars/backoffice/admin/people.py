"""The team: the kept list and form, writing through the verbs."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminPasswordWidget

from regulars.backoffice.office import Office, office_of
from regulars.backoffice.refusals import show_in
from regulars.backoffice.site import site
from regulars.core.refusals import Refusal
from regulars.staff.models import Person
from regulars.staff.people import change_role, create_person
from regulars.staff.states import deactivate_person
from regulars.staff.rights import Right


class PersonForm(forms.ModelForm):
    """What the verbs refuse is shown beside the field: so the verb runs while the form is checked."""

    office: Office
    password = forms.CharField(
        label=_("First password"),
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty: the person sets one by “Forgot your password?” on the sign-in page."),
    )

    class Meta:
        model = Person
        fields = ("email", "first_name", "last_name", "role", "is_active")

    def clean(self) -> dict[str, Any] | None:
        typed = super().clean()
        if not self.errors:
            try:
                self._write(self.cleaned_data)
            except Refusal as refusal:
                show_in(self, refusal)
        return typed

    def _write(self, typed: dict[str, Any]) -> None:
        by_whom: dict[str, Any] = {"at": self.office.now, "by": self.office.actor}
        if not self.instance.pk:
            names = {name: typed[name] for name in ("email", "role", "first_name", "last_name")}
            self.instance.pk = create_person(**names, password=typed.get("password") or None, **by_whom).pk
            self.instance._state.adding = False
            return
        if "role" in self.changed_data:
            change_role(person_id=self.instance.pk, role=typed["role"], **by_whom)
        if "is_active" in self.changed_data and not typed["is_active"]:
            deactivate_person(person_id=self.instance.pk, reason="Has left.", **by_whom)


@admin.register(Person, site=site)
class PersonAdmin(ModelAdmin):
    """People are added, change role and leave; their names stay in the history."""

    form = PersonForm
    list_display = ("email", "full_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("id",)
    actions = None

    @admin.display(description=_("Name"))
    def full_name(self, person: Person) -> str:
        return person.get_full_name()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.office = office_of(request)
        return form

    def get_fields(self, request: HttpRequest, obj: Person | None = None) -> tuple[str, ...]:
        names = ("email", "first_name", "last_name", "role")
        return (*names, "is_active") if obj else (*names, "password")

    def get_readonly_fields(self, request: HttpRequest, obj: Person | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return (
            ("email", "first_name", "last_name")
            if obj.is_active
            else ("email", "first_name", "last_name", "role", "is_active")
        )

    def _may(self, request: HttpRequest) -> bool:
        return office_of(request).can(Right.CHANGE_PEOPLE)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(
            request, {"title": _("Team"), "add_label": _("Add person")} | (extra_context or {})
        )

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        fewer: dict[str, Any] = {"show_save_and_add_another": False, "show_save_and_continue": False}
        if object_id is None:
            fewer["title"] = _("Add person")
        return super().changeform_view(request, object_id, form_url, fewer | (extra_context or {}))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:
        """The form's verbs wrote it."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing belongs to a person here."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The trail has it already."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The trail has it already."""
