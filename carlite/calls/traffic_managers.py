"""Calls about Traffic Managers, which run inside clients."""

from __future__ import annotations

from carlite.calls import decode
from carlite.calls.context import Context
from carlite.calls.table import value_call
from carlite.wire.values import Value


def _is_running(context: Context, port: object) -> Value:
    return context.traffic_managers.host(decode.integer(port, "port")) is not None


def _where(context: Context, port: object) -> Value:
    number = decode.integer(port, "port")
    host = context.traffic_managers.host(number)
    return ["", 0] if host is None else [host, number]


def _enter(context: Context, endpoint: object) -> Value:
    host, port = decode.items(endpoint, "endpoint", 2)[:2]
    return context.traffic_managers.enter(decode.integer(port, "port"), decode.text(host, "host"), context.caller)


def _leave(context: Context, port: object) -> Value:
    return context.traffic_managers.leave(decode.integer(port, "port"))


CALLS = (
    value_call("is_traffic_manager_running", _is_running, 1),
    value_call("get_traffic_manager_running", _where, 1),
    value_call("add_traffic_manager_running", _enter, 1),
    value_call("destroy_traffic_manager", _leave, 1),
)
