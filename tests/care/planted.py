"""A member with twelve words that nobody else has, planted wherever people can write something about a person."""

from datetime import datetime, timedelta
from io import BytesIO

import msgspec

from regulars.audiences.tags import create_tag, retag_member
from regulars.audit.answers import StoredAnswer, store_answers
from regulars.care.erasures import ask_erasure
from regulars.care.holds import lift_hold, place_hold
from regulars.care.merge import merge_members
from regulars.consents.models import Asker
from regulars.core.actor import SYSTEM, Actor
from regulars.core.approval import Action, Weight
from regulars.core.attributes import AttributeKind
from regulars.core.identifiers import MemberHandle
from regulars.core.importing import Terms
from regulars.core.sale import SaleLine
from regulars.files.keep import keep_file
from regulars.files.models import Purpose
from regulars.imports.ask import ask_check, ask_write, take_in
from regulars.imports.run import run_import
from regulars.ledger.models import Lot
from regulars.members.attributes import change_values
from regulars.members.define import AttributeWish, save_attribute
from regulars.members.models import Status
from regulars.members.notes import write_note
from regulars.members.status import change_status, remove_member
from regulars.points.adjust import adjust_points
from regulars.points.dates import extend_lots
from regulars.receipts.dispute import NewDispute, answer_dispute, open_dispute
from regulars.receipts.enter import NewReceipt, enter_receipt
from regulars.staff.approvals import Ask, ask_for_approval
from regulars.staff.models import Role
from regulars.staff.people import create_person
from tests.shop import a_member

WORDS = {
    "first": "Zephyrine",
    "last": "Quillfeather",
    "phone": "2125550187",
    "email": "zq.unicorn@example.com",
    "external": "EXT-ZQ-774",
    "card": "8800774411",
    "attribute": "Palindromist",
    "regulated": "Arachnophobe",
    "note": "collects marzipan",
    "reason": "rang about marmalade",
    "comment": "dearest gooseberry",
    "file": "thimblerigger",
}
PDF = b"%PDF-1.4\n%" + WORDS["file"].encode() + b"\n%%EOF\n"
CLERK = Actor(kind="staff", id=7)


def plant(at: datetime) -> int:
    """Enrol the member and write all of it; returns their id."""
    about = f"{WORDS['first']} {WORDS['last']} {WORDS['note']} {WORDS['reason']}"
    member = a_member(
        first_name=WORDS["first"],
        last_name=WORDS["last"],
        phone=f"+1{WORDS['phone']}",
        email=WORDS["email"],
        external_id=WORDS["external"],
        cards=(WORDS["card"],),
        points=100,
        at=at,
    )
    _describe(member, about, at=at)
    _serve(member, about, at=at)
    _bring_and_merge(member, at=at)
    place = place_hold(member_id=member, reason=about, at=at, by=CLERK)
    lift_hold(hold_id=place.pk, at=at, by=CLERK)
    ask_erasure(member_id=member, asker=Asker.SHOP, reason=about, at=at, by=CLERK)
    return member


def _describe(member: int, about: str, *, at: datetime) -> None:
    proof = keep_file(
        BytesIO(PDF), name=f"{WORDS['file']}.pdf", purpose=Purpose.ATTRIBUTE, at=at, by=CLERK, member_id=member
    )
    for code, kind, regulated in (
        ("hobby", AttributeKind.TEXT, False),
        ("health", AttributeKind.TEXT, True),
        ("proof", AttributeKind.FILE, False),
    ):
        save_attribute(AttributeWish(code=code, label=code, kind=kind, is_regulated=regulated), at=at, by=CLERK)
    values = {"hobby": WORDS["attribute"], "health": WORDS["regulated"], "proof": proof.pk}
    change_values(member_id=member, values=values, at=at, by=CLERK)
    write_note(member_id=member, text=about, at=at, by=CLERK)
    create_tag("vip", at=at, by=CLERK)
    retag_member(member_id=member, put=("vip",), take=(), at=at, by=CLERK)
    change_status(member_id=member, status=Status.LOCKED, reason=about, until=at + timedelta(hours=1), at=at, by=CLERK)
    remove_member(member_id=member, reason=about, at=at, by=CLERK)


def _serve(member: int, about: str, *, at: datetime) -> None:
    adjust_points(member_id=member, amount=5, reason=about, comment=WORDS["comment"], key="planted", at=at, by=CLERK)
    [lot] = Lot.objects.filter(account__holder_id=member, expires_at__isnull=False).values_list("pk", flat=True)[:1]
    extend_lots(member_id=member, lots=[lot], until=(at + timedelta(days=900)).date(), reason=about, at=at, by=CLERK)
    number = open_dispute(NewDispute(member_id=member, complaint="missing", said=about), at=at, by=CLERK)
    answer_dispute(number, upheld=False, answer=about, at=at, by=CLERK)
    photo = keep_file(BytesIO(PDF), name="receipt.pdf", purpose=Purpose.RECEIPT, at=at, by=CLERK, member_id=member)
    receipt = NewReceipt(
        key="planted",
        kind="claim",
        store="330",
        occurred_at=at,
        member=MemberHandle(id=str(member)),
        number="R-planted",
        total_minor=500,
        lines=(SaleLine("100", 1000, 500, "GROCERY", "National"),),
        note=about,
    )
    enter_receipt(receipt, proofs=[photo], at=at, by=CLERK)
    person = create_person(email="max@example.com", password="a-long-secret-7", role=Role.CASHIER, at=at, by=SYSTEM)
    ask = Ask(
        action=Action.ADJUST_POINTS,
        payload={"reason": [about]},
        about="member",
        about_id=member,
        member_id=member,
        weight=Weight(amount=5),
    )
    ask_for_approval(ask, person=person, path=f"/members/{member}/adjust/", form={"reason": [about]}, at=at)
    body = msgspec.json.encode(
        {"id": str(member), "first_name": WORDS["first"], "last_name": WORDS["last"], "email": WORDS["email"]}
    )
    answer = StoredAnswer(caller="key:1", key="enrol", body_hash=b"x", status=201, body=body)
    store_answers([answer], at=at)


def _bring_and_merge(member: int, *, at: datetime) -> None:
    """Somebody brings a file with them in it, takes one out, and finds that they were known twice."""
    lines = (
        "First name,Last name,Phone,E-mail,External id\n"
        f"{WORDS['first']},{WORDS['last']},+1{WORDS['phone']},{WORDS['email']},{WORDS['external']}\n"
        f"Other,Person,,,EXT-OTHER\n"
    )
    run = take_in(BytesIO(lines.encode()), name="members.csv", subject="members", terms=Terms(), at=at, by=SYSTEM)
    for ask in (ask_check, ask_write):
        ask(run.pk, at=at, by=SYSTEM)
        for _ in run_import(run.pk, now=lambda: at):
            pass
    keep_file(BytesIO(lines.encode()), name="members.csv", purpose=Purpose.EXPORT, at=at, by=CLERK)
    twice = a_member(first_name=WORDS["first"], last_name=WORDS["last"], email=f"old.{WORDS['email']}", at=at)
    merge_members(source=twice, keeper=member, reason=f"the same {WORDS['last']}", at=at, by=CLERK)
