"""Props by id: a maker builds the shape roughly in size, then it is stretched to exactly fill the blueprint's box."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from carlite.mesh import ActorModel, Joint, Material, Part
from carlite.models import plants, street
from carlite.models import props_garden as garden
from carlite.models import props_road as road
from carlite.models import props_town as town
from carlite.models.build import MeshBuilder
from carlite.models.shapes import Points, sphere, turn_z
from carlite.models.wheels import add_car_wheel
from carlite.tags import Tag

Maker = Callable[[MeshBuilder, Points], None]


def _of(prefix: str, count: int, maker: Callable[[MeshBuilder, Points, int], None]) -> dict[str, Maker]:
    """Numbered siblings share a maker that knows the number."""

    def bound(number: int) -> Maker:
        return lambda builder, size: maker(builder, size, number)

    return {f"{prefix}{number:02d}": bound(number) for number in range(1, count + 1)}


def _tree(species: int) -> Maker:
    def make(builder: MeshBuilder, size: Points) -> None:
        del size
        plants.add_tree(builder, plants.SPECIES[species], np.random.default_rng([83, species]))

    return make


def _street(add: Callable[[MeshBuilder, int], None], variant: int, turn_deg: float = 0.0) -> Maker:
    def make(builder: MeshBuilder, size: Points) -> None:
        del size
        inner = MeshBuilder(builder.tag)
        add(inner, variant)
        builder.absorb(inner, turn=turn_z(turn_deg))

    return make


_MAKERS: dict[str, Maker] = {
    "advertisement": town.advertisement,
    "aporosatree": _tree(2),
    "atm": town.atm,
    "barbeque": garden.barbecue,
    "barrel": road.barrel,
    "bench01": _street(street.add_bench, 0, 90.0),
    "bench02": town.backless_bench,
    "bench03": town.backless_bench,
    "bike helmet": town.helmet,
    "bin": town.wheelie_bin,
    "briefcase": town.case,
    "busstop": _street(street.add_bus_stop, 0, 90.0),
    "busstoplb": _street(street.add_bus_stop, 0),
    "calibrator": town.crate,
    "chainbarrier": road.chain_barrier,
    "chainbarrierend": road.bollard,
    "clothcontainer": town.cloth_container,
    "clothesline": garden.clothesline,
    "coconutpalm": garden.palm,
    "colacan": town.can,
    "constructioncone": road.cone,
    "container": road.skip,
    "cypresstree": _tree(5),
    "doghouse": garden.doghouse,
    "foodcart": town.food_cart,
    "fountain": garden.fountain,
    "gardenlamp": garden.garden_lamp,
    "glasscontainer": town.glass_container,
    "gnome": garden.gnome,
    "guitarcase": town.guitar_case,
    "haybale": road.hay_bale,
    "haybalelb": road.hay_bale,
    "ironplank": road.iron_plate,
    "kiosk_01": town.kiosk,
    "mailbox": town.mailbox,
    "maptable": town.map_table,
    "mobile": town.phone,
    "motorhelmet": town.helmet,
    "pergola": garden.pergola,
    "plasticbag": road.plastic_bag,
    "plasticchair": garden.chair,
    "plastictable": garden.parasol_table,
    "platformgarbage01": road.rubbish_heap,
    "purse": town.handbag,
    "shoppingbag": town.handbag,
    "shoppingcart": road.shopping_cart,
    "shoppingtrolley": town.trolley,
    "slide": garden.slide,
    "streetbarrier": road.barrier,
    "streetfountain": town.drinking_fountain,
    "streetsign": road.street_sign,
    "streetsign01": road.big_sign,
    "streetsign04": road.street_sign,
    "swing": garden.swing,
    "swingcouch": garden.swing_couch,
    "table": garden.picnic_table,
    "trafficcone01": road.cone,
    "trafficcone02": road.tall_cone,
    "trafficwarning": road.warning_trailer,
    "trampoline": garden.trampoline,
    "trashbag": road.trash_bag,
    "travelcase": town.trolley,
    "vendingmachine": town.vending_machine,
    "warningaccident": road.warning_accident,
    "warningconstruction": road.warning_construction,
    "wateringcan": garden.watering_can,
    **_of("box", 3, road.carton),
    **_of("creasedbox", 3, road.flat_carton),
    **_of("dirtdebris", 3, road.dirt),
    **_of("brokentile", 4, road.tile),
    **_of("garbage", 6, road.litter),
    **_of("plantpot", 8, garden.plant_pot),
    **_of("trashcan", 5, town.trash_can),
    "carlite.prop.tyre": road.tyre,
    "carlite.prop.mattress": road.mattress,
    "carlite.prop.ladder": road.ladder,
    "carlite.prop.pallet": road.pallet,
    "carlite.prop.rock": road.rock,
    "carlite.prop.branch": road.branch,
}


def _key(type_id: str) -> str:
    return type_id.removeprefix("static.prop.")


def prop_model(type_id: str, tag: Tag, half: tuple[float, float, float], centre: tuple[float, float, float]) -> ActorModel:
    """A prop that exactly fills its box.

    Raises:
        ValueError: no look for the id.
    """
    if type_id == "carlite.prop.wheel":
        return _wheel(tag, half)
    if type_id == "carlite.prop.ball":
        return _ball(tag, half)
    maker = _MAKERS.get(_key(type_id))
    if maker is None:
        raise ValueError(f"prop_model: got {type_id!r}, expected one of {', '.join(_MAKERS)}")
    builder = MeshBuilder(tag)
    maker(builder, 2.0 * np.asarray(half, np.float64))
    middle, extent = np.asarray(centre), np.asarray(half)
    builder.fit(middle - extent, middle + extent)
    return ActorModel(parts=(Part(mesh=builder.mesh()),))


def _wheel(tag: Tag, half: tuple[float, float, float]) -> ActorModel:
    """A loose car wheel that stands upright and spins about its axle in the middle of its box."""
    builder = MeshBuilder(tag)
    add_car_wheel(builder, half[2], 2.0 * half[1], spokes=5)
    return ActorModel(parts=(Part(mesh=builder.mesh(), pivot=(0.0, 0.0, half[2]), joint=Joint.WHEEL),))


def _ball(tag: Tag, half: tuple[float, float, float]) -> ActorModel:
    """A football of two colours, so that its roll is seen."""
    builder = MeshBuilder(tag)
    points, triangles = sphere(half[2], rings=16, segments=24)
    middle = points[triangles].mean(1) / half[2]
    golden = 0.5 * (1.0 + np.sqrt(5.0))
    corners = [(0, a, b * golden) for a in (-1, 1) for b in (-1, 1)]
    patches = np.array([np.roll(corner, k) for corner in corners for k in range(3)]) / np.hypot(1.0, golden)
    dark = (middle @ patches.T).max(1) > 0.93
    colours = np.where(dark[:, None], np.array([0.45, 0.02, 0.02]), np.array([0.80, 0.79, 0.76]))
    builder.add((points, triangles), colours, Material.PLASTIC)
    return ActorModel(parts=(Part(mesh=builder.mesh(), pivot=(0.0, 0.0, half[2]), joint=Joint.WHEEL),))
