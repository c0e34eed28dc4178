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
from rarebit.look.draw import BirdsEye, Plan
from rarebit.look.plan import read_plan
from rarebit.look.tables import Box, Row, Tables

FRONT_ROW = ("CAM_FRONT_LEFT", "CAM_FRONT", "CAM_FRONT_RIGHT")
BACK_ROW = ("CAM_BACK_LEFT", "CAM_BACK", "CAM_BACK_RIGHT")
_MARGIN = 8


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
        tables: the dataset.
        scene: its scene row.
        story: see SceneStory.
    """

    def __init__(self, tables: Tables, scene: Row, story: SceneStory) -> None:
        self._tables, self._scene, self._story = tables, scene, story
        self._kept: dict[str, tuple[str, tuple[int, int], Image.Image]] = {}
        location = tables.rows["log"][scene["log_token"]]["location"]
        self._plan: Plan = read_plan(tables.root / "maps" / "expansion" / f"{location}.json")

    def annotated(self) -> Image.Image:
        """Six cameras with boxes and the bird's eye view at the key frame nearest to the critical moment."""
        sample = min(self._tables.samples(self._scene), key=lambda row: abs(row["timestamp"] - self._story.moment_us))
        return self._panel(sample["timestamp"], camera_width=640, captions=True)

    def contact_sheet(self, columns: int = 4, rows: int = 3) -> Image.Image:
        """Front camera pictures through the scene, half of them around the critical moment, over a line of facts."""
        frames = self._tables.data(self._scene, "CAM_FRONT")
        chosen = _spread([row["timestamp"] for row in frames], self._story.moment_us, columns * rows)
        width, height = 480, 270
        head = 40 + 22 * len(self._story.lines)
        sheet = Image.new(
            "RGB", (columns * (width + _MARGIN) + _MARGIN, rows * (height + _MARGIN) + head + _MARGIN), draw.PAPER
        )
        draw.text(sheet, (_MARGIN + 2, 8), self._story.title, size_px=22)
        for i, line in enumerate(self._story.lines):
            draw.text(sheet, (_MARGIN + 2, 38 + 22 * i), line, size_px=15, colour=(190, 198, 208))
        for i, frame in enumerate(chosen):
            picture = self._camera(frames[frame], (width, height))
            seconds = (frames[frame]["timestamp"] - self._story.moment_us) * 1e-6
            draw.text(picture, (8, 6), f"{seconds:+.1f} s", size_px=18)
            at = (_MARGIN + (i % columns) * (width + _MARGIN), head + (i // columns) * (height + _MARGIN))
            sheet.paste(picture, at)
        return sheet

    def clip(self, path: Path, rate_hz: int = 5) -> None:
        """Writes an H.264 MP4: the bird's eye view at ``rate_hz``, each camera with its latest picture."""
        frames = self._tables.data(self._scene, "CAM_FRONT")
        times = range(frames[0]["timestamp"], frames[-1]["timestamp"] + 1, 1_000_000 // rate_hz)
        temporary = path.with_name(f".{path.name}.tmp")
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(temporary), "w", format="mp4") as container:
            stream = None
            for time_us in times:
                picture = self._panel(time_us, camera_width=400, captions=False)
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

    def _panel(self, time_us: int, *, camera_width: int, captions: bool) -> Image.Image:
        """Two rows of three cameras beside the bird's eye view."""
        size = (camera_width, camera_width * 9 // 16)
        high = 2 * size[1] + 3 * _MARGIN
        panel = Image.new(
            "RGB", (3 * (size[0] + _MARGIN) + _MARGIN + high - _MARGIN, high + (34 if captions else 0)), draw.PAPER
        )
        top = 34 if captions else 0
        if captions:
            draw.text(panel, (_MARGIN + 2, 6), "   ".join((self._story.title, *self._story.lines)), size_px=17)
        for r, names in enumerate((FRONT_ROW, BACK_ROW)):
            for c, channel in enumerate(names):
                picture = self._camera(self._latest(channel, time_us), size)
                if captions:
                    draw.text(picture, (8, size[1] - 28), channel, size_px=16)
                panel.paste(picture, (_MARGIN + c * (size[0] + _MARGIN), top + _MARGIN + r * (size[1] + _MARGIN)))
        view = self._birds_eye(time_us, size_px=high - 2 * _MARGIN)
        panel.paste(view, (3 * (size[0] + _MARGIN) + _MARGIN, top + _MARGIN))
        return panel

    def _camera(self, row: Row, size: tuple[int, int]) -> Image.Image:
        """A picture with the boxes of its own time; the last one of each channel is kept."""
        tables = self._tables
        kept = self._kept.get(row["calibrated_sensor_token"])
        if kept is not None and kept[:2] == (row["token"], size):
            return kept[2].copy()
        boxes = tables.boxes_at(self._scene, row["timestamp"])
        picture = draw.read_jpeg(tables.root / row["filename"], size)
        world_from_camera = tables.world_from_ego(row) @ tables.ego_from_sensor(row)
        draw.boxes_on_camera(
            picture,
            boxes,
            camera_from_world=inverse(world_from_camera),
            intrinsic=tables.intrinsic(row),
            full_size=(row["width"], row["height"]),
            hazards=self._story.hazards,
        )
        self._kept[row["calibrated_sensor_token"]] = row["token"], size, picture.copy()
        return picture

    def _birds_eye(self, time_us: int, *, size_px: int) -> Image.Image:
        tables = self._tables
        boxes = tables.boxes_at(self._scene, time_us)
        lidar = self._latest("LIDAR_TOP", time_us)
        world_from_ego = tables.world_from_ego(lidar)
        view = BirdsEye(size_px=size_px, reach_m=45.0, world_from_ego=world_from_ego)
        view.plan(self._plan)
        points = np.fromfile(tables.root / lidar["filename"], np.float32).reshape(-1, 5).astype(np.float64)
        view.lidar(apply(world_from_ego @ tables.ego_from_sensor(lidar), points[:, :3]), points[:, 3])
        ego_path = np.stack([tables.world_from_ego(row)[:2, 3] for row in tables.data(self._scene, "LIDAR_TOP")])
        view.path(ego_path, draw.EGO)
        for instance in sorted(self._story.hazards):
            view.path(tables.path(self._scene, instance), draw.HAZARD)
        for box in boxes:
            hazard = box.instance in self._story.hazards
            view.box(box, draw.HAZARD if hazard else draw.colour_of(box.category), width=2 if hazard else 1)
        view.box(_ego_box(world_from_ego), draw.EGO, width=2)
        return view.finish()

    def _latest(self, channel: str, time_us: int) -> Row:
        """The last data of a channel at or before a time, its first if there is none."""
        rows = self._tables.data(self._scene, channel)
        return next((row for row in reversed(rows) if row["timestamp"] <= time_us), rows[0])


def write_scene_pictures(tables: Tables, scene: Row, story: SceneStory, folder: Path) -> list[Path]:
    """Writes ``<scene name>_{sheet,annotated}.jpg`` and ``<scene name>.mp4`` into ``folder`` and returns their paths."""
    pictures = ScenePictures(tables, scene, story)
    stem = f"{scene['name']}_{story.title}"
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
