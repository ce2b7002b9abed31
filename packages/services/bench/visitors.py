#!/usr/bin/env python3
"""Begins connections at a steady rate, whatever comes back, and counts what became of each.

    visitors.py PORT RATE SECONDS SAY [SOURCES]

Python, because a visit must cost its client less than the honeypot that is measured beside it: a socket of Node costs
twice what these system calls do. They come from SOURCES addresses (127.1.0.1 and on), 2,000 unless told. Prints a line
of JSON.
"""
import collections
import json
import resource
import select
import socket
import sys
import time

PATIENCE_S = 3
"""Who was not served by then goes."""
BURST = 64
"""Begun between two looks at those that wait."""
IP_BIND_ADDRESS_NO_PORT = 24

port, rate, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
say = sys.argv[4].encode().decode('unicode_escape').encode('latin1')
sources = int(sys.argv[5]) if len(sys.argv) > 5 else 2000

own = [f'127.1.{i // 250}.{1 + i % 250}' for i in range(sources)]
poll = select.epoll()
waiting = {}
"""Descriptor to socket; `asked` and `heard` hold descriptors, too."""
asked, heard = set(), set()
begun = collections.deque()
"""Time and descriptor with its socket, in the order of beginning."""
counts = dict.fromkeys(('attempted', 'answered', 'unanswered', 'reset', 'gave_up', 'not_begun'), 0)
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def begin(now):
    counts['attempted'] += 1
    try:
        visitor = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        visitor.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        visitor.bind((own[counts['attempted'] % sources], 0))
        visitor.connect_ex(('127.0.0.1', port))
    except OSError:
        counts['not_begun'] += 1
        return
    fd = visitor.fileno()
    waiting[fd] = visitor
    begun.append((now, fd, visitor))
    poll.register(fd, select.EPOLLIN | select.EPOLLOUT | select.EPOLLET)


def over(fd, how):
    counts[how] += 1
    asked.discard(fd)
    heard.discard(fd)
    waiting.pop(fd).close()


def go_on(fd, events):
    visitor = waiting[fd]
    try:
        if events & select.EPOLLOUT and fd not in asked:
            asked.add(fd)
            visitor.send(say)
        while events & select.EPOLLIN:
            if not visitor.recv(65536):
                over(fd, 'answered' if fd in heard else 'unanswered')
                return
            heard.add(fd)
    except BlockingIOError:
        pass
    except OSError:
        over(fd, 'reset')


def give_up(until):
    """Those begun before, and the oldest where descriptors run out."""
    while begun and (begun[0][0] < until or len(waiting) > most - 2 * BURST):
        _, fd, visitor = begun.popleft()
        if waiting.get(fd) is visitor:
            over(fd, 'gave_up')


start = time.monotonic()
total = int(rate * seconds)
late = took = 0.0
while counts['attempted'] < total or waiting:
    now = time.monotonic() - start
    due = min(total, int(now * rate) + 1) - counts['attempted']
    for _ in range(min(due, BURST)):
        begin(now)
    if counts['attempted'] < total:
        took = now
        late = max(late, due / rate)
    for fd, events in poll.poll(0 if due > BURST else 0.001):
        if fd in waiting:
            go_on(fd, events)
    give_up(now - PATIENCE_S)
used = resource.getrusage(resource.RUSAGE_SELF)
cost = round(1e6 * (used.ru_utime + used.ru_stime) / total)
print(json.dumps({**counts, 'seconds': round(took, 2), 'behind_ms': round(1000 * late), 'processor_us_each': cost}))
