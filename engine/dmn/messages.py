"""What the evaluation of a model says about a value that became null: each sentence in Chinese and in English."""

from engine.errors import mark
from engine.feel.messages import Text

BROKEN = Text(
    mark("表达式有语法错误，按空值处理：{detail}"), "The expression has a syntax error, null is used: {detail}"
)
WRONG_TYPE = Text(
    mark("“{name}”的值不符合类型 {type}，按空值处理。"), "The value of {name} is not of type {type}; null is used."
)
UNSUPPORTED = Text(mark("这里用了不能执行的 {what}，按空值处理。"), "{what} can't be run here; null is used.")
NO_LOGIC = Text(mark("“{name}”没有填写决策逻辑，按空值处理。"), "{name} has no decision logic; null is used.")
NO_INPUT = Text(mark("没有给出输入“{name}”，按空值处理。"), "The input {name} was not given; null is used.")
NO_FUNCTION = Text(mark("要调用的不是函数，按空值处理。"), "What is invoked is no function; null is used.")
NO_LIST = Text(mark("不能逐项处理这个值，按空值处理。"), "This value can't be iterated over; null is used.")
NO_CONDITION = Text(mark("条件应为真或假，按空值处理。"), "A condition must be true or false; null is used.")
INPUT_NOT_ALLOWED = Text(
    mark("输入“{name}”的值不在允许的值之内，决策表没有结果。"),
    "The value of input {name} is not among the allowed ones; the table has no result.",
)
OUTPUT_NOT_ALLOWED = Text(
    mark("第 {rule} 条规则的输出“{name}”不在允许的值之内，按空值处理。"),
    "Output {name} of rule {rule} is not among the allowed values; null is used.",
)
SEVERAL_MATCH = Text(
    mark("命中策略为唯一（UNIQUE），却有几条规则同时命中：{rules}。决策表没有结果。"),
    "The hit policy is UNIQUE but several rules match: {rules}. The table has no result.",
)
OUTPUTS_DIFFER = Text(
    mark("命中策略为任意（ANY），命中的规则 {rules} 输出却不同。决策表没有结果。"),
    "The hit policy is ANY but the matching rules {rules} differ in their outputs. The table has no result.",
)
NO_PRIORITY = Text(
    mark("没有给出允许的输出值，无法按优先级排列。决策表没有结果。"),
    "Without allowed output values there is no priority. The table has no result.",
)
NO_MATCH = Text(mark("没有规则命中，也没有默认输出。"), "No rule matches and there is no default output.")
CYCLE = Text(mark("“{name}”的结果取决于它自己，按空值处理。"), "{name} depends on itself; null is used.")
