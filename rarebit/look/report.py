"""One self-contained HTML page about a dataset: every scene's pictures, what was measured, what was redrawn and why."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from rarebit.core.files import write_bytes

_STYLE = """
body{background:#12161c;color:#dfe5ea;font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1500px;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2.5rem 0 .3rem;border-top:1px solid #2b323b;padding-top:1.2rem}
img{width:100%;border-radius:6px;margin:.4rem 0}table{border-collapse:collapse;margin:.5rem 0}
td,th{padding:.15rem .9rem .15rem 0;text-align:left;vertical-align:top}th{color:#93a0ad;font-weight:500}
.good{color:#7bd88f}.bad{color:#ff8a80}details{color:#aab4be}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneReport:
    """What the page says about one scene.

    Attributes:
        heading: scene and scenario name.
        summary: the spec's sentence.
        facts: (name, value) pairs in reading order.
        rejected: one line a rejected draw.
        pictures: PNG files to embed. clip: the MP4 that lies beside the page, or None.
    """

    heading: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    rejected: tuple[str, ...]
    pictures: tuple[Path, ...]
    clip: Path | None


def write_report(path: Path, title: str, scenes: Sequence[SceneReport]) -> None:
    """Writes the page; pictures are embedded, so it can be mailed."""
    body = "\n".join(_scene(path, scene) for scene in scenes)
    page = (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{html.escape(title)}</title>"
        f"<style>{_STYLE}</style></head><body><h1>{html.escape(title)}</h1>{body}</body></html>\n"
    )
    write_bytes(path, page.encode())


def _scene(page: Path, scene: SceneReport) -> str:
    rows = "".join(f"<tr><th>{html.escape(k)}</th><td>{html.escape(v)}</td></tr>" for k, v in scene.facts)
    images = "".join(f"<img alt='{html.escape(p.stem)}' src='{_embedded(p)}'>" for p in scene.pictures)
    clip = ""
    if scene.clip is not None:
        name = html.escape(str(scene.clip.relative_to(page.parent)))
        clip = f"<p><a style='color:#8cc8ff' href='{name}'>clip ({name})</a></p>"
    rejected = ""
    if scene.rejected:
        lines = "".join(f"<li>{html.escape(line)}</li>" for line in scene.rejected)
        rejected = f"<details><summary>{len(scene.rejected)} draws rejected before this one</summary><ul>{lines}</ul></details>"
    return (
        f"<section><h2>{html.escape(scene.heading)}</h2><p>{html.escape(scene.summary)}</p>"
        f"<table>{rows}</table>{rejected}{clip}{images}</section>"
    )


def _embedded(path: Path) -> str:
    with Image.open(path) as file:
        image = file.convert("RGB")
    image.thumbnail((1800, 1800))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
