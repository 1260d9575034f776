"""What a service task can call by itself: job type → connector."""

from collections.abc import Mapping

from engine.connectors.call import Call, Connector, RefusedError
from engine.connectors.notify import notify
from engine.connectors.register_save import register_save

CONNECTORS: Mapping[str, Connector] = {"notify": notify, "register.save": register_save}

__all__ = ["CONNECTORS", "Call", "Connector", "RefusedError"]
