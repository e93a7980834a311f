"""Stores and their tills: the kept list and form, writing through the verbs."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from regulars.backoffice.forms.fields import ListField
from regulars.backoffice.office import office_of
from regulars.backoffice.site import site
from regulars.staff.rights import Right
from regulars.stores.change import remove_till, save_store, save_till
from regulars.stores.models import Store


class StoreForm(forms.ModelForm):
    tag_names = ListField(
        label=_("Tags"),
        help_text=_("Separated by commas: downtown, airport. Rules can name them."),
        widget=UnfoldAdminTextInputWidget,
    )
    till_codes = ListField(
        label=_("Tills"),
        help_text=_("Codes, separated by commas. A sale may also come from a till that is not listed."),
        widget=UnfoldAdminTextInputWidget,
    )

    class Meta:
        model = Store
        fields = ("code", "name", "time_zone", "is_open")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["tag_names"] = tuple(self.instance.tags.order_by("name").values_list("name", flat=True))
            self.initial["till_codes"] = tuple(self.instance.tills.order_by("code").values_list("code", flat=True))


@admin.register(Store, site=site)
class StoreAdmin(ModelAdmin):
    """A store is opened and changed, and never deleted: its sales are history."""

    form = StoreForm
    list_display = ("code", "name", "time_zone", "tag_list", "is_open")
    list_filter = ("is_open", "tags")
    search_fields = ("code", "name")
    ordering = ("code",)
    list_per_page = 50
    fields = ("code", "name", "time_zone", "is_open", "tag_names", "till_codes")
    actions = None

    @admin.display(description=_("Tags"))
    def tag_list(self, store: Store) -> str:
        return ", ".join(sorted(tag.name for tag in store.tags.all()))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("tags")

    def get_readonly_fields(self, request: HttpRequest, obj: Store | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(
            request, {"title": _("Stores"), "add_label": _("Add store")} | (extra_context or {})
        )

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        fewer: dict[str, Any] = {"show_save_and_add_another": False, "show_save_and_continue": False}
        if object_id is None:
            fewer["title"] = _("Add store")
        return super().changeform_view(request, object_id, form_url, fewer | (extra_context or {}))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return office_of(request).can(Right.SEE_STORES)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return office_of(request).can(Right.SEE_STORES)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return office_of(request).can(Right.CHANGE_STORES)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return office_of(request).can(Right.CHANGE_STORES)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Store, form: Any, change: bool) -> None:
        office, typed = office_of(request), form.cleaned_data
        by_whom: dict[str, Any] = {"at": office.now, "by": office.actor}
        listed = set(obj.tills.values_list("code", flat=True)) if change else set()
        saved = save_store(
            code=obj.code,
            name=obj.name,
            time_zone=obj.time_zone,
            tags=typed["tag_names"],
            is_open=obj.is_open,
            **by_whom,
        )
        obj.pk = saved.pk
        for code in sorted(set(typed["till_codes"]) - listed):
            save_till(store_code=obj.code, code=code, **by_whom)
        for code in sorted(listed - set(typed["till_codes"])):
            remove_till(store_code=obj.code, code=code, **by_whom)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Tags and tills were saved with the store."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The trail has it already."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The trail has it already."""
