import pathlib
import time

import pytest

from tests.faults.served import shift


def test_the_clock_is_wrong_by_what_the_file_says_at_any_moment(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "clock"
    file.write_text("0")
    real = time.time  # noqa: TID251 - it is what jumps
    monkeypatch.setattr(time, "time", real)  # put back in the end
    shift(file)
    assert time.time() - real() == pytest.approx(0, abs=1)  # noqa: TID251
    file.write_text("-3600")
    assert time.time() - real() == pytest.approx(-3600, abs=1)  # noqa: TID251
    file.write_text("")  # it is being written
    assert time.time() - real() == pytest.approx(0, abs=1)  # noqa: TID251
