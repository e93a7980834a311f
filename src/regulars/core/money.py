"""Money is counted in minor units; how many digits those have is the currency's business (ISO 4217)."""

from regulars.core import tongue

_DIGITS = dict.fromkeys(
    (
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ),
    0,
) | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)


def minor_digits(currency: str) -> int:
    """Return how many decimals a currency has: 2 unless ISO 4217 says 0 or 3."""
    return _DIGITS.get(currency, 2)


def write_money(minor: int, currency: str) -> str:
    """Write an amount for people: 123456 USD is "1,234.56 USD"; negative amounts carry a minus sign."""
    digits = minor_digits(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    sign = "\N{MINUS SIGN}" if minor < 0 else ""
    decimals = f"{tongue.point()}{rest:0{digits}d}" if digits else ""
    return f"{sign}{tongue.number(whole)}{decimals} {currency}"
