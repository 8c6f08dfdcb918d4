"""Classes of length by which people choose: from so many seconds to below so many (pure)."""

LENGTHS: dict[str, tuple[float, float]] = {
    "short": (0.0, 300.0),
    "medium": (300.0, 1200.0),
    "long": (1200.0, float("inf")),
}
