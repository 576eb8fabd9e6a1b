"""What numbers were measured on."""

import os
import platform
from typing import Any


def machine() -> dict[str, Any]:
    """Cores, memory and versions, and how many processes were waiting to run before (the load of the last minute)."""
    return {
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }
