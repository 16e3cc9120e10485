"""The table of rules for people, in `docs/check.md`. A test compares the page with it.

Print it with: python -m bank_app_sim.check.page
"""

from .rules import RULES

BEGIN, END = "<!-- rules: made by bank_app_sim/check/page.py -->", "<!-- end of rules -->"


def as_markdown() -> str:
    """The rules, in the order in which they are tried."""
    rows = [f"| `{rule.id}` | {rule.statement} | {rule.tried} | {rule.remedy} |" for rule in RULES]
    head = ["| rule | what is wanted | how it is tried | when it fails |", "| --- | --- | --- | --- |"]
    return "\n".join([BEGIN, "", *head, *rows, "", END])


if __name__ == "__main__":
    import click

    click.echo(as_markdown())
