"""Printed values: numbers, money and dates told apart and joined, by day, and in lists."""
