"""Reading with int8 arithmetic: about a quarter to a half of the time where a processor has no bfloat16.

Weights have a scale a row, activations one scale a tensor, found anew for each (dynamic quantization, as in
`torch.ao.quantization`). A few activations of such models are far larger than the others, always in the same columns,
and one scale for all would leave nothing of the rest: those columns are multiplied in float32 (Dettmers et al.,
"LLM.int8()", NeurIPS 2022, section 3.2). Which they are is seen once, on a text of our own, when the model is loaded.
"""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch

from pullquote.qa.reading.weights import int8_rows

# Read once to see which columns are large. About invented people, like all that ships.
_TEXT = (
    "Who chairs the port authority, and how many boats were there?",
    "Ferry talks end in Varn (4 May 2031)\nThe port authority of Varn, which is chaired by Mara Lind, 47, said on "
    "Friday that 1,250 tonnes of herring had been landed since March - 12% more than a year before. “We did not expect "
    "it,” Lind told the Harbour Post. Ole Vig, of the fishermen's union, called the figure “a gift”; his members want "
    "£3.5m for new nets. The council meets at 7.30pm on Tuesday, May 8, in the old customs house.\n\nTwo of the 41 "
    "boats were lost in the storm of 2029. Nobody was hurt.",
)
# Threads that pack layers.
_AT_ONCE = 2
# Of a linear layer's columns, so many are multiplied in float32: one in
_ONE_IN = 48


def to_int8(model: Any, tokenizer: Any, *, max_tokens: int) -> None:
    """Replace the linear layers of a model's encoder, which takes up to `max_tokens`, by int8 ones, in place."""
    linears = {
        name: module
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and "encoder" in name
    }
    largest: dict[str, torch.Tensor] = {}
    watched = [
        module.register_forward_pre_hook(
            lambda _, inputs, name=name: largest.update({name: inputs[0].abs().flatten(0, -2).amax(dim=0)})
        )
        for name, module in linears.items()
    ]
    encoded = tokenizer(*_TEXT, truncation=True, max_length=max_tokens)
    with torch.inference_mode():
        model(**{name: torch.tensor([encoded[name]]) for name in tokenizer.model_input_names})
    for hook in watched:
        hook.remove()

    def rough(name: str) -> Int8Linear:
        columns = largest[name].topk(linears[name].in_features // _ONE_IN).indices.sort().values
        return Int8Linear(linears[name], columns.clone())

    # Packing lets go of the interpreter, and takes one thread.
    with warnings.catch_warnings(), ThreadPoolExecutor(_AT_ONCE) as pool:
        # Quantized tensors are to go in some later version; `has_int8` says no then.
        warnings.simplefilter("ignore")
        for name, layer in zip(linears, pool.map(rough, linears), strict=True):
            parent, _, own = name.rpartition(".")
            setattr(model.get_submodule(parent), own, layer)


class Int8Linear(torch.nn.Module):
    """Does about what a linear layer does.

    Args:
        linear: that layer.
        columns: (n,) int64, those of its input that count in float32.
    """

    def __init__(self, linear: torch.nn.Linear, columns: torch.Tensor) -> None:
        super().__init__()
        weights = linear.weight.detach().clone()
        self._columns = columns
        self._exact = weights[:, columns].T.contiguous()
        self._others = torch.ones(linear.in_features)
        self._others[columns] = 0
        weights[:, columns] = 0
        whole, scale = int8_rows(weights, torch.float32)
        self._packed = torch.ops.quantized.linear_prepack(
            torch._make_per_channel_quantized_tensor(
                whole, scale.double(), torch.zeros(len(scale), dtype=torch.long), 0
            ),
            linear.bias.detach(),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (..., out) float32 for (..., in) float32."""
        rows = x.flatten(0, -2)
        result: torch.Tensor = torch.ops.quantized.linear_dynamic(rows * self._others, self._packed, True)
        result.addmm_(rows.index_select(-1, self._columns), self._exact)
        return result.reshape(*x.shape[:-1], -1)
