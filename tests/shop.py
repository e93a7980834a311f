"""A shop in the domain's words: its program, stores, members, and what tills send. All of it goes through the verbs."""

from datetime import UTC, datetime
from itertools import count

from regulars.core.actor import SYSTEM
from regulars.core.expiry import EndOf
from regulars.core.identifiers import MemberHandle
from regulars.core.program.document import ProgramDocument
from regulars.core.program.policies import Policies
from regulars.core.program.rules import EarningRule, RateRule
from regulars.core.program.units import POINTS, Unit
from regulars.core.refusals import Refusal
from regulars.core.sale import NewSale, SaleLine, Tender
from regulars.ledger.statement import balance_of
from regulars.members.enrol import NewMember, enrol_member
from regulars.programs.setup import create_program
from regulars.programs.versions import Version, publish_document
from regulars.sales.answers import Recorded
from regulars.sales.record import record_sales
from regulars.stores.change import save_store

OPENED = datetime(2026, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ONE_PER_DOLLAR = RateRule(code="base", name="Base", points=1, per_minor=100, expiry=EndOf(period="month", after=12))

_numbers = count(1)


def a_program(
    *rules: EarningRule, points: Unit = POINTS, policies: Policies | None = None, **parts: object
) -> ProgramDocument:
    """A document with these rules (or one point per full dollar); `parts` are its other fields."""
    given = {"units": (points,), "rules": rules or (ONE_PER_DOLLAR,), "policies": policies or Policies()} | parts
    return ProgramDocument(**given)  # type: ignore[arg-type]


def a_shop(
    *rules: EarningRule,
    points: Unit = POINTS,
    policies: Policies | None = None,
    stores: tuple[str, ...] = ("330",),
    **parts: object,
) -> None:
    """Open a shop in New York that sells in dollars, with a program as `a_program` makes it."""
    create_program(
        name="Corner Shop",
        time_zone="America/New_York",
        currency="USD",
        country="US",
        document=a_program(*rules, points=points, policies=policies, **parts),
        at=OPENED,
        by=SYSTEM,
    )
    for code in stores:
        a_store(code)


def publish(document: ProgramDocument, *, at: datetime = NOON) -> Version:
    """Let another program decide from `at` on."""
    return publish_document(document, at=at, by=SYSTEM)


def a_store(code: str, *, tags: tuple[str, ...] = ()) -> None:
    save_store(code=code, name=f"Store {code}", time_zone="America/New_York", tags=tags, at=OPENED, by=SYSTEM)


def a_member(*, points: int = 0, at: datetime = OPENED, **given: object) -> int:
    """Enrol somebody with a card of their own; `points` were earned by a sale."""
    number = next(_numbers)
    usual = {"first_name": "Ann", "last_name": f"Smith {number}", "cards": (f"9{number:09}",), "joined_at": at}
    member = enrol_member(NewMember(**(usual | given)), at=at).member_id  # type: ignore[arg-type]
    if points:
        sell(a_sale(points * 100, member=member, at=at), at=at)
    return member


def a_sale(
    total_minor: int = 1000,
    *,
    member: int | None = None,
    points: int = 0,
    at: datetime = NOON,
    receipt: str | None = None,
    store: str = "330",
    lines: tuple[SaleLine, ...] | None = None,
    **fields: object,
) -> NewSale:
    """What a till sends; `points` of it are paid with points."""
    return NewSale(
        external_id=receipt or f"R-{next(_numbers)}",
        store=store,
        occurred_at=at,
        total_minor=total_minor,
        lines=(SaleLine("100", 1000, total_minor, "GROCERY", "National"),) if lines is None else lines,
        tenders=(Tender("points", points=points),) if points else (),
        member=MemberHandle(id=str(member)) if member else None,
        **fields,  # type: ignore[arg-type]
    )


def sell(sale: NewSale, *, at: datetime = NOON) -> Recorded:
    """Record one sale; a refusal is raised."""
    [outcome] = record_sales([sale], at=at, is_history=True)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def points_of(member: int, *, at: datetime = NOON) -> int:
    """What a member can spend."""
    return balance_of(member, at=at).available
