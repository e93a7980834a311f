"""What may be wrong with a file that is brought in, or with one of its lines, in plain words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LINE_WORDS: dict[str, Promise] = {
    "no_identifier": _("The line has nothing that members are found by: %(wanted)s."),
    "nobody_found": _("Nobody is known by this, and the file may only update members."),
    "already_there": _("Member %(member_id)s is there already, and the file may only add members."),
    "ambiguous": _(
        "Its %(kinds)s belong to different members: %(members)s. Look whether they are one person, and merge them."
    ),
    "repeated_line": _("Line %(line)s of the file names the same already."),
    "invalid_day": _("There is no such day, or it is written in another way than the file's days."),
    "invalid_number": _("This is not a number that can be read here: write digits only, such as 1250."),
    "too_precise": _("There are at most %(decimals)s decimals."),
    "not_text": _(
        "This cannot be read as text: it begins like a formula, is too long, or has characters that cannot be seen."
    ),
    "unreadable_line": _("The line cannot be read: a quotation mark is not closed, or it is too long."),
    "ragged_line": _("The line has %(cells)s cells, and there are %(wanted)s columns."),
    "repeated_heading": _("These are the names of the columns again."),
    "cannot_clear": _("This cannot be emptied by a file."),
    "too_many_in_cell": _("At most %(most)s fit in one cell."),
    "card_waits": _("The card %(card)s was printed and waits to be activated. Activate it for the member."),
    "unknown_tag": _("There is no tag “%(name)s”. Create it first."),
    "column_needed": _("Say which column is one of these, at least: %(wanted)s."),
    "unknown_import": _("There is no such import."),
    "import_running": _("Another import is running. Wait for it, or stop it."),
    "import_not_ready": _("This cannot be done with the import now. Reload the page, and look how far it is."),
    "invalid_columns": _("Each column means one thing, and no two of them the same: %(field)s."),
    "not_a_table": _("This is no table that can be read. Save it as CSV or XLSX."),
    "workbook_too_large": _(
        "The workbook holds more than %(most_megabytes)s MB when it is unpacked. Save its sheet as CSV."
    ),
    "invalid_headings": _(
        "The first line names the columns, each once and at most 200 of them: look at column %(column)s."
    ),
    "cell_needed": _("This cannot be blank."),
    "unknown_unit_name": _("The program counts nothing called “%(unit)s”: it counts %(units)s."),
    "text_too_long": _("This has more than %(longest)s characters."),
    "nothing_to_move": _("The amount is 0: nothing would move."),
    "over_already": _("The last day is over already, or comes before the first."),
    "other_identifier": _("It finds member %(member_id)s, who has another one here. Look whether they are one person."),
}
