"""What the control plane does with worlds, one file a noun."""
