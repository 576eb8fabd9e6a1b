"""What the model represents of a StatefulSet."""

from typing import Any

from kubeproof.manifests.coverage import Covered, NotModelled, Table
from kubeproof.manifests.represented import METADATA, POD_METADATA, POD_SPEC
