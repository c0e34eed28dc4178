"""Pieces of the camera kernel: each works on the lanes of a packet, or on one lane of it.

``s`` is the scratch block as float32, ``u`` and ``i`` the same memory as uint32 and int32, ``p`` the parameters (see layout).
Simple loops over lanes of one flat block let LLVM use vector registers. Radiance is relative: outside the atmosphere the sun
gives an irradiance of 20.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import numpy as np
from numba import float32, int32, uint32, uint64

from carlite.mesh import Material
from carlite.rays import layout as at
from carlite.rays.air import inlined, sky_index
from carlite.rays.kernels import LANES, NO_HIT, call4
from carlite.rays.textures import MIP_STARTS, TEXTURE_BYTES, TEXTURE_LEVELS, TEXTURE_SIZE

_STREET = int(Material.LAMP_STREET)
_GROUND_UP = 0.6
_OPEN_FADE_M = 40.0
_INV_PI = 0.31830988


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
def unflatten(u, slot, triangle, owners):
    """Replaces instance 0 and its triangle, at these places of the block, by the object's slot and the triangle within it."""
    if u[slot] == uint32(0):
        k = uint64(u[triangle]) * uint64(2)
        u[slot] = uint32(owners[k])
        u[triangle] = uint32(owners[k + uint64(1)])


@inlined
def fetch(s, u, i, j, p, vertices, triangles, table, transforms, tints, emission, looks):
    """Attributes of the surface that lane j hit, from the three corners of its triangle."""
    slot = uint64(u[at.INST + j])
    t = (uint64(table[slot * uint64(4)]) + uint64(u[at.PRIM + j])) * uint64(4)
    a = uint64(triangles[t]) * uint64(8)
    b = uint64(triangles[t + uint64(1)]) * uint64(8)
    c = uint64(triangles[t + uint64(2)]) * uint64(8)
    packed = uint32(triangles[t + uint64(3)])
    v = s[at.BU + j]
    w = s[at.BV + j]
    k = float32(1) - v - w
    x = k * vertices[a] + v * vertices[b] + w * vertices[c]
    y = k * vertices[a + uint64(1)] + v * vertices[b + uint64(1)] + w * vertices[c + uint64(1)]
    z = k * vertices[a + uint64(2)] + v * vertices[b + uint64(2)] + w * vertices[c + uint64(2)]
    s[at.TU + j] = k * vertices[a + uint64(3)] + v * vertices[b + uint64(3)] + w * vertices[c + uint64(3)]
    s[at.TV + j] = k * vertices[a + uint64(4)] + v * vertices[b + uint64(4)] + w * vertices[c + uint64(4)]
    red = k * vertices[a + uint64(5)] + v * vertices[b + uint64(5)] + w * vertices[c + uint64(5)]
    green = k * vertices[a + uint64(6)] + v * vertices[b + uint64(6)] + w * vertices[c + uint64(6)]
    blue = k * vertices[a + uint64(7)] + v * vertices[b + uint64(7)] + w * vertices[c + uint64(7)]
    m = slot * uint64(12)
    s[at.NX + j] = transforms[m] * x + transforms[m + uint64(1)] * y + transforms[m + uint64(2)] * z
    s[at.NY + j] = transforms[m + uint64(4)] * x + transforms[m + uint64(5)] * y + transforms[m + uint64(6)] * z
    s[at.NZ + j] = transforms[m + uint64(8)] * x + transforms[m + uint64(9)] * y + transforms[m + uint64(10)] * z
    material = packed & uint32(255)
    look = uint64(material) * uint64(at.LOOK_COLUMNS)
    if looks[look + uint64(at.L_TINT)] > float32(0):
        red *= tints[slot * uint64(3)]
        green *= tints[slot * uint64(3) + uint64(1)]
        blue *= tints[slot * uint64(3) + uint64(2)]
    s[at.CR + j] = red
    s[at.CG + j] = green
    s[at.CB + j] = blue
    s[at.ER + j] = s[at.EG + j] = s[at.EB + j] = float32(0)
    if (emission[slot] >> material) & uint32(1):
        gain = float32(1)
        if emission[slot] & uint32(0x80000000):
            gain = looks[look + uint64(at.L_BRAKE)]
        if material == uint32(_STREET):
            gain = p[at.P_NIGHT]
        s[at.ER + j] = gain * looks[look + uint64(at.L_EMIT_R)]
        s[at.EG + j] = gain * looks[look + uint64(at.L_EMIT_G)]
        s[at.EB + j] = gain * looks[look + uint64(at.L_EMIT_B)]
    u[at.MAT + j] = packed & uint32(0xFFFF)
    s[at.DENS + j] = float32(packed >> uint32(16)) * float32(1.0 / 1024.0) - float32(16)
    s[at.ROUGH + j] = looks[look + uint64(at.L_ROUGH)]
    s[at.F0 + j] = looks[look + uint64(at.L_F0)]
    s[at.METAL + j] = looks[look + uint64(at.L_METAL)]
    s[at.COAT + j] = looks[look + uint64(at.L_COAT)]
    s[at.WET + j] = looks[look + uint64(at.L_WET)]


@inlined
def orient(s, i, p):
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
        t = s[at.FAR + j]
        # Texels under a pixel, squared, for log2 by the exponent of the float.
        s[at.TMP + j] = t * t * invf * invf / cosine
        t *= float32(0.9999)
        s[at.PX + j] = s[at.OX + j] + t * s[at.DX + j]
        s[at.PY + j] = s[at.OY + j] + t * s[at.DY + j]
        s[at.PZ + j] = s[at.OZ + j] + t * s[at.DZ + j]
        s[at.NL + j] = x * sunx + y * suny + z * sunz
    for j in range(LANES):
        log2 = float32(i[at.TMP + j]) * float32(1.1920929e-07) - float32(126.957)
        s[at.LOD + j] = float32(0.5) * log2 + s[at.DENS + j] + float32(np.log2(TEXTURE_SIZE) - 0.25)


@inlined
def blend(textures, channel, corners, weights):
    """One channel of a bilinear sample."""
    return (
        weights[0] * float32(textures[corners[0] + uint64(channel)])
        + weights[1] * float32(textures[corners[1] + uint64(channel)])
        + weights[2] * float32(textures[corners[2] + uint64(channel)])
        + weights[3] * float32(textures[corners[3] + uint64(channel)])
    )


@inlined
def sample_at(s, j, layer, lod):
    """Byte offsets and weights of the four texels around TU, TV of lane j."""
    level = min(max(int32(lod + float32(0.5)), int32(0)), int32(TEXTURE_LEVELS - 1))
    n = int32(TEXTURE_SIZE) >> level
    base = uint64(layer) * uint64(TEXTURE_BYTES) + uint64(MIP_STARTS[level])
    fx = s[at.TU + j] * float32(n) - float32(0.5)
    fy = (float32(1) - s[at.TV + j]) * float32(n) - float32(0.5)
    x = np.floor(fx)
    y = np.floor(fy)
    ax = fx - x
    ay = fy - y
    mask = n - int32(1)
    x0 = uint64(int32(x) & mask)
    x1 = uint64((int32(x) + int32(1)) & mask)
    y0 = uint64((int32(y) & mask) * n)
    y1 = uint64(((int32(y) + int32(1)) & mask) * n)
    four = uint64(4)
    corners = (base + (y0 + x0) * four, base + (y0 + x1) * four, base + (y1 + x0) * four, base + (y1 + x1) * four)
    bx = float32(1) - ax
    by = float32(1) - ay
    return corners, (bx * by, ax * by, bx * ay, ax * ay)


@inlined
def noise_at(noise, x, y):
    """Smooth tileable noise, 0..1, at (x, y) in repeats of 256 cells."""
    fx = x * float32(256)
    fy = y * float32(256)
    x0 = np.floor(fx)
    y0 = np.floor(fy)
    ax = fx - x0
    ay = fy - y0
    ix = int32(x0)
    iy = int32(y0)
    a = float32(noise[uint64(((iy & 255) << 8) | (ix & 255))])
    b = float32(noise[uint64(((iy & 255) << 8) | ((ix + 1) & 255))])
    c = float32(noise[uint64((((iy + 1) & 255) << 8) | (ix & 255))])
    d = float32(noise[uint64((((iy + 1) & 255) << 8) | ((ix + 1) & 255))])
    top = a + (b - a) * ax
    return (top + (c + (d - c) * ax - top) * ay) * float32(1.0 / 255.0)


@inlined
def texture(s, u, j, p, looks, textures, noise):
    """Multiplies lane j's albedo by its texture; large-scale variation; windows; wetness."""
    look = uint64(u[at.MAT + j] & uint32(255)) * uint64(at.LOOK_COLUMNS)
    layer = looks[look]
    if layer >= float32(0):
        corners, weights = sample_at(s, j, layer, s[at.LOD + j])
        # Square roots of the multiplier, 0..255 for 0..sqrt(2.5).
        red = blend(textures, 0, corners, weights)
        green = blend(textures, 1, corners, weights)
        blue = blend(textures, 2, corners, weights)
        k = float32(2.5 / 255.0 / 255.0)
        s[at.CR + j] *= red * red * k
        s[at.CG + j] *= green * green * k
        s[at.CB + j] *= blue * blue * k
        night = looks[look + uint64(at.L_NIGHT)]
        if night >= float32(0):
            glass = blend(textures, 3, corners, weights) * float32(1.0 / 255.0)
            s[at.COAT + j] = max(s[at.COAT + j], glass)
            s[at.ROUGH + j] *= float32(1) - glass
            if p[at.P_NIGHT] > float32(0):
                corners, weights = sample_at(s, j, night, s[at.LOD + j])
                red = blend(textures, 0, corners, weights)
                green = blend(textures, 1, corners, weights)
                blue = blend(textures, 2, corners, weights)
                k *= p[at.P_NIGHT]
                s[at.ER + j] += red * red * k
                s[at.EG + j] += green * green * k
                s[at.EB + j] += blue * blue * k
    macro = looks[look + uint64(at.L_MACRO)]
    if macro > float32(0):
        large = noise_at(noise, s[at.PX + j] * float32(1 / 640.0), s[at.PY + j] * float32(1 / 640.0))
        fine = noise_at(noise, s[at.PY + j] * float32(1 / 97.0), s[at.PX + j] * float32(1 / 97.0))
        k = float32(1) + macro * (large + fine - float32(1))
        s[at.CR + j] *= k
        s[at.CG + j] *= k
        s[at.CB + j] *= k
    soak(s, j, p, noise)


@inlined
def soak(s, j, p, noise):
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
def shadow_rays(s, u, i):
    """Starts secondary rays at the surfaces, a little above them."""
    for j in range(LANES):
        lift = float32(0.003) + float32(2e-4) * s[at.FAR + j]
        s[at.SOX + j] = s[at.PX + j] + s[at.NX + j] * lift
        s[at.SOY + j] = s[at.PY + j] + s[at.NY + j] * lift
        s[at.SOZ + j] = s[at.PZ + j] + s[at.NZ + j] * lift
        s[at.SNEAR + j] = float32(0)
        s[at.STIME + j] = float32(0)
        u[at.SMASK + j] = NO_HIT


@inlined
def sun_light(s, u, i, p, occluded, scene, coherent, address):
    """LIT: cosine towards the sun where it is seen, else 0."""
    sunx = p[at.P_SUNX]
    suny = p[at.P_SUNY]
    sunz = p[at.P_SUNZ]
    wanted = 0
    shines = p[at.P_SUNG] > float32(0)
    for j in range(LANES):
        towards = shines and i[at.VALID + j] != 0 and u[at.GEOM + j] != NO_HIT and s[at.NL + j] > float32(0)
        i[at.SVALID + j] = -1 if towards else 0
        wanted += 1 if towards else 0
        s[at.SDX + j] = sunx
        s[at.SDY + j] = suny
        s[at.SDZ + j] = sunz
        s[at.SFAR + j] = float32(1e30)
    if wanted:
        call4(occluded, address + at.SVALID * 4, scene, address + at.SOX * 4, coherent)
    for j in range(LANES):
        seen = i[at.SVALID + j] != 0 and s[at.SFAR + j] > float32(0)
        s[at.LIT + j] = s[at.NL + j] if seen else float32(0)


@inlined
def open_sky(s, u, i, p, occluded, scene, incoherent, address, share):
    """AO: how open the surroundings are (1 open), from one short ray a lane, shared among lanes of like normals.

    Only where the sun does not light the surface: there the sky is all the light; at night lamps outshine it.
    """
    sung = p[at.P_SUNG]
    wanted = 0
    for j in range(LANES):
        dark = i[at.VALID + j] != 0 and s[at.FAR + j] < float32(_OPEN_FADE_M) and s[at.LIT + j] * sung < float32(2.0)
        i[at.SVALID + j] = -1 if dark else 0
        wanted += 1 if dark else 0
        x = s[at.NX + j] + s[at.ADX + j]
        y = s[at.NY + j] + s[at.ADY + j]
        z = s[at.NZ + j] + s[at.ADZ + j]
        k = float32(1) / np.sqrt(x * x + y * y + z * z + float32(1e-6))
        s[at.SDX + j] = x * k
        s[at.SDY + j] = y * k
        s[at.SDZ + j] = z * k
        s[at.SFAR + j] = float32(2.2)
        s[at.AO + j] = float32(1)
    if wanted == 0 or p[at.P_NIGHT] > float32(0.98):
        return
    call4(occluded, address + at.SVALID * 4, scene, address + at.SOX * 4, incoherent)
    for j in range(LANES):
        s[at.OPEN + j] = float32(0) if i[at.SVALID + j] != 0 and s[at.SFAR + j] < float32(0) else float32(1)
        s[at.TMP + j] = float32(0)
        s[at.TMP2 + j] = float32(1e-6)
    for k in range(LANES):
        if i[at.SVALID + k] == 0 or (not share):
            continue
        x = s[at.NX + k]
        y = s[at.NY + k]
        z = s[at.NZ + k]
        v = s[at.OPEN + k]
        for j in range(LANES):
            like = float32(1) if x * s[at.NX + j] + y * s[at.NY + j] + z * s[at.NZ + j] > float32(0.9) else float32(0)
            s[at.TMP + j] += like * v
            s[at.TMP2 + j] += like
    for j in range(LANES):
        # The distance fades it out, so that nothing far away pays for it.
        strength = float32(0.75) * min(float32(2) - s[at.FAR + j] * float32(2 / _OPEN_FADE_M), float32(1))
        closed = strength * (float32(1) - s[at.TMP + j] / s[at.TMP2 + j])
        s[at.AO + j] = float32(1) - closed if i[at.SVALID + j] != 0 else float32(1)


@inlined
def ambient(p, x, y, z, channel):
    """Irradiance from sky and ground on a surface of normal (x, y, z)."""
    c = at.P_AMBIENT + channel
    return max(p[c] + p[c + 3] * x + p[c + 6] * y + p[c + 9] * z, float32(0.15) * p[c])


@inlined
def channel_light(s, p, channel, out, albedo):
    """One colour channel of ``diffuse``: AO, LIT, the highlight in TMP and the share of matte light in TMP2."""
    sun = p[at.P_SUNR + channel]
    even = p[at.P_AMBIENT + channel]
    slope_x = p[at.P_AMBIENT + 3 + channel]
    slope_y = p[at.P_AMBIENT + 6 + channel]
    slope_z = p[at.P_AMBIENT + 9 + channel]
    least = float32(0.15) * even
    for j in range(LANES):
        sky = max(even + slope_x * s[at.NX + j] + slope_y * s[at.NY + j] + slope_z * s[at.NZ + j], least)
        metal = s[at.METAL + j]
        s[out + j] = s[albedo + j] * s[at.TMP2 + j] * (sun * s[at.LIT + j] + s[at.AO + j] * sky) + sun * s[at.TMP + j] * (
            float32(1) - metal + metal * s[albedo + j]
        )


@inlined
def diffuse(s, p):
    """LR, LG, LB: matte light of sun and sky, and the sun's highlight (GGX with Kelemen's visibility term)."""
    sunx = p[at.P_SUNX]
    suny = p[at.P_SUNY]
    sunz = p[at.P_SUNZ]
    for j in range(LANES):
        hx = sunx - s[at.DX + j]
        hy = suny - s[at.DY + j]
        hz = sunz - s[at.DZ + j]
        length2 = hx * hx + hy * hy + hz * hz + float32(1e-6)
        nh = s[at.NX + j] * hx + s[at.NY + j] * hy + s[at.NZ + j] * hz
        rough = max(s[at.ROUGH + j] * (float32(1) - float32(0.8) * s[at.COAT + j]), float32(0.06))
        a2 = rough * rough * rough * rough
        d = nh * nh / length2 * (a2 - float32(1)) + float32(1)
        spread = d * d * max(float32(0.25) * length2, float32(0.1)) * float32(12.566)
        s[at.TMP + j] = min(a2 * s[at.F0 + j] / spread, float32(6.0)) * s[at.LIT + j]
        s[at.TMP2 + j] = (float32(1) - s[at.METAL + j]) * float32(_INV_PI)
    channel_light(s, p, 0, at.LR, at.CR)
    channel_light(s, p, 1, at.LG, at.CG)
    channel_light(s, p, 2, at.LB, at.CB)


@inlined
def reflect(s, u, i, p, sky):
    """Adds what coats and metals mirror of the sky, or of the ground where they look down."""
    for j in range(LANES):
        if i[at.VALID + j] == 0 or u[at.GEOM + j] == NO_HIT:
            continue
        coat = s[at.COAT + j]
        metal = s[at.METAL + j] * (float32(1) - float32(0.5) * s[at.ROUGH + j])
        if coat + metal < float32(0.05):
            continue
        c = float32(1) - s[at.COSV + j]
        c2 = c * c
        fresnel = (float32(0.04) + float32(0.96) * c2 * c2 * c) * coat
        x = s[at.DX + j] + float32(2) * s[at.COSV + j] * s[at.NX + j]
        y = s[at.DY + j] + float32(2) * s[at.COSV + j] * s[at.NY + j]
        z = s[at.DZ + j] + float32(2) * s[at.COSV + j] * s[at.NZ + j]
        if z > float32(0):
            a = sky_index(x, y, z)
            # A street stands around: the lowest few degrees of the sky are half hidden.
            near = min(float32(0.35) + z * float32(4), float32(1)) * s[at.AO + j]
            red = sky[a] * near
            green = sky[a + uint64(1)] * near
            blue = sky[a + uint64(2)] * near
        else:
            red = p[at.P_GROUNDR] * s[at.AO + j]
            green = p[at.P_GROUNDG] * s[at.AO + j]
            blue = p[at.P_GROUNDB] * s[at.AO + j]
        s[at.LR + j] = s[at.LR + j] * (float32(1) - fresnel) + red * (fresnel + metal * s[at.CR + j])
        s[at.LG + j] = s[at.LG + j] * (float32(1) - fresnel) + green * (fresnel + metal * s[at.CG + j])
        s[at.LB + j] = s[at.LB + j] * (float32(1) - fresnel) + blue * (fresnel + metal * s[at.CB + j])
