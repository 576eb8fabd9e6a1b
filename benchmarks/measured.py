"""Runs one command and prints what it took, as JSON: this process stays small, so that the memory it reports is true.

    python -I -S measured.py TIMEOUT MEMORY DIRECTORY OUTPUT COMMAND...

TIMEOUT in seconds and MEMORY in MiB end the command early. What it prints goes to the file OUTPUT.

A process counts as its own peak what its parent occupied when it was started. So a benchmark that has loaded libraries
must not start what it measures; this program, without any, does. Nothing below its own size (10 MiB) can be told apart.
"""

import json
import os
import signal
import sys
import time
from typing import Any

MIB = 2**20
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
PERIOD = 0.05


def resident(pid: int) -> int:
    """Bytes that the process occupies now; 0 where that cannot be read."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    except OSError:
        return 0


def run(command: list[str], output: str, timeout: float, memory: float) -> dict[str, Any]:
    """Run the command to its end or to a limit; seconds, peak MiB, its exit status and how it ended."""
    ended = "finished"
    opened = (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    started = time.monotonic()
    pid = os.posix_spawnp(
        command[0], command, os.environ, file_actions=[opened, (os.POSIX_SPAWN_DUP2, 1, 2)], setpgroup=0
    )

    def watch(*_: object) -> None:
        nonlocal ended
        if ended == "finished" and time.monotonic() - started > timeout:
            ended = "timeout"
        if ended == "finished" and resident(pid) > memory * MIB:
            ended = "memory"
        if ended != "finished":
            os.killpg(pid, signal.SIGKILL)

    signal.signal(signal.SIGALRM, watch)
    signal.setitimer(signal.ITIMER_REAL, PERIOD, PERIOD)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    seconds = time.monotonic() - started
    signal.setitimer(signal.ITIMER_REAL, 0)
    _, status, usage = os.wait4(pid, 0)
    return {
        "seconds": seconds,
        "memory": usage.ru_maxrss * RSS_UNIT / MIB,
        "status": os.waitstatus_to_exitcode(status),
        "ended": ended,
    }


if __name__ == "__main__":
    timeout, memory, directory, output, *command = sys.argv[1:]
    os.chdir(directory)
    print(json.dumps(run(command, output, float(timeout), float(memory))))
