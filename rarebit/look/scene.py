"""The pictures of one scene: an annotated key frame, a contact sheet, a clip. All are read from the finished dataset."""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from rarebit.core.files import write_bytes
from rarebit.core.frames import apply, inverse
from rarebit.look import draw
from rarebit.look.cameras import MARGIN, View, arrange, main_view
from rarebit.look.draw import BirdsEye, Plan
from rarebit.look.plan import read_plan
from rarebit.nuscenes.blobs import read_lidar, read_radar
from rarebit.nuscenes.geometry import Box, boxes_at, ego_from_sensor, lens, path_of, world_from_ego, world_from_sensor
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import Instance, SampleData, Scene

_KEPT_TIMES = 8
_LEAST_RANGE_M = 0.5  # lidar points nearer than this are firings without a return


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneStory:
    """What the pictures say about a scene beyond its boxes.

    Attributes:
        title: the scenario's name. lines: facts below it.
        hazards: instance tokens that are drawn in the hazard colour.
        moment_us: the dataset time of the most critical moment.
    """

    title: str
    lines: tuple[str, ...]
    hazards: frozenset[str]
    moment_us: int


class ScenePictures:
    """Draws one scene of a dataset.

    Args:
        dataset: the dataset.
        scene: one of its scenes.
        story: see SceneStory.
    """

    def __init__(self, dataset: Dataset, scene: Scene, story: SceneStory) -> None:
        self._dataset, self._scene, self._story = dataset, scene, story
        self._boxes: dict[int, list[Box]] = {}
        self._kept: dict[str, tuple[str, tuple[int, int], Image.Image]] = {}
        self._views = [_view(dataset, scene, channel) for channel in dataset.channels(scene, "camera")]
        self._main = main_view(self._views)
        self._plan: Plan = read_plan(dataset.map_expansion(scene))

    def annotated(self) -> Image.Image:
        """All cameras with boxes and the bird's eye view at the key frame nearest to the critical moment."""
        sample = min(self._dataset.samples(self._scene), key=lambda row: abs(row.timestamp - self._story.moment_us))
        return self._panel(sample.timestamp, row_height=360, captions=True)

    def contact_sheet(self, columns: int = 4, rows: int = 3) -> Image.Image:
        """Pictures of the camera ahead through the scene, half of them around the critical moment, over a line of facts.

        Of a rig without cameras, bird's eye views.
        """
        frames = self._frames()
        chosen = _spread([row.timestamp for row in frames], self._story.moment_us, columns * rows)
        width, height = 480, 270
        head = 40 + 22 * len(self._story.lines)
        sheet = Image.new("RGB", (columns * (width + MARGIN) + MARGIN, rows * (height + MARGIN) + head + MARGIN), draw.PAPER)
        draw.text(sheet, (MARGIN + 2, 8), self._story.title, size_px=22)
        for i, line in enumerate(self._story.lines):
            draw.text(sheet, (MARGIN + 2, 38 + 22 * i), line, size_px=15, colour=(190, 198, 208))
        for i, frame in enumerate(chosen):
            picture = self._sheet_picture(frames[frame], (width, height))
            seconds = (frames[frame].timestamp - self._story.moment_us) * 1e-6
            draw.text(picture, (8, 6), f"{seconds:+.1f} s", size_px=18)
            at = (MARGIN + (i % columns) * (width + MARGIN), head + (i // columns) * (height + MARGIN))
            sheet.paste(picture, at)
        return sheet

    def clip(self, path: Path, rate_hz: int = 5) -> None:
        """Writes an H.264 MP4: the bird's eye view at ``rate_hz``, each camera with its latest picture."""
        frames = self._frames()
        times = range(frames[0].timestamp, frames[-1].timestamp + 1, 1_000_000 // rate_hz)
        temporary = path.with_name(f".{path.name}.tmp")
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(temporary), "w", format="mp4") as container:
            stream = None
            for time_us in times:
                picture = self._panel(time_us, row_height=225, captions=False)
                size = (picture.width // 2 * 2, picture.height // 2 * 2)
                if stream is None:
                    stream = container.add_stream("libx264", rate=Fraction(rate_hz))
                    stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
                    # The same bytes on every machine: they depend on the number of threads, and x264's assembly on some
                    # processors takes memory into account that nobody has set.
                    stream.options = {"crf": "23", "preset": "veryfast", "x264-params": "asm=0"}
                    stream.thread_count = 1
                frame = av.VideoFrame.from_ndarray(np.asarray(picture.crop((0, 0, *size))), format="rgb24")
                container.mux(stream.encode(frame))
            if stream is not None:
                container.mux(stream.encode())
        temporary.replace(path)

    def _frames(self) -> tuple[SampleData, ...]:
        """What the time of the pictures follows: the camera ahead, or what measures most often."""
        if self._main is not None:
            return self._dataset.data(self._scene, self._main.channel)
        return self._dataset.timeline(self._scene)

    def _boxes_at(self, time_us: int) -> list[Box]:
        """The boxes of a time; those of the last times are kept, since several cameras ask for one."""
        if time_us not in self._boxes:
            if len(self._boxes) >= _KEPT_TIMES:
                del self._boxes[next(iter(self._boxes))]
            self._boxes[time_us] = boxes_at(self._dataset, self._scene, time_us)
        return self._boxes[time_us]

    def _sheet_picture(self, row: SampleData, size: tuple[int, int]) -> Image.Image:
        """One picture of the contact sheet, in its own shape on a ground of ``size``."""
        if self._main is None:
            picture = self._birds_eye(row.timestamp, size_px=size[1])
        else:
            shrink = min(size[0] / self._main.width_px, size[1] / self._main.height_px)
            picture = self._camera(row, (round(self._main.width_px * shrink), round(self._main.height_px * shrink)))
        if picture.size == size:
            return picture
        ground = Image.new("RGB", size, draw.PAPER)
        ground.paste(picture, ((size[0] - picture.width) // 2, (size[1] - picture.height) // 2))
        return ground

    def _panel(self, time_us: int, *, row_height: int, captions: bool) -> Image.Image:
        """The cameras in rows beside the bird's eye view."""
        cameras = arrange(self._views, row_height)
        top = 34 if captions else 0
        side = cameras.height - 2 * MARGIN
        panel = Image.new("RGB", (cameras.width + side + MARGIN, cameras.height + top), draw.PAPER)
        if captions:
            draw.text(panel, (MARGIN + 2, 6), "   ".join((self._story.title, *self._story.lines)), size_px=17)
        for tile in cameras.tiles:
            picture = self._camera(self._latest(tile.channel, time_us), (tile.width, tile.height))
            if captions:
                draw.text(picture, (8, tile.height - 28), tile.channel, size_px=16)
            panel.paste(picture, (tile.left, top + tile.top))
        panel.paste(self._birds_eye(time_us, size_px=side), (cameras.width, top + MARGIN))
        return panel

    def _camera(self, row: SampleData, size: tuple[int, int]) -> Image.Image:
        """A picture with the boxes of its own time; the last one of each channel is kept."""
        kept = self._kept.get(row.calibrated_sensor_token)
        if kept is not None and kept[:2] == (row.token, size):
            return kept[2].copy()
        picture = draw.read_jpeg(self._dataset.path(row), size)
        draw.boxes_on_camera(
            picture,
            self._boxes_at(row.timestamp),
            camera_from_world=inverse(world_from_sensor(self._dataset, row)),
            lens=lens(self._dataset, row),
            hazards=self._story.hazards,
        )
        self._kept[row.calibrated_sensor_token] = row.token, size, picture.copy()
        return picture

    def _birds_eye(self, time_us: int, *, size_px: int) -> Image.Image:
        dataset = self._dataset
        timeline = dataset.timeline(self._scene)
        pose = world_from_ego(dataset, _latest(timeline, time_us))
        view = BirdsEye(size_px=size_px, reach_m=45.0, world_from_ego=pose)
        view.plan(self._plan)
        for channel in dataset.channels(self._scene, "lidar"):
            lidar = self._latest(channel, time_us)
            points = read_lidar(dataset.path(lidar)).astype(np.float64)
            points = points[np.linalg.norm(points[:, :3], axis=1) > _LEAST_RANGE_M]
            view.lidar(apply(world_from_sensor(dataset, lidar), points[:, :3]), points[:, 3])
        for channel in dataset.channels(self._scene, "radar"):
            self._radar(view, self._latest(channel, time_us))
        ego_path = np.array([dataset.ego_pose(row).translation[:2] for row in timeline])
        view.path(ego_path, draw.EGO)
        for instance in sorted(self._story.hazards):
            view.path(path_of(dataset, dataset.get(Instance, instance)), draw.HAZARD)
        for box in self._boxes_at(time_us):
            hazard = box.instance in self._story.hazards
            view.box(box, draw.HAZARD if hazard else draw.colour_of(box.category), width=2 if hazard else 1)
        view.box(_ego_box(pose), draw.EGO, width=2)
        return view.finish()

    def _radar(self, view: BirdsEye, scan: SampleData) -> None:
        """The returns that the devkit's default filter keeps."""
        rows = read_radar(self._dataset.path(scan))
        rows = rows[(rows["invalid_state"] == 0) & (rows["ambig_state"] == 3) & (rows["dyn_prop"] < 7)]
        pose = world_from_sensor(self._dataset, scan)
        places, velocity = (
            np.stack([rows[x], rows[y], np.zeros(len(rows))], axis=1).astype(np.float64)
            for x, y in (("x", "y"), ("vx_comp", "vy_comp"))
        )
        view.radar(apply(pose, places)[:, :2], (velocity @ pose[:3, :3].T)[:, :2])

    def _latest(self, channel: str, time_us: int) -> SampleData:
        """The last data of a channel at or before a time, its first if there is none."""
        return _latest(self._dataset.data(self._scene, channel), time_us)


def _latest(rows: tuple[SampleData, ...], time_us: int) -> SampleData:
    return next((row for row in reversed(rows) if row.timestamp <= time_us), rows[0])


def _view(dataset: Dataset, scene: Scene, channel: str) -> View:
    row = dataset.data(scene, channel)[0]
    forward = ego_from_sensor(dataset, row)[:3, 2]  # a camera's z
    yaw_deg = float(np.degrees(np.arctan2(forward[1], forward[0])))
    return View(channel=channel, yaw_deg=yaw_deg, width_px=row.width, height_px=row.height)


def write_scene_pictures(dataset: Dataset, scene: Scene, story: SceneStory, folder: Path) -> list[Path]:
    """Writes ``<scene name>_{sheet,annotated}.jpg`` and ``<scene name>.mp4`` into ``folder`` and returns their paths."""
    pictures = ScenePictures(dataset, scene, story)
    stem = f"{scene.name}_{story.title}"
    paths = []
    for kind, image in (("annotated", pictures.annotated()), ("sheet", pictures.contact_sheet())):
        paths.append(folder / f"{stem}_{kind}.png")
        write_bytes(paths[-1], _png(image))
    paths.append(folder / f"{stem}.mp4")
    pictures.clip(paths[-1])
    return paths


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def _spread(times_us: list[int], moment_us: int, count: int) -> list[int]:
    """``count`` frame indices: half spread over the whole scene, half within 1.5 s of the moment; sorted, distinct."""
    last = len(times_us) - 1
    near = [i for i, time in enumerate(times_us) if abs(time - moment_us) <= 1_500_000]
    picks = set(np.linspace(0, last, count // 2).round().astype(int).tolist())
    if near:
        picks |= {near[i] for i in np.linspace(0, len(near) - 1, count - count // 2).round().astype(int)}
    spare = [i for i in range(last + 1) if i not in picks]
    missing = min(count - len(picks), len(spare))
    if missing > 0:
        picks |= {spare[i] for i in np.linspace(0, len(spare) - 1, missing).round().astype(int)}
    return sorted(picks)


def _ego_box(world_from_ego: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Box:
    """A car's outline around the rear axle: the dataset does not annotate the ego itself."""
    pose = world_from_ego.copy()
    pose[:3, 3] = apply(world_from_ego, [[1.4, 0.0, 0.75]])[0]
    return Box(
        world_from_box=pose,
        size_lwh_m=np.array([4.9, 1.85, 1.5]),
        category="ego",
        instance="",
        visibility=4,
        velocity_mps=np.zeros(3),
    )
