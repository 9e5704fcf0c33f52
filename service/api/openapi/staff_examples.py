"""Examples of the documentation about staff; the members and accounts named are stand-ins."""

from typing import Any, Final

# A test puts in its place what an earlier answer said.
STAFF_TOKEN: Final = "rgs_0v8Qd2LmX1_Zk3pT7yHcB5nWqE9sJ4uRfA6gVxC1oN8iMbD2lKzXeYtUq"  # noqa: S105  # nobody has it

STAFF: Final[dict[str, dict[str, Any]]] = {
    "create_staff_account": {
        "agent": {
            "summary": "Somebody at the call centre, with a password",
            "value": {
                "login": "desk-04",
                "role": "agent",
                "password": "seven otters sing at dawn",
            },
        },
        "clerk": {
            "summary": "A clerk of two stores, with a PIN",
            "value": {
                "login": "waw-117",
                "role": "clerk",
                "stores": ["waw-01", "waw-02"],
                "pin": "640283",
            },
        },
    },
    "sign_in_staff": {
        "pin": {
            "summary": "At a till, with a PIN",
            "value": {
                "login": "waw-117",
                "pin": "640283",
                "device": "till-3",
                "store": "waw-01",
            },
        }
    },
    "sign_out_staff": {"token": {"summary": "A token", "value": {"token": STAFF_TOKEN}}},
    "change_staff_secret": {
        "pin": {
            "summary": "Another PIN",
            "value": {
                "login": "waw-117",
                "pin": "640283",
                "device": "till-3",
                "new_pin": "905174",
            },
        }
    },
    "change_staff_account": {
        "suspend": {"summary": "Nobody signs in with it", "value": {"state": "suspended"}},
        "promote": {
            "summary": "Back, as a supervisor of one store",
            "value": {"state": "active", "role": "supervisor", "stores": ["waw-01"]},
        },
    },
    "reset_staff_secret": {
        "pin": {"summary": "A PIN that they are told", "value": {"pin": "830417"}},
        "made": {"summary": "A PIN that is made, and told in the answer", "value": {}},
    },
}
