"""The encoders against transformers', which are the oracle: the same weights give the same numbers."""

import pytest
import torch

from pullquote.index.encoders import layers
from pullquote.index.encoders.config import EncoderConfig
from pullquote.index.encoders.layers import Encoder, distance_buckets

SHAPE = {
    "hidden_size": 24,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 40,
    "vocab_size": 60,
    "max_position_embeddings": 50,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}
IDS = torch.tensor([[5, 9, 33, 7, 2, 41], [6, 9, 12, 2, 1, 1]])
MASK = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0]])
TYPES = torch.tensor([[0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 0, 0]])


def theirs(kind):
    """Return a small model of transformers, and its config as config.json has it."""
    from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel

    torch.manual_seed(3)
    if kind == "bert":
        config = BertConfig(**SHAPE, type_vocab_size=2)
        model = BertModel(config, add_pooling_layer=False)
    else:
        config = MPNetConfig(**SHAPE, relative_attention_num_buckets=32)
        model = MPNetModel(config, add_pooling_layer=False)
    with torch.no_grad():
        for parameter in model.parameters():
            # Norms stay near what they are: others would make all vectors alike.
            parameter.add_(torch.randn(parameter.shape) * (0.3 if parameter.ndim == 2 else 0.1))
    return model.eval(), config.to_dict()


def ours(model, facts):
    encoder = Encoder(EncoderConfig.of(facts))
    encoder.load_state_dict({name: tensor.clone() for name, tensor in model.state_dict().items()})
    return encoder.eval()


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
@pytest.mark.parametrize("mask", [MASK, None], ids=["padded", "whole"])
def test_the_same_weights_give_the_same_vectors(kind, mask):
    model, facts = theirs(kind)
    types = TYPES if kind == "bert" and mask is not None else None
    given = {"input_ids": IDS, **({} if types is None else {"token_type_ids": types})}
    with torch.inference_mode():
        expected = model(**given, attention_mask=torch.ones_like(IDS) if mask is None else mask).last_hidden_state
        found = ours(model, facts)(IDS, mask, types).last_hidden_state
    where = torch.ones_like(IDS).bool() if mask is None else mask.bool()
    torch.testing.assert_close(found[where], expected[where], rtol=1e-5, atol=1e-5)
    # Vectors that differ: the comparison could fail.
    assert not torch.allclose(found[0, 0], found[0, 1], atol=0.1)


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_padding_changes_nothing(kind):
    model, facts = theirs(kind)
    encoder = ours(model, facts)
    with torch.inference_mode():
        alone = encoder(IDS[1:, :4], None).last_hidden_state
        padded = encoder(IDS[1:], MASK[1:]).last_hidden_state
    torch.testing.assert_close(padded[:, :4], alone, rtol=1e-5, atol=1e-5)


def test_distances_share_buckets_the_farther_they_are():
    distances = torch.tensor([0, 1, 7, 8, 11, 12, 127, 500, -1, -7, -8, -500])
    assert distance_buckets(distances, 32).tolist() == [0, 17, 23, 24, 24, 25, 31, 31, 1, 7, 8, 15]


@pytest.mark.parametrize(
    "change",
    [
        {"model_type": "roberta"},
        {"hidden_act": "relu"},
        {"is_decoder": True},
        {"position_embedding_type": "relative_key"},
        {"hidden_size": None},
        {"vocab_size": "many"},
    ],
)
def test_what_is_computed_in_another_way_is_left_to_transformers(change):
    _, facts = theirs("bert")
    assert EncoderConfig.of(facts) is not None
    assert EncoderConfig.of({**facts, **change}) is None


def test_a_folder_without_a_config_has_none(tmp_path):
    assert EncoderConfig.read(tmp_path) is None
    (tmp_path / "config.json").write_text("[1]")
    assert EncoderConfig.read(tmp_path) is None
    (tmp_path / "config.json").write_text("{")
    assert EncoderConfig.read(tmp_path) is None


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
@pytest.mark.parametrize("mask", [MASK, None], ids=["padded", "whole"])
def test_a_batch_that_is_filled_up_gives_the_same(kind, mask, monkeypatch):
    encoder = ours(*theirs(kind)).to(torch.bfloat16).requires_grad_(False)
    seen: list[int] = []
    dense = encoder.encoder.layer[0].intermediate.dense
    dense.register_forward_pre_hook(lambda _, given: seen.append(given[0].shape[:-1].numel()))
    with torch.inference_mode():
        found = encoder(IDS, mask).last_hidden_state
        monkeypatch.setattr(layers, "_makes_code", lambda _: False)
        expected = encoder(IDS, mask).last_hidden_state
    assert seen == [32, 12]
    assert found.shape == expected.shape == (2, 6, 24)
    where = torch.ones_like(IDS).bool() if mask is None else mask.bool()
    # Kernels for other numbers of rows may add up in another order: three digits.
    torch.testing.assert_close(found[where], expected[where], rtol=2e-2, atol=6e-2)


@pytest.mark.parametrize(("tokens", "filled"), [(1, 32), (32, 32), (33, 64), (256, 256), (257, 384), (1134, 1152)])
def test_few_numbers_of_rows_are_multiplied(tokens, filled):
    flat = layers.filled_up(torch.ones(1, tokens, 3))
    assert flat.shape == (filled, 3)
    assert (flat[:tokens] == 1).all()
    assert (flat[tokens:] == 0).all()
