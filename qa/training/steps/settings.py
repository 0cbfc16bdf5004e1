"""How each stage of the recipe trains, on a GPU and on a processor."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pullquote.qa.training.steps.machine import Machine

LARGE, SMALL, VERIFIER, ORDER = "large", "small", "verifier", "order"
STAGES = (LARGE, SMALL, VERIFIER, ORDER)
# Stages whose heads stand on one encoder, and so are trained as one.
HEADS = (VERIFIER, ORDER)
HEADS_STAGE = "heads"


@dataclass(frozen=True, slots=True)
class Settings:
    """How one stage trains.

    Attributes:
        epochs: passes over the data; may be a fraction.
        batch_size: windows a step.
        learning_rate: the peak.
        dropout: of the encoder's layers, 0..1.
        freeze_layers: how many of the lowest stay as they are.
        packed_bits: of a number in the packed weights.
        rounded_share: of the steps, the last ones, that are made with weights rounded so.
        max_tokens: window, in tokens.
        stride: tokens that neighbouring windows share.
        same_windows: whether every epoch has the same windows, as a teacher's words of them need.
        minutes: this stage's part of the time, beside those of the others.
        seed: for everything drawn by lot.
    """

    epochs: float
    batch_size: int
    learning_rate: float
    dropout: float
    freeze_layers: int
    packed_bits: int
    rounded_share: float = 1 / 3
    max_tokens: int = 256
    stride: int = 48
    same_windows: bool = False
    minutes: float = 1.0
    seed: int = 20310504

    def to_json(self) -> dict[str, Any]:
        """Return them by name."""
        return asdict(self)


def settings_of(stage: str, machine: Machine, *, seed: int) -> Settings:
    """Return the settings of a stage.

    A GPU takes larger batches, and has no use for frozen layers, which save a third of a processor's time; dropout,
    which would leave a processor's second core idle (`pullquote.qa.training.train`), pays over several epochs. The
    rates for a GPU are those of the readers' earlier runs, raised with the batch; no run on one has been made yet.
    """
    cuda = machine.cuda
    chosen: dict[str, Any]
    match stage:
        case "large":
            chosen = {
                "epochs": 3.0,
                "batch_size": 96 if cuda else 24,
                "learning_rate": 8e-5 if cuda else 5e-5,
                "freeze_layers": 0 if cuda else 4,
                "packed_bits": 4,
                "minutes": 5.0,
            }
        case "small":
            chosen = {
                "epochs": 6.0,
                "batch_size": 256 if cuda else 32,
                "learning_rate": 4e-4 if cuda else 1.5e-4,
                "freeze_layers": 0,
                "packed_bits": 8,
                "same_windows": True,
                "minutes": 4.0,
            }
        case _:
            chosen = {
                "epochs": 2.0,
                "batch_size": 256 if cuda else 32,
                "learning_rate": 2e-4 if cuda else 1e-4,
                "freeze_layers": 0,
                "packed_bits": 8,
                "minutes": 1.5,
            }
    return Settings(**chosen, dropout=0.1 if cuda else 0.0, seed=seed)
