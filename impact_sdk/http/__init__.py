"""One request to DES and its answer: attempts, errors, what is known when no answer came."""
