"""A recording comes in: probed, planned, cut into segments."""
