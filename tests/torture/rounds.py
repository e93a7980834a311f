"""How hard the fault tests press: ordinary sizes in every run, release sizes in `make torture`."""

import os

from hypothesis import HealthCheck, Phase, settings

IS_RELEASE = os.environ.get("REGULARS_TORTURE") == "1"
SHRINKS = os.environ.get("TORTURE_SHRINK") != "no"
"""Whether a failing history is made smaller, which takes minutes: mutants need not."""


def rounds(ordinary: int, *, release: int) -> int:
    """Say how many rounds this run takes."""
    return release if IS_RELEASE else ordinary


def histories(ordinary: int, *, release: int, steps: int) -> settings:
    """Say how many histories of how many steps this run plays, the same ones each time but at release size."""
    return settings(
        max_examples=rounds(ordinary, release=release),
        stateful_step_count=steps,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        derandomize=not IS_RELEASE,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if SHRINKS else [])],
    )
