"""`python -m tests.architecture.deployment`: is the code as the migrations say, and are the settings fit for the world?

Runs Django's own checks as an installation behind https would, and needs no database.
"""

import os
import tempfile


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "REGULARS_HOME": home,
            "REGULARS_URL": "https://loyalty.example",
            "REGULARS_EMAIL_URL": "smtp://letters.example",
            "REGULARS_DEBUG": "0",
        }
        os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.config.settings"
        import django
        from django.apps import apps
        from django.core.management import call_command
        from django.db.migrations.autodetector import MigrationAutodetector
        from django.db.migrations.loader import MigrationLoader
        from django.db.migrations.state import ProjectState

        django.setup()
        call_command("check", deploy=True, fail_level="WARNING")
        loader = MigrationLoader(None)
        ours = {config.label for config in apps.get_app_configs() if config.name.startswith("regulars.")}
        changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(loader.graph)
        missing = sorted(ours & set(changes))
        if missing:
            raise SystemExit(f"models changed without a migration: {', '.join(missing)}")


if __name__ == "__main__":
    main()
