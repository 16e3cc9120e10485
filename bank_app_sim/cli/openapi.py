"""`bank-app-sim openapi`: the document of the API."""

import click

from ..des.document import as_json, as_yaml


@click.command()
@click.option(
    "--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True, help="How to write it."
)
def openapi(form: str) -> None:
    """Print the OpenAPI document of the sandbox's API.

    A running sandbox serves the same at /openapi.json, and as a page to read at /docs.

    \b
    Example:
      bank-app-sim openapi --format json > openapi.json
    """
    click.echo(as_yaml() if form == "yaml" else as_json().decode(), nl=form == "json")
