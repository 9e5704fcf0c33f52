"""`regulars demo completejourney` as a process, in a folder of its own."""

import pathlib

from tests.running import regulars


def test_a_few_households_from_nothing_to_a_report_and_once_more(data_folder: pathlib.Path) -> None:
    words = ["demo", "completejourney", "--data", str(data_folder), "--households", "2"]
    first, again = regulars(*words), regulars(*words)
    for done in (first, again):
        assert done.returncode == 0, done.stderr
        assert "points issued" in done.stdout
        assert f"{data_folder}/report.html in " in done.stdout
    assert "<svg" in (data_folder / "report.html").read_text()
    told = [line for line in first.stdout.splitlines() if "points" in line]
    assert [line for line in again.stdout.splitlines() if "points" in line] == told
