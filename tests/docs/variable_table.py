"""docs/reference/message-variables.md, written from the code: `python -m tests.docs.variable_table` writes it anew."""

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "message-variables.md"
HEAD = """\
# Variables of messages

What a [template](../concepts/messages.md#templates) may say of the member it goes to. Write `{{ first_name }}`, or
`{{ first_name | there }}` with what stands there where the value is empty. Where a unit or a ladder is meant that is
not the program's first, its code follows a dot: `{{ balance.stamps }}`, `{{ level.vip }}`. This page is written from
the code.

| variable | what | source | by | for example |
| --- | --- | --- | --- | --- |
"""
TAIL = """
`source`: *member*, *card* and *shop* are the member's page and the shop's; *balance* is what the ledger says at the
moment of writing; *level* what the tiers say; *rewards* those in the member's hands; *given* is said by whoever sends
the message, and empty otherwise. `code`, `minutes` and `about` stand in templates for codes, and beside them nothing
but the shop's and the member's names.
"""


def text() -> str:
    """The whole page, as it must be."""
    from regulars.core.messages.variables import VARIABLES

    rows = [
        f"| `{each.name}` | {each.about} | {each.source.value} | {each.by.replace('_', ' ')} | {each.sample} |"
        for each in VARIABLES.values()
    ]
    return HEAD + "\n".join(rows) + "\n" + TAIL


if __name__ == "__main__":
    PAGE.write_text(text())
