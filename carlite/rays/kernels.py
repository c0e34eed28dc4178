"""Numba kernels that call Embree: casts and instance transforms.

Rays travel in packets of 8 (what AVX2 holds; packets of 16 take three times as long there) as rows of a (21, 8) float32 block,
Embree's RTCRayHit8: 0-2 origin, 3 near, 4-6 direction,
7 time, 8 far, 9 mask, 10 id, 11 flags, 12-14 geometric normal (in the instance's frame), 15-16 barycentric u and v,
17 triangle, 18 geometry, 19 instance, 20 instance primitive.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, prange, types
from numba.extending import intrinsic

NO_HIT = np.uint32(0xFFFFFFFF)
LANES = 8
CHUNK = 1024


@intrinsic
def call4(_context: Any, _function: Any, _a: Any, _b: Any, _c: Any, _d: Any) -> Any:
    """Calls the C function at an address with four integer or pointer arguments."""
    signature = types.void(types.intp, types.intp, types.intp, types.intp, types.intp)

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        word = context.get_value_type(types.intp)
        function_type = ir.FunctionType(ir.VoidType(), [word] * 4)
        function = builder.inttoptr(arguments[0], function_type.as_pointer())
        builder.call(function, arguments[1:])
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def call1(_context: Any, _function: Any, _a: Any) -> Any:
    """Calls the C function at an address with one pointer argument."""
    signature = types.void(types.intp, types.intp)

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        word = context.get_value_type(types.intp)
        function = builder.inttoptr(arguments[0], ir.FunctionType(ir.VoidType(), [word]).as_pointer())
        builder.call(function, arguments[1:])
        return context.get_dummy_value()

    return signature, generate


@njit(inline="always")
def aligned(rows):
    """(rows, LANES) float32 on a 64-byte boundary, as Embree demands."""
    raw = np.empty(rows * LANES + 16, np.float32)
    start = ((64 - (raw.ctypes.data & 63)) & 63) // 4
    return raw[start : start + rows * LANES].reshape(rows, LANES)


@njit(inline="always")
def _load_ray(packet, words, lane, origins, directions, ray, origin_step, far):
    o = ray * origin_step
    packet[0, lane] = origins[o, 0]
    packet[1, lane] = origins[o, 1]
    packet[2, lane] = origins[o, 2]
    packet[3, lane] = np.float32(0)
    packet[4, lane] = directions[ray, 0]
    packet[5, lane] = directions[ray, 1]
    packet[6, lane] = directions[ray, 2]
    packet[7, lane] = np.float32(0)
    packet[8, lane] = far
    words[9, lane] = NO_HIT
    words[18, lane] = NO_HIT
    words[19, lane] = NO_HIT


@njit(inline="always")
def _store_hit(packet, words, lane, ray, slots, transforms, triangles, owners, distance, tag, material, slot_out, normal):
    slot = words[19, lane]
    if words[18, lane] == NO_HIT:
        distance[ray] = np.float32(np.inf)
        tag[ray] = 0
        material[ray] = 0
        slot_out[ray] = -1
        normal[ray, 0] = normal[ray, 1] = normal[ray, 2] = np.float32(0)
        return
    distance[ray] = packet[8, lane]
    m = transforms[slot]
    triangle = words[17, lane]
    if slot == 0:
        slot = np.uint32(owners[words[17, lane], 0])
        triangle = np.uint32(owners[words[17, lane], 1])
    packed = triangles[slots[slot, 0] + triangle, 3]
    material[ray] = packed & 255
    tag[ray] = (packed >> 8) & 255
    slot_out[ray] = slot
    a = packet[12, lane]
    b = packet[13, lane]
    c = packet[14, lane]
    x = m[0, 0] * a + m[0, 1] * b + m[0, 2] * c
    y = m[1, 0] * a + m[1, 1] * b + m[1, 2] * c
    z = m[2, 0] * a + m[2, 1] * b + m[2, 2] * c
    towards = x * packet[4, lane] + y * packet[5, lane] + z * packet[6, lane]
    k = np.float32(1) / np.sqrt(max(x * x + y * y + z * z, np.float32(1e-30)))
    if towards > 0:
        k = -k
    normal[ray, 0] = x * k
    normal[ray, 1] = y * k
    normal[ray, 2] = z * k


@njit(parallel=True, nogil=True, cache=True, error_model="numpy")
def cast_kernel(
    intersect, scene, arguments, origins, directions, origin_step, far, slots, transforms, triangles, owners, distance, tag,
    material, slot_out, normal,
):  # fmt: skip
    """Nearest hits of n rays; origin_step 0 shares one origin. owners: slot and triangle behind each triangle of instance 0."""
    count = directions.shape[0]
    for chunk in prange((count + CHUNK - 1) // CHUNK):
        packet = aligned(21)
        words = packet.view(np.uint32)
        valid = aligned(1).view(np.int32)
        stop = min(count, (chunk + 1) * CHUNK)
        for base in range(chunk * CHUNK, stop, LANES):
            lanes = min(LANES, stop - base)
            for lane in range(LANES):
                _load_ray(packet, words, lane, origins, directions, base + min(lane, lanes - 1), origin_step, far)
                valid[0, lane] = -1 if lane < lanes else 0
            call4(intersect, valid.ctypes.data, scene, packet.ctypes.data, arguments)
            for lane in range(lanes):
                _store_hit(
                    packet, words, lane, base + lane, slots, transforms, triangles, owners, distance, tag, material, slot_out,
                    normal,
                )  # fmt: skip


@njit(nogil=True, cache=True, error_model="numpy")
def ground_kernel(intersect, scene, arguments, points, lift, depth, triangles, height, normal, tag):
    """Straight down on the ground scene, whose hits are not instances; serial, for tiny batches."""
    packet = aligned(21)
    words = packet.view(np.uint32)
    valid = aligned(1).view(np.int32)
    count = points.shape[0]
    for base in range(0, count, LANES):
        lanes = min(LANES, count - base)
        for lane in range(LANES):
            ray = base + min(lane, lanes - 1)
            packet[0, lane] = points[ray, 0]
            packet[1, lane] = points[ray, 1]
            packet[2, lane] = points[ray, 2] + lift
            packet[3, lane] = packet[4, lane] = packet[5, lane] = packet[7, lane] = np.float32(0)
            packet[6, lane] = np.float32(-1)
            packet[8, lane] = lift + depth
            words[9, lane] = NO_HIT
            words[18, lane] = NO_HIT
            valid[0, lane] = -1 if lane < lanes else 0
        call4(intersect, valid.ctypes.data, scene, packet.ctypes.data, arguments)
        for lane in range(lanes):
            ray = base + lane
            if words[18, lane] == NO_HIT:
                height[ray] = -np.inf
                normal[ray, 0] = normal[ray, 1] = 0.0
                normal[ray, 2] = 1.0
                tag[ray] = 0
                continue
            # packet[2] is the float32 start that the ray really had.
            height[ray] = np.float64(packet[2, lane]) - np.float64(packet[8, lane])
            x = np.float64(packet[12, lane])
            y = np.float64(packet[13, lane])
            z = np.float64(packet[14, lane])
            k = 1.0 / np.sqrt(max(x * x + y * y + z * z, 1e-30))
            if z < 0:
                k = -k
            normal[ray, 0] = x * k
            normal[ray, 1] = y * k
            normal[ray, 2] = z * k
            tag[ray] = (triangles[words[17, lane], 3] >> 8) & 255


@njit(nogil=True, cache=True, error_model="numpy")
def place_kernel(set_transform, commit, geometries, slots, owners, world_from_actor, part_from_actor, transforms):
    """world_from_part of every moving instance, written to ``transforms`` and to Embree.

    owners: (n,) index into world_from_actor (k, 3, 4); part_from_actor: (n, 3, 4) pose of the part in the actor's frame.
    """
    for index in range(slots.shape[0]):
        a = world_from_actor[owners[index]]
        b = part_from_actor[index]
        m = transforms[slots[index]]
        for row in range(3):
            for column in range(4):
                value = a[row, 0] * b[0, column] + a[row, 1] * b[1, column] + a[row, 2] * b[2, column]
                if column == 3:
                    value += a[row, 3]
                m[row, column] = value
        # 0x9134: float 3x4, row major
        call4(set_transform, geometries[index], 0, 0x9134, m.ctypes.data)
        call1(commit, geometries[index])
