"""The commands of the eval harness."""
