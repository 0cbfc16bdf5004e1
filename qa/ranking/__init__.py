"""Scored spans to ranked values, each with the probability that it is right."""
