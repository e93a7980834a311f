"""A database that something is sealed in is not served from a home without the data key: the key that would be made
anew opens nothing of it.
"""

import os

from django_tenants.utils import tenant_context

from regulars.cards.models import CardBatch
from regulars.consents.models import ErasedMark
from regulars.files.models import KeptFile, Purpose
from regulars.imports.models import ImportRun
from regulars.members.models import AttributeValue, Card
from regulars.messages.models import Channel, Delivery
from regulars.platform.cannot_run import CannotRun
from regulars.platform.home import Home, read_data_key
from regulars.platform.models import Merchant
from regulars.staff.models import Pin


class NoDataKey(CannotRun):
    """The home has no data key, and a merchant has what only that key opens or recognises."""


def require_data_key(home: Home) -> None:
    """Raise `NoDataKey` where the key is missing and wanted; where nothing hangs on it yet, it is made now, so that it
    is there before anything does. Where it is there, nothing is asked.
    """
    if os.environ.get("REGULARS_DATA_KEY") or home.data_key_file.exists():
        return
    for merchant in Merchant.objects.order_by("id"):
        with tenant_context(merchant):
            if hangs_on_it():
                raise NoDataKey(
                    f"merchant {merchant.code} has what only the data key opens: copy it to {home.data_key_file}, or "
                    "set REGULARS_DATA_KEY; docs/how-to/backup-and-restore.md says what to do if it is lost"
                )
    read_data_key(home)


def hangs_on_it() -> bool:
    """Tell whether this merchant has anything that was sealed or hashed with the key, and lasts."""
    wanted = (
        Channel.objects.filter(sealed__isnull=False),
        Pin.objects.all(),
        ErasedMark.objects.all(),
        ImportRun.objects.filter(subject="balances", is_for_real=True),  # its lots are known again by keyed hashes
        CardBatch.objects.filter(secret__isnull=False),  # their PINs are counted from it
        KeptFile.objects.filter(purpose=Purpose.REGULATED),
        Delivery.objects.filter(sealed__isnull=False),
        AttributeValue.objects.filter(sealed__isnull=False),
        Card.objects.filter(pin_hash__isnull=False),
    )
    return any(rows.exists() for rows in wanted)
