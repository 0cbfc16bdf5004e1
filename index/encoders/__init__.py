"""BERT and MPNet as far as Pullquote computes them: no more than torch and tokenizers has to be imported for that.

`transformers` and `sentence_transformers` compute every model there is, and take five and eight seconds to import on
two plain cores. The models that ship are of two kinds.
"""
