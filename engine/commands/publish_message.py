"""Publish a message to whoever waits for it, now or later."""

from engine.execution.messages import PublishedMessage
from engine.execution.messages import publish as publish_message

__all__ = ["PublishedMessage", "publish_message"]
