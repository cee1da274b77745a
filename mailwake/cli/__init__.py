"""The command line: a face of the operations. It reads what people type, calls an operation and writes the answer."""
