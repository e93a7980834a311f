"""`regulars key …`: make, list and revoke the keys that tills and other machines sign in with."""

from datetime import datetime
from typing import Annotated

import typer

from regulars.cli.session import merchant_schema

commands = typer.Typer(name="key", help="Make, list and revoke API keys.", no_args_is_help=True)

Merchant = Annotated[str | None, typer.Option(help="The merchant's code; needed where there are several.")]
SCOPES = ("members:read", "members:write", "sales:read", "sales:write", "points:adjust", "messages:send", "stores:read")


def register(app: typer.Typer) -> None:
    app.add_typer(commands)


@commands.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for: a till, a shop's system.")],
    scope: Annotated[
        list[str] | None, typer.Option(help=f"What it may do, may be given often: {', '.join(SCOPES)}. Default: all.")
    ] = None,
    store: Annotated[str | None, typer.Option(help="The code of the only store it may sell for.")] = None,
    expires: Annotated[datetime | None, typer.Option(help="When it ends, in UTC.")] = None,
    merchant: Merchant = None,
) -> None:
    """Make a key and print it. It is not kept and cannot be printed again."""
    with merchant_schema(merchant):
        from datetime import UTC

        from django.utils import timezone

        from regulars.core.actor import SYSTEM
        from regulars.staff.keys import create_key
        from regulars.stores.change import UnknownStore
        from regulars.stores.models import Store

        place = Store.objects.filter(code=store).first() if store else None
        if store and place is None:
            raise UnknownStore
        _, token = create_key(
            name=name,
            scopes=scope or SCOPES,
            store=place,
            expires_at=expires.replace(tzinfo=UTC) if expires else None,
            at=timezone.now(),
            by=SYSTEM,
        )
        typer.echo(token)


@commands.command("list")
def list_keys(merchant: Merchant = None) -> None:
    """Print each key: id, name, scopes, store, last use and state; never its secret."""
    with merchant_schema(merchant):
        from django.utils import timezone

        from regulars.staff.keys import is_live
        from regulars.staff.models import ApiKey

        at = timezone.now()
        for key in ApiKey.objects.select_related("store").order_by("id"):
            live = "live" if is_live(expires_at=key.expires_at, revoked_at=key.revoked_at, at=at) else "ended"
            used = f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
            store = f"store {key.store.code}" if key.store else "any store"
            typer.echo(f"{key.pk:>6}  {live:<5}  {key.name:<24}  {store:<14}  {used:<22}  {' '.join(key.scopes)}")


@commands.command()
def revoke(
    key_id: Annotated[int, typer.Argument(help="The id that `regulars key list` prints.")], merchant: Merchant = None
) -> None:
    """End a key: two seconds later no machine gets in with it."""
    with merchant_schema(merchant):
        from django.utils import timezone

        from regulars.core.actor import SYSTEM
        from regulars.staff.keys import revoke_key

        key = revoke_key(key_id=key_id, at=timezone.now(), by=SYSTEM)
        typer.echo(f"revoked {key.pk}, {key.name}")
