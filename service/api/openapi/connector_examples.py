"""Endpoints for systems of others, after what these publish of their interfaces.

Braze: https://www.braze.com/docs/api/endpoints/user_data/post_user_track. Klaviyo:
https://developers.klaviyo.com/en/reference/events_api_overview. Altcraft:
https://guides.altcraft.com/en/developer-guide/api-interaction. Segment:
https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/. Keys and hosts are
stand-ins; tests send these very examples to receivers that answer as the systems say they do.
"""

from typing import Any, Final

_EVENTS: Final = [
    "regulars.points.*",
    "regulars.coupon.*",
    "regulars.tier.*",
    "regulars.purchase.*",
]
_PERSON: Final = ["regulars.member.enrolled.v1", "regulars.member.changed.v1", "regulars.consent.*"]

SEGMENT: Final[dict[str, Any]] = {
    "name": "cdp",
    "url": "https://events.example.com",
    "segment": {"write_key": "9kXv2TqLw0"},
    "personal": ["email", "first_name"],
    "consent": "email",
}

BRAZE: Final[dict[str, Any]] = {
    "name": "braze",
    "url": "https://rest.example-braze.com",
    "template": {
        "headers": {"Authorization": "Bearer 5e2f0c11-key"},
        "requests": [
            {
                "types": _PERSON,
                "path": "/users/track",
                "body": {
                    "attributes": [
                        {
                            "external_id": "{{subject}}",
                            "email": "{{member.email}}",
                            "first_name": "{{member.first_name}}",
                            "language": "{{member.language}}",
                        }
                    ]
                },
            },
            {
                "types": _EVENTS,
                "path": "/users/track",
                "body": {
                    "events": [
                        {
                            "external_id": "{{subject}}",
                            "name": "{{type}}",
                            "time": "{{time}}",
                            "properties": "{{data}}",
                        }
                    ]
                },
            },
        ],
        "forget": {"path": "/users/delete", "body": {"external_ids": ["{{subject}}"]}},
        # Braze answers 201 to a request it has taken in part, and says what it has not.
        "answer": {"field": "errors", "taken": [None]},
    },
    "personal": ["email", "first_name", "language"],
    "consent": "email",
}

KLAVIYO: Final[dict[str, Any]] = {
    "name": "klaviyo",
    "url": "https://a.example-klaviyo.com/api",
    "template": {
        "headers": {
            "Authorization": "Klaviyo-API-Key pk_0f1e2d",
            "revision": "2026-04-15",
            "Accept": "application/vnd.api+json",
        },
        "requests": [
            {
                "types": _PERSON,
                "path": "/profile-import",
                "body": {
                    "data": {
                        "type": "profile",
                        "attributes": {
                            "external_id": "{{subject}}",
                            "email": "{{member.email}}",
                            "first_name": "{{member.first_name}}",
                        },
                    }
                },
            },
            {
                "types": _EVENTS,
                "path": "/events",
                "body": {
                    "data": {
                        "type": "event",
                        "attributes": {
                            "unique_id": "{{id}}",
                            "time": "{{time}}",
                            "properties": "{{data}}",
                            "metric": {
                                "data": {"type": "metric", "attributes": {"name": "{{type}}"}}
                            },
                            "profile": {
                                "data": {
                                    "type": "profile",
                                    "attributes": {"external_id": "{{subject}}"},
                                }
                            },
                        },
                    }
                },
            },
        ],
        "forget": {
            "path": "/profile-import",
            "body": {
                "data": {
                    "type": "profile",
                    "attributes": {
                        "external_id": "{{subject}}",
                        "email": None,
                        "first_name": None,
                    },
                }
            },
        },
    },
    "personal": ["email", "first_name"],
    "consent": "email",
}

ALTCRAFT: Final[dict[str, Any]] = {
    "name": "altcraft",
    "url": "https://marketing.example.com/api/v1.1",
    "template": {
        "headers": {"Authorization": "Bearer bfc505684d77"},
        "requests": [
            {
                "types": _PERSON,
                "path": "/profiles/import",
                "body": {
                    "db_id": 5,
                    "matching": "custom",
                    "field_name": "loyalty_id",
                    "field_value": "{{subject}}",
                    "data": {
                        "loyalty_id": "{{subject}}",
                        "email": "{{member.email}}",
                        "_fname": "{{member.first_name}}",
                    },
                },
            },
            {
                "types": ["regulars.purchase.recorded.v1"],
                "path": "/profiles/import",
                "body": {
                    "db_id": 5,
                    "matching": "custom",
                    "field_name": "loyalty_id",
                    "field_value": "{{subject}}",
                    "data": {
                        "loyalty_id": "{{subject}}",
                        "last_purchase_on": "{{time|date}}",
                        "points": "{{data.wallets.points.available}}",
                    },
                },
            },
        ],
        "forget": {
            "path": "/profiles/delete",
            "body": {
                "db_id": 5,
                "matching": "custom",
                "field_name": "loyalty_id",
                "field_value": "{{subject}}",
            },
        },
        # Altcraft says in the body whether it has done what was asked.
        "answer": {"field": "error", "taken": [0]},
    },
    "personal": ["email", "first_name"],
    "consent": "email",
}

CONNECTORS: Final[dict[str, dict[str, Any]]] = {
    "segment": {"summary": "A CDP that takes calls of the Segment specification", "value": SEGMENT},
    "braze": {"summary": "Braze, by a template", "value": BRAZE},
    "klaviyo": {"summary": "Klaviyo, by a template", "value": KLAVIYO},
    "altcraft": {"summary": "Altcraft, by a template", "value": ALTCRAFT},
}
