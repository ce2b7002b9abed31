"""pages.py FOLDER: the pages, pictures and files that the office's servers offer.
pages.py --mail USER: that user's mailbox on stdout. Always the same bytes for the same arguments."""
import os
import random
import struct
import sys
import zlib

WORDS = ("birch oak alder table stool lamp order invoice delivery north south morning window garden paper letter river "
         "meeting budget plan summer winter kettle bridge harbour train market quarter report colour small wooden").split()


def text(seed, count):
    r = random.Random(seed)
    return " ".join(r.choice(WORDS) for _ in range(count)).capitalize() + "."


def png(seed, width, height):
    """A true-colour picture (PNG, third edition, 11.2): smooth hills with a little grain, so that it compresses like a photograph."""
    r = random.Random(seed)
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows += bytes((c * 40 + x * (c + 1) * 90 // width + y * 60 // height + r.randrange(8)) & 255 for c in range(3))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + chunk(b"IEND", b""))


def page(title, body, extra=""):
    return (f"<!doctype html>\n<html lang=en><head><meta charset=utf-8><title>{title}</title><link rel=stylesheet href=/style.css>"
            f"<script src=/app.js defer></script></head><body><h1>{title}</h1>{extra}{body}</body></html>\n").encode()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def mailbox(user):
    people = ["cho@alder.example", "shop@birch.example", "news@cedar.example"]
    for i, sender in enumerate(people):
        print(f"From {sender} Mon Mar  4 09:0{i}:00 2024\nReturn-Path: <{sender}>\nFrom: {sender}\nTo: {user}@alder.example\n"
              f"Subject: {text(i, 4)}\nDate: Mon, 4 Mar 2024 09:0{i}:00 +0000\nMessage-ID: <{i}.{user}@alder.example>\n"
              f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nDear {user.capitalize()},\n\n{text(i + 9, 60)}\n\n")


if sys.argv[1] == "--mail":
    mailbox(sys.argv[2])
    sys.exit()

root = sys.argv[1]
www = f"{root}/www"
paragraphs = "".join(f"<p>{text(i, 90)}</p>\n" for i in range(8))
pictures = "".join(f"<img src=/img/{n}.png alt={n}>" for n in ("table", "stool", "lamp"))
write(f"{www}/index.html", page("Alder furniture", paragraphs, pictures))
write(f"{www}/news.html", page("News", "".join(f"<p>{text(i + 50, 120)}</p>\n" for i in range(4))))
write(f"{www}/thanks.html", page("Thank you", "<p>We will write to you.</p>"))
write(f"{www}/style.css", b"".join(f".{w} {{ color: #{zlib.crc32(w.encode()) & 0xFFFFFF:06x}; margin: {len(w)}px; }}\n".encode() for w in WORDS))
write(f"{www}/app.js", ("'use strict';\n" + "".join(f"function {w}(x) {{ return x * {len(w)}; }}\n" for w in WORDS)).encode())
for n, (w, h) in {"table": (150, 100), "stool": (100, 100), "lamp": (70, 110)}.items():
    write(f"{www}/img/{n}.png", png(n, w, h))
write(f"{www}/favicon.ico", png("icon", 16, 16))
noise = random.Random(7)
write(f"{www}/files/plans.zip", b"PK\x03\x04" + noise.randbytes(620_000))
write(f"{www}/files/film.bin", noise.randbytes(260_000))
write(f"{www}/files/update.bin", noise.randbytes(120_000))
write(f"{root}/ftp/pub/readme.txt", text("readme", 150).encode() + b"\n")
write(f"{root}/share/budget.csv", b"month,in,out\n" + b"".join(f"{m},{noise.randrange(9000)},{noise.randrange(9000)}\n".encode() for m in range(1, 13)))
write(f"{root}/share/scan.png", png("scan", 120, 90))
write(f"{root}/tftp/phone.cfg", b"".join(f"line{i}.name=desk-cho\nline{i}.codec=PCMA\n".encode() for i in range(1, 40)))
write(f"{root}/camera/snapshot.png", png("camera", 96, 72))
for name in os.listdir(f"{root}/share"):
    os.chmod(f"{root}/share/{name}", 0o666)
