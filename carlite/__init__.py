"""carlite: a headless server that speaks the CARLA 0.9.16 wire protocol, without GPU, Unreal or download."""
