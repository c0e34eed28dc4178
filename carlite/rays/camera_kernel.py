"""The camera trace: packets of 4x2 pixels, then two samples more for the pixels on edges."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import numpy as np
from numba import float32, int32, njit, prange, uint8, uint16, uint32, uint64

from carlite.mesh import Material
from carlite.rays import layout as at
from carlite.rays.air import expose, haze, inlined, sky_light
from carlite.rays.kernels import LANES, NO_HIT, call4
from carlite.rays.mirror import lamp_light, wet_mirror
from carlite.rays.shading import (
    aim,
    diffuse,
    fetch,
    open_sky,
    orient,
    reflect,
    shadow_rays,
    sun_light,
    texture,
    unflatten,
)  # fmt: skip
from carlite.tags import Tag

_SKY = int(Tag.SKY)
_LEAVES = int(Material.LEAVES)
RGB, LABELS, NORMALS, FLOW = 1, 2, 4, 8


@inlined
def place_tile(s, i, column, row, width, height):
    """Lanes on the centres of a 4x2 tile."""
    for j in range(LANES):
        x = column * 4 + (j & 3)
        y = row * 2 + (j >> 2)
        s[at.SX + j] = float32(x) + float32(0.5)
        s[at.SY + j] = float32(y) + float32(0.5)
        i[at.PIXEL + j] = int32(y * width + x)
        i[at.VALID + j] = -1 if x < width and y < height else 0


@inlined
def place_samples(s, i, pixels, start, count, width):
    """Lanes on two further positions in each of the next listed pixels; with the centre they are a turned row of three."""
    for j in range(LANES):
        k = start + (j >> 1)
        inside = k < count
        pixel = pixels[uint64(min(k, count - 1))]
        second = (j & 1) != 0
        s[at.SX + j] = float32(pixel % width) + (float32(0.84) if second else float32(0.16))
        s[at.SY + j] = float32(pixel // width) + (float32(0.33) if second else float32(0.67))
        i[at.PIXEL + j] = pixel
        i[at.VALID + j] = -1 if inside else 0


@inlined
def write_labels(s, u, i, j, table, triangles, ids, depth, tag, instance, labels):
    """Depth and identity of lane j's pixel."""
    k = uint64(i[at.PIXEL + j])
    if u[at.GEOM + j] == NO_HIT:
        depth[k] = float32(np.inf)
        ids[k] = NO_HIT
        if labels:
            tag[k] = uint8(_SKY)
            instance[k] = uint16(0)
        return
    slot = uint64(u[at.INST + j])
    packed = triangles[(uint64(table[slot * uint64(4)]) + uint64(u[at.PRIM + j])) * uint64(4) + uint64(3)]
    depth[k] = s[at.FAR + j] * s[at.Q + j]
    ids[k] = (uint32(slot) << uint32(8)) | (uint32(packed) & uint32(255))
    if labels:
        tag[k] = uint8((packed >> 8) & 255)
        instance[k] = uint16(table[slot * uint64(4) + uint64(1)])


@inlined
def write_normals(s, u, i, j, normal):
    k = uint64(i[at.PIXEL + j]) * uint64(3)
    hit = u[at.GEOM + j] != NO_HIT
    normal[k] = s[at.NX + j] if hit else float32(0)
    normal[k + uint64(1)] = s[at.NY + j] if hit else float32(0)
    normal[k + uint64(2)] = s[at.NZ + j] if hit else float32(0)


@inlined
def write_flow(s, u, i, j, p, motion, flow, width, height):
    """Where the surface point was in the previous image, as the motion since then in image sizes."""
    far = s[at.FAR + j] if u[at.GEOM + j] != NO_HIT else float32(1e6)
    x = s[at.OX + j] + far * s[at.DX + j]
    y = s[at.OY + j] + far * s[at.DY + j]
    z = s[at.OZ + j] + far * s[at.DZ + j]
    if u[at.GEOM + j] != NO_HIT:
        m = uint64(u[at.INST + j]) * uint64(12)
        a = motion[m] * x + motion[m + uint64(1)] * y + motion[m + uint64(2)] * z + motion[m + uint64(3)]
        b = motion[m + uint64(4)] * x + motion[m + uint64(5)] * y + motion[m + uint64(6)] * z + motion[m + uint64(7)]
        z = motion[m + uint64(8)] * x + motion[m + uint64(9)] * y + motion[m + uint64(10)] * z + motion[m + uint64(11)]
        x = a
        y = b
    c = at.P_PREV
    ahead = p[c] * x + p[c + 1] * y + p[c + 2] * z + p[c + 3]
    right = p[c + 4] * x + p[c + 5] * y + p[c + 6] * z + p[c + 7]
    up = p[c + 8] * x + p[c + 9] * y + p[c + 10] * z + p[c + 11]
    k = uint64(i[at.PIXEL + j]) * uint64(2)
    if ahead < float32(1e-3):
        flow[k] = flow[k + uint64(1)] = float32(0)
        return
    scale = float32(1) / (p[at.P_INVF] * ahead)
    flow[k] = (s[at.SX + j] - (p[at.P_CX] + right * scale)) / float32(width)
    flow[k + uint64(1)] = (s[at.SY + j] - (p[at.P_CY] - up * scale)) / float32(height)


@inlined
def write_tile(s, i, curve, bgra):
    for j in range(LANES):
        if i[at.VALID + j] == 0:
            continue
        k = uint64(i[at.PIXEL + j]) * uint64(4)
        bgra[k] = curve[int32(s[at.LB + j])]
        bgra[k + uint64(1)] = curve[int32(s[at.LG + j])]
        bgra[k + uint64(2)] = curve[int32(s[at.LR + j])]
        bgra[k + uint64(3)] = uint8(255)


@inlined
def write_means(s, i, curve, bgra):
    """The mean of a pixel's centre, already written, and its two further samples, as they appear on screen."""
    for j in range(0, LANES, 2):
        if i[at.VALID + j] == 0:
            continue
        k = uint64(i[at.PIXEL + j]) * uint64(4)
        blue = int32(bgra[k]) + int32(curve[int32(s[at.LB + j])]) + int32(curve[int32(s[at.LB + j + 1])])
        green = int32(bgra[k + uint64(1)]) + int32(curve[int32(s[at.LG + j])]) + int32(curve[int32(s[at.LG + j + 1])])
        red = int32(bgra[k + uint64(2)]) + int32(curve[int32(s[at.LR + j])]) + int32(curve[int32(s[at.LR + j + 1])])
        bgra[k] = uint8((blue + 1) // 3)
        bgra[k + uint64(1)] = uint8((green + 1) // 3)
        bgra[k + uint64(2)] = uint8((red + 1) // 3)


@njit(parallel=True, nogil=True, cache=True, error_model="numpy", boundscheck=False, fastmath={"nsz", "arcp", "contract"})
def trace_kernel(
    functions, pixels, width, height, wanted, p, vertices, triangles, owners, table, transforms, tints, emission, looks,
    textures, noise, sky, curve, lamps, motion, openness, ids, bgra, depth, tag, instance, normal, flow,
):  # fmt: skip
    """Renders all tiles (``pixels`` empty), or the listed pixels again with two samples more (colour alone).

    functions: (5,) int64: rtcIntersect8, rtcOccluded8, scene, coherent and incoherent arguments.
    """
    intersect, occluded, scene, coherent, incoherent = functions[0], functions[1], functions[2], functions[3], functions[4]
    again = pixels.shape[0]
    columns = (width + 3) // 4
    packets = columns if again == 0 else 64
    jobs = (height + 1) // 2 if again == 0 else (again + 4 * 64 - 1) // (4 * 64)
    colour = (wanted & RGB) != 0
    labels = (wanted & LABELS) != 0
    for job in prange(jobs):
        raw = np.empty(at.BLOCK_ROWS * LANES + 16, np.float32)
        start = ((64 - (raw.ctypes.data & 63)) & 63) // 4
        s = raw[start : start + at.BLOCK_ROWS * LANES]
        u = s.view(np.uint32)
        i = s.view(np.int32)
        address = s.ctypes.data
        s[:] = float32(0)
        for j in range(LANES * 3):
            s[at.ADX + j] = p[at.P_AODIR + j]
        for packet in range(packets):
            if again == 0:
                place_tile(s, i, packet, job, width, height)
            else:
                if (job * 64 + packet) * 4 >= again:
                    break
                place_samples(s, i, pixels, (job * 64 + packet) * 4, again, width)
            aim(s, u, i, p)
            call4(intersect, address + at.VALID * 4, scene, address, coherent)
            hits = 0
            for j in range(LANES):
                if i[at.VALID + j] != 0 and u[at.GEOM + j] != NO_HIT:
                    hits += 1
                    unflatten(u, at.INST + j, at.PRIM + j, owners)
                    fetch(s, u, i, j, p, vertices, triangles, table, transforms, tints, emission, looks)
                else:
                    s[at.ER + j] = s[at.EG + j] = s[at.EB + j] = s[at.WET + j] = float32(0)
                    s[at.NX + j] = s[at.NY + j] = s[at.NZ + j] = s[at.DENS + j] = float32(0)
            if hits:
                orient(s, i, p)
            if again == 0:
                for j in range(LANES):
                    if i[at.VALID + j] == 0:
                        continue
                    write_labels(s, u, i, j, table, triangles, ids, depth, tag, instance, labels)
                    if wanted & NORMALS:
                        write_normals(s, u, i, j, normal)
                    if wanted & FLOW:
                        write_flow(s, u, i, j, p, motion, flow, width, height)
            if not colour:
                continue
            if hits:
                for j in range(LANES):
                    if i[at.VALID + j] != 0 and u[at.GEOM + j] != NO_HIT:
                        texture(s, u, j, p, looks, textures, noise)
                shadow_rays(s, u, i)
                sun_light(s, u, i, p, occluded, scene, coherent, address)
                if again == 0:
                    open_sky(s, u, i, p, occluded, scene, incoherent, address, True)
                    for j in range(LANES):
                        if i[at.VALID + j] != 0:
                            openness[uint64(i[at.PIXEL + j])] = uint8(s[at.AO + j] * float32(255))
                else:
                    for j in range(LANES):
                        s[at.AO + j] = float32(openness[uint64(i[at.PIXEL + j])]) * float32(1.0 / 255.0)
                diffuse(s, p)
                if lamps.shape[0]:
                    lamp_light(s, u, i, p, occluded, scene, incoherent, address, lamps)
                reflect(s, u, i, p, sky)
                wet_mirror(
                    s, u, i, p, intersect, scene, incoherent, address, vertices, triangles, owners, table, transforms, tints,
                    emission, looks, sky, noise,
                )  # fmt: skip
            if hits < LANES:
                for j in range(LANES):
                    if i[at.VALID + j] != 0 and u[at.GEOM + j] == NO_HIT:
                        sky_light(s, j, p, sky, s[at.DX + j], s[at.DY + j], s[at.DZ + j])
            haze(s, u, p)
            expose(s, p)
            if again == 0:
                write_tile(s, i, curve, bgra)
            else:
                write_means(s, i, curve, bgra)


@inlined
def edge_between(ids, depth, bgra, before, here, after):
    """Whether three pixels in a line show different things, a step in brightness or in depth, where that shows at all.

    Inverse depth is linear over a plane, however it is slanted. The leaves of one tree hide each other without edges.
    """
    own = ids[here]
    if ids[before] != own or ids[after] != own:
        green = int32(bgra[here * uint64(4) + uint64(1)])
        step = abs(int32(bgra[before * uint64(4) + uint64(1)]) - green)
        return max(step, abs(int32(bgra[after * uint64(4) + uint64(1)]) - green)) > 12
    if own == NO_HIT or (own & uint32(255)) == uint32(_LEAVES):
        return False
    green = int32(bgra[here * uint64(4) + uint64(1)])
    step = abs(int32(bgra[before * uint64(4) + uint64(1)]) - green)
    if max(step, abs(int32(bgra[after * uint64(4) + uint64(1)]) - green)) > 56:
        return True
    middle = float32(1) / depth[here]
    bend = abs(float32(1) / depth[before] + float32(1) / depth[after] - float32(2) * middle)
    return bend > float32(0.08) * middle


@njit(parallel=True, nogil=True, cache=True, error_model="numpy", boundscheck=False)
def edge_rows(width, height, ids, depth, bgra, marks, counts):
    """Marks the pixels on edges and counts them row by row."""
    for y in prange(height):
        count = 0
        for x in range(width):
            k = uint64(y * width + x)
            edge = 0 < x < width - 1 and edge_between(ids, depth, bgra, k - uint64(1), k, k + uint64(1))
            if not edge and 0 < y < height - 1:
                edge = edge_between(ids, depth, bgra, k - uint64(width), k, k + uint64(width))
            marks[k] = uint8(1) if edge else uint8(0)
            count += 1 if edge else 0
        counts[y] = count


@njit(parallel=True, nogil=True, cache=True, error_model="numpy", boundscheck=False)
def edge_list(width, height, marks, starts, pixels):
    """The marked pixels in row order; starts: (height,) first entry of each row."""
    for y in prange(height):
        k = starts[y]
        for x in range(width):
            if marks[uint64(y * width + x)]:
                pixels[k] = int32(y * width + x)
                k += 1
