"""Whoever has the machine gets in, nobody else: random passwords and a key, in files for their owner alone."""

import pytest
from django.contrib.auth.hashers import check_password

from regulars.core.refusals import Refusal
from regulars.demo.sign_ins import find_sign_ins, make_sign_ins
from regulars.staff.key_check import check_key
from regulars.staff.models import Person
from tests.demo.test_load import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "demo"


def test_a_person_of_each_role_gets_in_and_tills_too(folder):
    made = make_sign_ins(folder, at=AT)
    assert [each.role for each in made.people] == ["owner", "manager", "cashier", "marketer", "auditor"]
    for each in made.people:
        person = Person.objects.get(email=each.email, role=each.role)
        assert check_password(each.password, person.password)
    assert check_key(made.key_file.read_text().strip(), at=AT).name == "Demo tills"


def test_the_files_are_for_their_owner_alone(folder):
    made = make_sign_ins(folder, at=AT)
    assert {oct(file.stat().st_mode & 0o777) for file in (made.people_file, made.key_file)} == {"0o600"}
    assert folder.stat().st_mode & 0o077 == 0


def test_passwords_differ_from_one_installation_to_the_next(folder, tmp_path):
    ours, theirs = make_sign_ins(folder, at=AT), make_sign_ins(tmp_path / "other", at=AT)
    assert not {each.password for each in ours.people} & {each.password for each in theirs.people}


def test_a_second_run_finds_what_the_first_one_made(folder):
    assert find_sign_ins(folder) is None
    made = make_sign_ins(folder, at=AT)
    key = made.key_file.read_text()
    assert make_sign_ins(folder, at=AT) == made == find_sign_ins(folder)
    assert made.key_file.read_text() == key


def test_a_key_whose_file_is_lost_ends_and_another_one_takes_its_place(folder):
    made = make_sign_ins(folder, at=AT)
    lost = made.key_file.read_text().strip()
    made.key_file.unlink()
    make_sign_ins(folder, at=AT)
    assert check_key(made.key_file.read_text().strip(), at=AT)
    with pytest.raises(Refusal):
        check_key(lost, at=AT)


def test_passwords_whose_file_is_lost_are_made_anew(folder):
    lost = make_sign_ins(folder, at=AT)
    lost.people_file.unlink()
    made = make_sign_ins(folder, at=AT)
    for before, now in zip(lost.people, made.people, strict=True):
        person = Person.objects.get(email=now.email)
        assert check_password(now.password, person.password)
        assert not check_password(before.password, person.password)
