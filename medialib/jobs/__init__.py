"""Who does what when: the queue of hints, and the leases."""
