"""Vehicles and people that company is made of: CARLA 0.9.16 blueprints with their lengths and how common they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Stock:
    """A blueprint, its length in metres, its relative frequency."""

    model: str
    length_m: float
    weight: float


CARS = (
    Stock("vehicle.audi.a2", 3.71, 2.0),
    Stock("vehicle.audi.etron", 4.86, 1.0),
    Stock("vehicle.audi.tt", 4.18, 1.0),
    Stock("vehicle.bmw.grandtourer", 4.61, 1.0),
    Stock("vehicle.citroen.c3", 3.99, 3.0),
    Stock("vehicle.dodge.charger_2020", 5.01, 1.0),
    Stock("vehicle.ford.mustang", 4.72, 0.5),
    Stock("vehicle.jeep.wrangler_rubicon", 3.87, 1.0),
    Stock("vehicle.lincoln.mkz_2017", 4.90, 1.0),
    Stock("vehicle.mercedes.coupe_2020", 4.67, 2.0),
    Stock("vehicle.mini.cooper_s_2021", 4.55, 2.0),
    Stock("vehicle.nissan.micra", 3.63, 3.0),
    Stock("vehicle.nissan.patrol_2021", 5.57, 1.0),
    Stock("vehicle.seat.leon", 4.19, 3.0),
    Stock("vehicle.tesla.model3", 4.79, 2.0),
    Stock("vehicle.toyota.prius", 4.51, 2.0),
    Stock("vehicle.volkswagen.t2_2021", 4.44, 1.0),
    Stock("vehicle.mercedes.sprinter", 5.92, 1.0),
)
TRUCKS = (
    Stock("vehicle.carlamotors.carlacola", 5.20, 1.0),
    Stock("vehicle.carlamotors.european_hgv", 7.94, 2.0),
)
ADULTS = tuple(f"walker.pedestrian.{i:04d}" for i in (1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24))


def pick(stock: tuple[Stock, ...], rng: np.random.Generator) -> Stock:
    """One of them by frequency; takes one number from ``rng``."""
    at = float(rng.random()) * sum(item.weight for item in stock)
    for item in stock:
        at -= item.weight
        if at < 0.0:
            return item
    return stock[-1]
