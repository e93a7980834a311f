"""The message with a receipt's code is in one language, and says the day as the shop writes days."""

from zoneinfo import ZoneInfo

import pytest

from regulars.brand.change import change_looks
from regulars.brand.dates import DateStyle
from regulars.core.actor import SYSTEM
from regulars.messages.models import Delivery
from regulars.messages.templates import WrittenText, create_template
from regulars.messages.terms import Terms, change_terms
from regulars.receipts.codes import make_code
from regulars.receipts.letter import post_code
from tests.receipts.desk import CLERK, a_receipt, key_in
from tests.shop import NOON, OPENED, a_member, a_shop

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("America/New_York")


def posted(language: str) -> str:
    """What the message says to a member of a language."""
    ana = a_member(email="ana@example.com", language=language)
    made = make_code(key_in(a_receipt(8_000, member=ana)).receipt_id, kind="email", at=NOON, by=CLERK)
    post_code(made, currency="USD", zone=ZONE, at=NOON)
    return Delivery.objects.get().body


ENGLISH = "a receipt over 80.00 USD at Store 330, 10 Mar 2026 08:00"
VIETNAMESE = "hóa đơn 80,00 USD tại Store 330, 10/3/2026 08:00"


@pytest.mark.parametrize(
    ("member", "shop_language", "own", "said"),
    [
        ("vi", "en", None, f"xác nhận {VIETNAMESE}."),
        ("", "en", None, f"confirms {ENGLISH}."),
        ("", "vi", None, f"xác nhận {VIETNAMESE}."),  # the shop's language, not always English
        ("fr", "vi", None, f"xác nhận {VIETNAMESE}."),
        ("vi", "vi", "en", f"Own: {ENGLISH}"),  # the shop has words of its own, in English alone
    ],
)
def test_what_the_code_is_for_is_in_the_language_of_the_text(member, shop_language, own, said):
    a_shop(stores=("330",))
    change_terms(Terms(language=shop_language), at=OPENED, by=SYSTEM)
    if own:
        text = WrittenText(channel="email", language=own, subject="{{ code }}", body="{{ code }} Own: {{ about }}")
        create_template(code="receipt_code", name="Own", kind="code", texts=[text], at=OPENED, by=SYSTEM)
    assert said in posted(member)


def test_the_day_is_written_as_the_shop_does():
    a_shop(stores=("330",))
    change_looks(accent="", date_style=DateStyle.ISO, store_word="store", at=OPENED, by=SYSTEM)
    assert "Store 330, 2026-03-10 08:00" in posted("")
