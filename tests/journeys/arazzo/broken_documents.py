"""Documents with one mistake each: `»` stands where it is reported. With the sentence about it."""

CREATE = "      - stepId: create\n        operationId: createItem"


# The parts of a document that is right; each test replaces one.
PARTS = {
    "arazzo": "arazzo: 1.1.0",
    "info": "info: {title: A shop, version: '1'}",
    "sources": "sourceDescriptions:\n  - {name: shop, url: 'http://127.0.0.1:9/openapi.json', type: openapi}",
    "workflows": "workflows:\n  - workflowId: buy",
    "inputs": "    inputs: {properties: {page: {type: integer, default: 1}}}",
    "first": f"{CREATE}\n        outputs: {{id: $response.body#/id}}",
    "second": "      - stepId: show\n        operationId: getItem",
    "parameters": "        parameters:\n          - {name: id, in: path, value: $steps.create.outputs.id}",
    "criteria": "        successCriteria:\n          - condition: $statusCode == 200",
    "components": "components:\n  parameters:\n    page: {name: page, in: query, value: 1}",
}


def text(**replaced: str) -> str:
    parts = {**PARTS, **replaced}
    lines = []
    for name, part in parts.items():
        if name == "first":
            lines.append("    steps:")
        lines.append(part)
    return "\n".join(lines) + "\n"


def field(before: str, line: str) -> str:
    return f"{PARTS[before]}\n{line}"


BROKEN = {
    "empty file": ("»", "the file is empty"),
    "no object": ("»- arazzo", "an Arazzo document is an object, and begins with 'arazzo: 1.1.0'; this is a list"),
    "not YAML": (text(info="info: {title: A shop, [version: 1»}"), "a comma or a `]` is missing here"),
    "tab": (text(criteria="        successCriteria:\n»\t- condition: x"), "there is a tab; indent with spaces"),
    "name twice": (
        text(info="info: {title: A shop, version: '1', »title: B}"),
        "'title' is here twice",
    ),
    "tag": (text(info="info: {title: »!!binary x, version: '1'}"), "cannot be here; leave it out"),
    "no version of Arazzo": (text(arazzo="»x-y: 1"), "'arazzo' is missing"),
    "version of Arazzo": (text(arazzo="arazzo: »2.0.0"), "version '2.0.0' is not known here; 1.0.x and 1.1.x are"),
    "number for a version": (text(arazzo="arazzo: »1.1"), "version 1.1 is not known here"),
    "info misspelt": (text(info="»inof: {title: A}"), "a document has no 'inof'; did you mean 'info'?"),
    "title missing": (text(info="info: »{version: '1'}"), "an info needs 'title', and has 'version'"),
    "number for a text": (
        text(info="info: {title: »5, version: '1'}"),
        "must be a text, and is a number, 5; put it in",
    ),
    "list for an object": (text(info="info: »[]"), "'info' must be an info, and is a list"),
    "object for a list": (text(sources="sourceDescriptions: »{}"), "'sourceDescriptions' must be a list, and is an"),
    "no source": (text(sources="sourceDescriptions: »[]"), "'sourceDescriptions' is empty, and needs at least one"),
    "type of a source": (
        text(sources="sourceDescriptions:\n  - {name: shop, url: x, type: »openap}"),
        "'type' is 'openap'; did you mean 'openapi'?",
    ),
    "AsyncAPI": (
        text(sources="sourceDescriptions:\n  - {name: shop, url: x, type: »asyncapi}"),
        "a source of type 'asyncapi' is not run here; one of type 'openapi' is",
    ),
    "another host": (
        text(sources="sourceDescriptions:\n  - {name: shop, url: »'https://api.example.com/openapi.json'}"),
        "https://api.example.com/openapi.json is not an address on this machine: a document sends requests to",
    ),
    "another scheme": (
        text(sources="sourceDescriptions:\n  - {name: shop, url: »'ftp://127.0.0.1/x'}"),
        "'ftp://127.0.0.1/x' is neither a file nor an address that begins with http",
    ),
    "no such file": (
        text(sources="sourceDescriptions:\n  - {name: shop, url: »missing.yaml}"),
        "missing.yaml cannot be read: No such file or directory",
    ),
    "source twice": (
        text(sources="sourceDescriptions:\n  - {name: shop, url: x}\n  - {name: »shop, url: y}"),
        "name 'shop' is there twice",
    ),
    "workflow of a bad name": (text(workflows="workflows:\n  - workflowId: »buy it"), "can have letters, digits"),
    "field of a step": (
        text(second=field("second", "        »sucessCriteria: []")),
        "a step has no 'sucessCriteria'; did you mean 'successCriteria'?",
    ),
    "no criteria": (text(criteria="        successCriteria: »[]"), "'successCriteria' is empty"),
    "step without an id": (text(second="      - »operationId: getItem"), "a step needs 'stepId'"),
    "stepId twice": (
        text(second="      - stepId: »create\n        operationId: getItem"),
        "stepId 'create' is there twice in the workflow",
    ),
    "no target": (
        text(second="      - »stepId: show"),
        "a step has one of 'operationId', 'operationPath', 'workflowId'; this one has none of them",
    ),
    "two targets": (
        text(second="      - »stepId: show\n        operationId: getItem\n        workflowId: buy"),
        "this one has 'operationId' and 'workflowId'",
    ),
    "channel": (
        text(second="      - stepId: show\n        »channelPath: x"),
        "'channelPath': steps of AsyncAPI are not run here; a step calls an operation of an OpenAPI document",
    ),
    "unknown operation": (
        text(second="      - stepId: show\n        operationId: »getItme"),
        "'shop' has no operation 'getItme'; did you mean 'getItem'?",
    ),
    "operation of an unknown source": (
        text(second="      - stepId: show\n        operationId: »$sourceDescriptions.shp.getItem"),
        "there is no source description 'shp'; did you mean 'shop'?",
    ),
    "operationPath": (
        text(second="      - stepId: show\n        operationPath: »'#/paths/~1items/get'"),
        "it is written {$sourceDescriptions.NAME.url}#/paths/",
    ),
    "unknown path": (
        text(
            second="      - stepId: show\n        operationPath: »'{$sourceDescriptions.shop.url}#/paths/~1items/put'"
        ),
        "'shop' has no PUT /items; did you mean",
    ),
    "path parameter missing": (
        text(second="      - »stepId: show\n        operationId: getItem", parameters="        parameters: []"),
        "GET /items/{id} needs the path parameter 'id'",
    ),
    "unknown parameter": (
        text(parameters=field("parameters", "          - »{name: pge, in: query, value: 1}")),
        "GET /items/{id} has no query parameter 'pge'",
    ),
    "parameter without a place": (
        text(parameters="        parameters:\n          - »{name: id, value: 1}"),
        "a parameter of an operation needs 'in'",
    ),
    "parameter in a wrong place": (
        text(parameters="        parameters:\n          - {name: id, in: »body, value: 1}"),
        "'in' is 'body'; there is 'cookie', 'header', 'path', 'query', 'querystring'",
    ),
    "parameter twice": (
        text(parameters=field("parameters", "          - »{name: id, in: path, value: 1}")),
        "the parameter 'id' is there twice",
    ),
    "misspelt step": (
        text(parameters="        parameters:\n          - {name: id, in: path, value: »$steps.creat.outputs.id}"),
        "$steps.creat.outputs.id: there is no step 'creat'; did you mean 'create'?",
    ),
    "misspelt output": (
        text(
            parameters="        parameters:\n          - {name: id, in: path, value: »'a{$steps.create.outputs.ids}'}"
        ),
        "$steps.create.outputs.ids: step 'create' has no output 'ids'; did you mean 'id'?",
    ),
    "misspelt root": (
        text(parameters="        parameters:\n          - {name: id, in: path, value: »$step.create.outputs.id}"),
        "$step is not known; did you mean '$steps'?",
    ),
    "unknown input": (
        text(parameters="        parameters:\n          - {name: id, in: path, value: »$inputs.pages}"),
        "$inputs.pages: the workflow has no input 'pages'; did you mean 'page'?",
    ),
    "later step": (
        text(first=f"{CREATE}\n        outputs: {{id: »$steps.show.outputs.x}}")
        .replace("operationId: getItem", "operationId: getItem\n        outputs: {x: $statusCode}")
        .replace("$steps.create.outputs.id}", "1}"),
        "$steps.show.outputs.x: step 'show' comes later, so it has no outputs yet",
    ),
    "output that is no expression": (
        text(first=f"{CREATE}\n        outputs: {{id: »response.body}}"),
        "'response.body' is not a runtime expression: write $ first",
    ),
    "condition": (
        text(criteria="        successCriteria:\n          - condition: »$statusCode = 200"),
        "'= 200' cannot be read as a condition",
    ),
    "condition of a misspelt root": (
        text(criteria="        successCriteria:\n          - condition: »$statuscode == 200"),
        "$statuscode is not known; did you mean '$statusCode'?",
    ),
    "type without context": (
        text(criteria="        successCriteria:\n          - »{condition: x, type: regex}"),
        "a condition of type 'regex' needs 'context'",
    ),
    "xpath": (
        text(criteria="        successCriteria:\n          - {context: $response.body, condition: /a, type: »xpath}"),
        "type 'xpath' cannot be run here; simple, regex, jsonpath can",
    ),
    "old JSONPath": (
        text(
            criteria="        successCriteria:\n          - context: $response.body\n            condition: $.a\n"
            "            type: »{type: jsonpath, version: draft-goessner-dispatch-jsonpath-00}"
        ),
        "type 'jsonpath draft-goessner-dispatch-jsonpath-00' cannot be run here",
    ),
    "JSONPath": (
        text(
            criteria="        successCriteria:\n          - {condition: »'$.[', context: $statusCode, type: jsonpath}"
        ),
        "'$.[' is not a JSONPath (RFC 9535)",
    ),
    "regular expression": (
        text(criteria="        successCriteria:\n          - {context: $statusCode, condition: »'(', type: regex}"),
        "'(' is not a regular expression",
    ),
    "JSON pointer": (
        text(
            first="      - stepId: create\n        operationId: createItem\n        outputs:\n"
            "          id: {context: $response.body, selector: »id, type: jsonpointer}"
        ),
        "'id' is not a JSON pointer: a pointer begins with /",
    ),
    "goto nowhere": (
        text(criteria="        onSuccess:\n          - {name: on, type: goto, stepId: »creat}"),
        "there is no step 'creat'; did you mean 'create'?",
    ),
    "goto without a place": (
        text(criteria="        onSuccess:\n          - »{name: on, type: goto}"),
        "an action of type 'goto' needs 'stepId' or 'workflowId'",
    ),
    "retry on success": (
        text(criteria="        onSuccess:\n          - {name: on, type: »retry}"),
        "'type' is 'retry'; there is 'end', 'goto'",
    ),
    "negative wait": (
        text(criteria="        onFailure:\n          - {name: on, type: retry, retryAfter: »-1}"),
        "'retryAfter' must be a number that is not negative, and is a number, -1",
    ),
    "reference to nothing": (
        text(parameters="        parameters:\n          - {reference: »$components.parameters.pge}"),
        "components.parameters has no 'pge'; did you mean 'page'?",
    ),
    "reference of another kind": (
        text(parameters="        parameters:\n          - {reference: »$components.failureActions.x}"),
        "$components.parameters.NAME is",
    ),
    "depends on nothing": (
        text(second=field("second", "        dependsOn: [»creat]")),
        "there is no step 'creat'; did you mean 'create'?",
    ),
    "unknown workflow": (
        text(second="      - stepId: show\n        workflowId: »by", parameters="        parameters: []"),
        "there is no workflow 'by'; did you mean 'buy'?",
    ),
    "body of a workflow": (
        text(
            second="      - stepId: show\n        workflowId: buy\n        »requestBody: {payload: 1}",
            parameters="        parameters: []",
        ),
        "a step that runs a workflow has no body; give the workflow 'parameters'",
    ),
    "replacements": (
        text(second=field("second", "        requestBody: {payload: 1, »replacements: []}")),
        "'replacements': write each value at its place in 'payload', which takes expressions and selectors",
    ),
    "workflows in a circle": (
        text(workflows="workflows:\n  - »workflowId: buy\n    dependsOn: [buy]").replace("»workflowId", "workflowId"),
        "workflows wait for each other: buy -> buy",
    ),
}
