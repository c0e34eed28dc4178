"""What moves in the ray scene: an instance for each part of each actor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor, ActorStates
from carlite.geometry import world_from_local
from carlite.mesh import ActorModel
from carlite.models.doors import with_open_doors
from carlite.models.limber import limber
from carlite.models.pose import part_transforms_many
from carlite.rays import kernels
from carlite.rays.embree import address
from carlite.rays.instances import Instances
from carlite.rays.lights import emission_bits
from carlite.rays.posed import is_posed, posed_parts
from carlite.rays.store import BakedModel


@dataclass(slots=True)
class _Placed:
    """An actor in the scene: where its groups sit."""

    actor: Actor
    baked: BakedModel
    slots: list[int]
    geometries: list[int]
    rest: NDArray[np.float64]
    looks: tuple[object, ...] = ()


class MovingActors:
    """Instances that follow the actors.

    Args:
        instances: where they are shown.
    """

    def __init__(self, instances: Instances) -> None:
        self._instances = instances
        self._slots = instances.slots
        self._placed: dict[int, _Placed] = {}
        self._hidden: frozenset[int] = frozenset()
        self._moving: tuple[NDArray[np.int64], ...] = ()
        self._parts: NDArray[np.float64] = np.zeros((0, 3, 4))
        # what the last update saw: where actors stood, and the joints of each entry of _articulated
        self._stood: NDArray[np.float64] = np.zeros((0, 3, 4))
        self._joints: dict[int, NDArray[np.float64]] = {}
        self._articulated: list[tuple[BakedModel, NDArray[np.int64], NDArray[np.int64]]] = []
        self._posed: list[int] = []  # walkers in poses of their own
        self._first_part: dict[int, int] = {}

    def seen(self) -> list[tuple[Actor, int]]:
        """The actors that are not hidden, each with one of its slots."""
        return [(placed.actor, placed.slots[0]) for placed in self._placed.values() if placed.actor.id not in self._hidden]

    def update(self, actors: Iterable[Actor], states: ActorStates) -> bool:
        """Shows exactly these actors where they are; returns whether anything has changed."""
        changed = self._sync(actors)
        return self._move(states) or changed

    def hide(self, ignore: Iterable[int]) -> bool:
        """Hides exactly these actors; returns whether anything has changed."""
        wanted = frozenset(ignore) & self._placed.keys()
        if wanted == self._hidden:
            return False
        for actor_id in sorted(wanted ^ self._hidden):
            self._instances.show(self._placed[actor_id].geometries, shown=actor_id not in wanted)
        self._hidden = frozenset(wanted)
        return True

    def _sync(self, actors: Iterable[Actor]) -> bool:
        """Adds, removes and repaints so that ``_placed`` is exactly the given actors that have a model.

        Returns whether there was anything to do.
        """
        seen = set()
        posed = []
        changed = False
        for actor in actors:
            if actor.model is None:
                continue
            seen.add(actor.id)
            if is_posed(actor):
                posed.append(actor.id)
            placed = self._placed.get(actor.id)
            if placed is not None and _shown_model(actor) is not placed.baked.model:
                self._remove(actor.id)
                placed = None
            if placed is None:
                placed = self._place(actor)
                changed = True
            looks = (actor.tint, actor.light_state, actor.row)
            if looks != placed.looks:
                placed.looks = looks
                for slot in placed.slots:
                    self._slots.repaint(slot, row=actor.row, tint=actor.tint, emission=emission_bits(actor))
                changed = True
        for actor_id in [known for known in self._placed if known not in seen]:
            self._remove(actor_id)
            changed = True
        if changed:
            self._instances.store.flush()
            self._index_moving()
        if posed != self._posed:
            self._posed, self._joints = posed, {}  # those whose pose has gone walk again
        return changed

    def _place(self, actor: Actor) -> _Placed:
        baked = self._instances.store.add_model(_shown_model(actor), rigid=False)
        slots, geometries = [], []
        rest = np.zeros((len(baked.groups), 3, 4))
        rest[:, :, :3] = np.eye(3)
        for index, group in enumerate(baked.groups):
            slot = self._slots.claim()
            self._slots.fill(
                slot, first_triangle=group.first_triangle, instance_id=actor.shown_id, actor_id=actor.id, row=actor.row,
                tint=actor.tint,
            )  # fmt: skip
            rest[index, :, 3] = group.leader_pivot
            slots.append(slot)
            geometries.append(self._instances.attach(group.scene, slot))
        placed = _Placed(actor, baked, slots, geometries, rest)
        self._placed[actor.id] = placed
        return placed

    def _remove(self, actor_id: int) -> None:
        placed = self._placed.pop(actor_id)
        for slot in placed.slots:
            self._instances.detach(slot)
            self._slots.release(slot)
        self._hidden -= {actor_id}

    def _index_moving(self) -> None:
        everyone = list(self._placed.values())
        counts = [len(placed.slots) for placed in everyone]
        self._moving = (
            np.asarray([slot for placed in everyone for slot in placed.slots], np.int64),
            np.asarray([geometry for placed in everyone for geometry in placed.geometries], np.int64),
            np.repeat(np.arange(len(everyone), dtype=np.int64), counts),
            np.asarray([placed.actor.row for placed in everyone], np.int64),
        )
        self._stood = np.full((len(everyone), 3, 4), np.nan)
        self._joints = {}
        self._parts = np.concatenate([np.zeros((0, 3, 4)), *(placed.rest for placed in everyone)])
        starts = np.concatenate([[0], np.cumsum(counts)])
        self._first_part = {placed.actor.id: int(start) for placed, start in zip(everyone, starts, strict=False)}
        alike: dict[int, list[int]] = {}
        for index, placed in enumerate(everyone):
            if placed.baked.moves_inside:
                alike.setdefault(id(placed.baked), []).append(index)
        self._articulated = [
            (
                everyone[members[0]].baked,
                np.asarray([everyone[member].actor.row for member in members], np.int64),
                starts[members][:, None] + np.arange(counts[members[0]]),
            )
            for members in alike.values()
        ]

    def _move(self, states: ActorStates) -> bool:
        """Moves the instances whose actor or part has moved since the last time; returns whether any has."""
        self._slots.remember()
        if not self._placed:
            return False
        slots, geometries, owners, rows = self._moving
        everyone = world_from_local(states.location[rows], states.rotation_deg[rows])
        moved = self._pose(states)
        moved |= (everyone != self._stood).any((1, 2))[owners]
        self._stood = everyone
        if moved.any():
            kernels.place_kernel(
                address("rtcSetGeometryTransform"), address("rtcCommitGeometry"), geometries[moved], slots[moved],
                owners[moved], everyone, self._parts[moved], self._slots.transforms,
            )  # fmt: skip
        self._slots.forget_new()
        return bool(moved.any())

    def _pose(self, states: ActorStates) -> NDArray[np.bool_]:
        """Writes the poses of parts in their actors' frames, model by model; returns which instances have a new one."""
        moved = np.zeros(len(self._parts), np.bool_)
        for index, (baked, members, places) in enumerate(self._articulated):
            speed = np.hypot(states.velocity[members, 0], states.velocity[members, 1])
            joints = np.column_stack(
                [states.wheel_steer_deg[members], states.wheel_spin_rad[members], states.gait_phase_rad[members], speed]
            )
            before = self._joints.get(index)
            anew = np.ones(len(members), np.bool_) if before is None else (joints != before).any(1)
            self._joints[index] = joints
            if not anew.any():
                continue
            rows, where = members[anew], places[anew]
            every = part_transforms_many(
                baked.model, states.wheel_steer_deg[rows], states.wheel_spin_rad[rows], states.gait_phase_rad[rows], speed[anew]
            )
            self._parts[where] = _of_groups(baked, every)
            moved[where] = True
        for actor_id in self._posed:
            placed, first = self._placed[actor_id], self._first_part[actor_id]
            here = slice(first, first + len(placed.slots))
            self._parts[here] = _of_groups(placed.baked, posed_parts(placed.baked.model, placed.actor, states)[None])[0]
            moved[here] = True
        return moved


def _shown_model(actor: Actor) -> ActorModel:
    """The looks of an actor, with its doors as they are, and a trunk that bends where it is posed."""
    assert actor.model is not None
    if actor.open_doors:
        return with_open_doors(actor.type_id, actor.model, actor.open_doors)
    return limber(actor.model) if is_posed(actor) else actor.model


def _of_groups(baked: BakedModel, every: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, parts, 3, 4) transforms of parts -> (n, groups, 3, 4) of what moves as one."""
    mine = every[:, [group.member for group in baked.groups]]
    pivots = np.asarray([group.member_pivot for group in baked.groups])
    mine[..., 3] -= np.einsum("ngij,gj->ngi", mine[..., :3], pivots)
    return mine
