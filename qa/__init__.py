"""Question to answer: reader, spans, evidence, confidence."""
