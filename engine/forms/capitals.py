"""Amounts of money in the characters that no pen can alter: 壹万贰仟叁佰肆拾伍元陆角整.

As banks ask for it on cheques and vouchers (《支付结算办法》, annex 1): zeros in the middle are read once, 整 ends what
has no 分.
"""

from decimal import ROUND_HALF_UP, Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")
LARGEST = Decimal(10) ** 12


def capitals(amount: Decimal) -> str:
    """Write an amount in yuan; nothing for one that is too large for a voucher (a million million)."""
    rounded = abs(amount).quantize(Decimal("0.01"), ROUND_HALF_UP) if abs(amount) < LARGEST else LARGEST
    if rounded >= LARGEST:
        return ""
    yuan, cents = divmod(int(rounded * 100), 100)
    sign = "负" if amount < 0 and rounded else ""
    if not rounded:
        return "零元整"
    return sign + (_whole(yuan) + "元" if yuan else "") + _fraction(cents, after_yuan=bool(yuan))


def _fraction(cents: int, *, after_yuan: bool) -> str:
    if not cents:
        return "整"
    jiao, fen = divmod(cents, 10)
    first = DIGITS[jiao] + "角" if jiao else "零" if after_yuan else ""
    return first + (DIGITS[fen] + "分" if fen else "整")


def _whole(yuan: int) -> str:
    written, gap = "", False
    for place in reversed(range(len(_GROUPS))):
        group = yuan // 10 ** (4 * place) % 10_000
        if group:
            # A zero stands where digits are missing between two that are there.
            joint = "零" if written and (gap or group < 1000) else ""
            written += joint + _group(group) + _GROUPS[place]
        gap = bool(written) and not group
    return written


def _group(group: int) -> str:
    written, gap = "", False
    for place in reversed(range(4)):
        digit = group // 10**place % 10
        if digit:
            written += ("零" if gap and written else "") + DIGITS[digit] + _PLACES[place]
        gap = not digit
    return written
