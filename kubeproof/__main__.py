"""``python -m kubeproof``."""

from kubeproof.cli import main

main()
