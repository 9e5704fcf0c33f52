"""The program over HTTP: read, check, plan, publish."""

import functools
from typing import Final

from service.api.body import LARGE_BYTES_MAX, Body
from service.api.call import Call
from service.api.parameters import version_number
from service.api.reply import Reply, created, encode, ok
from service.api.route import Answer, route
from service.domain.audit.acts import Act
from service.domain.programs import errors
from service.domain.programs.types import (
    CheckView,
    PlanView,
    ProgramSource,
    Publish,
    VersionDetail,
    VersionView,
)
from service.rules.schema import json_schema

TAG: Final = "Program"
_SOURCE: Final = Body(ProgramSource, bytes_max=LARGE_BYTES_MAX, layout=True)


@route(
    "GET",
    "/v1/program",
    scope="program:read",
    tag=TAG,
    answers={200: Answer(what="The version in force now.", body=VersionView)},
)
async def read_program(call: Call, _: None) -> Reply:
    """Read which program version is in force."""
    return ok(await call.services.reads.program())


@route(
    "GET",
    "/v1/program/versions",
    scope="program:read",
    tag=TAG,
    answers={200: Answer(what="All versions, oldest first.", body=tuple[VersionView, ...])},
)
async def list_versions(call: Call, _: None) -> Reply:
    """List all published versions of the program, oldest first."""
    return ok(await call.services.reads.versions())


@route(
    "GET",
    "/v1/program/versions/{number}",
    scope="program:read",
    tag=TAG,
    answers={200: Answer(what="The version.", body=VersionDetail)},
    refuses=(errors.VersionNotFound,),
)
async def read_version(call: Call, _: None) -> Reply:
    """Read a program version with its text as it was published."""
    return ok(await call.services.reads.version(version_number(call)))


@route(
    "POST",
    "/v1/program/check",
    scope="program:write",
    tag=TAG,
    takes=_SOURCE,
    answers={200: Answer(what="All problems at once; none: it may be published.", body=CheckView)},
)
async def check_program(call: Call, body: ProgramSource) -> Reply:
    """Check a program file: every problem at once, with line, column and what to do."""
    return ok(await call.services.reads.check(body))


@route(
    "POST",
    "/v1/program/plan",
    scope="program:write",
    tag=TAG,
    takes=_SOURCE,
    answers={200: Answer(what="What would change.", body=PlanView)},
    refuses=(errors.ProgramInvalid,),
)
async def plan_program(call: Call, body: ProgramSource) -> Reply:
    """Say in words what publishing a program file would change, and how many members would move."""
    return ok(await call.services.reads.plan(body))


@route(
    "POST",
    "/v1/program/versions",
    scope="program:write",
    tag=TAG,
    takes=Body(Publish, bytes_max=LARGE_BYTES_MAX, layout=True),
    answers={201: Answer(what="Published.", body=VersionView, headers=("Location",))},
    refuses=(errors.EffectiveTooEarly, errors.ProgramInvalid, errors.PublishedMeanwhile),
    acts=(Act.PROGRAM_PUBLISHED,),
)
async def publish_program(call: Call, body: Publish) -> Reply:
    """Publish a new, immutable version of the program.

    It takes effect at `effective_from`, for all workers at the same instant; without one as soon as
    every worker has it.
    """
    done = await call.services.verbs.publish_program(call.actor, body)
    return created(done.body, f"/v1/program/versions/{done.body.version}")


@route(
    "GET",
    "/v1/program/schema",
    scope="program:read",
    tag=TAG,
    answers={
        200: Answer(what="A JSON Schema, draft 2020-12.", schema={"type": "object"}),
    },
)
async def read_program_schema(call: Call, _: None) -> Reply:
    """Read the JSON Schema of a program file, for completion in editors."""
    del call
    return Reply(200, _schema())


@functools.cache
def _schema() -> bytes:
    return encode(json_schema())
