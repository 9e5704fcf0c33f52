"""One activity on its way through a batch."""

import datetime as dt
import uuid

from service.domain.activities.types import Activity, RecordActivity
from service.domain.events.activities import ActivityRecorded
from service.flows.steps.match import Who
from service.flows.steps.work import Work
from service.kernel.actor import Actor
from service.kernel.ids import new_id
from service.kernel.values import OtherMember
from service.rules.triggers import Occasion, On


class Item:
    """An activity: asked, matched and locked (`work`), made (`activity`)."""

    __slots__ = (
        "activity", "activity_id", "actor", "body", "fp", "home", "identifier_conflict", "n",
        "occurred_at", "work",
    )  # fmt: skip

    work: Work
    activity: Activity

    def __init__(
        self, n: int, actor: Actor, body: RecordActivity, fp: bytes, occurred_at: dt.datetime
    ) -> None:
        self.n = n
        self.actor = actor
        self.body = body
        self.fp = fp
        self.occurred_at = occurred_at
        self.activity_id = new_id()
        self.identifier_conflict = False
        self.home: uuid.UUID | None = None  # the member that was named, who is another one now

    @property
    def who(self) -> Who:
        """Whom it names, when it took place."""
        return who(self.body, self.occurred_at)

    def make(self) -> None:
        """The activity of its holder, the event of it, and the occasion when that is a member."""
        holder = self.work.holder
        self.activity = Activity(
            holder_id=holder.holder_id,
            is_members=self.work.is_member,
            activity_id=self.activity_id,
            name=self.body.name,
            source=self.body.source,
            external_id=self.body.external_id,
            attributes=self.body.attributes,
            identifier_conflict=self.identifier_conflict,
            occurred_at=self.occurred_at,
            recorded_at=self.work.now,
            home_id=self.home,
        )
        self.work.emit(recorded(self.activity), self.occurred_at)
        if self.work.is_member:
            self.work.occasions.append(occasion(self.activity))


def recorded(activity: Activity, *, claimed: bool = False) -> ActivityRecorded:
    """The event of an activity."""
    return ActivityRecorded(
        activity_id=activity.activity_id,
        member_id=activity.holder_id if activity.is_members else None,
        name=activity.name,
        source=activity.source,
        external_id=activity.external_id,
        occurred_at=activity.occurred_at,
        claimed=claimed,
    )


def occasion(activity: Activity) -> Occasion:
    """What rules with its name as trigger are asked about, by the day it took place."""
    return Occasion(
        on=On.ACTIVITY,
        of=activity.name,
        at=activity.occurred_at,
        ref=str(activity.activity_id),
        attributes=activity.attributes,
        cause=str(activity.activity_id),
    )


def who(body: RecordActivity, at: dt.datetime | None) -> Who:
    """Whom an activity names; `at` None: now."""
    if isinstance(body.member, OtherMember):
        return Who((), body.member.id, at)
    return Who(body.member, None, at)
