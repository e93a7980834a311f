"""A step of an import as the worker does it, in a process of its own that somebody may kill.

python -m tests.imports.a_run SCHEMA RUN
"""

import sys

if __name__ == "__main__":
    import django

    django.setup()
    from django_tenants.utils import schema_context

    from regulars.imports import run, stage
    from tests.shop import NOON

    run.AT_ONCE, stage.AT_ONCE = 20, 200
    with schema_context(sys.argv[1]):
        for _ in run.run_import(int(sys.argv[2]), now=lambda: NOON):
            pass
