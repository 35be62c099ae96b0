"""GIF: images, their timing, loops and colour profiles are kept; comments and other extensions are cut.

GIF89a specification, sections 17 to 26; what follows the trailer is cut, too.
"""

from newsletter.load.metadata.malformed import Malformed, number, part

MAGICS = (b"GIF87a", b"GIF89a")

_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_CONTROL, _COMMENT, _APPLICATION = 0xF9, 0xFE, 0xFF
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_PROFILE = b"ICCRGBG1012"
# What a loop's extension holds: how often it is repeated (3 bytes, the first is 1), how much to buffer (5 bytes, 2).
_LOOP_BLOCKS = ((3, 1), (5, 2))


def strip(content: bytes) -> bytes:
    """The picture without metadata. Raises Malformed."""
    position = 13 + _colours(content, 10)
    kept = [part(content, 0, position)]
    while position < len(content):
        start, block = position, content[position]
        if block == _TRAILER:
            kept.append(content[start : start + 1])
            break
        if block == _IMAGE:
            data = start + 11 + _colours(content, start + 9)  # 10 bytes, the table of colours, the code size
            position = _end_of_blocks(content, data)
            kept.append(content[start:position])
        elif block == _EXTENSION:
            position = _end_of_blocks(content, start + 2)
            kept.append(_extension(content[start:position]))
        else:
            raise Malformed("it holds something that is neither an image nor an extension")
    return b"".join(kept)  # a trailer that is missing at the end harms nobody


def _colours(content: bytes, flags_at: int) -> int:
    """The bytes of a table of colours, as the flags before it tell."""
    flags = number(content, flags_at, "B")
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _end_of_blocks(content: bytes, position: int) -> int:
    """Where a chain of blocks ends: each has its size before it, and the last one is empty."""
    try:
        while size := content[position]:
            position += 1 + size
    except IndexError:
        raise Malformed("it is cut short") from None
    return position + 1


def _extension(extension: bytes) -> bytes:
    """What is kept of an extension: all of it, some of it, or nothing."""
    label, size = extension[1], extension[2]
    if label == _CONTROL:
        if len(extension) != 8 or size != 4:
            raise Malformed("an extension for timing has the wrong length")
        return extension
    if label != _APPLICATION or size != 11:
        return b""
    name = extension[3:14]
    if name == _PROFILE:
        return extension
    return extension[:14] + _loop(extension[14:]) + b"\0" if name in _LOOPS else b""


def _loop(blocks: bytes) -> bytes:
    """The blocks that say how often an animation is repeated."""
    kept, position = [], 0
    while size := blocks[position]:
        if (size, blocks[position + 1]) in _LOOP_BLOCKS:
            kept.append(blocks[position : position + 1 + size])
        position += 1 + size
    return b"".join(kept)
