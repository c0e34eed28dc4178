"""What the command says, and how it names things; nothing here sees Hydra."""
