"""Demo archive, metrics and benchmarks."""
