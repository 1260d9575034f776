"""What a client asks first: whether somebody is there, what it speaks, and who the caller is."""

from importlib.metadata import version

from flask.typing import ResponseReturnValue
from pydantic import Field

from engine.queries.health import database_answers
from web.api.blueprint import READERS, blueprint
from web.api.wire import TENANT, Answer
from web.application import this_application
from web.auth import allow, current_person

INTERFACE_VERSION = "8.8.0"
"""The published version whose paths and shapes these are."""


class Partition(Answer):
    """The one partition."""

    partition_id: int = 1
    role: str = "leader"
    health: str = "healthy"
    state: str = "active"


class Broker(Answer):
    """The one server."""

    node_id: int = 0
    broker_id: str = "0"
    host: str
    port: int
    partitions: list[Partition] = Field(default_factory=lambda: [Partition()])
    version: str = Field(description="The version of this program.")


class Topology(Answer):
    """What answers here: always one server with one partition."""

    brokers: list[Broker]
    cluster_id: str | None = None
    cluster_size: int = 1
    partitions_count: int = 1
    replication_factor: int = 1
    gateway_version: str = Field(default=INTERFACE_VERSION, description="The version of the interface.")
    last_completed_change_id: str = "-1"


class Tenant(Answer):
    """The one tenant."""

    tenant_id: str = TENANT
    name: str = "Default"
    description: str | None = None


class License(Answer):
    """The licence: there is nothing to buy and nothing that ends."""

    valid_license: bool = True
    license_type: str = "unknown"
    is_commercial: bool = False
    expires_at: None = None


class Caller(Answer):
    """The person a call acts as."""

    username: str
    display_name: str | None
    email: str | None = None
    authorized_components: list[str]
    tenants: list[Tenant] = Field(default_factory=lambda: [Tenant()])
    groups: list[str]
    roles: list[str]
    sales_plan_type: str | None = None
    c8_links: dict[str, str] = Field(default_factory=dict)
    can_logout: bool = False


@blueprint.get("/topology")
@allow(*READERS)
@blueprint.output(Topology)
@blueprint.doc(operation_id="getTopology", tags=["Cluster"])
def get_topology() -> Topology:
    """Tell what answers here and which version of the interface it speaks."""
    settings = this_application().settings
    return Topology(brokers=[Broker(host=settings.host, port=settings.port, version=version("qucheng"))])


@blueprint.get("/status")
@allow("anyone", database=False)
@blueprint.doc(operation_id="getStatus", tags=["Cluster"], responses={204: "Up, and the database answers."})
def get_status() -> ResponseReturnValue:
    """Tell whether the server is up. Needs no authentication."""
    with this_application().database.reading() as db:
        database_answers(db)
    return "", 204


@blueprint.get("/license")
@allow(*READERS)
@blueprint.output(License)
@blueprint.doc(operation_id="getLicense", tags=["License"])
def get_license() -> License:
    """Tell that no licence is needed."""
    return License()


@blueprint.get("/authentication/me")
@allow(*READERS)
@blueprint.output(Caller)
@blueprint.doc(operation_id="getAuthentication", tags=["Authentication"])
def get_authentication() -> Caller:
    """Tell which person the call acts as."""
    person = current_person()
    return Caller(
        username=person.username,
        display_name=person.display_name,
        authorized_components=sorted(person.roles),
        groups=sorted(person.groups),
        roles=sorted(person.roles),
    )
