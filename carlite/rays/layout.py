"""Where the camera kernel keeps its numbers: rows of the scratch block, parameter indices, look columns, light columns.

Numba folds these module constants into the code. The scratch block is flat float32; a row is LANES long, so a row constant is
LANES times its number and lane j of row ROW is ``block[ROW + j]``.
"""

from __future__ import annotations

from carlite.rays.kernels import LANES


def _rows(start: int, count: int) -> range:
    return range(start * LANES, (start + count) * LANES, LANES)


# RTCRayHit8 of the primary ray
OX, OY, OZ, NEAR, DX, DY, DZ, TIME, FAR, MASK, RAY_ID, RAY_FLAGS, GX, GY, GZ, BU, BV, PRIM, GEOM, INST, IPRIM = _rows(0, 21)
# RTCRay8 of shadow and occlusion rays
SOX, SOY, SOZ, SNEAR, SDX, SDY, SDZ, STIME, SFAR, SMASK, SID, SFLAGS = _rows(22, 12)
# RTCRayHit8 of the reflection ray
MOX, MOY, MOZ, MNEAR, MDX, MDY, MDZ, MTIME, MFAR, MMASK, MID, MFLAGS, MGX, MGY, MGZ, MBU, MBV, MPRIM, MGEOM, MINST, MIPRIM = (
    _rows(36, 21)
)
# lane flags (int32, -1 on): primary, secondary; then lane values
VALID, SVALID, MVALID = _rows(58, 3)
# Two blocks of LANES rows that ``fetch`` fills lane by lane and then turns over: a corner's attributes, a look's first columns.
NX, NY, NZ, TU, TV, CR, CG, CB = _rows(61, 8)
ROUGH, F0, METAL, COAT, WET, LAYER, MACRO, NIGHT = _rows(69, 8)
(
    SX, SY, Q, DENS, MAT, IDENT, NL, LIT, AO, OPEN, LR, LG, LB, LOD, ER, EG, EB, COSV, PIXEL, TMP, TMP2, PX, PY, PZ,
    ADX, ADY, ADZ, T0, T1, T2, T3, TX, TY, N0, N0X, N0Y, N1, N1X, N1Y, M0, M1, M2, M3, M4, M5, M6, M7, M8,
) = _rows(77, 48)  # fmt: skip
BLOCK_ROWS = 126
BLOCK_BYTES = BLOCK_ROWS * LANES * 4

# what the camera kernel reads and writes: places in its table of addresses
(
    A_INTERSECT, A_OCCLUDED, A_SCENE, A_COHERENT, A_INCOHERENT, A_NEXT, A_SCRATCH, A_PIXELS, A_PARAMETERS, A_VERTICES,
    A_TRIANGLES, A_OWNERS, A_TABLE, A_TRANSFORMS, A_TINTS, A_EMISSION, A_LOOKS, A_TEXTURES, A_NOISE, A_SKY, A_CURVE, A_LAMPS,
    A_MOTION, A_OPENNESS, A_IDS, A_BGRA, A_DEPTH, A_TAG, A_INSTANCE, A_NORMAL, A_FLOW, A_ALBEDO,
) = range(32)  # fmt: skip
A_COUNT = 32

# camera kernel parameters (float32)
(
    P_CX, P_CY, P_INVF, P_EX, P_EY, P_EZ, P_R00, P_R01, P_R02, P_R10, P_R11, P_R12, P_R20, P_R21, P_R22, P_NEAR,
    P_SUNX, P_SUNY, P_SUNZ, P_SUNR, P_SUNG, P_SUNB, P_DISC, P_GLARE, P_EXPOSURE,
) = range(25)  # fmt: skip
P_AMBIENT = 25  # irradiance of a normal n is c + x n_x + y n_y + z n_z: four triples r g b
(
    P_FOG, P_FOGK, P_FOGSTART, P_FOGR, P_FOGG, P_FOGB, P_FOGSUN, P_WET, P_PUDDLE, P_NIGHT, P_BLINK, P_GROUNDR, P_GROUNDG,
    P_GROUNDB, P_RAIN, P_TIME, P_SKYDIST,
) = range(37, 54)  # fmt: skip
P_PREV = 60  # 12 numbers: previous camera from world
P_AODIR = 72  # LANES unit vectors
P_COUNT = 72 + 3 * LANES

# looks: one row a Material; the first LANES columns in the order of the scratch block's rows
(
    L_ROUGH, L_F0, L_METAL, L_COAT, L_WET, L_LAYER, L_MACRO, L_NIGHT, L_TINT, L_EMIT_R, L_EMIT_G, L_EMIT_B, L_BRAKE,
) = range(13)  # fmt: skip
LOOK_COLUMNS = 16

# lights: position, colour (irradiance at 1 m), axis, cosine of the cone's edge and core, range, casts shadows
(K_X, K_Y, K_Z, K_R, K_G, K_B, K_AX, K_AY, K_AZ, K_EDGE, K_CORE, K_RANGE, K_SHADOW) = range(13)
LIGHT_COLUMNS = 16
