"""How this merchant looks: read by every page, once for each request."""

import msgspec

from regulars.brand.dates import DateStyle
from regulars.core.store_words import StoreWord
from regulars.files.keep import FileGone, open_file
from regulars.files.models import KeptFile
from regulars.platform.rows import fetch

SELECT = """
SELECT json_build_object(
    'number', looks.number, 'accent', looks.accent, 'date_style', looks.date_style, 'store_word', looks.store_word,
    'logo', (SELECT json_build_object('id', file.id, 'place', file.place, 'width', looks.logo_width,
                                      'height', looks.logo_height)
             FROM files_keptfile AS file WHERE file.id = looks.logo_id))::text
FROM brand_looks AS looks
"""


class Logo(msgspec.Struct, frozen=True, gc=False):
    """A kept file; `place` names its bytes and changes with them. Its size is in pixels."""

    id: int
    place: str
    width: int
    height: int


class Looks(msgspec.Struct, frozen=True, gc=False):
    """Without a row everything is Regulars' own. `number` rises with every change; `accent` "" is Regulars' own."""

    number: int = 0
    accent: str = ""
    date_style: DateStyle = DateStyle.WORDS
    store_word: StoreWord = StoreWord.STORE
    logo: Logo | None = None


UNTOUCHED = Looks()


def load_looks() -> Looks:
    """Read the merchant's looks with one statement."""
    rows = fetch(SELECT, {})
    return msgspec.json.decode(rows[0][0], type=Looks) if rows else UNTOUCHED


def read_logo(looks: Looks) -> bytes:
    """Read the logo's picture, for what is printed; b"" where there is none."""
    kept = KeptFile.objects.filter(pk=looks.logo.id).first() if looks.logo else None
    if kept is None:
        return b""
    try:
        with open_file(kept) as content:
            return content.read()
    except FileGone:
        return b""
