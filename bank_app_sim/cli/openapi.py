"""`bank-app-sim openapi`: prints the OpenAPI document of the sandbox."""

import click

from ..des.document.document import as_json, as_yaml


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="The format to print.",
)
def openapi(form: str) -> None:
    """Print the OpenAPI document of the sandbox's API.

    A running sandbox serves the same document at /openapi.json, and as a page for people at /docs.

    \b
    Example:
      bank-app-sim openapi --format json > openapi.json
    """
    click.echo(as_yaml() if form == "yaml" else as_json().decode(), nl=form == "json")
