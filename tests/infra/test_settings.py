import pytest

from service.infra.settings import (
    Settings,
    SettingsError,
    SettingsMissing,
    configured,
    from_environment,
    owner_url_from_environment,
)

SECRET = "s" * 32
LEAST = {"REGULARS_DATABASE_URL": "postgresql:///regulars", "REGULARS_SECRET": SECRET}


def test_what_is_not_set_has_its_default() -> None:
    assert from_environment(LEAST) == Settings(
        database_url="postgresql:///regulars",
        secret=SECRET,
        owner_url=None,
        jobs_url=None,
        host="127.0.0.1",
        port=8000,
        workers=1,
        pool_size_max=8,
        pool_wait_seconds=0.5,
        docs=True,
        log_level="info",
        production=False,
        otlp_endpoint=None,
        egress_private=None,
        redis_url=None,
        redis_keep_days=7,
        nats_url=None,
        streams_max=1000,
        stream_seconds_max=1800.0,
        rate_members=60,
        rate_spends=10,
        rate_admins=120,
        rate_addresses=30,
        requests_max=1000,
        client_requests_max=500,
    )


def test_texts_become_numbers_and_truths() -> None:
    given = LEAST | {
        "REGULARS_PORT": "80",
        "REGULARS_WORKERS": "4",
        "REGULARS_PRODUCTION": "true",
        "REGULARS_DOCS": "0",
        "REGULARS_LOG_LEVEL": "warning",
        "REGULARS_JOBS_URL": "postgresql:///jobs",
    }
    settings = from_environment(given)
    assert (settings.port, settings.workers) == (80, 4)
    assert (settings.production, settings.docs) == (True, False)
    assert settings.log_level == "warning"
    assert settings.for_jobs() == "postgresql:///jobs"
    assert settings.for_owner() == "postgresql:///regulars"


@pytest.mark.parametrize("name", ["REGULARS_DATABASE_URL", "REGULARS_SECRET"])
def test_what_has_no_default_is_asked_for_by_name(name: str) -> None:
    for given in ({**LEAST, name: ""}, {k: v for k, v in LEAST.items() if k != name}):
        with pytest.raises(SettingsMissing, match=f"{name} is not set"):
            from_environment(given)


def test_a_missing_secret_comes_with_a_fresh_example() -> None:
    examples = set()
    for _ in range(2):
        with pytest.raises(SettingsMissing) as raised:
            from_environment({"REGULARS_DATABASE_URL": "postgresql:///regulars"})
        examples.add(str(raised.value).rpartition(" ")[2])
    assert len(examples) == 2
    assert all(len(example) >= 32 for example in examples)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "tcp://10.0.0.1:8000"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("WORKERS", "0"),
        ("WORKERS", "many"),
        ("DOCS", "perhaps"),
        ("LOG_LEVEL", "loud"),
        ("SECRET", "short"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"^REGULARS_{name}: "):
        from_environment(LEAST | {f"REGULARS_{name}": text})


def test_other_variables_are_left_alone() -> None:
    assert from_environment(LEAST | {"REGULARS_SERVICE_HOST": "x", "PORT": "1"}).port == 8000


def test_migrating_needs_no_secret() -> None:
    owner = {"REGULARS_OWNER_URL": "postgresql:///owner"}
    assert owner_url_from_environment(owner) == "postgresql:///owner"
    assert owner_url_from_environment(LEAST) == "postgresql:///regulars"
    assert owner_url_from_environment(LEAST | owner) == "postgresql:///owner"
    with pytest.raises(SettingsMissing, match="REGULARS_OWNER_URL"):
        owner_url_from_environment({})


def test_a_database_counts_as_configured_when_it_is_named() -> None:
    assert configured(LEAST)
    assert not configured({"REGULARS_DATABASE_URL": ""})


@pytest.mark.parametrize("kind", ["email", "phone"])
def test_a_subject_is_nothing_that_members_may_claim(kind: str) -> None:
    with pytest.raises(SettingsError, match="REGULARS_MEMBER_TOKEN_SUBJECT: members could claim"):
        from_environment(LEAST | {"REGULARS_MEMBER_TOKEN_SUBJECT": kind})


def test_networks_are_read_as_a_list() -> None:
    settings = from_environment(LEAST | {"REGULARS_EGRESS_PRIVATE": "10.0.0.0/8, fd00::/8"})
    assert [str(one) for one in settings.own_networks()] == ["10.0.0.0/8", "fd00::/8"]


def test_proxies_are_networks_and_levels_are_words() -> None:
    given = {"REGULARS_TRUSTED_PROXIES": "10.0.0.0/8", "REGULARS_STEP_UP_ACR": "gold, silver ,"}
    settings = from_environment(LEAST | given)

    assert [str(one) for one in settings.proxies()] == ["10.0.0.0/8"]
    assert settings.step_up_levels() == ("gold", "silver")
    assert from_environment(LEAST).proxies() == ()
    with pytest.raises(SettingsError, match="REGULARS_TRUSTED_PROXIES: "):
        from_environment(LEAST | {"REGULARS_TRUSTED_PROXIES": "proxy"})


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"MEMBER_TOKEN_ISSUER": "https://a"}, "MEMBER_TOKEN_AUDIENCE"),
        ({"MEMBER_TOKEN_AUDIENCE": "a", "MEMBER_TOKEN_ISSUER": "b"}, "MEMBER_TOKEN_JWKS_URL"),
        ({"STAFF_OIDC_AUDIENCE": "a"}, "STAFF_OIDC_ISSUER"),
    ],
)
def test_what_means_something_only_together_is_set_together(
    given: dict[str, str], missing: str
) -> None:
    named = {f"REGULARS_{name}": text for name, text in given.items()}
    with pytest.raises(SettingsError, match=f"^REGULARS_{missing} is not set"):
        from_environment(LEAST | named)


@pytest.mark.parametrize("text", ["10.0.0.1/8", "intranet", "10.0.0.0/33"])
def test_what_is_no_network_is_refused_by_name(text: str) -> None:
    with pytest.raises(SettingsError, match="REGULARS_EGRESS_PRIVATE: "):
        from_environment(LEAST | {"REGULARS_EGRESS_PRIVATE": text})


@pytest.mark.parametrize("name", ["MEMBER_TOKEN_JWKS_URL", "STAFF_OIDC_ISSUER"])
def test_keys_are_not_fetched_where_anybody_could_change_them(name: str) -> None:
    with pytest.raises(SettingsError, match=f"REGULARS_{name}: http://shop.example is not https"):
        from_environment(LEAST | {f"REGULARS_{name}": "http://shop.example"})
