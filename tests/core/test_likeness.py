"""Whether two members may be one person: what speaks for it, and how sure it is."""

from datetime import date

import pytest

from regulars.core.likeness import Likely, Person, compare, email_mark, marks_of, phone_mark

MAY, JUNE = date(1990, 5, 1), date(1990, 6, 1)


@pytest.mark.parametrize(
    ("email", "mark"),
    [
        ("ann.smith+shop@googlemail.com", "annsmith@gmail.com"),
        ("Ann.Smith@gmail.com", "annsmith@gmail.com"),
        ("ann.smith+shop@example.com", "ann.smith@example.com"),
        ("+ann@example.com", "+ann@example.com"),
    ],
)
def test_an_email_is_told_by_the_box_it_goes_to(email, mark):
    assert email_mark(email) == mark


@pytest.mark.parametrize(
    ("phone", "mark"),
    [("+84901234567", "901234567"), ("+12125550100", "125550100"), ("+3581234567", "581234567"), ("+12345", "")],
)
def test_a_phone_is_told_by_its_last_nine_digits(phone, mark):
    assert phone_mark(phone) == mark


ANN = Person(name="ann smith", birth_on=MAY, phones=("+84901234567",), emails=("ann@example.com",))


@pytest.mark.parametrize(
    ("other", "likely"),
    [
        (Person(name="smith ann", birth_on=MAY), Likely(75, ("birth",))),
        (Person(phones=("+60901234567",)), Likely(70, ("phone",))),
        (Person(emails=("ann+news@example.com",)), Likely(80, ("email",))),
        (Person(name="ann smith", phones=("+60901234567",)), Likely(82, ("phone", "name"))),
        (Person(name="ann smith", birth_on=MAY, emails=("ann+x@example.com",)), Likely(95, ("email", "birth"))),
        (Person(name="ann smith"), None),  # a name alone
        (Person(name="ann smith", birth_on=JUNE), None),
        (Person(name="bob smith", phones=("+60901234567",)), Likely(70, ("phone",))),
        (Person(name="bob jones", phones=("+60901234567",)), None),  # a shared phone
        (Person(name="ann smith", birth_on=JUNE, emails=("ann@example.com",)), Likely(58, ("email", "name"))),
        (Person(), None),
    ],
)
def test_signals_add_up_and_what_differs_takes_a_third(other, likely):
    assert compare(ANN, other) == likely
    assert compare(other, ANN) == likely


def test_people_are_looked_for_by_everything_but_their_name_alone():
    assert [signal for signal, _ in marks_of(ANN)] == ["phone", "email", "birth"]
    assert list(marks_of(Person(name="ann smith"))) == []
    assert dict(marks_of(ANN))["birth"] == dict(marks_of(Person(name="smith ann", birth_on=MAY)))["birth"]
