"""Pieces of the camera kernel that find out what the primary rays hit: attributes, position, texture, wetness.

``s`` is the scratch block as float32, ``u`` and ``i`` the same memory as uint32 and int32, ``block`` its address, ``p`` the
parameters (see layout). Simple loops over lanes of one flat block let LLVM use vector registers; what is read from tables goes
through ``gather``, ``mix_rows`` and ``copy_row``.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import numpy as np
from numba import float32, int32, int64, uint32

from carlite.jit import inlined
from carlite.mesh import Material
from carlite.rays import layout as at
from carlite.rays.kernels import LANES, NO_HIT, copy_row, floats, gather, mix_rows, transpose
from carlite.rays.textures import TEXTURE_LEVELS, TEXTURE_SIZE, TEXTURE_TEXELS

_STREET = int(Material.LAMP_STREET)
_GROUND_UP = 0.6


@inlined
def aim(s, u, i, p):
    """Primary rays through the image positions SX, SY (pixels)."""
    cx = p[at.P_CX]
    invf = p[at.P_INVF]
    cy = p[at.P_CY]
    r00 = p[at.P_R00]
    r01 = p[at.P_R01]
    r02 = p[at.P_R02]
    r10 = p[at.P_R10]
    r11 = p[at.P_R11]
    r12 = p[at.P_R12]
    r20 = p[at.P_R20]
    r21 = p[at.P_R21]
    r22 = p[at.P_R22]
    ex = p[at.P_EX]
    ey = p[at.P_EY]
    ez = p[at.P_EZ]
    near = p[at.P_NEAR]
    for j in range(LANES):
        x = (s[at.SX + j] - cx) * invf
        y = (s[at.SY + j] - cy) * invf
        q = float32(1) / np.sqrt(float32(1) + x * x + y * y)
        s[at.Q + j] = q
        s[at.DX + j] = (r00 + r01 * x - r02 * y) * q
        s[at.DY + j] = (r10 + r11 * x - r12 * y) * q
        s[at.DZ + j] = (r20 + r21 * x - r22 * y) * q
        s[at.OX + j] = ex
        s[at.OY + j] = ey
        s[at.OZ + j] = ez
        s[at.NEAR + j] = near
        s[at.TIME + j] = float32(0)
        s[at.FAR + j] = float32(1e30)
        u[at.MASK + j] = NO_HIT
        u[at.GEOM + j] = NO_HIT
        u[at.INST + j] = NO_HIT


@inlined
def lamp_gain(lamps, material, looks, look, p):
    """Factor on what a material emits: none where it is off, street lamps by night alone, rear lamps brighter when braking."""
    gain = looks[look + at.L_BRAKE] if lamps & uint32(0x80000000) else float32(1)
    if material == uint32(_STREET):
        gain = p[at.P_NIGHT]
    return gain if (lamps >> material) & uint32(1) else float32(0)


@inlined
def fetch(s, u, i, block, p, vertices, triangles, owners, table, tints, emission, looks):
    """Attributes of the surfaces hit, from the three corners of each triangle; returns how many lanes hit.

    Instance 0 is the flat scene: the object's slot takes its place, so that labels need not look again.
    """
    hits = 0
    corners = int64(vertices)
    columns = int64(looks)
    look_of = floats(looks)
    for j in range(LANES):
        s[at.ER + j] = s[at.EG + j] = s[at.EB + j] = float32(0)
    for j in range(LANES):
        if i[at.VALID + j] == 0 or u[at.GEOM + j] == NO_HIT:
            # What is left of another packet would be turned over into this lane, and textures are looked up in every lane.
            copy_row(block + (at.ROUGH + j * LANES) * 4, columns)
            for k in range(LANES):
                s[at.NX + j * LANES + k] = float32(0)
            continue
        hits += 1
        slot = int64(u[at.INST + j])
        if slot == 0:
            slot = int64(owners[int64(u[at.PRIM + j])])
            u[at.INST + j] = uint32(slot)
        t = (int64(table[slot * 4]) + int64(u[at.PRIM + j])) * 4
        packed = uint32(triangles[t + 3])
        u[at.MAT + j] = packed
        i[at.IDENT + j] = table[slot * 4 + 1]
        v = s[at.BU + j]
        w = s[at.BV + j]
        a = corners + int64(triangles[t]) * (4 * LANES)
        b = corners + int64(triangles[t + 1]) * (4 * LANES)
        c = corners + int64(triangles[t + 2]) * (4 * LANES)
        mix_rows(block + (at.NX + j * LANES) * 4, a, b, c, float32(1) - v - w, v, w)
        material = packed & uint32(255)
        look = int64(material) * at.LOOK_COLUMNS
        copy_row(block + (at.ROUGH + j * LANES) * 4, columns + look * 4)
        if look_of[look + at.L_TINT] > float32(0):
            k = at.NX + j * LANES + 5
            s[k] *= tints[slot * 3]
            s[k + 1] *= tints[slot * 3 + 1]
            s[k + 2] *= tints[slot * 3 + 2]
        gain = lamp_gain(emission[slot], material, look_of, look, p)
        if gain > float32(0):
            s[at.ER + j] = gain * look_of[look + at.L_EMIT_R]
            s[at.EG + j] = gain * look_of[look + at.L_EMIT_G]
            s[at.EB + j] = gain * look_of[look + at.L_EMIT_B]
    if hits:
        transpose(block + at.NX * 4)
        transpose(block + at.ROUGH * 4)
    return hits


@inlined
def turn_normals(s, u, i, block, transforms):
    """Normals from each instance's frame to the world's."""
    for j in range(LANES):
        hit = i[at.VALID + j] != 0 and u[at.GEOM + j] != NO_HIT
        i[at.TMP + j] = int32(u[at.INST + j]) * int32(12) if hit else int32(0)
    for row in range(3):
        for column in range(3):
            gather(block + (at.M0 + (row * 3 + column) * LANES) * 4, transforms + (row * 4 + column) * 4, block + at.TMP * 4)
    for j in range(LANES):
        x = s[at.NX + j]
        y = s[at.NY + j]
        z = s[at.NZ + j]
        s[at.NX + j] = s[at.M0 + j] * x + s[at.M1 + j] * y + s[at.M2 + j] * z
        s[at.NY + j] = s[at.M3 + j] * x + s[at.M4 + j] * y + s[at.M5 + j] * z
        s[at.NZ + j] = s[at.M6 + j] * x + s[at.M7 + j] * y + s[at.M8 + j] * z


@inlined
def orient(s, u, i, p):
    """Unit normals towards the viewer, positions, mip level, sun angle."""
    invf = p[at.P_INVF]
    sunx = p[at.P_SUNX]
    suny = p[at.P_SUNY]
    sunz = p[at.P_SUNZ]
    for j in range(LANES):
        x = s[at.NX + j]
        y = s[at.NY + j]
        z = s[at.NZ + j]
        k = float32(1) / np.sqrt(x * x + y * y + z * z + float32(1e-20))
        facing = (x * s[at.DX + j] + y * s[at.DY + j] + z * s[at.DZ + j]) * k
        k = -k if facing > float32(0) else k
        x *= k
        y *= k
        z *= k
        s[at.NX + j] = x
        s[at.NY + j] = y
        s[at.NZ + j] = z
        cosine = max(abs(facing), float32(0.02))
        s[at.COSV + j] = cosine
        t = min(s[at.FAR + j], float32(1e6))  # lanes that miss must not overflow
        # Texels under a pixel, squared, for log2 by the exponent of the float.
        s[at.TMP + j] = t * t * invf * invf / cosine
        t *= float32(0.9999)
        s[at.PX + j] = s[at.OX + j] + t * s[at.DX + j]
        s[at.PY + j] = s[at.OY + j] + t * s[at.DY + j]
        s[at.PZ + j] = s[at.OZ + j] + t * s[at.DZ + j]
        s[at.NL + j] = x * sunx + y * suny + z * sunz
    for j in range(LANES):
        repeats = float32(u[at.MAT + j] >> uint32(16)) * float32(1.0 / 1024.0) - float32(16)
        log2 = float32(i[at.TMP + j]) * float32(1.1920929e-07) - float32(126.957)
        s[at.LOD + j] = float32(0.5) * log2 + repeats + float32(np.log2(TEXTURE_SIZE) - 0.25)


@inlined
def noise_place(s, i, j, x, y, index, ax, ay):
    """Where lane j finds the noise at (x, y), in repeats of 256 cells, and how far it lies between its cells."""
    fx = x * float32(256)
    fy = y * float32(256)
    x0 = np.floor(fx)
    y0 = np.floor(fy)
    s[ax + j] = fx - x0
    s[ay + j] = fy - y0
    row = int32(int32(int32(y0) & int32(255)) << int32(8))
    i[index + j] = int32(row | int32(int32(x0) & int32(255)))


@inlined
def noise_between(cells, ax, ay):
    """Noise, 0..1, between the four cells that are packed in one entry of the table."""
    a = float32(cells & uint32(255))
    b = float32((cells >> uint32(8)) & uint32(255))
    c = float32((cells >> uint32(16)) & uint32(255))
    d = float32(cells >> uint32(24))
    top = a + (b - a) * ax
    return (top + (c + (d - c) * ax - top) * ay) * float32(1.0 / 255.0)


@inlined
def noise_at(noise, x, y):
    """Smooth tileable noise, 0..1, at (x, y) in repeats of 256 cells."""
    fx = x * float32(256)
    fy = y * float32(256)
    x0 = np.floor(fx)
    y0 = np.floor(fy)
    cells = noise[int64(((int32(y0) & int32(255)) << int32(8)) | (int32(x0) & int32(255)))]
    return noise_between(cells, fx - x0, fy - y0)


@inlined
def texel_places(s, i, layer):
    """Indices T0..T3 of the four texels around TU, TV in the layers of row ``layer``, and the place between them, TX and TY."""
    for j in range(LANES):  # the results of numba's integer operations are 64 bits wide: kept at 32, lanes fit a register
        level = min(max(int32(s[at.LOD + j] + float32(0.5)), int32(0)), int32(TEXTURE_LEVELS - 1))
        n = int32(int32(TEXTURE_SIZE) >> level)
        side = float32(n)
        # Levels above this one hold size^2 (1 + 1/4 + ...) texels.
        above = (float32(TEXTURE_SIZE * TEXTURE_SIZE) - side * side) * float32(4.0 / 3.0) + float32(0.5)
        base = int32(int32(int32(max(s[layer + j], float32(0))) * int32(TEXTURE_TEXELS)) + int32(above))
        fx = s[at.TU + j] * side - float32(0.5)
        fy = (float32(1) - s[at.TV + j]) * side - float32(0.5)
        x = np.floor(fx)
        y = np.floor(fy)
        s[at.TX + j] = fx - x
        s[at.TY + j] = fy - y
        mask = int32(n - int32(1))
        x0 = int32(int32(x) & mask)
        x1 = int32(int32(int32(x) + int32(1)) & mask)
        y0 = int32(int32(int32(int32(y) & mask) * n) + base)
        y1 = int32(int32(int32(int32(int32(y) + int32(1)) & mask) * n) + base)
        i[at.T0 + j] = int32(y0 + x0)
        i[at.T1 + j] = int32(y0 + x1)
        i[at.T2 + j] = int32(y1 + x0)
        i[at.T3 + j] = int32(y1 + x1)


@inlined
def texels(block, textures):
    """Puts the texels in the place of their indices."""
    gather(block + at.T0 * 4, textures, block + at.T0 * 4)
    gather(block + at.T1 * 4, textures, block + at.T1 * 4)
    gather(block + at.T2 * 4, textures, block + at.T2 * 4)
    gather(block + at.T3 * 4, textures, block + at.T3 * 4)


@inlined
def blend(s, u, j, shift):
    """One channel of lane j's bilinear sample, 0..255."""
    byte = uint32(255)
    a = float32((u[at.T0 + j] >> uint32(shift)) & byte)
    b = float32((u[at.T1 + j] >> uint32(shift)) & byte)
    c = float32((u[at.T2 + j] >> uint32(shift)) & byte)
    d = float32((u[at.T3 + j] >> uint32(shift)) & byte)
    x = s[at.TX + j]
    top = a + (b - a) * x
    return top + (c + (d - c) * x - top) * s[at.TY + j]


@inlined
def texture(s, u, i, block, p, textures, noise):
    """Multiplies albedos by their textures and by large-scale variation; panes in a facade turn into glass."""
    texel_places(s, i, at.LAYER)
    for j in range(LANES):
        x = s[at.PX + j]
        y = s[at.PY + j]
        noise_place(s, i, j, x * float32(1 / 640.0), y * float32(1 / 640.0), at.N0, at.N0X, at.N0Y)
        noise_place(s, i, j, y * float32(1 / 97.0), x * float32(1 / 97.0), at.N1, at.N1X, at.N1Y)
    texels(block, textures)
    gather(block + at.N0 * 4, noise, block + at.N0 * 4)
    gather(block + at.N1 * 4, noise, block + at.N1 * 4)
    for j in range(LANES):
        large = noise_between(u[at.N0 + j], s[at.N0X + j], s[at.N0Y + j])
        fine = noise_between(u[at.N1 + j], s[at.N1X + j], s[at.N1Y + j])
        macro = float32(1) + s[at.MACRO + j] * (large + fine - float32(1))
        # Square roots of the multiplier, 0..255 for 0..sqrt(2.5).
        red = blend(s, u, j, 0)
        green = blend(s, u, j, 8)
        blue = blend(s, u, j, 16)
        has = s[at.LAYER + j] >= float32(0)
        k = macro * float32(2.5 / 255.0 / 255.0)
        s[at.CR + j] *= red * red * k if has else macro
        s[at.CG + j] *= green * green * k if has else macro
        s[at.CB + j] *= blue * blue * k if has else macro
        glass = blend(s, u, j, 24) * float32(1.0 / 255.0)
        glass = glass if s[at.NIGHT + j] >= float32(0) else float32(0)
        s[at.COAT + j] = max(s[at.COAT + j], glass)
        s[at.ROUGH + j] *= float32(1) - glass
    if p[at.P_NIGHT] > float32(0):
        lit_windows(s, u, i, block, p, textures)


@inlined
def lit_windows(s, u, i, block, p, textures):
    """Adds the light of the windows that people left on."""
    facades = 0
    for j in range(LANES):
        facades += 1 if s[at.NIGHT + j] >= float32(0) else 0
    if facades == 0:
        return
    texel_places(s, i, at.NIGHT)
    texels(block, textures)
    k = float32(2.5 / 255.0 / 255.0) * p[at.P_NIGHT]
    for j in range(LANES):
        red = blend(s, u, j, 0)
        green = blend(s, u, j, 8)
        blue = blend(s, u, j, 16)
        own = k if s[at.NIGHT + j] >= float32(0) else float32(0)
        s[at.ER + j] += red * red * own
        s[at.EG + j] += green * green * own
        s[at.EB + j] += blue * blue * own


@inlined
def soak_lane(s, j, p, noise):
    """Rain on lane j: darker albedo; WET becomes the strength of the mirror."""
    wet = s[at.WET + j]
    strength = float32(0)
    if wet > float32(0) and p[at.P_WET] + p[at.P_PUDDLE] > float32(0.01) and s[at.NZ + j] > float32(_GROUND_UP):
        film = wet * p[at.P_WET]
        pool = noise_at(noise, s[at.PX + j] * float32(1 / 410.0), s[at.PY + j] * float32(1 / 410.0))
        pool += float32(0.35) * (
            noise_at(noise, s[at.PY + j] * float32(1 / 90.0), s[at.PX + j] * float32(1 / 90.0)) - float32(0.5)
        )
        pool = min(max((pool - float32(1.22) + float32(0.8) * p[at.P_PUDDLE]) * float32(7), float32(0)), float32(1)) * wet
        k = float32(1) - float32(0.5) * max(film, pool)
        s[at.CR + j] *= k
        s[at.CG + j] *= k
        s[at.CB + j] *= k
        strength = max(float32(0.25) * film, pool)
        s[at.ROUGH + j] *= float32(1) - float32(0.65) * max(film, pool)
    s[at.WET + j] = strength


@inlined
def soak(s, p, noise):
    """Rain on all lanes; without any, WET becomes zero."""
    if p[at.P_WET] + p[at.P_PUDDLE] > float32(0.01):
        for j in range(LANES):
            soak_lane(s, j, p, noise)
    else:
        for j in range(LANES):
            s[at.WET + j] = float32(0)
