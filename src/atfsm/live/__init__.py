"""The live side: what touches ports, clocks and files."""
