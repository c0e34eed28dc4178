"""One Embree scene of the static world and the actors; camera trace, shading and ray casts for every sensor."""

from carlite.rays.results import CameraRequest, Channel, GBuffer, Ground, Hits, SegmentHits
from carlite.rays.scene import RayScene

__all__ = ["CameraRequest", "Channel", "GBuffer", "Ground", "Hits", "RayScene", "SegmentHits"]
