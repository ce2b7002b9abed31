"""pcapng.py OUT INTERFACE DESCRIPTION IN...: joins nanosecond pcap files into one pcapng in order of time.

It says nothing of the machine that recorded: no hardware, no operating system, no path (draft-ietf-opsawg-pcapng 4.1).
"""
import struct
import sys

out, name, description, *inputs = sys.argv[1:]


def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


packets = []
for path in inputs:
    data = open(path, "rb").read()
    magic, _, _, _, _, _, link = struct.unpack_from("<IHHiIII", data)
    assert magic == 0xA1B23C4D and link == 1, f"{path} is not an Ethernet pcap with nanoseconds"
    at = 24
    while at + 16 <= len(data):
        s, ns, kept, length = struct.unpack_from("<IIII", data, at)
        packets.append((s * 1_000_000_000 + ns, length, data[at + 16:at + 16 + kept]))
        at += 16 + kept
packets.sort(key=lambda p: p[0])

end = option(0, b"")
with open(out, "wb") as f:
    f.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + option(4, b"Eyrie record-samples") + end))
    f.write(block(1, struct.pack("<HHI", 1, 0, 262144) + option(2, name.encode()) + option(3, description.encode())
                  + option(9, b"\x09") + end))
    for time, length, frame in packets:
        f.write(block(6, struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(frame), length) + frame))
print(f"{out}: {len(packets)} packets")
