"""Templates are made, changed by new versions and retired; a text that cannot be filled in is refused."""

import pytest
from django.db import ProgrammingError, transaction

from regulars.audit.models import Event
from regulars.consents.presets import apply_preset
from regulars.core.actor import SYSTEM
from regulars.messages.models import Template, TemplateVersion
from regulars.messages.ready_made import make_ready_templates
from regulars.messages.ready_texts import READY
from regulars.messages.refusals import InvalidTemplate, InvalidText, TemplateTaken, UnknownTemplate
from regulars.messages.send import preview_texts
from regulars.messages.templates import (
    WrittenText,
    bring_template_back,
    find_template,
    list_templates,
    list_versions,
    publish_version,
    read_template,
    rename_template,
    retire_template,
)
from tests.messages.desk import SERVICE, SHORT, a_marketing_template, a_template
from tests.shop import NOON, OPENED, a_shop

pytestmark = pytest.mark.django_db

LETTER = WrittenText(channel="email", language="en", subject="Hi", body="Hello {{ first_name }}")


def test_a_template_says_what_its_newest_version_says():
    number = a_template()
    before = read_template(number)
    assert (before.live.number, before.live.channels, before.live.texts) == (1, ["email", "sms"], (SERVICE, SHORT))

    publish_version(number, texts=[LETTER], at=NOON, by=SYSTEM)

    assert (find_template("hello").live.number, find_template("hello").live.texts) == (2, (LETTER,))
    assert [version.number for version in list_versions(number)] == [2, 1]
    assert list_versions(number)[1].texts == (SERVICE, SHORT)  # what was, is still there


def test_the_same_texts_again_are_no_new_version():
    number = a_template()
    assert publish_version(number, texts=[SERVICE, SHORT], at=NOON, by=SYSTEM) == read_template(number).live.id
    assert TemplateVersion.objects.count() == 1


@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["messaging_templateversion", "messaging_templatetext"])
def test_what_was_said_is_never_changed(table, verb):
    from regulars.platform.rows import run

    a_template()
    with pytest.raises(ProgrammingError), transaction.atomic():
        run(verb.format(table), {})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "Hello"}, "code"),
        ({"code": "9lives"}, "code"),
        ({"kind": "other"}, "kind"),
        ({"kind": "purpose"}, "purpose"),
        ({"kind": "purpose", "purpose": "nobody_knows"}, "purpose"),
        ({"kind": "service", "purpose": "marketing"}, "purpose"),
        ({"texts": ()}, "texts"),
        ({"texts": (SERVICE, SERVICE)}, "language"),
        ({"texts": (WrittenText(channel="fax", language="en", body="x"),)}, "channel"),
        ({"texts": (WrittenText(channel="sms", language="English", body="x"),)}, "language"),
    ],
)
def test_a_template_that_makes_no_sense_is_refused_and_not_there(wrong, field):
    apply_preset("gdpr", at=OPENED, by=SYSTEM)
    with pytest.raises(InvalidTemplate) as refused:
        a_template(**({"code": "hello"} | wrong))
    assert refused.value.field == field
    assert not Template.objects.exists()


@pytest.mark.parametrize(
    ("text", "part", "problem", "line", "column"),
    [
        (WrittenText(channel="sms", language="en", body="Hi {{ nobody }}"), "body", "unknown_variable", 1, 4),
        (WrittenText(channel="sms", language="en", body="Hi\r\n{{ balance.gold }}"), "body", "wrong_code", 2, 1),
        (WrittenText(channel="email", language="en", subject="", body="Hi"), "subject", "empty", 1, 1),
        (WrittenText(channel="email", language="en", subject="A\nB", body="Hi"), "subject", "line_break", 1, 2),
        (WrittenText(channel="email", language="en", subject="{{ code }}", body=""), "subject", "only_for_codes", 1, 1),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_filled_in_is_refused_with_its_place(text, part, problem, line, column):
    a_shop()
    with pytest.raises(InvalidText) as refused:
        a_template(texts=(text,))
    [fault] = refused.value.faults
    assert (refused.value.part, fault["problem"], fault["line"], fault["column"]) == (part, problem, line, column)
    assert not Template.objects.exists()


def test_a_code_is_taken_once_and_retired_templates_are_sent_no_more():
    number = a_template()
    with pytest.raises(TemplateTaken):
        a_template()
    rename_template(number, name="  Good   day ", at=NOON, by=SYSTEM)
    retire_template(number, at=NOON, by=SYSTEM)
    with pytest.raises(UnknownTemplate):
        find_template("hello")
    assert (list_templates(), [each.name for each in list_templates(with_retired=True)]) == ([], ["Good day"])

    bring_template_back(number, at=NOON, by=SYSTEM)
    assert find_template("hello").name == "Good day"
    assert list(Event.objects.filter(about="template").order_by("id").values_list("action", flat=True)) == [
        "template.made",
        "template.renamed",
        "template.retired",
        "template.brought_back",
    ]


def test_the_ready_made_ones_are_there_in_four_languages_and_what_the_shop_wrote_stays():
    a_shop()
    a_template("welcome", texts=(LETTER,))
    apply_preset("gdpr", at=OPENED, by=SYSTEM)

    assert make_ready_templates(at=NOON, by=SYSTEM) == len(READY) - 1
    assert make_ready_templates(at=NOON, by=SYSTEM) == 0

    assert find_template("welcome").live.texts == (LETTER,)
    for template in list_templates():
        if template.code != "welcome":
            said = {(text.channel, text.language) for text in template.live.texts}
            assert said == {
                (channel, language)
                for channel in ("email", "sms", "whatsapp")
                for language in ("en", "vi", "ms", "zh-hans")
            }
    assert find_template("news").purpose == "marketing"


def test_without_the_purpose_there_is_no_ready_made_template_for_it():
    make_ready_templates(at=NOON, by=SYSTEM)
    assert not Template.objects.filter(code="news").exists()


def test_a_text_that_is_being_written_is_shown_with_samples_and_measured():
    a_shop()
    shown = preview_texts(channel="sms", subject="", body="{{ first_name | there }}: {{ balance }} ạ")
    assert (shown.body, shown.length and shown.length.alphabet) == ("Ann: 120 points ạ", "ucs2")
    wrong = preview_texts(channel="email", subject="{{ x }}", body="{{ balance.gold }}")
    assert (wrong.subject, wrong.body) == ("", "")
    assert [each.problem for each in (*wrong.subject_faults, *wrong.body_faults)] == ["unknown_variable", "wrong_code"]


def test_a_purpose_that_nobody_decides_about_is_no_marketing():
    from regulars.messages.look import prepare

    a_marketing_template()
    a_template("program", kind="purpose", purpose="program")
    kinds = {code: prepare(find_template(code).live.id, "email", at=NOON).is_marketing for code in ("news", "program")}
    assert kinds == {"news": True, "program": False}
