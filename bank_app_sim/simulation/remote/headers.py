"""The headers between a player and the sandbox. All of them are optional."""

# On a request of a player:
NUMBER = "sandbox-request"  # its number; each request has a higher one
SENDER = "sandbox-sender"  # who sends it, if the request itself does not show that
BRANCH = "sandbox-branch"  # the branch of a journey that takes its turn with it, percent-encoded
USER = "sandbox-user"  # the user whose phone sends it, percent-encoded; the trace shows it

# On every response:
NOW = "sandbox-now"  # the time in the world when it was sent

# On a response that does not come from the receiver:
NETWORK = "sandbox-network"  # `not sent` or `no answer`: what the network of the world did to the request
WORLD = "sandbox-world"  # `over`: the world does not exist, or no longer
NOT_SENT, NO_ANSWER, OVER = "not sent", "no answer", "over"
