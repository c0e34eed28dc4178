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


def _pointer_to(name: str, element: types.Type) -> Any:
    """An intrinsic that turns an address into a C pointer, which is indexed like an array but has neither bounds nor owner.

    Reference counts and array structures in inner loops cost a tenth of a frame, and most of the time of compiling it.
    """

    def typed(_context: Any, _address: Any) -> Any:
        signature = types.CPointer(element)(types.intp)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

        return signature, generate

    typed.__name__ = typed.__qualname__ = name
    return intrinsic(typed)


floats = _pointer_to("floats", types.float32)
words = _pointer_to("words", types.uint32)
ints = _pointer_to("ints", types.int32)
halves = _pointer_to("halves", types.uint16)
octets = _pointer_to("octets", types.uint8)


@intrinsic
def take(_context: Any, _address: Any) -> Any:
    """Adds one to the int64 at an address and returns what it was, as one step for all threads."""
    signature = types.int64(types.intp)

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        word = context.get_value_type(types.int64)
        return builder.atomic_rmw("add", builder.inttoptr(arguments[0], word.as_pointer()), ir.Constant(word, 1), "monotonic")

    return signature, generate


_ROW = ir.VectorType(ir.FloatType(), LANES)
_LANE = ir.IntType(32)


def _row_at(builder: Any, address: Any) -> Any:
    return builder.inttoptr(address, _ROW.as_pointer())


def _load_row(builder: Any, address: Any) -> Any:
    row = builder.load(_row_at(builder, address), typ=_ROW)
    row.align = 4
    return row


def _store_row(builder: Any, row: Any, address: Any) -> None:
    builder.store(row, _row_at(builder, address)).align = 4


def _splat(builder: Any, value: Any) -> Any:
    row = builder.insert_element(ir.Constant(_ROW, ir.Undefined), value, ir.Constant(_LANE, 0))
    return builder.shuffle_vector(row, row, ir.Constant(ir.VectorType(_LANE, LANES), [0] * LANES))


def _whole(builder: Any, row: Any) -> Any:
    """The same row, kept in one register: LLVM would store two halves, and what is stored in halves is slow to load whole."""
    return builder.asm(ir.FunctionType(row.type, [row.type]), "", "=x,0", [row], False)


@intrinsic
def copy_row(_context: Any, _to: Any, _source: Any) -> Any:
    """Copies LANES floats in one step."""
    signature = types.void(types.intp, types.intp)

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        _store_row(builder, _load_row(builder, arguments[1]), arguments[0])
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def mix_rows(_context: Any, _to: Any, _a: Any, _b: Any, _c: Any, _k: Any, _v: Any, _w: Any) -> Any:
    """Writes k a + v b + w c, for rows of LANES floats at addresses."""
    signature = types.void(*[types.intp] * 4, *[types.float32] * 3)

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        contract = ["contract"]
        rows = [_load_row(builder, address) for address in arguments[1:4]]
        k, v, w = (_splat(builder, value) for value in arguments[4:])
        total = builder.fmul(k, rows[0], flags=contract)
        total = builder.fadd(total, builder.fmul(v, rows[1], flags=contract), flags=contract)
        total = builder.fadd(total, builder.fmul(w, rows[2], flags=contract), flags=contract)
        _store_row(builder, total, arguments[0])
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def transpose(_context: Any, _address: Any) -> Any:
    """Turns LANES rows of LANES floats at an address over, in place."""
    signature = types.void(types.intp)

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        def places(index: list[int]) -> Any:
            return ir.Constant(ir.VectorType(_LANE, LANES), index)

        size = LANES * 4
        addresses = [builder.add(arguments[0], ir.Constant(arguments[0].type, size * k)) for k in range(LANES)]
        rows = [_load_row(builder, address) for address in addresses]
        step = 1
        while step < LANES:  # swaps blocks of step x step off the diagonal
            low = [k if not k & step else LANES + (k ^ step) for k in range(LANES)]
            high = [(k ^ step) if not k & step else LANES + k for k in range(LANES)]
            for k in range(LANES):
                if not k & step:
                    a, b = rows[k], rows[k | step]
                    rows[k] = builder.shuffle_vector(a, b, places(low))
                    rows[k | step] = builder.shuffle_vector(a, b, places(high))
            step *= 2
        for row, address in zip(rows, addresses, strict=True):
            _store_row(builder, row, address)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def gather(_context: Any, _to: Any, _table: Any, _index: Any) -> Any:
    """Writes table[index] for LANES 32-bit indices; table and index are addresses of 32-bit numbers.

    The numbers go out in one store: a row that was written lane by lane cannot be read back as a whole for many cycles.
    """
    signature = types.void(types.intp, types.intp, types.intp)

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        to, table, index = arguments
        word = table.type
        row = ir.Constant(ir.VectorType(_LANE, LANES), ir.Undefined)
        for k in range(LANES):
            where = builder.inttoptr(builder.add(index, ir.Constant(word, 4 * k)), _LANE.as_pointer())
            offset = builder.shl(builder.zext(builder.load(where, typ=_LANE), word), ir.Constant(word, 2))
            value = builder.load(builder.inttoptr(builder.add(table, offset), _LANE.as_pointer()), typ=_LANE)
            row = builder.insert_element(row, value, ir.Constant(_LANE, k))
        builder.store(_whole(builder, row), builder.inttoptr(to, row.type.as_pointer())).align = 4
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def share(_context: Any, _to: Any, _normals: Any, _values: Any, _weights: Any) -> Any:
    """Writes each lane's weighted mean of the values of all lanes whose normals lie within 26 degrees of its own.

    Args:
        to: address of a row.
        normals: address of three rows, x, y and z.
        values, weights: addresses of rows; weights are 0 or 1.
    """
    signature = types.void(*[types.intp] * 4)

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        contract = ["contract"]
        to, normals, values, weights = arguments
        mine = [_load_row(builder, builder.add(normals, ir.Constant(normals.type, 4 * LANES * axis))) for axis in range(3)]
        value, weight = _load_row(builder, values), _load_row(builder, weights)
        total, count = ir.Constant(_ROW, [0.0] * LANES), ir.Constant(_ROW, [1e-6] * LANES)
        zero, alike = total, ir.Constant(_ROW, [0.9] * LANES)
        for turn in range(LANES):
            index = ir.Constant(ir.VectorType(_LANE, LANES), [(k + turn) % LANES for k in range(LANES)])

            def turned(row: Any, index: Any = index) -> Any:
                return builder.shuffle_vector(row, row, index)

            cosine = builder.fmul(mine[0], turned(mine[0]), flags=contract)
            for axis in (1, 2):
                cosine = builder.fadd(cosine, builder.fmul(mine[axis], turned(mine[axis]), flags=contract), flags=contract)
            like = builder.select(builder.fcmp_ordered(">", cosine, alike), turned(weight), zero)
            total = builder.fadd(total, builder.fmul(like, turned(value), flags=contract), flags=contract)
            count = builder.fadd(count, like, flags=contract)
        _store_row(builder, builder.fdiv(total, count), to)
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
        slot = np.uint32(owners[words[17, lane]])
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
    """Nearest hits of n rays; origin_step 0 shares one origin. owners: slot behind each triangle of instance 0."""
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
