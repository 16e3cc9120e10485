"""A document is run: requests are put together, and answers are judged."""

from bank_app_sim.journeys.results import Outcome

from .parts import CREATE, IS_200
from .shop import Runner, Shop, document, outcomes, step


async def test_a_request_is_put_together_from_parameters_inputs_and_earlier_answers(runner: Runner) -> None:
    shop = Shop([(201, {"item": {"id": "a/b", "tags": ["x"]}}), (200, None)])
    first = {
        **CREATE,
        "requestBody": {"payload": {"item": {"name": "$inputs.name", "note": "for {$inputs.name}", "n": 3}}},
        "outputs": {"id": "$response.body#/item/id"},
    }
    second = {
        "stepId": "show",
        "operationPath": "{$sourceDescriptions.shop.url}#/paths/~1items~1{id}/get",
        "parameters": [
            {"name": "id", "in": "path", "value": "$steps.create.outputs.id"},
            {"name": "X-Tag", "in": "header", "value": "{$steps.create.outputs.id}!"},
            {"name": "session", "in": "cookie", "value": "s3cr3t"},
        ],
    }
    inputs = {"type": "object", "properties": {"name": {"type": "string", "default": "Bike"}}}

    result = await runner.one(shop, document(first, second, inputs=inputs), typed={"name": "Boat"})

    assert result.outcome is Outcome.PASSED
    assert shop.called == ["POST /items", "GET /items/a%2Fb"]
    assert shop.bodies[0] == {"item": {"name": "Boat", "note": "for Boat", "n": 3}}
    assert shop.asked[0].headers["content-type"] == "application/json"
    assert (shop.asked[1].headers["x-tag"], shop.asked[1].headers["cookie"]) == ("a/b!", "session=s3cr3t")


async def test_a_form_and_selectors_and_a_query_as_a_whole(runner: Runner) -> None:
    shop = Shop([(200, {"items": [{"id": "1", "kind": "a"}, {"id": "2", "kind": "b"}]}), (201, {}), (201, {})])
    listed = step(
        parameters=[{"name": "all", "in": "querystring", "value": "page={$inputs.page}&x=1"}],
        outputs={
            "b": {"context": "$response.body", "selector": "$.items[?@.kind == 'b'].id", "type": "jsonpath"},
            "all": {"context": "$response.body", "selector": "$.items[*].id", "type": "jsonpath"},
            "first": {"context": "$response.body", "selector": "/items/0/id", "type": "jsonpointer"},
        },
    )
    selected = {
        **CREATE,
        "requestBody": {
            "contentType": "application/json",
            "payload": {
                "ids": "$steps.list.outputs.all",
                "rows": [{"n": "$steps.list.outputs.b"}],
                "new": {"context": "$steps.list.outputs.all", "selector": "/1", "type": "jsonpointer"},
            },
        },
    }
    form = {
        "stepId": "form",
        "operationId": "createItem",
        "requestBody": {
            "contentType": "application/x-www-form-urlencoded",
            "payload": {"id": "$steps.list.outputs.first", "note": "a b", "all": "$steps.list.outputs.all"},
        },
    }
    inputs = {"properties": {"page": {"type": "integer", "default": 2}}}

    result = await runner.one(shop, document(listed, selected, form, inputs=inputs))

    assert result.outcome is Outcome.PASSED
    assert shop.called[0] == "GET /items?page=2&x=1"
    assert shop.bodies[0] == {"ids": ["1", "2"], "rows": [{"n": "2"}], "new": "2"}
    assert shop.bodies[1] == "id=1&note=a+b&all=1&all=2"


async def test_what_is_sent_may_have_names_that_mean_something_elsewhere(runner: Runner) -> None:
    payload = {"context": "app", "condition": "=", "target": "x", "selector": "$.", "type": 1, "outputs": {"a": "b"}}
    payload |= {"x-note": "$inputs.n", "name": "$inputs.n"}
    shop = Shop([(201, {})])

    result = await runner.one(
        shop, document({**CREATE, "requestBody": {"payload": payload}}, inputs={"properties": {"n": {"default": 7}}})
    )

    assert result.outcome is Outcome.PASSED
    assert shop.bodies == [{**payload, "x-note": 7, "name": 7}]


async def test_what_is_not_as_expected_fails_with_what_was_there_and_where_it_is_written(runner: Runner) -> None:
    shop = Shop([(404, {"errors": ["no such shop"]})])

    result = await runner.one(shop, document(step(successCriteria=IS_200), step("next")))

    assert outcomes(result) == [("1", "failed"), ("2", "not reached")]
    failure = result.steps[0].failure
    assert failure is not None
    assert failure.expected == "$statusCode == 200"
    assert failure.found == '$statusCode is 404; the answer says {"errors": ["no such shop"]}'
    assert failure.way_out.endswith("shop.arazzo.yaml:15:18 says what is expected")
    assert [result.steps[0].line, result.steps[1].line] == [12, 16]


async def test_without_criteria_an_error_is_a_failure(runner: Runner) -> None:
    result = await runner.one(Shop([(400, {"wrong": 1})]), document(step()))

    assert outcomes(result) == [("1", "failed")]
    assert result.steps[0].failure is not None
    assert result.steps[0].failure.found == '400: {"wrong": 1}'


async def test_an_output_that_is_not_there_fails_its_step(runner: Runner) -> None:
    result = await runner.one(Shop([(200, {"a": 1})]), document(step(outputs={"id": "$response.body#/id"})))

    assert result.steps[0].failure is not None
    assert result.steps[0].failure.found == "$response.body#/id: there is no 'id'; there is 'a'"


async def test_components_are_used_by_reference_and_a_reference_may_give_another_value(runner: Runner) -> None:
    shop = Shop([(503, None), (200, {})])
    components = {
        "parameters": {"page": {"name": "page", "in": "query", "value": 1}},
        "failureActions": {"again": {"name": "again", "type": "retry"}},
        "inputs": {"paging": {"properties": {"size": {"type": "integer", "default": 5}}}},
    }
    uses = step(
        parameters=[{"reference": "$components.parameters.page", "value": "$inputs.size"}],
        onFailure=[{"reference": "$components.failureActions.again"}],
    )
    inputs = {"$ref": "#/components/inputs/paging"}

    result = await runner.one(shop, document(uses, inputs=inputs, root={"components": components}))

    assert result.outcome is Outcome.PASSED
    assert shop.called == ["GET /items?page=5"] * 2


async def test_what_a_workflow_says_of_all_its_steps_can_be_overridden(runner: Runner) -> None:
    shop = Shop([(200, {}), (503, None), (200, {})])
    shared = {
        "parameters": [{"name": "page", "in": "query", "value": 1}],
        "failureActions": [{"name": "again", "type": "retry"}],
    }
    own = step("own", parameters=[{"name": "page", "in": "query", "value": 2}])

    result = await runner.one(shop, document(step(), own, **shared))

    assert result.outcome is Outcome.PASSED
    assert shop.called == ["GET /items?page=1", "GET /items?page=2", "GET /items?page=2"]


async def test_a_cookie_is_sent_where_the_document_says_so_and_nowhere_else(runner: Runner) -> None:
    shop = Shop([(200, {}, {"Set-Cookie": "session=abcdef; Path=/"})])

    await runner.one(shop, document(step(), step("second")))

    assert "cookie" not in shop.asked[1].headers


async def test_a_step_that_depends_on_one_that_was_jumped_over_fails(runner: Runner) -> None:
    over = {"name": "over", "type": "goto", "stepId": "last"}

    result = await runner.one(
        Shop(), document(step(onSuccess=[over]), step("between"), step("last", dependsOn=["list", "between"]))
    )

    assert result.failed_step is not None
    assert result.failed_step.failure is not None
    assert result.failed_step.failure.found == "'between' did not"


async def test_messages_are_those_of_a_trace(runner: Runner) -> None:
    token = [{"name": "Authorization", "in": "header", "value": "Bearer abcdefgh"}]

    result = await runner.one(Shop(), document(step(), step("second", parameters=token)))

    assert [(each["n"], each["from"], each["to"], each["label"], each["kind"]) for each in result.messages] == [
        (1, "sdk", "des", "GET /items", "request"),
        (2, "des", "sdk", "200 OK", "response"),
        (3, "bank_backend", "des", "GET /items", "request"),
        (4, "des", "bank_backend", "200 OK", "response"),
    ]
    assert result.messages[0]["detail"] == {"method": "GET", "path": "/items", "request_id": "request-1"}
    assert result.messages[1]["detail"]["request_id"] == "request-1"
