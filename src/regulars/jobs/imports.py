"""Files come in and are taken back in the background, in small batches between which tills have the machine."""

from django.utils import timezone
from procrastinate.contrib.django import app

from regulars.imports.ask import go_for_real
from regulars.imports.forget import forget_imports
from regulars.imports.run import run_import
from regulars.jobs.gently import Company, gently
from regulars.jobs.merchants import in_merchant
from regulars.jobs.tasks import AGAIN


@app.task(name="bring_in", queue="imports", retry=AGAIN)
def bring_in(*, schema: str, run: int) -> int:
    """Check, bring in or undo a file, as somebody asked; how many lines there were. One that was cut off goes on."""
    lines = 0
    with in_merchant(schema):
        while True:
            for done in gently(run_import(run, now=timezone.now), needs_rest=Company()):
                lines = done
            if not go_for_real(run, at=timezone.now()):
                return lines


@app.task(name="forget_imported", queue="night", retry=AGAIN)
def forget_imported(*, schema: str) -> int:
    """Forget the lines of files that came in so long ago that nobody undoes them; how many files they were of."""
    with in_merchant(schema):
        return forget_imports(at=timezone.now())


def defer_import(run: int, *, schema: str) -> None:
    """Have a run done, after whatever import this merchant has under way."""
    bring_in.configure(lock=f"imports/{schema}").defer(schema=schema, run=run)
