"""What happens at once: interleaved on purpose, in both orders, and once more without the lock."""
