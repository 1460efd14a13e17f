"""Where things are behind the glass; the host mounts them there."""

WORKSPACE = "/workspace"
