"""How languages write numbers, money and dates: enough for a receipt, exact, without a library.

The rows follow the CLDR (the tests hold them equal to it, by Babel: 33 MB of tables for two
separators, a pattern and a symbol are too many for every worker). A language without a row is
written plainly: 1234.50 EUR, 2026-11-30. Spaces are no-break spaces, so that nobody wraps a line
within a number.
"""

import datetime as dt
from typing import Final

import msgspec

from service.rules.currencies import EXPONENTS

NBSP: Final = "\u00a0"


class Notation(msgspec.Struct, frozen=True):
    """`before`: the currency stands before the amount; `spaced`: with a space between them.

    `date`: a format of `str.format` with y, m and d.
    """

    group: str = ""
    point: str = "."
    before: bool = False
    spaced: bool = True
    date: str = "{y}-{m:02}-{d:02}"
    symbols: dict[str, str] = {}

    def number(self, units: int, places: int = 0) -> str:
        """Units of 10^-places: `1 234,50`."""
        whole, rest = divmod(abs(units), 10**places)
        digits = str(whole)
        if self.group:
            digits = f"{whole:,}".replace(",", self.group)
        sign = "-" if units < 0 else ""
        return f"{sign}{digits}{self.point}{rest:0{places}}" if places else f"{sign}{digits}"

    def money(self, minor: int, currency: str) -> str:
        """Minor units of the currency: `12,50 zł`, `PLN 12.50`."""
        symbol = self.symbols.get(currency, currency)
        amount = self.number(abs(minor), EXPONENTS[currency])
        space = NBSP if self.spaced or (self.before and symbol[-1].isalpha()) else ""
        text = f"{symbol}{space}{amount}" if self.before else f"{amount}{space}{symbol}"
        return f"-{text}" if minor < 0 else text

    def day(self, of: dt.date) -> str:
        """The date in digits: `30.11.2026`."""
        return self.date.format(y=of.year, m=of.month, d=of.day)


_EURO: Final = {"EUR": "€"}
_THIN: Final = "\u202f"
_DOTS: Final = "{d:02}.{m:02}.{y}"
_LOOSE_DOTS: Final = f"{{d}}.{NBSP}{{m}}.{NBSP}{{y}}"
_SLASHES: Final = "{d:02}/{m:02}/{y}"
_POLISH: Final = "{d}.{m:02}.{y}"
_SHORT: Final = "{d}.{m}.{y}"

NOTATIONS: Final = {
    "bg": Notation(NBSP, ",", date=f"{_POLISH}{_THIN}\u0433.", symbols={**_EURO, "BGN": "лв."}),
    "cs": Notation(NBSP, ",", date=_LOOSE_DOTS, symbols={**_EURO, "CZK": "Kč"}),
    "da": Notation(".", ",", date=_SHORT, symbols={**_EURO, "DKK": "kr."}),
    "de": Notation(".", ",", date=_SHORT, symbols=_EURO),
    "de-AT": Notation(".", ",", before=True, date=_SHORT, symbols=_EURO),
    "de-CH": Notation("\u2019", ".", before=True, date=_SHORT),
    "el": Notation(".", ",", date="{d}/{m}/{y}", symbols=_EURO),
    "en": Notation(
        ",",
        ".",
        before=True,
        spaced=False,
        date="{m}/{d}/{y}",
        symbols={**_EURO, "GBP": "£", "USD": "$"},
    ),
    "en-GB": Notation(
        ",", ".", before=True, spaced=False, date=_SLASHES, symbols={**_EURO, "GBP": "£"}
    ),
    "es": Notation(".", ",", date="{d}/{m}/{y}", symbols=_EURO),
    "et": Notation(NBSP, ",", date=_SHORT, symbols=_EURO),
    "fi": Notation(NBSP, ",", date=_SHORT, symbols=_EURO),
    "fr": Notation(_THIN, ",", date=_SLASHES, symbols=_EURO),
    "hr": Notation(".", ",", date=f"{{d:02}}.{NBSP}{{m:02}}.{NBSP}{{y}}.", symbols=_EURO),
    "hu": Notation(
        NBSP, ",", date=f"{{y}}.{NBSP}{{m:02}}.{NBSP}{{d:02}}.", symbols={"EUR": "EUR", "HUF": "Ft"}
    ),
    "it": Notation(".", ",", date=_SLASHES, symbols=_EURO),
    "lt": Notation(NBSP, ",", symbols=_EURO),
    "lv": Notation(NBSP, ",", date=f"{_POLISH}.", symbols=_EURO),
    "nb": Notation(NBSP, ",", date=_SHORT, symbols={**_EURO, "NOK": "kr"}),
    "nl": Notation(".", ",", before=True, date="{d}-{m}-{y}", symbols=_EURO),
    "pl": Notation(NBSP, ",", date=_POLISH, symbols={**_EURO, "PLN": "zł"}),
    "pt": Notation(".", ",", before=True, date=_SLASHES, symbols=_EURO),
    "pt-PT": Notation(NBSP, ",", date=_SLASHES, symbols=_EURO),
    "ro": Notation(".", ",", date=_DOTS),
    "ru": Notation(NBSP, ",", date=_DOTS, symbols=_EURO),
    "sk": Notation(NBSP, ",", date=_LOOSE_DOTS, symbols=_EURO),
    "sl": Notation(".", ",", date=_LOOSE_DOTS, symbols=_EURO),
    "sv": Notation(NBSP, ",", symbols={**_EURO, "SEK": "kr"}),
    "tr": Notation(".", ",", before=True, spaced=False, date=_DOTS, symbols={**_EURO, "TRY": "₺"}),
    "uk": Notation(NBSP, ",", date=_DOTS, symbols={"UAH": "₴"}),
}
PLAIN: Final = Notation()


def notation(language: str) -> Notation:
    """That of the language, else of the language without its region, else the plain one."""
    return NOTATIONS.get(language) or NOTATIONS.get(language.partition("-")[0], PLAIN)
