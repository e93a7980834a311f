"""Open a shop in an installation that runs in its own home, and print its key: `python -m tests.torture.open_shop`."""

import os

CODE = "torture"
CARDS = tuple(f"77{number:06}" for number in range(20))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from regulars.core.actor import SYSTEM
    from regulars.platform.merchants import create_merchant
    from regulars.staff.keys import create_key
    from regulars.staff.models import Scope
    from tests.shop import a_member, a_shop

    connection.set_tenant(create_merchant(code=CODE, name="Torture", at=timezone.now()))
    a_shop()
    for card in CARDS:
        a_member(cards=(card,))
    _, token = create_key(name="till", scopes=list(Scope), at=timezone.now(), by=SYSTEM)
    print(token)  # noqa: T201 - what the caller reads


if __name__ == "__main__":
    main()
