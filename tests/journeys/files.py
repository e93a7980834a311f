"""Files on their way in: one whose columns are asked about, one that was looked at, one that is in."""

from datetime import datetime
from io import BytesIO

from regulars.core.actor import SYSTEM
from regulars.imports.ask import ask_check, ask_write, take_in
from regulars.imports.models import ImportRun
from regulars.imports.run import run_import

PEOPLE = (
    "Customer No,Given name,Surname,Mobile,E-mail address,Date of birth,Favourite colour\n"
    "K-1,Nora,Quist,+12125557001,nora@example.com,1990-02-28,red\n"
    "K-2,Otto,Rahn,12,otto@example,1990-02-31,blue\n"
    "K-2,Otto,Rahn,,,,\n"
    "K-3,Pia\n"
)
LOTS = "Customer No,Points,Expiry date\nK-1,40,2099-10-01\nK-9,100,\nK-1,25,\n"


def make_imports(*, at: datetime) -> dict[str, int]:
    """Make them, and return the numbers of their pages."""
    new = _take(PEOPLE, "newsletter.csv", "members", at=at)
    looked = _take(PEOPLE, "old-till.csv", "members", at=at)
    _work(looked, ask_check, at=at)
    _work(looked, ask_write, at=at)
    lots = _take(LOTS, "balances.csv", "balances", at=at)
    _work(lots, ask_check, at=at)
    checked = _take(PEOPLE.replace("K-", "L-").replace("+12125557001", ""), "club.csv", "members", at=at)
    _work(checked, ask_check, at=at)
    return {"import_new": new.pk, "import_done": looked.pk, "import_lots": lots.pk, "import_checked": checked.pk}


def _take(text: str, name: str, subject: str, *, at: datetime) -> ImportRun:
    return take_in(BytesIO(text.encode()), name=name, subject=subject, at=at, by=SYSTEM, note="From the old till")


def _work(run: ImportRun, ask, *, at: datetime) -> None:  # type: ignore[no-untyped-def]
    ask(run.pk, at=at, by=SYSTEM)
    for _ in run_import(run.pk, now=lambda: at):
        pass
