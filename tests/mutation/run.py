"""Mutation testing: change the model in one place at a time; some test must notice.

Run with ``python -m tests.mutation.run [FILES]``. Each mutant is written into a copy of the tree of its own worker, and
the tests are run there: by default the model's own and the conformance cases. A mutant that no test kills is a gap in
the tests, or it means the same as the original.
"""

import argparse
import os
import queue
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("checker", "model", "properties", "kubeproof", "tests", "benchmarks", "pyproject.toml")
TESTS = ("tests/model", "tests/conformance", "-x", "-q", "-m", "not slow")


class Result(msgspec.Struct, frozen=True):
    """What became of one mutant."""

    file: str
    mutant: Mutant
    fate: str
    """``killed``, ``survived``, or ``timed out`` (which counts as killed: a test that hangs is noticed)."""

    def __str__(self) -> str:
        return f"{self.fate:9}  {self.file}:{self.mutant.line}  {self.mutant.change}"


def run_all(
    chosen: Mapping[str, Iterable[Mutant]], command: Sequence[str], *, workers: int = 2, timeout: float = 600
) -> int:
    """Run the chosen mutants of each file and print their fates; the number of survivors."""
    jobs: queue.SimpleQueue[tuple[str, Mutant]] = queue.SimpleQueue()
    for file, mutants_of_file in chosen.items():
        for mutant in mutants_of_file:
            jobs.put((file, mutant))
    _check_unmutated(command, timeout)
    results: list[Result] = []
    threads = [threading.Thread(target=_work, args=(jobs, command, timeout, results)) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _summary(list(chosen), results)


def _sampled(found: list[Mutant], sample: int | None) -> Iterable[Mutant]:
    if sample is None or sample >= len(found):
        return found
    return sorted(random.Random(0).sample(found, sample), key=lambda mutant: mutant.line)


def _survivors_in(report: str) -> set[tuple[str, str]]:
    """File and change of every mutant that survived, by an earlier report."""
    lines = (line.split(maxsplit=2) for line in report.splitlines() if line.startswith("survived"))
    return {(place.rpartition(":")[0], change.strip()) for _, place, change in lines}


def _work(
    jobs: "queue.SimpleQueue[tuple[str, Mutant]]", command: Sequence[str], timeout: float, results: list[Result]
) -> None:
    """Take mutants until there are none left."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        tree = Path(folder)
        _copy_to(tree)
        while True:
            try:
                file, mutant = jobs.get_nowait()
            except queue.Empty:
                return
            result = Result(file, mutant, _fate(tree, file, mutant, command, timeout))
            results.append(result)
            print(result, flush=True)


def _check_unmutated(command: Sequence[str], timeout: float) -> None:
    """Stop if the tests fail as it is: every mutant would seem to be killed."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        _copy_to(Path(folder))
        if not _passes(Path(folder), command, timeout):
            sys.exit(f"the tests fail without any mutation: pytest {shlex.join(command)}")


def _passes(tree: Path, command: Sequence[str], timeout: float) -> bool:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *command],
        cwd=tree,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)},
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    return run.returncode == 0


def _copy_to(tree: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=ignored)
        elif source.exists():
            shutil.copy(source, tree / name)


def _fate(tree: Path, file: str, mutant: Mutant, command: Sequence[str], timeout: float) -> str:
    target = tree / file
    original = target.read_text()
    target.write_text(mutant.source)
    try:
        return "survived" if _passes(tree, command, timeout) else "killed"
    except subprocess.TimeoutExpired:
        return "timed out"
    finally:
        target.write_text(original)


def _summary(files: Sequence[str], results: Sequence[Result]) -> int:
    print()
    for file in files:
        own = [result for result in results if result.file == file]
        survived = sum(result.fate == "survived" for result in own)
        print(f"{file}: {len(own) - survived} of {len(own)} mutants killed")
    survivors = sorted(
        (each for each in results if each.fate == "survived"), key=lambda each: (each.file, each.mutant.line)
    )
    total = len(results)
    print(f"in all: {total - len(survivors)} of {total} mutants killed")
    for result in survivors:
        print(result)
    return len(survivors)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.run", description=__doc__)
    parser.add_argument("files", nargs="*", help="modules to mutate; every module of model/ by default")
    parser.add_argument("--tests", default=shlex.join(TESTS), help="what pytest is run with (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sample", type=int, help="at most so many mutants of each file")
    parser.add_argument("--again", type=Path, help="an earlier report: run only the mutants that survived there")
    parser.add_argument("--timeout", type=float, default=600, help="seconds for the tests of one mutant")
    arguments = parser.parse_args()
    files = arguments.files or [str(path.relative_to(ROOT)) for path in sorted((ROOT / "model").rglob("*.py"))]
    chosen = {file: _sampled(list(mutants((ROOT / file).read_text())), arguments.sample) for file in files}
    if arguments.again:
        again = _survivors_in(arguments.again.read_text())
        chosen = {file: [each for each in found if (file, each.change) in again] for file, found in chosen.items()}
    survivors = run_all(chosen, shlex.split(arguments.tests), workers=arguments.workers, timeout=arguments.timeout)
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main()
