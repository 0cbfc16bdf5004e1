"""From sources to stored batches: what is new, under which address, written by one writer."""
