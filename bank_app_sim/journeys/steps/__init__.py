"""What can happen in a journey, by who does it: each method is a step of scripts, and of journeys in Python."""
