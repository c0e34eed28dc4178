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
from numba import prange, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from carlite.jit import inner, kernel, spliced

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


def addresses(*arrays: NDArray[Any]) -> NDArray[np.int64]:
    """Where C-contiguous arrays lie; they must outlive the use of their addresses."""
    assert all(array.flags.c_contiguous for array in arrays)
    return np.array([array.ctypes.data for array in arrays], np.int64)


@spliced
def aligned(rows):
    """(rows, LANES) float32 on a 64-byte boundary, as Embree demands."""
    raw = np.empty(rows * LANES + 16, np.float32)
    start = ((64 - (raw.ctypes.data & 63)) & 63) // 4
    return raw[start : start + rows * LANES].reshape(rows, LANES)


@spliced
def _load_ray(s, u, lane, origin, direction, far):
    for axis in range(3):
        s[axis * LANES + lane] = origin[axis]
        s[(4 + axis) * LANES + lane] = direction[axis]
    s[3 * LANES + lane] = s[7 * LANES + lane] = np.float32(0)
    s[8 * LANES + lane] = far
    u[9 * LANES + lane] = u[18 * LANES + lane] = u[19 * LANES + lane] = NO_HIT


@spliced
def _store_normal(s, lane, m, normal):
    """The geometric normal of a lane's hit, turned by the instance's transform m and towards the ray's origin."""
    a = s[12 * LANES + lane]
    b = s[13 * LANES + lane]
    c = s[14 * LANES + lane]
    x = m[0] * a + m[1] * b + m[2] * c
    y = m[4] * a + m[5] * b + m[6] * c
    z = m[8] * a + m[9] * b + m[10] * c
    towards = x * s[4 * LANES + lane] + y * s[5 * LANES + lane] + z * s[6 * LANES + lane]
    k = np.float32(1) / np.sqrt(max(x * x + y * y + z * z, np.float32(1e-30)))
    if towards > 0:
        k = -k
    normal[0] = x * k
    normal[1] = y * k
    normal[2] = z * k


@inner()
def _cast_chunks(intersect, scene, arguments, count, origin_step, far, inputs, outputs):
    """One thread's share of ``cast_kernel``; apart, because numba takes writes through pointers in a parallel loop for dead."""
    block = aligned(22)
    valid = block.ctypes.data + 21 * LANES * 4
    s = floats(block.ctypes.data)
    u = words(block.ctypes.data)
    while True:
        chunk = take(inputs[0])
        if chunk * CHUNK >= count:
            break
        stop = min(count, (chunk + 1) * CHUNK)
        for base in range(chunk * CHUNK, stop, LANES):
            for lane in range(LANES):
                ray = min(base + lane, stop - 1)
                origin = floats(inputs[1] + ray * origin_step * 12)
                _load_ray(s, u, lane, origin, floats(inputs[2] + ray * 12), far)
                ints(valid)[lane] = -1 if base + lane < stop else 0
            call4(intersect, valid, scene, block.ctypes.data, arguments)
            for lane in range(min(LANES, stop - base)):
                _store_hit(s, u, lane, base + lane, inputs, outputs)
    block[0, 0] = np.float32(0)  # keeps the block alive while its address is in use


@kernel(parallel=True)
def cast_kernel(workers, intersect, scene, arguments, count, origin_step, far, inputs, outputs):
    """Nearest hits of ``count`` rays; each of ``workers`` threads takes the next chunk until none is left.

    Args:
        origin_step: 0 where all rays share one origin, else 1.
        far: length of the rays, metres.
        inputs: addresses of the number of the next chunk (int64, 0), the origins and directions (count, 3), and of what slots
            and triangles hold: table, transforms, triangles, owners (the slot behind each triangle of instance 0).
        outputs: addresses of distance, tag, material, actor id, instance id, row and normal, as in ``Hits``.
    """
    for _worker in prange(workers):
        _cast_chunks(intersect, scene, arguments, count, origin_step, far, inputs, outputs)


@spliced
def _store_hit(s, u, lane, ray, inputs, outputs):
    normal = floats(outputs[6] + ray * 12)
    hit = u[18 * LANES + lane] != NO_HIT
    if not hit:
        floats(outputs[0])[ray] = np.float32(np.inf)
        octets(outputs[1])[ray] = np.uint8(0)
        octets(outputs[2])[ray] = np.uint8(0)
        words(outputs[3])[ray] = np.uint32(0)
        halves(outputs[4])[ray] = np.uint16(0)
        ints(outputs[5])[ray] = np.int32(-1)
        normal[0] = normal[1] = normal[2] = np.float32(0)
        return
    slot = np.int64(u[19 * LANES + lane])
    triangle = np.int64(u[17 * LANES + lane])
    _store_normal(s, lane, floats(inputs[4] + slot * 48), normal)
    if slot == 0:
        slot = np.int64(ints(inputs[6])[triangle])
    table = ints(inputs[3] + slot * 16)
    packed = words(inputs[5])[(table[0] + triangle) * 4 + 3]
    floats(outputs[0])[ray] = s[8 * LANES + lane]
    octets(outputs[1])[ray] = np.uint8((packed >> np.uint32(8)) & np.uint32(255))
    octets(outputs[2])[ray] = np.uint8(packed & np.uint32(255))
    words(outputs[3])[ray] = np.uint32(table[2])
    halves(outputs[4])[ray] = np.uint16(table[1])
    ints(outputs[5])[ray] = table[3]


@kernel(nogil=True)
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


@kernel(nogil=True)
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
