"""Cards: batches are made and sealed part by part, and what nobody activated dies at night."""

from django.utils import timezone
from procrastinate.contrib.django import app

from regulars.cards.batches import make_batch
from regulars.cards.pins import forget_wrong_look_ups
from regulars.cards.seal import seal_batch
from regulars.care.expire_cards import expire_cards_in_batches
from regulars.jobs.gently import gently
from regulars.jobs.merchants import in_merchant
from regulars.jobs.tasks import AGAIN


@app.task(name="make_cards", queue="batches", retry=AGAIN)
def make_cards(*, schema: str, batch: int) -> int:
    """Make the cards of a batch that somebody asked for; how many there are. One whose worker died goes on."""
    with in_merchant(schema):
        return max(gently(make_batch(batch, at=timezone.now())), default=0)


@app.task(name="seal_cards", queue="batches", retry=AGAIN)
def seal_cards(*, schema: str, batch: int) -> int:
    """Make the marks of a printed batch's PINs; how many were left to make."""
    with in_merchant(schema):
        return sum(gently(seal_batch(batch, at=timezone.now())))


@app.task(name="expire_cards", queue="night", retry=AGAIN)
def expire_cards(*, schema: str) -> int:
    """Let cards die that nobody activated or used; how many. What was guessed in vain hours ago is forgotten."""
    with in_merchant(schema):
        forget_wrong_look_ups(at=timezone.now())
        return sum(batch.died for batch in gently(expire_cards_in_batches(at=timezone.now())))


def defer_make_cards(batch: int, *, schema: str) -> None:
    """Have a batch made, one at a time for each merchant."""
    make_cards.configure(lock=f"cards/{schema}").defer(schema=schema, batch=batch)


def defer_seal_cards(batch: int, *, schema: str) -> None:
    """Have a batch's PINs sealed, after whatever is being made for this merchant."""
    seal_cards.configure(lock=f"cards/{schema}").defer(schema=schema, batch=batch)
