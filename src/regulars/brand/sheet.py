"""The merchant's colour as a small style sheet: the design sheet's tokens, in its shades."""

import hashlib
from functools import lru_cache

from regulars.core.palette import Shades, dark_shades, light_shades


@lru_cache(maxsize=256)
def sheet_of(accent: str) -> str:
    """Return the sheet that pages link after the design sheet; "" for Regulars' own colour."""
    if not accent:
        return ""
    light, dark = _tokens(light_shades(accent)), _tokens(dark_shades(accent))
    return (
        f":root {{ {light} }}\n"
        f"html.dark {{ {dark} }}\n"
        f"@media (prefers-color-scheme: dark) {{ html:not(.js) {{ {dark} }} }}\n"
    )


@lru_cache(maxsize=256)
def mark_of(accent: str) -> str:
    """Return what tells one sheet from another: it stands in the address, so that browsers may keep the sheet."""
    return hashlib.sha256(sheet_of(accent).encode()).hexdigest()[:16]


def _tokens(shades: Shades) -> str:
    names = ("--accent", "--accent-strong", "--accent-soft", "--on-accent")
    return " ".join(f"{name}: {shade};" for name, shade in zip(names, shades, strict=True))
