"""Who does what when: the queue of hints, the leases, the reconciler."""
