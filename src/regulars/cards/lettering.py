"""Text on printed cards, in fonts that have its letters: Latin with Vietnamese, Greek and Cyrillic; Chinese and others.

Noto Sans (fonts/OFL.txt) is laid into the file, with the letters that are used. Chinese, Japanese and Korean are named
by the fonts of PDF's own (Adobe-GB1 and the like), which readers and presses bring along.
"""

import unicodedata
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD = "NotoSans-Regular", "NotoSans-Bold"
CHINESE, JAPANESE, KOREAN = "STSong-Light", "HeiseiKakuGo-W5", "HYGothic-Medium"
HAN = ((0x2E80, 0x2FDF), (0x3000, 0x303F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF))
KANA = ((0x3040, 0x30FF), (0x31F0, 0x31FF))
HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7AF))
ELSEWHERE = "\N{WHITE SQUARE}"
"""Stands for a letter that no font of ours has."""


def draw_text(canvas: Canvas, text: str, x: float, y: float, *, size: float, is_bold: bool = False) -> None:
    """Draw a line of text from (x, y) on, each run of letters in a font that has them."""
    for font, run in runs_of(text, is_bold=is_bold):
        canvas.setFont(font, size)
        canvas.drawString(x, y, run)
        x += pdfmetrics.stringWidth(run, font, size)


def width_of(text: str, *, size: float, is_bold: bool = False) -> float:
    """Return how long a line of text is, in points."""
    return sum(pdfmetrics.stringWidth(run, font, size) for font, run in runs_of(text, is_bold=is_bold))


def fit_text(text: str, *, size: float, room: float, is_bold: bool = False) -> str:
    """Return as much of a line as there is room for."""
    if width_of(text, size=size, is_bold=is_bold) <= room:
        return text
    while text and width_of(f"{text}…", size=size, is_bold=is_bold) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


@lru_cache(maxsize=256)
def runs_of(text: str, *, is_bold: bool = False) -> tuple[tuple[str, str], ...]:
    """Part a text into runs of one font each; a letter that no font has is a square."""
    plain = REGULAR if not is_bold else BOLD
    letters = [(_font_of(letter, plain), letter) for letter in unicodedata.normalize("NFC", text)]
    named = [(font, letter) if font else (CHINESE, ELSEWHERE) for font, letter in letters]
    return tuple((font, "".join(letter for _, letter in run)) for font, run in groupby(named, key=lambda each: each[0]))


def letters_without_a_font(text: str) -> str:
    """Return the letters that would be squares, each once."""
    lacking = [letter for letter in unicodedata.normalize("NFC", text) if not _font_of(letter, REGULAR)]
    return "".join(dict.fromkeys(lacking))


def _font_of(letter: str, plain: str) -> str:
    """The font that has a letter: `plain` where it does, empty where none does."""
    _register()
    point = ord(letter)
    if point in pdfmetrics.getFont(plain).face.charToGlyph:
        return plain
    for font, ranges in ((CHINESE, HAN), (JAPANESE, KANA), (KOREAN, HANGUL)):
        if any(first <= point <= last for first, last in ranges):
            return font
    return ""


@cache
def _register() -> None:
    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))
    for name in (CHINESE, JAPANESE, KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
