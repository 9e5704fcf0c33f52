"""What keys may be fetched from."""

import pytest

from service.infra.urls import UrlInsecure, refuse_insecure


@pytest.mark.parametrize(
    "url", ["http://issuer.example/keys", "ftp://issuer.example", "file:///etc/passwd", "keys", ""]
)
def test_elsewhere_it_is_https(url: str) -> None:
    with pytest.raises(UrlInsecure):
        refuse_insecure(url)


@pytest.mark.parametrize(
    "url",
    ["https://issuer.example/keys", "http://127.0.0.1:1/", "http://[::1]/", "http://localhost/"],
)
def test_on_this_machine_http_will_do(url: str) -> None:
    refuse_insecure(url)
