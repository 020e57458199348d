"""Answers of hostile servers, made to size: each kind aims at one weakness of feed readers, parsers or clients."""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]

from tests.stream.feed_server import Raw, answer, rss

Attack = Callable[[int], Raw]
MIB = 1024 * 1024
SIZES = (10_000, 300_000, 6_000_000)
GOOD = rss(("a", "A"))
JSON = '{"version":"https://jsonfeed.org/version/1.1","title":"t","items":'


def item(inner: str = "", *, title: str = "x", root: str = "<rss version='2.0'>") -> bytes:
    text = f"<?xml version='1.0'?>{root}<channel><title>t</title><item><title>{title}</title>{inner}</item></channel></rss>"
    return text.encode("utf-8", "surrogatepass")


def fill(unit: str, size: int) -> str:
    return unit * max(1, size // len(unit.encode("utf-8", "surrogatepass")))


def rows(unit: str, size: int) -> str:
    """Repeat a unit with its number in it."""
    return "".join(unit.replace("#", str(number)) for number in range(max(1, size // (len(unit) + 4))))


def bomb(size: int, wbits: int) -> bytes:
    """Compress 170 times `size` zeros by repeating one compressed block."""
    press = zlib.compressobj(9, zlib.DEFLATED, wbits)
    zeros = b"\0" * MIB
    head = press.compress(zeros) + press.flush(zlib.Z_FULL_FLUSH)
    block = press.compress(zeros) + press.flush(zlib.Z_FULL_FLUSH)
    return head + block * (size * 170 // MIB)


def brotli_bomb(size: int) -> bytes:
    press = brotli.Compressor(quality=1)
    zeros = b"<" * MIB
    return bytes(b"".join(press.process(zeros) for _ in range(max(16, size * 80 // MIB))) + press.finish())


def chunked(pieces: list[bytes], *, extension: bytes = b"", headers: str = "") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n{headers}\r\n".encode()
    return head + b"".join(b"%x%b\r\n%b\r\n" % (len(piece), extension, piece) for piece in pieces) + b"0\r\n\r\n"


def head(text: str) -> bytes:
    return text.encode("latin-1", "replace") + b"\r\n\r\n" + GOOD


def document(make: Callable[[int], str | bytes], **headers: str) -> Attack:
    def made(size: int) -> Raw:
        body = make(size)
        return answer(200, body if isinstance(body, bytes) else item(body), **headers)

    return made


def external(name: str) -> Callable[[int], bytes]:
    """A document that wants a file or an address read, as often as the size allows."""

    def made(size: int) -> bytes:
        count = max(1, size // 200)
        declared = "".join(f"<!ENTITY e{n} SYSTEM '{name}'>" for n in range(min(count, 2000)))
        used = "".join(f"&e{n};" for n in range(min(count, 2000)))
        return f"<?xml version='1.0'?><!DOCTYPE rss SYSTEM '{name}' [{declared}]>".encode() + item(title=used)[21:]

    return made


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
DC = "xmlns:dc='http://purl.org/dc/elements/1.1/'"

# What a document can do to whoever reads it.
DOCUMENTS: dict[str, Callable[[int], str | bytes]] = {
    "declaration of many attributes": lambda n: b"<?xml " + b"version='1.0' " * (n // 14) + GOOD,
    "declaration of spaces": lambda n: b"<?xml version='1.0' encoding=" + b" " * n + GOOD,
    "white space first": lambda n: b" \n" * (n // 2) + GOOD,
    "brackets first": lambda n: b"<" * n + GOOD,
    "instructions first": lambda n: b"<?a b?>" * (n // 7) + GOOD,
    "instructions unclosed": lambda n: b"<?a " * (n // 4) + GOOD,
    "doctypes first": lambda n: b"<!DOCTYPE " * (n // 10) + GOOD,
    "doctype of quotes": lambda n: b"<!DOCTYPE r [" + b'"' * n + GOOD,
    "entity quoted much": lambda n: b"<!DOCTYPE r [<!ENTITY a '" + b"x" * (n // 2) + b"'>]>" + item(title=fill("&a;", n // 2)),
    "billion laughs": lambda n: f"<!DOCTYPE r [<!ENTITY l0 '{'ha' * (n // 2)}'>{LAUGHS}]>".encode() + item(title="&l9;"),
    "parameter entities": lambda n: ("<!DOCTYPE r [" + rows("<!ENTITY % p# '&#37;p#;'>%p#;", n) + "]>").encode() + GOOD,
    "external entities of files": external("file:///etc/hostname"),
    "external entities of addresses": external("http://127.0.0.1/x"),
    "inclusion of files": lambda n: fill("<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/hostname' parse='text'/>", n),
    "style sheets of files": lambda n: fill("<?xml-stylesheet href='file:///etc/hostname'?>", n).encode() + GOOD,
    "a body that names a file": lambda n: b"/etc/hostname" if n < 50_000 else b"/" * n + b"etc/hostname",
    "a body that names an address": lambda n: b"http://127.0.0.1:9/" + b"a" * (0 if n < 50_000 else n),
    "author of an address": lambda n: f"<author>{'a@' + fill('a-', n)}</author>",
    "author of one letter": lambda n: f"<author>{'a' * n}</author>",
    "creator of dots": lambda n: f"<dc:creator {DC}>{fill('a.', n)}</dc:creator>",
    "many authors": lambda n: rows(f"<dc:creator {DC}>a# (b) c@d.e</dc:creator>", n),
    "comments unclosed": lambda n: f"<description>{fill('&lt;!--', n)}</description>",
    "comments in the markup": lambda n: fill("<!-- ", n),
    "elements nested": lambda n: f"<description>{fill('<div>', n)}",
    "elements nested in text": lambda n: f"<description>{fill('&lt;div&gt;', n)}</description>",
    "elements closed wrongly": lambda n: fill("<b></i>", n),
    "items without end": lambda n: b"<rss><channel>" + b"<item><title>x</title></item>" * (n // 29),
    "items empty": lambda n: b"<rss><channel>" + b"<item/>" * (n // 7) + b"</channel></rss>",
    "items nested": lambda n: b"<rss><channel>" + b"<item>" * (n // 6),
    "items of long links": lambda n: b"<rss><channel>" + b"".join(b"<item><link>http://a.example/%d?%b</link></item>" % (k, b"&a=%41" * 550) for k in range(n // 3400 + 1)),
    "title of one letter": lambda n: item(title="a" * n),
    "title of brackets": lambda n: item(title="<" * n),
    "title of ampersands": lambda n: item(title="&" * n),
    "title of spaces": lambda n: item(title=fill("&#32;&#10;", n)),
    "title of direction marks": lambda n: item(title=fill("\u202e\u2066", n)),
    "title of combining marks": lambda n: item(title="a" + fill("\u0301\u0316", n)),
    "text of combining marks": lambda n: f"<description>a{fill('&#x301;&#x316;', n)}</description>",
    "text of ligatures": lambda n: f"<description>{fill(chr(0xFDFA), n)}</description>",
    "text of joined marks": lambda n: f"<description>{fill(chr(0x0F71) + chr(0x0F73), n)}</description>",
    "dates of digits": lambda n: f"<pubDate>{'9' * n}</pubDate>",
    "dates of words": lambda n: f"<pubDate>{fill('Tue, 3 Mar 2026 ', n)}</pubDate>",
    "dates of zones": lambda n: rows("<pubDate>Tue, 3 Mar 2026 10:00:# +99:99</pubDate>", n),
    "guid of one letter": lambda n: f"<guid>{'g' * n}</guid>",
    "guids alike": lambda n: b"<rss><channel>" + b"<item><guid>1</guid><title>x</title></item>" * (n // 42),
    "link of one letter": lambda n: f"<link>http://a.example/{'l' * n}</link>",
    "links that run": lambda n: fill("<link>javascript:alert(1)</link><link>data:text/html,x</link><link>file:///etc/hostname</link>", n),
    "links of dots": lambda n: f"<link>http://a.example/{fill('../', n)}</link>",
    "bases nested": lambda n: fill("<a xml:base='http://a.example/b/'>", n),
    "attributes of the root": lambda n: item(root=f"<rss {rows('a#=1 ', n)}>"),
    "attributes of an item": lambda n: f"<enclosure {rows(chr(97) + '#=' + chr(39) + '1' + chr(39) + ' ', n)}/>",
    "attributes unclosed": lambda n: fill("<a b='", n),
    "namespaces": lambda n: item(root=f"<rss {rows('xmlns:n#=' + chr(39) + 'urn:#' + chr(39) + ' ', n)}>"),
    "names of one letter": lambda n: f"<{'a' * n}>x",
    "categories": lambda n: rows("<category>#</category>", n),
    "enclosures": lambda n: rows("<enclosure url='http://a.example/#' length='1' type='a/b'/>", n),
    "media": lambda n: rows("<media:content xmlns:media='http://search.yahoo.com/mrss/' url='http://a.example/#'/>", n),
    "numbers of characters": lambda n: item(title="&#" + "9" * n + ";"),
    "references without end": lambda n: item(title=fill("&#x41", n)),
    "character data unclosed": lambda n: item(title=fill("<![CDATA[", n)),
    "character data split": lambda n: item(title=fill("<![CDATA[x]]]]><![CDATA[>", n)),
    "hours to skip": lambda n: b"<rss><channel>" + b"<skipHours><hour>1</hour>" * (n // 25) + b"<item/></channel></rss>",
    "feeds in feeds": lambda n: fill("<feed xmlns='http://www.w3.org/2005/Atom'><entry>", n).encode(),
    "content in base64": lambda n: b"<feed xmlns='http://purl.org/atom/ns#'><entry><content mode='base64' type='text/html'>" + base64.b64encode(b"<" * (n // 2)) + b"</content></entry></feed>",
    "UTF-16 without a mark": lambda n: item(title="a" * (n // 2)).decode().encode("utf-16-le"),
    "UTF-16 halves": lambda n: b"\xff\xfe" + b"\x00\xd8" * (n // 2),
    "UTF-32 beyond": lambda n: b"\xff\xfe\x00\x00" + b"\xff\xff\xff\xff" * (n // 4),
    "UTF-7 label": lambda n: b"<?xml version='1.0' encoding='utf-7'?>" + item(title=fill("+ADw-script+AD4-", n))[21:] + b"\xff",
    "label of a codec": lambda n: b"<?xml version='1.0' encoding='zlib_codec'?>" + item(title="\xff" * (n // 2))[21:] + b"\xff",
    "zeros": lambda n: item(title="\0" * n),
    "half characters": lambda n: item(title=fill("\ud800", n)),
    "bytes of no encoding": lambda n: b"<rss><channel><item><title>" + bytes(range(128, 256)) * (n // 128),
    "text encoded twice": lambda n: item(title=fill("Ã¼Ã¶", n)),
    "text encoded often": lambda n: item(title=fill("ÃƒÆ’Ã‚Â¼ ", n)),
    "JSON brackets": lambda n: (JSON + "[" * n).encode(),
    "JSON objects": lambda n: (JSON + '[{"a":' * (n // 6)).encode(),
    "JSON numbers": lambda n: (JSON + '[{"id":' + "9" * n + "}]}").encode(),
    "JSON powers": lambda n: (JSON + "[" + rows('{"id":1e99#},', n) + "{}]}").encode(),
    "JSON keys": lambda n: (JSON + "[{" + rows('"k#":1,', n) + '"id":"1"}]}').encode(),
    "JSON items": lambda n: (JSON + "[" + rows('{"id":"#","content_text":"x"},', n) + "{}]}").encode(),
    "JSON tags": lambda n: (JSON + '[{"id":"1","content_html":"' + fill("<a '=", n) + '"}]}').encode(),
    "JSON halves": lambda n: (JSON + '[{"id":"1","title":"' + fill("\\ud800", n) + '"}]}').encode(),
    "JSON of a file": lambda n: b'{"version":"https://jsonfeed.org/version/1","feed_url":"file:///etc/hostname","items":[' + b'{"url":"file:///etc/hostname"},' * (n // 32) + b"{}]}",
}  # fmt: skip

# What a server can do to whoever asks it.
ANSWERS: dict[str, Attack] = {
    "bomb of gzip": lambda n: answer(200, bomb(n, 31), Content_Encoding="gzip"),
    "bomb of deflate": lambda n: answer(200, bomb(n, 15), Content_Encoding="deflate"),
    "bomb of brotli": lambda n: answer(200, brotli_bomb(n), Content_Encoding="br"),
    "bomb of a feed": lambda n: answer(200, gzip.compress(b"<rss><channel>" + b"<item><title>x</title></item>" * (n // 8), 1), Content_Encoding="gzip"),
    "gzip of gzip": lambda n: answer(200, gzip.compress(gzip.compress(b"<" * n)), Content_Encoding="gzip, gzip"),
    "gzip that is none": lambda n: answer(200, b"<" * n, Content_Encoding="gzip"),
    "gzip of many members": lambda n: answer(200, gzip.compress(b"<rss>") * (n // 25), Content_Encoding="gzip"),
    "gzip cut off": lambda n: answer(200, gzip.compress(GOOD + bytes(n))[:-9], Content_Encoding="gzip"),
    "encodings without end": lambda n: answer(200, GOOD, Content_Encoding=fill("gzip,", min(n, 8000))),
    "a header of one letter": lambda n: answer(200, GOOD, X="x" * n),
    "a flood of headers": lambda n: head("HTTP/1.1 200 OK\r\n" + rows("X-#: 1\r\n", n) + "Connection: close"),
    "a header in lines": lambda n: head("HTTP/1.1 200 OK\r\nX: 1" + fill("\r\n 1", n)),
    "a header of forbidden bytes": lambda n: head("HTTP/1.1 200 OK\r\nX: " + fill("\x00\x7f", n)),
    "a status line of one letter": lambda n: head("HTTP/1.1 200 " + "x" * n),
    "a version of digits": lambda n: head("HTTP/" + "1" * n + " 200 OK"),
    "no status at all": lambda n: b"x" * n,
    "interim answers": lambda n: b"HTTP/1.1 100 Continue\r\n\r\n" * (n // 25) + answer(200, GOOD),
    "cookies": lambda n: head("HTTP/1.1 200 OK\r\nConnection: close\r\n" + rows("Set-Cookie: a#=b\r\n", n)[:-2]),
    "validators of one letter": lambda n: answer(200, GOOD, ETag='"' + "e" * min(n, 8000) + '"', Last_Modified="x" * min(n, 8000)),
    "patience of digits": lambda n: answer(429, Retry_After="9" * min(n, 8000)),
    "freshness of digits": lambda n: answer(200, GOOD, Cache_Control="max-age=" + "9" * min(n, 8000), Age="9" * min(n, 8000)),
    "dates in headers": lambda n: answer(200, GOOD, Date=fill("Tue, 03 Mar ", min(n, 8000)), Expires="9" * min(n, 8000)),
    "a media type of one letter": lambda n: answer(200, GOOD, Content_Type="text/xml; charset=" + "u" * min(n, 8000)),
    "a media type of parameters": lambda n: answer(200, GOOD, Content_Type="text/xml" + fill(";a=b", min(n, 8000))),
    "a trickle of chunks": lambda n: chunked([GOOD[k : k + 1] for k in range(len(GOOD))] + [b" "] * (n // 6)),
    "chunks of long names": lambda n: chunked([GOOD], extension=b";" + b"x" * n),
    "a chunk without end": lambda n: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * n + b"\r\n",
    "a chunk of negative size": lambda n: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n" + b"x" * n,
    "chunks and a length": lambda n: chunked([GOOD], headers=f"Content-Length: {n}\r\n"),
    "a length too long": lambda n: answer(200, GOOD, Content_Length=str(len(GOOD) + n)),
    "a length too short": lambda n: answer(200, GOOD + b" " * n, Content_Length="9"),
    "a negative length": lambda n: answer(200, GOOD + b" " * n, Content_Length="-1"),
    "two lengths": lambda n: head(f"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: {n}"),
    "a length of digits": lambda n: answer(200, GOOD, Content_Length="9" * min(n, 8000)),
    "a body without end": lambda n: b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"<" * (2 * n),
    "a slow head": lambda n: [piece for _ in range(n // 1000) for piece in (b"H", 0.2)],
    "a slow body": lambda n: [b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", *(piece for _ in range(n // 1000) for piece in (b"<", 0.2))],
    "a redirect of one letter": lambda n: answer(302, Location="http://a.example/" + "x" * n),
    "a redirect of dots": lambda n: answer(302, Location=fill("../", min(n, 8000))),
    "a redirect to itself": lambda n: answer(302, Location="?" + "x" * min(n, 4000)),
    "a redirect to a file": lambda n: answer(301, Location="file:///etc/hostname"),
    "a redirect to gopher": lambda n: answer(301, Location="gopher://127.0.0.1:6379/_" + "x" * min(n, 4000)),
    "a redirect to a database": lambda n: answer(302, Location="http://127.7.7.7:6379/" + "x" * min(n, 4000)),
    "a delta of another kind": lambda n: answer(226, b"x" * n, IM="vcdiff"),
    "a challenge": lambda n: answer(403, b"x" * n, Server="cloudflare", cf_mitigated="challenge"),
}  # fmt: skip

ATTACKS: dict[str, Attack] = {**{name: document(make) for name, make in DOCUMENTS.items()}, **ANSWERS}

# Addresses nobody outside may send us to, in the spellings that have fooled clients; {} is the port of a server there.
FORBIDDEN = (
    "http://127.0.0.1:{}/", "http://127.1:{}/", "http://2130706433:{}/", "http://0x7f000001:{}/", "http://0x7f.0.0.1:{}/",
    "http://017700000001:{}/", "http://0177.0.0.01:{}/", "http://0:{}/", "http://0.0.0.0:{}/", "http://localhost:{}/",
    "http://LOCALHOST.:{}/", "http://[::1]:{}/", "http://[::]:{}/", "http://[::ffff:127.0.0.1]:{}/",
    "http://[::ffff:7f00:1]:{}/", "http://[0:0:0:0:0:ffff:7f00:0001]:{}/", "http://[64:ff9b::7f00:1]:{}/",
    "http://[2002:7f00:1::]:{}/", "http://[::127.0.0.1]:{}/", "http://①②⑦.⓪.⓪.①:{}/", "http://127。0。0。1:{}/",
    "http://127.0.0.1%00.example:{}/", "http://user:pass@127.0.0.1:{}/", "http://a.example@127.0.0.1:{}/",
    "http://127.0.0.1:{}#@a.example/", "http://a.example\\@127.0.0.1:{}/", "//127.0.0.1:{}/", "///127.0.0.1:{}/",
    "http:127.0.0.1:{}/", "http://169.254.169.254/latest/meta-data/", "http://[fe80::1%25lo]:{}/", "http://[fd00:ec2::254]/",
    "http://100.100.100.200/", "http://metadata.google.internal/", "http://10.0.0.1:{}/", "http://192.168.0.1:{}/",
    "http://172.17.0.1:{}/", "http://224.0.0.1:{}/", "http://255.255.255.255:{}/", "http://inner.test:{}/",
    "http://rebound.test:{}/", "http://mixed.test:{}/", "https://127.0.0.1:{}/", "http://127.7.7.7.:22/",
)  # fmt: skip
