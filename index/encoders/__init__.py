"""BERT and MPNet as far as Pullquote computes them: no more than torch and tokenizers has to be imported for that.

`transformers` and `sentence_transformers` compute every model there is, and take longer to import than a question takes
to answer (`python -X importtime -c "import sentence_transformers"`). The models that ship are of two kinds.
"""
