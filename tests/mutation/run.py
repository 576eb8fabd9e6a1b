"""Mutation testing: change the model in one place at a time; some test must notice.

Run with ``python -m tests.mutation.run [FILES]``. Each mutant meets, in this order and as long as it lives, the
conformance cases whose adapters reach the mutated module, the model's tests that reach it, and the expected verdicts of
the examples. A mutant that nothing kills is a gap in the tests, or it means the same as the original.

Conformance cases run in a forked process that imports the model with the mutant in it: most mutants are dead within a
second. The others are written into a copy of the tree, one copy for each worker, and pytest is run there.
"""

import argparse
import functools
import importlib
import importlib.abc
import importlib.util
import json
import multiprocessing
import os
import pkgutil
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import grimp
import msgspec

from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("checker", "model", "properties", "kubeproof", "tests", "benchmarks", "examples", "pyproject.toml")
CASES = ROOT / "tests" / "conformance" / "data"
ADAPTERS = "tests.conformance.adapters"
EXAMPLES = "tests/kubeproof/test_examples.py"


class Job(msgspec.Struct, frozen=True):
    """One mutant of a file, what of the conformance cases and of the model's tests reach it."""

    file: str
    mutant: Mutant
    adapters: tuple[str, ...]
    tests: tuple[str, ...]


class Result(msgspec.Struct, frozen=True):
    """What became of one mutant: killed by ``cases``, ``tests`` or ``examples``, or ``survived``."""

    file: str
    mutant: Mutant
    fate: str

    def __str__(self) -> str:
        return f"{self.fate:9}  {self.file}:{self.mutant.line}  {self.mutant.change}"


# -- who reaches whom


@functools.cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("model", "properties", "kubeproof", "checker", "tests", include_external_packages=False)


def _reaching(file: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The adapters that import a module, directly or not, and the model's tests that import something of its folder."""
    module = file.removesuffix(".py").replace("/", ".")
    reaching = _graph().find_downstream_modules(module)
    adapters = tuple(sorted(name for name in reaching if name.startswith(f"{ADAPTERS}.")))
    folder = module.rpartition(".")[0]
    near = {name for name in _graph().modules if name.rpartition(".")[0] == folder} if folder != "model" else {module}
    tests = sorted(
        name
        for name in reaching
        if name.startswith("tests.model.test_") and near & _graph().find_modules_directly_imported_by(name)
    )
    return adapters, tuple(f"{name.replace('.', '/')}.py" for name in tests)


# -- conformance cases, in a forked process


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a mutant's source."""

    def __init__(self, module: str, source: str) -> None:
        self._module, self._source = module, source

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name == self._module else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._source, f"<mutant of {self._module}>", "exec"), module.__dict__)


def _cases() -> dict[str, list[dict[str, Any]]]:
    return {path.stem: json.loads(path.read_text())["cases"] for path in sorted(CASES.glob("*.json"))}


def _killed_by_cases(job: Job, cases: Mapping[str, list[dict[str, Any]]], seconds: int) -> bool:
    """Some conformance case has another answer, or does not end."""
    child = os.fork()
    if child == 0:
        os._exit(_answers_as_expected(job, cases, seconds))
    return os.waitpid(child, 0)[1] != 0


def _answers_as_expected(job: Job, cases: Mapping[str, list[dict[str, Any]]], seconds: int) -> int:
    import signal

    signal.alarm(seconds)  # a mutant that does not end is noticed
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        sys.meta_path.insert(0, _Mutated(job.file.removesuffix(".py").replace("/", "."), job.mutant.source))
        for name in job.adapters:
            importlib.import_module(name)
        registry = importlib.import_module("tests.conformance.registry")
        for stem, found in cases.items():
            run = registry.find(stem)
            if run is not None and run.__module__ in job.adapters:
                for case in found:
                    if run(case["input"], case["expected"]) != case["expected"]:
                        return 1
    except BaseException:
        return 1
    return 0


# -- tests and examples, in a copy of the tree


def _copy_to(tree: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=ignored)
        elif source.exists():
            shutil.copy(source, tree / name)


def _passes(tree: Path, command: Sequence[str], timeout: float) -> bool:
    try:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-m", "not slow", "-p", "no:cacheprovider", *command],
            cwd=tree,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)},
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False  # a test that hangs is noticed
    return run.returncode == 0


def _killed_in_a_copy(job: Job, tree: Path, command: Sequence[str], timeout: float) -> bool:
    target = tree / job.file
    original = target.read_text()
    target.write_text(job.mutant.source)
    try:
        return not _passes(tree, command, timeout)
    finally:
        target.write_text(original)


# -- all of it


def _fate(job: Job, tree: Path, cases: Mapping[str, list[dict[str, Any]]], timeout: float, examples: bool) -> str:
    if job.adapters and _killed_by_cases(job, cases, seconds=120):
        return "cases"
    if job.tests and _killed_in_a_copy(job, tree, job.tests, timeout):
        return "tests"
    if examples and _killed_in_a_copy(job, tree, [EXAMPLES], timeout):
        return "examples"
    return "survived"


def _worker(
    jobs: "multiprocessing.Queue[Job | None]",
    results: "multiprocessing.Queue[Result | None]",
    timeout: float,
    examples: bool,
) -> None:
    """Take mutants until there are none left."""
    cases = _cases()
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        tree = Path(folder)
        _copy_to(tree)
        while (job := jobs.get()) is not None:
            results.put(Result(job.file, job.mutant, _fate(job, tree, cases, timeout, examples)))
    results.put(None)


def run_all(jobs: Sequence[Job], *, workers: int = 2, timeout: float = 600, examples: bool = True) -> list[Result]:
    """Run mutants and print their fates."""
    fork = multiprocessing.get_context("fork")
    todo: Any = fork.Queue()
    done: Any = fork.Queue()
    for job in [*jobs, *[None] * workers]:
        todo.put(job)
    processes = [fork.Process(target=_worker, args=(todo, done, timeout, examples)) for _ in range(workers)]
    for process in processes:
        process.start()
    found: list[Result] = []
    for _ in processes:
        while (result := done.get()) is not None:
            found.append(result)
            print(result, flush=True)
    return found


def _check_unmutated(files: Iterable[str], timeout: float) -> None:
    """Stop if something fails as it is: every mutant would seem to be killed."""
    cases = _cases()
    every = tuple(f"{ADAPTERS}.{module.name}" for module in pkgutil.iter_modules([str(CASES.parent / "adapters")]))
    if _killed_by_cases(Job("no/module.py", Mutant(0, "", ""), every, ()), cases, seconds=600):
        sys.exit("conformance cases fail without any mutation")
    tests = sorted({test for file in files for test in _reaching(file)[1]})
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        _copy_to(Path(folder))
        if tests and not _passes(Path(folder), tests, timeout):
            sys.exit(f"tests fail without any mutation: {' '.join(tests)}")


def _jobs(files: Sequence[str], sample: int | None, again: set[tuple[str, str]] | None) -> Iterator[Job]:
    for file in files:
        found = list(mutants((ROOT / file).read_text()))
        if again is not None:
            found = [mutant for mutant in found if (file, mutant.change) in again]
        if sample is not None and sample < len(found):
            found = sorted(random.Random(0).sample(found, sample), key=lambda mutant: mutant.line)
        adapters, tests = _reaching(file) if found else ((), ())
        yield from (Job(file, mutant, adapters, tests) for mutant in found)


def _survivors_in(report: str) -> set[tuple[str, str]]:
    """File and change of every mutant that survived, by an earlier report."""
    lines = (line.split(maxsplit=2) for line in report.splitlines() if line.startswith("survived"))
    return {(place.rpartition(":")[0], change.strip()) for _, place, change in lines}


def _summary(results: Sequence[Result]) -> int:
    print()
    for file in dict.fromkeys(result.file for result in results):
        own = [result for result in results if result.file == file]
        print(f"{file}: {sum(result.fate != 'survived' for result in own)} of {len(own)} mutants killed")
    survivors = [result for result in results if result.fate == "survived"]
    print(f"in all: {len(results) - len(survivors)} of {len(results)} mutants killed")
    for result in sorted(survivors, key=lambda each: (each.file, each.mutant.line)):
        print(result)
    return len(survivors)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.run", description=__doc__)
    parser.add_argument("files", nargs="*", help="modules or folders to mutate; all of model/controllers by default")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sample", type=int, help="at most so many mutants of each file")
    parser.add_argument("--again", type=Path, help="an earlier report: run only the mutants that survived there")
    parser.add_argument(
        "--no-examples", action="store_true", help="leave the examples' verdicts out: they take longest"
    )
    parser.add_argument("--timeout", type=float, default=600, help="seconds for the tests of one mutant")
    arguments = parser.parse_args()
    chosen = [ROOT / name for name in arguments.files] or [ROOT / "model" / "controllers"]
    paths = [path for each in chosen for path in (sorted(each.rglob("[!_]*.py")) if each.is_dir() else [each])]
    files = [str(path.relative_to(ROOT)) for path in paths]
    _check_unmutated(files, arguments.timeout)
    again = _survivors_in(arguments.again.read_text()) if arguments.again else None
    jobs = list(_jobs(files, arguments.sample, again))
    results = run_all(jobs, workers=arguments.workers, timeout=arguments.timeout, examples=not arguments.no_examples)
    sys.exit(1 if _summary(results) else 0)


if __name__ == "__main__":
    main()
