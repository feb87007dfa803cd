"""The program and system of a request, read from its User-Agent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.entrypoints.client_device import client_device, device_of

MOZILLA = "Mozilla/5.0"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("sent", "device"),
    [
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Windows"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {CHROME}", "Chrome on Windows"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {CHROME} Edg/142.0.0.0", "Edge on Windows"),
        (f"{MOZILLA} (X11; Linux x86_64) {CHROME} OPR/125.0.0.0", "Opera on Linux"),
        (f"{MOZILLA} (X11; CrOS x86_64 14541.0.0) {CHROME}", "Chrome on ChromeOS"),
        (f"{MOZILLA} (Linux; Android 15; SM-S931B) AppleWebKit/537.36 SamsungBrowser/29.0 Chrome/136.0 Mobile Safari/537.36",
         "Samsung Internet on Android"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
         "Safari on macOS"),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 CriOS/142.0 Mobile/15E148 Safari/604.1",
         "Chrome on iPhone"),
        (f"{MOZILLA} (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 FxiOS/145.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPad"),
        ("curl/8.9.1", "curl"),
        ("python-requests/2.32.3", "python-requests"),
        ("Go-http-client", "Go-http-client"),
        (f"{MOZILLA} (compatible)", ""),
        (f"{MOZILLA} (Android 15)", "Android"),
        ("", ""),
        ("<script>alert(1)</script>", ""),
        ("نام/1", ""),
    ],
)  # fmt: skip
def test_the_reading_of_a_header(sent: str, device: str) -> None:
    """The most special family that leaves its mark, and the system; of other programs the name."""
    assert device_of(sent) == device


@given(st.binary(max_size=2_000))
def test_a_reading_is_short_plain_text(sent: bytes) -> None:
    """Whatever a client sends."""
    device = client_device({"headers": [(b"user-agent", sent)]})  # type: ignore[typeddict-item] # the rest is not read
    assert len(device) <= 40
    assert device.isascii()
    assert device == "" or device.isprintable()
