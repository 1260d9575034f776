"""A process that asks for personal data, one case of it, and everybody who might look."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.commands.complete_task import complete_task
from engine.commands.deploy import File, deploy
from engine.commands.start_instance import start_instance
from tests.support.company import Company

HERE = Path(__file__).parent
NAME, PHONE, BIRTHDAY, RELATIVE = "欧阳若兰", "13912345678", "1988-06-07", "司徒清"
BIRTHDAY_IN_WORDS = "1988年6月7日"
SECRETS = (NAME, PHONE, BIRTHDAY, BIRTHDAY_IN_WORDS, RELATIVE)
CARD = "身份证.pdf"


@dataclass
class Reception:
    """A case with personal data that waits for a task and a message."""

    company: Company
    case: int
    task: int
    card: str
    """The document id of a file."""


def guest_files() -> list[File]:
    """Read the process, its forms and its register."""
    paths = [*sorted(HERE.glob("*.bpmn")), *sorted(HERE.glob("*.form"))]
    return [File(name=path.name, content=path.read_bytes()) for path in paths]


@pytest.fixture
def reception(company: Company) -> Reception:
    """Let 朱波 report a guest; 罗丹 has the task to greet them."""
    card = company.upload("zhu.bo", CARD)
    values = {
        "guest_name": NAME,
        "guest_phone": PHONE,
        "guest_birthday": BIRTHDAY,
        "guest_card": [card],
        "relatives": [{"relative_name": RELATIVE, "relation": "母亲"}],
        "store": "城南店",
    }
    with company.database.transaction() as session:
        deploy(session, guest_files(), "zeng.rui")
    with company.database.transaction() as session:
        case = start_instance(session, "receive_guest", values, "zhu.bo")
    company.work()
    return Reception(company=company, case=case, task=company.task(case, "greet").id, card=str(card["documentId"]))


def greet(reception: Reception) -> None:
    """Let 罗丹 do the task, telling the number once more in her own words."""
    with reception.company.database.transaction() as session:
        complete_task(session, reception.task, {"opinion": f"已致电{PHONE}，{NAME}会来"}, "luo.dan")
