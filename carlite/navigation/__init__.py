"""The navigation mesh for walkers: sidewalks, crosswalks and roads as convex polygons in Detour's binary form.

The client's walker AI (Recast/Detour, inside the client) loads the mesh and plans and moves by it alone. ``faces`` cuts the
ground into areas, ``polygons`` makes convex polygons of them, ``detour`` encodes those, ``file`` keeps the result.
"""

from carlite.navigation.file import NavigationFile
from carlite.navigation.mesh import build

__all__ = ["NavigationFile", "build"]
