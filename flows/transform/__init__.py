"""Transform: pure functions over records, without input, output or clock."""
