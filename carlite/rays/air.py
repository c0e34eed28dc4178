"""Pieces of the camera kernel between the surfaces and the eye: sky, fog, glare, exposure (see shading for the conventions)."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

from numba import float32, int32, int64

from carlite.jit import inlined
from carlite.rays import layout as at
from carlite.rays.kernels import LANES, NO_HIT
from carlite.rays.sky_map import SKY_SIZE


@inlined
def sky_texel(x, y, z):
    """Index of the first number of the texel of the octahedral sky map that a direction falls into (one with z >= 0)."""
    k = float32(1) / (abs(x) + abs(y) + max(z, float32(0)) + float32(1e-9))
    px = x * k
    py = y * k
    half = float32(0.5 * (SKY_SIZE - 1))
    column = int32((px + py + float32(1)) * half + float32(0.5))
    row = int32((px - py + float32(1)) * half + float32(0.5))
    return (row * int32(SKY_SIZE) + column) * int32(4)


@inlined
def sky_light(s, j, p, sky, x, y, z):
    """Radiance from the sky in direction (x, y, z), bilinear, sun disc included, to LR, LG, LB of lane j."""
    k = float32(1) / (abs(x) + abs(y) + max(z, float32(0)) + float32(1e-9))
    half = float32(0.5 * (SKY_SIZE - 1))
    fx = (x * k + y * k + float32(1)) * half
    fy = (x * k - y * k + float32(1)) * half
    column = min(int32(fx), int32(SKY_SIZE - 2))
    row = min(int32(fy), int32(SKY_SIZE - 2))
    ax = fx - float32(column)
    ay = fy - float32(row)
    a = int64(row * int32(SKY_SIZE) + column) * 4
    b = a + 4
    c = a + 4 * SKY_SIZE
    d = c + 4
    wa = (float32(1) - ax) * (float32(1) - ay)
    wb = ax * (float32(1) - ay)
    wc = (float32(1) - ax) * ay
    wd = ax * ay
    away = float32(1) - (x * p[at.P_SUNX] + y * p[at.P_SUNY] + z * p[at.P_SUNZ])
    disc = p[at.P_DISC] * min(max((float32(3.2e-5) - away) * float32(1e5), float32(0)), float32(1))
    if disc > float32(0):
        disc *= wa * sky[a + 3] + wb * sky[b + 3] + wc * sky[c + 3] + wd * sky[d + 3]
    s[at.LR + j] = wa * sky[a] + wb * sky[b] + wc * sky[c] + wd * sky[d] + disc * p[at.P_SUNR]
    a += 1
    b += 1
    c += 1
    d += 1
    s[at.LG + j] = wa * sky[a] + wb * sky[b] + wc * sky[c] + wd * sky[d] + disc * p[at.P_SUNG]
    a += 1
    b += 1
    c += 1
    d += 1
    s[at.LB + j] = wa * sky[a] + wb * sky[b] + wc * sky[c] + wd * sky[d] + disc * p[at.P_SUNB]


@inlined
def exp_minus(x):
    """exp(-x) for x >= 0 as the 16th power of a rational exp(-x / 16); good to 1e-4 up to x = 8, where fog hides all."""
    y = min(x, float32(80)) * float32(0.0625)
    k = float32(1) / (float32(1) + y * (float32(1) + y * (float32(0.5) + y * (float32(0.16666667) + y * float32(0.041666668)))))
    k *= k
    k *= k
    k *= k
    return k * k


@inlined
def through_air(s, u, i, p):
    """Height fog, the glare of the sun, exposure; emission (relative to the exposed picture) comes last.

    In place of the light it leaves the index into the tone curve, 0..4095. One loop, because LLVM unrolls small ones and then
    fails to use whole registers.
    """
    exposure = p[at.P_EXPOSURE]
    skydist = p[at.P_SKYDIST]
    fogstart = p[at.P_FOGSTART]
    fogk = p[at.P_FOGK]
    fog = p[at.P_FOG]
    sunx = p[at.P_SUNX]
    suny = p[at.P_SUNY]
    sunz = p[at.P_SUNZ]
    fogsun = p[at.P_FOGSUN]
    glare = p[at.P_GLARE]
    fogr = p[at.P_FOGR]
    sunr = p[at.P_SUNR]
    fogg = p[at.P_FOGG]
    sung = p[at.P_SUNG]
    fogb = p[at.P_FOGB]
    sunb = p[at.P_SUNB]
    for j in range(LANES):
        hit = u[at.GEOM + j] != NO_HIT
        t = s[at.FAR + j] if hit else skydist
        t = max(min(t, skydist) - fogstart, float32(0))
        climb = fogk * s[at.DZ + j] * t
        climb = min(max(climb, float32(-6)), float32(60))
        # (1 - exp(-a)) / a, for rising and falling rays
        rise = float32(1) - exp_minus(abs(climb))
        mean = rise / (abs(climb) + float32(1e-4)) + float32(1e-4) / (abs(climb) + float32(1e-4))
        mean = mean if climb >= float32(0) else mean / max(float32(1) - rise, float32(0.01))
        clear = exp_minus(fog * t * mean)
        veil = float32(1) - clear
        towards = s[at.DX + j] * sunx + s[at.DY + j] * suny + s[at.DZ + j] * sunz
        away = float32(1) - towards
        glow = fogsun / (float32(0.06) + away)
        # The wide veil ends 25 degrees from the sun: blinding there, a readable street beside it.
        wide = max(float32(1) - away * float32(10), float32(0))
        halo = glare * (float32(0.0002) / (away + float32(0.00025)) + float32(0.0009) * wide / (away + float32(0.012)))
        red = s[at.LR + j] * clear + veil * (fogr + glow * sunr) + halo * sunr
        green = s[at.LG + j] * clear + veil * (fogg + glow * sung) + halo * sung
        blue = s[at.LB + j] * clear + veil * (fogb + glow * sunb) + halo * sunb
        red = red * exposure + s[at.ER + j] * clear
        green = green * exposure + s[at.EG + j] * clear
        blue = blue * exposure + s[at.EB + j] * clear
        i[at.LR + j] = int32(red / (red + float32(1)) * float32(4095))
        i[at.LG + j] = int32(green / (green + float32(1)) * float32(4095))
        i[at.LB + j] = int32(blue / (blue + float32(1)) * float32(4095))
