"""How trainings learn: stages, steps, losses, and what they compute on."""
