"""Examples of the documentation about endpoints; the endpoint named is a stand-in."""

from typing import Any, Final

from service.api.openapi.connector_examples import CONNECTORS

ENDPOINTS: Final[dict[str, dict[str, Any]]] = {
    "create_endpoint": {
        "crm": {
            "summary": "All that happens to points and coupons, for a CRM",
            "value": {
                "name": "crm",
                "url": "https://crm.example.com/regulars",
                "types": ["regulars.points.*", "regulars.coupon.*"],
            },
        },
        **CONNECTORS,
        "web": {
            "summary": "Everything from the beginning, purchases of the web alone",
            "value": {
                "name": "warehouse",
                "url": "https://data.example.com:8443/in",
                "channels": ["web"],
                "begin": "first",
                "in_flight_max": 16,
            },
        },
    },
    "change_endpoint": {
        "url": {
            "summary": "Another URL, which has to be verified",
            "value": {"url": "https://crm.example.com/v2/regulars"},
        },
        "types": {"summary": "Everything about members", "value": {"types": ["regulars.*"]}},
    },
    "rotate_endpoint_secret": {
        "later": {"summary": "Both sign for an hour", "value": {"old_good_for": 3600}},
        "leaked": {"summary": "The old one signs no more", "value": {"old_good_for": 0}},
    },
    "replay_events": {
        "day": {
            "summary": "What was recorded on a day",
            "value": {"from": "2026-11-01T00:00:00Z", "until": "2026-11-02T00:00:00Z"},
        }
    },
    "retry_dead_letters": {
        "some": {
            "summary": "Two of them",
            "value": {
                "events": [
                    "0192f0c0-9c32-7e50-9c73-6f417d3e2c03",
                    "0192f0c0-9c32-7e50-9c73-6f417d3e2c04",
                ]
            },
        },
        "all": {"summary": "All", "value": {}},
    },
}
