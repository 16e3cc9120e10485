"""Entry points of the simulator, which is another distribution. If it is not installed, they say what to install.

The program and the pytest plugin are this distribution's, so that they are there to say it.
"""
