"""The back end of an archive that has outgrown a machine: a Milvus server, or Milvus Lite in a file."""
