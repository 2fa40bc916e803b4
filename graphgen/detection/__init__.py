"""Detection: what queries find in a store, scored by a truth that the store does not hold."""
