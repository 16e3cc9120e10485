"""Parts of documents, for tests."""

CREATE = {"stepId": "create", "operationId": "createItem"}


IS_200 = [{"condition": "$statusCode == 200"}]
