"""F01-F42: every fault and bad input of the design, and the tests that inject it.

A line says what happens and what is promised, then where that is tested: the files below `tests`,
each with the tests of it that show this (by how their names begin; several may begin so).
`python -m tests.faults` runs the faults of processes, connections and servers by the dozen, under
load; tests/faults/test_faults.py is its short form.
"""

import ast
import functools
import pathlib
from typing import Final

import pytest

TESTS: Final = pathlib.Path(__file__).parents[1]
LEFT_OUT_MAX: Final = 5
Fault = tuple[str, dict[str, str]]  # what, and by file the tests

HARNESS: Final = {"faults/test_faults.py": "test_nothing_is_lost_double_or_out_of_order"}
FAULTS: Final[dict[str, Fault]] = {
    "F01": (
        "the service is killed between sending and committing a purchase: one effect",
        HARNESS | {"commands/test_up.py": "test_kill_9_loses_nothing_that_was_answered"},
    ),
    "F02": (
        "it is killed between committing and answering: the retry has the stored answer",
        HARNESS | {"flows/test_concurrency.py": "test_one_hundred_identical_purchases_are_one"},
    ),
    "F03": (
        "PostgreSQL is restarted at once under load: 503, and what was answered is there",
        HARNESS | {"infra/test_embedded.py": "test_a_killed_server_recovers_what_was_committed"},
    ),
    "F04": (
        "a replica that lags takes over: what it had not heard is lost, noticed and done again",
        {
            "faults/test_failover.py": "test_what_a_replica_had test_a_primary_that_waits"
            " test_who_is_connected_to_a_replica",
            "flows/relaying/test_relay.py": "test_a_sink_that_is_ahead_of_the_database",
        },
    ),
    "F05": (
        "the connection is cut after COMMIT was sent: asked again, one effect",
        HARNESS
        | {
            "faults/test_proxy.py": "test_a_cut_leaves_what_it_says"
            " test_a_commit_that_was_only_sent",
            "infra/test_batch.py": "test_a_lost_connection_answers_503_to_all",
        },
    ),
    "F06": (
        "PostgreSQL hangs, or no connection is free: 503 within a second, and all by itself again",
        {
            "test_app.py": "test_a_database_that_hangs_is_503_within_a_second",
            "infra/test_pulse.py": "test_who_waits_for_a_server_that_hangs",
            "infra/test_db.py": "test_an_exhausted_pool_is_unavailable",
            "flows/test_readiness.py": "test_a_database_that_does_not_answer_in_time",
        },
    ),
    "F07": (
        "two transfers cross: no deadlock; one that is forced is tried again",
        {
            "flows/sharing/test_transfer_units.py": "test_transfers_that_cross_do_not_deadlock",
            "flows/test_concurrency.py": "test_a_deadlock_is_tried_again",
            "infra/test_batch.py": "test_a_deadlock_runs_the_batch_again test_after_three_retries",
        },
    ),
    "F08": (
        "Redis is down: purchases go on, limits hold, events wait and catch up in order",
        {
            "faults/test_without_redis.py": "test_purchases_go_on",
            "api/limits/test_entrance.py": "test_with_redis_killed_purchases_go_on",
            "jobs/test_relay.py": "test_it_survives_outages",
            "flows/relaying/test_relay.py": "test_it_goes_on_after_an_outage test_the_lag_is_told",
        },
    ),
    "F09": (
        "Redis forgets, or is an old snapshot: sent again from the first event it lacks",
        HARNESS
        | {
            "flows/relaying/test_relay.py": "test_what_a_sink_lost_is_sent_again"
            " test_an_older_snapshot_of_redis",
        },
    ),
    "F10": (
        "Redis is full in the middle of a batch: stops there, skips nothing",
        {
            "flows/relaying/test_relay.py": "test_redis_that_is_full"
            " test_redis_that_fills_up_halfway test_after_the_first_event_that_redis_refuses",
        },
    ),
    "F11": (
        "relays die anywhere, two at once: nothing double, no gap, in order",
        {
            "flows/relaying/test_relay.py": "test_a_relay_that_died test_a_relay_that_stood_still"
            " test_two_relays_at_once",
            "domain/events/test_sequence.py": "test_two_sequencers_at_once test_a_second_sequencer",
        },
    ),
    "F12": (
        "the clock of the process is wrong and jumps: no effect",
        {
            "faults/test_clocks.py": "test_the_clock_of_the_process_changes_nothing",
            "api/test_member_tokens.py": "test_time_is_judged_by_the_clock_of_the_database",
            "infra/test_jwt.py": "test_clocks_may_differ_by_a_minute",
        },
    ),
    "F13": (
        "the clock of the database goes back, and a leap second: order stays, what is due is late",
        {
            "faults/test_clocks.py": "test_a_clock_that_went_back test_what_is_due_comes_late",
            "flows/reads/test_remembered.py": "test_the_clock_turned_back",
            "api/test_strict.py": "test_an_instant_has_an_offset",
        },
    ),
    "F14": (
        "days when clocks change, 29 February: the instant that is promised",
        {
            "kernel/test_calendar.py": "test_a_duration_is_added test_a_day_that_begins"
            " test_a_day_with_two_midnights test_periods_meet test_a_year_of_membership",
            "rules/test_expiry.py": "test_a_duration_runs test_rounding_moves_on",
        },
    ),
    "F15": (
        "the same key fifty times at once: one effect",
        {
            "flows/test_counter_races.py": "test_f17_one_purchase_sent test_f17_one_checkout_held",
            "flows/test_concurrency.py": "test_one_hundred_identical",
            "domain/idempotency/test_store.py": "test_of_two_at_once",
        },
    ),
    "F16": (
        "a key with another content, member or verb: 422, and nothing of what is stored",
        {
            "flows/test_counter_races.py": "test_f16",
            "api/test_members.py": "test_another_enrolment_under_the_same_key_is_refused",
            "api/test_activities.py": "test_other_content_is_422_and_shows_nothing_stored",
        },
    ),
    "F17": (
        "the same natural key and content under a new Idempotency-Key: a replay",
        {
            "flows/test_counter_races.py": "test_f17",
            "flows/checkout/test_record_purchases.py": "test_the_same_purchase_again_is_a_replay",
        },
    ),
    "F18": (
        "a purchase sent again after 31 days: a replay",
        {
            "flows/test_return_races.py": "test_f18",
            "flows/checkout/test_record_purchases.py": "test_a_till_may_replay_after_a_month",
        },
    ),
    "F19": (
        "the last point is spent a hundred times at once: once",
        {"flows/test_counter_races.py": "test_f19"},
    ),
    "F20": (
        "capture, release and time-out of a hold at once: one wins",
        {"flows/test_counter_races.py": "test_f20"},
    ),
    "F21": (
        "units lapse between quote and purchase, and while they are spent",
        {"flows/test_counter_races.py": "test_f21"},
    ),
    "F22": (
        "a return before its purchase, twice, in parts, of points that were spent",
        {
            "flows/test_return_races.py": "test_f22",
            "stories/test_forgotten_card.py": "test_return_that_came_before_its_purchase",
            "flows/checkout/test_record_returns.py": "test_no_more_comes_back",
        },
    ),
    "F23": (
        "a thousand redeem a code for a hundred: exactly a hundred",
        {"flows/test_code_races.py": "test_f23"},
    ),
    "F24": (
        "bodies of 11 MB, in chunks, byte by byte, compressed, over a socket",
        {
            "laws/test_bad_input.py": "test_f24",
            "commands/test_abuse.py": "test_a_body_of_11_mb test_chunks_without_a_length"
            " test_a_compressed_body test_a_body_byte_by_byte",
        },
    ),
    "F25": ("text that is not JSON in UTF-8: 400", {"laws/test_bad_input.py": "test_f25"}),
    "F26": ("JSON of 100,000 levels: 400", {"laws/test_bad_input.py": "test_f26"}),
    "F27": ("NUL in text, path, query, headers: 400", {"laws/test_bad_input.py": "test_f27"}),
    "F28": ("amounts that are none: 400", {"laws/test_bad_input.py": "test_f28"}),
    "F29": ("keys twice, unknown fields: 400", {"laws/test_bad_input.py": "test_f29"}),
    "F30": ("numbers and depth in free fields: refused", {"laws/test_bad_input.py": "test_f30"}),
    "F31": (
        "codes typed in any way: known or unknown, never an error",
        {
            "flows/steps/checkout/test_presenting.py": "test_f31",
            "flows/coupons/test_check_coupon.py": "test_f31",
        },
    ),
    "F32": ("instants that are none: 400", {"laws/test_bad_input.py": "test_f32"}),
    "F33": (
        "headers that are too large, twice, empty, split, over a socket: 400 or 431",
        {
            "laws/test_bad_input.py": "test_f33",
            "commands/test_abuse.py": "test_headers_that_are_too_large"
            " test_an_idempotency_key_that_is_none test_a_header_that_would_split"
            " test_two_lengths",
        },
    ),
    "F34": (
        "receivers that are slow, drip, are endless, redirect, rebind, reset, forge, throttle",
        {
            "infra/test_egress.py": "test_who_is_slow_or_drips test_an_endless_body"
            " test_a_redirect_is_an_answer test_a_name_that_leads_inside test_a_name_that_moves"
            " test_no_connection_is_made test_a_certificate_of_somebody_else"
            " test_who_hangs_up",
            "flows/delivering/test_settle_deliveries.py": "test_410_disables"
            " test_retry_after_is_waited_for test_a_receiver_that_fails",
            "domain/endpoints/test_schedule.py": "test_no_text_is_more_than_a_day",
            "jobs/test_courier.py": "test_a_receiver_that_hangs_holds_up_nobody_else",
        },
    ),
    "F35": (
        "a receiver is down four days: all in order; six days: disabled, told, replayed by hand",
        {
            "flows/delivering/test_settle_deliveries.py": "test_four_days_down"
            " test_after_five_days",
            "flows/endpoints/test_replay_events.py": "test_the_events_of_the_span",
        },
    ),
    "F36": (
        "an event that cannot be sent: a dead letter and a figure; the others flow",
        {
            "flows/delivering/test_settle_deliveries.py": "test_an_event_that_is_too_large"
            " test_one_refused_event test_a_dead_letter",
            "flows/relaying/test_relay.py": "test_an_event_beyond_what_everybody_takes"
            " test_an_event_that_a_sink_cannot_take",
        },
    ),
    "F37": (
        "a consumer dies before it acknowledges, and again: once by source and id, then set aside",
        {"faults/test_consumers.py": "test_each_event_counts_once test_what_kills_its_consumer"},
    ),
    "F38": (
        "the issuer of tokens is down, changes keys; unknown keys, alg none, HS256, jku",
        {
            "infra/test_jwks.py": "test_keys_are_used_for_a_day test_a_storm_of_unknown_keys"
            " test_a_key_that_is_not_known test_nobody_waits",
            "infra/test_jwt.py": "test_a_token_without_signature test_a_public_key_is_no_shared"
            " test_keys_that_a_token_brings_along",
            "api/test_member_tokens.py": "test_a_forged_token",
        },
    ),
    "F39": (
        "a replica is behind: no read is served by one, so none is older than what was written",
        {
            "flows/reads/test_balances.py": "test_every_write_is_seen_by_the_next_read",
            "faults/test_failover.py": "test_who_is_connected_to_a_replica",
        },
    ),
    "F40": (
        "a migration while old and new code serve; killed halfway; an index that is not valid",
        {
            "faults/test_migrating.py": "test_the_release_before test_the_migration_after"
            " test_a_migration_killed test_two_commands_at_once",
            "laws/test_migrations.py": "test_no_migration_takes_away test_every_statement_of",
            "infra/test_migrate.py": "test_a_table_in_use test_a_migration_that_met"
            " test_an_index_is_built"
            " test_an_index_that_was_left test_a_run_killed",
            "doctor/test_run.py": "test_an_index_that_was_not_built_to_its_end",
        },
    ),
    "F41": (
        "no room for tables: writes 503, reads go on, and with room all is right",
        {"faults/test_full_disk.py": "test_without_room_for_tables"},
    ),
    "F42": (
        "ids of others with any token, every route with every role: 404 and 403",
        {
            "laws/test_bola.py": "test_what_is_another_members test_a_role_may"
            " test_a_member_opens_nothing",
            "laws/test_routes.py": "test_a_role_is_answered_403 test_without_a_key",
        },
    ),
}
# What could not be injected here: why, by the name of the facility that is missing.
LEFT_OUT: Final[dict[str, str]] = {}


@functools.cache
def names_in(file: str) -> tuple[str, ...]:
    """The names of the tests in a file."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return tuple(one.name for one in tree.body if isinstance(one, kinds))


def test_every_fault_of_the_design_is_injected_or_left_out_with_its_reason() -> None:
    assert {*FAULTS, *LEFT_OUT} == {f"F{number:02}" for number in range(1, 43)}
    assert len(LEFT_OUT) <= LEFT_OUT_MAX
    assert not FAULTS.keys() & LEFT_OUT.keys()
    assert all(LEFT_OUT.values())


@pytest.mark.parametrize("number", FAULTS)
def test_what_a_fault_names_is_there(number: str) -> None:
    what, named = FAULTS[number]

    assert what
    assert named
    for file, beginnings in named.items():
        names = names_in(file)
        for beginning in beginnings.split():
            assert any(name.startswith(beginning) for name in names), f"{file}: {beginning}"
            assert len(beginning) > len("test_f"), beginning


def test_what_is_not_there_would_be_seen() -> None:
    names = names_in("infra/test_pulse.py")

    assert any(name.startswith("test_while_nobody_waits") for name in names)
    assert not any(name.startswith("test_while_somebody_waits") for name in names)
