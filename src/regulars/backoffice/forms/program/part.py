"""A piece of the document as a form: it is shown from the value, becomes the value, and puts faults beside fields."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec
from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from regulars.backoffice.forms.fields import MomentField, MoneyField
from regulars.backoffice.forms.program.choosing import StepsField
from regulars.backoffice.forms.program.fitting import fit, gather, spread, steps_of
from regulars.backoffice.forms.program.setting import Setting

MOST_ROWS = 200
AT = re.compile(r"^(?P<said>.*?)(?: - at `(?P<path>[^`]+)`)?$", re.DOTALL)


class PieceForm(forms.Form):
    """Fields of one piece, suited to the shop and the document it belongs to."""

    def __init__(self, *args: Any, setting: Setting, **options: Any) -> None:
        super().__init__(*args, **options)
        self.setting = setting
        self.add_fields()
        for field in self.fields.values():
            if isinstance(field, MoneyField):
                field.use(setting.currency)
            if isinstance(field, MomentField):
                field.zone = setting.zone
            if suit := getattr(field, "suit", None):
                suit(setting)
        digits = self.decimals()
        for field in self.fields.values():
            if isinstance(field, StepsField):
                field.count_in(self.decimals_of(field.unit_from) if field.unit_from else digits)

    def add_fields(self) -> None:
        """Add the fields that depend on the document, such as one for each level."""

    def decimals(self) -> int:
        """Decimals of the unit that amounts here are of."""
        return 0

    def decimals_of(self, name: str) -> int:
        """Decimals of the unit that the field `name` chooses, typed or shown."""
        chosen = self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)
        unit = self.setting.unit(str(chosen or self.fields[name].initial or "points"))
        return unit.decimals if unit else 0


class RowForm(PieceForm):
    """One of several alike. A row whose `key` is empty is left out: emptying it removes it."""

    key: ClassVar[str]
    is_keyed: ClassVar[bool] = False
    """Whether the piece keeps these rows by their key, and not one after the other."""

    def __init__(self, *args: Any, digits: int = 0, **options: Any) -> None:
        self.digits = digits
        super().__init__(*args, use_required_attribute=False, **options)

    def decimals(self) -> int:
        return self.digits

    @classmethod
    def show_row(cls, piece: Any) -> dict[str, Any]:
        """Return a piece as the row's fields show it."""
        return spread(piece)

    def read_row(self) -> dict[str, Any]:
        """Return what was typed as builtins."""
        return gather(self.cleaned_data)

    @cached_property
    def is_blank(self) -> bool:
        field = self.fields[self.key]
        value = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(self.key))
        return value in (None, "", [], ())


class PartForm(PieceForm):
    """`value` is what was typed, as the `part` it describes, once the form is valid.

    `rows` are the repeated pieces of it, by their flat name. With `wanting` rows of a kind, that many empty ones are
    offered.
    """

    part: ClassVar[Any]
    rows: ClassVar[Mapping[str, type[RowForm]]] = {}
    noughts: ClassVar[tuple[str, ...]] = ()
    """Fields whose 0 is shown: elsewhere an optional nought is an empty field."""

    def __init__(
        self,
        data: Any = None,
        *,
        setting: Setting,
        shown: msgspec.Struct | None = None,
        wanting: str = "",
        **options: Any,
    ) -> None:
        initial = (self.show(spread(shown)) if shown is not None else {}) | options.pop("initial", {})
        self.value: Any = None
        self.is_kept = shown is not None
        super().__init__(data, setting=setting, initial=initial, **options)
        self.wanting = wanting
        self._hush()
        self.row_forms = {name: self._make_rows(name) for name in self.rows}

    def _hush(self) -> None:
        for name, value in self.initial.items():
            field = self.fields.get(name)
            is_nought = value == 0 and value is not False and name not in self.noughts and ":" not in name
            if is_nought and field and not field.required:
                self.initial[name] = None

    def show(self, flat: dict[str, Any]) -> dict[str, Any]:
        """Return the piece's flat values as the fields show them."""
        return flat

    def read(self, typed: dict[str, Any]) -> dict[str, Any]:
        """Return what the fields say as the piece's flat values; faults are added to the form."""
        return typed

    def keep_rows(self, flat: dict[str, Any]) -> dict[str, Any]:
        """Return the flat values with the rows as the piece keeps them: a list, unless a form says otherwise."""
        return flat

    def begin_with(self, name: str) -> Sequence[Any]:
        """Return the rows that a new piece is offered to begin with."""
        return ()

    def tables(self) -> dict[str, tuple[list[RowForm], RowForm]]:
        """The rows by name, each kind with an empty one to be copied."""
        return {name: (rows, self._row(name, "__n__")) for name, rows in self.row_forms.items()}

    def is_valid(self) -> bool:
        # Every row is judged, not only those up to a faulty one.
        faulty = [row for row in self._filled() if not row.is_valid()]
        if not super().is_valid() or faulty:
            return False
        if self.value is None:
            self._convert()
        return not self.errors

    def place(self, path: str, said: str) -> None:
        """Put a fault beside the field its path (within the piece) leads to, or on top of the form."""
        steps = steps_of(path)
        for length in range(len(steps), 0, -1):
            name = "__".join(steps[:length])
            for field in (name, "__".join(steps[: length - 1]) + f":{steps[length - 1]}", *self.nicknames(name)):
                if field in self.fields:
                    self.add_error(field, said)
                    return
            if name in self.row_forms:
                self._place_in_row(name, steps[length:], said)
                return
        self.add_error(None, said)

    def nicknames(self, name: str) -> tuple[str, ...]:
        """Other fields that stand for a flat name."""
        return ()

    def _convert(self) -> None:
        flat = self.read(dict(self.cleaned_data))
        for name in self.rows:
            flat[name] = [row.read_row() for row in self._filled(name)]
        if self.errors:
            return
        try:
            said = fit(gather(self.keep_rows(flat)), self.part)
            self.value = msgspec.convert(said, type=self.part, strict=False)
        except msgspec.ValidationError as fault:
            told = AT.match(str(fault))
            self.place((told and told["path"]) or "", say_plainly(told["said"] if told else str(fault)))

    def _make_rows(self, name: str) -> list[RowForm]:
        if not self.is_bound:
            show = self.rows[name].show_row
            shown = self.initial.get(name) or ([] if self.is_kept else self.begin_with(name))
            return [self._row(name, place, initial=show(each)) for place, each in enumerate(shown)]
        pattern = re.compile(rf"{re.escape(self.add_prefix(name))}-(\d{{1,4}})-")
        places = sorted({int(found[1]) for key in self.data if (found := pattern.match(key))})[:MOST_ROWS]
        made = [self._row(name, place, data=self.data) for place in places]
        if self.wanting == name:
            made.append(self._row(name, places[-1] + 1 if places else 0))
        return made

    def _row(self, name: str, place: int | str, **options: Any) -> RowForm:
        prefix = f"{self.add_prefix(name)}-{place}"
        return self.rows[name](prefix=prefix, setting=self.setting, digits=self.decimals(), **options)

    def _filled(self, name: str = "") -> list[RowForm]:
        kinds = [self.row_forms[name]] if name else list(self.row_forms.values())
        return [row for rows in kinds for row in rows if row.is_bound and not row.is_blank]

    def _place_in_row(self, name: str, steps: list[str], said: str) -> None:
        row = self._row_at(name, steps[0] if steps else "")
        if row is None:
            self.add_error(None, said)
        else:
            field = next((step for step in ("__".join(steps[1:]), *steps[1:]) if step in row.fields), row.key)
            row.add_error(field, said)
            self.errors.setdefault(name, self.error_class([said]))

    def _row_at(self, name: str, step: str) -> RowForm | None:
        filled = self._filled(name)
        if self.rows[name].is_keyed:
            return next((row for row in filled if str(row.cleaned_data.get(row.key)) == step), None)
        return filled[int(step)] if step.isdigit() and int(step) < len(filled) else None


def say_plainly(fault: str) -> str:
    """What the reader of the document says, in a sentence for whoever typed it."""
    fault = fault.strip().rstrip(".")
    if "missing required field" in fault:
        return _("This is needed.")
    if "matching regex" in fault:
        return _("This has not the right form.")
    return f"{fault}."
