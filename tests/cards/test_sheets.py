"""Printed cards have every letter of the shop's name and of its kinds of cards, whatever the language."""

import pytest

from regulars.cards.lettering import (
    BOLD,
    CHINESE,
    JAPANESE,
    KOREAN,
    REGULAR,
    fit_text,
    letters_without_a_font,
    runs_of,
    width_of,
)
from regulars.cards.sheets import PrintedCard, draw_sheet

CARDS = [PrintedCard("9000000001", "482913"), PrintedCard("9000000002")]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("Corner Shop", [(REGULAR, "Corner Shop")]),
        ("Phở Đặc Biệt: Ưu đãi", [(REGULAR, "Phở Đặc Biệt: Ưu đãi")]),
        ("Phơ\u0309", [(REGULAR, "Phở")]),  # typed as letters and marks: one letter
        ("Kedai Ćevap Λόγος Кафе €5", [(REGULAR, "Kedai Ćevap Λόγος Кафе €5")]),
        ("会员卡", [(CHINESE, "会员卡")]),
        ("好邻居 Mart 会员", [(CHINESE, "好邻居"), (REGULAR, " Mart "), (CHINESE, "会员")]),
        ("さくら 벚꽃", [(JAPANESE, "さくら"), (REGULAR, " "), (KOREAN, "벚꽃")]),
        ("ร้าน", [(CHINESE, "□□□□")]),
        ("Gold 🏆", [(REGULAR, "Gold "), (CHINESE, "□")]),
        ("", []),
    ],
)
def test_each_run_of_letters_has_a_font_that_has_them(text, runs):
    assert list(runs_of(text)) == runs


def test_what_no_font_has_is_told_before_it_is_printed():
    assert letters_without_a_font("Cửa hàng 好邻居 Кафе") == ""
    assert letters_without_a_font("Gold 🏆🏆 ร") == "🏆ร"


@pytest.mark.parametrize("text", ["W" * 80, "好" * 80, "Phở " * 40, "🏆" * 80])
def test_a_long_name_ends_where_the_qr_begins(text):
    fitted = fit_text(text, size=11, room=130, is_bold=True)

    assert fitted.endswith("…")
    assert width_of(fitted, size=11, is_bold=True) <= 130


@pytest.mark.parametrize(
    ("shop", "fonts"),
    [
        ("Cửa hàng Phở", [REGULAR, BOLD]),
        ("好邻居超市", [REGULAR, CHINESE]),
    ],
)
def test_a_sheet_lays_the_letters_it_uses_into_the_file(shop, fonts):
    sheet = draw_sheet(CARDS, shop=shop, title="Thẻ khách hàng", scratch="Mã PIN")

    assert sheet.startswith(b"%PDF-")
    for font in fonts:
        assert font.encode() in sheet
    assert len(sheet) < 60_000
    assert sheet == draw_sheet(CARDS, shop=shop, title="Thẻ khách hàng", scratch="Mã PIN")
