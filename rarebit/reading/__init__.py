"""Reads dataclasses from YAML or plain data, with every fault at once: specs, rigs and the configuration alike.

What may stand in a file is what a frozen dataclass says: its field's types, the marks of ``rarebit.reading.marks``, its
defaults, and the "Attributes" of its docstring, which become the keys' descriptions::

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Lens:
        \"\"\"A lens.

        Attributes:
            fov_deg: horizontal angle of view.
            model: how it projects.
            height_m: above the ground.
        \"\"\"

        fov_deg: Annotated[float, Within(1, 170)]
        model: Literal["pinhole", "kannala_brandt"] = "pinhole"
        height_m: Annotated[float, Within(0, 10)] = 1.5

    lens = read_as(Lens, {"fov_deg": 90, "height_cm": 150}, file="rig.yaml", path="sensors.CAM_FRONT.camera")

raises SpecError with "rig.yaml: sensors.CAM_FRONT.camera.height_cm: is not a known key (got 150); write it with its unit:
height_m, height_km". Units come from the names of the fields; any unit of the kind may be written (``fov_rad``) and is
converted. Understood are float, int, bool, str, ``Literal`` of words, ``T | None``, ``tuple[T, ...]``, ``tuple[T, T]``,
``dict[str, T]``, dataclasses, kinds of constructs (``Condition``), and whatever a shape is given for by
``Annotated[T, shape]``. A field with a default may be left out. ``__post_init__`` checks what goes across fields and raises
ValueError("problem; remedy").

``read_entry`` does the same for a tree of ``entries.read_yaml``, whose faults then carry line numbers; ``collect`` adds faults
to a list instead of raising. ``dataclass_shapes.record_of`` gives the shape itself, for JSON Schema and for texts with formulas
(which ``records.build`` fills in).
"""  # noqa: D214 - an example

from __future__ import annotations

from rarebit.reading.dataclass_shapes import collect, read_as, read_entry

__all__ = ["collect", "read_as", "read_entry"]
