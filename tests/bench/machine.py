"""What the figures were measured on."""

import pathlib
import platform
from typing import Final

import psutil

_GB: Final = 1_000_000_000
_LINUX: Final = pathlib.Path("/proc/cpuinfo")


def machine() -> str:
    """Processor, cores, memory."""
    memory = psutil.virtual_memory().total / _GB
    return f"{_processor()}, {psutil.cpu_count()} cores, {memory:.0f} GB"


def _processor() -> str:
    if _LINUX.exists():
        for line in _LINUX.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
