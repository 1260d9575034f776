"""Ad-hoc sub-processes: somebody chooses what is done next."""

from typing import Annotated

from flask.typing import ResponseReturnValue
from pydantic import Field

from engine.commands.activate_adhoc_elements import Chosen, activate_adhoc_elements
from engine.queries.passages import passage_of
from web.api.blueprint import blueprint
from web.api.wire import Body, Variables, key_of
from web.auth import allow, current_person, current_session


class ChosenElement(Body):
    """An element to begin."""

    element_id: Annotated[str, Field(min_length=1, max_length=255)]
    variables: Variables = Field(default={}, description="What only the path that begins there reads.")


class AdHocActivation(Body):
    """What to begin in an ad-hoc sub-process."""

    elements: Annotated[list[ChosenElement], Field(min_length=1, max_length=100)]
    cancel_remaining_instances: bool = Field(
        default=False, description="Take away what was begun before and is not done."
    )


@blueprint.post("/element-instances/ad-hoc-activities/<ad_hoc_sub_process_instance_key>/activation")
@allow("staff")
@blueprint.input(AdHocActivation, arg_name="sent")
@blueprint.doc(
    operation_id="activateAdHocSubProcessActivities",
    tags=["Ad-hoc sub-process"],
    responses={204: "The elements have been begun.", 409: "The sub-process has ended or is about to."},
)
def activate_adhoc(ad_hoc_sub_process_instance_key: str, sent: AdHocActivation) -> ResponseReturnValue:
    """Begin elements of an ad-hoc sub-process: for the initiator of the case, process owners and administrators."""
    instance_id, token = passage_of(key_of(ad_hoc_sub_process_instance_key))
    activate_adhoc_elements(
        current_session(),
        instance_id,
        token,
        [Chosen(element_id=one.element_id, variables=one.variables) for one in sent.elements],
        current_person().username,
        cancel_remaining=sent.cancel_remaining_instances,
    )
    return "", 204
