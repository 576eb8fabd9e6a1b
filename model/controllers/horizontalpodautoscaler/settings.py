"""What the HorizontalPodAutoscaler controller is started with.

Source: pkg/controller/podautoscaler/config/v1alpha1/defaults.go, pkg/features/kube_features.go
"""

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The flags of the controller and its feature gates; durations in seconds."""

    downscale_stabilization: int = 300
    cpu_initialization_period: int = 300
    initial_readiness_delay: int = 30
    tolerance: float = 0.1
    configurable_tolerance: bool = True
    """The feature gate HPAConfigurableTolerance: tolerances in ``spec.behavior`` count."""
    scale_to_zero: bool = False
    """The feature gate HPAScaleToZero."""
