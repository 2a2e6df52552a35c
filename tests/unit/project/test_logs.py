import json
import logging

from balcao.project.logs import JsonFormatter


def test_a_line_of_json_holds_the_error_too() -> None:
    error = ValueError("não veio")
    record = logging.LogRecord("balcao", logging.ERROR, __file__, 1, "Mail %s", ("7",), (ValueError, error, None))
    line = JsonFormatter().format(record)
    assert "\n" not in line
    read = json.loads(line)
    assert (read["level"], read["message"]) == ("error", "Mail 7")
    assert read["error"].endswith("ValueError: não veio")
