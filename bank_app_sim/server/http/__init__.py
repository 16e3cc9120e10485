"""The HTTP face of a server: requests in, answers and refusals out."""
