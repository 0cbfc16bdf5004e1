"""The systems that Pullquote is measured against, one script each: see `pullquote.eval.peers.benchmark`."""
