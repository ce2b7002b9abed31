"""Cables that this kernel may lack: a slow line, a VLAN trunk port, a GRE tunnel. Run inside a host of the lab.

wire.py slow IF_A IF_B DELAY_MS JITTER_MS     frames between two interfaces, late but in order
wire.py vlan IF VID NAME                      NAME is a tap whose frames travel tagged (IEEE 802.1Q) on IF
wire.py gre NAME LOCAL REMOTE                 NAME is a tun whose packets travel in GRE (RFC 2784)
"""
import fcntl
import heapq
import os
import random
import select
import socket
import struct
import sys
import time

ETH_P_ALL = 3
SOL_PACKET, PACKET_AUXDATA, PACKET_OUTGOING = 263, 8, 4
TUNSETIFF, IFF_TUN, IFF_TAP, IFF_NO_PI = 0x400454CA, 1, 2, 0x1000


def port(name):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    s.bind((name, 0))
    s.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    # Promiscuous (PACKET_MR_PROMISC): frames on a cable are not addressed to the cable.
    s.setsockopt(SOL_PACKET, 1, struct.pack("iHH8s", socket.if_nametoindex(name), 1, 0, b""))
    return s


def tap(name, kind):
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", name.encode(), kind | IFF_NO_PI))
    return fd


def put(fd, data):
    try:
        os.write(fd, data)
    except OSError:
        pass  # the interface is not up yet: as with a cable that nobody listens to


def slow(a, b, delay_ms, jitter_ms):
    a, b = port(a), port(b)
    late = random.Random(20)
    queue, order, last = [], 0, {a: 0.0, b: 0.0}
    while True:
        wait = max(0, queue[0][0] - time.monotonic()) if queue else None
        for s in select.select([a, b], [], [], wait)[0]:
            frame, sender = s.recvfrom(65536)
            if sender[2] == PACKET_OUTGOING:
                continue
            when = max(last[s], time.monotonic() + (delay_ms + late.expovariate(1 / jitter_ms)) / 1000)
            last[s], order = when, order + 1
            heapq.heappush(queue, (when, order, b if s is a else a, frame))
        while queue and queue[0][0] <= time.monotonic():
            _, _, out, frame = heapq.heappop(queue)
            out.send(frame)


def vlan(name, vid, tap_name):
    trunk, access = port(name), tap(tap_name, IFF_TAP)
    while True:
        ready = select.select([trunk, access], [], [])[0]
        if access in ready:
            frame = os.read(access, 65536)
            trunk.send(frame[:12] + struct.pack("!HH", 0x8100, vid) + frame[12:])
        if trunk in ready:
            frame, extra, _, sender = trunk.recvmsg(65536, 256)
            # The kernel takes the tag off and puts it into tpacket_auxdata.tp_vlan_tci.
            tag = struct.unpack_from("H", extra[0][2], 16)[0] & 0xFFF if extra else 0
            if tag == vid and sender[2] != PACKET_OUTGOING:
                put(access, frame)


def gre(name, local, remote):
    tun = tap(name, IFF_TUN)
    s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 47)
    s.bind((local, 0))
    s.connect((remote, 0))
    while True:
        ready = select.select([s, tun], [], [])[0]
        if tun in ready:
            packet = os.read(tun, 65536)
            s.send(struct.pack("!HH", 0, 0x0800 if packet[0] >> 4 == 4 else 0x86DD) + packet)
        if s in ready:
            packet = s.recv(65536)
            put(tun, packet[(packet[0] & 15) * 4 + 4:])


mode, *rest = sys.argv[1:]
if mode == "slow":
    slow(rest[0], rest[1], float(rest[2]), float(rest[3]))
elif mode == "vlan":
    vlan(rest[0], int(rest[1]), rest[2])
elif mode == "gre":
    gre(*rest)
else:
    sys.exit(__doc__)
