"""What a script can expect of a world, and how it is compared with what is there."""
