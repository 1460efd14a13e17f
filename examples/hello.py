import os
import platform
import socket

print(f"Hello from behind the glass: Python {platform.python_version()}, uid {os.getuid()}")
print("my files:", os.listdir("."))
print("my network:", ", ".join(name for _, name in socket.if_nameindex()))
