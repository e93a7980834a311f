"""An effect in words: a row for each line, as it was when leave was asked for and as it is now."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.backoffice.amounts import say_amount, say_change, words_of
from regulars.backoffice.consent_words import BLOCKS
from regulars.backoffice.effects.line import Effect, Line, facts_of
from regulars.backoffice.levels import last_day, name_of_level
from regulars.backoffice.merging import PLACES, say_differences
from regulars.backoffice.messages_words import name_of_channel
from regulars.backoffice.office import Office
from regulars.backoffice.refusals import say_fault
from regulars.backoffice.wording import money, number
from regulars.care.unmerge import Difference

LABELS: dict[str, Promise] = {
    "given": gettext_lazy("Gives"),
    "taken": gettext_lazy("Takes away"),
    "withdrawn": gettext_lazy("Withdraws, unused"),
    "goods": gettext_lazy("Goods that come back"),
    "money": gettext_lazy("Money to give back"),
    "open_sales": gettext_lazy("Open sales"),
    "rewards": gettext_lazy("Unused rewards"),
    "rewards_kept": gettext_lazy("Used rewards, which stay"),
    "sales_stay": gettext_lazy("Sales that stay under a number"),
    "entries_stay": gettext_lazy("Entries that stay under a number"),
    "decisions_stay": gettext_lazy("Decisions that stay under a number"),
    "waits": gettext_lazy("It waits as long as this is so:"),
    "message": gettext_lazy("Template"),
    "over": gettext_lazy("Over"),
    "written_to": gettext_lazy("Members it is for"),
}
OF_UNIT: dict[str, Promise] = {
    "balance": gettext_lazy("%(unit)s"),
    "debt": gettext_lazy("%(unit)s, owed"),
    "other": gettext_lazy("%(unit)s of the second record"),
    "booked": gettext_lazy("%(unit)s, booked in all"),
    "leaving_later": gettext_lazy("%(unit)s of them that end later"),
    "stamps": gettext_lazy("Stamps on “%(unit)s”"),
    "no_room": gettext_lazy("Stamps for which “%(unit)s” has no room"),
    "filled": gettext_lazy("Cards “%(unit)s” that are full"),
    "reopened": gettext_lazy("Cards “%(unit)s” that are opened again, their rewards withdrawn"),
}
OF_LEVEL: dict[str, Promise] = {
    "level": gettext_lazy("%(set)s"),
    "kept": gettext_lazy("%(set)s: kept until"),
    "held_until": gettext_lazy("%(set)s: by the team until"),
    "held_floor": gettext_lazy("%(set)s: at least this, by the team, until"),
    "held_pinned": gettext_lazy("%(set)s: pinned by the team until"),
}
ROWS: dict[str, Promise] = {
    "created": gettext_lazy("Lines that are booked"),
    "unchanged": gettext_lazy("Lines that change nothing"),
    "failed": gettext_lazy("Lines that fail"),
}
COUNTED = ("stamps", "no_room", "filled", "reopened")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line in words: `asked` when it was asked for, `now` as it is; empty where there was, or is, no such line."""

    label: str
    asked: str
    now: str
    differs: bool


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """`asked_refused` and `now_refused` say why it could not, or cannot, be done. `is_past`: only what was is known."""

    rows: list[Row]
    asked_refused: str
    now_refused: str
    differs: bool
    is_past: bool


def show_effect(asked: Effect, now: Effect | None, office: Office) -> Shown:
    """Show what leave was asked for beside what it would do now; without `now`, only what it was."""
    was = {line.place: line for line in asked.lines}
    then = {line.place: line for line in now.lines} if now else was
    rows = [
        Row(
            label=_label(was.get(place) or then[place], office),
            asked=_value(was.get(place), office),
            now=_value(then.get(place), office),
            differs=was.get(place) != then.get(place),
        )
        for place in dict.fromkeys([*was, *then])
        if place[0] != "moved" or place[1] in PLACES
    ]
    return Shown(
        rows=rows,
        asked_refused=_refused(asked, office),
        now_refused=_refused(now, office) if now else "",
        differs=now is not None and now != asked,
        is_past=now is None,
    )


def _refused(effect: Effect, office: Office) -> str:
    return say_fault(effect.refused, facts_of(effect), office) if effect.refused else ""


def _label(line: Line, office: Office) -> str:
    if line.what in LABELS:
        return str(LABELS[line.what])
    if line.what in OF_LEVEL:
        return str(OF_LEVEL[line.what]) % {"set": _set_name(line.of, office)}
    if line.what == "rows":
        return str(ROWS.get(line.of, line.of))
    if line.what == "moved":
        return str(PLACES.get(line.of, line.of))
    if line.what == "leaving":
        return _leaving(line, office)
    if line.what in OF_UNIT:
        name = _card_name(line.of, office) if line.what in COUNTED else words_of(office.unit(line.of)).plural
        said = str(OF_UNIT[line.what]) % {"unit": name}
        return said[:1].upper() + said[1:]
    return _("Not as it was")


def _leaving(line: Line, office: Office) -> str:
    if not line.day:
        return _("of them that never end")
    return _("of them that would end after %(day)s") % {"day": last_day(datetime.fromisoformat(line.day), office)}


def _value(line: Line | None, office: Office) -> str:
    if line is None:
        return ""
    said = _sayer(line, office)
    if line.before is None:
        return said(line.after)
    return f"{said(line.before)} → {said(line.after)}"


def _sayer(line: Line, office: Office) -> Callable[[Any], str]:
    """How this line's values are said."""
    if line.what in ("given", "taken", "withdrawn"):
        return lambda _value: _reward_name(line.of, office)
    if line.what in ("goods", "money", "open_sales"):
        return lambda value: money(int(value), office.currency)
    if line.what == "waits":
        return lambda _value: str(BLOCKS.get(line.of, line.of))
    if line.what == "message":
        return lambda value: _("%(code)s, version %(n)s") % {"code": line.of, "n": value}
    if line.what == "over":
        return lambda _value: name_of_channel(line.of)
    if line.what == "level":
        return lambda value: _level_name(line.of, str(value or ""), office) or _("no level")
    if line.what in OF_LEVEL:
        return lambda value: last_day(datetime.fromisoformat(value), office) if value else _("somebody ends it")
    if line.what.startswith("differs_"):
        difference = Difference(line.what.removeprefix("differs_"), line.of, int(line.after or 0))
        return lambda _value: say_differences([difference], office)[0]
    if line.what == "booked":
        return lambda value: say_change(int(value), office.unit(line.of))
    if (line.what in OF_UNIT and line.what not in COUNTED) or line.what == "leaving":
        return lambda value: say_amount(int(value), office.unit(line.of))
    return lambda value: number(int(value or 0))


def _set_name(code: str, office: Office) -> str:
    return next((each.name for each in office.live.tier_sets if each.code == code), code) if office.live else code


def _level_name(tier_set: str, level: str, office: Office) -> str:
    known = next((each for each in office.live.tier_sets if each.code == tier_set), None) if office.live else None
    return name_of_level(known, level) if known else level


def _card_name(code: str, office: Office) -> str:
    return office.live.cards[code].name if office.live and code in office.live.cards else code


def _reward_name(code: str, office: Office) -> str:
    return office.live.rewards[code].name if office.live and code in office.live.rewards else code
