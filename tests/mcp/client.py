"""Uses every tool of `tasks mcp` through the Python package `mcp`.

TASKS_PROGRAM is the program. The package checks each result against the tool's output schema.
"""

import asyncio
import os
import signal

import anyio
from mcp import Client, MCPError, StdioServerParameters
from mcp_types import ElicitResult

DEVELOP = {"project": "lagoon-demo", "environment": "develop"}
MAIN = {"project": "lagoon-demo", "environment": "main"}


def server(*flags, **variables):
    return StdioServerParameters(
        command=os.environ["TASKS_PROGRAM"],
        args=["mcp", *flags],
        env={**os.environ, **variables},
    )


def text(result):
    return result.content[0].text


async def result(client, tool, **arguments):
    answer = await client.call_tool(tool, arguments)
    assert not answer.is_error, text(answer)
    return answer.structured_content


async def refusal(client, tool, **arguments):
    answer = await client.call_tool(tool, arguments)
    assert answer.is_error, answer
    return text(answer)


async def reads():
    async with Client(server()) as client:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == [
            "list_projects", "list_environments", "list_tasks", "show_task",
            "list_runs", "run_status", "run_log", "wait_for_run",
        ], tools
        assert all(tool.annotations.read_only_hint for tool in tools)
        assert all(tool.output_schema for tool in tools)
        projects = await result(client, "list_projects")
        assert projects["projects"][0]["name"] == "lagoon-demo"
        environments = await result(client, "list_environments", project="lagoon-demo")
        assert len(environments["environments"]) == 3
        tasks = (await result(client, "list_tasks", **DEVELOP))["tasks"]
        assert any(task["name"] == "Clear caches" for task in tasks), tasks
        task = await result(client, "show_task", task="Clear caches", **DEVELOP)
        assert task["canBeInvoked"] is False
        assert "read-only" in await refusal(client, "invoke_task", task="Say hello", **DEVELOP)
        try:
            await client.call_tool("list_tasks", {"project": "x"})
            raise AssertionError("a missing field is no error")
        except MCPError as error:
            assert "environment" in str(error), error


async def starts(mode):
    questions = []

    async def answer(_context, params):
        questions.append(params.message)
        return ElicitResult(action="accept", content={"confirm": True})

    steps = []

    async def progress(step, _total, message):
        steps.append((step, message))

    client = Client(server("--allow-invoke"), elicitation_callback=answer, mode=mode)
    async with client:
        assert len((await client.list_tools()).tools) == 10
        run = await result(client, "invoke_task", task="Clear caches", **DEVELOP)
        assert len(questions) == 1 and "Clear them?" in questions[0], questions
        ended = await result(client, "wait_for_run", run=run["id"])
        assert ended["outcome"] == "completed", ended
        assert "production" in await refusal(client, "invoke_task", task="Say hello", **MAIN)

        # An oversized log, in parts.
        run = await result(client, "invoke_task", task="Print many lines", **DEVELOP)
        await result(client, "wait_for_run", run=run["id"])
        log = await client.call_tool("run_log", {"run": run["id"]})
        assert log.structured_content["totalLines"] == 1_000_000, log.structured_content
        assert len(text(log)) < 64 * 1024 and "untrusted" in text(log)
        part = await result(client, "run_log", run=run["id"], firstLine=999_999)
        assert part["log"] == "many lines\nmany lines", part

        # A wait that is cancelled leaves the run in progress.
        run = await result(client, "invoke_task", task="Count slowly", **DEVELOP)
        with anyio.move_on_after(60) as scope:
            async with anyio.create_task_group() as group:

                async def wait():
                    await client.call_tool(
                        "wait_for_run", {"run": run["id"]}, progress_callback=progress
                    )

                group.start_soon(wait)
                while not steps:
                    await anyio.sleep(0.01)
                group.cancel_scope.cancel()
        assert not scope.cancelled_caught, "no progress"
        assert "is running" in steps[0][1], steps
        status = await result(client, "run_status", run=run["id"])
        assert status["finished"] is False, status
        cancelled = await result(client, "cancel_run", run=run["id"])
        assert cancelled["cancelled"] is True, cancelled
        assert len(questions) == 2 and "Cancel" in questions[1], questions
        runs = await result(client, "list_runs", outcome="cancelled", **DEVELOP)
        assert runs["runs"][0]["id"] == run["id"]


async def cannot_ask():
    async with Client(server("--allow-invoke")) as client:
        refused = await refusal(client, "invoke_task", task="Clear caches", **DEVELOP)
        assert "elicitation" in refused, refused


async def down():
    flags = ["--request-timeout", "1s"]
    async with Client(server(*flags, TASKS_API="http://127.0.0.1:1/graphql")) as client:
        refused = await refusal(client, "list_projects")
        assert "cannot reach" in refused and "tasks doctor" in refused, refused


async def main():
    signal.alarm(120)
    await reads()
    for mode in ["auto", "legacy"]:
        await starts(mode)
    await cannot_ask()
    await down()
    print("all checks passed")


asyncio.run(main())
