"""What sellers write for a currency: codes, signs and words → ISO 4217.

Signs and names are those of the Unicode CLDR, which babel carries; here stands what people write beside them.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

# "$" is read as USD and "¥" as CNY, the usual meanings in an AliExpress seller's files; a header or column that says
# another dollar or the yen goes first.
SIGNS: Final[Mapping[str, str]] = {
    "us $": "USD", "us$": "USD", "$": "USD", "r$": "BRL", "a$": "AUD", "au $": "AUD", "au$": "AUD", "c$": "CAD",
    "ca $": "CAD", "ca$": "CAD", "hk$": "HKD", "nt$": "TWD", "s$": "SGD", "mx$": "MXN", "nz$": "NZD", "€": "EUR",
    "£": "GBP", "¥": "CNY", "rmb": "CNY", "人民币": "CNY", "元": "CNY", "块": "CNY", "円": "JPY", "₽": "RUB",
    "руб.": "RUB", "руб": "RUB", "рубль": "RUB", "рубля": "RUB", "рублей": "RUB", "рублях": "RUB", "р.": "RUB",
    "р": "RUB", "rur": "RUB", "₴": "UAH", "грн": "UAH", "грн.": "UAH", "гривень": "UAH", "zł": "PLN", "zl": "PLN",
    "₫": "VND", "đ": "VND", "đồng": "VND", "vnđ": "VND", "₱": "PHP", "฿": "THB", "บาท": "THB", "rp.": "IDR",
    "rp": "IDR", "rm": "MYR", "₩": "KRW", "원": "KRW", "₹": "INR", "rs.": "INR", "rs": "INR", "₺": "TRY", "tl": "TRY",
    "₪": "ILS", "美元": "USD", "欧元": "EUR", "卢布": "RUB", "日元": "JPY", "港币": "HKD", "台币": "TWD", "kč": "CZK",
    "kc": "CZK",
    "ft": "HUF", "lei": "RON", "leu": "RON", "лв": "BGN", "лв.": "BGN", "₸": "KZT", "тг": "KZT", "тенге": "KZT",
    "дин": "RSD", "дин.": "RSD", "din": "RSD", "din.": "RSD", "r": "ZAR", "₦": "NGN", "৳": "BDT", "kr": "", "kr.": "",
    "сум": "UZS", "сом": "KGS", "км": "BAM", "ден": "MKD", "ден.": "MKD", "euro": "EUR", "euros": "EUR", "eur.": "EUR",
    "dollar": "USD", "dollars": "USD", "евро": "EUR", "долл.": "USD", "долл": "USD", "грн/шт": "UAH", "₼": "AZN",
    "₾": "GEL", "֏": "AMD", "chf.": "CHF", "fr.": "CHF", "yen": "JPY", "yuan": "CNY", "zloty": "PLN",
    "fcfa": "XOF", "f cfa": "XOF", "cfa": "XOF", "ksh": "KES",
    "kshs": "KES", "gh₵": "GHS", "₵": "GHS", "sr": "SAR", "ج.م": "EGP",
    "د.ك": "KWD", "د.إ": "AED", "ر.س": "SAR", "ر.ق": "QAR",
    "ر.ع": "OMR", "د.ب": "BHD", "د.ا": "JOD", "د.ت": "TND", "د.م": "MAD",
    "dh": "", "dhs": "", "da": "DZD", "dt": "TND", "bs.": "",
    "q": "GTQ", "جنيه": "EGP", "درهم": "", "ریال": "IRR", "تومان": "",
    "₡": "CRC", "₲": "PYG", "s/": "PEN", "s/.": "PEN",
}  # fmt: skip
# Old signs of money that has a new one.
_RENAMED: Final = {"RUR": "RUB", "TRL": "TRY", "BYR": "BYN", "ROL": "RON", "BGL": "BGN", "CNH": "CNY"}
_FAMILIES: Final[Mapping[str, frozenset[str]]] = {
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "CLP", "COP", "ARS", "UYU", "BRL", "FJD"}),
    "¥": frozenset({"CNY", "JPY"}),
    "£": frozenset({"GBP", "EGP", "LBP"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "rs": frozenset({"INR", "PKR", "LKR", "NPR", "MUR"}),
    "r": frozenset({"ZAR", "BRL"}),
    "元": frozenset({"CNY", "HKD", "TWD"}),
    "din": frozenset({"RSD", "MKD", "DZD", "TND"}),
    "р": frozenset({"RUB", "BYN"}),
}  # fmt: skip
# Money that is written without decimals: there a dot before three digits parts thousands.
WHOLE: Final = frozenset(re.findall("...", "IDRVNDKRWJPYCLPCOPARSHUFKZTRSDISKPYGUZSIRRLAKMMKTZSUGXAMDMNTKHRCRC"))
COMMON: Final = frozenset(
    re.findall(
        "...",
        "USDEURGBPCNYRUBBRLJPYAUDCADNZDCHFSEKNOKDKKPLNCZKHUFRONBGNTRYILSSARAEDEGPKZTUAHBYN"
        "INRIDRMYRSGDPHPTHBVNDKRWTWDHKDMXNCLPCOPARSPENZARNGNKESMADPKRBDTLKRRSDISKRUR",
    )
)
"""The codes that most files have: known without a look into babel's tables."""
# Where a currency is at home: its sign and names are taken in the language of that place.
_HOMES: Final = (
    "cs_CZ", "hu_HU", "pl_PL", "ro_RO", "bg_BG", "sr_RS", "sr_Latn_RS", "hr_HR", "bs_BA", "mk_MK", "sq_AL",
    "sk_SK", "sl_SI", "da_DK", "sv_SE", "nb_NO", "is_IS", "fi_FI", "de_DE", "de_CH", "fr_FR", "fr_CH", "es_ES",
    "it_IT", "pt_PT", "pt_BR", "nl_NL", "el_GR", "tr_TR", "ru_RU", "uk_UA", "be_BY", "kk_KZ", "uz_UZ", "ky_KG",
    "az_AZ", "ka_GE", "hy_AM", "mn_MN", "he_IL", "ar_EG", "ar_SA", "ar_AE", "ar_MA", "fa_IR", "ur_PK", "hi_IN",
    "bn_BD", "si_LK", "ne_NP", "th_TH", "lo_LA", "km_KH", "my_MM", "vi_VN", "id_ID", "ms_MY", "fil_PH", "ko_KR",
    "ja_JP", "zh_CN", "zh_TW", "zh_HK", "en_US", "en_GB", "en_CA", "en_AU", "en_NZ", "en_ZA", "en_NG", "en_KE",
    "en_IN", "en_SG", "en_GH", "en_TZ", "en_UG", "es_MX", "es_AR", "es_CL", "es_CO", "es_PE", "es_BO", "es_UY",
    "es_PY", "es_CR", "es_GT", "es_HN", "es_DO", "sw_TZ", "am_ET",
)  # fmt: skip


@cache
def list_codes() -> frozenset[str]:
    """Return the codes of ISO 4217, those out of use among them."""
    from babel.numbers import list_currencies

    return frozenset(code for code in list_currencies() if re.fullmatch("[A-Z]{3}", code)) | {"RUR"}


@cache
def list_signs() -> Mapping[str, str]:
    """Return every sign and word for a currency, lower case; "" where it stands for several."""
    from babel import Locale
    from babel.numbers import get_territory_currencies

    found: dict[str, set[str]] = {}
    for home in _HOMES:
        locale = Locale.parse(home)
        for code in get_territory_currencies(locale.territory or ""):
            plural = locale._data.get("currency_names_plural", {}).get(code, {})
            for text in (locale.currency_symbols.get(code), locale.currencies.get(code), *plural.values()):
                if text and (len(text) > 1 or not text.isalpha()):
                    found.setdefault(str(text).casefold().strip(" \u200f\u200e"), set()).add(code)
    signs = {text: (min(codes) if len(codes) == 1 else "") for text, codes in found.items()}
    return {**signs, **SIGNS}


def is_code(text: str) -> bool:
    """Say whether a text is a code of ISO 4217, in capitals."""
    letters = len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()
    return text in COMMON or (letters and text in list_codes())


def name_currency(text: str) -> str:
    """Return the ISO code of what stands for a currency; "" where it is none, or could be several.

    >>> name_currency("Kč"), name_currency("usd"), name_currency("RUR"), name_currency("kr")
    ('CZK', 'USD', 'RUB', '')
    """
    plain = " ".join(text.split()).strip("()[]")
    code = plain.upper()
    if is_code(code):
        return _RENAMED.get(code, code)
    plain = plain.casefold()
    if plain in SIGNS:
        return SIGNS[plain]
    return list_signs().get(plain, "") if plain else ""


def settle_currency(sign: str, code: str, stated: str) -> str:
    """Return the currency of a price whose own ``sign`` was read as ``code`` where a column or header says ``stated``.

    A dollar sign under "Price (CAD)" is a Canadian dollar; a euro sign there is a euro.
    """
    if not stated or not code:
        return code or stated
    family = _FAMILIES.get(sign.strip().rstrip(".").casefold(), frozenset())
    return stated if stated in family else code


_HEADER: Final = re.compile(
    r"(?P<base>.*?\S)\s*(?:[\s,/(\[_-]|\b(?:in|в|en|em|w|v|ve)\b)+\s*(?P<money>[^\s,/()\[\]_]{1,12}|\([^()]{1,12}\))\s*[)\].]*",
    re.IGNORECASE,
)


def split_header(header: str) -> tuple[str, str]:
    """Part a header into its name and the currency that it states; "" where it states none.

    >>> split_header("Price (CAD)"), split_header("Цена в рублях"), split_header("Price")
    (('Price', 'CAD'), ('Цена', 'RUB'), ('Price', ''))
    """
    header = unicodedata.normalize("NFKC", header.strip())
    found = _HEADER.fullmatch(header)
    if found is None:
        return header, ""
    money = found["money"].strip("()")
    plain, code = money.casefold(), money.upper()
    if (money.isupper() or code in _WRITTEN_SMALL) and is_code(code):  # the codes are slow to load
        named = _RENAMED.get(code, code)
    else:
        named = "" if re.fullmatch("[a-zа-я]", plain) else SIGNS.get(plain, "")
    if not named:
        return header, ""
    return re.sub(r"[\s,/(\[_-]+(?:in|в|en|em|w|v)?$", "", found["base"].strip(), flags=re.IGNORECASE), named


_WRITTEN_SMALL: Final = frozenset(
    {"USD", "EUR", "RUB", "RUR", "CNY", "GBP", "CAD", "AUD", "PLN", "CZK", "VND", "UAH", "KZT"}
)


def find_stated(lines: Iterable[str]) -> str:
    """Return the one currency that lines above a table name, as in "All prices in EUR"; "" for none or several.

    >>> find_stated(["Price list 2024", "all prices in EUR plus VAT"]), find_stated(["EUR and USD"])
    ('EUR', '')
    """
    words = [w for line in lines for w in re.findall(r"[^\W\d_]{3,}|[€£₽₴₺₩₫₹₪₸]", line)]
    codes = {w for w in words if w in COMMON} | {SIGNS[w.casefold()] for w in words if SIGNS.get(w.casefold())}
    codes |= {
        code
        for sign, code in SIGNS.items()
        if len(sign) > 1 and "\u4e00" <= sign[0] <= "\u9fff" and any(sign in w for w in words)
    }
    return next(iter(codes)) if len(codes) == 1 else ""
