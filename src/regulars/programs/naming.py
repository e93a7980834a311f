"""Which versions of the program ask for a name that lives outside it: a member's tag, a segment."""

from datetime import datetime
from typing import Literal

import msgspec
from django.db.models import Q

from regulars.core.checks.spots import all_audiences
from regulars.core.program.conditions import Audience
from regulars.core.program.document import ProgramDocument
from regulars.programs.models import ProgramVersion

Named = Literal["tag", "segment"]


def naming_programs(what: Named, name: str, *, at: datetime) -> list[str]:
    """Return the draft, the live version and those that wait, as far as they ask for it: "program version 3"."""
    live = ProgramVersion.objects.filter(starts_at__lte=at).order_by("-starts_at", "-id").values("id")[:1]
    still = ProgramVersion.objects.filter(Q(starts_at=None) | Q(starts_at__gt=at) | Q(id__in=live))
    found = []
    for version in still.order_by("number"):
        document = msgspec.convert(version.document, type=ProgramDocument, str_keys=True)
        if any(name in _named(audience, what) for _, audience in all_audiences(document)):
            found.append(f"program version {version.number}")
    return found


def _named(audience: Audience, what: Named) -> tuple[str, ...]:
    if what == "segment":
        return audience.segments
    return (*audience.tags.any, *audience.tags.all, *audience.tags.none)
