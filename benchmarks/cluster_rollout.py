"""A real Deployment's rollout on the whole cluster model, at one size.

    python -m benchmarks.cluster_rollout REPLICAS NODES [--symmetry] [--max-states N] [--timeout SECONDS]

The manifest is `examples/ten-replicas.yaml`, the scenario is the standard one called rollout, the whole reachable
state space is visited. Prints lines "name  value" (`found`: offenders and
witnesses); `benchmarks/cluster.py` runs this at one size after another.
"""

import argparse
import resource
import sys
import time
from pathlib import Path

from checker.results import Limits
from checker.search import search
from checker.vocabulary import Scenario
from kubeproof.instances import instance
from kubeproof.manifests.loader import load
from kubeproof.scenarios import build, standard_scenario
from kubeproof.translation import workloads_of
from model.cluster import Cluster

EXAMPLE = Path(__file__).parent.parent / "examples" / "ten-replicas.yaml"
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def cluster_rollout(replicas: int, nodes: int) -> Scenario[Cluster]:
    """The standard rollout of the example, as an instance with so many replicas on so many nodes."""
    [workload] = workloads_of(load([str(EXAMPLE)], None), nodes)
    return build(instance(workload, replicas=replicas, nodes=nodes), standard_scenario("rollout"))


def main() -> None:
    """Run one size and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("replicas", type=int)
    parser.add_argument("nodes", type=int)
    parser.add_argument("--symmetry", action="store_true")
    parser.add_argument("--max-states", type=int)
    parser.add_argument("--timeout", type=float)
    options = parser.parse_args()
    started = time.monotonic()
    result = search(
        cluster_rollout(options.replicas, options.nodes),
        symmetry=options.symmetry,
        limits=Limits(max_states=options.max_states, timeout=options.timeout),
        stop_when_decided=False,
    )
    print(f"states       {result.states:,}")
    print(f"transitions  {result.transitions:,}")
    print(f"depth        {result.depth}")
    print(f"stopped      {result.stopped or 'exhausted'}")
    print(f"found        {', '.join(sorted(result.found)) or 'nothing'}")
    print(f"seconds      {time.monotonic() - started:.2f}")
    print(f"memory       {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / 2**20:,.0f} MiB")
    print(f"python calls {result.python_calls:,}")
    print(f"trie nodes   {result.trie_nodes:,}")


if __name__ == "__main__":
    main()
