"""The only package that imports ``carla``: starts or finds the server, opens the world, converts frames, spawns and ticks.

``open_session(config, road, server)`` gives a ``Session`` (one world, one lane map), ``session.stage(...)`` a ``Stage`` (the
actors of one run). Everything that leaves this package is right-handed, SI and radians.
"""
