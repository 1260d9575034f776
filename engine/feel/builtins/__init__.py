"""The built-in functions, by subject; importing this registers them."""

from engine.feel.builtins import (
    booleans,
    contexts,
    conversions,
    dates,
    lists,
    numeric,
    patterns,
    ranges,
    statistics,
    strings,
)

SUBJECTS = {
    numeric: "数字",
    strings: "文字",
    patterns: "文字与正则表达式",
    booleans: "真假与空值",
    lists: "列表",
    statistics: "统计",
    contexts: "上下文",
    dates: "日期、时间与时长",
    ranges: "区间",
    conversions: "转换",
}
"""Each subject's module and its title in the reference."""
