"""Who is who: the organisation as a value, and the functions that approver rules call."""

from engine.organisation.functions import Reads, functions
from engine.organisation.rotation import Turns
from engine.organisation.snapshot import Organisation, Person, organisation, revision_of

__all__ = ["Organisation", "Person", "Reads", "Turns", "functions", "organisation", "revision_of"]
