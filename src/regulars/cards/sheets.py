"""What the print shop gets: a sheet of cards as PDF, each with its number, a QR, a barcode and its PIN, or all as CSV.

A card is 85.6 by 54 mm (ISO/IEC 7810, ID-1); ten of them lie on an A4 page with marks to cut by. QR and Code 128 hold
the bare number, as tills read it.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from regulars.cards.lettering import draw_text, fit_text
from regulars.platform.sheets import neutral

WIDTH, HEIGHT = 85.6 * mm, 54 * mm
ACROSS, DOWN = 2, 5
LEFT = (A4[0] - ACROSS * WIDTH) / 2
TOP = A4[1] - (A4[1] - DOWN * HEIGHT) / 2
EDGE = 5 * mm
QR_SIZE = 24 * mm
BAR_HEIGHT = 9 * mm
LOGO_HEIGHT = 9 * mm
ROOM = WIDTH - 3 * EDGE - QR_SIZE
"""What stands beside the QR."""
MOST_ON_ONE = 1_000
"""Cards in one PDF: a hundred pages, made while somebody waits."""


class PrintedCard(msgspec.Struct, frozen=True):
    """What is printed; `pin` goes under the scratch field, empty where there is none."""

    number: str
    pin: str = ""


def write_csv(cards: Iterable[PrintedCard]) -> Iterator[str]:
    """Write all cards for a press that prints its own design, a row each."""
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")
    writer.writerow(("number", "pin"))
    for card in cards:
        writer.writerow((neutral(card.number), card.pin))
        if line.tell() > 65_536:
            yield line.getvalue()
            line.seek(0)
            line.truncate()
    yield line.getvalue()


def draw_sheet(cards: Sequence[PrintedCard], *, shop: str, title: str, scratch: str, logo: bytes = b"") -> bytes:
    """Draw up to 1,000 cards as PDF. `scratch` is the word beside the PIN; a `logo` stands above the shop's name."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1, invariant=1)
    canvas.setTitle(f"{shop}: {title}")
    canvas.setCreator("Regulars")
    picture = ImageReader(io.BytesIO(logo)) if logo else None
    for first in range(0, len(cards), ACROSS * DOWN):
        for place, card in enumerate(cards[first : first + ACROSS * DOWN]):
            x = LEFT + place % ACROSS * WIDTH
            y = TOP - (place // ACROSS + 1) * HEIGHT
            _draw_card(canvas, card, x, y, shop=shop, title=title, scratch=scratch, logo=picture)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw_card(
    canvas: Canvas,
    card: PrintedCard,
    x: float,
    y: float,
    *,
    shop: str,
    title: str,
    scratch: str,
    logo: ImageReader | None,
) -> None:
    _draw_marks(canvas, x, y)
    top = y + HEIGHT - EDGE
    if logo is not None:
        box = {"width": ROOM, "height": LOGO_HEIGHT, "preserveAspectRatio": True, "anchor": "nw", "mask": "auto"}
        canvas.drawImage(logo, x + EDGE, top - LOGO_HEIGHT, **box)
        top -= LOGO_HEIGHT + 1.5 * mm
    draw_text(canvas, fit_text(shop, size=11, room=ROOM, is_bold=True), x + EDGE, top - 9, size=11, is_bold=True)
    draw_text(canvas, fit_text(title, size=8, room=ROOM), x + EDGE, top - 20, size=8)
    if card.pin:
        draw_text(canvas, scratch, x + EDGE, y + 25 * mm, size=7)
        canvas.setFont("Courier-Bold", 11)
        canvas.drawString(x + EDGE, y + 20.5 * mm, card.pin)
    _draw_qr(canvas, card.number, x + WIDTH - EDGE - QR_SIZE, y + HEIGHT - EDGE - QR_SIZE)
    bars = Code128(card.number, barHeight=BAR_HEIGHT, barWidth=0.25 * mm, quiet=False)
    bars.barWidth = min(0.33 * mm, bars.barWidth * (WIDTH - 2 * EDGE) / bars.width)
    bars = Code128(card.number, barHeight=BAR_HEIGHT, barWidth=bars.barWidth, quiet=False)
    bars.drawOn(canvas, x + EDGE, y + EDGE + 4 * mm)
    canvas.setFont("Courier", 9 if len(card.number) <= 34 else 5)
    canvas.drawString(x + EDGE, y + EDGE, card.number)


def _draw_marks(canvas: Canvas, x: float, y: float) -> None:
    """Draw where to cut: short lines at each corner, outside of nothing that is printed."""
    canvas.setLineWidth(0.2)
    for corner_x in (x, x + WIDTH):
        for corner_y in (y, y + HEIGHT):
            canvas.line(corner_x - 1.5 * mm, corner_y, corner_x + 1.5 * mm, corner_y)
            canvas.line(corner_x, corner_y - 1.5 * mm, corner_x, corner_y + 1.5 * mm)


def _draw_qr(canvas: Canvas, text: str, x: float, y: float) -> None:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    rows = code.get_matrix()
    side = QR_SIZE / len(rows)
    path = canvas.beginPath()
    for down, row in enumerate(rows):
        start = None
        for across, is_dark in enumerate([*row, False]):
            if is_dark and start is None:
                start = across
            elif not is_dark and start is not None:
                # One stroke for a run of dark modules: no hairline between them, and a tenth of the file.
                path.rect(x + start * side, y + QR_SIZE - (down + 1) * side, (across - start) * side, side)
                start = None
    canvas.drawPath(path, stroke=0, fill=1)
