"""Systems of others as they say they answer: what they refuse, and how.

After the pages named in service/api/openapi/connector_examples.py; the errors as well.
"""

import base64
import json
from typing import Any

from aiohttp import web

from tests.receiver import Came


class Vendor:
    """What a system keeps: `profiles` by id, `events`; `limited`: so many 429 come first."""

    def __init__(self) -> None:
        self.profiles: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.limited = 0

    async def answer(self, came: Came) -> web.StreamResponse:
        """As the system does."""
        if self.limited:
            self.limited -= 1
            return web.json_response(
                {"message": "slow down"}, status=429, headers={"Retry-After": "7"}
            )
        try:
            body = json.loads(came.body)
        except ValueError:
            return self.refuse(400, "the body is no JSON")
        if came.headers.get("Content-Type", "").split(";")[0] != "application/json":
            return self.refuse(415, "the body is not said to be JSON")
        return self.take(came, body)

    def take(self, came: Came, body: Any) -> web.StreamResponse:
        raise NotImplementedError

    def refuse(self, status: int, why: str) -> web.StreamResponse:
        raise NotImplementedError


class Segment(Vendor):
    def take(self, came: Came, body: Any) -> web.StreamResponse:
        if (
            came.headers.get("Authorization")
            != "Basic " + base64.b64encode(b"9kXv2TqLw0:").decode()
        ):
            return self.refuse(401, "the write key is not known")
        if "userId" not in body and "anonymousId" not in body:
            return self.refuse(400, "neither userId nor anonymousId")
        if len(came.body) > 32 * 1024:
            return self.refuse(400, "larger than 32 KB")
        kind = came.path.rpartition("/")[2]
        if kind == "identify":
            known = self.profiles.setdefault(body["userId"], {})
            known |= body["traits"]
        elif kind == "track" and "event" not in body:
            return self.refuse(400, "a track call without an event")
        elif kind == "group" and "groupId" not in body:
            return self.refuse(400, "a group call without a groupId")
        else:
            self.events.append(body)
        return web.json_response({"success": True})

    def refuse(self, status: int, why: str) -> web.StreamResponse:
        return web.json_response({"success": False, "message": why}, status=status)


class Braze(Vendor):
    def take(self, came: Came, body: Any) -> web.StreamResponse:
        if came.headers.get("Authorization") != "Bearer 5e2f0c11-key":
            return self.refuse(401, "Invalid API key")
        if came.path == "/users/delete":
            for one in body["external_ids"]:
                self.profiles.pop(one, None)
            return web.json_response({"deleted": 1, "message": "success"}, status=201)
        wrong = []
        for n, one in enumerate(body.get("attributes", [])):
            if "external_id" not in one:
                wrong.append({"type": "'external_id' is required", "index": n})
            else:
                self.profiles.setdefault(one["external_id"], {}).update(one)
        for n, one in enumerate(body.get("events", [])):
            if not {"external_id", "name", "time"} <= one.keys():
                wrong.append({"type": "'name' and 'time' are required", "index": n})
            elif not isinstance(one.get("properties", {}), dict):
                wrong.append({"type": "'properties' is no object", "index": n})
            else:
                self.events.append(one)
        counted = {"attributes_processed": len(body.get("attributes", []))}
        errors = {"errors": wrong} if wrong else {}
        return web.json_response({"message": "success", **counted, **errors}, status=201)

    def refuse(self, status: int, why: str) -> web.StreamResponse:
        return web.json_response({"message": why}, status=status)


class Klaviyo(Vendor):
    def take(self, came: Came, body: Any) -> web.StreamResponse:
        if came.headers.get("Authorization") != "Klaviyo-API-Key pk_0f1e2d":
            return self.refuse(401, "Missing or invalid private key.")
        if "revision" not in came.headers:
            return self.refuse(400, "a revision header is required")
        kind, attributes = body["data"]["type"], body["data"]["attributes"]
        if came.path.endswith("/profile-import"):
            return self._profile(kind, attributes)
        return self._event(kind, attributes)

    def _profile(self, kind: str, attributes: dict[str, Any]) -> web.StreamResponse:
        if kind != "profile" or not attributes.get("external_id"):
            return self.refuse(400, "an identifier is required")
        known = self.profiles.setdefault(attributes["external_id"], {})
        known |= attributes
        return web.json_response({"data": {"type": "profile", "id": "01H"}})

    def _event(self, kind: str, attributes: dict[str, Any]) -> web.StreamResponse:
        if kind != "event" or not isinstance(attributes["properties"], dict):
            return self.refuse(400, "properties must be an object")
        if not attributes["metric"]["data"]["attributes"]["name"]:
            return self.refuse(400, "a metric is required")
        self.events.append(attributes)
        return web.Response(status=202)

    def refuse(self, status: int, why: str) -> web.StreamResponse:
        error = {"id": "1", "status": status, "code": "invalid", "title": "Invalid", "detail": why}
        return web.json_response({"errors": [error]}, status=status)


class Altcraft(Vendor):
    """Says 200 to everything, and in the body what came of it."""

    def take(self, came: Came, body: Any) -> web.StreamResponse:
        if came.headers.get("Authorization") != "Bearer bfc505684d77":
            return self.refuse(401, "API token required")
        if not isinstance(body.get("db_id"), int) or body.get("matching") != "custom":
            return self.refuse(400, "Incorrect request")
        who = body["field_value"]
        if came.path.endswith("/profiles/delete"):
            if self.profiles.pop(who, None) is None:
                return self.refuse(404, "Profile not found")
        else:
            self.profiles.setdefault(who, {}).update(body["data"])
        said = {"error": 0, "error_text": "Successful operation", "profile_id": "5f4fa1a5"}
        return web.json_response(said)

    def refuse(self, status: int, why: str) -> web.StreamResponse:
        return web.json_response({"error": status, "error_text": why})
