"""The company of a run: one person, who may do everything, and the diagrams beside this module."""

from pathlib import Path

from engine.commands.create_token import create_token
from engine.commands.deploy import deploy
from engine.commands.save_organisation import OrganisationRecord, PersonRecord, save_organisation
from engine.database import Database
from engine.scenarios import read_folder

DIAGRAMS = Path(__file__).with_name("diagrams")
USERNAME = "bench"
PASSWORD = "bench-only"  # noqa: S105 - of a database that is gone after the run


def prepare(database: Database) -> str:
    """Publish the diagrams and give a token of the one person who does everything."""
    person = PersonRecord(username=USERNAME, display_name="压测", department=None, groups=("压测",))
    with database.transaction() as session:
        record = OrganisationRecord(departments={}, groups={"压测": "admin"}, people=[person])
        save_organisation(session, record, password=PASSWORD)
    with database.transaction() as session:
        deploy(session, read_folder(DIAGRAMS), USERNAME)
        return create_token(session, USERNAME, "bench", days=1)
