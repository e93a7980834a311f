"""Merchants come, change their name and go; each one is a row in the public schema and a schema of its own."""

import re
import shutil
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django_tenants.utils import schema_context
from psycopg import sql

from regulars.core.refusals import Refusal
from regulars.platform.cannot_run import CannotRun
from regulars.platform.home import find_home
from regulars.platform.models import MERCHANT_CODE, Domain, Merchant
from regulars.platform.recipes import follow_recipe
from regulars.platform.rights import as_owner


class MalformedMerchantCode(Refusal):
    """A code is a lower-case letter followed by 1 to 30 lower-case letters or digits."""

    code = "malformed_merchant_code"

    def __init__(self, *, merchant: str) -> None:
        self.merchant = merchant


class MerchantExists(Refusal):
    code = "merchant_exists"

    def __init__(self, *, merchant: str) -> None:
        self.merchant = merchant


class UnknownMerchant(Refusal):
    code = "unknown_merchant"

    def __init__(self, *, merchant: str) -> None:
        self.merchant = merchant


class HostTaken(Refusal):
    """A host name leads to one merchant."""

    code = "host_taken"

    def __init__(self, *, host: str) -> None:
        self.host = host


class NoDefaultMerchant(CannotRun):
    """A command must be told which merchant it is about."""

    def __init__(self) -> None:
        super().__init__("say which merchant with --merchant; `regulars merchant list` prints them")


def create_merchant(*, code: str, name: str, at: datetime, hosts: Sequence[str] = ()) -> Merchant:
    """Make a merchant with its schema, in one transaction: there is all of it, or none.

    The first merchant becomes the default one. Raises `MalformedMerchantCode`, `MerchantExists`, `HostTaken`, and
    `NotMigrated` when the database is older than this program.
    """
    check_code(code)
    with schema_context("public"), as_owner():
        if Merchant.objects.filter(code=code).exists():
            raise MerchantExists(merchant=code)
        schema = schema_name(code)
        fingerprint = follow_recipe(schema)
        merchant: Merchant = Merchant.objects.create(
            code=code,
            name=name,
            schema_name=schema,
            is_default=not Merchant.objects.filter(is_default=True).exists(),
            migrated_to=fingerprint,
            created_at=at,
        )
        add_hosts(merchant, hosts)
    return merchant


def add_hosts(merchant: Merchant, hosts: Sequence[str]) -> None:
    """Let these host names lead to the merchant. Raises `HostTaken`."""
    for host in hosts:
        if Domain.objects.filter(domain=host.lower()).exists():
            raise HostTaken(host=host)
        Domain.objects.create(tenant=merchant, domain=host.lower(), is_primary=not merchant.domains.exists())


def rename_merchant(*, code: str, name: str | None = None, new_code: str | None = None) -> Merchant:
    """Change the name people see, or the code, which renames the schema and ends every API key made under the old one.

    Raises `UnknownMerchant`, `MalformedMerchantCode`, `MerchantExists`.
    """
    if new_code is not None:
        check_code(new_code)
    with schema_context("public"), as_owner():
        merchant = find_by_code(code)
        if new_code is not None and new_code != code:
            if Merchant.objects.filter(code=new_code).exists():
                raise MerchantExists(merchant=new_code)
            rename_schema(merchant.schema_name, schema_name(new_code))
            move_files(merchant.schema_name, schema_name(new_code))
            merchant.code, merchant.schema_name = new_code, schema_name(new_code)
        merchant.name = name or merchant.name
        merchant.save(update_fields=["code", "schema_name", "name"])
    return merchant


def drop_merchant(*, code: str) -> None:
    """Remove a merchant with everything it ever kept. Raises `UnknownMerchant`."""
    with schema_context("public"), as_owner():
        merchant = find_by_code(code)
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(merchant.schema_name)))
        merchant.delete()
    shutil.rmtree(find_home().files_of(merchant.schema_name), ignore_errors=True)


def find_by_code(code: str) -> Merchant:
    """Answer the merchant of a code. Raises `UnknownMerchant`."""
    found: Merchant | None = Merchant.objects.filter(code=code).first()
    if found is None:
        raise UnknownMerchant(merchant=code)
    return found


def default_merchant() -> Merchant | None:
    """Answer the merchant marked as default, or the only one, or none."""
    first_two: list[Merchant] = list(Merchant.objects.order_by("-is_default", "id")[:2])
    if len(first_two) == 1 or (first_two and first_two[0].is_default):
        return first_two[0]
    return None


def find_default() -> Merchant:
    """Answer the merchant that a command means when it names none. Raises `NoDefaultMerchant`."""
    found = default_merchant()
    if found is None:
        raise NoDefaultMerchant
    return found


def schema_name(code: str) -> str:
    return f"m_{code}"


def check_code(code: str) -> None:
    if not re.fullmatch(MERCHANT_CODE, code):
        raise MalformedMerchantCode(merchant=code)


def rename_schema(old: str, new: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new)))


def move_files(old: str, new: str) -> None:
    kept = find_home().files_of(old)
    if kept.is_dir():
        kept.rename(find_home().files_of(new))
