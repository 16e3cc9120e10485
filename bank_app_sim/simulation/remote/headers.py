"""The headers between a player and the sandbox. Whoever plays without them is carried all the same."""

# On a request of a player's:
NUMBER = "sandbox-request"  # its number, higher than those before
SENDER = "sandbox-sender"  # whose it is, where that cannot be told from the request
BRANCH = "sandbox-branch"  # which branch of a journey waits for its turn with it, percent-encoded
USER = "sandbox-user"  # on whose phone it is sent, percent-encoded; told in the trace

# On every answer:
NOW = "sandbox-now"  # the moment of the world at which it was given

# On an answer that is not the receiver's:
NETWORK = "sandbox-network"  # `not sent`, or `no answer`: what the network of the world has made of the request
WORLD = "sandbox-world"  # `over`: there is no such world (any more)
NOT_SENT, NO_ANSWER, OVER = "not sent", "no answer", "over"
