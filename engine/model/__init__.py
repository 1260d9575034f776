"""What is stored: repository (immutable), runtime (locked), history (append-only), organisation, registers."""

from engine.model.base import Base
from engine.model.history import AccessEvent, Checkpoint, HistoryEvent
from engine.model.organisation import (
    ApiToken,
    Department,
    Group,
    Membership,
    Notification,
    OrganisationRevision,
    Rotation,
    User,
)
from engine.model.passages import DecisionInstance, ElementInstance, MessageCorrelation
from engine.model.people_at_work import CaseReader, Handover, Substitution
from engine.model.registers import (
    Register,
    RegisterCounter,
    RegisterEntry,
    RegisterEntryVersion,
    RegisterImport,
    RegisterImportRow,
)
from engine.model.repository import (
    Content,
    DecisionDefinition,
    DefinitionElement,
    DeployedResource,
    Deployment,
    Draft,
    FormDefinition,
    ProcessDefinition,
)
from engine.model.runtime import (
    Attachment,
    EventSubscription,
    Incident,
    Job,
    Message,
    MessageDelivery,
    ProcessInstance,
    UserTask,
    UserTaskCandidate,
)

__all__ = [
    "AccessEvent",
    "ApiToken",
    "Attachment",
    "Base",
    "CaseReader",
    "Checkpoint",
    "Content",
    "DecisionDefinition",
    "DecisionInstance",
    "DefinitionElement",
    "Department",
    "DeployedResource",
    "Deployment",
    "Draft",
    "ElementInstance",
    "EventSubscription",
    "FormDefinition",
    "Group",
    "Handover",
    "HistoryEvent",
    "Incident",
    "Job",
    "Membership",
    "Message",
    "MessageCorrelation",
    "MessageDelivery",
    "Notification",
    "OrganisationRevision",
    "ProcessDefinition",
    "ProcessInstance",
    "Register",
    "RegisterCounter",
    "RegisterEntry",
    "RegisterEntryVersion",
    "RegisterImport",
    "RegisterImportRow",
    "Rotation",
    "Substitution",
    "User",
    "UserTask",
    "UserTaskCandidate",
]
