"""The demo company: only where somebody asked for it with ``--demo``."""

import json
from importlib import resources

from sqlalchemy.orm import Session

from engine.commands.save_organisation import OrganisationRecord, PersonRecord, save_organisation

PASSWORD = "qucheng-demo"  # noqa: S105 - published on purpose; the server then listens on loopback only


def demo_organisation() -> OrganisationRecord:
    """Read the demo organisation that ships with the program."""
    text = resources.files("engine.demo").joinpath("organisation.json").read_text(encoding="utf-8")
    content = json.loads(text)
    return OrganisationRecord(
        departments={department["name"]: department["head"] for department in content["departments"]},
        groups={group["name"]: group["grants"] for group in content["groups"]},
        people=[
            PersonRecord(
                username=person["username"],
                display_name=person["name"],
                department=person["department"],
                groups=tuple(person["groups"]),
                superior=person["superior"],
                email=person["email"],
            )
            for person in content["people"]
        ],
    )


def load_demo(session: Session) -> None:
    """Load the demo organisation; everybody has the published password."""
    save_organisation(session, demo_organisation(), password=PASSWORD)
