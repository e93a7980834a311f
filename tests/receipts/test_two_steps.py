"""A sale that is keyed by hand counts when a second person, the member or the till says the same."""

from datetime import timedelta

import pytest
from msgspec import structs

from regulars.audit.models import Event
from regulars.core.checkout import SaleTooOld
from regulars.core.life import WAITS
from regulars.core.program.policies import Policies
from regulars.core.program.units import POINTS
from regulars.core.receipts import CODE_TRIES, NotAwaiting, OwnReceipt
from regulars.core.sale import NewRefund
from regulars.ledger.models import Entry
from regulars.ledger.statement import balance_of
from regulars.members.addresses import NoAddress, NoLiveCode, TooManyCodes, WrongCode
from regulars.members.models import Status
from regulars.members.status import change_status
from regulars.points.adjust import InvalidAdjustment
from regulars.receipts.codes import make_code
from regulars.receipts.confirm import Confirmed, confirm_receipt, confirm_with_code
from regulars.receipts.match import match_receipts
from regulars.receipts.models import Code, Receipt
from regulars.receipts.refusals import (
    AlreadyTheirs,
    ReceiptClaimed,
    ReceiptIncomplete,
    ReceiptKeyReused,
    ReceiptNotFound,
    RecordedOtherwise,
)
from regulars.receipts.reject import lapse_receipts, reject_receipt
from regulars.sales.models import Sale
from regulars.sales.refund import refund_sales
from regulars.sales.refusals import AttachedAlready, AttachTooLate, MemberBlocked, StoreNotFound
from tests.receipts.desk import CLERK, SECOND, a_photo, a_receipt, key_in
from tests.shop import NOON, OPENED, a_member, a_program, a_sale, a_shop, points_of, publish, sell

pytestmark = pytest.mark.django_db

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def shop(db):
    a_shop(stores=("330", "331"))


@pytest.fixture
def ana() -> int:
    return a_member(first_name="Ana", email="ana@example.com")


def parts(member: int, *, at=NOON) -> tuple[int, int]:
    balance = balance_of(member, at=at)
    return balance.available, balance.pending


def test_a_clerk_keys_80_for_ana_and_her_code_makes_the_80_points_active(ana):
    entered = key_in(a_receipt(8_000, member=ana))
    assert (entered.state, entered.promised) == ("awaiting", [("points", 80)])
    assert parts(ana) == (0, 80)
    assert Sale.objects.count() == 0

    later = NOON + 10 * MINUTE
    made = make_code(entered.receipt_id, kind="email", at=NOON, by=CLERK)
    assert made.address == "ana@example.com"
    done = confirm_with_code(entered.receipt_id, made.code, at=later, by=CLERK)

    assert isinstance(done, Confirmed)
    assert parts(ana, at=later) == (80, 0)
    sale = Sale.objects.get()
    assert (sale.pk, sale.member_id, sale.total_minor, sale.occurred_at) == (done.recorded.id, ana, 8_000, NOON)
    receipt = Receipt.objects.get()
    assert (receipt.state, receipt.way, receipt.sale_id) == ("confirmed", "member", sale.pk)


def test_no_answer_in_seven_days_and_it_lapses_while_the_entry_is_kept(ana):
    entered = key_in(a_receipt(8_000, member=ana))
    over = NOON + 7 * DAY
    assert lapse_receipts(at=over - MINUTE) == 0
    assert parts(ana, at=over - MINUTE) == (0, 80)

    assert lapse_receipts(at=over) == 1
    assert lapse_receipts(at=over) == 0

    assert parts(ana, at=over) == (0, 0)
    assert Receipt.objects.get().state == "lapsed"
    assert list(Entry.objects.order_by("id").values_list("kind", "amount", "key")) == [
        ("promise", 80, f"receipt/{entered.receipt_id}/points"),
        ("withdraw", 80, f"receipt/{entered.receipt_id}/points"),
    ]
    assert Sale.objects.count() == 0


def test_a_receipt_whose_time_is_over_is_not_confirmed_though_the_job_is_late(ana):
    entered = key_in(a_receipt(member=ana))
    with pytest.raises(NotAwaiting) as refused:
        confirm_receipt(entered.receipt_id, at=NOON + 7 * DAY, by=SECOND)
    assert refused.value.state == "lapsed"
    assert Sale.objects.count() == 0


def test_a_second_person_confirms_and_both_names_stay_in_the_ledger(ana):
    entered = key_in(a_receipt(8_000, member=ana))
    confirm_receipt(entered.receipt_id, at=NOON + DAY, by=SECOND)

    earned = Entry.objects.get(kind="earn")
    assert (earned.actor, earned.approver, earned.amount, earned.occurred_at) == (CLERK.tag, SECOND.tag, 80, NOON)
    assert points_of(ana, at=NOON + DAY) == 80
    assert list(Event.objects.filter(about="receipt").order_by("id").values_list("action", "actor")) == [
        ("receipt.entered", CLERK.tag),
        ("receipt.confirmed", SECOND.tag),
    ]


def test_who_keyed_never_confirms(ana):
    entered = key_in(a_receipt(member=ana))
    with pytest.raises(OwnReceipt):
        confirm_receipt(entered.receipt_id, at=NOON, by=CLERK)
    assert parts(ana) == (0, 80)


def test_it_counts_once_however_often_it_is_confirmed(ana):
    entered = key_in(a_receipt(member=ana))
    confirm_receipt(entered.receipt_id, at=NOON, by=SECOND)
    with pytest.raises(NotAwaiting):
        confirm_receipt(entered.receipt_id, at=NOON, by=SECOND)
    with pytest.raises(NotAwaiting):
        reject_receipt(entered.receipt_id, reason="Too late", at=NOON, by=SECOND)
    assert parts(ana) == (80, 0)


def test_a_rejected_receipt_promises_nothing_any_more_and_keeps_its_reason(ana):
    entered = key_in(a_receipt(member=ana))
    with pytest.raises(InvalidAdjustment):
        reject_receipt(entered.receipt_id, reason=" ", at=NOON, by=SECOND)
    reject_receipt(entered.receipt_id, reason="No such receipt in the till's roll", at=NOON, by=SECOND)
    assert parts(ana) == (0, 0)
    receipt = Receipt.objects.get()
    assert (receipt.state, receipt.reason) == ("rejected", "No such receipt in the till's roll")


def test_a_rejected_receipt_can_be_keyed_again_and_a_live_one_cannot(ana):
    bob = a_member()
    first = key_in(a_receipt(member=ana, number="R-7"))
    with pytest.raises(ReceiptClaimed) as refused:
        key_in(a_receipt(member=bob, number="R-7"))
    assert refused.value.receipt_id == str(first.receipt_id)
    assert key_in(a_receipt(member=bob, number="R-7", store="331")).state == "awaiting"
    reject_receipt(first.receipt_id, reason="Mistyped", at=NOON, by=CLERK)
    assert key_in(a_receipt(member=bob, number="R-7")).state == "awaiting"


def test_the_same_form_sent_twice_is_one_receipt(ana):
    new = a_receipt(member=ana)
    first, again = key_in(new), key_in(new)
    assert (again.receipt_id, again.replayed) == (first.receipt_id, True)
    assert parts(ana) == (0, 80)


@pytest.mark.parametrize(
    ("above", "total", "state", "balance"),
    [(0, 8_000, "awaiting", (0, 80)), (10_000, 8_000, "confirmed", (80, 0)), (None, 99_900, "confirmed", (999, 0))],
)
def test_the_policy_says_what_counts_at_once(ana, above, total, state, balance):
    publish(a_program(policies=Policies(confirm_above_minor=above)))
    entered = key_in(a_receipt(total, member=ana))
    assert (entered.state, parts(ana)) == (state, balance)


def test_a_claim_waits_whatever_the_policy_says(ana):
    publish(a_program(policies=Policies(confirm_above_minor=None)))
    assert key_in(a_receipt(member=ana, kind="claim"), proofs=[a_photo()]).state == "awaiting"


@pytest.mark.parametrize(("days", "is_taken"), [(13, True), (14, False)])
def test_a_claim_comes_within_the_days_of_the_policy(ana, days, is_taken):
    publish(a_program(policies=Policies(attach_days=14)), at=OPENED + DAY)
    claim = a_receipt(member=ana, kind="claim", at=NOON - days * DAY)
    if is_taken:
        assert key_in(claim).state == "awaiting"
    else:
        with pytest.raises(AttachTooLate) as refused:
            key_in(claim)
        assert refused.value.until == NOON
    assert key_in(a_receipt(member=ana, at=NOON - days * DAY)).state == "awaiting"


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"number": ""}, ReceiptIncomplete),
        ({"total_minor": None}, ReceiptIncomplete),
        ({"store": "999"}, StoreNotFound),
        ({"at": NOON - 31 * DAY}, SaleTooOld),
    ],
)
def test_what_cannot_count_is_refused_and_promises_nothing(ana, given, refusal):
    with pytest.raises(refusal):
        key_in(a_receipt(**({"member": ana} | given)))
    assert parts(ana) == (0, 0)
    assert Receipt.objects.count() == 0


def test_a_blocked_member_gets_no_receipt_and_no_confirmation(ana):
    entered = key_in(a_receipt(member=ana))
    change_status(member_id=ana, status=Status.BLOCKED, reason="Fraud", at=NOON, by=SECOND)
    with pytest.raises(MemberBlocked):
        key_in(a_receipt(member=ana))
    with pytest.raises(MemberBlocked):
        confirm_receipt(entered.receipt_id, at=NOON, by=SECOND)
    assert Receipt.objects.get().state == "awaiting"


def test_a_form_is_not_sent_again_with_another_receipt(ana):
    new = a_receipt(member=ana)
    key_in(new)
    with pytest.raises(ReceiptKeyReused):
        key_in(structs.replace(new, total_minor=9_000))
    assert parts(ana) == (0, 80)


# --- the member's code ---------------------------------------------------------------------------------


def test_a_wrong_code_is_counted_and_after_five_none_opens(ana):
    entered = key_in(a_receipt(member=ana))
    made = make_code(entered.receipt_id, kind="email", at=NOON, by=CLERK)
    wrong = "000000" if made.code != "000000" else "111111"
    left = [confirm_with_code(entered.receipt_id, wrong, at=NOON, by=CLERK) for _ in range(CODE_TRIES)]
    assert [each.tries for each in left if isinstance(each, WrongCode)] == [4, 3, 2, 1, 0]
    with pytest.raises(NoLiveCode):
        confirm_with_code(entered.receipt_id, made.code, at=NOON, by=CLERK)
    assert parts(ana) == (0, 80)


def test_a_code_lives_fifteen_minutes_and_the_newest_one_only(ana):
    entered = key_in(a_receipt(member=ana))
    old = make_code(entered.receipt_id, kind="email", at=NOON, by=CLERK)
    new = make_code(entered.receipt_id, kind="email", at=NOON + MINUTE, by=CLERK)
    if old.code != new.code:
        assert isinstance(confirm_with_code(entered.receipt_id, old.code, at=NOON + MINUTE, by=CLERK), WrongCode)
    with pytest.raises(NoLiveCode):
        confirm_with_code(entered.receipt_id, new.code, at=NOON + 16 * MINUTE, by=CLERK)
    typed = f" {new.code[:3]} {new.code[3:]} "
    assert isinstance(confirm_with_code(entered.receipt_id, typed, at=NOON + 15 * MINUTE, by=CLERK), Confirmed)


def test_a_code_is_of_one_receipt_and_kept_as_a_hash(ana):
    one, other = key_in(a_receipt(member=ana)), key_in(a_receipt(member=ana))
    made = make_code(one.receipt_id, kind="email", at=NOON, by=CLERK)
    assert made.code not in str(Code.objects.values().get())
    with pytest.raises(NoLiveCode):
        confirm_with_code(other.receipt_id, made.code, at=NOON, by=CLERK)


def test_codes_need_an_address_and_are_few(ana):
    bob = key_in(a_receipt(member=a_member()))
    with pytest.raises(NoAddress):
        make_code(bob.receipt_id, kind="email", at=NOON, by=CLERK)
    entered = key_in(a_receipt(member=ana))
    with pytest.raises(NoAddress):
        make_code(entered.receipt_id, kind="phone", at=NOON, by=CLERK)
    for nth in range(5):
        make_code(entered.receipt_id, kind="email", at=NOON + nth * MINUTE, by=CLERK)
    with pytest.raises(TooManyCodes) as refused:
        make_code(entered.receipt_id, kind="email", at=NOON + 9 * MINUTE, by=CLERK)
    assert refused.value.again_at == NOON + DAY
    assert make_code(entered.receipt_id, kind="email", at=NOON + DAY + MINUTE, by=CLERK).code


# --- the till's own record -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "later", "is_matched"),
    [(8_000, 30 * MINUTE, True), (8_000, 31 * MINUTE, False), (7_999, 0 * MINUTE, False)],
)
def test_a_matching_record_of_the_till_confirms(ana, total, later, is_matched):
    entered = key_in(a_receipt(8_000, member=ana, number="R-7"))
    sold = sell(a_sale(total, receipt="R-7", at=NOON + later), at=NOON + later)

    at = NOON + later
    assert match_receipts(at=at) == int(is_matched)

    receipt = Receipt.objects.get(pk=entered.receipt_id)
    if is_matched:
        assert (receipt.state, receipt.way, receipt.sale_id) == ("confirmed", "till", sold.id)
        assert parts(ana, at=at) == (80, 0)
        assert match_receipts(at=at) == 0
    else:
        assert (receipt.state, parts(ana, at=at)) == ("awaiting", (0, 80))


def test_a_till_that_named_the_member_itself_pays_once(ana):
    key_in(a_receipt(8_000, member=ana, number="R-7"))
    sell(a_sale(8_000, receipt="R-7", member=ana))
    assert parts(ana) == (80, 80)
    assert match_receipts(at=NOON) == 1
    assert parts(ana) == (80, 0)


def test_a_receipt_that_the_till_has_already_is_attached_at_once(ana):
    sell(a_sale(8_000, receipt="R-7"))
    entered = key_in(a_receipt(8_000, member=ana, number="R-7", kind="claim"), proofs=[a_photo()])
    assert (entered.state, parts(ana)) == ("confirmed", (80, 0))
    assert Sale.objects.count() == 1


def test_a_receipt_of_the_members_own_sale_brings_nothing_more(ana):
    sold = sell(a_sale(8_000, receipt="R-7", member=ana))
    with pytest.raises(AlreadyTheirs) as refused:
        key_in(a_receipt(8_000, member=ana, number="R-7"))
    assert refused.value.sale_id == str(sold.id)
    assert parts(ana) == (80, 0)


def test_a_receipt_of_somebody_elses_sale_is_refused(ana):
    sell(a_sale(8_000, receipt="R-7", member=a_member()))
    with pytest.raises(AttachedAlready):
        key_in(a_receipt(8_000, member=ana, number="R-7"))


def test_a_receipt_that_the_till_tells_otherwise_promises_nothing_and_is_not_confirmed_by_people(ana):
    sell(a_sale(7_500, receipt="R-7"))
    entered = key_in(a_receipt(8_000, member=ana, number="R-7"))
    assert (entered.state, parts(ana)) == ("awaiting", (0, 0))
    with pytest.raises(RecordedOtherwise):
        confirm_receipt(entered.receipt_id, at=NOON, by=SECOND)


def test_when_the_till_reports_between_two_looks_the_sale_is_one(ana):
    entered = key_in(a_receipt(8_000, member=ana, number="R-7"))
    sold = sell(a_sale(8_000, receipt="R-7", at=NOON + 45 * MINUTE), at=NOON + 45 * MINUTE)
    done = confirm_receipt(entered.receipt_id, at=NOON + DAY, by=SECOND)
    assert done.recorded.id == sold.id
    assert Sale.objects.count() == 1
    assert parts(ana, at=NOON + DAY) == (80, 0)


# --- around it -----------------------------------------------------------------------------------------


def test_a_promise_repays_a_debt_only_for_as_long_as_it_lasts(ana):
    publish(a_program(points=structs.replace(POINTS, shortfall="debt")), at=OPENED + DAY)
    first = sell(a_sale(10_000, member=ana, at=NOON - DAY))
    sell(a_sale(1_000, member=ana, points=100))
    refund = NewRefund(sale_id=first.id or 0, external_id="back", occurred_at=NOON)
    refund_sales([refund], at=NOON)
    before = balance_of(ana, at=NOON)
    assert before.debt > 0

    entered = key_in(a_receipt(10_000, member=ana))
    assert (balance_of(ana, at=NOON).debt, balance_of(ana, at=NOON).pending) == (0, 9)
    reject_receipt(entered.receipt_id, reason="No", at=NOON, by=SECOND)
    assert balance_of(ana, at=NOON) == before


def test_nothing_is_told_of_a_receipt_that_is_not_there():
    for verb in (confirm_receipt, confirm_with_code, reject_receipt):
        given = {"code": "1"} if verb is confirm_with_code else {"reason": "x"} if verb is reject_receipt else {}
        with pytest.raises((ReceiptNotFound, NoLiveCode)):
            verb(2**40, **given, at=NOON, by=SECOND)


def test_what_a_receipt_promises_waits_for_nothing_else(ana):
    from regulars.ledger.lots import lots_of

    entered = key_in(a_receipt(8_000, member=ana))
    [lot] = lots_of(ana, at=NOON)
    assert (lot.available_at, lot.event, lot.state) == (WAITS, f"receipt/{entered.receipt_id}", "waiting")
