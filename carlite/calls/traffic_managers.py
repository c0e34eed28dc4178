"""Calls about Traffic Managers, which run inside clients."""

from __future__ import annotations

from typing import Any

from carlite.calls import decode
from carlite.calls.context import Context
from carlite.calls.table import CallTable
from carlite.wire.values import Value

TABLE = CallTable()


def _endpoint(value: Any, what: str) -> tuple[str, int]:
    host, port = decode.items(value, what, 2)[:2]
    return decode.text(host, "host"), decode.integer(port, "port")


@TABLE.value("is_traffic_manager_running", decode.integer)
def _is_running(context: Context, port: int) -> Value:
    return context.traffic_managers.host(port) is not None


@TABLE.value("get_traffic_manager_running", decode.integer)
def _where(context: Context, port: int) -> Value:
    host = context.traffic_managers.host(port)
    return ["", 0] if host is None else [host, port]


@TABLE.value("add_traffic_manager_running", _endpoint)
def _enter(context: Context, endpoint: tuple[str, int]) -> Value:
    host, port = endpoint
    return context.traffic_managers.enter(port, host, context.caller)


@TABLE.value("destroy_traffic_manager", decode.integer)
def _leave(context: Context, port: int) -> Value:
    return context.traffic_managers.leave(port)
