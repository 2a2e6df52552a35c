"""What all tests share; servers and settings come from `balcao.testing.plugin`."""
