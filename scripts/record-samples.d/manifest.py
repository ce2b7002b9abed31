"""manifest.py FOLDER: writes bytes, packets and SHA-256 of FOLDER's captures into its manifest.json; what they show is kept."""
import hashlib
import json
import os
import struct
import sys

folder = sys.argv[1]
path = f"{folder}/manifest.json"


def packets_of(data):
    at = count = 0
    while at + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, at)
        count += kind == 6  # Enhanced Packet Block
        at += length
    return count


with open(path) as f:
    manifest = json.load(f)
for sample in manifest["samples"]:
    capture = f"{folder}/{sample['file']}"
    if os.path.exists(capture):
        with open(capture, "rb") as f:
            data = f.read()
        sample.update(bytes=len(data), packets=packets_of(data), sha256=hashlib.sha256(data).hexdigest())
with open(path, "w") as f:
    json.dump(manifest, f, indent=2)
    f.write("\n")
