"""Reads HdrHistogram's V2 encoding, independently of the programs: bucket by bucket."""
import base64
import struct
import zlib


def decode(text):
    """{lowest value of a bucket: count} of a histogram in base64."""
    octets = base64.b64decode(text, validate=True)
    cookie, length = struct.unpack_from(">II", octets)
    assert cookie == 0x1C849314 and length == len(octets) - 8, "no compressed V2 histogram"
    plain = zlib.decompress(octets[8:])
    cookie, length, offset, digits, lowest, _, ratio = struct.unpack_from(">IIIIqqd", plain)
    assert (cookie, length, offset, digits, lowest, ratio) == (0x1C849313, len(plain) - 40, 0, 3, 1, 1.0)
    counts = {}
    index = 0
    for word in words(plain[40:]):
        if word < 0:
            index -= word
            continue
        if word:
            counts[lowest_of(index)] = word
        index += 1
    return counts


def words(octets):
    position = 0
    while position < len(octets):
        value = 0
        for i in range(9):
            octet = octets[position]
            position += 1
            value |= (octet if i == 8 else octet & 0x7F) << 7 * i
            if octet < 0x80:
                break
        yield value >> 1 ^ -(value & 1)


def lowest_of(index):
    if index < 2048:
        return index
    shift = index // 1024 - 1
    return (index % 1024 + 1024) << shift


def add(*histograms):
    total = {}
    for histogram in histograms:
        for value, count in histogram.items():
            total[value] = total.get(value, 0) + count
    return dict(sorted(total.items()))
