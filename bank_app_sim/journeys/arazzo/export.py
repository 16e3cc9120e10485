"""Writes the API calls of a recorded journey as an Arazzo 1.1 document that runs against a served sandbox."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from ...simulation.our_bank import CLIENT_ID
from .calls import RecordedMessage, folded, recorded
from .customers import customers
from .extensions import PREFIX, OnOneLine
from .schedules import made_by_time
from .written_workflow import WrittenWorkflow


class NothingToExport(Exception):
    """A journey made no call that a document can repeat."""


ADDRESS = "http://127.0.0.1:8700"
SERVE = "bank-app-sim serve --settle-every '365 days'"

_DESCRIPTION = """\
The calls of the sandbox's API that this journey made, in their order, written down from a recording. Each id that an
answer gave is taken from that answer again, so the document runs on any sandbox in which nothing has happened yet:

    {serve}

The secret and the ID tokens among the inputs are throwaway credentials of a sandbox that listens on this machine only;
they are of no use anywhere else. Another sandbox has others: `bank-app-sim serve --json` prints them.
"""


def export(
    messages: Iterable[RecordedMessage],
    *,
    name: str,
    title: str,
    id_tokens: Mapping[str, str],
    client_secret: str,
    client_id: str = CLIENT_ID,
    address: str = ADDRESS,
    serve: str = SERVE,
) -> str:
    """The document, as YAML: one workflow.

    A trace has no credentials: the caller gives them, and they become defaults of the workflow's inputs.

    Args:
        messages: The trace of one journey from its beginning, as in `JourneyResult.messages`.
        name: The id of the workflow; signs that an id cannot have are replaced.
        title: What the journey is about, in a line.
        id_tokens: By the bank's own id of each user. Calls of other users are left out, and named.
        address: Of the sandbox on which the document runs.
        serve: The command that serves this sandbox, for readers of the document.

    Raises:
        NothingToExport: No call of the journey can be repeated, and a document needs a step.
    """
    calls, after = recorded(messages)
    users = customers(calls, expected=list(id_tokens))
    workflow = WrittenWorkflow(users=users, of_time=made_by_time(calls), has_token=frozenset(id_tokens))
    for call in folded(calls):
        workflow.add(call)
    if workflow.is_empty:
        reasons = "; ".join(workflow.reasons) or "it made none"
        raise NothingToExport(f"{name!r} made no call of DES that a document can repeat: {reasons}")
    credentials = {"clientId": client_id, "clientSecret": client_secret}
    written = workflow.as_json(name=name, title=title, credentials=credentials, id_tokens=id_tokens, after=after)
    document = _document(written, title=title, address=address, serve=serve)
    return yaml.dump(document, Dumper=_Plainly, sort_keys=False, allow_unicode=True, width=120)


def _document(workflow: Mapping[str, object], *, title: str, address: str, serve: str) -> dict[str, Any]:
    return {
        "arazzo": "1.1.0",
        "info": {"title": title, "description": _DESCRIPTION.format(serve=serve), "version": "1"},
        "sourceDescriptions": [{"name": "impact", "url": f"{address.rstrip('/')}/openapi.json", "type": "openapi"}],
        "workflows": [workflow],
        f"{PREFIX}sandbox": {"address": address, "serve": serve},
    }


class _Plainly(yaml.SafeDumper):
    """As people write: lists indented, small things on a line, and no anchors, which not every reader knows."""

    def ignore_aliases(self, _data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _on_one_line(dumper: yaml.SafeDumper, value: OnOneLine) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True)


_Plainly.add_representer(str, _text)
_Plainly.add_representer(OnOneLine, _on_one_line)
