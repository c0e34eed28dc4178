"""The camera trace: packets of 4x2 pixels, then two samples more for the pixels on edges."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import numpy as np
from numba import float32, int32, int64, prange, uint8, uint16, uint32

from carlite.jit import inlined, inner, kernel
from carlite.rays import layout as at
from carlite.rays.air import sky_light, through_air
from carlite.rays.film import CURVE_SIZE
from carlite.rays.kernels import LANES, NO_HIT, call4, floats, halves, ints, octets, take, words
from carlite.rays.mirror import lamp_light, wet_mirror
from carlite.rays.shading import diffuse, open_sky, reflect, shadow_rays, sun_light
from carlite.rays.surface import aim, fetch, orient, soak, texture, turn_normals
from carlite.tags import Tag

_SKY = int(Tag.SKY)
RGB, LABELS, NORMALS, FLOW, ALBEDO = 1, 2, 4, 8, 16
_GREEN, _BLUE = CURVE_SIZE, 2 * CURVE_SIZE  # where their curves begin


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
        pixel = pixels[int64(min(k, count - 1))]
        second = (j & 1) != 0
        s[at.SX + j] = float32(pixel % width) + (float32(0.84) if second else float32(0.16))
        s[at.SY + j] = float32(pixel // width) + (float32(0.33) if second else float32(0.67))
        i[at.PIXEL + j] = pixel
        i[at.VALID + j] = -1 if inside else 0


@inlined
def write_labels(s, u, i, ids, depth, tag, instance, labels):
    """Depth and identity of the pixels: what the ray through a pixel's centre hits."""
    for j in range(LANES):
        hit = u[at.GEOM + j] != NO_HIT
        s[at.TMP + j] = s[at.FAR + j] * s[at.Q + j] if hit else float32(np.inf)
        u[at.TMP2 + j] = (u[at.INST + j] << uint32(8)) | (u[at.MAT + j] & uint32(255)) if hit else NO_HIT
        u[at.M0 + j] = (u[at.MAT + j] >> uint32(8)) & uint32(255) if hit else uint32(_SKY)
        u[at.M1 + j] = u[at.IDENT + j] & uint32(0xFFFF) if hit else uint32(0)
    for j in range(LANES):
        if i[at.VALID + j] == 0:
            continue
        k = int64(i[at.PIXEL + j])
        depth[k] = s[at.TMP + j]
        ids[k] = u[at.TMP2 + j]
        if labels:
            tag[k] = uint8(u[at.M0 + j])
            instance[k] = uint16(u[at.M1 + j])


@inlined
def write_normals(s, u, i, j, normal):
    """The normal of what lane ``j`` hit, 0 for sky."""
    k = int64(i[at.PIXEL + j]) * 3
    hit = u[at.GEOM + j] != NO_HIT
    normal[k] = s[at.NX + j] if hit else float32(0)
    normal[k + 1] = s[at.NY + j] if hit else float32(0)
    normal[k + 2] = s[at.NZ + j] if hit else float32(0)


@inlined
def write_albedo(s, u, i, albedo):
    """The colour of what each lane hit."""
    for j in range(LANES):
        if i[at.VALID + j] != 0 and u[at.GEOM + j] != NO_HIT:
            k = int64(i[at.PIXEL + j]) * 3
            albedo[k] = s[at.CR + j]
            albedo[k + 1] = s[at.CG + j]
            albedo[k + 2] = s[at.CB + j]


@inlined
def write_flow(s, u, i, j, p, motion, flow, width, height):
    """Where the surface point was in the previous image, as the motion since then in image sizes."""
    far = s[at.FAR + j] if u[at.GEOM + j] != NO_HIT else float32(1e6)
    x = s[at.OX + j] + far * s[at.DX + j]
    y = s[at.OY + j] + far * s[at.DY + j]
    z = s[at.OZ + j] + far * s[at.DZ + j]
    if u[at.GEOM + j] != NO_HIT:
        m = int64(u[at.INST + j]) * 12
        a = motion[m] * x + motion[m + 1] * y + motion[m + 2] * z + motion[m + 3]
        b = motion[m + 4] * x + motion[m + 5] * y + motion[m + 6] * z + motion[m + 7]
        z = motion[m + 8] * x + motion[m + 9] * y + motion[m + 10] * z + motion[m + 11]
        x = a
        y = b
    c = at.P_PREV
    ahead = p[c] * x + p[c + 1] * y + p[c + 2] * z + p[c + 3]
    right = p[c + 4] * x + p[c + 5] * y + p[c + 6] * z + p[c + 7]
    up = p[c + 8] * x + p[c + 9] * y + p[c + 10] * z + p[c + 11]
    k = int64(i[at.PIXEL + j]) * 2
    if ahead < float32(1e-3):
        flow[k] = flow[k + 1] = float32(0)
        return
    scale = float32(1) / (p[at.P_INVF] * ahead)
    flow[k] = (s[at.SX + j] - (p[at.P_CX] + right * scale)) / float32(width)
    flow[k + 1] = (s[at.SY + j] - (p[at.P_CY] - up * scale)) / float32(height)


@inlined
def write_tile(i, curve, bgra):
    """The colours of a tile's pixels as they appear on screen."""
    for j in range(LANES):
        if i[at.VALID + j] == 0:
            continue
        blue = uint32(curve[int64(i[at.LB + j]) + _BLUE])
        green = uint32(curve[int64(i[at.LG + j]) + _GREEN])
        red = uint32(curve[int64(i[at.LR + j])])
        bgra[int64(i[at.PIXEL + j])] = uint32(0xFF000000) | (red << uint32(16)) | (green << uint32(8)) | blue


@inlined
def mean_of(channel, i, j, shift, first, curve, before):
    """One channel of a pixel's centre and its two further samples, lanes j and j + 1, as they appear on screen."""
    centre = (before >> uint32(shift)) & uint32(255)
    total = centre + uint32(curve[int64(i[channel + j]) + first]) + uint32(curve[int64(i[channel + j + 1]) + first])
    return ((total + uint32(1)) // uint32(3)) << uint32(shift)


@inlined
def write_means(i, curve, bgra):
    """The colours of listed pixels: means of what stands there and two further samples."""
    for j in range(0, LANES, 2):
        if i[at.VALID + j] == 0:
            continue
        k = int64(i[at.PIXEL + j])
        mean = mean_of(at.LB, i, j, 0, _BLUE, curve, bgra[k]) | mean_of(at.LG, i, j, 8, _GREEN, curve, bgra[k])
        bgra[k] = uint32(0xFF000000) | mean | mean_of(at.LR, i, j, 16, 0, curve, bgra[k])


@kernel(parallel=True, loose=True)
def trace_kernel(workers, addresses, again, width, height, wanted, lamp_count):
    """Renders all tiles (``again`` 0), or the first ``again`` listed pixels with two samples more (colour alone).

    Args:
        workers: number of threads; each takes the next job until none is left.
        addresses: (A_COUNT,) int64, see layout: what the kernel calls, reads and writes.
        again: number of entries in the list of pixels.
        width, height: of the picture.
        wanted: sum of RGB, LABELS, NORMALS, FLOW, ALBEDO (which needs RGB).
        lamp_count: rows of the table of lamps.
    """
    for worker in prange(workers):
        block = addresses[at.A_SCRATCH] + worker * at.BLOCK_BYTES
        trace_jobs(addresses, block, again, width, height, wanted, lamp_count)


@inner()
def trace_jobs(addresses, block, again, width, height, wanted, lamp_count):
    """One thread's share; apart, because numba takes writes through pointers in a parallel loop for dead."""
    columns = (width + 3) // 4
    jobs = (height + 1) // 2 if again == 0 else (again + 4 * 64 - 1) // (4 * 64)
    s = floats(block)
    p = floats(addresses[at.A_PARAMETERS])
    for k in range(at.BLOCK_ROWS * LANES):
        s[k] = float32(0)
    for k in range(3 * LANES):
        s[at.ADX + k] = p[at.P_AODIR + k]
    while True:
        job = take(addresses[at.A_NEXT])
        if job >= jobs:
            break
        first = job * columns if again == 0 else job * 64
        last = first + columns if again == 0 else min(first + 64, (again + 3) // 4)
        trace_packets(addresses, block, again, first, last, width, height, wanted, lamp_count)


@inner(loose=True)
def trace_packets(addresses, block, again, first, last, width, height, wanted, lamp_count):
    """The packets ``first`` to ``last``: tiles in rows, or fours of the listed pixels."""
    s = floats(block)
    u = words(block)
    i = ints(block)
    p = floats(addresses[at.A_PARAMETERS])
    intersect = addresses[at.A_INTERSECT]
    occluded = addresses[at.A_OCCLUDED]
    scene = addresses[at.A_SCENE]
    coherent = addresses[at.A_COHERENT]
    incoherent = addresses[at.A_INCOHERENT]
    triangles = ints(addresses[at.A_TRIANGLES])
    owners = ints(addresses[at.A_OWNERS])
    table = ints(addresses[at.A_TABLE])
    tints = floats(addresses[at.A_TINTS])
    emission = words(addresses[at.A_EMISSION])
    noise = words(addresses[at.A_NOISE])
    sky = floats(addresses[at.A_SKY])
    curve = octets(addresses[at.A_CURVE])
    bgra = words(addresses[at.A_BGRA])
    openness = octets(addresses[at.A_OPENNESS])
    columns = (width + 3) // 4
    for packet in range(first, last):
        if again == 0:
            place_tile(s, i, packet % columns, packet // columns, width, height)
        else:
            place_samples(s, i, ints(addresses[at.A_PIXELS]), packet * 4, again, width)
        aim(s, u, i, p)
        call4(intersect, block + at.VALID * 4, scene, block, coherent)
        moved = uint32(0)
        for j in range(LANES):
            moved |= u[at.INST + j] if u[at.GEOM + j] != NO_HIT else uint32(0)
        hits = fetch(
            s, u, i, block, p, addresses[at.A_VERTICES], triangles, owners, table, tints, emission, addresses[at.A_LOOKS]
        )
        if hits:
            if moved:
                turn_normals(s, u, i, block, addresses[at.A_TRANSFORMS])
            orient(s, u, i, p)
        if again == 0:
            write_labels(
                s, u, i, words(addresses[at.A_IDS]), floats(addresses[at.A_DEPTH]), octets(addresses[at.A_TAG]),
                halves(addresses[at.A_INSTANCE]), (wanted & LABELS) != 0,
            )  # fmt: skip
            if wanted & (NORMALS | FLOW):
                for j in range(LANES):
                    if i[at.VALID + j] != 0 and wanted & NORMALS:
                        write_normals(s, u, i, j, floats(addresses[at.A_NORMAL]))
                    if i[at.VALID + j] != 0 and wanted & FLOW:
                        write_flow(s, u, i, j, p, floats(addresses[at.A_MOTION]), floats(addresses[at.A_FLOW]), width, height)
        if (wanted & RGB) == 0:
            continue
        if hits:
            texture(s, u, i, block, p, addresses[at.A_TEXTURES], addresses[at.A_NOISE])
            if wanted & ALBEDO:
                write_albedo(s, u, i, floats(addresses[at.A_ALBEDO]))
            soak(s, p, noise)
            shadow_rays(s, u, i)
            sun_light(s, u, i, p, occluded, scene, coherent, block)
            if again == 0:
                open_sky(s, u, i, p, occluded, scene, incoherent, block)
                for j in range(LANES):
                    if i[at.VALID + j] != 0:
                        openness[int64(i[at.PIXEL + j])] = uint8(s[at.AO + j] * float32(255))
            else:
                for j in range(LANES):
                    s[at.AO + j] = float32(openness[int64(i[at.PIXEL + j])]) * float32(1.0 / 255.0)
            diffuse(s, p)
            lamp_light(s, u, i, p, occluded, scene, incoherent, block, floats(addresses[at.A_LAMPS]), lamp_count)
            reflect(s, i, p, block, addresses[at.A_SKY])
            wet_mirror(
                s, u, i, p, intersect, scene, incoherent, block, floats(addresses[at.A_VERTICES]), triangles, owners, table,
                floats(addresses[at.A_TRANSFORMS]), tints, emission, floats(addresses[at.A_LOOKS]), sky, noise,
            )  # fmt: skip
        elif again == 0:
            # A further sample of an edge between this sky and a roof may hit the roof, and asks how open it is there.
            for j in range(LANES):
                if i[at.VALID + j] != 0:
                    openness[int64(i[at.PIXEL + j])] = uint8(255)
        if hits < LANES:
            for j in range(LANES):
                if i[at.VALID + j] != 0 and u[at.GEOM + j] == NO_HIT:
                    sky_light(s, j, p, sky, s[at.DX + j], s[at.DY + j], s[at.DZ + j])
        through_air(s, u, i, p)
        if again == 0:
            write_tile(i, curve, bgra)
        else:
            write_means(i, curve, bgra)
