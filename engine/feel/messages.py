"""What FEEL says to people: each sentence once, in Chinese and in English."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import mark


@dataclass(frozen=True)
class Text:
    """One sentence as a template for ``str.format``, in both languages."""

    chinese: str
    english: str

    def __str__(self) -> str:
        return self.chinese

    def in_chinese(self, facts: Mapping[str, object]) -> str:
        """Fill the Chinese template."""
        return self.chinese.format(**facts)

    def in_english(self, facts: Mapping[str, object]) -> str:
        """Fill the English template; a fact that is itself a Text gives its English."""
        return self.english.format(**{k: v.english if isinstance(v, Text) else v for k, v in facts.items()})


UNEXPECTED = Text(
    mark("第 {line} 行第 {column} 列：这里应为{expected}，但写的是{found}。"),
    "Line {line}, column {column}: expected {expected}, found {found}.",
)
FULL_WIDTH = Text(
    mark("第 {line} 行第 {column} 列：“{found}”是全角符号，请改用半角{expected}。"),
    "Line {line}, column {column}: {found} is a full-width mark, write {expected} instead.",
)
BAD_NUMBER = Text(
    mark("第 {line} 行第 {column} 列：数字“{found}”超出范围，这里应为{expected}。"),
    "Line {line}, column {column}: the number {found} is out of range, expected {expected}.",
)
TOO_LONG = Text(
    mark("表达式有 {size} 个字符，最多 {limit} 个。请拆成几个表达式。"),
    "The expression has {size} characters, at most {limit} are allowed. Split it.",
)
TOO_DEEP = Text(
    mark("嵌套超过 {limit} 层。请把表达式拆开。"),
    "More than {limit} levels of nesting. Split the expression.",
)
TOO_MANY_STEPS = Text(
    mark("计算超过 {limit} 步，已停止。请检查循环或缩小列表。"),
    "Stopped after {limit} steps. Check the loops or use a smaller list.",
)
TOO_LARGE = Text(
    mark("结果太大：超过 {limit}。请缩小文字或列表。"),
    "The result is too large: more than {limit}. Use a smaller text or list.",
)
NOT_TEXT = Text(mark("表达式必须是文字。"), "An expression must be text.")
BAD_JSON = Text(mark("这不是 JSON。"), "This is no JSON.")
NOT_JSON = Text(
    mark("{type}不能保存为 JSON。请先转换成数字、文字、列表或上下文。"),
    "A {type} can't be stored as JSON. Convert it to a number, text, list or context first.",
)

UNKNOWN_NAME = Text(mark("没有名为“{name}”的变量，按空值处理。"), "There is no variable {name}; null is used.")
UNKNOWN_KEY = Text(mark("“{name}”不存在，按空值处理。"), "There is no entry {name}; null is used.")
UNKNOWN_TYPE = Text(mark("没有名为“{name}”的类型。"), "There is no type {name}.")
UNKNOWN_FUNCTION = Text(mark("没有名为“{name}”的函数。"), "There is no function {name}.")
BAD_OPERANDS = Text(
    mark("“{operator}”不能用于{left}和{right}。"),
    "{operator} does not apply to {left} and {right}.",
)
BAD_OPERAND = Text(mark("“{operator}”不能用于{type}。"), "{operator} does not apply to {type}.")
BAD_CONDITION = Text(mark("条件应为真或假，得到的是{type}。"), "A condition must be true or false, not {type}.")
BAD_ARITHMETIC = Text(
    mark("“{operator}”没有结果：除以零或数值超出范围。"),
    "{operator} has no result: division by zero or a number out of range.",
)
BAD_ARGUMENT = Text(
    mark("函数“{function}”的参数“{parameter}”不能是{type}。"),
    "Argument {parameter} of {function} can't be {type}.",
)
BAD_ARGUMENTS = Text(
    mark("函数“{function}”的参数个数或名称不对，应为：{parameters}。"),
    "{function} is called with the wrong arguments, expected: {parameters}.",
)
BAD_VALUE = Text(mark("函数“{function}”不能处理这个值：{reason}。"), "{function} can't use this value: {reason}.")
BAD_ITERATION = Text(mark("不能逐项处理{type}。"), "{type} can't be iterated over.")
BAD_RANGE = Text(
    mark("这个区间没有意义：两端类型不同或顺序颠倒。"), "This range has ends of different types or in reverse."
)
BAD_LITERAL = Text(mark("“{text}”不是日期、时间或时长。"), "{text} is no date, time or duration.")
DUPLICATE_KEY = Text(mark("上下文里“{name}”出现了两次。"), "The context has {name} twice.")
HOST_FAILED = Text(mark("函数“{function}”没有结果：{reason}"), "{function} gave no result: {reason}")
HOST_VALUE = Text(
    mark("类型 {type} 的值不能用于表达式，按空值处理。"), "A value of type {type} can't be used; null is used."
)

ASSERTION = Text(mark("断言不成立：{reason}"), "An assertion failed: {reason}")
NO_TEMPORAL = Text("不是日期、时间或时长", "no date, time or duration")
NO_ZONE = Text("没有这个时区", "no such time zone")
NO_NUMBER = Text("不是数字", "no number")
NO_SEPARATOR = Text("千分位符或小数点不对", "not a grouping or decimal separator")
NO_POSITION = Text("列表没有这个位置", "the list has no such position")
NO_ORDER = Text("这些值不能比较大小", "these values have no order")
NO_BOOLEAN = Text("函数应得到真或假", "the function must give true or false")
NO_ENTRY = Text("每项应有不重复的文字 key 和 value", "each entry needs a string key of its own and a value")
NO_KEYS = Text("键的路径不对", "no path of keys")
NO_RANGE = Text("不是区间", "no range")
NO_JSON = Text("不是 JSON,或不能写成 JSON", "no JSON, or nothing that JSON can hold")
NO_BASE64 = Text("不是 Base64", "no Base64")
NO_FILTER = Text(
    mark("筛选条件应为真假或序号，得到的是{type}。"), "A filter must be a condition or a position, not {type}."
)
EXTERNAL = Text(mark("不能执行外部函数，按空值处理。"), "External functions are not run; null is used.")
NO_PATTERN = Text("不是可用的正则表达式", "no regular expression that can be used")
NO_FLAGS = Text("正则标志只能是 s、m、i、x、q", "flags are s, m, i, x and q")
NO_REPLACEMENT = Text("替换文字中的 $ 或 \\ 不对", "$ or \\ is misused in the replacement")
EMPTY_MATCH = Text("正则表达式不能匹配空文字", "the pattern must not match an empty string")
ONLY_STRINGS = Text("只能是文字", "only strings are allowed")
ONLY_NUMBERS = Text("只能是数字", "only numbers are allowed")
ONLY_CONTEXTS = Text("只能是上下文", "only contexts are allowed")
NO_TEXT = Text("含有无效字符", "it holds characters that are none")
NOT_FINITE = Text(mark("变量里有无穷大或不是数的数值。"), "A variable is infinite or not a number.")
