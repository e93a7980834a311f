"""`regulars program …`: the whole program as a file: written out, checked, compared, published, scheduled."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from regulars.cli.session import merchant_schema, told_in_a_sentence

if TYPE_CHECKING:
    from regulars.core.program.document import ProgramDocument
    from regulars.programs.versions import Version

commands = typer.Typer(
    name="program", help="The program as a file: export, check, compare, publish, schedule.", no_args_is_help=True
)

MOMENTS = ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]

File = Annotated[str, typer.Argument(help="The program file (YAML); - reads standard input.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file instead of printing.")]
Note = Annotated[str, typer.Option(help="A line for the team: why.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Merchant = Annotated[str | None, typer.Option(help="The merchant's code; else the one on localhost.")]


def register(app: typer.Typer) -> None:
    app.add_typer(commands)


class Desk(msgspec.Struct, frozen=True):
    """What every command needs to know of the merchant's program."""

    name: str
    currency: str
    zone: tzinfo
    at: datetime


@commands.command()
def export(
    version: Annotated[int | None, typer.Option(help="This version instead of the live one.")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="The draft instead of the live version.")] = False,
    out: Out = None,
    merchant: Merchant = None,
) -> None:
    """Write the live program as a file, each part under its sentence."""
    with program_desk(merchant) as desk:
        from regulars.core.program_file.writing import write_file

        found = choose("draft" if draft else "live" if version is None else str(version), desk)
        title = f"The program of {desk.name}, version {found.number} ({found.state})."
        write(write_file(found.document, currency=desk.currency, zone=desk.zone, title=title), out)


@commands.command()
def check(
    file: File,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings fail as well.")] = False,
    merchant: Merchant = None,
) -> None:
    """List everything that is wrong with a file: line, place, reason. Exit 1 if there is a fault."""
    with program_desk(merchant) as desk:
        _, faults, warnings = read(file, desk)
        if not faults:
            typer.echo(f"{file}: sound, with {warnings} warnings" if warnings else f"{file}: sound")
    raise typer.Exit(1 if faults or (strict and warnings) else 0)


@commands.command()
def diff(
    file: File,
    against: Annotated[str, typer.Option(help="`live`, `draft`, or the number of a version.")] = "live",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 if anything differs.")] = False,
    merchant: Merchant = None,
) -> None:
    """Say in words what a file would change, and how many members each change touches."""
    with program_desk(merchant) as desk:
        document = read_sound(file, desk)
        differences = tell_difference(choose(against, desk).document, document, desk)
    raise typer.Exit(1 if differences and exit_code else 0)


@commands.command()
def apply(
    file: File,
    draft: Annotated[
        bool, typer.Option("--draft", help="Only keep it as the draft, in place of the one there is.")
    ] = False,
    note: Note = "",
    yes: Yes = False,
    merchant: Merchant = None,
) -> None:
    """Let a file decide sales from now on, after showing what changes. A draft in the back office stays."""
    with program_desk(merchant) as desk:
        from regulars.core.actor import SYSTEM
        from regulars.programs.versions import publish_document, read_live, save_draft

        document = read_sound(file, desk)
        differences = tell_difference(read_live(at=desk.at).document, document, desk)
        if draft:
            kept = save_draft(document, at=desk.at, by=SYSTEM, note=note)
            typer.echo(f"version {kept.number} is the draft")
        elif differences:
            if not yes:
                typer.confirm("Publish this now?", abort=True)
            published = publish_document(document, at=desk.at, by=SYSTEM, note=note)
            typer.echo(f"version {published.number} is live")


@commands.command()
def schedule(
    file: File,
    on: Annotated[datetime, typer.Option(formats=MOMENTS, help="From when on, in the program's time zone.")],
    note: Note = "",
    yes: Yes = False,
    merchant: Merchant = None,
) -> None:
    """Let a file decide sales from a date on, after showing what changes by then."""
    with program_desk(merchant) as desk:
        from regulars.core.actor import SYSTEM
        from regulars.core.phrases import write_moment
        from regulars.programs.versions import read_live, schedule_document

        starts_at = on.replace(tzinfo=desk.zone)
        if starts_at <= desk.at:
            raise typer.BadParameter("that moment has passed; `apply` publishes now")
        document = read_sound(file, desk)
        if tell_difference(read_live(at=starts_at).document, document, desk):
            if not yes:
                typer.confirm(f"Publish this on {write_moment(starts_at, desk.zone)}?", abort=True)
            version = schedule_document(document, starts_at=starts_at, at=desk.at, by=SYSTEM, note=note)
            typer.echo(f"version {version.number} starts {write_moment(starts_at, desk.zone)}")


@commands.command()
def unschedule(
    version: Annotated[int, typer.Argument(help="The number that `versions` prints.")], merchant: Merchant = None
) -> None:
    """Take a version off its date: it is the draft again."""
    with program_desk(merchant) as desk:
        from regulars.core.actor import SYSTEM
        from regulars.programs.versions import unschedule as take_off

        typer.echo(f"version {take_off(version, at=desk.at, by=SYSTEM).number} is the draft")


@commands.command()
def versions(merchant: Merchant = None) -> None:
    """List the versions: number, state, start, how many rules, cards, tier sets and rewards, note."""
    with program_desk(merchant) as desk:
        from regulars.core.phrases import write_moment
        from regulars.programs.versions import list_versions

        for version in list_versions(at=desk.at):
            document = version.document
            starts = write_moment(version.starts_at, desk.zone) if version.starts_at else ""
            parts = f"{len(document.rules)} rules  {len(document.stamp_cards)} stamp cards  "
            parts += f"{len(document.tier_sets)} tier sets  {len(document.rewards)} rewards"
            typer.echo(f"{version.number:>4}  {version.state:<9}  {starts:<18}  {parts}  {version.note}".rstrip())


@commands.command()
def schema(out: Out = None) -> None:
    """Write the file's form as a JSON schema, for editors that complete and check while you write."""
    from regulars.core.program_file.schema import write_schema

    write(write_schema(), out)


@commands.command()
def recipe(
    name: Annotated[str | None, typer.Argument(help="Which; without a name, all are listed.")] = None,
    out: Out = None,
) -> None:
    """Write a program to start from: a café, a shop, a grocer, a dispensary, a salon."""
    from regulars.programs.recipes import RECIPES, read_recipe

    with told_in_a_sentence():
        if name is None:
            for each, words in RECIPES.items():
                typer.echo(f"{each:<12} {words}")
        else:
            write(read_recipe(name), out)


@contextmanager
def program_desk(merchant: str | None) -> Iterator[Desk]:
    """Run a command's block in the merchant's schema, knowing its currency and time zone."""
    with merchant_schema(merchant):
        from django.utils import timezone

        from regulars.programs.book import load_book

        book = load_book()
        yield Desk(book.program.name, book.program.currency, book.zone, timezone.now())


def choose(which: str, desk: Desk) -> "Version":
    """Return the version that `live`, `draft` or a number means."""
    from regulars.programs.versions import NoDraft, read_draft, read_live, read_version

    if which == "live":
        return read_live(at=desk.at)
    if which == "draft":
        found = read_draft(at=desk.at)
        if found is None:
            raise NoDraft()
        return found
    if not which.isdigit():
        raise typer.BadParameter(f"`{which}` is neither live, draft nor the number of a version")
    return read_version(int(which), at=desk.at)


def read(file: str, desk: Desk) -> tuple["ProgramDocument | None", int, int]:
    """Read a file and print what is wrong with it; return the document with the numbers of faults and warnings."""
    from regulars.core.program_file.reading import check_file
    from regulars.reports.known_shop import read_known_shop

    text = read_text(file)
    found = check_file(text, currency=desk.currency, zone=desk.zone)
    if found.document is not None:
        shop = read_known_shop(found.document)
        found = check_file(text, currency=desk.currency, zone=desk.zone, shop=shop)
    for fault in found.faults:
        kind = "warning: " if fault.is_warning else ""
        place = f"{fault.path}: " if fault.path else ""
        colour = "yellow" if fault.is_warning else "red"
        typer.secho(f"{file}:{fault.line}: {kind}{place}{fault.said}", fg=colour, err=True)
    warnings = sum(fault.is_warning for fault in found.faults)
    return found.document, len(found.faults) - warnings, warnings


def read_sound(file: str, desk: Desk) -> "ProgramDocument":
    """Read a file that has to be sound: otherwise its faults are printed, and the command ends with 1."""
    document, faults, _ = read(file, desk)
    if document is None or faults:
        raise typer.Exit(1)
    return document


def read_text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        typer.secho(f"regulars: {file} cannot be read: {fault}", fg="red", err=True)
        raise typer.Exit(2) from None


def tell_difference(before: "ProgramDocument", after: "ProgramDocument", desk: Desk) -> int:
    """Print each change with the members it touches; return how many there are."""
    from regulars.core.difference import compare
    from regulars.reports.program_change import count_touched

    changes = compare(before, after, currency=desk.currency, zone=desk.zone)
    for change in changes:
        mark = {"added": "+", "removed": "-", "changed": "~", "moved": "~"}[change.kind]
        typer.echo(f"{mark} {change.about}")
        for words in change.words:
            typer.echo(f"    {words}")
        typer.echo(f"    touches {count_touched(change, before, after, at=desk.at).words}")
    if not changes:
        typer.echo("nothing changes")
    return len(changes)


def write(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        typer.echo(f"written to {out}", err=True)
