"""The program as a file: YAML that people write, read by the document's own types, with a line for every fault."""
