"""People: rounded figures with clothes that vary by id, standing on articulated legs or seated on a machine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carlite.mesh import ActorModel, Joint, Material, Part
from carlite.models.build import Colour, MeshBuilder
from carlite.models.shapes import Points, Shape, ellipse_loft, rounded_box, sphere, tube, turn_y
from carlite.models.wheels import spoked_wheel
from carlite.tags import Tag

_SKINS = ((0.62, 0.38, 0.26), (0.50, 0.28, 0.18), (0.30, 0.155, 0.09), (0.13, 0.065, 0.04), (0.68, 0.44, 0.32))
_HAIRS = ((0.025, 0.018, 0.014), (0.07, 0.035, 0.018), (0.20, 0.11, 0.045), (0.42, 0.28, 0.12), (0.012, 0.011, 0.011))
_TOPS = (
    (0.45, 0.03, 0.03), (0.03, 0.08, 0.32), (0.75, 0.74, 0.70), (0.03, 0.03, 0.035), (0.05, 0.20, 0.09), (0.60, 0.42, 0.05),
    (0.28, 0.10, 0.30), (0.10, 0.28, 0.42), (0.34, 0.32, 0.29), (0.55, 0.18, 0.05), (0.60, 0.30, 0.36), (0.16, 0.11, 0.07),
)  # fmt: skip
_TROUSERS = (
    (0.03, 0.05, 0.12),
    (0.02, 0.02, 0.022),
    (0.28, 0.24, 0.17),
    (0.10, 0.10, 0.105),
    (0.06, 0.09, 0.16),
    (0.14, 0.09, 0.06),
)
_SHOES = ((0.02, 0.018, 0.016), (0.60, 0.60, 0.58), (0.16, 0.07, 0.03), (0.35, 0.03, 0.03))
_POLICE = ("walker.pedestrian.0030", "walker.pedestrian.0032")
_NAVY: Colour = (0.012, 0.018, 0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One person's proportions (metres) and clothes (linear colours)."""

    height: float
    child: bool
    skin: Colour
    hair: Colour
    top: Colour
    trousers: Colour
    shoes: Colour
    sleeve: float = 1.0  # fraction of the arm that is covered
    leg: float = 1.0  # fraction of the leg that is covered
    skirt: bool = False
    long_hair: bool = False
    grey: bool = False
    cap: Colour | None = None
    backpack: Colour | None = None
    vest: Colour | None = None
    helmet: Colour | None = None
    wide: float = 1.0

    @property
    def head(self) -> float:
        """Height of the head with hair."""
        return self.height * (0.185 if self.child else 0.136)

    @property
    def hip_z(self) -> float:
        """Height of the hips over the soles."""
        return self.height * (0.445 if self.child else 0.49)

    @property
    def shoulder_z(self) -> float:
        """Height of the shoulders over the soles."""
        return self.height * (0.775 if self.child else 0.82)


def figure(type_id: str, height: float, *, child: bool, female: bool, elderly: bool) -> Figure:
    """Clothes drawn from the digits of the id, so that each id always looks the same."""
    number = int("".join(c for c in type_id if c.isdigit()) or "0")
    rng = np.random.default_rng([977, number])

    def one(choices: tuple[Colour, ...]) -> Colour:
        return choices[int(rng.integers(len(choices)))]

    skin, hair, top, trousers, shoes = one(_SKINS), one(_HAIRS), one(_TOPS), one(_TROUSERS), one(_SHOES)
    draws = rng.random(6)
    if type_id in _POLICE:
        lime = (0.45, 0.62, 0.03)
        return Figure(
            height=height,
            child=False,
            skin=skin,
            hair=hair,
            top=_NAVY,
            trousers=_NAVY,
            shoes=_SHOES[0],
            cap=_NAVY,
            vest=lime,
        )
    if elderly:
        hair = (0.48, 0.47, 0.45)
    return Figure(
        height=height,
        child=child,
        skin=skin,
        hair=hair,
        top=top,
        trousers=trousers,
        shoes=shoes,
        sleeve=1.0 if draws[0] < 0.55 else 0.38,
        leg=0.45 if child and draws[1] < 0.5 else 1.0,
        skirt=female and draws[2] < 0.35,
        long_hair=female and draws[3] < 0.75,
        cap=one(_TOPS) if not female and draws[4] < 0.25 else None,
        backpack=one(_TOPS) if (child and draws[5] < 0.5) or draws[5] < 0.2 else None,
    )


_TRUNK = (  # z over the shoulders' height, x at 1.8 m, depth and width over the half width
    (-0.20, 0.0, 0.40, 0.50),
    (-0.13, 0.0, 0.60, 0.86),
    (0.0, 0.0, 0.66, 0.92),
    (0.16, 0.006, 0.60, 0.84),
    (0.34, 0.010, 0.58, 0.80),
    (0.60, 0.014, 0.66, 0.92),
    (0.82, 0.008, 0.64, 1.0),
    (0.95, 0.0, 0.52, 0.94),
    (1.03, -0.004, 0.40, 0.66),
    (1.09, -0.004, 0.30, 0.38),
)


def add_trunk(builder: MeshBuilder, f: Figure, half_width: float, *, at: Points, turn: Points | None = None) -> None:
    """Torso, neck and head; ``at`` is where the hips are; ``half_width`` of the shoulders without arms, metres."""
    h, rise = f.height, f.shoulder_z - f.hip_z
    w = half_width
    spine, radii = [], []
    for z, x, depth, width in _TRUNK:
        spine.append((x * h / 1.8, 0.0, z * rise))
        radii.append((depth * w, width * w))
    split = 3  # below the waist the trousers' colour
    low, high = slice(0, split + 1), slice(split - 1, None)

    def add(layer: slice, grow: tuple[float, float], colour: Colour, material: Material = Material.CLOTH) -> None:
        sizes = np.asarray(radii[layer]) * grow
        builder.add(ellipse_loft(spine[layer], sizes, segments=16, power=2.3), colour, material, at=at, turn=turn)

    add(low, (1.0, 1.0), f.trousers)
    add(high, (1.03, 1.03), f.top)
    if f.vest:
        add(slice(3, 8), (1.09, 1.06), f.vest)
        band = ellipse_loft([(0, 0, 0.36 * rise), (0, 0, 0.48 * rise)], [(0.70 * w, 0.96 * w)] * 2, segments=16, power=2.3)
        builder.add(band, (0.7, 0.7, 0.7), Material.METAL, at=at, turn=turn)
    if f.skirt:
        hem = -0.52 * f.hip_z
        cone = [(0.0, 0.0, hem), (0.0, 0.0, 0.4 * hem), (0.0, 0.0, 0.10 * rise), (0.0, 0.0, 0.2 * rise)]
        flare = [(0.98 * w, 1.12 * w), (0.84 * w, 1.04 * w), (0.70 * w, 0.94 * w), (0.6 * w, 0.8 * w)]
        builder.add(ellipse_loft(cone, flare, segments=18), f.trousers, Material.CLOTH, at=at, turn=turn)
    if f.backpack:
        pack = rounded_box((-1.35 * w, -0.62 * w, 0.32 * rise), (-0.55 * w, 0.62 * w, 0.98 * rise), 0.06)
        builder.add(pack, f.backpack, Material.CLOTH, at=at, turn=turn)
    _add_head(builder, f, np.array([0.004 * h, 0.0, 1.02 * rise]), at=at, turn=turn)


_EYE: Colour = (0.015, 0.012, 0.01)


def _add_head(builder: MeshBuilder, f: Figure, base: Points, *, at: Points, turn: Points | None) -> None:
    """Neck and head above ``base`` (in the trunk's frame)."""
    r = 0.5 * f.head
    centre = np.array([base[0] + 0.10 * r, 0.0, f.height - f.hip_z - r])

    def add(shape: Shape, colour: Colour, material: Material, x: float, y: float, z: float) -> None:
        """Places a shape at (x, y, z) head radii from the head's centre."""
        builder.add((shape[0] + centre + r * np.array([x, y, z]), shape[1]), colour, material, at=at, turn=turn)

    def ball(x: float, y: float, z: float, *, fine: bool = False) -> Shape:
        return sphere((x * r, y * r, z * r), rings=10 if fine else 5, segments=14 if fine else 8)

    neck = tube([base, centre - r * np.array([0.1, 0.0, 0.4])], 0.42 * r, segments=10)
    builder.add(neck, f.skin, Material.SKIN, at=at, turn=turn)
    add(ball(0.80, 0.66, 0.93, fine=True), f.skin, Material.SKIN, 0, 0, 0)
    add(ball(0.55, 0.50, 0.45, fine=True), f.skin, Material.SKIN, 0.16, 0, -0.52)
    add(ball(0.14, 0.10, 0.16), f.skin, Material.SKIN, 0.80, 0, -0.10)
    for side in (-1.0, 1.0):
        add(ball(0.09, 0.12, 0.07), _EYE, Material.MATTE, 0.70, side * 0.27, 0.12)
        add(ball(0.16, 0.08, 0.24), f.skin, Material.SKIN, 0.0, side * 0.66, -0.05)
    if f.helmet:
        add(ball(1.04, 0.92, 0.95, fine=True), f.helmet, Material.PAINT, -0.06, 0, 0.14)
        add(ball(0.5, 0.72, 0.40, fine=True), (0.02, 0.02, 0.025), Material.GLASS, 0.60, 0, 0.06)
        return
    points, triangles = ball(0.88, 0.76, 0.96, fine=True)
    # hair: the part of a larger ellipsoid behind and above the face
    keep = (points[triangles].mean(1) @ np.array([-0.62, 0.0, 0.78])) > 0.10 * r
    add((points, triangles[keep]), f.hair, Material.MATTE, -0.03, 0, 0.04)
    if f.long_hair:
        tail = np.array([(-0.52, 0, -1.7), (-0.62, 0, -1.0), (-0.62, 0, -0.3), (-0.45, 0, 0.45)])
        widths = np.array([(0.16, 0.5), (0.30, 0.72), (0.38, 0.74), (0.40, 0.62)])
        add(ellipse_loft(tail * r, widths * r, segments=12), f.hair, Material.MATTE, 0, 0, 0)
    if f.cap:
        points, triangles = ball(0.92, 0.80, 0.62, fine=True)
        add((points, triangles[points[triangles].mean(1)[:, 2] > -0.02 * r]), f.cap, Material.CLOTH, -0.03, 0, 0.36)
        add(ball(0.50, 0.56, 0.05), f.cap, Material.CLOTH, 0.72, 0, 0.36)


def _thigh_radius(f: Figure) -> float:
    return f.height * (0.050 if f.child else 0.0465) * f.wide


def add_leg(upper: MeshBuilder, lower: MeshBuilder, f: Figure, hip: Points, knee: Points, ankle: Points) -> None:
    """Thigh into ``upper`` and shin with shoe into ``lower``, between points of each builder's frame."""
    r = _thigh_radius(f)
    bare = f.leg < 0.6 or f.skirt
    cover, cloth = (f.skin, Material.SKIN) if f.skirt else (f.trousers, Material.CLOTH)
    steps = np.linspace(0.0, 1.0, 5)[:, None]
    upper.add(tube(hip + steps * (knee - hip), r * np.array([1.0, 1.02, 0.94, 0.82, 0.72]), segments=12), cover, cloth)
    upper.add(sphere(0.74 * r, rings=6, segments=10), cover, cloth, at=knee)
    start = knee * 0.0 if upper is not lower else knee
    end = ankle if upper is lower else ankle - knee
    shin = start + steps * (end - start)
    colour, material = (f.skin, Material.SKIN) if bare else (f.trousers, Material.CLOTH)
    widths = r * (np.array([0.70, 0.76, 0.70, 0.56, 0.46]) if bare else np.array([0.74, 0.76, 0.72, 0.68, 0.70]))
    lower.add(tube(shin, widths, segments=12), colour, material)
    size = f.height
    shoe = rounded_box((-0.030 * size, -0.026 * size, -0.036 * size), (0.098 * size, 0.026 * size, 0.022 * size), 0.022 * size)
    lower.add(shoe, f.shoes, Material.PLASTIC, at=end)


def add_arm(upper: MeshBuilder, lower: MeshBuilder, f: Figure, shoulder: Points, elbow: Points, hand: Points) -> None:
    """Upper arm into ``upper`` and forearm with hand into ``lower``; points as in ``add_leg``."""
    r = 0.028 * f.height * f.wide
    steps = np.linspace(0.0, 1.0, 4)[:, None]
    upper.add(
        tube(shoulder + steps * (elbow - shoulder), r * np.array([1.08, 1.05, 0.95, 0.86]), segments=10), f.top, Material.CLOTH
    )
    upper.add(sphere(1.12 * r, rings=6, segments=10), f.top, Material.CLOTH, at=shoulder)
    start = elbow * 0.0 if upper is not lower else elbow
    end = hand if upper is lower else hand - elbow
    covered = f.sleeve > 0.9
    colour, material = (f.top, Material.CLOTH) if covered else (f.skin, Material.SKIN)
    lower.add(sphere(0.9 * r, rings=6, segments=10), colour, material, at=start)
    lower.add(tube(start + steps * (end - start), r * np.array([0.88, 0.85, 0.74, 0.66]), segments=10), colour, material)
    direction = (end - start) / np.linalg.norm(end - start)
    lower.add(sphere((0.75 * r, 0.62 * r, 1.35 * r), rings=6, segments=8), f.skin, Material.SKIN, at=end + direction * 0.7 * r)


def _bend(a: Points, c: Points, first: float, second: float, hint: Points) -> Points:
    """Middle joint of a two-bone limb from a to c, bent towards ``hint``; the bones stretch where they do not reach."""
    reach = c - a
    distance = float(np.linalg.norm(reach))
    if distance >= first + second - 1e-4:
        return a + reach * first / (first + second)
    along = (first**2 - second**2 + distance**2) / (2.0 * distance)
    axis = reach / distance
    aside = hint - axis * (hint @ axis)
    aside = aside / np.linalg.norm(aside)
    result: Points = a + along * axis + np.sqrt(max(first**2 - along**2, 0.0)) * aside
    return result


def add_seated(builder: MeshBuilder, f: Figure, hips: Points, lean_deg: float, hands: Points, feet: Points) -> None:
    """A whole seated person in one rigid piece.

    Args:
        builder: of the part; the person's tag is the builder's.
        f: proportions and clothes.
        hips: (3,) metres.
        lean_deg: how far the trunk leans forward.
        hands: (2, 3) left, right. feet: (2, 3) ankles.
    """
    turn = turn_y(lean_deg)
    half = 0.105 * f.height * f.wide
    add_trunk(builder, f, half, at=hips, turn=turn)
    thigh, arm = f.hip_z * 0.49, (f.shoulder_z - f.hip_z) * 0.52
    for k, side in enumerate((-1.0, 1.0)):
        hip = hips + np.array([0.0, side * 0.048 * f.height, 0.0])
        knee = _bend(hip, feet[k], thigh, thigh, np.array([1.0, side * 0.25, 0.4]))
        add_leg(builder, builder, f, hip, knee, feet[k])
        shoulder = hips + turn @ np.array([0.0, side * (half * 1.05), (f.shoulder_z - f.hip_z) * 0.95])
        elbow = _bend(shoulder, hands[k], arm, arm, np.array([-0.2, side * 0.7, -0.8]))
        add_arm(builder, builder, f, shoulder, elbow, hands[k])


def walker_model(f: Figure, half: tuple[float, float, float]) -> ActorModel:
    """An upright person with hips, knees, shoulders and elbows; origin in the middle of the capsule."""
    ground = -half[2]
    shoulder_half = min(half[1], 0.125 * f.height) - 0.031 * f.height
    trunk = MeshBuilder(Tag.PEDESTRIAN)
    add_trunk(trunk, f, shoulder_half, at=np.array([0.0, 0.0, ground + f.hip_z]))
    parts = [Part(mesh=trunk.mesh())]
    ankle_z = 0.036 * f.height
    knee_z = ankle_z + 0.49 * (f.hip_z - ankle_z)
    legs = ((-1.0, Joint.LEFT_HIP, Joint.LEFT_KNEE), (1.0, Joint.RIGHT_HIP, Joint.RIGHT_KNEE))
    for side, hip_joint, knee_joint in legs:
        upper, lower = MeshBuilder(Tag.PEDESTRIAN), MeshBuilder(Tag.PEDESTRIAN)
        knee = np.array([0.0, 0.0, knee_z - f.hip_z])
        add_leg(upper, lower, f, np.zeros(3), knee, np.array([0.0, 0.0, ankle_z - f.hip_z]))
        y = side * 0.5 * shoulder_half
        parts.append(Part(mesh=upper.mesh(), pivot=(0.0, y, ground + f.hip_z), joint=hip_joint, parent=0))
        parts.append(Part(mesh=lower.mesh(), pivot=(0.0, 0.0, float(knee[2])), joint=knee_joint, parent=len(parts) - 1))
    length = (f.shoulder_z - f.hip_z) * (0.50 if f.child else 0.53)
    arms = ((-1.0, Joint.LEFT_SHOULDER, Joint.LEFT_ELBOW), (1.0, Joint.RIGHT_SHOULDER, Joint.RIGHT_ELBOW))
    for side, shoulder_joint, elbow_joint in arms:
        upper, lower = MeshBuilder(Tag.PEDESTRIAN), MeshBuilder(Tag.PEDESTRIAN)
        elbow = np.array([0.0, 0.0, -length])
        add_arm(upper, lower, f, np.zeros(3), elbow, np.array([0.0, 0.0, -1.85 * length]))
        pivot = (0.0, side * shoulder_half, ground + f.shoulder_z - 0.012 * f.height)
        parts.append(Part(mesh=upper.mesh(), pivot=pivot, joint=shoulder_joint, parent=0))
        parts.append(Part(mesh=lower.mesh(), pivot=(0.0, 0.0, -length), joint=elbow_joint, parent=len(parts) - 1))
    return ActorModel(parts=tuple(parts))


def wheelchair_model(f: Figure, half: tuple[float, float, float]) -> ActorModel:
    """A person in a wheelchair whose wheels turn; origin in the middle of the standing person's capsule."""
    ground = -half[2]
    chair, person = MeshBuilder(Tag.PEDESTRIAN), MeshBuilder(Tag.PEDESTRIAN)
    seat = ground + 0.50
    grey, black = (0.25, 0.25, 0.26), (0.03, 0.03, 0.035)
    chair.add(rounded_box((-0.22, -0.21, seat - 0.04), (0.22, 0.21, seat), 0.02), black, Material.CLOTH)
    chair.add(rounded_box((-0.26, -0.21, seat), (-0.21, 0.21, seat + 0.42), 0.02), black, Material.CLOTH)
    for side in (-1.0, 1.0):
        y = side * 0.23
        chair.add(
            tube([(-0.36, y, seat + 0.45), (-0.24, y, seat + 0.42), (-0.22, y, ground + 0.15)], 0.014), grey, Material.METAL
        )
        chair.add(tube([(-0.22, y, seat + 0.20), (0.20, y, seat + 0.20), (0.22, y, seat - 0.05)], 0.014), grey, Material.METAL)
        front = [(0.22, y, seat - 0.03), (0.34, y, ground + 0.14), (0.46, y, ground + 0.10), (0.46, y * 0.3, ground + 0.10)]
        chair.add(tube(front, 0.014), grey, Material.METAL)
        chair.add(tube([(0.30, y, ground + 0.08), (0.30, y * 1.01, ground + 0.09)], 0.08, segments=14), black, Material.RUBBER)
    hips = np.array([-0.10, 0.0, seat + 0.10])
    hands = np.array([(0.16, -0.20, seat + 0.22), (0.16, 0.20, seat + 0.22)])
    feet = np.array([(0.40, -0.10, ground + 0.15), (0.40, 0.10, ground + 0.15)])
    add_seated(person, f, hips, -4.0, hands, feet)
    wheel = spoked_wheel(0.30, 0.035, Tag.PEDESTRIAN, 16, (0.5, 0.5, 0.52))
    parts = [Part(mesh=chair.mesh()), Part(mesh=person.mesh())]
    for index, side in ((2, -1.0), (3, 1.0)):
        parts.append(Part(mesh=wheel, pivot=(-0.10, side * 0.28, ground + 0.30), joint=Joint.WHEEL, index=index))
    return ActorModel(parts=tuple(parts))
