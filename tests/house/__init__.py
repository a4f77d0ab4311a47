"""What two files must agree on."""
