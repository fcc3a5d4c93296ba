"""SNS: deliver e-mail to a mailbox, and do not keep published messages.

Moto ignores e-mail subscriptions and keeps every published message for ever.
"""

import time
from typing import Any

from moto.sns.models import Subscription, Topic

from emulator.cloud import taps
from emulator.cloud.replacing import replaces

KEPT_NOTIFICATIONS = 100
BOUNCING = frozenset({"bounce@simulator.amazonses.com"})
"""Addresses whose mail bounces, as on AWS."""

_publish = Subscription.publish
_topic_publish = Topic.publish


@replaces(Subscription, "publish")
def _publish_to_mail(
    self: Subscription, message: str, message_id: str, subject: str | None = None, **options: Any
) -> None:
    if self.protocol not in {"email", "email-json"}:
        _publish(self, message, message_id, subject=subject, **options)
        return
    matcher = self._filter_policy_matcher
    if matcher is not None and not matcher.matches(options.get("message_attributes"), message):
        return
    topic = {"TopicName": self.topic.name}
    if self.endpoint in BOUNCING:
        taps.measure("AWS/SNS", "NumberOfNotificationsFailed", topic)
        return
    taps.measure("AWS/SNS", "NumberOfNotificationsDelivered", topic)
    taps.mail_published.tell(
        taps.PublishedMail(
            topic_arn=self.topic.arn,
            topic_name=self.topic.display_name or self.topic.name,
            address=self.endpoint,
            subscription_arn=self.arn,
            subject=subject,
            message=message,
            message_id=message_id,
            published_at=time.time(),
        )
    )


@replaces(Topic, "publish")
def _publish_and_forget(self: Topic, *arguments: Any, **options: Any) -> str:
    taps.measure("AWS/SNS", "NumberOfMessagesPublished", {"TopicName": self.name})
    message_id = _topic_publish(self, *arguments, **options)
    del self.sent_notifications[:-KEPT_NOTIFICATIONS]
    return message_id
