"""How hard the fault tests press: ordinary sizes in every run, release sizes in `make torture`."""

import os

IS_RELEASE = os.environ.get("REGULARS_TORTURE") == "1"
SHRINKS = os.environ.get("TORTURE_SHRINK") != "no"
"""Whether a failing history is made smaller, which takes minutes: mutants need not."""


def rounds(ordinary: int, *, release: int) -> int:
    """Say how many rounds this run takes."""
    return release if IS_RELEASE else ordinary
