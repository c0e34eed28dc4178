"""Pieces of the camera kernel that light surfaces: sun and its shadow, sky and its occlusion, mirrors of the sky.

``s`` is the scratch block as float32, ``u`` and ``i`` the same memory as uint32 and int32, ``block`` its address, ``p`` the
parameters (see layout). Radiance is relative: outside the atmosphere the sun gives an irradiance of 20.
"""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import numpy as np
from numba import float32, int32, uint32

from carlite.jit import inlined
from carlite.mesh import Material
from carlite.rays import layout as at
from carlite.rays.air import sky_texel
from carlite.rays.kernels import LANES, NO_HIT, call4, gather, share

_OPEN_FADE_M, _OPEN_REACH_M = 32.0, 2.0
_LEAF_SHADE = 0.35
_LEAVES = int(Material.LEAVES)
_INV_PI = 0.31830988


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
def sun_light(s, u, i, p, occluded, scene, coherent, block):
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
        call4(occluded, block + at.SVALID * 4, scene, block + at.SOX * 4, coherent)
    for j in range(LANES):
        seen = i[at.SVALID + j] != 0 and s[at.SFAR + j] > float32(0)
        s[at.LIT + j] = s[at.NL + j] if seen else float32(0)


@inlined
def open_sky(s, u, i, p, occluded, scene, incoherent, block):
    """AO: how open the surroundings are (1 open), from one short ray a lane, shared among lanes of like normals.

    Only where the sun does not light the surface: there the sky is all the light; at night lamps outshine it. Leaves have one
    openness for all: rays within a crown cost most and show only noise.
    """
    sung = p[at.P_SUNG]
    night = p[at.P_NIGHT] > float32(0.98)
    wanted = 0
    for j in range(LANES):
        near = i[at.VALID + j] != 0 and s[at.FAR + j] < float32(_OPEN_FADE_M)
        dark = near and s[at.LIT + j] * sung < float32(2.0) and not night
        leaf = (u[at.MAT + j] & uint32(255)) == uint32(_LEAVES)
        i[at.SVALID + j] = -1 if dark and not leaf else 0
        wanted += 1 if dark and not leaf else 0
        x = s[at.NX + j] + s[at.ADX + j]
        y = s[at.NY + j] + s[at.ADY + j]
        z = s[at.NZ + j] + s[at.ADZ + j]
        k = float32(1) / np.sqrt(x * x + y * y + z * z + float32(1e-6))
        s[at.SDX + j] = x * k
        s[at.SDY + j] = y * k
        s[at.SDZ + j] = z * k
        s[at.SFAR + j] = float32(_OPEN_REACH_M)
        # The distance fades it out, so that nothing far away pays for it.
        fade = min(float32(2) - s[at.FAR + j] * float32(2 / _OPEN_FADE_M), float32(1))
        s[at.TMP2 + j] = fade
        s[at.AO + j] = float32(1) - float32(_LEAF_SHADE) * fade if dark and leaf else float32(1)
    if wanted == 0:
        return
    call4(occluded, block + at.SVALID * 4, scene, block + at.SOX * 4, incoherent)
    for j in range(LANES):
        s[at.OPEN + j] = float32(1) if s[at.SFAR + j] < float32(0) else float32(0)
        s[at.TMP + j] = float32(1) if i[at.SVALID + j] != 0 else float32(0)
    share(block + at.M0 * 4, block + at.NX * 4, block + at.OPEN * 4, block + at.TMP * 4)
    for j in range(LANES):
        closed = float32(0.75) * s[at.TMP2 + j] * s[at.M0 + j]
        s[at.AO + j] = float32(1) - closed if i[at.SVALID + j] != 0 else s[at.AO + j]


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
def reflect(s, i, p, block, sky):
    """Adds what coats and metals mirror of the sky, or of the ground where they look down."""
    some = 0
    for j in range(LANES):
        x = s[at.DX + j] + float32(2) * s[at.COSV + j] * s[at.NX + j]
        y = s[at.DY + j] + float32(2) * s[at.COSV + j] * s[at.NY + j]
        z = s[at.DZ + j] + float32(2) * s[at.COSV + j] * s[at.NZ + j]
        i[at.M0 + j] = sky_texel(x, y, z)
        s[at.M3 + j] = z
        metal = s[at.METAL + j] * (float32(1) - float32(0.5) * s[at.ROUGH + j])
        shiny = s[at.COAT + j] + metal >= float32(0.05)
        s[at.M4 + j] = metal if shiny else float32(0)
        c = float32(1) - s[at.COSV + j]
        c2 = c * c
        s[at.M5 + j] = (float32(0.04) + float32(0.96) * c2 * c2 * c) * s[at.COAT + j] if shiny else float32(0)
        some += int32(1) if shiny else int32(0)
    if some == 0:
        return
    gather(block + at.M1 * 4, sky + 4, block + at.M0 * 4)
    gather(block + at.M2 * 4, sky + 8, block + at.M0 * 4)
    gather(block + at.M0 * 4, sky, block + at.M0 * 4)
    groundr = p[at.P_GROUNDR]
    groundg = p[at.P_GROUNDG]
    groundb = p[at.P_GROUNDB]
    for j in range(LANES):
        z = s[at.M3 + j]
        metal = s[at.M4 + j]
        fresnel = s[at.M5 + j]
        # A street stands around: the lowest few degrees of the sky are half hidden.
        near = min(float32(0.35) + z * float32(4), float32(1)) * s[at.AO + j]
        red = s[at.M0 + j] * near if z > float32(0) else groundr * s[at.AO + j]
        green = s[at.M1 + j] * near if z > float32(0) else groundg * s[at.AO + j]
        blue = s[at.M2 + j] * near if z > float32(0) else groundb * s[at.AO + j]
        s[at.LR + j] = s[at.LR + j] * (float32(1) - fresnel) + red * (fresnel + metal * s[at.CR + j])
        s[at.LG + j] = s[at.LG + j] * (float32(1) - fresnel) + green * (fresnel + metal * s[at.CG + j])
        s[at.LB + j] = s[at.LB + j] * (float32(1) - fresnel) + blue * (fresnel + metal * s[at.CB + j])
