"""`python -m bank_app_sim`, where the command is not on the path."""

from .cli import main

main()
