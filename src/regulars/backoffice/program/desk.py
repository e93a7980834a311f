"""The document on the table: the draft, or what a draft would begin as; and the only way pages change it."""

from collections.abc import Callable
from functools import cached_property

from django.db import transaction

from regulars.backoffice.office import Office
from regulars.core.difference import Change, compare
from regulars.core.program.document import ProgramDocument
from regulars.core.refusals import Refusal
from regulars.programs.versions import Version, list_current, list_versions, open_draft, save_draft
from regulars.staff.rights import Right


class ChangedMeanwhile(Refusal):
    """Somebody else changed the same piece of the draft since it was shown."""

    code = "changed_meanwhile"


class Desk:
    """The versions as one request sees them."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._current = list_current(at=office.now)

    @cached_property
    def versions(self) -> list[Version]:
        """Every version, the past included."""
        return list_versions(at=self.office.now)

    @cached_property
    def draft(self) -> Version | None:
        return next((version for version in self._current if version.state == "draft"), None)

    @cached_property
    def live(self) -> Version:
        return next(version for version in self._current if version.state == "live")

    @cached_property
    def scheduled(self) -> list[Version]:
        """What waits, the soonest first."""
        return [version for version in self._current if version.state == "scheduled"][::-1]

    @cached_property
    def base(self) -> Version:
        """What a draft is compared with: the version that starts last."""
        return self.scheduled[-1] if self.scheduled else self.live

    @property
    def document(self) -> ProgramDocument:
        return (self.draft or self.base).document

    @cached_property
    def changes(self) -> list[Change]:
        """What the draft changes, in words."""
        if self.draft is None:
            return []
        before, after = self.base.document, self.draft.document
        return compare(before, after, currency=self.office.currency, zone=self.office.zone)

    def state(self, section: str, code: str = "") -> str:
        """How the draft changes a piece: added, changed or removed; empty where it does not."""
        kinds = (each.kind for each in self.changes if each.section == section and each.code == code)
        return next((kind for kind in kinds if kind != "moved"), "")

    @property
    def may_change(self) -> bool:
        return self.office.can(Right.CHANGE_RULES)

    @property
    def is_empty(self) -> bool:
        """Nothing earns or gives anything yet, and nobody works on it."""
        document = self.document
        return not (document.rules or document.stamp_cards or document.tier_sets or document.rewards)


def change_draft(office: Office, change: Callable[[ProgramDocument], ProgramDocument]) -> Version:
    """Change the draft as it is now, begun if need be; what `change` refuses leaves it as it was."""
    with transaction.atomic():
        draft = open_draft(at=office.now, by=office.actor)
        return save_draft(change(draft.document), at=office.now, by=office.actor)
