"""Pieces of the camera kernel that trace further rays: wet mirrors and lamps."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import numpy as np
from numba import float32, int64, uint32

from carlite.jit import inlined
from carlite.rays import layout as at
from carlite.rays.air import sky_light
from carlite.rays.kernels import LANES, NO_HIT, call4
from carlite.rays.shading import ambient
from carlite.rays.surface import lamp_gain, noise_at

_INV_PI = 0.31830988


@inlined
def plain_hit(s, u, j, p, vertices, triangles, owners, table, transforms, tints, emission, looks):
    """Radiance of what lane j's mirror ray hit, without texture or shadow, to LR, LG, LB."""
    slot = int64(u[at.MINST + j])
    m = slot * 12
    if slot == 0:
        slot = int64(owners[int64(u[at.MPRIM + j])])
    t = (int64(table[slot * 4]) + int64(u[at.MPRIM + j])) * 4
    a = int64(triangles[t]) * 8
    packed = uint32(triangles[t + 3])
    gx = s[at.MGX + j]
    gy = s[at.MGY + j]
    gz = s[at.MGZ + j]
    x = transforms[m] * gx + transforms[m + 1] * gy + transforms[m + 2] * gz
    y = transforms[m + 4] * gx + transforms[m + 5] * gy + transforms[m + 6] * gz
    z = transforms[m + 8] * gx + transforms[m + 9] * gy + transforms[m + 10] * gz
    k = float32(1) / np.sqrt(x * x + y * y + z * z + float32(1e-20))
    if x * s[at.MDX + j] + y * s[at.MDY + j] + z * s[at.MDZ + j] > float32(0):
        k = -k
    x *= k
    y *= k
    z *= k
    material = packed & uint32(255)
    look = int64(material) * at.LOOK_COLUMNS
    red = vertices[a + 5]
    green = vertices[a + 6]
    blue = vertices[a + 7]
    if looks[look + at.L_TINT] > float32(0):
        red *= tints[slot * 3]
        green *= tints[slot * 3 + 1]
        blue *= tints[slot * 3 + 2]
    lit = float32(0.7) * max(x * p[at.P_SUNX] + y * p[at.P_SUNY] + z * p[at.P_SUNZ], float32(0))
    ao = float32(0.8 * _INV_PI)
    s[at.LR + j] = red * (ao * ambient(p, x, y, z, 0) + float32(_INV_PI) * lit * p[at.P_SUNR])
    s[at.LG + j] = green * (ao * ambient(p, x, y, z, 1) + float32(_INV_PI) * lit * p[at.P_SUNG])
    s[at.LB + j] = blue * (ao * ambient(p, x, y, z, 2) + float32(_INV_PI) * lit * p[at.P_SUNB])
    gain = lamp_gain(emission[slot], material, looks, look, p)
    if gain > float32(0):
        k = gain / p[at.P_EXPOSURE]
        s[at.LR + j] += k * looks[look + at.L_EMIT_R]
        s[at.LG + j] += k * looks[look + at.L_EMIT_G]
        s[at.LB + j] += k * looks[look + at.L_EMIT_B]


@inlined
def wet_mirror(
    s, u, i, p, intersect, scene, incoherent, block, vertices, triangles, owners, table, transforms, tints, emission,
    looks, sky, noise,
):  # fmt: skip
    """Blends in what wet lanes mirror."""
    wanted = 0
    for j in range(LANES):
        wet = i[at.VALID + j] != 0 and u[at.GEOM + j] != NO_HIT and s[at.WET + j] > float32(0.03)
        i[at.MVALID + j] = -1 if wet else 0
        wanted += 1 if wet else 0
    if wanted == 0:
        return
    for j in range(LANES):
        # Drops and grain ripple the mirror, the more the less water stands.
        calm = min(s[at.WET + j], float32(1))
        ripple = float32(0.05) * (float32(1) - calm) + float32(0.028) * p[at.P_RAIN]
        nx = s[at.NX + j] + ripple * (
            noise_at(noise, s[at.PX + j] * float32(0.11), s[at.PY + j] * float32(0.11)) - float32(0.5)
        )
        ny = s[at.NY + j] + ripple * (
            noise_at(noise, s[at.PY + j] * float32(0.13), s[at.PX + j] * float32(0.13)) - float32(0.5)
        )
        c = -(nx * s[at.DX + j] + ny * s[at.DY + j] + s[at.NZ + j] * s[at.DZ + j])
        x = s[at.DX + j] + float32(2) * c * nx
        y = s[at.DY + j] + float32(2) * c * ny
        z = max(s[at.DZ + j] + float32(2) * c * s[at.NZ + j], float32(0.004))
        k = float32(1) / np.sqrt(x * x + y * y + z * z)
        s[at.MDX + j] = x * k
        s[at.MDY + j] = y * k
        s[at.MDZ + j] = z * k
        s[at.MOX + j] = s[at.SOX + j]
        s[at.MOY + j] = s[at.SOY + j]
        s[at.MOZ + j] = s[at.SOZ + j]
        s[at.MNEAR + j] = s[at.MTIME + j] = float32(0)
        s[at.MFAR + j] = float32(150)
        u[at.MMASK + j] = NO_HIT
        u[at.MGEOM + j] = NO_HIT
        u[at.MINST + j] = NO_HIT
    call4(intersect, block + at.MVALID * 4, scene, block + at.MOX * 4, incoherent)
    for j in range(LANES):
        if i[at.MVALID + j] == 0:
            continue
        red = s[at.LR + j]
        green = s[at.LG + j]
        blue = s[at.LB + j]
        if u[at.MGEOM + j] == NO_HIT:
            sky_light(s, j, p, sky, s[at.MDX + j], s[at.MDY + j], s[at.MDZ + j])
        else:
            plain_hit(s, u, j, p, vertices, triangles, owners, table, transforms, tints, emission, looks)
        c = float32(1) - s[at.COSV + j]
        c2 = c * c
        k = min(s[at.WET + j], float32(1)) * (float32(0.04) + float32(0.96) * c2 * c2 * c)
        s[at.LR + j] = red * (float32(1) - k) + k * s[at.LR + j]
        s[at.LG + j] = green * (float32(1) - k) + k * s[at.LG + j]
        s[at.LB + j] = blue * (float32(1) - k) + k * s[at.LB + j]


@inlined
def lamp_light(s, u, i, p, occluded, scene, incoherent, block, lamps, lamp_count):
    """Adds the light of the lamps near the packet; those marked so cast shadows."""
    for lamp in range(lamp_count):
        k = lamp * at.LIGHT_COLUMNS
        reach = lamps[k + at.K_RANGE]
        # Light that would not change a pixel of albedo 0.3 by one step is left out; faint light needs no shadow ray.
        least = float32(0.03) / (lamps[k + at.K_G] * p[at.P_EXPOSURE])
        casting = float32(0.35) / (lamps[k + at.K_G] * p[at.P_EXPOSURE])
        wanted = 0
        for j in range(LANES):
            x = lamps[k + at.K_X] - s[at.PX + j]
            y = lamps[k + at.K_Y] - s[at.PY + j]
            z = lamps[k + at.K_Z] - s[at.PZ + j]
            d2 = x * x + y * y + z * z
            s[at.SFAR + j] = d2
            s[at.SDX + j] = x
            s[at.SDY + j] = y
            s[at.SDZ + j] = z
            near = i[at.VALID + j] != 0 and u[at.GEOM + j] != NO_HIT and d2 < reach * reach
            i[at.SVALID + j] = -1 if near else 0
            wanted += 1 if near else 0
        if wanted == 0:
            continue
        wanted = 0
        strong = 0
        for j in range(LANES):
            d2 = max(s[at.SFAR + j], float32(0.04))
            d = np.sqrt(d2)
            inv = float32(1) / d
            x = s[at.SDX + j] * inv
            y = s[at.SDY + j] * inv
            z = s[at.SDZ + j] * inv
            facing = max(x * s[at.NX + j] + y * s[at.NY + j] + z * s[at.NZ + j], float32(0))
            cone = -(x * lamps[k + at.K_AX] + y * lamps[k + at.K_AY] + z * lamps[k + at.K_AZ])
            cone = min(
                max((cone - lamps[k + at.K_EDGE]) / (lamps[k + at.K_CORE] - lamps[k + at.K_EDGE]), float32(0)), float32(1)
            )
            window = max(float32(1) - d2 / (reach * reach), float32(0))
            power = facing * cone * cone * window * window / d2
            power = power if i[at.SVALID + j] != 0 else float32(0)
            s[at.TMP + j] = power
            s[at.SDX + j] = x
            s[at.SDY + j] = y
            s[at.SDZ + j] = z
            # The lamp's own housing does not shade it.
            s[at.SFAR + j] = d - float32(0.35)
            lit = power > least and d > float32(0.4)
            i[at.SVALID + j] = -1 if lit else 0
            wanted += 1 if lit else 0
            # What is bright already needs more to show a shadow.
            bright = s[at.LG + j] * float32(0.12 / _INV_PI / 0.3) / lamps[k + at.K_G]
            strong += 1 if lit and power > max(casting, bright) else 0
        if wanted == 0:
            continue
        if strong and lamps[k + at.K_SHADOW] > float32(0):
            call4(occluded, block + at.SVALID * 4, scene, block + at.SOX * 4, incoherent)
        for j in range(LANES):
            power = s[at.TMP + j] * float32(_INV_PI)
            power = power if i[at.SVALID + j] != 0 and s[at.SFAR + j] > float32(-1e30) else float32(0)
            s[at.LR + j] += s[at.CR + j] * power * lamps[k + at.K_R]
            s[at.LG + j] += s[at.CG + j] * power * lamps[k + at.K_G]
            s[at.LB + j] += s[at.CB + j] * power * lamps[k + at.K_B]
