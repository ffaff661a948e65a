import http.client
import json

from tests.servers import ModelServer, model_server


def post(server: ModelServer, path: str = "/v1/chat/completions") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    body = {"messages": [{"role": "user", "content": "one two"}], "stream": False}
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def test_replies_come_in_order_and_requests_are_kept() -> None:
    with model_server({"a": 1}, lambda body: body["messages"][0]["content"]) as server:
        texts = [json.loads(post(server)[1])["choices"][0]["message"]["content"] for _ in range(2)]
    assert texts == ['{"a": 1}', "one two"]
    assert len(server.requests) == 2


def test_an_unknown_path_is_answered_with_200_as_lm_studio_does() -> None:
    with model_server() as server:
        assert post(server, "/chat/completions") == (
            200,
            '{"error": "Unexpected endpoint or method. (POST /chat/completions)"}',
        )
