"""Tables of bytes and the facts that they carry."""
